"""Harm prevented: a workbook's cell is landed as something it does not say, or a hidden part is not told."""

import re
import struct
import zipfile
from pathlib import Path

import pytest
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table as OdsTable
from odf.table import TableCell, TableColumn, TableRow
from odf.text import P

from orchestration.errors import UnreadableFile
from orchestration.ingest.forms.biff import facts_of
from orchestration.ingest.forms.containers import parts_of
from orchestration.ingest.forms.formats import open_part
from tests.orchestration.ingest.typed_cells import ROWS, TEXTS, opened, rows_of, workbook


def test_a_sheet_is_landed_as_its_cells_say(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", ROWS)
    content = opened(tmp_path / "a.xlsx")[0]
    rows = rows_of(content)
    assert content.names == tuple(ROWS[0])
    assert rows[list(content.names)].to_numpy().tolist() == TEXTS
    assert rows["source_line"].tolist() == [2, 3]


def test_old_and_open_workbooks_are_read_alike(tmp_path: Path) -> None:
    old = xlwt.Workbook()
    sheet = old.add_sheet("Data")
    for place, row in enumerate([["id", "name"], [1, "Zoë"], [2.5, ""]]):
        for column, value in enumerate(row):
            sheet.write(place, column, value)
    old.save(tmp_path / "a.xls")
    ods = OpenDocumentSpreadsheet()
    table = OdsTable(name="Data")
    for values in (["id", "name"], [1, "Zoë"], [2.5, ""]):
        row = TableRow()
        for value in values:
            number = isinstance(value, float | int)
            kind = {"valuetype": "float", "value": value} if number else {"valuetype": "string"}
            cell = TableCell(**kind)
            cell.addElement(P(text=str(value)))
            row.addElement(cell)
        table.addElement(row)
    ods.spreadsheet.addElement(table)
    ods.save(tmp_path / "a.ods")
    for name in ("a.xls", "a.ods"):
        rows = rows_of(opened(tmp_path / name)[0])
        assert rows.to_numpy().tolist() == [["1", "Zoë", 2], ["2.5", "", 3]], name


def test_n39_hidden_sheets_and_columns_and_merged_cells_are_told(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx", [["id", "checksum", "name"], [1, "x", "y"], [2, "x", "z"]])
    book.create_sheet("Secret").append(["a"])
    book["Secret"].sheet_state = "hidden"
    book.create_sheet("Blatt2").append(["key", "value"])
    book["Blatt2"].append([1, 2])
    book.create_sheet("Empty")
    book["Data"].column_dimensions["B"].hidden = True
    book["Data"].row_dimensions[3].hidden = True
    book["Data"].merge_cells("A5:B5")
    book.save(tmp_path / "a.xlsx")
    parts = parts_of(tmp_path / "a.xlsx", "exports/a.xlsx")
    assert [part.name for part in parts] == ["exports/a.xlsx!Data", "exports/a.xlsx!Blatt2"]
    assert len({part.delivery_id for part in parts}) == 2
    said = " ".join(open_part(parts[0]).warnings)
    assert "1 hidden sheets are not read: Secret" in said
    assert "1 hidden columns are read too: B" in said
    assert "1 hidden or filtered rows are read too" in said
    assert "1 groups of merged cells" in said


def test_n39_hidden_columns_and_rows_of_an_old_workbook_are_told(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    for row, cells in enumerate([["id", "checksum", "name"], [1, "x", "y"], [2, "x", "z"]]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    sheet.col(1).hidden = True
    sheet.row(2).hidden = True
    book.save(tmp_path / "a.xls")
    said = " ".join(opened(tmp_path / "a.xls")[0].warnings)
    assert "1 hidden columns are read too: B" in said
    assert "1 hidden or filtered rows are read too" in said


def test_formulas_without_a_stored_result_are_refused_by_name(tmp_path: Path) -> None:
    workbook(tmp_path / "qbo.xlsx", [["account", "amount"], ["Sales", "=15000.00"]])
    with pytest.raises(UnreadableFile, match=r"1 cells are formulas without a stored result, first B2"):
        opened(tmp_path / "qbo.xlsx")


STRICT = {
    b"http://schemas.openxmlformats.org/officeDocument/2006/": b"http://purl.oclc.org/ooxml/officeDocument/",
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
}
"""Names of the usual XLSX, and those that Excel writes as "Strict Open XML Spreadsheet"."""


def test_a_strict_workbook_is_asked_for_its_formulas_too(tmp_path: Path) -> None:
    workbook(tmp_path / "usual.xlsx", [["account", "amount"], ["Sales", "=15000.00"]])
    with zipfile.ZipFile(tmp_path / "usual.xlsx") as usual, zipfile.ZipFile(tmp_path / "a.xlsx", "w") as made:
        for name in usual.namelist():
            content = usual.read(name)
            for given, strict in STRICT.items():
                content = content.replace(given, strict)
            made.writestr(name, content)
    with pytest.raises(UnreadableFile, match=r"1 cells are formulas without a stored result, first B2"):
        opened(tmp_path / "a.xlsx")


def test_formulas_of_an_old_workbook_without_a_stored_result_are_named(tmp_path: Path) -> None:
    old_workbook(tmp_path / "a.xls", rows=2)
    notes = opened(tmp_path / "a.xls")[1].warnings
    assert any("2 formulas are read as empty, first C2" in note for note in notes)
    # A number that was stored is a result.
    content = (tmp_path / "a.xls").read_bytes()
    found = re.search(rb"\x06\x00..\x01\x00\x02\x00", content, re.DOTALL)
    assert found is not None
    result = found.start() + 10
    half = struct.pack("<d", 0.5)
    (tmp_path / "b.xls").write_bytes(content[:result] + half + content[result + 8 :])
    stored = opened(tmp_path / "b.xls")[1]
    assert rows_of(stored)["rate"].tolist() == ["0.5", ""]
    assert any("1 formulas are read as empty, first C3" in note for note in stored.warnings)


def test_error_cells_are_not_read_as_empty(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx", [["id", "amount"], [1, "#N/A"]])
    book["Data"]["B2"].data_type = "e"
    book.save(tmp_path / "a.xlsx")
    content = opened(tmp_path / "a.xlsx")[0]
    assert rows_of(content)["amount"].tolist() == ["#N/A"]
    assert any("1 cells hold an error such as #N/A" in note for note in content.warnings)


def old_workbook(path: Path, rows: int = 1) -> None:
    """An XLS of errors as cells, in a second sheet with letters beyond Latin in its name."""
    book = xlwt.Workbook()
    book.add_sheet("First").write(0, 0, "id")
    sheet = book.add_sheet("Łódź")
    for column, name in enumerate(("id", "amount", "rate")):
        sheet.write(0, column, name)
    for row in range(1, rows + 1):
        sheet.write(row, 0, row)
        sheet.row(row).set_cell_error(1, "#DIV/0!")
        sheet.write(row, 2, xlwt.Formula("1/2"))
    book.save(path)


@pytest.mark.parametrize("rows", [1, 2_000])
def test_error_cells_of_an_old_workbook_are_not_read_as_empty(tmp_path: Path, rows: int) -> None:
    old_workbook(tmp_path / "a.xls", rows)
    content = opened(tmp_path / "a.xls")[1]
    assert set(rows_of(content)["amount"]) == {"#DIV/0!"}
    assert any(f"{rows:,} cells hold an error such as #DIV/0!" in note for note in content.warnings)
    assert [note for note in opened(tmp_path / "a.xls")[0].warnings if "error" in note] == []


def test_a_formula_of_an_old_workbook_whose_result_is_an_error_is_named(tmp_path: Path) -> None:
    old_workbook(tmp_path / "a.xls")
    content = (tmp_path / "a.xls").read_bytes()
    # Row 1, column 2: its empty result becomes the error that a spreadsheet program would store.
    found = re.search(rb"\x06\x00..\x01\x00\x02\x00", content, re.DOTALL)
    assert found is not None
    place = found.start() + 4
    assert content[place + 12 : place + 14] == b"\xff\xff"
    (tmp_path / "b.xls").write_bytes(
        content[: place + 6] + b"\x02\x00\x24\x00\x00\x00" + content[place + 12 :]
    )
    assert rows_of(opened(tmp_path / "b.xls")[1])["rate"].tolist() == ["#NUM!"]


def test_an_old_workbook_that_does_not_tell_its_errors_is_said_to(tmp_path: Path) -> None:
    old_workbook(tmp_path / "a.xls")
    content = (tmp_path / "a.xls").read_bytes()
    for length in range(0, len(content), 97):
        facts_of(content[:length], "Łódź")
    assert facts_of(content, "Łódź") is not None
    assert facts_of(content, "Lodz") is None


def open_document(path: Path, rows: list[list[dict[str, str]]]) -> None:
    """An ODS whose cells have the attributes and texts given."""
    ods = OpenDocumentSpreadsheet()
    table = OdsTable(name="Data")
    table.addElement(TableColumn())
    table.addElement(TableColumn(visibility="collapse"))
    for cells in rows:
        row = TableRow()
        for cell in cells:
            made = TableCell(**{name: text for name, text in cell.items() if name != "text"})
            if "text" in cell:
                made.addElement(P(text=cell["text"]))
            row.addElement(made)
        table.addElement(row)
    ods.spreadsheet.addElement(table)
    ods.save(path)


NAMES = [{"valuetype": "string", "text": name} for name in ("id", "amount", "note")]
ERROR = {"valuetype": "string", "stringvalue": "", "formula": "of:=1/0", "text": "#DIV/0!"}


def test_error_cells_of_an_open_document_are_not_read_as_empty(tmp_path: Path) -> None:
    one, two = ({"valuetype": "float", "value": n, "text": n} for n in "12")
    note = {"valuetype": "string", "text": "#N/A"}
    half = {"valuetype": "float", "value": "0.5", "formula": "of:=1/2", "text": "0.5"}
    open_document(tmp_path / "a.ods", [NAMES, [one, ERROR, note], [two, half, note]])
    content = opened(tmp_path / "a.ods")[0]
    assert rows_of(content)["amount"].tolist() == ["#DIV/0!", "0.5"]
    told = " ".join(content.warnings)
    assert "1 cells hold an error such as #DIV/0!" in told, "a text typed by hand is none"
    assert "1 hidden columns are read too: B" in told


def test_open_documents_with_formulas_without_a_result_are_refused_by_name(tmp_path: Path) -> None:
    open_document(tmp_path / "a.ods", [NAMES, [NAMES[0], {"formula": "of:=1/2"}, NAMES[1]]])
    with pytest.raises(UnreadableFile, match=r"1 cells are formulas without a stored result, first B2"):
        opened(tmp_path / "a.ods")


def test_n55_numbers_that_a_workbook_rounds_are_told(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", [["id", "x"], [1234567890123456789, 1]])
    content = opened(tmp_path / "a.xlsx")[0]
    assert rows_of(content)["id"].tolist() != ["1234567890123456789"]
    assert any("1 numbers have more than 15 digits" in note for note in content.warnings)


def test_a_workbook_inside_an_archive_is_read(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", ROWS)
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.write(tmp_path / "a.xlsx", "a.xlsx")
    parts = parts_of(tmp_path / "b.zip", "exports/b.zip")
    assert [part.name for part in parts] == ["exports/b.zip!a.xlsx!Data"]
    assert len(rows_of(open_part(parts[0]))) == 2


def test_a_workbook_that_is_damaged_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert "cannot be read" in parts_of(tmp_path / "a.xls", "a.xls")[0].problem
