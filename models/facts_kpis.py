"""What each KPI rests on: where it is known, on how little, and which rows it misses. No wording."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from contracts.kpis import load_kpis
from models.facts_cells import Cells, Row, count, plain, real, share

if TYPE_CHECKING:
    import pandas as pd


def kpi_facts(cells: pd.DataFrame, n_possible: int, held_back: Cells) -> list[Row]:
    """Coverage of every KPI of the registry, in its order.

    Parameters
    ----------
    cells : DataFrame
        ``fct_kpi``: kpi_code, organization_id, period, value, is_below_minimum_sample.
    n_possible : int
        Organisations times months of the edition.
    held_back : Cells
        ``fct_quarantine_impact``.

    Returns
    -------
    list of dict
        `n_known` organisation-months of `n_possible` with a value, of them `n_below_minimum` on fewer cases
        than the minimum sample; rows held back by reason, with their money by currency. A row counts under
        every KPI that is made of its entity.
    """
    known = _known(cells)
    missing = held_back.pick(("kpi_code", "reason", "currency", "n_rows", "amount", "n_amount_unknown"))
    return [
        {
            "kpi": kpi.code,
            "n_possible": n_possible,
            **known.get(kpi.code, _NOTHING),
            "share_known": share(known.get(kpi.code, _NOTHING)["n_known"], n_possible),
            "held_back": _held([row for row in missing if row["kpi_code"] == kpi.code]),
        }
        for kpi in load_kpis().kpis
    ]


def kpi_counts(rows: Sequence[Row]) -> Row:
    """How many KPIs there are, and how many of them are known of anybody."""
    return {"n_kpis": len(rows), "n_kpis_known": sum(row["n_known"] > 0 for row in rows)}


_NOTHING: Mapping[str, Any] = {
    "n_known": 0, "n_below_minimum": 0, "n_organizations": 0, "first_period": None, "last_period": None,
}  # fmt: skip


def _known(cells: pd.DataFrame) -> dict[str, Row]:
    rows = cells[cells["value"].notna()].assign(
        is_little=lambda frame: frame["is_below_minimum_sample"].astype(bool)
    )
    counted = rows.groupby("kpi_code").agg(
        n_known=("value", "size"),
        n_below_minimum=("is_little", "sum"),
        n_organizations=("organization_id", "nunique"),
        first_period=("period", "min"),
        last_period=("period", "max"),
    )
    return {
        str(code): {str(name): plain(value) for name, value in row.items()}
        for code, row in zip(counted.index, counted.to_dict("records"), strict=True)
    }


def _held(rows: Sequence[Row]) -> list[Row]:
    return [
        _of_reason(reason, [row for row in rows if row["reason"] == reason])
        for reason in sorted({str(row["reason"]) for row in rows})
    ]


def _of_reason(reason: str, rows: Sequence[Row]) -> Row:
    amounts: dict[str, list[float]] = {}
    for row in rows:
        amount = real(row["amount"])
        if row["currency"] is not None and amount is not None:
            amounts.setdefault(str(row["currency"]), []).append(amount)
    return {
        "reason": reason,
        "n_rows": sum(count(row["n_rows"]) for row in rows),
        "n_amount_unknown": sum(count(row["n_amount_unknown"]) for row in rows),
        "amounts": [{"currency": code, "amount": math.fsum(sums)} for code, sums in sorted(amounts.items())],
    }
