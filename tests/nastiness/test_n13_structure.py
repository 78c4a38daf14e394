"""If these fail, titles, totals or shifted cells (exports.md N13 to N40) are taken for facts."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Drop, Outcome

FILE = "exports/zendesk/tickets.csv"
BESIDE = "exports/zendesk/good.csv"


def keys(drop_outcome: Outcome) -> list[str]:
    return sorted(drop_outcome.entity("tickets")["ticket_key"])


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_n13_any_delimiter_is_found(drop: Drop, delimiter: str) -> None:
    assert keys(drop.take(drop.text_of([drop.ticket(1), drop.ticket(2)], delimiter))) == ["1", "2"]


def test_n14_single_quotes_may_be_declared(drop: Drop) -> None:
    drop.declare(quote="'")
    outcome = drop.take(drop.text_of([drop.ticket(1, via_channel="'web, form'"), drop.ticket(2)]))
    assert set(outcome.entity("tickets")["channel"]) == {"web, form", "email"}


def test_n14_undeclared_single_quotes_shift_no_cell(drop: Drop) -> None:
    outcome = drop.take(drop.text_of([drop.ticket(1, via_channel="'web, form'"), drop.ticket(2)]))
    channels = set(outcome.entity("tickets")["channel"])
    assert channels in ({"web, form", "email"}, {"email"})


def test_n15_a_decimal_comma_in_a_comma_file_needs_its_quotes(drop: Drop) -> None:
    drop.declare(locale="nl")
    rows = [
        drop.ticket(1, reply_time_in_minutes_calendar='"12,5"'),
        drop.ticket(2, reply_time_in_minutes_calendar="12,5"),
    ]
    outcome = drop.take(drop.text_of(rows))
    assert keys(outcome) == ["1"]
    assert float(outcome.entity("tickets")["first_response_minutes"].iloc[0]) == 12.5
    assert outcome.reasons() == {3: "row:wrong_number_of_fields"}


def test_n16_title_and_blank_rows_above_the_header_are_no_header(drop: Drop) -> None:
    text = "Tickets of all brands\nExported on 1 May 2024\n\n" + drop.text_of(
        [drop.ticket(1), drop.ticket(2)]
    )
    outcome = drop.take(text)
    assert keys(outcome) == ["1", "2"]
    assert list(outcome.entity("tickets")["source_line"]) == [5, 6]


def test_n18_n19_footers_and_totals_are_no_rows(drop: Drop) -> None:
    text = drop.text_of([drop.ticket(1), drop.ticket(2)])
    outcome = drop.take(text + "Grand Total,2,,,,,\nCopyright (c) 2024 Example\n")
    assert keys(outcome) == ["1", "2"]
    assert outcome.line(FILE)["delivered"] == 2


def test_n19_a_total_amid_the_rows_is_held_back(drop: Drop) -> None:
    lines = drop.text_of([drop.ticket(1), drop.ticket(2)]).splitlines()
    outcome = drop.take("\n".join([*lines[:2], "Total,1,,,,,", *lines[2:]]) + "\n")
    assert keys(outcome) == ["1", "2"]
    assert list(outcome.reasons()) == [3]


def test_n20_empty_rows_at_the_end_are_no_rows(drop: Drop) -> None:
    outcome = drop.take(drop.text_of([drop.ticket(1)]) + ",,,,,,\n" * 134)
    assert outcome.line(FILE)["delivered"] == 1
    assert keys(outcome) == ["1"]


def test_n24_blank_header_and_empty_last_column_are_passed_over(drop: Drop) -> None:
    lines = drop.text_of([drop.ticket(1), drop.ticket(2)]).splitlines()
    assert keys(drop.take("\n".join(line + "," for line in lines) + "\n")) == ["1", "2"]


def test_n24_a_blank_name_over_values_is_told(drop: Drop) -> None:
    lines = drop.text_of([drop.ticket(1), drop.ticket(2)]).splitlines()
    outcome = drop.take("\n".join([lines[0] + ",", lines[1] + ",x", lines[2] + ",y"]) + "\n")
    assert keys(outcome) == ["1", "2"]
    assert "no name" in outcome.said(FILE)


def test_n25_of_two_columns_with_one_name_the_first_is_read_and_told(drop: Drop) -> None:
    lines = drop.text_of([drop.ticket(1)]).splitlines()
    outcome = drop.take(f"{lines[0]},status\n{lines[1]},open\n")
    if outcome.deliveries[FILE].is_landed:
        assert list(outcome.entity("tickets")["status"]) == ["solved"]
    assert "status" in outcome.said(FILE)


def test_n26_names_that_differ_in_case_only_are_two_columns(drop: Drop) -> None:
    lines = drop.text_of([drop.ticket(1)]).splitlines()
    outcome = drop.take(f"{lines[0]},Status\n{lines[1]},open\n")
    assert list(outcome.entity("tickets")["status"]) == ["solved"]


def test_n27_n28_names_with_newlines_and_spaces_are_cleaned(drop: Drop) -> None:
    text = drop.text_of([drop.ticket(1)])
    for name, written in (("status", " status "), ("priority", '"priority\n"')):
        text = text.replace(f",{name},", f",{written},", 1)
    assert keys(drop.take(text)) == ["1"]


def test_n29_a_footnote_digit_makes_another_name(drop: Drop) -> None:
    drop.put(BESIDE, drop.text_of([drop.ticket(9)]))
    outcome = drop.take(drop.text_of([drop.ticket(1)]).replace("status", "status2"))
    assert not outcome.deliveries[FILE].is_landed
    assert "status" in outcome.said(FILE)


def test_n30_cells_shifted_against_the_header_are_held_back(drop: Drop) -> None:
    lines = drop.text_of([drop.ticket(1), drop.ticket(2)]).splitlines()
    shifted = ["," + line.rsplit(",", 1)[0] for line in lines[1:]]
    outcome = drop.take("\n".join([lines[0], *shifted]) + "\n")
    assert outcome.line(FILE)["accepted"] == 0


def test_n31_stacked_tables_are_refused(drop: Drop) -> None:
    drop.put(BESIDE, drop.text_of([drop.ticket(9)]))
    table = drop.text_of([drop.ticket(1), drop.ticket(2)])
    outcome = drop.take(table + "\nAnswer Choices,Responses,\nYes,80%,12\nNo,20%,3\n\n" + "Month,n\nMay,3\n")
    assert "9" in keys(outcome)
    assert set(keys(outcome)) <= {"1", "2", "9"}
    if outcome.deliveries[FILE].is_landed:
        assert outcome.line(FILE)["quarantined"] >= 5
    else:
        assert "table" in outcome.said(FILE)


def test_n32_periods_as_columns_are_refused_by_name(drop: Drop) -> None:
    drop.put(BESIDE, drop.text_of([drop.ticket(9)]))
    outcome = drop.take("Team,Jan 2024,Feb 2024,Mar 2024\nBlue,3,4,5\nRed,1,2,3\n")
    assert not outcome.deliveries[FILE].is_landed
    assert "unpivot" in outcome.said(FILE) or "pivot" in outcome.said(FILE)


def test_n35_n36_json_and_very_long_cells_are_text(drop: Drop) -> None:
    long = json.dumps({"a": "x" * 200_000}).replace('"', '""')
    outcome = drop.take(drop.text_of([drop.ticket(1, subject=f'"{long}"'), drop.ticket(2)]))
    assert keys(outcome) == ["1", "2"]


def test_n37_a_list_in_a_cell_is_split(drop: Drop) -> None:
    rows = [drop.ticket(1, merged_ticket_ids='"[2, 3]"'), drop.ticket(2), drop.ticket(3)]
    merged = drop.take(drop.text_of(rows)).entity("tickets").set_index("ticket_key")["merged_into_key"]
    assert merged["2"] == merged["3"] == "1"


def test_n38_a_list_of_one_is_a_list(drop: Drop) -> None:
    rows = [drop.ticket(1, merged_ticket_ids="2"), drop.ticket(2)]
    merged = drop.take(drop.text_of(rows)).entity("tickets").set_index("ticket_key")["merged_into_key"]
    assert merged["2"] == "1"


def test_n39_sheets_are_files_and_hidden_ones_are_told(drop: Drop) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Tickets"
    for line in drop.text_of([drop.ticket(1), drop.ticket(2)]).splitlines():
        sheet.append(line.split(","))
    hidden = book.create_sheet("Old")
    hidden.sheet_state = "hidden"
    for line in drop.text_of([drop.ticket(3)]).splitlines():
        hidden.append(line.split(","))
    content = io.BytesIO()
    book.save(content)
    outcome = drop.take(content.getvalue(), "exports/zendesk/tickets.xlsx")
    assert keys(outcome) == ["1", "2"]
    assert "1 hidden sheets are not read: Old" in " ".join(map(outcome.said, outcome.deliveries))


def test_n40_archives_and_json_lines_are_opened_by_content(drop: Drop) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one.csv", drop.text_of([drop.ticket(1)]))
        archive.writestr("two.csv", drop.text_of([drop.ticket(2)]))
    drop.put("exports/zendesk/reports.zip", packed.getvalue())
    drop.put("exports/zendesk/packed.csv.gz", gzip.compress(drop.text_of([drop.ticket(3)]).encode()))
    lines = "".join(json.dumps(drop.ticket(n)) + "\n" for n in (4, 5))
    drop.put("exports/zendesk/tickets.json", lines)
    assert keys(drop.run()) == ["1", "2", "3", "4", "5"]


def test_n40_html_named_csv_is_refused(drop: Drop) -> None:
    drop.put(BESIDE, drop.text_of([drop.ticket(9)]))
    outcome = drop.take("<!DOCTYPE html><html><table><tr><td>id</td></tr></table></html>")
    assert outcome.deliveries[FILE].status == "unreadable"
    assert "HTML" in outcome.said(FILE)
