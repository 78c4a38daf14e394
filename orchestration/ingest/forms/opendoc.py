"""What an ODS file says about a sheet that its cell reader does not tell. No cell values but errors."""

import re
import zipfile
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree

from orchestration.ingest.forms.openxml import CellError, SheetFacts, letters_of

_CONTENT: Final = "content.xml"
_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p"
_CELLS: Final = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
# Programs repeat the last column to the end of the sheet; what no sheet fills is not told.
_SHOWN: Final = 200
_ERROR: Final = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:\d+")


def facts_of(archive: zipfile.ZipFile, sheet: str) -> SheetFacts | None:
    """Errors, formulas without a result and what is hidden in one sheet; None where the file is no ODS.

    A program shows an error as the text of a formula and keeps an empty result beside it.
    """
    if _CONTENT not in archive.namelist():
        return None
    errors: list[CellError] = []
    unvalued: list[str] = []
    hidden: list[str] = []
    row = column = n_hidden_rows = 0
    for element in _parts_of(archive, sheet):
        if element.tag == f"{_TABLE}table-column":
            n_columns = _repeated(element, "columns")
            if _is_hidden(element):
                hidden += [
                    letters_of(number + 1) for number in range(column, column + min(n_columns, _SHOWN))
                ]
            column += n_columns
            continue
        n_rows = _repeated(element, "rows")
        n_hidden_rows += n_rows * _is_hidden(element)
        for place, n_cells, cell in _formulas(element):
            shown = "".join(part for text in cell.iter(_TEXT) for part in text.itertext()).strip()
            if _ERROR.fullmatch(shown):
                errors.append(CellError(row, place, shown, n_rows, n_cells))
            elif cell.get(f"{_OFFICE}value-type") is None:
                unvalued.append(f"{letters_of(place + 1)}{row + 1}")
        row += n_rows
    return SheetFacts(tuple(hidden), n_hidden_rows, tuple(unvalued), tuple(errors))


def _parts_of(archive: zipfile.ZipFile, sheet: str) -> Iterator[ElementTree.Element]:
    """Columns and rows of one sheet; damage is left to the reader of its cells."""
    is_wanted = False
    with archive.open(_CONTENT) as stream:
        try:
            for event, element in ElementTree.iterparse(stream, events=("start", "end")):
                if event == "start" and element.tag == f"{_TABLE}table":
                    is_wanted = element.get(f"{_TABLE}name") == sheet
                elif event == "end" and element.tag in (f"{_TABLE}table-column", f"{_TABLE}table-row"):
                    if is_wanted:
                        yield element
                    element.clear()
        except ElementTree.ParseError:
            return


def _formulas(row: ElementTree.Element) -> Iterator[tuple[int, int, ElementTree.Element]]:
    """Cells of a row with a formula: their first column from 0, how many are alike, and the cell."""
    column = 0
    for cell in row:
        if cell.tag in _CELLS:
            n_columns = _repeated(cell, "columns")
            if cell.get(f"{_TABLE}formula") is not None:
                yield column, n_columns, cell
            column += n_columns


def _repeated(element: ElementTree.Element, what: str) -> int:
    return int(element.get(f"{_TABLE}number-{what}-repeated", "1"))


def _is_hidden(element: ElementTree.Element) -> bool:
    return element.get(f"{_TABLE}visibility") in ("collapse", "filter")
