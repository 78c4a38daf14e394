"""Records below a header told apart: rows, refused and empty ones. No header, no footers, no columns."""

from collections.abc import Sequence
from typing import NamedTuple

from orchestration.ingest.text.records import Record, is_fragment, next_line
from orchestration.ingest.text.structure import Structure, is_filled


class Sorted(NamedTuple):
    """Records told apart: rows with their lines, refused ones, and how many hold nothing."""

    rows: list[list[str]]
    lines: list[int]
    refused: list[Record]
    n_empty: int


def sorted_out(
    found: Sequence[Record], structure: Structure, n_judged: int | None = None, broken_above: int = 0
) -> Sorted:
    """Tell rows from refused and empty records.

    A row beside a line that does not split may have lost its end or beginning to it, so it is refused too.

    Parameters
    ----------
    found : records below the header.
    n_judged : only so many are wanted; those behind them merely show what follows. None wants all.
    broken_above : line below a fragment that stands above these records; 0 where there is none.
    """
    rows: list[list[str]] = []
    lines: list[int] = []
    refused: list[Record] = []
    fragments: list[Record] = []
    n_empty = 0
    width, n_names = structure.width, len(structure.names)
    n_judged = len(found) if n_judged is None else n_judged
    for place, record in enumerate(found):
        if record.fault is None and len(record.fields) == width and is_filled(record):
            if place < n_judged:
                rows.append(record.fields[:n_names])
                lines.append(record.line)
            continue
        if not is_filled(record):
            n_empty += place < n_judged
            continue
        if is_fragment(record, width):
            fragments.append(record)
        if place < n_judged:
            fault = record.fault or "row:wrong_number_of_fields"
            refused.append(Record(record.fields, record.line, fault))
    if fragments or broken_above in lines[:1]:
        _refuse_beside(fragments, broken_above, rows, lines, refused)
    return Sorted(rows, lines, refused, n_empty)


def _refuse_beside(
    fragments: Sequence[Record],
    broken_above: int,
    rows: list[list[str]],
    lines: list[int],
    refused: list[Record],
) -> None:
    above = {fragment.line for fragment in fragments}
    below = {next_line(fragment) for fragment in fragments} | {broken_above}
    broken = [
        place
        for place, (row, line) in enumerate(zip(rows, lines, strict=True))
        if line in below or next_line(Record(row, line)) in above
    ]
    refused += [Record(rows.pop(place), lines.pop(place), "row:broken_line") for place in reversed(broken)]
    refused.sort(key=lambda record: record.line)


def is_only_above(record: Record, footer: Record, refused: Sequence[Record], width: int) -> bool:
    """Whether a row was refused for nothing but the footer below it."""
    if record.fault != "row:broken_line" or next_line(record) != footer.line:
        return False
    return not any(next_line(other) == record.line and is_fragment(other, width) for other in refused)
