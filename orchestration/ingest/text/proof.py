"""Proof that a block of bytes is plain RFC 4180, and then its rows as Arrow. Reads nothing unproven.

What is proven here, `records.scan` would read the same way; everything else is left to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from orchestration.ingest.text.arrow_text import ARROW_BLOCK, arrow_rows
from orchestration.ingest.text.records import LONGEST_RECORD

_NEWLINE: Final = 10
_OTHER_QUOTE: Final = {b'"': b"'", b"'": b'"'}
# A block with more faulty lines is read record by record from there on.
_MOST_FAULTS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Proof:
    """Records at the beginning of a block.

    Attributes
    ----------
    starts, ends : numpy arrays of each record's first byte and of the newline that ends it.
    reaches : of a faulty line, the end of the line on which the fault shows; of all others `ends`.
    is_faulty : lines on which a quotation mark stands where it may not.
    newlines, quotes : positions of all newlines and quotation marks of the block.
    is_complete : what is left over is no more than an unfinished record.
    """

    starts: Any
    ends: Any
    reaches: Any
    is_faulty: Any
    newlines: Any
    quotes: Any
    is_complete: bool

    @property
    def stop(self) -> int:
        """Position below the last record; 0 where there is none."""
        return int(self.ends[-1]) + 1 if len(self.ends) else 0

    @property
    def n_lines(self) -> int:
        """Physical lines of the records."""
        return int(self.newlines.searchsorted(self.ends[-1])) + 1 if len(self.ends) else 0

    @property
    def lines(self) -> Any:
        """Physical line each record starts on, the block's first being 0."""
        import numpy as np

        # Where every newline ends a record, none needs to be looked for.
        is_each = self.n_lines == len(self.ends)
        return np.arange(len(self.ends)) if is_each else self.newlines.searchsorted(self.starts)

    def first(self, n: int) -> "Proof":
        """Only the first records."""
        return replace(
            self,
            starts=self.starts[:n],
            ends=self.ends[:n],
            reaches=self.reaches[:n],
            is_faulty=self.is_faulty[:n],
        )


def prove(block: bytes, delimiter: bytes, quote: bytes, *, is_quoted_throughout: bool = False) -> Proof:
    """Records at the beginning of a block, as far as its quotation marks tell them.

    A mark opens a field behind a delimiter, a newline or a mark, and closes it before one; marks take turns.
    Newlines between fields end records. Where a mark stands elsewhere, the line its record begins on is
    faulty, and all begins anew on the next.

    Parameters
    ----------
    block : bytes in UTF-8 with LF line ends that begin with a record.
    delimiter, quote : one byte each.
    is_quoted_throughout : as in `records.records`.
    """
    import numpy as np

    codes = np.frombuffer(block, np.uint8)
    newlines = np.flatnonzero(codes == _NEWLINE)
    quotes = np.flatnonzero(codes == quote[0]) if quote in block else newlines[:0]
    limit = len(block)
    if is_quoted_throughout:
        limit = first_otherwise_quoted(block, delimiter, quote)
    stray = Stray(codes, quotes, delimiter[0], quote[0])
    sound, faults, is_complete = _ends(newlines, quotes, stray, limit, len(block))
    faulty = np.array(faults, newlines.dtype).reshape(-1, 2)
    ends: Any = np.concatenate([*sound, faulty[:, 0]])
    ends.sort()
    starts = np.concatenate([np.zeros(1, ends.dtype), ends[:-1] + 1]) if len(ends) else ends
    is_faulty = np.isin(ends, faulty[:, 0]) if faults else np.zeros(len(ends), bool)
    too_long = np.flatnonzero((ends - starts >= LONGEST_RECORD) & ~is_faulty)
    reaches = ends.copy()
    reaches[is_faulty] = faulty[:, 1]
    proof = Proof(starts, ends, reaches, is_faulty, newlines, quotes, is_complete)
    return replace(proof.first(int(too_long[0])), is_complete=False) if len(too_long) else proof


def misfits(block: bytes, proof: Proof, delimiter: bytes, width: int) -> Any:
    """Whether each sound record has another number of fields than `width`; empty lines have none."""
    import numpy as np

    codes = np.frombuffer(block, np.uint8, proof.stop)
    marks = np.flatnonzero(codes == delimiter[0])
    if len(proof.quotes):
        n_before = proof.quotes.searchsorted(proof.starts)[proof.ends.searchsorted(marks)]
        marks = marks[(proof.quotes.searchsorted(marks) - n_before) % 2 == 0]
    counts = marks.searchsorted(proof.ends) - marks.searchsorted(proof.starts)
    return (counts != width - 1) & (proof.ends > proof.starts) & ~proof.is_faulty


