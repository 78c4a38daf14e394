"""What every format is turned into: names and a stream of text rows. No formats, no profiles, no files."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from orchestration.ingest.text.stretches import Chunk, chunk_of
from orchestration.ingest.text.tabular import Table, without_footers

__all__ = ["Chunk", "Chunks", "Content", "chunk_of", "in_chunks", "of_table"]

Chunks = Callable[[Sequence[str], Sequence[str]], Iterator[Chunk]]
"""Columns to keep, footer patterns -> rows in the order of the file."""

_ROWS_PER_CHUNK: Final = 100_000


@dataclass(frozen=True, slots=True)
class Content:
    """A part whose header is known and whose rows can be read.

    Attributes
    ----------
    names : clean, unique column names.
    chunks : reads the rows, as often as asked.
    labels : what the header says about a column beside its name, empty text for nothing; as long as `names`,
        or empty.
    preamble : rows above the header.
    header_rows : 0 where the format itself knows its columns.
    zone : time zone that the header states.
    delimiter, quote : of delimited text, else empty.
    value_labels : labels of codes by column (SPSS).
    counts : what was met while the rows were read, filled by `chunks`.
    """

    names: tuple[str, ...]
    chunks: Chunks
    labels: tuple[str, ...] = ()
    preamble: tuple[tuple[str, ...], ...] = ()
    header_rows: int = 0
    zone: str | None = None
    encoding: str = ""
    confidence: float = 1.0
    delimiter: str = ""
    quote: str = ""
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)


def of_table(table: Table, encoding: str = "", warnings: Sequence[str] = ()) -> Content:
    """Content of a table that is in memory as a whole."""

    def chunks(keep: Sequence[str], footers: Sequence[str]) -> Iterator[Chunk]:
        read = without_footers(table, footers)
        places = [read.names.index(name) for name in keep]
        for start in range(0, max(len(read.rows), 1), _ROWS_PER_CHUNK):
            stop = start + _ROWS_PER_CHUNK
            rows = [[row[place] for place in places] for row in read.rows[start:stop]]
            is_last = stop >= len(read.rows)
            yield chunk_of(
                keep,
                rows,
                read.lines[start:stop],
                read.refused if is_last else (),
                read.footers if is_last else (),
                read.n_empty if is_last else 0,
            )

    return Content(
        names=table.names,
        chunks=chunks,
        labels=table.labels,
        preamble=table.preamble,
        header_rows=table.header_rows,
        zone=table.zone,
        encoding=encoding,
        warnings=(*warnings, *table.warnings),
    )


def in_chunks(rows: Sequence[object], refused: Sequence[object]) -> bool:
    """Whether enough rows are gathered to be handed on."""
    return len(rows) + len(refused) >= _ROWS_PER_CHUNK
