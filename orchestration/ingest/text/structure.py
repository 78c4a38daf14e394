"""Where a table's header stands, how many rows it has and what its columns are called. Refuses nothing."""

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import available_timezones

from orchestration.ingest.text.letters import INVISIBLE
from orchestration.ingest.text.records import Record, next_line

IsHeader = Callable[[Sequence[str]], bool]
"""Cells of a row -> whether they are the header of a known export."""

_IMPORT_ID: Final = '{"ImportId"'
_DATEV: Final = frozenset({"EXTF", "DTVF"})
# Legacy Qualtrics exports: V1..Vn over the names.
_LEGACY_CODE: Final = re.compile(r"V\d+")
# Second header rows of SurveyMonkey say this where a column is its question's only answer.
_NO_OPTION: Final = frozenset({"response", "open-ended response"})
# A title block longer than this was never met; a header is not looked for below it.
_LOOKED_AT: Final = 50
_DATA_LIKE: Final = re.compile(
    r"[-+(]?\s*[$€£¥]?\s*[-+]?\d[\d.,'\u00a0 ]*\)?-?%?"  # numbers, amounts
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]\d.*)?|\d{1,2}:\d{2}(:\d{2})?.*"  # dates, times
    r"|[^@\s]+@[^@\s]+\.[a-z]+|true|false",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Structure:
    """What the first rows of a table say about the others.

    Attributes
    ----------
    names, labels : as in `tabular.Table`, without trailing columns that hold nothing at all.
    width : number of fields of a row, those trailing columns included.
    place, first : places among the records looked at of the header and of the first row.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    width: int
    header_rows: int
    place: int
    first: int
    preamble: tuple[tuple[str, ...], ...] = ()
    zone: str | None = None
    warnings: tuple[str, ...] = ()


def clean(text: str) -> str:
    """Name as a person reads it: no line breaks, no invisible characters, single spaces."""
    return " ".join(INVISIBLE.sub("", text).split())


def cells(fields: Sequence[str]) -> list[str]:
    """Cells of a header row, clean."""
    return [clean(field) for field in fields]


def is_filled(record: Record) -> bool:
    """Whether any field holds more than blanks."""
    return any(map(str.strip, record.fields))


def is_data_like(text: str) -> bool:
    """Whether a cell reads like a number, amount, date, time, e-mail address or truth value."""
    return bool(_DATA_LIKE.fullmatch(text.strip()))


def header_place(found: Sequence[Record], is_header: IsHeader | None = None) -> int:
    """Place of the header's first row: that of a known export, else below a title block, else the first.

    Rows with at most one cell above a header are a title block when the file itself sets them apart: by an
    empty row, or because they are padded to the width of the table. A line that merely does not split may
    be the header itself with another separator, so it is left where it is.
    """
    filled = [place for place, record in enumerate(found) if is_filled(record)]
    if not filled:
        return 0
    if is_header is not None:
        for above, place in zip((None, *filled), filled[:_LOOKED_AT], strict=False):
            if found[place].fault is None and is_header(cells(found[place].fields)):
                has_codes = above is not None and _is_legacy((found[above], found[place]))
                return above if above is not None and has_codes else place
    if found[filled[0]].fields[0].strip() in _DATEV and len(filled) > 1:
        return filled[1]
    return _below_titles(found, filled)


def structure_of(
    found: Sequence[Record], header_rows: int | None = None, is_header: IsHeader | None = None
) -> Structure:
    """Structure of a table whose first records are `found`; at least one of them is filled.

    Parameters
    ----------
    found : all records of the table, or so many of the first that its header is among them.
    header_rows : declared number of header rows; None finds out.
    is_header : says whether cells are the header of a known export.
    """
    place = header_place(found, is_header)
    below = [at for at in range(place, len(found)) if is_filled(found[at])]
    n_header = header_rows or _header_rows([found[at] for at in below[:3]])
    header = [found[at] for at in below[:n_header]]
    first = below[n_header] if len(below) > n_header else len(found)
    width = len(header[0].fields)
    rows = [record.fields for record in found[first:] if len(record.fields) == width]
    raw, labels = _levels(header, width)
    n_kept = _n_kept(raw, labels, rows)
    names, warnings = _unique(raw[:n_kept])
    zone, zone_warnings = _zone(header[2].fields[:width]) if _is_qualtrics(header) else (None, ())
    preamble = [record for record in found[:place] if is_filled(record)]
    if preamble:
        warnings.insert(0, f"{len(preamble)} rows above the header were set aside")
    return Structure(
        names=names,
        labels=tuple(labels[:n_kept]),
        width=width,
        header_rows=len(header),
        place=place,
        first=first,
        preamble=tuple(tuple(record.fields) for record in preamble),
        zone=zone,
        warnings=(*warnings, *zone_warnings),
    )


def _below_titles(found: Sequence[Record], filled: Sequence[int]) -> int:
    widths = Counter(len(found[at].fields) for at in filled if found[at].fault is None)
    width = max(((n, w) for w, n in widths.items() if w > 1), default=(0, 0))[1]
    titles = []
    for place in filled[:_LOOKED_AT]:
        record = found[place]
        if record.fault is not None or sum(bool(field.strip()) for field in record.fields) > 1:
            break
        titles.append(place)
    if not titles or len(titles) == len(filled) or not width:
        return filled[0]
    place = filled[len(titles)]
    header = found[place]
    is_set_apart = _blank_between(found, titles[-1], place) or all(
        len(found[at].fields) == width for at in titles
    )
    if (
        header.fault
        or len(header.fields) != width
        or not is_set_apart
        or any(map(is_data_like, header.fields))
    ):
        return filled[0]
    return place


def _blank_between(found: Sequence[Record], above: int, below: int) -> bool:
    return below > above + 1 or found[below].line > next_line(found[above])


def _header_rows(filled: Sequence[Record]) -> int:
    if _is_qualtrics(filled):
        return 3
    if len(filled) > 1 and (_is_legacy(filled) or _is_surveymonkey(filled)):
        return 2
    return 1


def _is_qualtrics(filled: Sequence[Record]) -> bool:
    return len(filled) > 2 and filled[2].fields[0].lstrip().startswith(_IMPORT_ID)


def _is_legacy(filled: Sequence[Record]) -> bool:
    pairs = zip(filled[0].fields, filled[1].fields, strict=False)
    return any(name == "ResponseID" and _LEGACY_CODE.fullmatch(code.strip()) for code, name in pairs)


def _is_surveymonkey(filled: Sequence[Record]) -> bool:
    """Whether the second row holds options: none below the names of a response, one below each blank."""
    first, second = ([cell.strip() for cell in record.fields] for record in filled[:2])
    if second[0]:
        return False
    continued = [below for above, below in zip(first, second, strict=False) if not above]
    has_options = bool(continued) and all(continued) and all(first[:3]) and not any(second[:3])
    return has_options or any(cell.lower() in _NO_OPTION for cell in second)


def _levels(header: Sequence[Record], width: int) -> tuple[list[str], list[str]]:
    """Name and label of each column, out of one to three header rows."""
    rows = [(cells(record.fields) + [""] * width)[:width] for record in header]
    if len(rows) == 1:
        return rows[0], [""] * width
    if _is_qualtrics(header):
        return rows[0], rows[1]
    if _is_legacy(header):
        is_code = [bool(_LEGACY_CODE.fullmatch(cell)) for cell in rows[0]]
        pairs = [(b, a) if code else (a, b) for a, b, code in zip(rows[0], rows[1], is_code, strict=True)]
        return [name for name, _ in pairs], [label for _, label in pairs]
    names = [_joined(parts) for parts in zip(*map(_carried, rows[:-1]), rows[-1], strict=True)]
    return names, rows[-1]


def _carried(row: Sequence[str]) -> list[str]:
    """Cells of an upper header row, a blank one continuing the one before."""
    carried: list[str] = []
    for cell in row:
        carried.append(cell or (carried[-1] if carried else ""))
    return carried


def _joined(parts: Sequence[str]) -> str:
    """Question and option in one name; an option that says nothing is left out."""
    *upper, last = parts
    if last.lower() in _NO_OPTION:
        last = ""
    return " | ".join(dict.fromkeys(part for part in (*upper, last) if part))


def _n_kept(names: Sequence[str], labels: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    n_kept = len(names)
    while n_kept > 1 and not names[n_kept - 1] and not labels[n_kept - 1]:
        if any(row[n_kept - 1].strip() for row in rows):
            break
        n_kept -= 1
    return n_kept


def _unique(raw: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    names: list[str] = []
    warnings: list[str] = []
    taken: set[str] = set(raw)
    seen: Counter[str] = Counter()
    for position, given in enumerate(raw, start=1):
        name = given
        if not name:
            name = f"unnamed_{position}"
            warnings.append(f"column {position} has no name; it is called {name}")
        seen[name] += 1
        if seen[name] > 1:
            warnings.append(f"the column name {name} stands {seen[name]} times; only the first is read")
            name = _free(f"{name}_{seen[name]}", taken)
        taken.add(name)
        names.append(name)
    return tuple(names), warnings


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_2"
    return name


def _zone(third: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    zones: Counter[str] = Counter()
    for cell in third:
        try:
            stated = json.loads(cell) if cell.strip() else {}
        except ValueError:
            continue
        if isinstance(stated, dict) and isinstance(stated.get("timeZone"), str):
            zones[stated["timeZone"]] += 1
    if not zones:
        return None, ("the header states no time zone; the declared one is used",)
    zone = zones.most_common(1)[0][0]
    if zone not in available_timezones():
        return None, (f"the header states the time zone {zone}, which is none; the declared one is used",)
    if len(zones) > 1:
        return zone, (f"the header states {len(zones)} time zones; {zone} is used",)
    return zone, ()
