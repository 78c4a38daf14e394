"""The two passes over the rows that a balanced panel needs. An unbalanced one goes on in `panel_moments`."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from models.panel_moments import PanelMoments, score_pairs

if TYPE_CHECKING:
    import duckdb

    from models.arrays import FloatArray

# The rows from whose middle all are counted at first; any number near the data does.
ROWS_SEEN = 1024
# Products of units' sums grow with the fourth power of the regressors; beyond these one more pass is cheaper.
MOST_REGRESSORS = 4


@dataclass(frozen=True, slots=True)
class PeriodSums:
    """What the pass by period found; v is counted from its mean over the complete rows.

    Attributes
    ----------
    names : tuple of 1 + K str
    source : str
        The complete rows, as SQL.
    n_given, n_rows : int
        Rows, and complete ones.
    has_unknown_period : bool
    means, squares : tuple of 1 + K float
        Means, and sums of v squared.
    """

    names: tuple[str, ...]
    source: str
    n_given: int
    n_rows: int
    has_unknown_period: bool
    means: tuple[float, ...]
    squares: tuple[float, ...]


def sum_periods(
    connection: duckdb.DuckDBPyConnection, relation: str, names: tuple[str, ...], period: str
) -> PeriodSums:
    """Sum v by period into `moments_period`, and once more where rows turn out to be incomplete.

    Parameters
    ----------
    connection : DuckDBPyConnection
    relation : str
    names : tuple of str
    period : str

    Returns
    -------
    PeriodSums
    """
    complete = " and ".join(f"isfinite({quoted(name)})" for name in names)
    seen = f"(select * from {relation} limit {ROWS_SEEN})"
    columns = ", ".join(f"{quoted(name)}::double" for name in names)
    some = as_array(fetched(connection, f"select {columns} from {seen} where {complete}"), len(names))
    # Numbers far from zero lose digits when they are squared.
    centre = [median(column) if len(column) else 0.0 for column in some.T.tolist()]
    source = relation
    n_given, is_complete = _raw_sums(connection, source, names, period, centre)
    if not is_complete:
        source = f"(select * from {relation} where {complete})"
        _raw_sums(connection, source, names, period, centre)
    return _from_mean(connection, names, source, n_given, centre)


def balanced_moments(
    connection: duckdb.DuckDBPyConnection, rows: str, given: PeriodSums
) -> tuple[PanelMoments, FloatArray | None] | None:
    """Sum the units of a panel in which all are observed always; None where one is not.

    Less its period's mean, a value of a balanced panel is free of both effects once its unit's mean is taken
    out too: one pass gives every unit's cross-products, and these its score at any coefficients.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Has `moments_period`.
    rows : str
        unit, period, v0 .. vK as SQL; no unit has a period twice.
    given : PeriodSums

    Returns
    -------
    PanelMoments
    array (P, P), or None
        Sums over units of the products of their cross-products, in the order of `score_pairs`; None beyond
        four regressors.
    """
    n = len(given.names)
    sums = ", ".join(f"s{j}" for j in range(n))
    periods = as_array(fetched(connection, f"select n_rows, {sums} from moments_period order by code"), 1 + n)
    counts, n_periods = periods[:, 0], len(periods)
    if given.has_unknown_period or n_periods < 2 or counts.min() < 2 or counts.min() != counts.max():
        return None
    scored = score_pairs(n - 1)
    products = n <= 1 + MOST_REGRESSORS
    [(units, *found)] = fetched(connection, _unit_query(rows, n, n_periods, products=products))
    if units != counts[0]:
        return None
    numbers = np.array(found, dtype=np.float64)
    unit_means, lost, within, rest = np.split(numbers, np.cumsum([n, 1, len(scored)]))
    courses = periods[:, 1:] / counts[:, None]
    cross = counts[0] * courses.T @ courses
    # y with itself is not in the units' sums: all rows know it.
    cross[0, 0] = given.squares[0] - lost[0]
    for (j, k), value in zip(scored, within, strict=True):
        cross[j, k] += value
        cross[k, j] = cross[j, k]
    moments = PanelMoments(
        names=given.names,
        n_units=np.array([float(units)]),
        patterns=np.ones((1, n_periods)),
        # Counted from the period's mean, so that only rounding is left of them.
        unit_means=unit_means[None, :],
        period_counts=counts,
        period_sums=periods[:, 1:],
        squares=np.array(given.squares),
        within=cross,
    )
    return moments, _symmetric(rest) if products else None


def _raw_sums(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    names: tuple[str, ...],
    period: str,
    centre: list[float],
) -> tuple[int, bool]:
    """Sum by period, counted from the centre; say how many rows there are, and whether all are complete."""
    sums = ", ".join(
        f"sum(v{j}) as s{j}, sum(v{j} * v{j}) as q{j}, count(v{j}) as k{j}" for j in range(len(names))
    )
    values = ", ".join(
        f"{quoted(name)}::double - ({middle!r}) as v{j}"
        for j, (name, middle) in enumerate(zip(names, centre, strict=True))
    )
    connection.execute(
        "create or replace temp table moments_period as "
        "select *, row_number() over (order by period) - 1 as code from ("
        f"select period, count(*) as n_rows, {sums} from ("
        f"select {quoted(period)} as period, {values} from {source}) group by period)"
    )
    known = " and ".join(f"k{j} = n_rows and isfinite(s{j})" for j in range(len(names)))
    [(n_rows, is_complete)] = fetched(
        connection, f"select coalesce(sum(n_rows), 0), coalesce(bool_and({known}), true) from moments_period"
    )
    return int(n_rows), bool(is_complete)


def _from_mean(
    connection: duckdb.DuckDBPyConnection,
    names: tuple[str, ...],
    source: str,
    n_given: int,
    centre: list[float],
) -> PeriodSums:
    """Count what was summed from the mean instead of from the centre."""
    n = len(names)
    totals = ", ".join(f"coalesce(sum(s{j}), 0), coalesce(sum(q{j}), 0)" for j in range(n))
    [(n_rows, unknown, *sums)] = fetched(
        connection,
        f"select coalesce(sum(n_rows), 0), count(*) filter (period is null), {totals} from moments_period",
    )
    offsets = [total / max(n_rows, 1) for total in sums[::2]]
    moved = ", ".join(f"s{j} - n_rows * ({offset!r}) as s{j}" for j, offset in enumerate(offsets))
    connection.execute(
        "create or replace temp table moments_period as "
        f"select period, code, n_rows, {moved} from moments_period"
    )
    means = tuple(middle + offset for middle, offset in zip(centre, offsets, strict=True))
    squares = tuple(
        square - total * offset for total, square, offset in zip(sums[::2], sums[1::2], offsets, strict=True)
    )
    return PeriodSums(names, source, n_given, int(n_rows), unknown > 0, means, squares)


def _unit_query(rows: str, n: int, n_periods: int, *, products: bool) -> str:
    """Write the pass that sums units less their periods' means, and the products of what is summed.

    What is kept of a unit is as little as there can be: it decides how much memory the pass takes.
    """
    scored = score_pairs(n - 1)
    means = ", ".join(f"s{j} / n_rows as g{j}" for j in range(n))
    left = ", ".join(f"v{j} - g{j} as u{j}" for j in range(n))
    sums = [*(f"sum(u{j}) as s{j}" for j in range(n)), *(f"sum(u{j} * u{k}) as c{j}_{k}" for j, k in scored)]
    within = ", ".join(f"c{j}_{k} - s{j} * s{k} / {n_periods} as w{j}_{k}" for j, k in scored)
    totals = [
        *(f"sum(s{j}) / {n_periods}" for j in range(n)),
        f"sum(s0 * s0) / {n_periods}",
        *(f"sum(w{j}_{k})" for j, k in scored),
    ]
    if products:
        totals += [f"sum(w{j}_{k} * w{a}_{b})" for i, (j, k) in enumerate(scored) for a, b in scored[i:]]
    return (
        f"with courses as (select period, {means} from moments_period), "
        f"left_over as (select unit, {left} from {rows} join courses using (period)), "
        f"units as (select {', '.join(sums)} from left_over group by unit) "
        f"select count(*), {', '.join(totals)} from (select *, {within} from units)"
    )


def _symmetric(upper: FloatArray) -> FloatArray:
    """Give the matrix whose upper triangle is listed row by row."""
    size = round((np.sqrt(8 * len(upper) + 1) - 1) / 2)
    matrix = np.zeros((size, size))
    matrix[np.triu_indices(size)] = upper
    return np.asarray(matrix + np.triu(matrix, 1).T)


def as_array(rows: list[tuple[Any, ...]], width: int) -> FloatArray:
    """Give rows as floats, also when there are none."""
    return np.array([[float(value) for value in row] for row in rows], dtype=np.float64).reshape(-1, width)


def fetched(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """Ask, and take all rows of the answer."""
    return connection.execute(query).fetchall()


def quoted(name: str) -> str:
    """Give a column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'
