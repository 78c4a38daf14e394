"""Harm prevented: a workbook written by a program other than a spreadsheet loses cells, or stops the run."""

import zipfile
from pathlib import Path

import pytest

from orchestration.errors import UnreadableFile
from orchestration.ingest.forms.containers import parts_of
from tests.orchestration.ingest.typed_cells import opened, rows_of, workbook

HEADER = "<row r='1'><c r='A1' t='str'><v>id</v></c><c r='B1' t='str'><v>amount</v></c></row>"


def with_rows(path: Path, rows: str) -> Path:
    """A workbook whose sheet has just these rows of XML."""
    workbook(path.with_suffix(".made"), [["id"]])
    with zipfile.ZipFile(path.with_suffix(".made")) as made, zipfile.ZipFile(path, "w") as archive:
        for name in made.namelist():
            content = made.read(name)
            if name.startswith("xl/worksheets/"):
                head, _, tail = content.partition(b"<sheetData>")
                tail = tail.partition(b"</sheetData>")[2]
                content = head + f"<sheetData>{rows}</sheetData>".encode() + tail
            archive.writestr(name, content)
    return path


def test_an_error_is_named_whatever_quotes_its_xml_has(tmp_path: Path) -> None:
    rows = "<row r='2'><c r='A2'><v>1</v></c><c r='B2' t='e'><v>#N/A</v></c></row>"
    content = opened(with_rows(tmp_path / "a.xlsx", HEADER + rows))[0]
    assert rows_of(content)["amount"].tolist() == ["#N/A"]
    assert "1 cells hold an error such as #N/A" in " ".join(content.warnings)


def test_an_error_is_refused_where_the_xml_does_not_say_which_cell_holds_it(tmp_path: Path) -> None:
    rows = "<row><c><v>1</v></c><c t='e'><v>#N/A</v></c></row>"
    with pytest.raises(UnreadableFile, match="1 cells hold an error such as #N/A"):
        opened(with_rows(tmp_path / "a.xlsx", HEADER + rows))


def test_texts_that_the_reader_passes_over_are_refused(tmp_path: Path) -> None:
    said = "<c r='B2' t='inlineStr'><is><t><![CDATA[a < b]]></t></is></c>"
    with pytest.raises(UnreadableFile, match="1 texts of the workbook are written as CDATA"):
        opened(with_rows(tmp_path / "a.xlsx", HEADER + f"<row r='2'><c r='A2'><v>1</v></c>{said}</row>"))
    path = open_document(tmp_path / "a.ods", [text("1"), text("<![CDATA[a < b]]>")])
    with pytest.raises(UnreadableFile, match="1 texts of the workbook are written as CDATA"):
        opened(path)


@pytest.mark.parametrize("far", ["XFD1048576", "ZZZZZZ4294967290"])
def test_a_cell_far_outside_the_table_does_not_fill_memory(tmp_path: Path, far: str) -> None:
    row = far.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    rows = f"<row r='2'><c r='A2'><v>1</v></c></row><row r='{row}'><c r='{far}'><v>1</v></c></row>"
    path = with_rows(tmp_path / "a.xlsx", HEADER + rows)
    (part,) = parts_of(path, "a.xlsx")
    assert not part.problem
    with pytest.raises(UnreadableFile, match=f"reaches to {far}, and most of it is empty"):
        opened(path)


def test_a_blank_cell_far_outside_the_table_is_none(tmp_path: Path) -> None:
    rows = "<row r='2'><c r='A2'><v>1</v></c></row><row r='1048576'><c r='XFD1048576' s='0'/></row>"
    content = opened(with_rows(tmp_path / "a.xlsx", HEADER + rows))[0]
    assert rows_of(content)["id"].tolist() == ["1"]


SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}


def cell(inner: str, **attributes: str) -> str:
    named = "".join(f" {name.replace('__', ':').replace('_', '-')}='{v}'" for name, v in attributes.items())
    return f"<table:table-cell{named}>{inner}</table:table-cell>"


def text(inner: str) -> str:
    return cell(f"<text:p>{inner}</text:p>", office__value_type="string")


def open_document(path: Path, *rows: list[str]) -> Path:
    """An ODS whose sheet has just these cells of XML, below a header of two names."""
    body = "".join(f"<table:table-row>{''.join(cells)}</table:table-row>" for cells in rows)
    spaces = "".join(f" xmlns:{short}='{name}'" for short, name in SPACES.items())
    header = f"<table:table-row>{text('id')}{text('value')}</table:table-row>"
    table = f"<table:table table:name='Data'>{header}{body}</table:table>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            "<manifest:manifest xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'/>",
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content{spaces}><office:body><office:spreadsheet>{table}"
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def test_errors_of_an_open_document_are_named_in_every_language(tmp_path: Path) -> None:
    note = "<office:annotation><text:p>a note</text:p></office:annotation>"
    shown = {"table__formula": "of:=NA()", "calcext__value_type": "error"}
    value = cell("<text:p>#WERT!</text:p>", office__value_type="string", office__string_value="", **shown)
    number = cell(f"{note}<text:p>#NV</text:p>", office__value_type="float", office__value="0", **shown)
    content = opened(open_document(tmp_path / "a.ods", [text("a"), value], [text("b"), number]))[0]
    assert rows_of(content)["value"].tolist() == ["#WERT!", "#NV"]
    assert "2 cells hold an error" in " ".join(content.warnings)


def test_an_open_document_keeps_tabs_and_line_breaks_and_texts_without_a_type(tmp_path: Path) -> None:
    cells = [
        text(
            "a<text:tab/>b<text:s text:c='2'/><text:span>c<text:line-break/>d</text:span></text:p><text:p>e"
        ),
        cell("<text:p>told by nobody</text:p>"),
        text("plain"),
    ]
    path = open_document(tmp_path / "a.ods", *([text(str(at)), made] for at, made in enumerate(cells)))
    assert rows_of(opened(path)[0])["value"].tolist() == ["a\tb  c\nd\ne", "told by nobody", "plain"]


def test_durations_of_an_open_document_are_those_of_other_workbooks(tmp_path: Path) -> None:
    clocks = {"PT36H30M15S": "36:30:15", "P1DT2H": "26:00:00", "-PT1H": "-1:00:00", "PT06H00M00S": "06:00:00"}
    cells = [cell("", office__value_type="time", office__time_value=clock) for clock in clocks]
    path = open_document(tmp_path / "a.ods", *([text(str(at)), made] for at, made in enumerate(cells)))
    assert rows_of(opened(path)[0])["value"].tolist() == list(clocks.values())
