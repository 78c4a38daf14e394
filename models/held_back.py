"""What each KPI misses because rows are held back: rows, and money by currency. Rows are judged elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence

from contracts.kpis import load_kpis
from models.facts_cells import Cells, Row, count, real

_HELD = "quarantined"


def held_back_facts(periods: Cells | None) -> list[Row]:
    """Rows and money held back per explained KPI, in the order of the registry; whole ones are left out.

    Parameters
    ----------
    periods : Cells, optional
        Ledger by file, entity, period, currency and fate; None where there is none.

    Returns
    -------
    list of dict
        `kpi`, `n_rows`, `n_amount_unknown` (rows whose amount cannot be read) and `amounts` by currency; a
        row counts under every KPI that is made of its entity.
    """
    if periods is None:
        return []
    names = ("entity", "currency", "fate", "n_rows", "amount", "n_amount_unknown")
    held = [row for row in periods.pick(names) if row["fate"] == _HELD]
    kpis = load_kpis().explained
    found = [_of(kpi.code, [row for row in held if row["entity"] in kpi.entities]) for kpi in kpis]
    return [row for row in found if row["n_rows"]]


def _of(kpi: str, held: Sequence[Row]) -> Row:
    amounts: dict[str, list[float]] = {}
    for row in held:
        amount = real(row["amount"])
        if row["currency"] is not None and amount is not None:
            amounts.setdefault(str(row["currency"]), []).append(amount)
    return {
        "kpi": kpi,
        "n_rows": sum(count(row["n_rows"]) for row in held),
        "n_amount_unknown": sum(count(row["n_amount_unknown"]) for row in held),
        "amounts": [{"currency": code, "amount": math.fsum(sums)} for code, sums in sorted(amounts.items())],
    }
