"""What an XLS file (BIFF in an OLE container) says about a sheet that its cell reader does not tell.

Layout: Microsoft's published [MS-CFB] and [MS-XLS]. Only records of errors, formulas, rows and
columns are looked at.
"""

import struct
from collections.abc import Iterator
from typing import Final

from orchestration.ingest.forms.openxml import CellText, SheetFacts, letters_of

_SIGNATURE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOF, _EOF, _BOUNDSHEET = 0x0809, 0x000A, 0x0085
_FORMULA, _BOOLERR, _ROW, _COLINFO = 0x0006, 0x0205, 0x0208, 0x007D
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x20, 0x01
_WORDS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
# Sector numbers from here on are marks: end of a chain, free, of the table itself.
_NO_SECTOR: Final = 0xFFFFFFFA
_ENTRY: Final = 128
_ROOT: Final = 5
_IS_NO_NUMBER: Final = b"\xff\xff"
_ERROR_RESULT, _BLANK_RESULT = 2, 3


def facts_of(content: bytes, sheet: str) -> SheetFacts | None:
    """Errors, blank formulas and hidden parts of one sheet; None where the file is laid out otherwise."""
    if not content.startswith(_SIGNATURE):
        return SheetFacts()
    try:
        book = _workbook(content)
        start = dict(_sheets(book)).get(sheet)
        return None if start is None else _facts(book, start)
    except (struct.error, IndexError, KeyError, UnicodeDecodeError):
        return None


def _workbook(content: bytes) -> bytes:
    """The stream of the workbook out of its container."""
    shift, small_shift = struct.unpack_from("<HH", content, 30)
    first_entry, cutoff, first_small = struct.unpack_from("<I4xII", content, 48)
    table = _allocation(content, 1 << shift)
    entries = _joined(content, table, first_entry, 1 << shift, 1)
    found = {}
    for place in range(0, len(entries) - _ENTRY + 1, _ENTRY):
        (length,) = struct.unpack_from("<H", entries, place + 64)
        name = entries[place : place + max(length - 2, 0)].decode("utf-16-le")
        kind = "root" if entries[place + 66] == _ROOT else name.casefold()
        found[kind] = struct.unpack_from("<II", entries, place + 116)
    first, size = found["workbook"] if "workbook" in found else found["book"]
    if size >= cutoff:
        return _joined(content, table, first, 1 << shift, 1)[:size]
    numbers = _joined(content, table, first_small, 1 << shift, 1)
    small_table = list(struct.unpack(f"<{len(numbers) // 4}I", numbers))
    small = _joined(content, table, found["root"][0], 1 << shift, 1)
    return _joined(small, small_table, first, 1 << small_shift, 0)[:size]


def _allocation(content: bytes, sector: int) -> list[int]:
    """The table that says which sector follows which."""
    numbers = list(struct.unpack_from("<109I", content, 76))
    (following,) = struct.unpack_from("<I", content, 68)
    while following < _NO_SECTOR:
        part = struct.unpack_from(f"<{sector // 4}I", content, (following + 1) * sector)
        numbers += part[:-1]
        following = part[-1]
        if len(numbers) * sector > len(content) + 109 * sector:
            raise IndexError("the table of sectors goes in circles")
    table: list[int] = []
    for number in numbers:
        if number < _NO_SECTOR:
            table += struct.unpack_from(f"<{sector // 4}I", content, (number + 1) * sector)
    return table


def _joined(content: bytes, table: list[int], first: int, sector: int, header: int) -> bytes:
    """Sectors of one chain; `header` sectors stand before the first one."""
    parts: list[bytes] = []
    while first < _NO_SECTOR:
        begin = (first + header) * sector
        parts.append(content[begin : begin + sector])
        first = table[first]
        if len(parts) > len(table):
            raise IndexError("a chain of sectors goes in circles")
    return b"".join(parts)


def _records(book: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    while place + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, place)
        yield kind, book[place + 4 : place + 4 + length]
        place += 4 + length


def _sheets(book: bytes) -> Iterator[tuple[str, int]]:
    """Names of the sheets and where each begins."""
    is_old = False
    for kind, data in _records(book, 0):
        if kind == _BOF:
            (version,) = struct.unpack_from("<H", data)
            is_old = version < 0x0600
        elif kind == _BOUNDSHEET:
            (begin,) = struct.unpack_from("<I", data)
            if is_old:
                yield data[7 : 7 + data[6]].decode("cp1252"), begin
            else:
                is_wide = data[7] & 1
                yield data[8 : 8 + (data[6] << is_wide)].decode("utf-16-le" if is_wide else "latin-1"), begin
        elif kind == _EOF:
            return


def _facts(book: bytes, begin: int) -> SheetFacts:
    errors: list[CellText] = []
    hidden: list[str] = []
    blank: list[str] = []
    n_hidden_rows = 0
    for kind, data in _of_sheet(book, begin):
        if kind == _BOOLERR:
            row, column, code, is_error = struct.unpack_from("<HH2xBB", data)
            if is_error:
                errors.append(CellText(row, column, _WORDS.get(code, "#N/A")))
        elif kind == _FORMULA and data[12:14] == _IS_NO_NUMBER:
            row, column = struct.unpack_from("<HH", data)
            if data[6] == _ERROR_RESULT:
                errors.append(CellText(row, column, _WORDS.get(data[8], "#N/A")))
            elif data[6] == _BLANK_RESULT:
                blank.append(f"{letters_of(column + 1)}{row + 1}")
        elif kind == _ROW:
            n_hidden_rows += bool(data[12] & _HIDDEN_ROW)
        elif kind == _COLINFO:
            first, last, flags = struct.unpack_from("<HH4xH", data)
            if flags & _HIDDEN_COLUMN:
                hidden += [letters_of(number + 1) for number in range(first, last + 1)]
    return SheetFacts(tuple(hidden), n_hidden_rows, errors=tuple(errors), blank_results=tuple(blank))


def _of_sheet(book: bytes, begin: int) -> Iterator[tuple[int, bytes]]:
    """Records of one sheet itself, without those of charts in it."""
    depth = 0
    for kind, data in _records(book, begin):
        if kind in (_BOF, _EOF):
            depth += 1 if kind == _BOF else -1
            if depth == 0:
                return
        elif depth == 1:
            yield kind, data
