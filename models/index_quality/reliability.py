"""Internal consistency: Cronbach's alpha with its interval, and what each item adds. Omega: `omega`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, library, quotient
from models.errors import TooFewUnitsError
from models.index_quality.moments import (
    Missing,
    as_correlations,
    as_matrix,
    bootstrap_covariances,
    complete_rows,
    covariance,
    percentile_interval,
)
from models.inputs import known_option

Interval = Literal["feldt", "bootstrap"]
# Below this share of the items' own variances the total counts as constant: what is left is rounding.
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Reliability:
    """Cronbach's alpha with an interval.

    Attributes
    ----------
    alpha, low, high : float
        Raw alpha and its interval.
    standardised : float
        Alpha of the correlations; NaN when an item does not vary.
    n_items, n_rows, n_dropped : int
        Rows used and rows left out for missing answers.
    """

    alpha: float
    low: float
    high: float
    standardised: float
    n_items: int
    n_rows: int
    n_dropped: int


@dataclass(frozen=True, slots=True)
class ItemStatistic:
    """What one item adds to its scale.

    Attributes
    ----------
    position : int
        Column of the item.
    mean, standard_deviation : float
        Over the answers that are there.
    item_rest, low, high : float
        Correlation with the sum of the other items, and its bootstrap interval.
    alpha_if_deleted : float
        Alpha of the other items; NaN when fewer than two are left.
    n_answers : int
    """

    position: int
    mean: float
    standard_deviation: float
    item_rest: float
    low: float
    high: float
    alpha_if_deleted: float
    n_answers: int


def cronbach_alpha(
    items: npt.ArrayLike,
    level: float = 0.95,
    *,
    missing: Missing = "listwise",
    interval: Interval = "feldt",
    groups: npt.ArrayLike | None = None,
    n_draws: int = 1000,
    seed: int = 1951,
) -> Reliability:
    """Compute Cronbach's alpha of a set of items.

    Parameters
    ----------
    items : array or DataFrame (n, k)
        Answers, items in columns, reversed ones already turned; NaN is missing.
    level : float
        Confidence level of the interval.
    missing : {"listwise", "pairwise"}
        Use complete rows, or for each pair of items the rows that have both (as R's psych does).
    interval : {"feldt", "bootstrap"}
        Feldt (1965), for rows that are independent; with "pairwise" its n is that of the smallest pair. Or
        percentiles of a bootstrap over complete rows, by whole groups where given: respondents of one
        organisation are not independent.
    groups : array (n,), optional
        Group of each row, for the bootstrap.
    n_draws, seed : int
        Of the bootstrap.

    Returns
    -------
    Reliability

    Raises
    ------
    TooFewUnitsError
        With fewer than two items or usable rows, or when the total never varies.
    AllMissingError
        Without any answer.
    InputRefusedError
        For an unknown option.
    """
    known_option(interval, get_args(Interval), where="cronbach_alpha")
    matrix = as_matrix(items, where="cronbach_alpha")
    spread, n_rows, n_smallest = covariance(matrix, missing, where="cronbach_alpha")
    if spread.sum() <= ROUNDING * np.trace(spread) or np.trace(spread) == 0:
        raise TooFewUnitsError("every row has the same total; alpha is not defined.", where="cronbach_alpha")
    alpha = float(alpha_of(spread))
    if interval == "feldt":
        bounds = _feldt(alpha, n_smallest, len(spread), level)
    else:
        complete = complete_rows(matrix, where="cronbach_alpha")
        own = None if groups is None else np.asarray(groups)[np.isfinite(matrix).all(axis=1)]
        bounds = percentile_interval(alpha_of(bootstrap_covariances(complete, own, n_draws, seed)), level)
    standardised = float(alpha_of(as_correlations(spread)))
    return Reliability(alpha, *bounds, standardised, len(spread), n_rows, len(matrix) - n_rows)


def item_statistics(
    items: npt.ArrayLike,
    level: float = 0.95,
    *,
    missing: Missing = "listwise",
    groups: npt.ArrayLike | None = None,
    n_draws: int = 500,
    seed: int = 1951,
) -> tuple[ItemStatistic, ...]:
    """Correlate each item with the rest of its scale and compute alpha without it.

    Parameters and errors are those of `cronbach_alpha`; the intervals are bootstrapped from complete rows.

    Returns
    -------
    tuple of ItemStatistic
        One per column, in order.
    """
    matrix = as_matrix(items, where="item_statistics")
    spread, _, _ = covariance(matrix, missing, where="item_statistics")
    complete = complete_rows(matrix, where="item_statistics")
    own = None if groups is None else np.asarray(groups)[np.isfinite(matrix).all(axis=1)]
    rest, without = item_rest_of(spread), alpha_if_deleted_of(spread)
    draws = item_rest_of(bootstrap_covariances(complete, own, n_draws, seed))
    deviations = np.nanstd(matrix, axis=0, ddof=1)
    return tuple(
        ItemStatistic(
            j,
            float(np.nanmean(matrix[:, j])),
            float(deviations[j]),
            float(rest[j]),
            *percentile_interval(draws[:, j], level),
            float(without[j]),
            int(np.isfinite(matrix[:, j]).sum()),
        )
        for j in range(matrix.shape[1])
    )


def alpha_of(covariances: FloatArray) -> FloatArray:
    """Compute alpha of each covariance (..., k, k); NaN where the total does not vary (Cronbach 1951)."""
    k = covariances.shape[-1]
    own = np.trace(covariances, axis1=-2, axis2=-1)
    total = covariances.sum(axis=(-2, -1))
    share = quotient(own, np.where(total > ROUNDING * own, total, 0.0))
    return np.asarray(k / (k - 1) * (1 - share))


def item_rest_of(covariances: FloatArray) -> FloatArray:
    """Correlate each item with the sum of the others, (..., k); NaN where either does not vary."""
    own = np.diagonal(covariances, axis1=-2, axis2=-1)
    with_total = covariances.sum(axis=-1)
    rest = covariances.sum(axis=(-2, -1))[..., None] - 2 * with_total + own
    product = own * rest
    scale = np.sqrt(np.where(product > ROUNDING * own**2, product, np.nan))
    return np.asarray((with_total - own) / scale)


def alpha_if_deleted_of(covariances: FloatArray) -> FloatArray:
    """Compute alpha without each item in turn, (..., k); NaN when fewer than two items are left."""
    k = covariances.shape[-1]
    if k < 3:
        return np.full(covariances.shape[:-1], np.nan)
    own = np.diagonal(covariances, axis1=-2, axis2=-1)
    kept = own.sum(axis=-1, keepdims=True) - own
    total = covariances.sum(axis=(-2, -1))[..., None] - 2 * covariances.sum(axis=-1) + own
    share = quotient(kept, np.where(total > ROUNDING * kept, total, 0.0))
    return np.asarray((k - 1) / (k - 2) * (1 - share))


def _feldt(alpha: float, n: int, k: int, level: float) -> tuple[float, float]:
    f = library("scipy.stats").f
    tail = (1 - level) / 2
    low, high = (1 - (1 - alpha) * float(f.ppf(q, n - 1, (n - 1) * (k - 1))) for q in (1 - tail, tail))
    return low, high
