"""Intraclass correlations: six forms for the same judges, ICC(1) and ICC(2) for groups of raters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, group_codes, library
from models.errors import AllMissingError, InputRefusedError, TooFewUnitsError
from models.index_quality.moments import as_floats, as_matrix, complete_rows
from models.inputs import known_option, one_column

Form = Literal["ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k"]
MissingTarget = Literal["refuse", "listwise"]


@dataclass(frozen=True, slots=True)
class IccForm:
    """One form of Shrout and Fleiss with its F test and interval.

    Attributes
    ----------
    form : str
        ICC1 (each target has its own judges), ICC2 (judges drawn at random), ICC3 (these judges only); with k
        at the end, the mean of the k judges.
    value, low, high : float
    f, df1, df2, p_value : float
        Test that targets do not differ.
    """

    form: Form
    value: float
    low: float
    high: float
    f: float
    df1: int
    df2: int
    p_value: float


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


def icc(ratings: npt.ArrayLike, *, missing: MissingTarget = "refuse") -> dict[str, float]:
    """Compute the six intraclass correlations of Shrout and Fleiss (1979).

    Parameters
    ----------
    ratings : array or DataFrame (n, k)
        Targets in rows, judges in columns.
    missing : {"refuse", "listwise"}
        What to do with targets that not every judge rated.

    Returns
    -------
    dict
        ICC1, ICC2, ICC3 (one judge) and ICC1k, ICC2k, ICC3k (mean of k judges).

    Raises
    ------
    AllMissingError
        With "refuse", when a rating is missing.
    TooFewUnitsError
        With fewer than two targets or judges, or when targets do not differ at all.
    """
    return {one.form: one.value for one in icc_forms(ratings, missing=missing)}


def icc_forms(
    ratings: npt.ArrayLike, level: float = 0.95, *, missing: MissingTarget = "refuse"
) -> tuple[IccForm, ...]:
    """Compute the six forms with F tests and intervals (Shrout and Fleiss 1979; McGraw and Wong 1996).

    Parameters, errors: as `icc`. The interval of ICC2 uses Satterthwaite's degrees of freedom.

    Returns
    -------
    tuple of IccForm
        In the order ICC1, ICC2, ICC3, ICC1k, ICC2k, ICC3k.
    """
    x = _complete(ratings, missing)
    n, k = x.shape
    between, within, judge, error = _mean_squares(x)
    one_way = _FTest(_ratio(between, within), n - 1, n * (k - 1))
    two_way = _FTest(_ratio(between, error), n - 1, (n - 1) * (k - 1))
    agreement = (between - error) / (between + (k - 1) * error + k * (judge - error) / n)
    agreements = (agreement, *_agreement_bounds(x.shape, (between, judge, error), agreement, level))
    first, third = one_way.ratios(level), two_way.ratios(level)
    return (
        _form("ICC1", [_one(ratio, k) for ratio in first], one_way),
        _form("ICC2", agreements, two_way),
        _form("ICC3", [_one(ratio, k) for ratio in third], two_way),
        _form("ICC1k", [_mean(ratio) for ratio in first], one_way),
        _form("ICC2k", [k * value / (1 + (k - 1) * value) for value in agreements], two_way),
        _form("ICC3k", [_mean(ratio) for ratio in third], two_way),
    )


def icc_multilevel(values: npt.ArrayLike, groups: npt.ArrayLike) -> tuple[float, float]:
    """Compute ICC(1), one rater's reliability, and ICC(2), that of the group mean (Bliese 2000).

    Parameters
    ----------
    values : array (n,)
        One value per rater; missing ones, and those without a group, are dropped.
    groups : array (n,)
        The group each rater rates.

    Returns
    -------
    (icc1, icc2) : tuple of float

    Raises
    ------
    TooFewUnitsError
        Without two groups and a group of two, or when every group has the same mean.
    """
    result = multilevel_icc(values, groups)
    return result.icc1, result.icc2


def multilevel_icc(values: npt.ArrayLike, groups: npt.ArrayLike, level: float = 0.95) -> MultilevelIcc:
    """Compute ICC(1) and ICC(2) with intervals; groups may differ in size.

    The group size of unequal groups is n0 = (N - sum n_g^2 / N) / (G - 1) (Snedecor and Cochran), for equal
    groups the common size. Intervals as Shrout and Fleiss (1979), exact for equal groups.
    """
    x, labels = one_column(as_floats(values)), np.asarray(groups)
    if x.shape != labels.shape:
        raise InputRefusedError(f"{labels.shape} groups for {x.shape} values.", where="icc_multilevel")
    known = np.isfinite(x) & library("pandas").notna(labels)
    x = x[known]
    codes, n_groups = group_codes(labels[known])
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
    ratios = _FTest(_ratio(between, within), n_groups - 1, n - n_groups).ratios(level)
    one = [_one(r, size) for r in ratios]
    many = [_mean(r) for r in ratios]
    return MultilevelIcc(one[0], one[1], one[2], many[0], many[1], many[2], n, n_groups, size)


@dataclass(frozen=True, slots=True)
class _FTest:
    """A ratio of mean squares and its degrees of freedom."""

    ratio: float
    df1: int
    df2: int

    def ratios(self, level: float) -> tuple[float, float, float]:
        """Give the ratio and the bounds of its interval."""
        f, tail = library("scipy.stats").f, (1 - level) / 2
        low = self.ratio / float(f.ppf(1 - tail, self.df1, self.df2))
        return self.ratio, low, self.ratio * float(f.ppf(1 - tail, self.df2, self.df1))


def _form(form: Form, values: Sequence[float], test: _FTest) -> IccForm:
    value, low, high = values
    p_value = float(library("scipy.stats").f.sf(test.ratio, test.df1, test.df2))
    return IccForm(form, value, low, high, test.ratio, test.df1, test.df2, p_value)


def _complete(ratings: npt.ArrayLike, missing: MissingTarget) -> FloatArray:
    known_option(missing, get_args(MissingTarget), where="icc")
    x = as_matrix(ratings, where="icc")
    if not np.isfinite(x).all():
        if missing == "refuse":
            raise AllMissingError(
                "ratings must be complete.",
                where="icc",
                remedy='Use icc_multilevel, or missing="listwise" to leave incomplete targets out.',
            )
        x = complete_rows(x, where="icc")
    if len(x) < 2:
        raise TooFewUnitsError("an ICC needs two targets and two judges.", where="icc")
    return x


def _mean_squares(x: FloatArray) -> tuple[float, float, float, float]:
    """Split the variance of ratings (n, k): between targets, within them, between judges, and the rest."""
    n, k = x.shape
    targets, judges, grand = x.mean(axis=1), x.mean(axis=0), float(x.mean())
    between = k * float(((targets - grand) ** 2).sum()) / (n - 1)
    if between <= 0:
        raise TooFewUnitsError("every target has the same mean; ICCs are not defined.", where="icc")
    within = float(((x - targets[:, None]) ** 2).sum()) / (n * (k - 1))
    judge = n * float(((judges - grand) ** 2).sum()) / (k - 1)
    error = float(((x - targets[:, None] - judges[None, :] + grand) ** 2).sum()) / ((n - 1) * (k - 1))
    return between, within, judge, error


def _ratio(between: float, rest: float) -> float:
    return between / rest if rest > 0 else float("inf")


def _one(ratio: float, k: float) -> float:
    return 1.0 if ratio == float("inf") else (ratio - 1) / (ratio + k - 1)


def _mean(ratio: float) -> float:
    return 1 - 1 / ratio


def _agreement_bounds(
    shape: tuple[int, ...], squares: tuple[float, float, float], value: float, level: float
) -> tuple[float, float]:
    """Bound ICC2 by an F with Satterthwaite's degrees of freedom (Shrout and Fleiss 1979, p. 424)."""
    n, k = shape
    between, judge, error = squares
    if error == 0:
        return (1.0, 1.0) if judge == 0 else (float("nan"), float("nan"))
    ratio = judge / error
    rest = n * (1 + (k - 1) * value) - k * value
    top = (k - 1) * (n - 1) * (k * value * ratio + rest) ** 2
    free = top / ((n - 1) * k**2 * value**2 * ratio**2 + rest**2)
    f, tail = library("scipy.stats").f, (1 - level) / 2
    over, under = float(f.ppf(1 - tail, n - 1, free)), float(f.ppf(1 - tail, free, n - 1))
    common = k * judge + (k * n - k - n) * error
    low = n * (between - over * error) / (over * common + n * between)
    high = n * (under * between - error) / (common + n * under * between)
    return low, high
