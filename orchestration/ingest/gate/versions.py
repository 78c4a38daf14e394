"""Several records of one key -> the one that counts, in SQL and for repeated keys only. No files.

The same decisions as `resolve.resolve` makes on frames; a test holds both against each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pyarrow

from contracts.contract import Contract
from contracts.sql_rules import listed, quoted
from orchestration.ingest.gate.lots import Lot, newest_snapshots, period_of

# pyarrow carries no types; named so that this is said once.
pa: Any = pyarrow

FATES = "fates"
"""Table of the rows whose key is repeated or gone: place, fate, key, period and money."""


@dataclass(frozen=True, slots=True)
class Money:
    """SQL of a row's period (first day of its month), currency and money; null where there is none.

    Attributes
    ----------
    amount, counted : money of the row, and what of it counts: nothing of a row that its source deleted.
    """

    period: str
    currency: str
    amount: str
    counted: str

    @property
    def columns(self) -> str:
        """All as columns of a select."""
        return (
            f"{self.period} as _period, {self.currency} as _currency, "
            f"{self.amount} as _amount, {self.counted} as _counted"
        )


def money_of(contract: Contract) -> Money:
    """Period and money of an entity's rows."""
    period, amount = period_of(contract), amount_column(contract)
    if amount is None:
        return Money(period, "null::varchar", "null::decimal(18,2)", "null::decimal(18,2)")
    is_deletable = "is_deleted" in contract.column_names
    counted = f"case when is_deleted then 0::decimal(18,2) else {amount} end" if is_deletable else amount
    return Money(period, "currency", amount, counted)


def amount_column(contract: Contract) -> str | None:
    """Column with the money of a row; None where there is none, or no currency beside it."""
    amounts = [column.name for column in contract.columns if column.kind == "money"]
    return amounts[0] if amounts and "currency" in contract.column_names else None


def money_by_sequence(
    con: duckdb.DuckDBPyConnection, contract: Contract, rows: str
) -> dict[int, dict[str, Decimal]]:
    """Sum of the amounts of rows by delivery and currency; empty for entities without money."""
    amount = amount_column(contract)
    if amount is None:
        return {}
    found: dict[int, dict[str, Decimal]] = {}
    query = f"select _seq, currency, sum({amount}) from {rows} where {amount} is not null group by all"
    for sequence, currency, total in con.execute(query).fetchall():
        if currency is not None:
            found.setdefault(sequence, {})[currency] = total
    return found


def resolve(
    con: duckdb.DuckDBPyConnection, contract: Contract, good: str, alike: Any, key: Sequence[str]
) -> None:
    """Fill the table `fates` for all rows of `good` whose key is repeated.

    Parameters
    ----------
    con : the gate's connection.
    contract : contract of the rows.
    good : view of the good rows: `_seq`, `source_line` and the columns of the contract.
    alike : each `key_hash` that several of these rows have, see `repeated`.
    key : columns that name a record.
    """
    names, money = listed(key), money_of(contract)
    n_several = _note_several(con, good, alike, key)
    rows = f"{good} semi join several using ({names})" if n_several else f"{good} where false"
    apart = {"delivery_id", "source_line", "organization_id"} - set(key)
    content = listed(column for column in contract.column_names if column not in apart)
    record = f"_seq, source_line, {names}, _period, _currency, _amount, _counted, _place"
    con.execute(
        f"""
        create or replace table {FATES} as
        with records as (
            select
                _seq, source_line, {names}, {money.columns}, source_updated_at as _version,
                row({content}) as _said
            from {rows}
        ),
        placed as (
            select *, row_number() over (
                partition by {names} order by _version nulls first, _seq, hash(_said), source_line
            ) as _place
            from records
        ),
        told as (
            select *, coalesce(
                lag(_seq) over by_place = _seq and lag(_said) over by_place is not distinct from _said, false
            ) as _is_repeated
            from placed window by_place as (partition by {names} order by _place)
        ),
        distinct_rows as (
            select *, coalesce(
                lag(_seq) over by_place = _seq
                and lag(_version) over by_place is not distinct from _version,
                false
            ) as _is_as_before
            from told where not _is_repeated window by_place as (partition by {names} order by _place)
        ),
        judged as (
            select *, _is_as_before or coalesce(lead(_is_as_before) over by_place, false) as _in_conflict
            from distinct_rows window by_place as (partition by {names} order by _place)
        ),
        clear as (
            select *, _said is not distinct from lag(_said) over by_place as _is_duplicate
            from judged where not _in_conflict window by_place as (partition by {names} order by _place)
        ),
        chained as (
            select *, row_number() over (partition by {names} order by _place desc) = 1 as _is_last
            from clear where not _is_duplicate
        )
        select {record}, 'duplicate' as fate
        from told where _is_repeated
        union all by name
        select {record}, 'duplicate' as fate
        from clear where _is_duplicate
        union all by name
        select {record}, 'conflict' as fate
        from judged where _in_conflict
        union all by name
        select {record},
            case when _is_last then 'accepted' else 'superseded' end as fate
        from chained
        """
    )
    con.execute("drop table several")


def key_hash(key: Sequence[str]) -> str:
    """SQL of a number by which rows of one key find each other."""
    return f"hash({listed(key)})"


