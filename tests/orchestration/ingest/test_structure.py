"""Harm prevented: a title is taken for the header, an option for a question, a report for a table."""

from collections.abc import Sequence

import pytest

from orchestration.errors import UnreadableFile
from orchestration.ingest.text.dialect import decide
from orchestration.ingest.text.records import Record
from orchestration.ingest.text.tabular import read_table, table_of, without_footers

ROWS = "id,city,amount\n1,Delft,2.50\n2,Gouda,3.75\n"


@pytest.mark.parametrize(
    ("above", "n_above"),
    [
        ("Report of sales,,\n", 1),
        ("Report of sales,,\n,,\n", 1),
        ("Report of sales\n\n", 1),
        ("Example Ltd\nSales by city\nJanuary - March 2026\n\n", 3),
        ('"Title over\ntwo lines"\n\n', 1),
    ],
)
def test_a_title_block_that_the_file_sets_apart_is_no_header(above: str, n_above: int) -> None:
    table = read_table(above + ROWS, "f.csv")
    assert table.names == ("id", "city", "amount")
    assert len(table.rows) == 2
    assert len(table.preamble) == n_above
    assert f"{n_above} rows above the header were set aside" in table.warnings


def test_a_line_that_merely_does_not_split_is_not_taken_for_a_title() -> None:
    for header in ("id city amount", "id;city;amount", "Report"):
        with pytest.raises(UnreadableFile, match="header"):
            read_table(f"{header}\n1,Delft,2.50\n2,Gouda,3.75\n3,Oss,4.00\n", "f.csv")


def test_a_known_header_is_found_below_anything() -> None:
    def is_header(cells: Sequence[str]) -> bool:
        return {"id", "city"} <= set(cells)

    text = "Company,Example Ltd\nPeriod,2026\n" + ROWS
    table = read_table(text, "f.csv", is_header=is_header)
    assert (table.names, table.lines, table.preamble[0]) == (
        ("id", "city", "amount"),
        [4, 5],
        ("Company", "Example Ltd"),
    )


def test_the_metadata_row_of_datev_stands_above_the_header() -> None:
    text = '"EXTF";700;21;"Buchungsstapel";9;20260101\nUmsatz;Konto;Belegdatum\n1,00;4711;0103\n'
    table = read_table(text, "f.csv")
    assert (table.names, table.preamble[0][0]) == (("Umsatz", "Konto", "Belegdatum"), "EXTF")


def test_two_header_rows_make_question_and_option_one_name() -> None:
    text = (
        "Respondent ID,How satisfied are you?,Which channels?,,\n"
        ",Response,E-mail,Phone,Other (please specify)\n"
        "11,4,E-mail,,\n12,5,,Phone,letters\n"
    )
    table = read_table(text, "f.csv")
    assert table.header_rows == 2
    assert table.names == (
        "Respondent ID",
        "How satisfied are you?",
        "Which channels? | E-mail",
        "Which channels? | Phone",
        "Which channels? | Other (please specify)",
    )
    assert table.labels == ("", "Response", "E-mail", "Phone", "Other (please specify)")
    assert table.lines == [3, 4]


def test_declared_header_rows_join_the_levels_of_merged_headings() -> None:
    text = "Grade,AO,,EO,\n,Headcount,FTE,Headcount,FTE\nHome Office,1,2,3,4\n"
    table = read_table(text, "f.csv", header_rows=2)
    assert table.names == ("Grade", "AO | Headcount", "AO | FTE", "EO | Headcount", "EO | FTE")


def test_codes_over_names_give_way_to_the_names() -> None:
    text = "V1,V2,Q1,\nResponseID,Status,How are you?,\nR_1,0,4,\n"
    table = read_table(text, "f.csv")
    assert (table.names, table.labels) == (("ResponseID", "Status", "Q1"), ("V1", "V2", "How are you?"))
    assert table.rows == [["R_1", "0", "4"]]


def test_names_are_clean() -> None:
    table = read_table('" Full\u00a0 Name\u200b","Cost\nper  hire",a,a_2,a\n1,2,3,4,5\n', "f.csv")
    assert table.names == ("Full Name", "Cost per hire", "a", "a_2", "a_2_2")


