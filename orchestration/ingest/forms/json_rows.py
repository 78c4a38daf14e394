"""JSON and NDJSON to rows: an array of objects, an object that holds one, one per line. No profiles."""

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from orchestration.errors import UnreadableFile
from orchestration.ingest.forms.containers import Part
from orchestration.ingest.forms.contents import Chunk, Content, chunk_of, in_chunks
from orchestration.ingest.forms.texts import Verbatim, text_of
from orchestration.ingest.text.records import Record

# Python needs about ten times the size of a document that is read as a whole.
_LARGEST_DOCUMENT: Final = 512 * 2**20
_LONGEST_LINE: Final = 64 * 2**20
# What an API says of its pages, and what it says where others follow.
_HAS_MORE: Final = {"has_more": True, "hasMore": True, "hasNextPage": True, "done": False}
_NEXT_PAGE: Final = frozenset({"next", "next_page", "nextPage", "nextRecordsUrl", "@odata.nextLink"})
# What an API wraps one value in: Personio's {label, value, type, universal_id}.
_WRAPPED: Final = ({"label", "value"}, {"label", "value", "type", "universal_id"})
# A record whose fields lie one level down: {"type": "Employee", "attributes": {...}}.
_TYPED: Final = {"type", "attributes"}


def open_json(part: Part, decimal: str = ".") -> Content:
    """Content of a JSON or NDJSON part.

    Parameters
    ----------
    part : the part.
    decimal : decimal sign that numbers are written with.

    Returns
    -------
    Content
        A line that is no object is a refused row; a missing key and null are empty.

    Raises
    ------
    UnreadableFile
        It is no JSON, or holds no array of objects, or more than one.
    """
    warnings: tuple[str, ...] = ()
    found: list[tuple[int, dict[str, Any] | None]] | None = None
    if not _is_lines(part):
        document = _document(part)
        found = list(_records(document, part.name))
        if isinstance(document, dict) and _is_page_before_others(document):
            warnings = ("the file says that more pages follow it; deliver them too",)

    def objects() -> Iterator[tuple[int, dict[str, Any] | None]]:
        return iter(found) if found is not None else _lines(part)

    names: dict[str, None] = {}
    for _, row in objects():
        names.update(dict.fromkeys(row or ()))
    if not names:
        raise UnreadableFile("The file holds no object with a field", part.name, "export it again")

    def chunks(keep: Sequence[str], _footers: Sequence[str]) -> Iterator[Chunk]:
        rows: list[list[str]] = []
        numbers: list[int] = []
        refused: list[Record] = []
        for line, row in objects():
            cells = _cells(row, keep, decimal)
            if cells is None:
                refused.append(Record([], line, "row:no_object"))
            else:
                rows.append(cells)
                numbers.append(line)
            if in_chunks(rows, refused):
                yield chunk_of(keep, rows, numbers, refused)
                rows, numbers, refused = [], [], []
        yield chunk_of(keep, rows, numbers, refused)

    cleaned = tuple(name.strip() for name in names)
    return Content(names=cleaned, encoding="utf-8", chunks=chunks, warnings=warnings)


def _cells(row: dict[str, Any] | None, keep: Sequence[str], decimal: str) -> list[str] | None:
    """Texts of a row; None where it is none, or nested deeper than can be written."""
    try:
        return None if row is None else [text_of(row.get(name), decimal) for name in keep]
    except RecursionError:
        return None


def _is_lines(part: Part) -> bool:
    """Whether the first line is an object by itself, and not the page of an API."""
    with _text(part) as stream:
        first = stream.readline(_LONGEST_LINE)
        while first and not first.strip():
            first = stream.readline(_LONGEST_LINE)
        try:
            value = _parsed(first)
        except ValueError:
            return False
        return isinstance(value, dict) and (
            bool(stream.readline(_LONGEST_LINE).strip()) or not _arrays(value)
        )


def _lines(part: Part) -> Iterator[tuple[int, dict[str, Any] | None]]:
    with _text(part) as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                value = _parsed(line)
            except ValueError:
                value = None
            yield number, _row(value)


