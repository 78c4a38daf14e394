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
