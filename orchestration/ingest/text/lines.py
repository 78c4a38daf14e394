"""Proof that every line of a block is a row, from what Arrow counts. Where that fails, `proof` looks closer.

A newline inside a field, an empty line and a row of another width each make Arrow count fewer rows than there
are newlines; nothing makes it count more. So no newline has to be looked for.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from orchestration.ingest.text.arrow_text import arrow_rows
from orchestration.ingest.text.proof import Stray, first_otherwise_quoted
from orchestration.ingest.text.records import LONGEST_RECORD

_WINDOW: Final = LONGEST_RECORD // 2
"""Where each stretch of so many bytes holds a newline, no line is longer than a record may be."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines at the beginning of a block that are rows.

    Attributes
    ----------
    table : the columns asked for, as a pyarrow.Table of text.
    stop : position below the last line.
    around : beginning and end of the first line, of the last one, and of the two below it.
    """

    table: Any
    stop: int
    around: list[tuple[int, int]]


def lines_of(
    block: bytes,
    delimiter: bytes,
    quote: bytes,
    width: int,
    places: list[int],
    n_below: int,
    *,
    is_quoted_throughout: bool,
) -> Lines | None:
    """Lines of a block but for the last `n_below`, if every one of them is a row; else None.

    Parameters
    ----------
    block, delimiter, quote, is_quoted_throughout : as in `proof.prove`.
    width, places : as in `proof.parsed`.
    n_below : lines to leave, at least two.
    """
    import pyarrow

    pa: Any = pyarrow
    ends = _last_ends(block, n_below + 2)
    if len(ends) < n_below + 2 or not _are_filled(block, quote, width, ends):
        return None
    stop = ends[n_below] + 1
    if any(block.find(b"\n", at, at + _WINDOW) < 0 for at in range(0, stop - _WINDOW, _WINDOW)):
        return None
    if is_quoted_throughout and first_otherwise_quoted(block, delimiter, quote) < stop:
        return None
    # Arrow reads while what it cannot see is looked at: the other core has little else to do then.
    with ThreadPoolExecutor(2) as other:
        is_well_quoted = other.submit(_is_well_quoted, block, delimiter, quote, ends[n_below - 2])
        n_newlines = other.submit(_n_newlines, block, stop)
        try:
            table = arrow_rows(memoryview(block)[:stop], delimiter, quote, width, places)
        except pa.ArrowInvalid:
            return None
    if not is_well_quoted.result() or not 1 < table.num_rows == n_newlines.result():
        return None
    around = [(ends[at + 1] + 1, ends[at]) for at in (n_below, n_below - 1, n_below - 2)]
    return Lines(table, stop, [(0, block.index(b"\n")), *around])


def _last_ends(block: bytes, n: int) -> list[int]:
    """Positions of the last newlines, the very last first."""
    ends = [block.rfind(b"\n")]
    while ends[-1] > 0 and len(ends) < n:
        ends.append(block.rfind(b"\n", 0, ends[-1]))
    return [end for end in ends if end >= 0]


def _are_filled(block: bytes, quote: bytes, width: int, ends: list[int]) -> bool:
    """Whether the lines between these ends are long enough for a row, and no field goes on below them."""
    lines = [(start + 1, end) for end, start in pairwise(ends)]
    return all(end - start >= width and block.count(quote, start, end) % 2 == 0 for start, end in lines)


def _n_newlines(block: bytes, stop: int) -> int:
    import numpy as np

    return int(np.count_nonzero(np.frombuffer(block, np.uint8, stop) == ord("\n")))


def _is_well_quoted(block: bytes, delimiter: bytes, quote: bytes, end: int) -> bool:
    """Whether the quotation marks before a newline all open or close a field."""
    import numpy as np

    codes = np.frombuffer(block, np.uint8, end + 1)
    quotes = np.flatnonzero(codes == quote[0]) if quote in block else np.empty(0, np.int64)
    stray = Stray(codes, quotes, delimiter[0], quote[0])
    return len(quotes) % 2 == 0 and stray.first(0) is None