def parsed(block: bytes, proof: Proof, delimiter: bytes, quote: bytes, width: int, places: list[int]) -> Any:
    """Columns of the sound records that have `width` fields, as a pyarrow.Table of text.

    Parameters
    ----------
    places : which columns; they are called by their place. Empty lines are no rows.
    """
    import numpy as np

    content = memoryview(b"".join(_sound(block, proof)) if proof.is_faulty.any() else block)
    longest = int(np.max(proof.ends - proof.starts, initial=0)) + 2
    return arrow_rows(
        content if proof.is_faulty.any() else content[: proof.stop], delimiter, quote, width, places,
        block_size=max(ARROW_BLOCK, 2 * longest), has_long_records=proof.n_lines > len(proof.ends),
    )  # fmt: skip


def _sound(block: bytes, proof: Proof) -> Iterator[memoryview]:
    view, position = memoryview(block), 0
    for at in proof.is_faulty.nonzero()[0]:
        yield view[position : int(proof.starts[at])]
        position = int(proof.ends[at]) + 1
    yield view[position : proof.stop]


def _ends(
    newlines: Any, quotes: Any, stray: "Stray", limit: int, length: int
) -> tuple[list[Any], list[tuple[int, int]], bool]:
    """Ends of sound records; of faulty lines, with the end of the line that shows it; whether all is read."""
    start, place = 0, 0
    ends: list[Any] = []
    faults: list[tuple[int, int]] = []
    while True:
        at = stray.first(place)
        reach = length if at is None else int(quotes[at])
        between = newlines[newlines.searchsorted(start) : newlines.searchsorted(min(reach, limit))]
        if len(quotes):
            between = between[(quotes.searchsorted(between) - place) % 2 == 0]
        ends.append(between)
        begin = int(between[-1]) + 1 if len(between) else start
        shown = int(newlines.searchsorted(reach))
        if reach >= limit or shown == len(newlines):
            # A letter takes at most four bytes: what is longer is no record that will still end.
            return ends, faults, limit == length and length - begin <= 4 * LONGEST_RECORD
        if reach - begin >= LONGEST_RECORD or len(faults) == _MOST_FAULTS:
            return ends, faults, False
        line_end = int(newlines[newlines.searchsorted(begin)])
        faults.append((line_end, int(newlines[shown])))
        start, place = line_end + 1, int(quotes.searchsorted(line_end))


def first_otherwise_quoted(block: bytes, delimiter: bytes, quote: bytes) -> int:
    """Position of the first trace of the other kind of quotes, or the block's length."""
    other = _OTHER_QUOTE.get(quote)
    if other is None:
        return len(block)
    if block.startswith(other):
        return 0
    traces = [delimiter + other, b"\n" + other, *([other * 2] if quote == b"'" else [])]
    return min((at for at in map(block.find, traces) if at >= 0), default=len(block))


class Stray:
    """Ranks of the quotation marks that cannot open a field, and of those that cannot close one."""

    def __init__(self, codes: Any, quotes: Any, delimiter: int, quote: int) -> None:
        import numpy as np

        allowed = np.zeros(256, bool)
        allowed[[delimiter, _NEWLINE, quote]] = True
        opens = allowed[codes[quotes - 1]] | (quotes == 0)
        closes = allowed[codes[np.minimum(quotes + 1, len(codes) - 1)]] & (quotes + 1 < len(codes))
        self._not_opening = self._by_parity(np.flatnonzero(~opens))
        self._not_closing = self._by_parity(np.flatnonzero(~closes))

    def first(self, place: int) -> int | None:
        """Rank of the first mark out of place, when the mark of rank `place` opens a field."""
        found = []
        for ranks in (self._not_opening[place % 2], self._not_closing[(place + 1) % 2]):
            at = int(ranks.searchsorted(place))
            if at < len(ranks):
                found.append(int(ranks[at]))
        return min(found, default=None)

    @staticmethod
    def _by_parity(ranks: Any) -> tuple[Any, Any]:
        return ranks[ranks % 2 == 0], ranks[ranks % 2 == 1]
