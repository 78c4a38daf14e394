"""Rows of the build file that a KPI cell adds up, and the lines they were delivered in. No reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from contracts.kpi_rows import KpiRows, RowModel, RowRegistry, Term
from orchestration.explain.asked import last_day, shifted

if TYPE_CHECKING:
    import duckdb

ROW_LAYER, STAGING = "intermediate", "staging"
COUNTED = "counted"
Place = tuple[str, int]


@dataclass(slots=True)
class CountedRow:
    """One row that counts, what it adds to each part, and where it was delivered (delivery_id, line)."""

    model: str
    key: tuple[str, ...]
    parts: dict[str, Decimal] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Window:
    """Rows of one model in one month, as a term asks for them."""

    model: str
    when: str
    shift_months: int

    def month(self, asked: date) -> date:
        """Month that is meant."""
        return shifted(asked, self.shift_months)


def windows(rows: KpiRows) -> list[Window]:
    """Every stretch of rows that a KPI looks at, once, in the order of its terms."""
    return list(dict.fromkeys(Window(term.model, term.when, term.shift_months) for term in rows.terms))


def in_window(model: RowModel, window: Window, asked: date) -> tuple[str, list[date]]:
    """SQL condition that a row lies in a window, and its parameters."""
    month = window.month(asked)
    end = last_day(month)
    if window.when == "in_month" and model.starts is None:
        return "period = ?", [month]
    if window.when == "open_at_end":
        return f"{model.opened} <= ? and ({model.closed} is null or {model.closed} > ?)", [month, month]
    if window.when == "on_last_day":
        return f"{model.starts} <= ? and ({model.ends} is null or {model.ends} >= ?)", [end, end]
    if window.when == "ends_in_month":
        return f"{model.ends} between ? and ?", [month, end]
    return f"{model.starts} <= ? and ({model.ends} is null or {model.ends} >= ?)", [end, month]


def is_counted(model: RowModel) -> str:
    """SQL condition that a row of the row model counts; rows of a coarser model all do."""
    return "true" if model.records is not None else f"disposition = '{COUNTED}'"


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
    condition, dates = in_window(model, Window(term.model, term.when, term.shift_months), month)
    value = "cast(1 as decimal(38, 10))" if term.add == "one" else f"cast({term.add} as decimal(38, 10))"
    known = f" and {term.where_known} is not null" if term.where_known else ""
    known += "".join(f" and {column} = ?" for column in term.where)
    rows = connection.execute(
        f"select {_texts(model.key)}, {value} as added from {ROW_LAYER}.{term.model} "
        f"where organization_id = ? and {is_counted(model)} and {condition}{known} and added is not null",
        [organization_id, *dates, *term.where.values()],
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
    records = f"{ROW_LAYER}.{model.records or name}"
    found = connection.execute(
        "select asked_keys.place, staged.delivery_id, staged.source_line from asked_keys "
        f"inner join {records} as records on {_same(model.link or model.key, 'asked_keys', 'records')} "
        f"inner join {STAGING}.{model.staged} as staged on "
        f"{_same(model.record_key or model.key, 'records', 'staged')} order by all"
    ).fetchall()
    connection.unregister("asked_keys")
    for place, delivery_id, line in found:
        rows[place].places.append((str(delivery_id), int(line)))


def totals(rows: Sequence[CountedRow]) -> dict[str, Decimal]:
    """Sum of each part."""
    return {
        part: sum((row.parts.get(part, Decimal(0)) for row in rows), Decimal(0))
        for part in ("numerator", "denominator")
    }


def n_counted(
    connection: duckdb.DuckDBPyConnection, model: RowModel, window: Window, organization_id: str, month: date
) -> int:
    """Rows of the organisation that count in a window, whatever they add."""
    condition, dates = in_window(model, window, month)
    return _one(
        connection,
        f"select count(*) from {ROW_LAYER}.{window.model} "
        f"where organization_id = ? and {is_counted(model)} and {condition}",
        [organization_id, *dates],
    )


def _one(connection: duckdb.DuckDBPyConnection, sql: str, parameters: list[Any]) -> int:
    [(count,)] = connection.execute(sql, parameters).fetchall()
    return int(count)


def _texts(columns: Sequence[str]) -> str:
    return ", ".join(f"cast({name} as varchar) as {name}" for name in columns)


def _same(columns: Sequence[str], one: str, other: str) -> str:
    return " and ".join(
        f"cast({one}.{name} as varchar) = cast({other}.{name} as varchar)" for name in columns
    )
