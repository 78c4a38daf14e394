"""Reliability and agreement of the index, on arrays. The assessment's tables are read in `raters`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, group_codes, library
from models.errors import AllMissingError, TooFewUnitsError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Reliability:
    """Cronbach's alpha with Feldt's interval.

    Attributes
    ----------
    alpha, low, high : float
        Raw alpha and its 95 % interval.
    standardised : float
        Alpha of the correlations.
    n_items, n_rows, n_dropped : int
        Rows are complete answers; incomplete ones are dropped and counted.
    """

    alpha: float
    low: float
    high: float
    standardised: float
    n_items: int
    n_rows: int
    n_dropped: int


@dataclass(frozen=True, slots=True)
class MultilevelIcc:
    """ICC(1) and ICC(2) with 95 % intervals from the one-way F distribution, and what they rest on."""

    icc1: float
    icc1_low: float
    icc1_high: float
    icc2: float
    icc2_low: float
    icc2_high: float
    n_values: int
    n_groups: int
    group_size: float


def cronbach_alpha(items: npt.ArrayLike, level: float = 0.95) -> Reliability:
    """Compute Cronbach's alpha of a set of items.

    Parameters
    ----------
    items : array (n, k)
        Answers, items in columns, reversed ones already turned; rows with a missing answer are dropped.
    level : float
        Confidence level of the interval (Feldt 1965).

    Returns
    -------
    Reliability

    Raises
    ------
    TooFewUnitsError
        With fewer than two items or complete rows, or when the total never varies.
    """
    answers = np.asarray(items, dtype=np.float64)
    if answers.ndim != 2 or answers.shape[1] < 2:
        raise TooFewUnitsError("alpha needs at least two items.", where="cronbach_alpha")
    complete = answers[np.isfinite(answers).all(axis=1)]
    n, k = complete.shape
    if n < 2:
        raise TooFewUnitsError("alpha needs at least two complete rows.", where="cronbach_alpha")
    covariance = np.cov(complete, rowvar=False)
    total = float(covariance.sum())
    if total <= 0:
        raise TooFewUnitsError("every row has the same total; alpha is not defined.", where="cronbach_alpha")
    alpha = k / (k - 1) * (1 - float(np.trace(covariance)) / total)
    spread = np.sqrt(np.diag(covariance))
    standardised = float("nan")
    if (spread > 0).all():
        mean_r = float(((covariance / np.outer(spread, spread)).sum() - k) / (k * (k - 1)))
        standardised = k * mean_r / (1 + (k - 1) * mean_r)
    f = library("scipy.stats").f
    tail = (1 - level) / 2
    low, high = (1 - (1 - alpha) * float(f.ppf(q, n - 1, (n - 1) * (k - 1))) for q in (1 - tail, tail))
    return Reliability(alpha, low, high, standardised, k, n, len(answers) - n)


def icc(ratings: npt.ArrayLike) -> dict[str, float]:
    """Compute the six intraclass correlations of Shrout and Fleiss (1979).

    Parameters
    ----------
    ratings : array (n, k)
        Targets in rows, judges in columns, complete.

    Returns
    -------
    dict
        ICC1, ICC2, ICC3 (one judge) and ICC1k, ICC2k, ICC3k (mean of k judges).
    """
    x = np.asarray(ratings, dtype=np.float64)
    if x.ndim != 2 or min(x.shape) < 2:
        raise TooFewUnitsError("an ICC needs two targets and two judges.", where="icc")
    if not np.isfinite(x).all():
        raise AllMissingError("ratings must be complete.", where="icc", remedy="Use icc_multilevel.")
    n, k = x.shape
    targets, judges, grand = x.mean(axis=1), x.mean(axis=0), float(x.mean())
    between = k * float(((targets - grand) ** 2).sum()) / (n - 1)
    within = float(((x - targets[:, None]) ** 2).sum()) / (n * (k - 1))
    judge = n * float(((judges - grand) ** 2).sum()) / (k - 1)
    error = float(((x - targets[:, None] - judges[None, :] + grand) ** 2).sum()) / ((n - 1) * (k - 1))
    return {
        "ICC1": (between - within) / (between + (k - 1) * within),
        "ICC2": (between - error) / (between + (k - 1) * error + k * (judge - error) / n),
        "ICC3": (between - error) / (between + (k - 1) * error),
        "ICC1k": (between - within) / between,
        "ICC2k": (between - error) / (between + (judge - error) / n),
        "ICC3k": (between - error) / between,
    }


def icc_multilevel(values: npt.ArrayLike, groups: npt.ArrayLike) -> tuple[float, float]:
    """Compute ICC(1), one rater's reliability, and ICC(2), that of the group mean (Bliese 2000).

    Parameters
    ----------
    values : array (n,)
        One value per rater; missing ones are dropped.
    groups : array (n,)
        The group each rater rates.

    Returns
    -------
    (icc1, icc2) : tuple of float
    """
    result = multilevel_icc(values, groups)
    return result.icc1, result.icc2


def multilevel_icc(values: npt.ArrayLike, groups: npt.ArrayLike, level: float = 0.95) -> MultilevelIcc:
    """Compute ICC(1) and ICC(2) with intervals; groups may differ in size.

    The group size of unequal groups is n0 = (N - sum n_g^2 / N) / (G - 1) (Snedecor and Cochran), for equal
    groups the common size. Intervals as Shrout and Fleiss (1979), exact for equal groups.
    """
    x = np.asarray(values, dtype=np.float64)
    known = np.isfinite(x)
    x = x[known]
    codes, n_groups = group_codes(np.asarray(groups)[known])
    n = len(x)
    if n_groups < 2 or n <= n_groups:
        raise TooFewUnitsError("ICCs need two groups and a group with two raters.", where="icc_multilevel")
    sizes = np.bincount(codes, minlength=n_groups).astype(np.float64)
    means = np.bincount(codes, weights=x, minlength=n_groups) / sizes
    between = float((sizes * (means - x.mean()) ** 2).sum()) / (n_groups - 1)
    within = float(((x - means[codes]) ** 2).sum()) / (n - n_groups)
    if between <= 0:
        raise TooFewUnitsError("every group has the same mean; ICCs are not defined.", where="icc_multilevel")
    size = (n - float((sizes**2).sum()) / n) / (n_groups - 1)
    if within == 0:
        return MultilevelIcc(1.0, 1.0, 1.0, 1.0, 1.0, 1.0, n, n_groups, size)
    f, ratio, tail = library("scipy.stats").f, between / within, (1 - level) / 2
    low = ratio / float(f.ppf(1 - tail, n_groups - 1, n - n_groups))
    high = ratio * float(f.ppf(1 - tail, n - n_groups, n_groups - 1))
    one = [(r - 1) / (r + size - 1) for r in (ratio, low, high)]
    many = [1 - 1 / r for r in (ratio, low, high)]
    return MultilevelIcc(one[0], one[1], one[2], many[0], many[1], many[2], n, n_groups, size)


def rwg_j(ratings: pd.DataFrame, n_options: int) -> pd.Series[float]:
    """Compute within-group agreement r_wg(j) against a uniform null (James, Demaree and Wolf 1984).

    Parameters
    ----------
    ratings : DataFrame
        One row per rater, one column per item, the group in the index.
    n_options : int
        Number of answer levels.

    Returns
    -------
    Series by group
        1 full agreement, 0 no better than chance (worse is set to 0); NaN for one rater.
    """
    expected = (n_options**2 - 1) / 12
    levels = list(range(ratings.index.nlevels))
    observed = ratings.groupby(level=levels, sort=True).var(ddof=1).mean(axis=1)
    share = (observed / expected).clip(upper=1.0)
    j = ratings.shape[1]
    result: pd.Series[float] = j * (1 - share) / (j * (1 - share) + share)
    return result.rename("rwg_j")


def item_scores(levels: FloatArray, is_reversed: npt.NDArray[np.bool_], highest: int = 4) -> FloatArray:
    """Bring answer levels 0..highest to 0..100 by fixed goalposts, turning reversed items (n, k)."""
    scores = levels * (100.0 / highest)
    return np.asarray(np.where(is_reversed, 100.0 - scores, scores))
