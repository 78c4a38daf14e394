"""Rows of the build file that a KPI cell adds up, and the lines they were delivered in. No reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from contracts.kpi_rows import KpiRows, RowModel, RowRegistry, Term
from contracts.sql_rules import text
from orchestration.explain.asked import last_day, shifted

if TYPE_CHECKING:
    import duckdb

ROW_LAYER, STAGING = "intermediate", "staging"
Place = tuple[str, str, int]
"""Entity, delivery and line."""


@dataclass(slots=True)
class CountedRow:
    """One row that counts, what it adds to each part, and where it was delivered."""

    model: str
    key: tuple[str, ...]
    parts: dict[str, Decimal] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)


def month_meant(term: Term, asked: date) -> date:
    """Month whose rows a term adds up."""
    return shifted(asked, term.shift_months)


def settled(connection: duckdb.DuckDBPyConnection, rows: KpiRows) -> KpiRows | None:
    """Rows with every lag as the months that the build was made with; None where one is not declared."""
    lags = {term.lag for term in rows.terms if term.lag is not None}
    months = {lag: _lag_months(connection, *lag) for lag in lags}
    if None in months.values():
        return None

    def shift(term: Term) -> Term:
        known = months.get(term.lag) if term.lag else None
        return term if known is None else replace(term, shift_months=-known, lag=None)

    return replace(
        rows,
        numerator=tuple(map(shift, rows.numerator)),
        denominator=tuple(map(shift, rows.denominator)),
    )


def _lag_months(connection: duckdb.DuckDBPyConnection, model: str, column: str) -> int | None:
    [(months,)] = connection.execute(f"select max({column}) from {ROW_LAYER}.{model}").fetchall()
    return None if months is None else int(months)


def stretches(rows: KpiRows) -> list[Term]:
    """One term for every stretch of rows that a KPI looks at, in the order of its terms."""
    return list({(term.model, term.when, term.shift_months): term for term in rows.terms}.values())


def in_stretch(model: RowModel, term: Term, asked: date) -> tuple[str, list[date]]:
    """SQL condition that a row lies in the month of a term, and its parameters."""
    month = month_meant(term, asked)
    end = last_day(month)
    if term.when == "in_month" and model.starts is None:
        return "period = ?", [month]
    if term.when == "open_at_end":
        return f"{model.opened} <= ? and ({model.closed} is null or {model.closed} > ?)", [month, month]
    if term.when == "on_last_day":
        return f"{model.starts} <= ? and ({model.ends} is null or {model.ends} >= ?)", [end, end]
    if term.when == "ends_in_month":
        return f"{model.ends} between ? and ?", [month, end]
    return f"{model.starts} <= ? and ({model.ends} is null or {model.ends} >= ?)", [end, month]


def of_term(model: RowModel, term: Term, asked: date) -> tuple[str, list[Any]]:
    """SQL condition that a row is one that a term adds up, and its parameters."""
    condition, dates = in_stretch(model, term, asked)
    known = f" and {term.where_known} is not null" if term.where_known else ""
    known += "".join(f" and {column} = ?" for column in term.where)
    return f"{is_counted(model)} and {condition}{known}", [*dates, *term.where.values()]


def added(term: Term) -> str:
    """SQL of what a row adds."""
    return f"cast({1 if term.add == 'one' else term.add} as decimal(38, 10))"


def counts(model: RowModel) -> str:
    """SQL condition that an accepted record counts."""
    return f"disposition in ({', '.join(text(one) for one in model.counts)})"


def is_counted(model: RowModel) -> str:
    """SQL condition that a row of the row model counts; rows of a coarser model all do."""
    return "true" if model.records is not None else counts(model)


def counted_rows(
    connection: duckdb.DuckDBPyConnection,
    registry: RowRegistry,
    kpi: str,
    organization_id: str,
    month: date,
) -> list[CountedRow]:
    """Rows that a cell adds up, in the order of model and key, with the lines they were delivered in.

    Rows that add nothing to either part are left out.
    """
    rows: dict[tuple[str, tuple[str, ...]], CountedRow] = {}
    parts: Mapping[str, Sequence[Term]] = {
        "numerator": registry.kpis[kpi].numerator,
        "denominator": registry.kpis[kpi].denominator,
    }
    for part, terms in parts.items():
        for term in terms:
            for key, value in _added(connection, registry.models[term.model], term, organization_id, month):
                row = rows.setdefault((term.model, key), CountedRow(term.model, key))
                row.parts[part] = row.parts.get(part, Decimal(0)) + value
    found = [row for _, row in sorted(rows.items()) if any(row.parts.values())]
    for name, model in registry.models.items():
        _find_places(connection, name, model, [row for row in found if row.model == name])
    return found


def _added(
    connection: duckdb.DuckDBPyConnection, model: RowModel, term: Term, organization_id: str, month: date
) -> list[tuple[tuple[str, ...], Decimal]]:
    condition, parameters = of_term(model, term, month)
    rows = connection.execute(
        f"select {texts(model.key)}, {added(term)} as added from {ROW_LAYER}.{term.model} "
        f"where organization_id = ? and {condition} and added is not null",
        [organization_id, *parameters],
    ).fetchall()
    weight = Decimal(str(term.weight))
    return [(tuple(row[:-1]), weight * row[-1]) for row in rows]


def _find_places(
    connection: duckdb.DuckDBPyConnection, name: str, model: RowModel, rows: Sequence[CountedRow]
) -> None:
    """Fill in the delivered lines of rows of one model."""
    import pandas as pd

    if not rows:
        return
    keys = pd.DataFrame([row.key for row in rows], columns=list(model.key)).astype("str")
    connection.register("asked_keys", keys.assign(place=range(len(rows))))
    until = f" and records.{model.from_month} <= cast(asked_keys.period as date)" if model.from_month else ""
    until += f" and records.{counts(model)}" if model.records else ""
    queries = [
        f"select place, '{model.entity}', staged.delivery_id, staged.source_line from asked_keys "
        f"inner join {ROW_LAYER}.{model.records or name} as records "
        f"on {_same(model.link or model.key, 'asked_keys', 'records')}{until} "
        f"inner join {STAGING}.{model.staged} as staged on "
        f"{_same(model.record_key or model.key, 'records', 'staged')}"
    ]
    if model.also is not None:
        queries.append(
            f"select place, '{model.also.entity}', staged.delivery_id, staged.source_line from asked_keys "
            f"inner join {ROW_LAYER}.{name} as own on {_same(model.key, 'asked_keys', 'own')} "
            f"inner join {STAGING}.{model.also.staged} as staged on {_same(model.also.key, 'own', 'staged')}"
        )
    found = connection.execute(f"{' union all '.join(queries)} order by all").fetchall()
    connection.unregister("asked_keys")
    for place, entity, delivery_id, line in found:
        rows[place].places.append((str(entity), str(delivery_id), int(line)))


def totals(rows: Sequence[CountedRow]) -> dict[str, Decimal]:
    """Sum of each part."""
    return {
        part: sum((row.parts.get(part, Decimal(0)) for row in rows), Decimal(0))
        for part in ("numerator", "denominator")
    }


def n_counted(
    connection: duckdb.DuckDBPyConnection, model: RowModel, term: Term, organization_id: str, month: date
) -> tuple[int, int]:
    """Rows of the organisation that a term looks at, and those of them that add something known."""
    condition, parameters = of_term(model, term, month)
    [(n_rows, n_adding)] = connection.execute(
        f"select count(*), count({added(term)}) from {ROW_LAYER}.{term.model} "
        f"where organization_id = ? and {condition}",
        [organization_id, *parameters],
    ).fetchall()
    return int(n_rows), int(n_adding)


def texts(columns: Sequence[str]) -> str:
    """SQL of columns as texts, under their own names."""
    return ", ".join(f"cast({name} as varchar) as {name}" for name in columns)


def _same(columns: Sequence[str], one: str, other: str) -> str:
    return " and ".join(
        f"cast({one}.{name} as varchar) = cast({other}.{name} as varchar)" for name in columns
    )