def test_trailing_columns_that_hold_nothing_are_left_out_and_others_kept() -> None:
    assert read_table("a,b,,\n1,2,,\n3,4,,\n", "f.csv").rows == [["1", "2"], ["3", "4"]]
    assert read_table("a,b,,\n1,2,x,\n", "f.csv").names == ("a", "b", "unnamed_3")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ROWS + ROWS, "stands again on line 4"),
        (ROWS + "\nname,score\nAnn,1\nBob,2\n", "another table"),
        ("A,,\nx,1,2\n,,\nB,,\nAnswer,Percent,Count\ny,3,4\n", "stacks 2 titled tables"),
        ("region,2024-01,2024-02,2024-03\nN,1,2,3\n", "pivoted"),
        ("kpi,Jan 24,Feb 24,Mar 24\nN,1,2,3\n", "pivoted"),
        ("team,Q1 2024,Q2 2024,Q3 2024\nN,1,2,3\n", "pivoted"),
        ("<!DOCTYPE html>\n<html><table></table></html>\n", "web page"),
        ("1,2024-01-31,3\n2,2024-02-29,4\n3,2024-03-31,5\n", "no header"),
        ("id,city,,amount\n1,Delft,2.50,\n2,Gouda,3.75,\n", "shifted"),
        ("id,city\n1,Delft,2.50\n2,Gouda,3.75\n", "columns, but no row does"),
        ("id,city,am\nount\n1,Delft,2.50\n", "broken over two lines"),
    ],
)
def test_a_layout_that_is_no_table_is_refused_by_name(text: str, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        read_table(text, "f.csv")


def test_rows_that_alone_end_with_a_delimiter_are_refused_with_that_remedy() -> None:
    with pytest.raises(UnreadableFile, match="end all lines alike"):
        read_table("id,city\n1,Delft,\n2,Gouda,\n", "f.csv")


@pytest.mark.parametrize(
    "header",
    ["id,Q101,Q102,Q110", "id,Q1.10,Q1.11,Q1.12", "id,Mark 10,Mark 11,Mark 12", "region,n,2023,2024"],
)
def test_codes_of_items_are_no_periods(header: str) -> None:
    assert read_table(f"{header}\nA,1,2,3\nB,2,3,4\n", "f.csv").names == tuple(header.split(","))


def test_a_pivoted_layout_is_read_where_unpivoting_is_declared() -> None:
    table = read_table("region,2024-01,2024-02,2024-03\nN,1,2,3\nS,1,2,3\n", "f.csv", unpivot=True)
    assert table.names[1:] == ("2024-01", "2024-02", "2024-03")


def test_rows_beside_a_line_that_does_not_split_wait_with_it() -> None:
    table = read_table("a,b\n1,x\n2,y\nz\n3,v\n4,w\n", "f.csv")
    assert table.column("a") == ["1", "4"]
    assert [(record.line, record.fault) for record in table.refused] == [
        (3, "row:broken_line"),
        (4, "row:wrong_number_of_fields"),
        (5, "row:broken_line"),
    ]


def test_a_row_above_a_footer_is_a_row() -> None:
    table = without_footers(read_table("a,b\n1,x\n2,y\nTotal\n", "f.csv"), ["Total"])
    assert (table.column("a"), table.refused, [footer.fields for footer in table.footers]) == (
        ["1", "2"],
        (),
        [["Total"]],
    )


def test_records_from_a_sheet_make_the_same_table() -> None:
    found = [Record(line.split(","), at) for at, line in enumerate(ROWS.splitlines(), start=1)]
    table = table_of(found, "f.xlsx!Sheet1")
    assert (table.names, table.lines, table.delimiter) == (("id", "city", "amount"), [2, 3], "")


def test_apostrophes_quote_where_the_header_stands_in_them() -> None:
    assert decide("'a','b'\n'x, y','z'\n").quote == "'"
    assert decide("a,b\n'x, y','z'\n'v','w'\n").quote == "'"
    assert decide("a,b\nit's,so\n").quote == '"'
    assert read_table("a,b\n'x, y',z\n'v',w\n", "f.csv").rows == [["x, y", "z"], ["v", "w"]]


def test_a_declared_dialect_is_taken_as_it_is() -> None:
    table = read_table("a^b\n'x^y'^z\n", "f.csv", delimiter="^", quote="'")
    assert (table.rows, table.delimiter, table.quote) == ([["x^y", "z"]], "^", "'")


def test_a_blank_behind_each_comma_belongs_to_the_comma_where_quotes_follow_it() -> None:
    table = read_table('id, "the city", amount\n1, "Delft, NL", 2\n2, Gouda, \n', "f.csv")
    assert (table.delimiter, table.names, table.rows) == (
        ", ",
        ("id", "the city", "amount"),
        [["1", "Delft, NL", "2"], ["2", "Gouda", ""]],
    )
    assert read_table("id, city\n1, Delft\n", "f.csv").delimiter == ","
