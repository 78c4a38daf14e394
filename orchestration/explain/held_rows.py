"""Accepted rows that a cell does not count, or that keep it empty, by file and line. Refused: held.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from contracts.kpi_rows import KpiRows, RowModel, RowRegistry, Term
from orchestration.explain.build_rows import (
    ROW_LAYER,
    STAGING,
    counts,
    in_stretch,
    is_counted,
    month_meant,
    of_term,
    stretches,
)
from orchestration.explain.held import NO_RATE, UNIT_KEY, UNMAPPED, UNSETTLED, Held

if TYPE_CHECKING:
    import duckdb


def set_aside(
    connection: duckdb.DuckDBPyConnection,
    registry: RowRegistry,
    kpi: str,
    organization_id: str,
    month: date,
    files: Mapping[str, str],
) -> list[Held]:
    """Accepted rows of the organisation that do not count, and those of nobody, in the months looked at."""
    found: list[Held] = []
    seen: set[tuple[str, str]] = set()
    for term in stretches(registry.kpis[kpi]):
        model = registry.models[term.model]
        within = in_stretch(model, term, month)
        if model.link is not None:
            # What stands behind a month end or a customer are records of any month before.
            within = (f"{model.from_month} <= ?", [month_meant(term, month)])
        if (term.model, str(within)) in seen:
            continue
        seen.add((term.model, str(within)))
        found += _set_aside(connection, model, term, within, organization_id, month, files)
    return found


def _set_aside(
    connection: duckdb.DuckDBPyConnection,
    model: RowModel,
    term: Term,
    within: tuple[str, list[date]],
    organization_id: str,
    month: date,
    files: Mapping[str, str],
) -> list[Held]:
    condition, dates = within
    currency = "currency" if model.amount else "null"
    records = (
        f"select *, organization_id as own, disposition as cause, "
        f"case when disposition in {NO_RATE} then {currency} end as said "
        f"from {ROW_LAYER}.{model.records or term.model} "
        f"where not {counts(model)} and (organization_id = ? or disposition = '{UNMAPPED}') "
        f"and {condition}"
    )
    return _held(connection, model, records, [organization_id, *dates], month_meant(term, month), files)


def without_rate(
    connection: duckdb.DuckDBPyConnection,
    registry: RowRegistry,
    kpi: str,
    organization_id: str,
    month: date,
    files: Mapping[str, str],
) -> list[Held]:
    """Rows of the organisation that count, but for their money, which has no declared rate.

    A row that makes the figure unknown is not among them: no rate would mend that (`unsettled`).
    """
    found: list[Held] = []
    for term in registry.kpis[kpi].terms:
        model, meant = registry.models[term.model], month_meant(term, month)
        if term.rate is None or any(one.month == meant for one in found):
            continue
        condition, dates = in_stretch(model, term, month)
        cause = f"no_{model.rate_kind}_rate" if term.rate == "rate_to_reporting" else "no_base_rate"
        settled, values = _settled(registry.kpis[kpi], term)
        records = (
            f"select *, organization_id as own, '{cause}' as cause, currency as said "
            f"from {ROW_LAYER}.{term.model} where organization_id = ? and {is_counted(model)} "
            f"and {term.add} is null and {model.amount} is not null and {term.rate} is null and {condition} "
            f"and {settled}"
        )
        found += _held(connection, model, records, [organization_id, *dates, *values], meant, files)
    return found


def _settled(rows: KpiRows, term: Term) -> tuple[str, list[str]]:
    """SQL condition that a row of a term does not make the figure unknown, and its parameters."""
    if rows.unsettled is None or rows.unsettled.model != term.model:
        return "true", []
    where = rows.unsettled.where
    return f"not ({' and '.join(f'{column} = ?' for column in where)})", list(where.values())


def unsettled(
    connection: duckdb.DuckDBPyConnection,
    registry: RowRegistry,
    kpi: str,
    organization_id: str,
    month: date,
    files: Mapping[str, str],
) -> list[Held]:
    """Rows of the organisation that make the figure unknown; none where the KPI knows no such rows."""
    term = registry.kpis[kpi].unsettled
    if term is None:
        return []
    model = registry.models[term.model]
    condition, parameters = of_term(model, term, month)
    records = (
        f"select *, organization_id as own, '{UNSETTLED}' as cause, null as said "
        f"from {ROW_LAYER}.{term.model} where organization_id = ? and {condition}"
    )
    return _held(connection, model, records, [organization_id, *parameters], month, files)


def _held(
    connection: duckdb.DuckDBPyConnection,
    model: RowModel,
    records: str,
    parameters: Sequence[Any],
    month: date,
    files: Mapping[str, str],
) -> list[Held]:
    """Lines of records, given as a query that says of each its cause, a word on it and whose it is."""
    keys = ", ".join(model.record_key or model.key)
    rows = connection.execute(
        f"""
        with records as (select {keys}, own, cause, said from ({records}))
        select
            cause, own is not null, staged.delivery_id,
            case when cause = '{UNMAPPED}' then {UNIT_KEY} else said end,
            list(staged.source_line order by staged.source_line)
        from records inner join {STAGING}.{model.staged} as staged using ({keys})
        group by all order by all
        """,
        list(parameters),
    ).fetchall()
    return [
        Held(
            entity=model.entity,
            cause=str(cause),
            file=files.get(delivery_id, delivery_id),
            delivery_id=str(delivery_id),
            rule=key,
            month=month,
            is_own=bool(is_own),
            n_rows=len(lines),
            lines=tuple(int(line) for line in lines),
        )
        for cause, is_own, delivery_id, key, lines in rows
    ]