def _document(part: Part) -> Any:
    if part.size > _LARGEST_DOCUMENT:
        raise UnreadableFile(
            f"One JSON document of more than {_LARGEST_DOCUMENT >> 20} MB", part.name, "export it as NDJSON"
        )
    with _text(part) as stream:
        content = stream.read()
        try:
            return _parsed(content)
        except ValueError as error:
            raise UnreadableFile(f"It is no JSON ({error})", part.name, "export it again") from None


def _records(value: Any, file: str) -> Iterator[tuple[int, dict[str, Any] | None]]:
    if isinstance(value, dict):
        arrays = _arrays(value)
        if len(arrays) != 1:
            # Without their names: what stands by person has the person as its key.
            found = f"{len(arrays)} arrays of objects" if arrays else "no array of objects"
            raise UnreadableFile(
                f"The JSON holds {found}; one is read", file, "export the records as one array"
            )
        value = value[arrays[0]]
    for number, entry in enumerate(value, start=1):
        yield number, _row(entry)


def _is_page_before_others(page: dict[str, Any]) -> bool:
    """Whether an API says that this is not its last page; some give an address of the next one with all."""
    said = list(_beside_records(page))
    flags = [value is more for name, value in said for known, more in _HAS_MORE.items() if name == known]
    return any(flags) if flags else any(name in _NEXT_PAGE and value for name, value in said)


def _beside_records(page: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Members of a page, and of the objects in it."""
    for name, value in page.items():
        yield name, value
        if isinstance(value, dict):
            yield from _beside_records(value)


def _arrays(value: dict[str, Any]) -> list[str]:
    return [
        name
        for name, inner in value.items()
        if isinstance(inner, list) and inner and all(isinstance(entry, dict) for entry in inner)
    ]


def _row(entry: Any) -> dict[str, Any] | None:
    if not isinstance(entry, dict):
        return None
    if set(entry) == _TYPED and isinstance(entry["attributes"], dict):
        entry = entry["attributes"]
    row = {name.strip(): _unwrapped(value) for name, value in entry.items()}
    try:
        return row | {path: value for path, value in _within(row) if path not in row}
    except RecursionError:
        return None


def _within(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Members of objects in a row, by their path: `via.channel` beside `via`, which stays whole."""
    for name, value in row.items():
        if isinstance(value, dict):
            members = {f"{name}.{key.strip()}": _unwrapped(member) for key, member in value.items()}
            yield from members.items()
            yield from _within(members)


def _unwrapped(value: Any) -> Any:
    """The value that an API wraps: Personio's label and value, and the name of what it points at."""
    if isinstance(value, dict) and set(value) in _WRAPPED:
        return _unwrapped(value["value"])
    if isinstance(value, dict) and set(value) == _TYPED and isinstance(value["attributes"], dict):
        return value["attributes"].get("name", value)
    return value


@contextmanager
def _text(part: Part) -> Iterator[io.TextIOWrapper]:
    """The part as text, in the encoding that the first bytes of JSON always tell."""
    with part.open() as stream:
        encoding = json.detect_encoding(stream.read(4))
    # Line ends inside texts are escaped in JSON, so only LF ends a line.
    with io.TextIOWrapper(part.open(), encoding=encoding, newline="\n") as text:
        try:
            yield text
        except UnicodeDecodeError:
            raise UnreadableFile(
                f"Its bytes do not fit the encoding {encoding}", part.name, "export it again in UTF-8"
            ) from None


def _parsed(text: str) -> Any:
    try:
        value = json.loads(
            text.removeprefix("\ufeff"),
            parse_float=Verbatim,
            parse_int=Verbatim,
            parse_constant=Verbatim,
            object_pairs_hook=_unique,
        )
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("it escapes half a character") from None
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    # Names are read without blanks at their ends: `id` and `id ` would be one column.
    if len({name.strip() for name in found}) < len(pairs):
        raise ValueError("an object says a key twice")
    return found
