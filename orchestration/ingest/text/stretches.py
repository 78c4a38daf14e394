"""Stretches of a file's records to chunks of rows: proven ones by Arrow, all others record by record."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from orchestration.errors import UnreadableFile
from orchestration.ingest.text.arrow_text import blank_rows, places_of, trimmed, with_lines
from orchestration.ingest.text.layouts import WidthRun, refuse_other_widths, refuse_stacked
from orchestration.ingest.text.lines import lines_of
from orchestration.ingest.text.proof import Proof, misfits, parsed, prove
from orchestration.ingest.text.records import LONGEST_RECORD, Record, Scan, is_fragment, next_line, scan
from orchestration.ingest.text.rows import sorted_out
from orchestration.ingest.text.streams import check_text
from orchestration.ingest.text.structure import Structure, is_filled
from orchestration.ingest.text.tabular import N_FOOTERS_LOOKED_FOR, Table, without_footers

# So many records are kept for the end, where footers may stand among them; empty rows between them do not
# count, but more than so many bytes are never kept.
_TAIL: Final = N_FOOTERS_LOOKED_FOR + 10
_LONGEST_TAIL: Final = 1 << 20
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


def chunk_of(
    keep: Sequence[str],
    rows: Sequence[Sequence[str]],
    lines: Sequence[int],
    refused: Sequence[Record] = (),
    footers: Sequence[Record] = (),
    n_empty: int = 0,
) -> Chunk:
    """Chunk of rows of text, one list per row in the order of `keep`."""
    import pyarrow

    pa: Any = pyarrow
    columns = {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(keep)}
    columns["source_line"] = pa.array(lines, pa.int64())
    return Chunk(pa.table(columns), tuple(refused), tuple(footers), n_empty)


@dataclass(frozen=True, slots=True)
class _Plain:
    """Chunk of a stretch in which every line is a row, and the position and the line below it."""

    chunk: Chunk
    stop: int
    line: int


@dataclass(slots=True)
class Stretches:
    """How the records below a header are read; attributes as in `blocks.Head` and `blocks.read_chunks`.

    A record is judged when the one below it is known too. Two things the next stretch has to know of the one
    before: `broken_above` (`rows.sorted_out`) and `other_widths` (`layouts.refuse_other_widths`). While
    `is_plain`, a stretch is first taken for one in which every line is a row.
    """

    where: str
    encoding: str
    delimiter: str
    quote: str
    is_quoted_throughout: bool
    structure: Structure
    header: tuple[str, ...]
    keep: tuple[str, ...]
    footers: tuple[str, ...] = ()
    broken_above: int = 0
    other_widths: WidthRun | None = None
    is_plain: bool = True

    def read(self, block: bytes, line: int) -> Generator[Chunk, None, tuple[bytes, int]]:
        """Read what is sure to be whole; return the bytes left over, and their line."""
        plain = self._plain(block, line) if self.is_plain else None
        if plain is not None:
            yield plain.chunk
            return block[plain.stop :], plain.line
        self.is_plain, piece = False, _FIRST_PIECE
        while True:
            proof = self._proof(block)
            n_judged = self._above_tail(proof) if proof.is_complete else len(proof.ends) - 1
            block, line = yield from self._proven(block, proof, n_judged, line)
            if proof.is_complete:
                return block, line
            chunk, n_bytes, line = self._scanned(block, line, piece)
            if chunk is not None:
                yield chunk
                block = block[n_bytes:]
            elif piece > len(block):
                if len(block) > _LONGEST_LINE:
                    raise UnreadableFile(f"Line {line} does not end", self.where, "export it again as CSV")
                return block, line
            piece *= 2

    def read_last(self, block: bytes, line: int) -> Iterator[Chunk]:
        """Read the last records of the file, which end with a newline, and set footers aside."""
        proof = self._proof(block)
        if proof.is_complete:
            block, line = yield from self._proven(block, proof, self._above_tail(proof), line)
        elif not self.footers:
            block, line = yield from self.read(block, line)
        check_text(block, line, self.encoding, self.where)
        found = self._scan(block.decode("utf-8"), line).records
        rows, lines, refused, n_empty = sorted_out(found, self.structure, None, self.broken_above)
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
        places = self._places
        kept = [[row[place] for place in places] for row in rows]
        return chunk_of(self.keep, kept, lines, refused, footers, n_empty)

    @property
    def _places(self) -> list[int]:
        return [self.structure.names.index(name) for name in self.keep]

    @property
    def _read_places(self) -> list[int]:
        """The columns to keep, and the two that a repeated header is known by."""
        return sorted({*self._places, 0, min(1, self.structure.width - 1)})

    def _proof(self, block: bytes) -> Proof:
        if not self._suits_arrow(block):
            return replace(prove(b"", b",", b'"'), is_complete=False)
        delimiter, quote = self.delimiter.encode(), self.quote.encode()
        return prove(block, delimiter, quote, is_quoted_throughout=self.is_quoted_throughout)

    def _suits_arrow(self, block: bytes) -> bool:
        """Arrow takes a delimiter and a quote of one byte, and a leading mark for a byte-order mark."""
        return len(self.delimiter.encode()) == len(self.quote.encode()) == 1 and not block.startswith(_MARK)

    def _plain(self, block: bytes, line: int) -> _Plain | None:
        """The lines that surely stand above a footer, if each of them is a row."""
        import numpy as np

        if not self._suits_arrow(block) or self.broken_above:
            return None
        delimiter, quote, width = self.delimiter.encode(), self.quote.encode(), self.structure.width
        found = lines_of(
            block, delimiter, quote, width, self._read_places, _TAIL,
            is_quoted_throughout=self.is_quoted_throughout,
        )  # fmt: skip
        if found is None or block.rfind(b"\n") - found.stop > _LONGEST_TAIL:
            return None
        check_text(block, line, self.encoding, self.where, found.stop)
        first_cells = trimmed(found.table.column("0"))
        if blank_rows(found.table, first_cells):
            return None
        n_rows = found.table.num_rows
        at_lines = (line, line + n_rows - 1, line + n_rows, line + n_rows + 1)
        around = [
            self._scan(block[start:end].decode("utf-8"), at_line).records[0]
            for (start, end), at_line in zip(found.around, at_lines, strict=True)
        ]
        chunk = self._told(found.table, first_cells, np.arange(line, line + n_rows), around, 2)
        return _Plain(chunk, found.stop, line + n_rows)

    def _above_tail(self, proof: Proof) -> int:
        """Number of proven records that surely stand above a footer."""
        # A record shorter than its delimiters and one letter is an empty row, or a footer itself.
        filled = (proof.ends - proof.starts >= self.structure.width).nonzero()[0]
        n_above = int(filled[-_TAIL]) if len(filled) >= _TAIL else 0
        n_records = len(proof.ends)
        is_long = n_records > 0 and proof.stop - int(proof.starts[n_above]) > _LONGEST_TAIL
        return max(n_above, n_records // 2) if is_long else n_above

    def _proven(
        self, block: bytes, proof: Proof, n_records: int, line: int
    ) -> Generator[Chunk, None, tuple[bytes, int]]:
        """Read so many of the proven records; return the bytes below them, and their line."""
        if n_records < 1:
            return block, line
        first = proof.first(n_records)
        check_text(block, line, self.encoding, self.where, first.stop)
        yield self._parsed(block, proof, first, line)
        return block[first.stop :], line + first.n_lines

    def _parsed(self, block: bytes, proof: Proof, first: Proof, line: int) -> Chunk:
        """The first proven records by Arrow, or one by one where it counts other rows than the proof."""
        width, n_records = self.structure.width, len(first.ends)
        delimiter, quote = self.delimiter.encode(), self.quote.encode()
        table = parsed(block, first, delimiter, quote, width, self._read_places)
        is_row = (first.ends > first.starts) & ~first.is_faulty
        bad: list[int] = first.is_faulty.nonzero()[0].tolist()
        if table.num_rows != int(is_row.sum()):
            is_bad = misfits(block, first, delimiter, width)
            bad += is_bad.nonzero()[0].tolist()
            is_row &= ~is_bad
        if table.num_rows != int(is_row.sum()):
            n_filled = int((first.ends > first.starts).sum())
            return self._judged(self._scan(block[: proof.stop].decode("utf-8"), line).records, n_filled)
        # Only records near damage are looked at one by one: each damaged one with its neighbours, both ends
        # with what stands beyond them.
        near = {at + step for at in (*bad, n_records) for step in (-1, 0, 1)} | {0}
        first_cells = trimmed(table.column("0"))
        near |= {int(at) for at in is_row.nonzero()[0][blank_rows(table, first_cells)]}
        chosen = sorted(at for at in near if 0 <= at < len(proof.ends) and proof.ends[at] > proof.starts[at])
        found = [self._record(block, proof, at, line) for at in chosen]
        n_judged = sum(at < n_records for at in chosen)
        return self._told(table, first_cells, first.lines[is_row] + line, found, n_judged)

    def _told(
        self, table: Any, first_cells: Any, lines: Any, found: Sequence[Record], n_judged: int
    ) -> Chunk:
        """Rows that Arrow read, without those of them that turn out to be none when looked at one by one."""
        told = self._judged(found, n_judged)
        self._refuse_repeated_header(table, first_cells, lines)
        rows = table.select([str(place) for place in self._places]).rename_columns(list(self.keep))
        kept = set(told.rows.column("source_line").to_pylist())
        gone = {record.line for record in found[:n_judged]} - kept
        return replace(told, rows=with_lines(rows, lines, gone))

    def _record(self, block: bytes, proof: Proof, at: int, line: int) -> Record:
        content = block[int(proof.starts[at]) : int(proof.reaches[at])]
        # Lines of single records are counted afresh: there are few of them.
        at_line = line + int(proof.newlines.searchsorted(proof.starts[at]))
        return self._scan(content.decode("utf-8"), at_line).records[0]

    def _scanned(self, block: bytes, line: int, piece: int) -> tuple[Chunk | None, int, int]:
        """A piece of about so many letters, its bytes and the line below it; None where none is whole."""
        end = block.rfind(b"\n", 0, piece * 4 + _LOOK_AHEAD) + 1
        check_text(block, line, self.encoding, self.where, end)
        text = block[:end].decode("utf-8")
        found = self._scan(text, line, until=piece, is_last=False)
        if len(found.records) < 2:
            return None, 0, line
        chunk = self._judged(found.records, len(found.records) - 1)
        return chunk, len(text[: found.last].encode("utf-8")), found.records[-1].line

    def _judged(self, found: Sequence[Record], n_judged: int) -> Chunk:
        rows, lines, refused, n_empty = sorted_out(found, self.structure, n_judged, self.broken_above)
        if n_judged:
            last = found[n_judged - 1]
            is_broken = is_filled(last) and is_fragment(last, self.structure.width)
            self.broken_above = next_line(last) if is_broken else 0
        self._refuse_layout(rows, lines, refused)
        return self.chunk(rows, lines, refused, (), n_empty)

    def _scan(self, text: str, line: int, until: int | None = None, *, is_last: bool = True) -> Scan:
        return scan(
            text, self.delimiter, self.quote, line=line, until=until, is_last=is_last,
            is_quoted_throughout=self.is_quoted_throughout,
        )  # fmt: skip

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
        self.other_widths = refuse_other_widths(refused, self.structure.width, self.where, self.other_widths)

    def _refuse_repeated_header(self, table: Any, first_cells: Any, lines: Any) -> None:
        if len(self.header) < 2:
            return
        for at in places_of(first_cells, self.header[0].strip()):
            fields = [table.column(name)[at].as_py() for name in ("0", "1")]
            refuse_stacked(self.header, [fields], [int(lines[at])], self.where)
