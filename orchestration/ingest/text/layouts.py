"""Layouts that are no plain table, told from the cells themselves and refused by name. Mends nothing."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from orchestration.errors import UnreadableFile
from orchestration.ingest.text.records import Record, is_fragment, next_line
from orchestration.ingest.text.structure import Structure, is_data_like, is_filled

_HTML: Final = re.compile(r"\s*<(!doctype\s+html|html|table|\?xml|head|body|meta)\b", re.IGNORECASE)
_MONTH: Final = (
    "jan(?:uar[yi]?)?|feb(?:ruar[yi]?)?|mar(?:ch)?|maart|mrt|märz?|apr(?:il)?|ma[yi]|mei|june?|juni|july?|juli"
    "|aug(?:ust|ustus)?|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?"
)
_YEAR: Final = r"(?:19|20)\d\d"
# A quarter with two digits needs a blank or apostrophe: Q101 and Q1.10 are items of a survey.
_PERIOD: Final = re.compile(
    rf"(?:fy\s*)?{_YEAR}(?:[-/ .]?(?:0?[1-9]|1[0-2]|q[1-4]|[hw]\d{{1,2}}))?|fy\s*\d\d"
    rf"|(?:q[1-4]|h[12])(?:[-/ .]?{_YEAR}|[ ']\d\d)|(?:0?[1-9]|1[0-2])[-/.]{_YEAR}"
    rf"|(?:{_MONTH})\.?[-/ .']*(?:{_YEAR}|\d\d)|{_YEAR}[-/ ](?:{_MONTH})",
    re.IGNORECASE,
)
_FEWEST_PERIODS: Final = 3
# So many neighbouring rows of one other width are another table; fewer are damaged rows.
_FEWEST_ROWS: Final = 3
# Rows looked at to see whether the first row is one of them.
_LOOKED_AT: Final = 100
_MOSTLY: Final = 0.75


def refuse_markup(text: str, where: str) -> None:
    """Raise UnreadableFile for a web page or XML that only is named like a CSV."""
    if _HTML.match(text[:4096]):
        raise UnreadableFile(
            "The file is HTML or XML, a web page and not delimited text", where, "export it again as CSV"
        )


def refuse_header(found: Sequence[Record], structure: Structure, where: str, is_known: bool = False) -> None:
    """Raise UnreadableFile where the header row is malformed, or is no header.

    Parameters
    ----------
    found : records the structure was taken from.
    is_known : the header is that of a known export, or declared; then it is one, whatever it reads like.
    """
    for record in found[structure.place : structure.first]:
        if record.fault:
            raise UnreadableFile(
                f"The header cannot be split into columns (line {record.line}: a quote out of place)",
                where,
                "export it again as CSV",
            )
    header = found[structure.place]
    rows = [
        r.fields for r in found[structure.first :] if r.fault is None and len(r.fields) == structure.width
    ]
    if structure.header_rows == 1 and not is_known:
        _refuse_data(header, rows, where)
    _refuse_shift(structure, rows, where)
    _refuse_broken(found, structure, len(rows), where)


def refuse_periods(names: Sequence[str], where: str) -> None:
    """Raise UnreadableFile where periods are columns instead of rows."""
    periods = [name for name in names if _PERIOD.fullmatch(name)]
    if len(periods) >= _FEWEST_PERIODS and 2 * len(periods) >= len(names):
        raise UnreadableFile(
            f"The table is pivoted: {len(periods)} columns are periods ({', '.join(periods[:3])}, ...)",
            where,
            "export one row per period, or declare unpivot for this source in maturity.yaml",
        )


def refuse_stacked(
    header: Sequence[str], rows: Sequence[Sequence[str]], lines: Sequence[int], where: str
) -> None:
    """Raise UnreadableFile where the header stands again among the rows.

    Parameters
    ----------
    header : fields of the header's first row.
    rows : fields of the rows, good and refused.
    lines : their lines.
    """
    start = [field.strip() for field in header[:2]]
    if len(start) < 2 or not all(start):
        return
    for fields, line in zip(rows, lines, strict=True):
        if fields[0].strip() == start[0] and [field.strip() for field in fields[:2]] == start:
            raise UnreadableFile(
                f"The header stands again on line {line}, so several tables are stacked in the file",
                where,
                "export each table as a file of its own",
            )


class WidthRun(NamedTuple):
    """Neighbouring refused rows of one width: the first, the last, how many."""

    first: Record
    last: Record
    n_rows: int


def refuse_other_widths(
    refused: Sequence[Record], width: int, where: str, run: WidthRun | None = None
) -> WidthRun | None:
    """Raise UnreadableFile where neighbouring refused rows look like a table of another width.

    Parameters
    ----------
    run : as returned for the rows above, where the rows come in stretches.
    """
    for record in refused:
        goes_on = (
            run is not None
            and len(record.fields) == len(run.first.fields)
            and record.line - run.last.line <= _FEWEST_ROWS
        )
        run = WidthRun(run.first, record, run.n_rows + 1) if run and goes_on else WidthRun(record, record, 1)
        other = len(run.first.fields)
        first_is_header = all(field.strip() and not is_data_like(field) for field in run.first.fields)
        if run.n_rows >= _FEWEST_ROWS and other > 1 and other != width and first_is_header:
            raise UnreadableFile(
                f"From line {run.first.line} on rows have {other} columns instead of {width}: another table "
                "is stacked below the first",
                where,
                "export each table as a file of its own",
            )
    return run


def refuse_blocks(found: Sequence[Record], where: str) -> None:
    """Raise UnreadableFile for a report of several titled tables with empty rows between them."""
    n_titled, is_below_gap, is_below_title, expected = 0, True, False, 0
    for record in found:
        n_cells = sum(map(bool, map(str.strip, record.fields)))
        n_titled += n_cells > 1 and is_below_title
        is_below_title = n_cells == 1 and (is_below_gap or record.line > expected)
        is_below_gap, expected = n_cells == 0, next_line(record)
    if n_titled > 1:
        raise UnreadableFile(
            f"The file stacks {n_titled} titled tables with empty rows between them",
            where,
            "export the rows themselves (all responses, not a summary)",
        )


def refuse_nothing_fits(n_rows: int, refused: Sequence[Record], width: int, where: str) -> None:
    """Raise UnreadableFile where not one of several rows is as wide as the header."""
    widths = {len(record.fields) for record in refused if record.fault == "row:wrong_number_of_fields"}
    # The only row above a footer is as wide as the header, though refused until the footer is known.
    if n_rows or len(refused) < 2 or not widths or any(len(record.fields) == width for record in refused):
        return
    shown = " or ".join(map(str, sorted(widths)[:3]))
    # Whether their last field is a blank beyond the last column, or all stand one column off, cannot be told.
    is_ended = widths == {width + 1} and not any(record.fields[-1].strip() for record in refused)
    raise UnreadableFile(
        f"The header has {width} columns, but no row does (they have {shown}): header and data do not fit",
        where,
        "every row ends with a delimiter and the header does not: end all lines alike and deliver it again"
        if is_ended
        else "export it again, or declare the delimiter for this source in maturity.yaml",
    )


def _refuse_data(header: Record, rows: Sequence[Sequence[str]], where: str) -> None:
    """A first row whose cells are of the kind of those below, and nowhere a name above data, is data."""
    looked_at = rows[:_LOOKED_AT]
    if len(looked_at) < 2:
        return
    n_alike = 0
    for place, cell in enumerate(header.fields):
        below = [row[place] for row in looked_at if row[place].strip()]
        is_data_below = bool(below) and sum(map(is_data_like, below)) >= _MOSTLY * len(below)
        if is_data_below and not is_data_like(cell):
            return
        n_alike += is_data_below and not _PERIOD.fullmatch(cell.strip())
    if n_alike > 1:
        raise UnreadableFile(
            f"The file has no header: line {header.line} is a row like those below it",
            where,
            "export it with its column names",
        )


def _refuse_broken(found: Sequence[Record], structure: Structure, n_rows: int, where: str) -> None:
    """A line that does not split directly below the header may be the rest of its last name."""
    below = found[structure.first : structure.first + 1]
    if not n_rows or not below or not is_filled(below[0]) or not is_fragment(below[0], structure.width):
        return
    if next_line(found[structure.first - 1]) == below[0].line:
        raise UnreadableFile(
            f"The header may be broken over two lines: line {below[0].line} does not split into columns",
            where,
            "export it again, with every name that holds a line break in quotes",
        )


def _refuse_shift(structure: Structure, rows: Sequence[Sequence[str]], where: str) -> None:
    """A named column without a value beside an unnamed one with values: the names stand one column off."""
    if len(rows) < 2:
        return
    is_used = [any(row[place].strip() for row in rows) for place in range(len(structure.names))]
    is_named = [not name.startswith("unnamed_") for name in structure.names]
    for place in range(len(is_used) - 1):
        left, right = place, place + 1
        for bare, empty in ((left, right), (right, left)):
            if not is_named[bare] and is_used[bare] and is_named[empty] and not is_used[empty]:
                raise UnreadableFile(
                    f"The header is shifted against the data: column {structure.names[empty]!r} is empty and "
                    f"the column beside it has values but no name",
                    where,
                    "export it again",
                )
