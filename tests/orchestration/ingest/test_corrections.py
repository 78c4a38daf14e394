"""If these fail, a corrected row is lost, a good row changes with it, or a person is shown with the rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.errors import UnreadableFile
from orchestration.ingest.gate import corrections, quarantine
from orchestration.ingest.tell.violations import MASKED, violations
from tests.orchestration.ingest.given_back import corrected, told

BAD_DAY = {"id": "2", "created_at": "2024-02-31 08:00:00"}


@pytest.fixture
def held(exports: Any) -> Any:
    """A home with one good ticket, one of a day that is none, and one line with a field too many."""
    exports.put("maturity.yaml", "is_simulated: true\n")
    path = exports.tickets("tickets.csv", [{"id": "1"}, BAD_DAY])
    exports.put(
        "exports/zendesk/tickets.csv", path.read_text() + path.read_text().splitlines()[1] + ",more\n"
    )
    exports.run()
    return exports


def exported(home: Path) -> Path:
    path = home.parent / "refused.csv"
    assert corrections.export(home, path, quarantine.read(home / "quarantine")) == 2
    return path


def test_list_and_show_name_file_line_value_rule_and_remedy(held: Any) -> None:
    listed = json.loads(told(held.home, "list", "--json").output)
    assert listed["files"] == [
        {
            "file": "exports/zendesk/tickets.csv",
            "rows": 2,
            "reasons": {"created_at:timestamp": 1, "row:wrong_number_of_fields": 1},
            "money": None,
        }
    ]
    said = told(held.home, "show", "--reason", "created_at:timestamp")
    assert said.exit_code == 1
    assert "tickets.csv line 3: created_at:timestamp [created_at: 2024-02-31 08:00:00]" in said.output
    assert "no date and time in a declared form. Correct the value" in said.output
    form = told(held.home, "show", "--reason", "row:wrong_number_of_fields").output
    assert "tickets.csv line 4" in form
    assert "more or fewer fields" in form


def test_what_is_personal_is_not_shown(exports: Any) -> None:
    exports.workers("workers.csv", [",u1,2020-01-01,,,,0,B1,2024-01-01 00:00:00"])
    exports.run()
    found = list(violations(exports.home, quarantine.read(exports.home / "quarantine")))
    (person,) = (one for one in found if one.column == "person_key")
    assert person.value == MASKED
    assert person.remedy == "Correct the record in the source system and deliver it again."


def test_an_answer_is_shown_under_the_column_that_held_it(exports: Any) -> None:
    exports.survey("survey.csv", [{"LS1": "nine"}])
    exports.run()
    found = list(violations(exports.home, quarantine.read(exports.home / "quarantine")))
    assert "LS1: nine" in {one.value for one in found}


def test_a_corrected_row_is_accepted_and_nothing_else_changes(held: Any) -> None:
    before = held.entity("tickets")
    path = corrected(exported(held.home), "3", created_at="2024-02-28 08:00:00")
    said = told(held.home, "replay", str(path), "--json")
    assert json.loads(said.output) == {
        "held_back_before": 2,
        "no_longer_held_back": 1,
        "held_back": 1,
        "newly_held_back": 0,
        "corrected": 1,
        "unchanged": 1,
        "replayed_before": [],
    }
    after = held.entity("tickets").sort_values("ticket_key", ignore_index=True)
    assert after["ticket_key"].tolist() == ["1", "2"]
    assert after[after["ticket_key"] == "1"].reset_index(drop=True).equals(before)
    assert str(after.loc[1, "created_at"]) == "2024-02-28 08:00:00"


def test_rows_that_were_replayed_before_change_nothing_and_are_told(held: Any) -> None:
    path = corrected(exported(held.home), "3", created_at="2024-02-28 08:00:00")
    told(held.home, "replay", str(path))
    before, landed = held.entity("tickets"), held.digest("landing")
    path.write_text(path.read_text() + "\n")
    again = told(held.home, "replay", str(path), "--json")
    (row,) = json.loads(again.output)["replayed_before"]
    assert (row["line"], json.loads(again.output)["corrected"]) == (3, 0)
    said = told(held.home, "replay", str(path))
    assert f"line 3 was replayed so before, {row['received_at']}: it is no longer held back" in said.output
    assert said.exit_code == 1  # the line that could not be split
    assert held.entity("tickets").equals(before)
    assert held.digest("landing") == landed


def test_a_row_that_another_correction_released_may_stay_in_the_file(exports: Any) -> None:
    exports.put("maturity.yaml", "is_simulated: true\n")
    exports.tickets("tickets.csv", [{"id": "1", "priority": "low"}, {"id": "1", "priority": "high"}])
    exports.run()
    path = corrected(exported(exports.home), "3", id="2")
    assert told(exports.home, "replay", str(path)).exit_code == 0
    again = told(exports.home, "replay", str(path), "--json")
    assert again.exit_code == 0, again.output
    said = json.loads(again.output)
    assert (said["corrected"], said["unchanged"], len(said["replayed_before"])) == (0, 1, 1)
    corrected(path, "2", priority="urgent")
    with pytest.raises(UnreadableFile, match=r"line 2 speaks of line 2 .* no longer .*: leave it out"):
        corrections.take(exports.home, path)


def test_a_row_that_was_corrected_and_accepted_is_not_corrected_once_more(held: Any) -> None:
    path = corrected(exported(held.home), "3", created_at="2024-02-28 08:00:00")
    told(held.home, "replay", str(path))
    corrected(path, "3", created_at="2024-02-27 08:00:00")
    with pytest.raises(UnreadableFile, match=r"line 3 of its delivery once more.*record at its source"):
        corrections.take(held.home, path)


def test_a_line_that_could_not_be_split_is_corrected_as_a_whole(held: Any) -> None:
    whole = {"id": "3", "brand_id": "B1", "created_at": "2024-05-01 08:00:00", "via_channel": "email"}
    whole |= {"updated_at": "2024-05-02 08:00:00", "status": "solved", "priority": "high"}
    said = told(held.home, "replay", str(corrected(exported(held.home), "4", **whole)), "--json")
    assert json.loads(said.output)["no_longer_held_back"] == 1
    assert held.entity("tickets")["ticket_key"].tolist() == ["1", "3"]


def test_landing_stays_as_delivered_and_the_same_corrections_come_in_once(held: Any) -> None:
    before = held.digest("landing")
    path = corrected(exported(held.home), "3", created_at="2024-02-28 08:00:00")
    first = corrections.take(held.home, path)
    after = held.digest("landing")
    assert {name: after[name] for name in before} == before
    assert corrections.take(held.home, path).folder == first.folder
    assert held.digest("landing") == after


def test_only_changed_cells_are_kept_and_later_corrections_come_on_top(held: Any) -> None:
    path = corrected(exported(held.home), "3", created_at="2024-02-30 08:00:00")
    told(held.home, "replay", str(path))
    again = corrected(exported(held.home), "3", created_at="2024-02-29 08:00:00", priority="")
    told(held.home, "replay", str(again))
    (delivery_id,) = set(held.entity("tickets")["delivery_id"])
    found = corrections.of(held.home, delivery_id)
    assert found is not None
    assert found.to_dict("records") == [
        {"source_line": 3, "created_at": "2024-02-29 08:00:00", "priority": ""}
    ]
    assert corrections.of(held.home, "another") is None


def test_personal_columns_are_neither_exported_nor_taken_back(held: Any) -> None:
    path = exported(held.home)
    assert "subject" not in path.read_text().splitlines()[0]
    rows = path.read_text().splitlines()
    path.write_text("\n".join([rows[0] + ",subject", *(row + ",About someone" for row in rows[1:])]) + "\n")
    with pytest.raises(UnreadableFile, match="fills subject"):
        corrections.take(held.home, path)


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda text: text.replace("delivery_id", "delivery"), "lacks delivery_id"),
        (lambda text: text.replace(",3,exports", ",2,exports"), "line 2 .* never .* these lines .*: 3, 4"),
        (lambda text: text + text.splitlines()[1] + "\n", "stands there twice"),
    ],
)
def test_a_file_that_is_no_export_of_these_rows_is_refused(held: Any, spoil: Any, named: str) -> None:
    path = exported(held.home)
    path.write_text(spoil(path.read_text()))
    with pytest.raises(UnreadableFile, match=named):
        corrections.take(held.home, path)
    assert not (held.home / "landing" / "corrections").exists()


def test_all_that_is_wrong_in_a_file_is_named_at_once_and_nothing_is_taken(held: Any) -> None:
    path = corrected(exported(held.home), "3", created_at="2024-02-28 08:00:00")
    first, good, bad = path.read_text().splitlines()
    rows = [good.replace(",3,exports", f",{line},exports") for line in range(10, 35)]
    path.write_text("\n".join([first, good, bad, bad, *rows, ""]))
    with pytest.raises(UnreadableFile, match="26 lines are wrong") as raised:
        corrections.take(held.home, path)
    said = str(raised.value).splitlines()
    assert said[1].startswith("  line 4 speaks of a row that stands there twice: keep one")
    assert said[2].startswith("  line 5 speaks of line 10 of a delivery")
    assert said[21:] == ["  and 6 more."]
    assert not (held.home / "landing" / "corrections").exists()


@pytest.mark.parametrize("content", [b"PK\x03\x04 a workbook", "delivery_id;Zo\u00eb\n".encode("mac_roman")])
def test_a_file_that_was_not_saved_as_csv_names_the_way_to_save_it(held: Any, content: bytes) -> None:
    path = held.put("refused.csv", content)
    with pytest.raises(UnreadableFile, match="save it as CSV UTF-8"):
        corrections.take(held.home, path)


def test_a_spreadsheet_sees_no_formula_and_the_text_comes_back_as_it_was(exports: Any) -> None:
    exports.tickets("tickets.csv", [{**BAD_DAY, "via_channel": "=cmd()", "priority": "-5"}])
    exports.run()
    path = exports.home / "refused.csv"
    corrections.export(exports.home, path, quarantine.read(exports.home / "quarantine"))
    assert ",'=cmd()," in path.read_text()
    assert ",-5," in path.read_text()
    taken = corrections.take(exports.home, path)
    assert (taken.n_corrected, taken.n_unchanged) == (0, 1)
