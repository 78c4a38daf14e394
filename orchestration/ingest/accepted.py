"""Accepted frames -> Parquet below accepted/: a folder per month, stable order and bytes. No judging."""

from pathlib import Path

import numpy as np
import pandas as pd

from contracts.contract import Contract
from orchestration.ingest.files import write_parquet


def write_entity(folder: Path, contract: Contract, rows: pd.DataFrame) -> None:
    """Write one entity; an entity without rows still gets a file that shows its columns.

    Parameters
    ----------
    folder : folder that holds the entities.
    contract : contract of the entity; its `period_column` decides the folders, its key the order.
    rows : accepted rows.
    """
    target = folder / contract.name
    if contract.period_column is None or rows.empty:
        write_parquet(target / "rows.parquet", contract.to_arrow(_sorted(rows, contract, [])))
        return
    period = rows[contract.period_column].dt.strftime("%Y-%m-01").astype("str")
    rows = _sorted(rows.assign(_period=period), contract, ["_period"])
    months = rows.pop("_period").to_numpy()
    table = contract.to_arrow(rows)
    starts = np.flatnonzero(np.r_[True, months[1:] != months[:-1]])
    for start, stop in zip(starts, [*starts[1:], len(months)], strict=True):
        write_parquet(
            target / f"period={months[start]}" / "rows.parquet", table.slice(int(start), int(stop - start))
        )


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


def _sorted(rows: pd.DataFrame, contract: Contract, first: list[str]) -> pd.DataFrame:
    order = [*first, *contract.key, *(name for name in ("source_system",) if name not in contract.key)]
    return rows.sort_values(order, kind="stable", ignore_index=True)
