"""Sums that a two-way fixed-effects fit needs, made where the rows are. What they mean is in `models`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from models.errors import AllMissingError, TooFewUnitsError
from models.panel_moments import (
    PanelMoments,
    WithinSolution,
    fit_from_moments,
    meat_from_products,
    solve_within,
)
from orchestration.panel_periods import as_array, balanced_moments, fetched, quoted, sum_periods

if TYPE_CHECKING:
    import duckdb

    from models.arrays import FloatArray
    from models.estimate import Fit


def two_way_within_sql(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    outcome: str,
    regressors: Sequence[str],
    unit: str,
    period: str,
) -> Fit:
    """Fit y on x with unit and period effects without taking the rows out of the warehouse.

    Two passes where everybody is observed always: sums by period, and by unit less the period's mean.
    Otherwise units are summed by the pattern of their periods, and once more for their scores. Memory grows
    with units and not with rows.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Makes temporary tables of its own.
    relation : str
        Table or view with one row per unit and period, as SQL.
    outcome : str
    regressors : sequence of K str
        Exposure first, then numeric controls.
    unit, period : str

    Returns
    -------
    Fit
        Coefficients and clustered errors of the regressors, those of `models.panel.two_way_within` but for
        rounding.

    Raises
    ------
    AllMissingError, TooFewUnitsError, ConstantExposureError, ConstantOutcomeError, InputRefusedError
    """
    names = (outcome, *regressors)
    found = sum_periods(connection, relation, names, period)
    if found.n_rows == 0:
        raise AllMissingError("no row has the outcome and every regressor.", where="two_way_within_sql")
    # Numbers far from zero lose digits when they are squared, so all are counted from their mean.
    values = [
        f"{quoted(name)} - {mean!r} as v{j}"
        for j, (name, mean) in enumerate(zip(names, found.means, strict=True))
    ]
    columns = f"{quoted(unit)} as unit, {quoted(period)} as period, {', '.join(values)}"
    rows = f"(select {columns} from {found.source})"
    balanced = balanced_moments(connection, rows, found)
    if balanced:
        moments, products = balanced
        solution = solve_within(moments)
        meat = meat_from_products(solution, products)
    else:
        moments, rows = _patterned(connection, rows, names)
        if moments.n_rows == 0:
            raise TooFewUnitsError(f"no {unit} has two periods.", where="two_way_within_sql")
        solution, meat = solve_within(moments), None
    if meat is None:
        meat = _meat(connection, rows, solution)
    return fit_from_moments(moments, solution, meat, n_dropped=found.n_given - moments.n_rows)


def _patterned(
    connection: duckdb.DuckDBPyConnection, rows: str, names: tuple[str, ...]
) -> tuple[PanelMoments, str]:
    """Sum an unbalanced panel without its rows that are alone; give the sums and the rows that are left."""
    _sum_rows(connection, rows, len(names))
    while alone := _singletons(connection, rows):
        rows = f"(select * from {rows} where {alone})"
        _sum_rows(connection, rows, len(names))
    return _moments(connection, names), rows


def _sum_rows(connection: duckdb.DuckDBPyConnection, rows: str, n: int) -> None:
    """Sum by period, and by the pattern of periods that units are observed in, into two temporary tables.

    Units are summed and forgotten: what is kept grows with the patterns, one in a balanced panel.
    """
    sums = ", ".join(f"sum(v{j}) as s{j}" for j in range(n))
    both = [(j, k) for j in range(n) for k in range(j, n)]
    pairs = ", ".join(f"sum(v{j} * v{k}) as c{j}_{k}" for j, k in both)
    connection.execute(
        "create or replace temp table moments_period as "
        "select period, row_number() over (order by period) - 1 as code, count(*) as n_rows, "
        f"{sums} from {rows} group by period"
    )
    [(periods, n_rows)] = fetched(connection, "select count(*), sum(n_rows) from moments_period")
    [(units,)] = fetched(connection, f"select count(distinct unit) from {rows}")
    by_code = f"{rows} join (select period, code from moments_period) using (period)"
    pattern = f"bitstring_agg(code, 0, {max(periods - 1, 0)})"
    if n_rows == units * periods:
        # Everybody is observed always: nothing to look up by row.
        by_code, pattern = rows, f"any_value('{'1' * periods}'::bitstring)"
    means = ", ".join(f"sum(s{j} / n_rows) as m{j}" for j in range(n))
    squares = ", ".join(f"sum(c{j}_{j}) as q{j}" for j in range(n))
    within = ", ".join(f"sum(c{j}_{k} - s{j} * s{k} / n_rows) as w{j}_{k}" for j, k in both)
    connection.execute(
        "create or replace temp table moments_pattern as "
        "select pattern, count(*) as n_units, count(*) filter (n_rows = 1) as n_alone, "
        f"{means}, {squares}, {within} from ("
        f"select unit, count(*) as n_rows, {sums}, {pairs}, {pattern} as pattern from {by_code} group by unit"
        ") group by pattern"
    )


def _singletons(connection: duckdb.DuckDBPyConnection, rows: str) -> str:
    """Condition that leaves out rows which are alone in their unit or period; empty when there are none."""
    counts = {
        "unit": "select coalesce(sum(n_alone), 0) from moments_pattern",
        "period": "select count(*) from moments_period where n_rows = 1",
    }
    conditions = []
    for key, counted in counts.items():
        [(count,)] = fetched(connection, counted)
        if count:
            kept = f"moments_{key}_alone_{_serial(connection)}"
            alone = f"select {key} from {rows} group by {key} having count(*) = 1"
            connection.execute(f"create temp table {kept} as {alone}")
            conditions.append(f"{key} not in (select {key} from {kept})")
    return " and ".join(conditions)


def _serial(connection: duckdb.DuckDBPyConnection) -> int:
    [(count,)] = fetched(
        connection, "select count(*) from duckdb_tables() where table_name like 'moments_%_alone_%'"
    )
    return int(count)


def _moments(connection: duckdb.DuckDBPyConnection, names: tuple[str, ...]) -> PanelMoments:
    n = len(names)
    means = ", ".join(f"m{j}" for j in range(n))
    groups = fetched(
        connection, f"select pattern::varchar, n_units, {means} from moments_pattern order by pattern"
    )
    sums = ", ".join(f"s{j}" for j in range(n))
    periods = as_array(fetched(connection, f"select n_rows, {sums} from moments_period order by code"), 1 + n)
    pairs = [(j, k) for j in range(n) for k in range(j, n)]
    within = ", ".join(f"sum(w{j}_{k})" for j, k in pairs)
    squares = ", ".join(f"sum(q{j})" for j in range(n))
    [totals] = fetched(connection, f"select {squares}, {within} from moments_pattern")
    cross = np.zeros((n, n))
    for (j, k), value in zip(pairs, totals[n:], strict=True):
        cross[j, k] = cross[k, j] = value or 0.0
    return PanelMoments(
        names=names,
        n_units=np.array([float(group[1]) for group in groups]),
        patterns=np.array([[float(bit) for bit in group[0]] for group in groups]),
        unit_means=as_array([group[2:] for group in groups], n),
        period_counts=periods[:, 0],
        period_sums=periods[:, 1:],
        squares=np.array([value or 0.0 for value in totals[:n]]),
        within=cross,
    )


def _meat(connection: duckdb.DuckDBPyConnection, rows: str, solution: WithinSolution) -> FloatArray:
    """Sum the outer products of the units' scores."""
    k = len(solution.coefficients)
    effects = ", ".join(
        f"({code}, {', '.join(repr(float(value)) for value in row)})"
        for code, row in enumerate(solution.period_effects)
    )
    columns = ", ".join(f"g{j}" for j in range(k + 1))
    fitted = " - ".join(
        ["v0 - g0", *(f"{float(b)!r} * (v{j} - g{j})" for j, b in enumerate(solution.coefficients, start=1))]
    )
    left = ", ".join(f"v{j} - g{j} as u{j}" for j in range(1, k + 1))
    scores = ", ".join(f"sum(u{j} * e) - sum(u{j}) * sum(e) / count(*) as s{j}" for j in range(1, k + 1))
    pairs = [(j, i) for j in range(1, k + 1) for i in range(j, k + 1)]
    products = ", ".join(f"sum(s{j} * s{i})" for j, i in pairs)
    [totals] = fetched(
        connection,
        f"with effects(code, {columns}) as (values {effects}), "
        "by_period as (select * from effects join moments_period using (code)), "
        f"residuals as (select unit, {left}, {fitted} as e from {rows} join by_period using (period)), "
        f"scores as (select {scores} from residuals group by unit) "
        f"select {products} from scores",
    )
    meat = np.zeros((k, k))
    for (j, i), value in zip(pairs, totals, strict=True):
        meat[j - 1, i - 1] = meat[i - 1, j - 1] = value
    return meat
