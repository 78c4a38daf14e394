"""Money of the rows behind a cell as it was delivered, and the declared rate that converted it. No sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from contracts.kpi_rows import RowModel, RowRegistry, Term
from contracts.kpis import Kpi
from orchestration.explain.asked import last_day, shifted
from orchestration.explain.build_rows import ROW_LAYER, STAGING, CountedRow, of_term, texts

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


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate that money behind a cell was converted at; None where none is declared, so that it is left out.

    Attributes
    ----------
    rate_date : the month of an average, the day of a closing rate.
    n_rows : rows it converted.
    """

    entity: str
    currency: str
    rate: float | None
    rate_kind: str
    rate_date: str
    n_rows: int


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


def rates_used(
    connection: duckdb.DuckDBPyConnection,
    registry: RowRegistry,
    kpi: Kpi,
    rows: Sequence[CountedRow],
    money: Mapping[tuple[str, tuple[str, ...]], Money],
) -> list[Rate]:
    """Every rate behind a cell and how many rows it converted, in the order of entity, currency and date.

    Parameters
    ----------
    rows : rows that count, with the lines they were delivered in.
    money : money of each of them, see `money_of_rows`; where rows have none, that of their records is asked.
    """
    counts: Counter[tuple[str, str, float | None, str, str]] = Counter(
        (registry.models[model].entity, one.currency, one.rate, one.rate_kind, one.rate_date)
        for (model, _), one in money.items()
    )
    for name, model in registry.models.items():
        if model.record_amount is not None and model.entity in kpi.money_entities:
            own = [row for row in rows if row.model == name]
            counts.update(_of_records(connection, model, own))
    found = [Rate(*place, n_rows) for place, n_rows in counts.items()]
    return sorted(found, key=lambda one: (one.entity, one.currency, one.rate_date))


def _of_records(
    connection: duckdb.DuckDBPyConnection, model: RowModel, rows: Sequence[CountedRow]
) -> dict[tuple[str, str, float | None, str, str], int]:
    """Records on the lines of rows, counted by currency and rate."""
    import pandas as pd  # heavy

    places = sorted({place for row in rows for place in row.places if place[0] == model.entity})
    if not places:
        return {}
    asked = pd.DataFrame([place[1:] for place in places], columns=["delivery_id", "source_line"])
    connection.register("asked_lines", asked)
    same = " and ".join(f"staged.{name} = records.{name}" for name in model.record_key or model.key)
    found = connection.execute(
        "select records.currency, cast(records.rate_to_reporting as double), records.period, count(*) "
        f"from asked_lines inner join {STAGING}.{model.staged} as staged "
        "on asked_lines.delivery_id = staged.delivery_id and asked_lines.source_line = staged.source_line "
        f"inner join {ROW_LAYER}.{model.records} as records on {same} "
        f"where records.{model.record_amount} is not null group by all"
    ).fetchall()
    connection.unregister("asked_lines")
    kind = model.rate_kind
    return {
        (model.entity, currency, rate, kind, _rate_date(kind, "", period).isoformat()): n
        for currency, rate, period, n in found
    }


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
