"""Records to a table of text: rows, refused records, footers. No profiles, no types, no containers.

`read_file` is the way in for a file on its own; it needs no profile.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from orchestration.errors import UnreadableFile
from orchestration.ingest.text.decode import decode
from orchestration.ingest.text.dialect import decide
from orchestration.ingest.text.layouts import (
    refuse_blocks,
    refuse_header,
    refuse_markup,
    refuse_nothing_fits,
    refuse_other_widths,
    refuse_periods,
    refuse_stacked,
)
from orchestration.ingest.text.records import Record, next_line, records, unix_lines
from orchestration.ingest.text.rows import is_only_above, sorted_out
from orchestration.ingest.text.structure import IsHeader, Structure, cells, is_filled, structure_of

# Footers stand at the end; a record further up that looks like one is a row.
N_FOOTERS_LOOKED_FOR = 50
# In a table of fewer columns a single field may be a row that lost its end.
_TITLED_WIDTH = 3
_TITLE_FAULTS = (None, "row:wrong_number_of_fields")


@dataclass(frozen=True, slots=True)
class Table:
    """A delivered file as columns of text.

    Attributes
    ----------
    delimiter, quote : of delimited text, else empty.
    names : clean, unique column names; a blank one is ``unnamed_<position>``, a repeated one
        ``<name>_2``; out of two header rows ``question | option``.
    labels : what further header rows say about each column beside its name, else empty.
    preamble : rows above the header.
    rows : one list of ``len(names)`` texts per good record, as they stand in the file.
    lines : physical line each row starts on.
    refused : records that are not rows of this table, with their fault.
    footers : records set aside by the footer pattern; not part of what was delivered.
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
    footers: tuple[Record, ...] = ()
    n_empty: int = 0
    zone: str | None = None
    warnings: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    preamble: tuple[tuple[str, ...], ...] = ()
    quote: str = ""

    @property
    def n_delivered(self) -> int:
        """Rows the file delivers: good and refused ones; header, footer and empty rows are none."""
        return len(self.rows) + len(self.refused)

    def column(self, name: str) -> list[str]:
        """Texts of one column, stripped at both ends."""
        place = self.names.index(name)
        return [row[place].strip() for row in self.rows]


