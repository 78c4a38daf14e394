"""Answers as matrices and their covariances: complete rows, pairs, cluster bootstrap."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, group_codes, rows_of_groups
from models.errors import AllMissingError, ConstantExposureError, TooFewUnitsError
from models.inputs import floats, known_option

Missing = Literal["listwise", "pairwise"]


def as_matrix(values: npt.ArrayLike, *, where: str) -> FloatArray:
    """Read a frame or an array as floats (n, k), what is missing as NaN.

    Raises
    ------
    TooFewUnitsError
        When there are not two columns, or no rows.
    """
    matrix = as_floats(values)
    if matrix.ndim != 2 or matrix.shape[1] < 2 or not len(matrix):
        raise TooFewUnitsError(
            "needs rows and at least two columns.", where=where, remedy="Pass items or judges in columns."
        )
    return matrix


def as_floats(values: npt.ArrayLike) -> FloatArray:
    """Read a frame, series or array as floats; what is missing or not finite becomes NaN."""
    read = floats(values)
    return np.where(np.isfinite(read), read, np.nan)


def complete_rows(matrix: FloatArray, *, where: str) -> FloatArray:
    """Keep the rows without a missing value.

    Raises
    ------
    AllMissingError
        When no value is there at all.
    TooFewUnitsError
        When fewer than two rows are complete.
    """
    known = np.isfinite(matrix)
    if not known.any():
        raise AllMissingError("no value is there.", where=where)
    complete: FloatArray = matrix[known.all(axis=1)]
    if len(complete) < 2:
        raise TooFewUnitsError(
            f"at least two complete rows are needed, {len(complete)} there.",
            where=where,
            remedy='Use missing="pairwise" or add rows.',
        )
    return complete


def covariance(matrix: FloatArray, missing: Missing, *, where: str) -> tuple[FloatArray, int, int]:
    """Compute the covariance of the columns.

    Parameters
    ----------
    matrix : array (n, k)
    missing : {"listwise", "pairwise"}
        Rows with every value, or for each pair of columns the rows that have both.

    Returns
    -------
    covariance : array (k, k)
    n_rows : int
        Rows used: complete ones, or those with at least two values.
    n_smallest : int
        Rows behind the element with the fewest.
    """
    known_option(missing, get_args(Missing), where=where)
    if missing == "listwise":
        complete = complete_rows(matrix, where=where)
        return np.cov(complete, rowvar=False), len(complete), len(complete)
    sums, pairs, known = _pair_sums(matrix, where)
    product, first, _ = sums
    used = int((known.sum(axis=1) >= 2).sum())
    return (product - first * first.T / pairs) / (pairs - 1), used, int(pairs.min())


def correlation(matrix: FloatArray, missing: Missing, *, where: str) -> FloatArray:
    """Correlate the columns (k, k); with "pairwise", each pair by the rows that have both.

    Raises
    ------
    ConstantExposureError
        When a column has one value only; it is named by its position.
    """
    known_option(missing, get_args(Missing), where=where)
    if missing == "listwise":
        complete = complete_rows(matrix, where=where)
        variance = complete.var(axis=0)
        _refuse_constant(variance, where)
        return np.atleast_2d(np.corrcoef(complete, rowvar=False))
    sums, pairs, _ = _pair_sums(matrix, where)
    product, first, square = sums
    spread = square - first**2 / pairs
    _refuse_constant(np.minimum(spread.min(axis=0), spread.min(axis=1)), where)
    r: FloatArray = (product - first * first.T / pairs) / np.sqrt(spread * spread.T)
    np.fill_diagonal(r, 1.0)
    return r


def bootstrap_covariances(
    complete: FloatArray, groups: npt.ArrayLike | None, n_draws: int, seed: int
) -> FloatArray:
    """Draw covariances by resampling whole groups (rows when there are none).

    Multinomial weights on the groups' counts, sums and cross-products: one matrix product for all draws.

    Returns
    -------
    array (draws, k, k)
        Draws of a single group repeated are left out, so there can be fewer than `n_draws`; none with two
        groups, whose only other draw is the sample itself.

    Raises
    ------
    TooFewUnitsError
        With fewer than two groups.
    """
    k = complete.shape[1]
    centred = complete - complete.mean(axis=0)
    ones = np.column_stack([np.ones(len(centred)), centred])
    if groups is None:
        members = list(ones[:, None, :])
    else:
        members = [ones[rows] for rows in rows_of_groups(*group_codes(groups))]
    n_groups = len(members)
    if n_groups < 2:
        raise TooFewUnitsError("a bootstrap needs two groups.", where="bootstrap")
    parts = np.stack([(own.T @ own).ravel() for own in members])
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=n_draws).astype(np.float64)
    weights = weights[((weights > 0).sum(axis=1) > 1) & (n_groups > 2)]
    drawn = (weights @ parts).reshape(-1, k + 1, k + 1)
    size, sums, cross = drawn[:, :1, :1], drawn[:, 0, 1:], drawn[:, 1:, 1:]
    return np.asarray((cross - sums[:, :, None] * sums[:, None, :] / size) / (size - 1))


def as_correlations(covariances: FloatArray) -> FloatArray:
    """Turn covariances (..., k, k) into correlations; NaN where a column does not vary."""
    variances = np.diagonal(covariances, axis1=-2, axis2=-1)
    spread = np.sqrt(np.where(variances > 0, variances, np.nan))
    scaled: FloatArray = covariances / (spread[..., :, None] * spread[..., None, :])
    return scaled


def percentile_interval(draws: FloatArray, level: float) -> tuple[float, float]:
    """Bound the middle `level` of the draws that are there; NaN when none are."""
    known = draws[np.isfinite(draws)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _pair_sums(
    matrix: FloatArray, where: str
) -> tuple[tuple[FloatArray, FloatArray, FloatArray], FloatArray, npt.NDArray[np.bool_]]:
    """Sum over the rows that have both columns: products, the first, its square; (i, j) is i's where j is."""
    known = np.isfinite(matrix)
    pairs = known.T.astype(np.float64) @ known
    if not known.any():
        raise AllMissingError("no value is there.", where=where)
    if pairs.min() < 2:
        raise TooFewUnitsError("two columns share fewer than two rows.", where=where)
    filled = np.where(known, matrix - np.nanmean(matrix, axis=0), 0.0)
    return (filled.T @ filled, filled.T @ known, (filled**2).T @ known), pairs, known


def _refuse_constant(variance: FloatArray, where: str) -> None:
    constant = [str(j) for j in np.flatnonzero(~(variance > 0))]
    if constant:
        raise ConstantExposureError(
            f"columns {', '.join(constant)} do not vary.", where=where, remedy="Leave them out."
        )
