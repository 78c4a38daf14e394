"""What became of the rows of each delivery, in rows and money by period. No judging."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd

from contracts.contract import Column, Contract
from contracts.sql_rules import text
from orchestration.ingest.gate.entity_gate import EntityGate
from orchestration.ingest.gate.lots import Lot
from orchestration.ingest.gate.refused import refused_of
from orchestration.ingest.gate.versions import amount_column, money_of

Line = dict[str, Any]
_NOTHING: Final = Decimal("0.00")


def accepted_lines(
    con: duckdb.DuckDBPyConnection, folder: Path, contract: Contract, files: Mapping[str, str]
) -> list[Line]:
    """Accepted rows by delivery and period, as they lie in accepted/.

    Parameters
    ----------
    folder : folder that holds the entities.
    files : file by delivery.
    """
    money = money_of(contract)
    names = contract.column_names
    unmapped = "organization_id is null" if "organization_id" in names else "false"
    deleted = "coalesce(is_deleted, false)" if "is_deleted" in names else "false"
    rows = f"read_parquet({text(folder / contract.name / '**' / '*.parquet')}, hive_partitioning = false)"
    # Days become texts when they are few.
    found = con.execute(
        "select * replace (_period::varchar as _period) from ("
        f"select delivery_id, {money.period} as _period, {money.currency}, count(*), sum({money.amount}), "
        f"count(*) filter ({money.amount} is null), count(*) filter ({unmapped}), "
        f"count(*) filter ({deleted}) "
        f"from {rows} group by all) order by all"
    ).fetchall()
    return [
        {
            **_line(files[row[0]], row[0], contract, row[1], row[2], "accepted", row[3], row[4], row[5]),
            "n_unmapped": int(row[6]),
            "n_deleted": int(row[7]),
        }
        for row in found
    ]


def other_lines(gate: EntityGate) -> list[Line]:
    """Rows that repeat another or were superseded, by delivery and period."""
    lots = {lot.sequence: lot for lot in gate.lots}
    found = gate.con.execute(
        "select _seq, _period::varchar, _currency, fate, count(*), sum(_amount), "
        "count(*) filter (_amount is null) "
        "from fates where fate in ('duplicate', 'superseded') group by all order by all"
    ).fetchall()
    return [
        _line(lots[row[0]].file, lots[row[0]].delivery_id, gate.contract, row[1], row[2], *row[3:])
        for row in found
        if row[0] in lots
    ]


def whole_lines(lot: Lot, contract: Contract, lines: Iterable[Line]) -> list[Line]:
    """Rows of a delivery that counts as a whole: bytes that came before, a reference file since replaced.

    Parameters
    ----------
    lines : of the entity; bytes that came before hold the periods and the money of the file they came in.
    """
    fate = str(lot.whole)
    first = [line for line in lines if line["delivery_id"] == lot.delivery_id] if fate == "duplicate" else []
    if not first:
        return [
            _line(lot.file, lot.delivery_id, contract, None, None, fate, lot.delivered, None, lot.delivered)
        ]
    return [
        {
            **_place(lot.file, lot.delivery_id, contract.name, line["period"], line["currency"], fate),
            **{name: line[name] for name in ("n_rows", "amount", "n_amount_unknown")},
        }
        for line in first
    ]


def delivered_money(gate: EntityGate, lines: Iterable[Line]) -> dict[str, dict[str, Decimal]]:
    """Money by delivery and currency as it was read, before it was decided what becomes of each row.

    Parameters
    ----------
    lines : of refused rows among others; those never good by themselves are only there.
    """
    found = {lot.delivery_id: dict(gate.money.get(lot.sequence, {})) for lot in gate.lots}
    for line in lines:
        if apart := line.get("amount_apart"):
            own = found[line["delivery_id"]]
            own[line["currency"]] = own.get(line["currency"], _NOTHING) + apart
    return found


def refused_lines(gate: EntityGate, lot: Lot, lines: Collection[int], fate: str) -> list[Line]:
    """Refused rows of a delivery by period, with the money that can be read of them.

    Parameters
    ----------
    lines : where they stand.
    fate : what became of them: ``quarantined``, or ``superseded`` where others came in their place.
    """
    typed = refused_of(gate.con, lot.sequence)
    typed = typed[typed["source_line"].isin(list(lines))].reset_index(drop=True)
    period, amount = gate.contract.period_column, amount_column(gate.contract)
    places = {"period": period, **({"currency": "currency", "amount": amount} if amount else {})}
    known_cells = {
        name: _credible(typed, gate.contract.column(place)) for name, place in places.items() if place
    }
    if period:
        known_cells["period"] = known_cells["period"].dt.strftime("%Y-%m-01")
    empty = pd.Series(None, index=typed.index, dtype="object")
    frame = pd.DataFrame({"period": empty, "currency": empty, "amount": empty, **known_cells}).astype(
        "object"
    )
    frame = frame.where(frame.notna(), None)
    frame["is_alone"] = typed["is_alone"]
    told = []
    for (month, code), part in frame.groupby(["period", "currency"], dropna=False, sort=True):
        # Without its currency an amount cannot be added to any other.
        known = part[[isinstance(value, Decimal) and _said(code) is not None for value in part["amount"]]]
        line = _line(
            *(lot.file, lot.delivery_id, gate.contract, _said(month), _said(code), fate),
            *(len(part), sum(known["amount"], _NOTHING) if len(known) else None, len(part) - len(known)),
        )
        apart = sum(known.loc[known["is_alone"], "amount"], _NOTHING)
        told.append({**line, "amount_apart": apart})
    if n_lost := len(lines) - len(typed):
        # Lines that could not be split into fields: nobody knows which field is the amount.
        told.append(_line(lot.file, lot.delivery_id, gate.contract, None, None, fate, n_lost, None, n_lost))
    return told


def _credible(typed: pd.DataFrame, column: Column) -> "pd.Series[Any]":
    """Cells that the contract allows; others are what rows are refused for, such as ids and the year 1850."""
    values = typed[column.name]
    low, high = column.bounds
    is_fine = values.notna()
    if column.allowed:
        is_fine &= values.isin(column.allowed)
    elif column.kind in ("date", "timestamp"):
        is_fine &= values.between(pd.Timestamp(str(low)), pd.Timestamp(str(high)))
    else:
        is_fine &= values.astype("float64").between(float(low or 0), float(high or 0))
    return values.where(is_fine)


def _said(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _place(
    file: str, delivery_id: str, entity: str, period: str | None, currency: str | None, fate: str
) -> Line:
    return {
        "file": file,
        "delivery_id": delivery_id,
        "entity": entity,
        "period": period,
        "currency": currency,
        "fate": fate,
    }


def _line(
    file: str,
    delivery_id: str,
    contract: Contract,
    period: str | None,
    currency: str | None,
    fate: str,
    n_rows: int,
    amount: Decimal | None,
    n_unknown: int,
) -> Line:
    n_unknown = n_unknown if amount_column(contract) else 0
    place = _place(file, delivery_id, contract.name, period, currency, fate)
    return {**place, "n_rows": int(n_rows), "amount": amount, "n_amount_unknown": int(n_unknown)}
