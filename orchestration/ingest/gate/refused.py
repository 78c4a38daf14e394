"""Refused rows: what they say of record, month and money, and in whose place another came. No judging."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow

from contracts.contract import Contract
from contracts.sql_rules import SQL_TYPES, listed, quoted
from orchestration.ingest.gate.lots import Lot, older_snapshots, record_key
from orchestration.ingest.gate.reasons import Reasons, is_of_a_record
from orchestration.ingest.gate.resolve import are_replaced
from orchestration.ingest.gate.versions import amount_column

# pyarrow carries no types; named so that this is said once.
pa: Any = pyarrow

REFUSED = "refused"
"""Table of refused rows: place, key, version, day and money, as far as they can be read.

`is_alone`: refused by itself, not for what other rows say.
"""


def open_refused(con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Make the table, empty."""
    columns = [f"{quoted(name)} {SQL_TYPES[contract.column(name).kind]}" for name in _said(contract)]
    places = "_seq integer, source_line bigint, is_alone boolean"
    con.execute(f"create or replace table {REFUSED} ({places}, {', '.join(columns)})")


def note_refused(
    con: duckdb.DuckDBPyConnection, contract: Contract, typed: pd.DataFrame, sequence: Mapping[str, int]
) -> None:
    """Note rows that were refused alone.

    Parameters
    ----------
    typed : what can be read of them, see `pandas_lane.readable`.
    sequence : order of arrival by delivery.
    """
    rows = contract.to_arrow(typed).select(["source_line", *_said(contract)])
    places = typed["delivery_id"].map(dict(sequence)).to_numpy(dtype="int32")
    con.register("refused_now", rows.append_column("_seq", pa.array(places)))
    con.execute(f"insert into {REFUSED} by name select *, true as is_alone from refused_now")
    con.unregister("refused_now")


def note_refused_together(con: duckdb.DuckDBPyConnection, contract: Contract, good: str, places: str) -> None:
    """Note rows that were good by themselves and are refused beside others.

    Parameters
    ----------
    good : view of the rows that were good by themselves.
    places : table of `_seq` and `source_line`.
    """
    said = listed(("_seq", "source_line", *_said(contract)))
    con.execute(
        f"insert into {REFUSED} by name select {said}, false as is_alone from {good} "
        f"semi join {places} using (_seq, source_line) anti join {REFUSED} using (_seq, source_line)"
    )


def refused_of(con: duckdb.DuckDBPyConnection, sequence: int) -> pd.DataFrame:
    """What the refused rows of a delivery say, in line order; days as datetime64, money as Decimal."""
    query = f"select * exclude (_seq) from {REFUSED} where _seq = {sequence} order by source_line"
    frame: pd.DataFrame = con.sql(query).to_arrow_table().to_pandas(date_as_object=False)
    return frame


def replaced_rows(
    con: duckdb.DuckDBPyConnection, contract: Contract, good: str, lots: Sequence[Lot], reasons: Reasons
) -> Iterator[tuple[str, int]]:
    """Delivery and line of the refused rows in whose place another came.

    Parameters
    ----------
    con : the gate's connection, with the table `refused` filled.
    contract : contract of the rows.
    good : view of the rows that were good by themselves.
    lots : deliveries in the order of arrival.
    reasons : refused rows.
    """
    if len(lots) < 2:
        return
    for lot in older_snapshots(lots):
        yield from ((lot.delivery_id, line) for line in reasons.of(lot.delivery_id))
    key = record_key([contract])
    told = _told(con, good, key)
    told["delivery_id"] = told["sequence"].map({lot.sequence: lot.delivery_id for lot in lots})
    places = zip(told["delivery_id"], told["source_line"], strict=True)
    is_held = np.array([is_of_a_record(reasons.of_line(*place)) for place in places], dtype=bool)
    told = told[is_held == told["is_refused"]]
    for delivery_id, line in told.loc[are_replaced(told, key), ["delivery_id", "source_line"]].to_numpy():
        yield delivery_id, int(line)


def _told(con: duckdb.DuckDBPyConnection, good: str, key: Sequence[str]) -> pd.DataFrame:
    """Refused rows, and the good ones of the same records."""
    names = listed(["_seq", "source_line", *key, "source_updated_at"])
    query = f"""
        select {names}, true as is_refused from {REFUSED}
        union all by name
        select {names}, false as is_refused from {good}
        semi join {REFUSED} using ({listed(key)})
        anti join {REFUSED} as gone using (_seq, source_line)
        order by all
    """
    told: pd.DataFrame = con.sql(query).to_arrow_table().to_pandas()
    return told.rename(columns={"_seq": "sequence"})


def _said(contract: Contract) -> list[str]:
    """Columns that a refused row is asked for."""
    amount = amount_column(contract)
    money = ("currency", amount) if amount else ()
    names = (*record_key([contract]), "source_updated_at", contract.period_column, *money)
    return list(dict.fromkeys(name for name in names if name))
