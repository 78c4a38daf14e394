"""Why a cell is empty: which reasons hold, the first one first. What each says: reasons.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from contracts.kpi_rows import KpiRows, RowRegistry, Term
from contracts.kpis import Kpi
from orchestration.explain.build_rows import ROW_LAYER, month_meant, n_counted
from orchestration.explain.held import NO_RATE, UNSETTLED, Held, n_delivered
from orchestration.explain.reasons import (
    Reason,
    no_rate,
    not_delivered,
    nothing_adds,
    nothing_counts,
    outside_window,
    source_silent,
    unsettled,
    window_not_full,
)

if TYPE_CHECKING:
    import duckdb


def reasons(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    registry: RowRegistry,
    kpi: Kpi,
    organization_id: str,
    month: date,
    known: Sequence[date],
    denominator: Decimal,
    held: Sequence[Held],
) -> Iterator[Reason]:
    """Yield every reason that holds for an empty cell of the build, the first that explains it first.

    Parameters
    ----------
    known : months of the window.
    denominator : what the rows that count add up to.
    held : rows held back from the cell, see `held`.
    """
    rows = registry.kpis[kpi.code]
    missing = [entity for entity in _entities(registry, rows) if not n_delivered(home, entity)]
    yield from (not_delivered(entity) for entity in missing)
    found = (
        reason
        for term in _distinct(rows)
        if registry.models[term.model].entity not in missing
        for reason in _gap(connection, registry, kpi, term, organization_id, month, known, held)
    )
    gaps = list(dict.fromkeys(found))
    yield from gaps
    if missing or gaps:
        return
    lacking = [one for one in held if one.cause in NO_RATE]
    open_rows = [one for one in held if one.cause == UNSETTLED]
    if open_rows:
        yield unsettled(home, registry, rows, open_rows)
    elif lacking:
        yield no_rate(lacking, organization_id)
    elif not rows.denominator:
        yield Reason(
            "not_settled",
            "Rows count, but they do not settle the figure",
            f"deliver what its definition asks for. {kpi.formula}",
        )
    else:
        yield Reason(
            "denominator_not_positive",
            f"Rows count, but the denominator ({kpi.denominator}) is {denominator.normalize():f}, "
            "and nothing is divided by that",
            f"none is needed where that is so; otherwise look at what is held back. {kpi.formula}",
        )


def _entities(registry: RowRegistry, rows: KpiRows) -> list[str]:
    """Entities whose rows are added up; others of the KPI only help to read them."""
    return list(dict.fromkeys(registry.models[term.model].entity for term in rows.terms))


def _distinct(rows: KpiRows) -> list[Term]:
    """Terms that ask for other rows, or ask other things of them; a weight is no difference."""
    return list({str(replace(term, weight=1.0)): term for term in rows.terms}.values())


def _gap(
    connection: duckdb.DuckDBPyConnection,
    registry: RowRegistry,
    kpi: Kpi,
    term: Term,
    organization_id: str,
    month: date,
    known: Sequence[date],
    held: Sequence[Held],
) -> Iterator[Reason]:
    """Why a term is not known; nothing where it is, be it nought."""
    model, needed = registry.models[term.model], month_meant(term, month)
    told = _horizon(connection, term.horizon or model.horizon, term.known_from, organization_id)
    if told is not None:
        # Within what the source tells, none at all is nought and no gap.
        first, begins, last = told
        if needed < first or needed > last:
            yield source_silent(kpi, organization_id, needed, (first, last))
        elif needed < begins:
            yield window_not_full(kpi, organization_id, needed, first, begins)
        return
    if reason := outside_window(needed, known):
        yield replace(reason, what=f"{reason.what}, and {kpi.name_en.lower()} needs it")
        return
    if term.where_known:
        # Rows that lack what is counted are there all the same: they tell nothing, and do not make a gap.
        term = replace(term, add=term.where_known, where_known=None)
    n_rows, n_adding = n_counted(connection, model, term, organization_id, month)
    if not n_rows:
        yield from nothing_counts(needed, model.entity, term, organization_id, held)
    elif not n_adding:
        lacking = [one for one in held if one.cause in NO_RATE and one.month == needed]
        yield (
            no_rate(lacking, organization_id)
            if lacking
            else nothing_adds(model.entity, term, organization_id, needed, n_rows)
        )


def _horizon(
    connection: duckdb.DuckDBPyConnection, horizon: str | None, known_from: str, organization_id: str
) -> tuple[date, date, date] | None:
    """First month that is told of an organisation, first that is known, last; None where that is not kept."""
    if horizon is None:
        return None
    known = connection.execute(
        f"select first_period, {known_from}, last_period from {ROW_LAYER}.{horizon} "
        "where organization_id = ?",
        [organization_id],
    ).fetchall()
    return known[0] if known else None
