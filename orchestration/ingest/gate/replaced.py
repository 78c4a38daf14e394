"""Refused rows in whose place another came later: by key and version, or by a newer full snapshot."""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow

from contracts.contract import Contract
from contracts.sql_rules import SQL_TYPES, listed, quoted
from orchestration.ingest.gate.lots import Lot, older_snapshots
from orchestration.ingest.gate.reasons import Reasons, is_of_a_record
from orchestration.ingest.gate.resolve import are_replaced
from orchestration.ingest.gate.versions import FATES

# pyarrow carries no types; named so that this is said once.
pa: Any = pyarrow

REFUSED_KEYS = "refused_keys"
"""Table of rows that were refused alone: place, key and version, as far as they can be read."""


def open_refused_keys(con: duckdb.DuckDBPyConnection, contract: Contract, key: Sequence[str]) -> None:
    """Make an empty table for the keys of refused rows."""
    columns = [f"{quoted(name)} {SQL_TYPES[contract.column(name).kind]}" for name in _identity(key)]
    con.execute(
        f"create or replace table {REFUSED_KEYS} (_seq integer, source_line bigint, {', '.join(columns)})"
    )


def note_refused_keys(
    con: duckdb.DuckDBPyConnection, key: Sequence[str], sequence: int, typed: pd.DataFrame
) -> None:
    """Note the refused rows of a delivery.

    Parameters
    ----------
    typed : what can be read of them, see `pandas_lane.readable`.
    """
    names = ["source_line", *_identity(key)]
    con.register("refused_now", pa.Table.from_pandas(typed[names], preserve_index=False))
    con.execute(
        f"insert into {REFUSED_KEYS} by name "
        f"select {sequence}::integer as _seq, {listed(names)} from refused_now"
    )
    con.unregister("refused_now")


def replaced_rows(
    con: duckdb.DuckDBPyConnection, good: str, key: Sequence[str], lots: Sequence[Lot], reasons: Reasons
) -> Iterator[tuple[str, int]]:
    """Delivery and line of the refused rows in whose place another came.

    Parameters
    ----------
    con : the gate's connection, with the tables `fates` and `refused_keys` filled.
    good : view of the rows that were good by themselves.
    key : columns that name a record.
    lots : deliveries in the order of arrival.
    reasons : refused rows.
    """
    if len(lots) < 2:
        return
    for lot in older_snapshots(lots):
        yield from ((lot.delivery_id, line) for line in reasons.of(lot.delivery_id))
    told = _told(con, good, key)
    told["delivery_id"] = told["sequence"].map({lot.sequence: lot.delivery_id for lot in lots})
    places = zip(told["delivery_id"], told["source_line"], strict=True)
    is_held = np.array([is_of_a_record(reasons.of_line(*place)) for place in places], dtype=bool)
    told = told[is_held == told["is_refused"]]
    for delivery_id, line in told.loc[are_replaced(told, key), ["delivery_id", "source_line"]].to_numpy():
        yield delivery_id, int(line)


def _told(con: duckdb.DuckDBPyConnection, good: str, key: Sequence[str]) -> pd.DataFrame:
    """Refused rows, and the good ones of the same records."""
    names = listed(["_seq", "source_line", *_identity(key)])
    together = f"select _seq, source_line from {FATES} where fate = 'conflict'"
    query = f"""
        with refused as (
            select {names} from {REFUSED_KEYS}
            union all
            select {names} from {good} semi join ({together}) using (_seq, source_line)
        )
        select *, true as is_refused from refused
        union all by name
        select {names}, false as is_refused from {good}
        semi join refused using ({listed(key)})
        anti join ({together}) as gone using (_seq, source_line)
        order by all
    """
    told: pd.DataFrame = con.sql(query).to_arrow_table().to_pandas()
    return told.rename(columns={"_seq": "sequence"})


def _identity(key: Sequence[str]) -> list[str]:
    return [*key, "source_updated_at"]
