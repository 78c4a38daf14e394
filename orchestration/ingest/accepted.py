"""Accepted rows -> Parquet below accepted/: a folder per month, stable order and bytes. No judging."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow
import pyarrow.compute
import pyarrow.parquet

from contracts.contract import Contract
from orchestration.ingest import files

# pyarrow carries no types; named so that this is said once.
pa: Any = pyarrow
pc: Any = pyarrow.compute

ROW_GROUP: Final = 200_000
"""Rows written at a time; with the order of the rows it fixes the bytes of a file."""
_WRITERS: Final = 2
"""Months written side by side; DuckDB sorts the next ones meanwhile."""


def write_batches(
    folder: Path, contract: Contract, batches: Iterable[Any], delivery_ids: Mapping[int, str]
) -> int:
    """Write one entity; an entity without rows still gets a file that shows its columns.

    Parameters
    ----------
    folder : folder that holds the entities.
    contract : contract of the entity.
    batches : record batches in their final order, with `_seq`, `_period` (ISO text, null for entities without
        months) and the contract's columns but `delivery_id`.
    delivery_ids : delivery by `_seq`.

    Returns
    -------
    int
        Rows written.
    """
    target, n_rows = folder / contract.name, 0
    pending: deque[Future[None]] = deque()
    lanes = [ThreadPoolExecutor(1) for _ in range(_WRITERS)]
    try:
        for place, (period, groups) in enumerate(_months(batches)):
            month = _Month(target / f"period={period}" if period else target, contract, delivery_ids)
            for table in groups:
                n_rows += table.num_rows
                pending.append(lanes[place % _WRITERS].submit(month.write, table))
                if len(pending) > _WRITERS:
                    pending.popleft().result()
            pending.append(lanes[place % _WRITERS].submit(month.close))
        while pending:
            pending.popleft().result()
    finally:
        for lane in lanes:
            lane.shutdown(wait=True)
    if not n_rows:
        files.write_parquet(target / "rows.parquet", contract.to_arrow(contract.empty()))
    return n_rows


def read_entity(folder: Path, contract: Contract) -> pd.DataFrame:
    """Rows of one accepted entity as a frame in the contract's dtypes, in their written order.

    Parameters
    ----------
    folder : HOME/accepted.
    contract : contract of the entity.
    """
    parts = [
        pd.read_parquet(path, partitioning=None)
        for path in sorted((folder / contract.name).rglob("*.parquet"))
    ]
    return contract.typed(pd.concat(parts, ignore_index=True)) if parts else contract.empty()


class _Month:
    """The file of one month, written group by group."""

    def __init__(self, folder: Path, contract: Contract, delivery_ids: Mapping[int, str]) -> None:
        self._path = folder / "rows.parquet"
        self._schema = contract.arrow_schema()
        self._words = [c.name for c in contract.columns if c.kind == "text" and c.name not in contract.key]
        self._sequences = pa.array(list(delivery_ids), pa.int32())
        self._ids = pa.array(list(delivery_ids.values()), pa.string())
        self._writer: Any = None

    def write(self, table: Any) -> None:
        place = pc.index_in(table.column("_seq"), value_set=self._sequences)
        ids = pa.chunked_array(
            [pa.DictionaryArray.from_arrays(chunk, self._ids).cast(pa.string()) for chunk in place.chunks],
            pa.string(),
        )
        table = table.append_column("delivery_id", ids).select(self._schema.names).cast(self._schema)
        if self._writer is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = files.pq.ParquetWriter(
                self._path, self._schema, compression="zstd", version="2.6", use_dictionary=self._words
            )
        self._writer.write_table(table, row_group_size=ROW_GROUP)

    def close(self) -> None:
        self._writer.close()


def _months(batches: Iterable[Any]) -> Iterator[tuple[str | None, Iterator[Any]]]:
    """Runs of rows of one month, each in groups of `ROW_GROUP` rows; a run is used up before the next."""
    runs = _Runs(batches)
    while runs.has_more():
        yield runs.period, runs.groups()


class _Runs:
    """Record batches cut where the month changes."""

    def __init__(self, batches: Iterable[Any]) -> None:
        self._batches = iter(batches)
        self._rest: Any = None
        self.period: str | None = None

    def has_more(self) -> bool:
        while self._rest is None or not self._rest.num_rows:
            self._rest = next(self._batches, None)
            if self._rest is None:
                return False
        self.period = self._rest.column("_period")[0].as_py()
        return True

    def groups(self) -> Iterator[Any]:
        period, held, n_held = self.period, [], 0
        while self.has_more() and self.period == period:
            size = min(self._length_of_run(), ROW_GROUP - n_held)
            held.append(self._rest.slice(0, size))
            n_held += size
            self._rest = self._rest.slice(size)
            if n_held == ROW_GROUP:
                yield pa.Table.from_batches(held)
                held, n_held = [], 0
        if held:
            yield pa.Table.from_batches(held)

    def _length_of_run(self) -> int:
        column = self._rest.column("_period")
        if self.period is None or column[len(column) - 1].as_py() == self.period:
            return len(column)
        return int(pc.index(pc.not_equal(column, self.period), True).as_py())
