"""What an ODS file says of a sheet that its cell reader does not tell. No cell values but those left out."""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree

from orchestration.ingest.forms.openxml import CellText, SheetFacts, letters_of
from orchestration.ingest.forms.texts import text_of

_CONTENT: Final = "content.xml"
_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# Signs that are elements; the reader of cells knows the blank alone.
_SIGNS: Final = {f"{_TEXT}s": " ", f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}
_MOST_BLANKS: Final = 2**16
# LibreOffice shows errors in the language of its user and says here that they are some.
_EXTENDED_TYPE: Final = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_CELLS: Final = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
# Programs repeat the last column to the end of the sheet; what no sheet fills is not told.
_SHOWN: Final = 200
_CLOCK: Final = re.compile(r"(-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?")
_ERROR: Final = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:\d+")


def facts_of(archive: zipfile.ZipFile, sheet: str) -> SheetFacts | None:
    """What is wrong with, left out of and hidden in one sheet; None where the file is no ODS.

    A program shows an error as the text of a formula and keeps an empty result beside it.
    """
    if _CONTENT not in archive.namelist():
        return None
    errors: list[CellText] = []
    texts: list[CellText] = []
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
        for place, n_cells, cell in _cells(element):
            has_formula, kind = cell.get(f"{_TABLE}formula") is not None, cell.get(f"{_OFFICE}value-type")
            is_error = cell.get(_EXTENDED_TYPE) == "error"
            if is_error or (has_formula and _ERROR.fullmatch(_shown(cell).strip())):
                errors.append(CellText(row, place, _shown(cell).strip(), n_rows, n_cells))
            elif has_formula and kind is None:
                unvalued.append(f"{letters_of(place + 1)}{row + 1}")
            elif text := _unread(cell, kind):
                texts.append(CellText(row, place, text, n_rows, n_cells))
        row += n_rows
    return SheetFacts(tuple(hidden), n_hidden_rows, tuple(unvalued), tuple(errors), texts=tuple(texts))


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


def _cells(row: ElementTree.Element) -> Iterator[tuple[int, int, ElementTree.Element]]:
    """Cells of a row that hold something: their first column from 0, how many are alike, and the cell."""
    column = 0
    for cell in row:
        if cell.tag in _CELLS:
            n_columns = _repeated(cell, "columns")
            if len(cell) or cell.attrib:
                yield column, n_columns, cell
            column += n_columns


def _unread(cell: ElementTree.Element, kind: str | None) -> str:
    """Text of a cell that its reader leaves out, or leaves something out of; empty for all others."""
    if kind == "time":
        return _duration(cell.get(f"{_OFFICE}time-value", ""))
    if kind == "string" and cell.get(f"{_OFFICE}string-value") is None:
        has_signs = any(part.tag in _SIGNS for text in cell.findall(f"{_TEXT}p") for part in text.iter())
        return _shown(cell) if has_signs else ""
    return _shown(cell) if kind is None else ""


def _duration(clock: str) -> str:
    """Duration that is no time of a day."""
    found = _CLOCK.fullmatch(clock)
    if found is None:
        return ""
    minus, *parts = found.groups()
    days, hours, minutes, seconds = (float((part or "0").replace(",", ".")) for part in parts)
    passed = dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if minus or passed >= dt.timedelta(days=1):
        return text_of(-passed if minus else passed)
    return ""


def _shown(cell: ElementTree.Element) -> str:
    """Text that a program shows in a cell; notes are none of it."""
    return "\n".join(_plain(text) for text in cell.findall(f"{_TEXT}p"))


def _plain(text: ElementTree.Element) -> str:
    said = [text.text or ""]
    for part in text:
        n_signs = min(int(part.get(f"{_TEXT}c", "1")), _MOST_BLANKS)
        said.append(_SIGNS[part.tag] * n_signs if part.tag in _SIGNS else _plain(part))
        said.append(part.tail or "")
    return "".join(said)


def _repeated(element: ElementTree.Element, what: str) -> int:
    return int(element.get(f"{_TABLE}number-{what}-repeated", "1"))


def _is_hidden(element: ElementTree.Element) -> bool:
    return element.get(f"{_TABLE}visibility") in ("collapse", "filter")
