"""Proof that a block of bytes is plain RFC 4180, and then its rows as Arrow. Reads nothing unproven.

What is proven here, `records.scan` would read the same way; everything else is left to it.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from orchestration.ingest.records import LONGEST_RECORD

_NEWLINE: Final = 10
_OTHER_QUOTE: Final = {b'"': b"'", b"'": b'"'}


@dataclass(frozen=True, slots=True)
class Proof:
    """Records of the proven beginning of a block.

    Attributes
    ----------
    starts, ends : numpy arrays of each record's first byte and of the newline that ends it.
    newlines, quotes : positions of all newlines and quotation marks of the block.
    is_complete : no mark stands where it may not; what is left over is an unfinished record.
    """

    starts: Any
    ends: Any
    newlines: Any
    quotes: Any
    is_complete: bool

    @property
    def stop(self) -> int:
        """Position below the last proven record; 0 where none is."""
        return int(self.ends[-1]) + 1 if len(self.ends) else 0

    @property
    def n_lines(self) -> int:
        """Physical lines of the proven records."""
        return int(self.newlines.searchsorted(self.ends[-1])) + 1 if len(self.ends) else 0

    @property
    def lines(self) -> Any:
        """Physical line each record starts on, the block's first being 0."""
        return self.newlines.searchsorted(self.starts)

    def first(self, n_records: int) -> "Proof":
        """Only the first records."""
        return replace(self, starts=self.starts[:n_records], ends=self.ends[:n_records])


def prove(block: bytes, delimiter: bytes, quote: bytes, *, is_quoted_throughout: bool = False) -> Proof:
    """Records at the beginning of a block whose quotation marks all stand where RFC 4180 wants them.

    A mark opens a field behind a delimiter, a newline or a mark, and closes it before one; marks take turns.
    Newlines between fields end records. The proof ends before the first mark that stands elsewhere.

    Parameters
    ----------
    block : bytes in UTF-8 with LF line ends that begin with a record.
    delimiter, quote : one byte each.
    is_quoted_throughout : as in `records.records`.
    """
    import numpy as np

    codes = np.frombuffer(block, np.uint8)
    newlines = np.flatnonzero(codes == _NEWLINE)
    stop = len(block)
    if is_quoted_throughout and quote in _OTHER_QUOTE:
        stop = _first_otherwise_quoted(block, delimiter, quote)
    quotes = np.flatnonzero(codes == quote[0]) if quote in block else newlines[:0]
    ends = newlines
    if len(quotes):
        stop = min(stop, _first_stray(codes, quotes, delimiter[0], quote[0]))
        ends = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
    ends = ends[: np.searchsorted(ends, stop)]
    starts = np.concatenate([np.zeros(1, ends.dtype), ends[:-1] + 1]) if len(ends) else ends
    too_long = np.flatnonzero(ends - starts >= LONGEST_RECORD)
    if len(too_long):
        stop, starts, ends = int(starts[too_long[0]]), starts[: too_long[0]], ends[: too_long[0]]
    return Proof(starts, ends, newlines, quotes, is_complete=stop == len(block))


def misfits(block: bytes, proof: Proof, delimiter: bytes, width: int) -> Any:
    """Whether each proven record has another number of fields than `width`; empty lines have none."""
    import numpy as np

    codes = np.frombuffer(block, np.uint8, proof.stop)
    marks = np.flatnonzero(codes == delimiter[0])
    if len(proof.quotes):
        marks = marks[np.searchsorted(proof.quotes, marks) % 2 == 0]
    counts = np.searchsorted(marks, proof.ends) - np.searchsorted(marks, proof.starts)
    return (counts != width - 1) & (proof.ends > proof.starts)


def parsed(block: bytes, proof: Proof, delimiter: bytes, quote: bytes, width: int, places: list[int]) -> Any:
    """Columns of the proven records that have `width` fields, as a pyarrow.Table of text.

    Parameters
    ----------
    places : which columns; they are called by their place. Empty lines are no rows.
    """
    import numpy as np
    import pyarrow
    import pyarrow.csv

    pa: Any = pyarrow
    longest = int(np.max(proof.ends - proof.starts)) + 2
    return pa.csv.read_csv(
        pa.BufferReader(pa.py_buffer(memoryview(block)[: proof.stop])),
        read_options=pa.csv.ReadOptions(
            column_names=[str(place) for place in range(width)], block_size=max(1 << 21, 2 * longest)
        ),
        parse_options=pa.csv.ParseOptions(
            delimiter=delimiter.decode(),
            quote_char=quote.decode(),
            newlines_in_values=proof.n_lines > len(proof.ends),
            invalid_row_handler=lambda _: "skip",
        ),
        convert_options=pa.csv.ConvertOptions(
            column_types={str(place): pa.string() for place in places},
            include_columns=[str(place) for place in places],
            null_values=[],
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )


def _first_otherwise_quoted(block: bytes, delimiter: bytes, quote: bytes) -> int:
    """Position of the first trace of the other kind of quotes, or the block's length."""
    other = _OTHER_QUOTE[quote]
    if block.startswith(other):
        return 0
    traces = [delimiter + other, b"\n" + other, *([other * 2] if quote == b"'" else [])]
    return min((at for at in map(block.find, traces) if at >= 0), default=len(block))


def _first_stray(codes: Any, quotes: Any, delimiter: int, quote: int) -> int:
    """Position of the first quotation mark that neither opens nor closes a field, or the block's length."""
    import numpy as np

    opening, closing = quotes[0::2], quotes[1::2]
    allowed = np.zeros(256, bool)
    allowed[[delimiter, _NEWLINE, quote]] = True
    is_first = opening == 0
    opens = allowed[codes[opening - 1]] | is_first
    following = np.minimum(closing + 1, len(codes) - 1)
    closes = allowed[codes[following]] & (closing + 1 < len(codes))
    stray = [
        int(marks[place]) for marks, good in ((opening, opens), (closing, closes)) for place in _first(~good)
    ]
    return min(stray, default=len(codes))


def _first(mask: Any) -> list[int]:
    place = int(mask.argmax()) if len(mask) else 0
    return [place] if len(mask) and mask[place] else []
