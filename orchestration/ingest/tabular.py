"""Records to a table of text: header rows, column names, footers, refused records. No types, no profiles."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import available_timezones

from orchestration.errors import UnreadableFile
from orchestration.ingest.records import Record, decide_delimiter, records, unix_lines

_IMPORT_ID: Final = '{"ImportId"'
# Legacy Qualtrics exports: V1..Vn over the names.
_LEGACY_CODE: Final = re.compile(r"V\d+")


@dataclass(frozen=True, slots=True)
class Table:
    """A delivered file as columns of text.

    Attributes
    ----------
    names : stripped, unique column names; a blank one is ``unnamed_<position>``, a repeated one
        ``<name>_2``.
    rows : one list of ``len(names)`` texts per good record.
    lines : physical line each row starts on.
    refused : records that are not rows of this table, with their fault.
    footers : lines set aside by the footer pattern; not part of what was delivered.
    n_empty : records without any content, set aside.
    zone : time zone the header states (Qualtrics), else None.
    warnings : what a reader should know.
    """

    delimiter: str
    header_rows: int
    names: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    refused: tuple[Record, ...]
    footers: tuple[int, ...] = ()
    n_empty: int = 0
    zone: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def n_delivered(self) -> int:
        """Rows the file delivers: good and refused ones; header, footer and empty rows are none."""
        return len(self.rows) + len(self.refused)

    def column(self, name: str) -> list[str]:
        """Texts of one column, stripped at both ends."""
        place = self.names.index(name)
        return [row[place].strip() for row in self.rows]


def read_table(text: str, where: str, delimiter: str | None = None) -> Table:
    """Read text as one table.

    Parameters
    ----------
    text : text of the whole file.
    where : file name, for messages.
    delimiter : declared delimiter; None decides by consistency, and takes a comma for a single column.

    Returns
    -------
    Table
        Footers not yet set aside, see `without_footers`.

    Raises
    ------
    UnreadableFile
        No header, or the header itself is malformed.
    """
    text = unix_lines(text)
    delimiter = delimiter or decide_delimiter(text) or ","
    found = records(text, delimiter)
    filled = [record for record in found if any(field.strip() for field in record.fields)]
    if not filled:
        raise UnreadableFile("The file holds no header", where, "export it again")
    header = filled[0]
    if header.fault:
        raise UnreadableFile(
            f"The header cannot be split into columns (line {header.line}: a quote out of place)",
            where,
            "export it again as CSV",
        )
    names, warnings = _names(header.fields)
    n_header = _header_rows(filled)
    zone, zone_warnings = _zone(names, filled[2]) if n_header == 3 else (None, ())
    rows: list[list[str]] = []
    lines: list[int] = []
    refused: list[Record] = []
    width = len(names)
    for record in filled[n_header:]:
        if record.fault:
            refused.append(record)
        elif len(record.fields) != width:
            refused.append(Record(record.fields, record.line, "row:wrong_number_of_fields"))
        else:
            rows.append(record.fields)
            lines.append(record.line)
    n_empty = len(found) - len(filled)
    if n_empty:
        warnings.append(f"{n_empty} rows without content were set aside")
    return Table(
        delimiter,
        n_header,
        names,
        rows,
        lines,
        tuple(refused),
        (),
        n_empty,
        zone,
        (*warnings, *zone_warnings),
    )


def without_footers(table: Table, patterns: Sequence[str]) -> Table:
    """Table whose last records are set aside as far as they begin like a footer.

    Parameters
    ----------
    table : table as read.
    patterns : regular expressions, matched at the start of a record's first filled field.

    Returns
    -------
    Table
        A record that looks like a footer but stands between rows is still a row.
    """
    if not patterns:
        return table
    is_footer = re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
    last = sorted(
        [
            *((line, row) for line, row in zip(table.lines[-50:], table.rows[-50:], strict=True)),
            *((record.line, record.fields) for record in table.refused[-50:]),
        ],
        reverse=True,
    )
    footers: set[int] = set()
    for line, fields in last:
        if not is_footer.match(next(field.strip() for field in fields if field.strip())):
            break
        footers.add(line)
    if not footers:
        return table
    n_rows = sum(line not in footers for line in table.lines)
    return Table(
        table.delimiter, table.header_rows, table.names, table.rows[:n_rows], table.lines[:n_rows],
        tuple(record for record in table.refused if record.line not in footers),
        tuple(sorted(footers)), table.n_empty, table.zone,
        (*table.warnings, f"{len(footers)} footer rows were set aside"),
    )  # fmt: skip


def _names(header: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    names: list[str] = []
    warnings: list[str] = []
    seen: Counter[str] = Counter()
    for position, raw in enumerate(header, start=1):
        name = raw.strip()
        if not name:
            name = f"unnamed_{position}"
            warnings.append(f"column {position} has no name; it is called {name}")
        seen[name] += 1
        if seen[name] > 1:
            warnings.append(f"the column name {name} stands {seen[name]} times; only the first is read")
            name = f"{name}_{seen[name]}"
        names.append(name)
    return tuple(names), warnings


def _header_rows(filled: Sequence[Record]) -> int:
    if len(filled) > 2 and filled[2].fields[0].lstrip().startswith(_IMPORT_ID):
        return 3
    if len(filled) > 1 and _LEGACY_CODE.fullmatch(filled[0].fields[0]) and "ResponseID" in filled[1].fields:
        return 2
    return 1


def _zone(names: Sequence[str], third: Record) -> tuple[str | None, tuple[str, ...]]:
    zones: Counter[str] = Counter()
    for cell in third.fields[: len(names)]:
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
