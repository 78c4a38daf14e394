"""Money of the rows behind a cell as it was delivered, and the declared rate that converted it. No sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from contracts.kpi_rows import RowRegistry, Term
from contracts.kpis import Kpi
from orchestration.explain.asked import last_day, shifted
from orchestration.explain.build_rows import ROW_LAYER, CountedRow, of_term, texts

if TYPE_CHECKING:
    import duckdb

BASE_RATE, BASE_MONTHS = "base_rate_to_reporting", 12


@dataclass(frozen=True, slots=True)
class Money:
    """Amount in the currency it came in; `rate_date` is the month of an average, the day of a closing.

    The rate is in units of the reporting currency for one unit; one of the reporting currency itself is 1,
    declared or not.
    """

    amount: float
    currency: str
    rate: float
    rate_kind: str
    rate_date: str


def money_of_rows(
    connection: duckdb.DuckDBPyConnection,
    registry: RowRegistry,
    kpi: Kpi,
    rows: Sequence[CountedRow],
    organization_id: str,
    month: date,
) -> dict[tuple[str, tuple[str, ...]], Money]:
    """Money behind each row that was converted, by model and key; rows that add no money have none."""
    own = registry.kpis[kpi.code]
    kinds = ((kpi.numerator_kind, own.numerator), (kpi.denominator_kind, own.denominator))
    terms = [term for kind, found in kinds if kind == "money" for term in found]
    wanted = {(row.model, row.key) for row in rows}
    found: dict[tuple[str, tuple[str, ...]], Money] = {}
    for term in terms:
        read = _of_term(connection, registry, term, organization_id, month)
        found |= {key: money for key, money in read.items() if key in wanted}
    return found


def _of_term(
    connection: duckdb.DuckDBPyConnection,
    registry: RowRegistry,
    term: Term,
    organization_id: str,
    month: date,
) -> dict[tuple[str, tuple[str, ...]], Money]:
    model, rate = registry.models[term.model], term.rate or "rate_to_reporting"
    if model.amount is None:
        return {}
    condition, parameters = of_term(model, term, month)
    rows = connection.execute(
        f"select {texts(model.key)}, cast({model.amount} as double), currency, cast({rate} as double), "
        "period "
        f"from {ROW_LAYER}.{term.model} where organization_id = ? and {condition} "
        f"and {model.amount} is not null and {rate} is not null",
        [organization_id, *parameters],
    ).fetchall()
    return {
        (term.model, tuple(key)): Money(
            amount, currency, value, model.rate_kind, _rate_date(model.rate_kind, rate, period).isoformat()
        )
        for *key, amount, currency, value, period in rows
    }


def _rate_date(kind: str, rate: str, period: date) -> date:
    meant = shifted(period, -BASE_MONTHS) if rate == BASE_RATE else period
    return last_day(meant) if kind == "closing" else meant
