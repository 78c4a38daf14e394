"""Harm prevented: a polluted CSV is read with values shifted, swallowed or miscounted, and nobody sees."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.errors import UnreadableFile
from orchestration.ingest.text.dialect import decide
from orchestration.ingest.text.records import records
from orchestration.ingest.text.tabular import read_table, without_footers

_CELL = st.text(alphabet="ab1 ,;\"\n'é.", max_size=6)


@given(st.lists(st.lists(_CELL, min_size=3, max_size=3), min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_what_a_csv_writer_writes_is_read_as_the_csv_module_reads_it(
    rows: list[list[str]], delimiter: str
) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_MINIMAL).writerows(rows)
    found = records(written.getvalue(), delimiter)
    assert [record.fields for record in found] == rows
    assert all(record.fault is None for record in found)


def test_line_numbers_are_those_of_the_file_after_a_quoted_line_break() -> None:
    table = read_table('a,b\n1,"x\ny"\n\n2,z\n', "f.csv")
    assert table.lines == [2, 5]
    assert table.rows == [["1", "x\ny"], ["2", "z"]]


def test_a_stray_quote_refuses_its_own_line_only() -> None:
    table = read_table('a,b\n1,5" tube\n2,"x"y\n3,ok\n4,"open\n5,ok\n', "f.csv")
    assert [(r.line, r.fault) for r in table.refused] == [
        (2, "row:stray_quote"),
        (3, "row:stray_quote"),
        (5, "row:unclosed_quote"),
    ]
    assert table.column("a") == ["3", "5"]
    assert table.n_delivered == 5


def test_ragged_rows_are_refused_not_padded() -> None:
    table = read_table("a,b,c\n1,2\n1,2,3,\n1,2,3\n", "f.csv")
    assert [(r.line, r.fault) for r in table.refused] == [
        (2, "row:wrong_number_of_fields"),
        (3, "row:wrong_number_of_fields"),
    ]
    assert table.rows == [["1", "2", "3"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_every_line_end_is_read(end: str) -> None:
    assert read_table(end.join(["a,b", "1,2", "3,4", ""]), "f.csv").rows == [["1", "2"], ["3", "4"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_decided_by_consistency(delimiter: str) -> None:
    text = "".join(
        delimiter.join(row) + "\n" for row in (["id", "x", "y"], ["1", "p q", "r"], ["2", "a.b", "c"])
    )
    assert decide(text).delimiter == delimiter


def test_decimal_commas_do_not_win_over_semicolons() -> None:
    assert decide("id;amount;share\n1;2,50;0,5\n2;3,50;0,7\n").delimiter == ";"
    assert read_table("id\n1\n2\n", "f.csv").names == ("id",)
    assert read_table("id,x;y\n1;2,3\n", "f.csv", delimiter=";").names == ("id,x", "y")


def test_blank_and_repeated_names_are_named_and_reported() -> None:
    table = read_table(" a ,,a\n1,2,3\n", "f.csv")
    assert table.names == ("a", "unnamed_2", "a_2")
    assert len(table.warnings) == 2


def test_rows_without_content_are_set_aside() -> None:
    table = read_table("a,b\n1,2\n,\n  ,\n\n", "f.csv")
    assert (table.n_delivered, table.n_empty) == (1, 2)


def test_a_footer_at_the_end_is_set_aside_and_counted() -> None:
    text = "a,b\nTotal,9\n1,2\n\nTotal\nCopyright (c) somebody\n"
    table = without_footers(read_table(text, "f.csv"), ["Total", "Copyright"])
    assert [(footer.line, footer.fields) for footer in table.footers] == [
        (5, ["Total"]),
        (6, ["Copyright (c) somebody"]),
    ]
    assert table.rows == [["Total", "9"], ["1", "2"]]
    assert table.n_delivered == 2
    assert without_footers(table, []) is table


def test_three_header_rows_give_the_zone() -> None:
    third = '"{""ImportId"":""endDate"",""timeZone"":""Europe/Amsterdam""}","{""ImportId"":""QID1""}"'
    table = read_table(f'EndDate,LS1\nEinddatum,"Vraag, met\nregeleinde"\n{third}\n2024-01-01,3\n', "f.csv")
    assert (table.header_rows, table.zone, table.rows, table.lines) == (
        3,
        "Europe/Amsterdam",
        [["2024-01-01", "3"]],
        [5],
    )


def test_a_zone_that_is_none_is_told_and_not_used() -> None:
    third = '"{""ImportId"":""endDate"",""timeZone"":""Mars/Phobos""}"'
    table = read_table(f"EndDate\nEinde\n{third}\n2024-01-01\n", "f.csv")
    assert (table.zone, table.header_rows) == (None, 3)
    assert "Mars/Phobos" in table.warnings[0]


def test_a_long_field_is_no_obstacle() -> None:
    assert len(read_table(f'a,b\n1,"{"x" * 300_000}"\n', "f.csv").rows[0][1]) == 300_000


@pytest.mark.parametrize("text", ["\n\n", ",\n", 'a"b,c\n1,2\n'])
def test_no_header_is_said(text: str) -> None:
    with pytest.raises(UnreadableFile, match="header"):
        read_table(text, "f.csv")


def test_the_title_of_a_report_beside_its_footer_is_a_footer_and_a_cut_row_is_not() -> None:
    rows = "id,amount,stage\n1,10,won\n2,20,lost\n"
    titled = read_table(f"{rows}\n\nDeals of this year\nCopyright 2024\nExample Company\n", "f.csv")
    read = without_footers(titled, [r"Copyright\b"])
    assert [record.fields[0] for record in read.footers] == [
        "Deals of this year",
        "Copyright 2024",
        "Example Company",
    ]
    assert (len(read.rows), read.refused) == (2, ())
    cut = without_footers(read_table(f"{rows}3\nCopyright 2024\n", "f.csv"), [r"Copyright\b"])
    assert [record.fields[0] for record in cut.footers] == ["Copyright 2024"]
    assert [record.fields[0] for record in cut.refused][-1] == "3"
    alone = without_footers(read_table(f"{rows}\n\nDeals of this year\n", "f.csv"), [r"Copyright\b"])
    assert alone.footers == ()
    stray = without_footers(read_table(f'{rows}Copyright 2024\nx"y,,\n', "f.csv"), [r"Copyright\b"])
    assert [record.line for record in stray.refused][-1] == 5
