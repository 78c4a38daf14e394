"""Accepted rows -> Parquet below accepted/: a file per month, its rows in the order they came. No judging."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.compute

from contracts.contract import Contract
from orchestration.ingest import files
from orchestration.ingest.behind import Behind

# pyarrow carries no types; named so that this is said once.
pa: Any = pyarrow
pc: Any = pyarrow.compute

_FILE: Final = "rows.parquet"
_SAME: Final = frozenset({"delivery_id", "source_system", "delivered_by", "unit_key_type"})
"""Columns that mostly say the same of all rows of a delivery: written as a list of what they say."""

_WHOLE: Final = frozenset({"integer", "timestamp", "money", "minutes"})
"""Kinds that Parquet holds as whole numbers; an amount as its cents."""


class EntityWriter:
    """Rows of one entity on their way into a file per month; used as a context, written when it is left.

    Parameters
    ----------
    folder : folder that holds the entities.
    contract : contract of the entity.
    delivery_ids : delivery by `_seq`.
    """

    def __init__(self, folder: Path, contract: Contract, delivery_ids: Mapping[int, str]) -> None:
        self._target = folder / contract.name
        self._contract = contract
        self._schema = _schema(contract)
        self._sequences = pa.array(list(delivery_ids), pa.int32())
        self._ids = pa.array(list(delivery_ids.values()), pa.string())
        self._writers: dict[Path, Any] = {}
        self._behind = Behind()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self._behind.__exit__(*error)
        finally:
            for writer in self._writers.values():
                writer.close()
        if not self._writers:
            write_nothing(self._target, self._contract)

    def add(self, table: Any) -> None:
        """Write rows behind those that are there.

        Parameters
        ----------
        table : `pyarrow.Table` ordered by `_period` (first day of the month, null for entities without
            months), with `_seq` and the contract's columns but `delivery_id`.
        """
        if not table.num_rows:
            return
        self._behind.submit(self._write, table)

    def _write(self, table: Any) -> None:
        place = pc.index_in(table.column("_seq"), value_set=self._sequences).combine_chunks()
        # One text for all rows of a delivery: written as it is meant, not compared row by row.
        ids = pa.DictionaryArray.from_arrays(place, self._ids)
        months = table.column("_period")
        rows = table.append_column("delivery_id", ids).select(self._schema.names).cast(self._schema)
        days = months.cast(pa.int32()).fill_null(-1).to_numpy()
        starts = np.flatnonzero(np.r_[True, days[1:] != days[:-1]])
        for start, stop in zip(starts, [*starts[1:], len(days)], strict=True):
            path = month_file(self._target, months[int(start)].as_py())
            if path not in self._writers:
                self._writers[path] = _parquet_writer(path, self._contract)
            self._writers[path].write_table(rows.slice(int(start), int(stop - start)))


def month_file(target: Path, month: object) -> Path:
    """File of a month (its first day) of an entity; that of the whole entity where there are no months."""
    return (target / f"period={month}" if month else target) / _FILE


def take_out(target: Path, contract: Contract, gone: Mapping[object, Mapping[str, Any]]) -> None:
    """Remove rows that turned out not to count from the files they were written to.

    Parameters
    ----------
    target : folder of the entity.
    contract : contract of the entity.
    gone : by month, by delivery the lines, as an Arrow array of int64.
    """
    for month, lines_of in gone.items():
        path = month_file(target, month)
        left = path.with_suffix(".left")
        n_left = 0
        # A month may hold more rows than memory: one row group at a time.
        with files.pq.ParquetFile(path) as there, _parquet_writer(left, contract) as writer:
            for group in range(there.num_row_groups):
                rows = _left(there.read_row_group(group), lines_of)
                n_left += rows.num_rows
                if rows.num_rows:
                    writer.write_table(rows.cast(_schema(contract)))
        if n_left:
            left.replace(path)
            continue
        left.unlink()
        path.unlink()
        if path.parent != target:
            path.parent.rmdir()
    if not any(target.rglob(_FILE)):
        write_nothing(target, contract)


def _left(rows: Any, lines_of: Mapping[str, Any]) -> Any:
    """Rows without those that stand on certain lines of their deliveries."""
    is_out = pa.chunked_array([np.zeros(rows.num_rows, dtype=bool)])
    for delivery_id, lines in lines_of.items():
        own = pc.equal(rows.column("delivery_id"), delivery_id)
        is_out = pc.or_(is_out, pc.and_(own, pc.is_in(rows.column("source_line"), value_set=lines)))
    return rows.filter(pc.invert(is_out))


def write_nothing(target: Path, contract: Contract) -> None:
    """Write the file of an entity without rows; it shows the columns."""
    files.write_parquet(target / _FILE, contract.arrow_schema().empty_table())


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


def _schema(contract: Contract) -> Any:
    """Arrow types of a contract's table as it is written; the file says of all texts that they are texts."""
    schema, texts = contract.arrow_schema(), pa.dictionary(pa.int32(), pa.string())
    few = _SAME | {column.name for column in contract.columns if column.allowed}
    for name in few.intersection(schema.names):
        schema = schema.set(schema.names.index(name), pa.field(name, texts))
    return schema


def _parquet_writer(path: Path, contract: Contract) -> Any:
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = [column.name for column in contract.columns if column.kind == "text"]
    # Whole numbers in the bits that they need: a third less room, and less time to write than to compress.
    numbers = [column.name for column in contract.columns if column.kind in _WHOLE]
    return files.pq.ParquetWriter(
        path,
        _schema(contract),
        compression="snappy",
        version="2.6",
        store_schema=False,
        # Eight bytes that are compared as they are, where the other form turns each amount around.
        store_decimal_as_integer=True,
        use_dictionary=[name for name in texts if name not in contract.key],
        column_encoding=dict.fromkeys(numbers, "DELTA_BINARY_PACKED"),
        # Nobody looks for a text by its size.
        write_statistics=[name for name in contract.column_names if name not in texts],
    )