def read_file(path: Path) -> Table:
    """Read a delimited file whose encoding, dialect and header its own bytes tell.

    Raises
    ------
    UnreadableFile
        It cannot be opened, its encoding is unclear, or it holds no single table.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(
            f"The file cannot be opened ({error.strerror})", str(path), "check its rights and run again"
        ) from error
    decoded = decode(content, path.name)
    table = read_table(decoded.text, path.name)
    return replace(table, warnings=(*decoded.warnings, *table.warnings))


def read_table(
    text: str,
    where: str,
    *,
    delimiter: str | None = None,
    quote: str | None = None,
    header_rows: int | None = None,
    is_header: IsHeader | None = None,
    unpivot: bool = False,
) -> Table:
    """Read text as one table.

    Parameters
    ----------
    text : text of the whole file.
    where : file name, for messages.
    delimiter, quote : declared ones; None decides by consistency, and takes a comma for a single column.
    header_rows : declared number of header rows; None finds out.
    is_header : says whether cells are the header of a known export; rows above it are set aside.
    unpivot : periods as columns are expected, so they are not refused.

    Returns
    -------
    Table
        Footers not yet set aside, see `without_footers`.

    Raises
    ------
    UnreadableFile
        No header, a malformed one, or a layout that is no single table.
    """
    refuse_markup(text, where)
    text = unix_lines(text)
    dialect = decide(text, delimiter=delimiter, quote=quote, is_header=is_header)
    found = records(
        text, dialect.delimiter, quote=dialect.quote, is_quoted_throughout=dialect.is_quoted_throughout
    )
    table = table_of(found, where, header_rows=header_rows, is_header=is_header, unpivot=unpivot)
    return replace(table, delimiter=dialect.delimiter, quote=dialect.quote)


def table_of(
    found: Sequence[Record],
    where: str,
    *,
    header_rows: int | None = None,
    is_header: IsHeader | None = None,
    unpivot: bool = False,
) -> Table:
    """Make one table of records from anywhere; parameters, result and errors as in `read_table`."""
    structure = checked_structure(found, where, header_rows=header_rows, is_header=is_header, unpivot=unpivot)
    rows, lines, refused, n_empty = sorted_out(found[structure.first :], structure)
    header = found[structure.place].fields
    refuse_layout(header, rows, lines, refused, structure.width, where)
    n_empty += sum(not is_filled(record) for record in found[: structure.first])
    told = (f"{n_empty} rows without content were set aside",) if n_empty else ()
    return Table(
        delimiter="",
        header_rows=structure.header_rows,
        names=structure.names,
        rows=rows,
        lines=lines,
        refused=tuple(refused),
        n_empty=n_empty,
        zone=structure.zone,
        warnings=(*structure.warnings, *told),
        labels=structure.labels,
        preamble=structure.preamble,
    )


def checked_structure(
    found: Sequence[Record],
    where: str,
    *,
    header_rows: int | None = None,
    is_header: IsHeader | None = None,
    unpivot: bool = False,
) -> Structure:
    """Structure of a table, refused where its header or layout is none; parameters as in `read_table`."""
    if not any(map(is_filled, found)):
        raise UnreadableFile("The file holds no header", where, "export it again")
    structure = structure_of(found, header_rows, is_header)
    is_known = is_header is not None and is_header(cells(found[structure.place].fields))
    refuse_header(found, structure, where, is_known or unpivot)
    if not is_known:
        refuse_blocks(found, where)
        if not unpivot:
            refuse_periods(structure.names, where)
    return structure


def refuse_layout(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    lines: Sequence[int],
    refused: Sequence[Record],
    width: int,
    where: str,
) -> None:
    """Raise UnreadableFile where the rows below a header are not those of one table."""
    refuse_stacked(header, rows, lines, where)
    refuse_stacked(header, [record.fields for record in refused], [record.line for record in refused], where)
    refuse_other_widths(refused, width, where)
    refuse_nothing_fits(len(rows), refused, width, where)


def without_footers(table: Table, patterns: Sequence[str]) -> Table:
    """Table whose last records are set aside as far as they begin like a footer, or stand among such.

    Parameters
    ----------
    table : table as read.
    patterns : regular expressions, matched at the start of a record's first filled field.

    Returns
    -------
    Table
        A record that looks like a footer but stands between rows is still a row. A record with a single
        filled field (title of a report, name of a company) is a footer beside one, but not right below a row.
    """
    if not patterns:
        return table
    is_footer = re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
    last = [
        *map(Record, table.rows[-N_FOOTERS_LOOKED_FOR:], table.lines[-N_FOOTERS_LOOKED_FOR:]),
        *table.refused[-N_FOOTERS_LOOKED_FOR:],
    ]
    footers = _footers_of(
        sorted(last, key=lambda record: record.line, reverse=True)[:N_FOOTERS_LOOKED_FOR],
        is_footer,
        len(table.names),
    )
    if not footers:
        return table
    lines = {record.line for record in footers}
    refused = [record for record in table.refused if record.line not in lines]
    n_rows = sum(line not in lines for line in table.lines)
    above = [record for record in refused if is_only_above(record, footers[0], refused, len(table.names))]
    return replace(
        table,
        rows=[*table.rows[:n_rows], *(record.fields for record in above)],
        lines=[*table.lines[:n_rows], *(record.line for record in above)],
        refused=tuple(record for record in refused if record not in above),
        footers=tuple(footers),
        warnings=(*table.warnings, f"{len(footers)} footer rows were set aside"),
    )


def _footers_of(upwards: Sequence[Record], is_footer: re.Pattern[str], width: int) -> list[Record]:
    """Footers among the last records, which are given from the last one upwards."""
    block: list[Record] = []
    is_like: list[bool] = []
    for record in upwards:
        filled = [field.strip() for field in record.fields if field.strip()]
        like = is_footer.match(filled[0] if filled else "") is not None
        is_title = width >= _TITLED_WIDTH and len(filled) == 1 and record.fault in _TITLE_FAULTS
        if not (like or is_title):
            break
        block.insert(0, record)
        is_like.insert(0, like)
    if True not in is_like:
        return []
    above = upwards[len(block)] if len(block) < len(upwards) else None
    is_below_row = above is not None and next_line(above) == block[0].line
    return block[is_like.index(True) :] if is_below_row else block