def repeated(hashes: Sequence[Any]) -> Any:
    """Numbers that are there more than once, out of numpy arrays in any order.

    Sorted hashes show which rows to look at, for a third of what grouping all keys takes.
    """
    hashed = np.sort(np.concatenate(hashes))
    return hashed[1:][hashed[1:] == hashed[:-1]]


def _note_several(con: duckdb.DuckDBPyConnection, good: str, alike: Any, key: Sequence[str]) -> int:
    """Put the keys that several rows have into `several`; how many there are."""
    con.register("alike", pa.table({"hashed": alike}))
    condition = f"{key_hash(key)} in (select hashed from alike)" if len(alike) else "false"
    con.execute(
        f"create or replace table several as select {listed(key)} from {good} where {condition} "
        "group by all having count(*) > 1"
    )
    con.unregister("alike")
    return int(con.execute("select count(*) from several").fetchall()[0][0])


def supersede_vanished(
    con: duckdb.DuckDBPyConnection, contract: Contract, good: str, key: Sequence[str], lots: Sequence[Lot]
) -> dict[int, int]:
    """Mark as superseded what the newest full snapshot of its source no longer holds.

    A key that a later delivery holds, or the newest full snapshot of another source, is still there, and so
    is one whose row was refused in them: its last good row counts. All others no longer count, whichever
    delivery their last version came in. The rows that counted until then are put into `gone`.

    Returns
    -------
    dict
        Number of keys that are gone, by the sequence of the snapshot that lacks them.
    """
    newest = newest_snapshots(lots)
    names, money, vanished = listed(key), money_of(contract), {}
    con.execute(
        f"create or replace table gone as select _seq, source_line, {names}, {money.columns} "
        f"from {good} where false"
    )
    there = ", ".join(str(lot.sequence) for lot in newest.values())
    for snapshot, last in newest.items():
        older = [str(lot.sequence) for lot in lots if lot.snapshot_of == snapshot and lot is not last]
        if not older:
            continue
        is_there = f"(_seq in ({there}) or _seq > {last.sequence})"
        con.execute(
            "create or replace table vanished as "
            f"select _seq, source_line, {names}, {money.columns} from {good} "
            f"semi join (select {names} from {good} where _seq in ({', '.join(older)})) using ({names}) "
            f"anti join (select {names} from {good} where {is_there}) using ({names}) "
            f"where {quoted(contract.key[0])} not in (select {quoted(contract.key[0])} from refused "
            f"where {is_there} and {quoted(contract.key[0])} is not null) "
            f"and (_seq, source_line) not in (select _seq, source_line from {FATES} where fate <> 'accepted')"
        )
        found = con.execute(f"select count(*) from (select distinct {names} from vanished)").fetchall()
        vanished[last.sequence] = int(found[0][0])
        con.execute("insert into gone by name from vanished")
        con.execute(
            f"insert into {FATES} by name select *, 0 as _place, 'superseded' as fate from vanished "
            f"where (_seq, source_line) not in (select _seq, source_line from {FATES})"
        )
        con.execute(
            f"update {FATES} set fate = 'superseded' where fate = 'accepted' "
            "and (_seq, source_line) in (select _seq, source_line from vanished)"
        )
        con.execute("drop table vanished")
    return vanished


def all_came_again(con: duckdb.DuckDBPyConnection, good: str, key: Sequence[str], sequence: int) -> bool:
    """Whether later deliveries hold every record of one that was good in it."""
    names = listed(key)
    found = con.execute(
        f"""
        with told as (
            select _seq, {names} from {good}
            union all
            select _seq, {names} from {FATES} where fate <> 'conflict'
        )
        select count(*) from (select * from told where _seq = {sequence}) as own
        anti join (select {names} from told where _seq > {sequence}) as later using ({names})
        """
    )
    return found.fetchall() == [(0,)]


LATE = """
    select new.*, old._seq as _old_seq, old._period as _old_period, old._currency as _old_currency,
        old._counted as _old_counted
    from fates as new inner join fates as old on {same} and old._seq < new._seq
    where new.fate = 'accepted' and old.fate = 'superseded'
    qualify row_number() over (partition by new._seq, new.source_line order by old._place desc) = 1
"""
"""Accepted records that replaced one of an earlier delivery, beside the last one they replaced."""


def late_corrections(con: duckdb.DuckDBPyConnection, key: Sequence[str]) -> int:
    """Put the accepted records that replaced one of an earlier delivery into `late`; how many there are."""
    con.execute(f"create or replace table late as {LATE.format(same=_same(key, 'new', 'old'))}")
    return int(con.execute("select count(*) from late").fetchall()[0][0])


RESTATED = """
    select
        period::varchar as period, currency, count(*) as n_rows,
        sum(before)::decimal(18,2) as amount_before, sum(after)::decimal(18,2) as amount_after
    from (
        select _period as period, _currency as currency, 0::decimal(18,2) as before, _counted as after
        from late
        union all
        select _old_period, _old_currency, _old_counted, 0::decimal(18,2) from late
        union all
        select _period, _currency, _counted, 0::decimal(18,2) from gone
    )
    group by all order by all
"""
"""Periods that later deliveries changed: by a correction, by a deletion, by a key that is gone."""


def _same(key: Sequence[str], one: str, other: str) -> str:
    return " and ".join(f"{one}.{quoted(name)} = {other}.{quoted(name)}" for name in key)
