"""Delimited text of any size to chunks of rows, in bounded memory. No profiles, no types, no containers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from orchestration.ingest.decode import decode
from orchestration.ingest.records import Record
from orchestration.ingest.structure import IsHeader
from orchestration.ingest.tabular import Table, read_table, without_footers

Open = Callable[[], BinaryIO]
"""Opens the bytes of a file anew, from the start."""


@dataclass(frozen=True, slots=True)
class Head:
    """What the first and last bytes of a file say about the whole.

    Attributes
    ----------
    encoding, confidence : as decided by `decode`.
    names, labels, header_rows, preamble, zone, warnings : as in `tabular.Table`.
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
    table: Table


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
    """Decide how a file is read from its first bytes; parameters and errors as in `tabular.read_table`."""
    with open_() as file:
        decoded = decode(file.read(), where, encoding)
    table = read_table(
        decoded.text, where, delimiter=delimiter, quote=quote, header_rows=header_rows, is_header=is_header,
        unpivot=unpivot,
    )  # fmt: skip
    return Head(
        where, decoded.encoding, decoded.confidence, table.delimiter, table.quote, table.names, table.labels,
        table.preamble, table.header_rows, table.zone, (*decoded.warnings, *table.warnings), table,
    )  # fmt: skip


def read_chunks(
    open_: Open,  # noqa: ARG001
    head: Head,
    *,
    keep: Sequence[str] | None,
    footers: Sequence[str] = (),
) -> Iterator[Chunk]:
    """Read the rows below a header.

    Parameters
    ----------
    open_ : opens the same bytes that `head` was taken from.
    keep : names of the columns to read, in this order; None keeps all.
    footers : regular expressions, as in `tabular.without_footers`.
    """
    import pyarrow

    pa: Any = pyarrow
    table = without_footers(head.table, footers)
    kept = list(table.names if keep is None else keep)
    columns = {
        name: pa.array([row[table.names.index(name)] for row in table.rows], pa.string()) for name in kept
    }
    columns["source_line"] = pa.array(table.lines, pa.int64())
    yield Chunk(pa.table(columns), table.refused, table.footers, table.n_empty)
