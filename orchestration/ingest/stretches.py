"""Stretches of a file's records to chunks of rows: proven ones by Arrow, all others record by record."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from orchestration.errors import UnreadableFile
from orchestration.ingest.layouts import refuse_other_widths, refuse_stacked
from orchestration.ingest.proof import Proof, misfits, parsed, prove
from orchestration.ingest.records import LONGEST_RECORD, Record, Scan, scan
from orchestration.ingest.streams import check_utf8
from orchestration.ingest.structure import Structure, is_filled
from orchestration.ingest.tabular import N_FOOTERS_LOOKED_FOR, Table, sorted_out, without_footers

# So many records, good and refused, are kept for the end, where footers may stand among them.
_TAIL: Final = 2 * N_FOOTERS_LOOKED_FOR + 10
# What cannot be proven is read in pieces that grow: one damaged row costs little, many cost no proof each.
_FIRST_PIECE: Final = 1 << 16
# A letter takes at most four bytes, so in so many the longest record ends or is known not to.
_LOOK_AHEAD: Final = 4 * LONGEST_RECORD
_LONGEST_LINE: Final = 1 << 27
_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of one stretch of a file.

    Attributes
    ----------
    rows : pyarrow.Table of the kept columns as text, and `source_line` (int64, physical line from 1).
    refused, footers : records that are no rows.
    n_empty : records without any content.
    """

    rows: Any
    refused: tuple[Record, ...] = ()
    footers: tuple[Record, ...] = ()
    n_empty: int = 0


