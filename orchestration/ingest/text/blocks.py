"""Delimited text of any size to chunks of rows, in bounded memory. No profiles, no types, no containers.

Blocks that are proven to be plain (`proof`) are parsed by Arrow, all others by `records`; both agree exactly.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from orchestration.ingest.text.decode import decode, whole_lines
from orchestration.ingest.text.dialect import decide
from orchestration.ingest.text.layouts import refuse_markup
from orchestration.ingest.text.records import LONGEST_RECORD, scan, unix_lines
from orchestration.ingest.text.rows import sorted_out
from orchestration.ingest.text.streams import BLOCK_BYTES, ahead, utf8_blocks, with_long_end
from orchestration.ingest.text.stretches import Chunk, Stretches
from orchestration.ingest.text.structure import IsHeader, Structure, is_filled
from orchestration.ingest.text.tabular import checked_structure, refuse_layout

__all__ = ["Chunk", "Head", "Open", "read_chunks", "read_head"]

Open = Callable[[], BinaryIO]
"""Opens the bytes of a file anew, from the start."""

HEAD_BYTES: Final = 1 << 22
_HEAD_LETTERS: Final = 3 * LONGEST_RECORD
"""So many of them are split into records: thousands of rows tell the structure, the encoding wants more."""


@dataclass(frozen=True, slots=True)
class Head:
    """What the first bytes of a file say about the whole.

    Attributes
    ----------
    encoding, confidence : as decided by `decode`.
    names, labels, preamble, header_rows, zone, warnings : as in `tabular.Table`.
    structure : of the header; its `place` and `first` are those among the records looked at.
    header : fields of the header's first row.
    first_line : physical line of the first row; 0 where none follows the header.
    n_empty : records without content above the first row.
    """

    where: str
    encoding: str
    confidence: float
    delimiter: str
    quote: str
    names: tuple[str, ...]
    labels: tuple[str, ...]
    preamble: tuple[tuple[str, ...], ...]
    header_rows: int
    zone: str | None
    warnings: tuple[str, ...]
    structure: Structure
    header: tuple[str, ...]
    first_line: int
    n_empty: int
    is_quoted_throughout: bool


def read_head(
    open_: Open,
    where: str,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    quote: str | None = None,
    header_rows: int | None = None,
    is_header: IsHeader | None = None,
    unpivot: bool = False,
) -> Head:
    """Decide how a file is read from its first 4 MiB; parameters and errors as in `tabular.read_table`."""
    with open_() as file:
        start = file.read(HEAD_BYTES + 1)
    is_whole = len(start) <= HEAD_BYTES
    decoded = decode(start if is_whole else whole_lines(start), where, encoding, is_whole=is_whole)
    refuse_markup(decoded.text, where)
    text = unix_lines(decoded.text)
    n_looked_at = text.rfind("\n", 0, _HEAD_LETTERS) + 1 if len(text) > _HEAD_LETTERS else len(text)
    is_whole &= n_looked_at == len(text)
    text = text[:n_looked_at]
    # So short it is only above a line longer than any record: whatever reaches into that line is faulty.
    is_whole |= len(text) <= LONGEST_RECORD
    dialect = decide(text, delimiter=delimiter, quote=quote, is_header=is_header)
    found = scan(
        text, dialect.delimiter, dialect.quote, is_last=is_whole,
        is_quoted_throughout=dialect.is_quoted_throughout,
    ).records  # fmt: skip
    structure = checked_structure(found, where, header_rows=header_rows, is_header=is_header, unpivot=unpivot)
    header = found[structure.place].fields
    rows, lines, refused, _ = sorted_out(found[structure.first :], structure)
    refuse_layout(header, rows, lines, refused, structure.width, where)
    return Head(
        where=where,
        encoding=decoded.encoding,
        confidence=decoded.confidence,
        delimiter=dialect.delimiter,
        quote=dialect.quote,
        names=structure.names,
        labels=structure.labels,
        preamble=structure.preamble,
        header_rows=structure.header_rows,
        zone=structure.zone,
        warnings=(*decoded.warnings, *structure.warnings),
        structure=structure,
        header=tuple(header),
        first_line=found[structure.first].line if structure.first < len(found) else 0,
        n_empty=sum(not is_filled(record) for record in found[: structure.first]),
        is_quoted_throughout=dialect.is_quoted_throughout,
    )


def read_chunks(
    open_: Open, head: Head, *, keep: Sequence[str] | None, footers: Sequence[str] = ()
) -> Iterator[Chunk]:
    """Read the rows below a header, in the order of the file.

    Parameters
    ----------
    open_ : opens the same bytes that `head` was taken from.
    keep : names of the columns to read, in this order; None keeps all.
    footers : regular expressions, as in `tabular.without_footers`.

    Raises
    ------
    UnreadableFile
        Further down bytes do not fit the encoding, or another table begins.
    """
    stretches = Stretches(
        where=head.where,
        encoding=head.encoding,
        delimiter=head.delimiter,
        quote=head.quote,
        is_quoted_throughout=head.is_quoted_throughout,
        structure=head.structure,
        header=head.header,
        keep=tuple(head.names if keep is None else keep),
        footers=tuple(footers),
    )
    yield from ahead(_chunks(open_, head, stretches))


def _chunks(open_: Open, head: Head, stretches: Stretches) -> Generator[Chunk, None, None]:
    yield stretches.chunk([], [], n_empty=head.n_empty)
    if not head.first_line:
        return
    with open_() as file:
        read = ahead(utf8_blocks(file, head.encoding, head.where, BLOCK_BYTES))
        blocks = with_long_end(read, BLOCK_BYTES)
        block, line = _below_header(blocks, head.first_line), head.first_line
        for following in blocks:
            block, line = yield from stretches.read(block, line)
            block += following
        yield from stretches.read_last(block if block.endswith(b"\n") else block + b"\n", line)


def _below_header(blocks: Iterator[bytes], first_line: int) -> bytes:
    block, position = next(blocks), 0
    for _ in range(first_line - 1):
        while (end := block.find(b"\n", position)) < 0:
            block += next(blocks)
        position = end + 1
    return block[position:]
