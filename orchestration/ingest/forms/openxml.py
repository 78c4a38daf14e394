"""What an XLSX file says about a sheet that its cell reader does not tell. No cell values but errors."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

_BLOCK: Final = 2**22
# Parts of a workbook that are read as a whole.
_SMALL: Final = 2**24
# Of workbooks as Excel saves them by default, and as "Strict Open XML".
_RELATIONS: Final = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
_CELL: Final = re.compile(rb"<(?:\w+:)?c\b([^>]*+)>((?:[^<]|<(?!/?(?:\w+:)?c[\s>]))*+)</(?:\w+:)?c>")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
_VALUE: Final = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?(?:/>|>([^<]*)<)")
_COLUMN: Final = re.compile(rb"<(?:\w+:)?col\b([^>]*)/?>")
_CELL_PLACE: Final = re.compile(rb"""\br\s*=\s*["']([A-Z]+)(\d+)["']""")
_FILLED: Final = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br\s*=\s*["']([A-Z]+)(\d+)["'][^>]*+(?<!/)>(?!</)""")
_ERROR: Final = re.compile(rb"""\bt\s*=\s*["']e["']""")
_TEXT: Final = re.compile(rb"""\bt\s*=\s*["']str["']""")
_HIDDEN_ROW: Final = re.compile(rb"""<(?:\w+:)?row\b[^>]*\bhidden\s*=\s*["'](?:1|true)["']""")
_SHOWN: Final = re.compile(rb"""\b(min|max|hidden)\s*=\s*["'](\w+)["']""")
_UNREAD: Final = b"<![CDATA["
# Where texts stand beside the sheet: of an XLSX, and of an ODS all of them.
_TEXTS: Final = ("xl/sharedStrings.xml", "content.xml")
# The reader of cells lays out every cell up to the last one, filled or not, in some forty bytes. What is
# mostly filled may be larger.
_ROOM: Final = 2**25
_ROOM_PER_FILLED: Final = 16


@dataclass(frozen=True, slots=True)
class CellText:
    """Text of a cell, or of a block of equal ones, such as the error ``#N/A``; row and column from 0."""

    row: int
    column: int
    word: str
    n_rows: int = 1
    n_columns: int = 1


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What a file says about a sheet.

    Attributes
    ----------
    hidden_columns : letters of columns that a person does not see.
    n_hidden_rows : rows that a person does not see, by a filter or by hand.
    unvalued : cells with a formula whose result was never stored.
    errors : cells that hold an error.
    n_unplaced : further cells that hold an error, of which the file does not say where they stand.
    blank_results : cells with a formula whose stored result is an empty text, where a result that was never
        stored looks the same.
    texts : cells of which the cell reader leaves something out.
    """

    hidden_columns: tuple[str, ...] = ()
    n_hidden_rows: int = 0
    unvalued: tuple[str, ...] = ()
    errors: tuple[CellText, ...] = ()
    n_unplaced: int = 0
    blank_results: tuple[str, ...] = ()
    texts: tuple[CellText, ...] = ()


def facts_of(archive: zipfile.ZipFile, sheet: str) -> SheetFacts | None:
    """Facts about one sheet; None where its XML is not found."""
    path = _path_of(archive, sheet)
    if path is None:
        return None
    unvalued: list[str] = []
    errors: list[CellText] = []
    hidden: tuple[str, ...] | None = None
    n_rows = n_unplaced = 0
    for block in _blocks(archive, path):
        if hidden is None:
            hidden = tuple(_hidden(block.partition(b"sheetData")[0]))
        n_rows += len(_HIDDEN_ROW.findall(block))
        if not _FORMULA.search(block) and not _ERROR.search(block):
            continue
        for attributes, content in _CELL.findall(block):
            place = _CELL_PLACE.search(attributes)
            value = _VALUE.search(content)
            if _FORMULA.search(content) and _is_unvalued(attributes, value):
                unvalued.append(b"".join(place.groups()).decode() if place else "?")
            elif place and value and _ERROR.search(attributes):
                letters, row = place.groups()
                word = (value.group(1) or b"").decode()
                errors.append(CellText(int(row) - 1, _number(letters) - 1, word))
            elif value and _ERROR.search(attributes):
                n_unplaced += 1
    return SheetFacts(hidden or (), n_rows, tuple(unvalued), tuple(errors), n_unplaced)


def far_cell(archive: zipfile.ZipFile, sheet: str) -> str:
    """Cell so far from the others that all cells up to it fill memory; empty where there is none."""
    path = _path_of(archive, sheet)
    # What is blank but has a style is not laid out; to tell it from what is filled takes time.
    if path is None or not _reach(archive, path, _CELL_PLACE):
        return ""
    return _reach(archive, path, _FILLED)


def n_unread(archive: zipfile.ZipFile, sheet: str) -> int:
    """Texts written in a way that the cell reader passes over, as far as the sheet may show them."""
    paths = {_path_of(archive, sheet), *_TEXTS} & set(archive.namelist())
    return sum(_count(archive, path) for path in paths if path)


def is_small(archive: zipfile.ZipFile, sheet: str) -> bool:
    """Whether the sheet may well hold nothing, so that it pays to look."""
    path = _path_of(archive, sheet)
    return path is None or archive.getinfo(path).file_size < _BLOCK


def letters_of(column: int) -> str:
    """Letters of a column counted from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _count(archive: zipfile.ZipFile, path: str) -> int:
    n, tail = 0, b""
    with archive.open(path) as stream:
        while block := stream.read(_BLOCK):
            n += (tail + block).count(_UNREAD)
            tail = block[1 - len(_UNREAD) :]
    return n


def _reach(archive: zipfile.ZipFile, path: str, cell: re.Pattern[bytes]) -> str:
    n_filled, columns, last = 0, {b""}, 0
    for block in _blocks(archive, path):
        found = cell.findall(block)
        n_filled += len(found)
        columns.update(letters for letters, _ in found)
        last = max(last, max(map(int, {row for _, row in found}), default=0))
    column = max(map(_number, columns))
    is_far = column * last > max(_ROOM, _ROOM_PER_FILLED * n_filled)
    return f"{letters_of(column)}{last}" if is_far else ""


def _is_unvalued(attributes: bytes, value: re.Match[bytes] | None) -> bool:
    """A stored empty text is a value; an empty number is none."""
    if value is None:
        return True
    return not value.group(1) and not _TEXT.search(attributes)


def _path_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    try:
        book = _tree(archive, "xl/workbook.xml")
        relations = _tree(archive, "xl/_rels/workbook.xml.rels")
    except (KeyError, ElementTree.ParseError):
        return None
    targets = {entry.get("Id"): entry.get("Target", "") for entry in relations}
    for entry in book.iter():
        if entry.tag.endswith("}sheet") and entry.get("name") == sheet:
            relation = next((entry.get(name) for name in _RELATIONS if entry.get(name)), None)
            target = targets.get(relation, "")
            path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            return path if path in archive.namelist() else None
    return None


def _tree(archive: zipfile.ZipFile, path: str) -> ElementTree.Element:
    with archive.open(path) as stream:
        return ElementTree.fromstring(stream.read(_SMALL))


def _blocks(archive: zipfile.ZipFile, path: str) -> Iterator[bytes]:
    """The sheet's XML in blocks that end where a row ends."""
    rest = b""
    with archive.open(path) as stream:
        while block := stream.read(_BLOCK):
            whole, end, tail = (rest + block).rpartition(b"row>")
            if end:
                yield whole + end
            rest = tail
    yield rest


def _hidden(head: bytes) -> Iterator[str]:
    for attributes in _COLUMN.findall(head):
        found = dict(_SHOWN.findall(attributes))
        if found.get(b"hidden") in (b"1", b"true"):
            # Excel hides "all columns after these" up to its last; what no sheet fills is not told.
            last = min(int(found[b"max"]), int(found[b"min"]) + 200)
            yield from (letters_of(number) for number in range(int(found[b"min"]), last + 1))


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