@dataclass(frozen=True, slots=True)
class Stretches:
    """How the records below a header are read; attributes as in `blocks.Head` and `blocks.read_chunks`."""

    where: str
    encoding: str
    delimiter: str
    quote: str
    is_quoted_throughout: bool
    structure: Structure
    header: tuple[str, ...]
    keep: tuple[str, ...]
    footers: tuple[str, ...] = ()

    def read(self, block: bytes, line: int) -> Generator[Chunk, None, tuple[bytes, int]]:
        """Read what is sure to be whole; return the bytes left over, and their line."""
        piece = _FIRST_PIECE
        while True:
            proof = self._proof(block)
            if proof.is_complete:
                proof = proof.first(max(len(proof.ends) - _TAIL, len(proof.ends) // 2))
            yield from self._proven(block, proof, line)
            block, line = block[proof.stop :], line + proof.n_lines
            if proof.is_complete:
                return block, line
            chunk, n_bytes, line = self._scanned(block, line, piece)
            if not n_bytes:
                if len(block) > _LONGEST_LINE:
                    raise UnreadableFile(f"Line {line} does not end", self.where, "export it again as CSV")
                return block, line
            yield chunk
            block, piece = block[n_bytes:], 2 * piece

    def read_last(self, block: bytes, line: int) -> Iterator[Chunk]:
        """Read the last records of the file, which end with a newline, and set footers aside."""
        if not self.footers:
            block, line = yield from self.read(block, line)
        else:
            proof = self._proof(block)
            if proof.is_complete:
                proof = proof.first(max(len(proof.ends) - _TAIL, 0))
                yield from self._proven(block, proof, line)
                block, line = block[proof.stop :], line + proof.n_lines
        check_utf8(block, line, self.encoding, self.where)
        found = self._scan(block.decode("utf-8"), line).records
        rows, lines, refused, n_empty = sorted_out(found, self.structure)
        self._refuse_layout(rows, lines, refused)
        table = without_footers(
            Table(self.delimiter, 1, self.structure.names, rows, lines, tuple(refused)), self.footers
        )
        yield self.chunk(table.rows, table.lines, table.refused, table.footers, n_empty)

    def chunk(
        self,
        rows: Sequence[Sequence[str]],
        lines: Sequence[int],
        refused: Sequence[Record] = (),
        footers: Sequence[Record] = (),
        n_empty: int = 0,
    ) -> Chunk:
        """Chunk of rows that hold all columns."""
        import pyarrow

        pa: Any = pyarrow
        columns = {
            name: pa.array([row[place] for row in rows], pa.string())
            for name, place in zip(self.keep, self._places, strict=True)
        }
        columns["source_line"] = pa.array(lines, pa.int64())
        return Chunk(pa.table(columns), tuple(refused), tuple(footers), n_empty)

    @property
    def _places(self) -> list[int]:
        return [self.structure.names.index(name) for name in self.keep]

    def _proof(self, block: bytes) -> Proof:
        delimiter, quote = self.delimiter.encode(), self.quote.encode()
        # Arrow takes one byte each, and a leading mark for a byte-order mark.
        if len(delimiter) > 1 or len(quote) > 1 or block.startswith(_MARK):
            return replace(prove(b"", b",", b'"'), is_complete=False)
        return prove(block, delimiter, quote, is_quoted_throughout=self.is_quoted_throughout)

    def _proven(self, block: bytes, proof: Proof, line: int) -> Iterator[Chunk]:
        if not len(proof.ends):
            return
        check_utf8(block[: proof.stop], line, self.encoding, self.where)
        chunk = self._parsed(block, proof, line)
        if chunk is None:
            found = self._scan(block[: proof.stop].decode("utf-8"), line).records
            chunk = self._chunk_of(found)
        yield chunk

    def _parsed(self, block: bytes, proof: Proof, line: int) -> Chunk | None:
        """Proven records by Arrow; None where it counts other rows than the proof."""
        width = self.structure.width
        delimiter, quote = self.delimiter.encode(), self.quote.encode()
        places = sorted({*self._places, 0, min(1, width - 1)})
        table = parsed(block, proof, delimiter, quote, width, places)
        good = proof.ends > proof.starts
        refused: list[Record] = []
        n_empty = 0
        if table.num_rows != int(good.sum()):
            bad = misfits(block, proof, delimiter, width)
            good &= ~bad
            if table.num_rows != int(good.sum()):
                return None
            found = [self._record(block, proof, int(at), line) for at in bad.nonzero()[0]]
            _, _, refused, n_empty = sorted_out(found, self.structure)
        places_of_good = good.nonzero()[0]
        empty = [
            at
            for at in _blank_rows(table)
            if not is_filled(self._record(block, proof, int(places_of_good[at]), line))
        ]
        lines = proof.lines[good] + line
        self._refuse_repeated_header(table, lines)
        self._refuse_layout([], [], refused)
        rows = table.select([str(place) for place in self._places]).rename_columns(list(self.keep))
        rows = _with_lines(rows, lines, empty)
        return Chunk(rows, tuple(refused), (), n_empty + len(empty))

    def _record(self, block: bytes, proof: Proof, at: int, line: int) -> Record:
        content = block[int(proof.starts[at]) : int(proof.ends[at])]
        # Lines of single records are counted afresh: there are few of them.
        at_line = line + int(proof.newlines.searchsorted(proof.starts[at]))
        return self._scan(content.decode("utf-8"), at_line).records[0]

    def _scanned(self, block: bytes, line: int, piece: int) -> tuple[Chunk, int, int]:
        """A piece of at least so many letters, the bytes it takes and the line below it."""
        end = block.rfind(b"\n", 0, piece * 4 + _LOOK_AHEAD) + 1
        check_utf8(block[:end], line, self.encoding, self.where)
        text = block[:end].decode("utf-8")
        found = self._scan(text, line, until=piece, is_last=False)
        return self._chunk_of(found.records), len(text[: found.position].encode("utf-8")), found.line

    def _scan(self, text: str, line: int, until: int | None = None, *, is_last: bool = True) -> Scan:
        return scan(
            text, self.delimiter, self.quote, line=line, until=until, is_last=is_last,
            is_quoted_throughout=self.is_quoted_throughout,
        )  # fmt: skip

    def _chunk_of(self, found: Sequence[Record]) -> Chunk:
        rows, lines, refused, n_empty = sorted_out(found, self.structure)
        self._refuse_layout(rows, lines, refused)
        return self.chunk(rows, lines, refused, (), n_empty)

    def _refuse_layout(
        self, rows: Sequence[Sequence[str]], lines: Sequence[int], refused: Sequence[Record]
    ) -> None:
        refuse_stacked(self.header, rows, lines, self.where)
        refuse_stacked(
            self.header,
            [record.fields for record in refused],
            [record.line for record in refused],
            self.where,
        )
        refuse_other_widths(refused, self.structure.width, self.where)

    def _refuse_repeated_header(self, table: Any, lines: Any) -> None:
        if len(self.header) < 2:
            return
        pc = _compute()
        first = pc.equal(pc.utf8_trim_whitespace(table.column("0")), self.header[0].strip())
        for at in pc.indices_nonzero(first).to_pylist():
            fields = [table.column(name)[at].as_py() for name in ("0", "1")]
            refuse_stacked(self.header, [fields], [int(lines[at])], self.where)


def _compute() -> Any:
    import pyarrow.compute

    return pyarrow.compute


def _blank_rows(table: Any) -> list[int]:
    """Rows in which every column read is blank."""
    pc, mask = _compute(), None
    for column in table.columns:
        blank = pc.equal(pc.utf8_trim_whitespace(column), "")
        mask = blank if mask is None else pc.and_(mask, blank)
        if not pc.any(mask).as_py():
            return []
    return list(pc.indices_nonzero(mask).to_pylist())


def _with_lines(rows: Any, lines: Any, empty: Sequence[int]) -> Any:
    import numpy as np
    import pyarrow

    pa: Any = pyarrow
    rows = rows.append_column("source_line", pa.array(lines, pa.int64()))
    if not empty:
        return rows
    good = np.ones(len(lines), bool)
    good[list(empty)] = False
    return rows.filter(pa.array(good))
