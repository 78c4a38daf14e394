"""The slope on an index that is measured with error: raw, and with the error taken out of the index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.arrays import (
    FloatArray,
    IntArray,
    demean,
    dependent_columns,
    group_codes,
    group_sums,
    library,
)
from models.errors import AllMissingError, CollinearColumnsError, InputRefusedError, TooFewUnitsError

# With less signal than this in what is left of the index, dividing by it says nothing: the interval would
# rest on the error variance alone.
LEAST_RELIABILITY = 0.2
FEWEST_CLUSTERS = 3


@dataclass(frozen=True, slots=True)
class CorrectedSlope:
    """A slope as estimated and as it would be on the error-free index.

    Attributes
    ----------
    raw, raw_low, raw_high : float
        Least squares, in units of the outcome per unit of the index.
    corrected, low, high : float
        Errors-in-variables estimate; t interval with `degrees_of_freedom`.
    standard_error : float
        Of the corrected slope, clustered; it carries the uncertainty of the error variances.
    reliability : float
        Share of the index's variance, once controls and effects are taken out, that is not error; the raw
        slope is this share of the corrected one.
    n_observations, n_clusters : int
    degrees_of_freedom : float
    """

    raw: float
    raw_low: float
    raw_high: float
    corrected: float
    low: float
    high: float
    standard_error: float
    reliability: float
    n_observations: int
    n_clusters: int
    degrees_of_freedom: float


def corrected_slope(
    y: npt.ArrayLike,
    x: npt.ArrayLike,
    error_variance: npt.ArrayLike,
    *,
    controls: npt.ArrayLike | None = None,
    within: npt.ArrayLike | None = None,
    measurement: npt.ArrayLike | None = None,
    groups: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> CorrectedSlope:
    """Correct a slope for known error in x, whatever is adjusted for.

    Parameters
    ----------
    y, x : array (n,)
        Rows with a missing value are left out.
    error_variance : array (n,) or float
        Variance of the error in x; unbiased estimates by row will do.
    controls : array (n, p), optional
        Dummies of periods among them; a constant is always added.
    within : array (n,), optional
        Units whose means are taken out first, as fixed effects; nested in the clusters, so not counted.
    measurement : array (n,), optional
        Label of the measurement behind each row: months that carry the same assessment share its error. By
        default every row is a measurement of its own.
    groups : array (n,), optional
        Clusters, by default those of `within`, else every row. A measurement lies within one.
    level : float

    Returns
    -------
    CorrectedSlope
        The raw slope with CR1 errors and t with clusters less one, as `two_way_within`.

    Raises
    ------
    TooFewUnitsError
        With fewer than three clusters, or when less than a fifth of the variation of x is not error.
    AllMissingError, CollinearColumnsError, InputRefusedError
        Without complete rows, when x is explained by the controls, or when shapes do not fit.

    Notes
    -----
    With M the annihilator of the controls, x'My / (x'Mx - sum over measurements g of s_g^2 z_g'Mz_g), z_g the
    rows of g: Fuller (1987), section 2.2, with the error's part of x'Mx found exactly. Sandwich errors of the
    estimating equation by cluster. Spearman (1904) is the case without controls.
    """
    rows = _complete(y, x, error_variance, controls, within, measurement, groups)
    codes, n_clusters = group_codes(rows.clusters)
    if n_clusters < FEWEST_CLUSTERS:
        raise TooFewUnitsError("a corrected slope needs three clusters.", where="corrected_slope")
    left, q, n_columns = _adjusted(rows)
    variation = float(left[:, 1] @ left[:, 1])
    if variation <= 1e-12 * float(rows.x @ rows.x):
        raise CollinearColumnsError(("x",), where="corrected_slope")
    error = _error_by_row(rows, q)
    reliability = 1 - float(error.sum()) / variation
    if reliability < LEAST_RELIABILITY:
        raise TooFewUnitsError(
            f"only {reliability:.0%} of the variation of the index is not error.",
            where="corrected_slope",
            remedy="Add raters or waves, or compare between organisations.",
        )
    n = len(left)
    factor = n_clusters / (n_clusters - 1) * (n - 1) / max(n - n_columns, 1)
    half = float(library("scipy.stats").t.ppf(0.5 + level / 2, n_clusters - 1))
    estimates: list[tuple[float, float]] = []
    for removed in (np.zeros(n), error):
        signal = variation - float(removed.sum())
        slope = float(left[:, 1] @ left[:, 0]) / signal
        scores = left[:, 1] * (left[:, 0] - slope * left[:, 1]) + slope * removed
        by_cluster = np.bincount(codes, weights=scores, minlength=n_clusters)
        estimates.append((slope, float(np.sqrt(factor * (by_cluster**2).sum())) / signal))
    (raw, raw_error), (corrected, own_error) = estimates
    return CorrectedSlope(
        raw,
        raw - half * raw_error,
        raw + half * raw_error,
        corrected,
        corrected - half * own_error,
        corrected + half * own_error,
        own_error,
        reliability,
        n,
        n_clusters,
        float(n_clusters - 1),
    )


def disattenuated_correlation(r: float, reliability_x: float, reliability_y: float = 1.0) -> float:
    """Correct a correlation for unreliable measures (Spearman 1904); it can exceed one in small samples.

    Raises
    ------
    InputRefusedError
        When a reliability is not in (0, 1].
    """
    for reliability in (reliability_x, reliability_y):
        if not 0 < reliability <= 1:
            raise InputRefusedError(
                f"a reliability of {reliability} is not in (0, 1].", where="disattenuated"
            )
    return r / float(np.sqrt(reliability_x * reliability_y))


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Complete rows: outcome, index, its error variance, controls, and their labels."""

    y: FloatArray
    x: FloatArray
    variance: FloatArray
    controls: FloatArray
    units: IntArray | None
    measurement: IntArray
    clusters: IntArray


def _adjusted(rows: _Rows) -> tuple[FloatArray, FloatArray, int]:
    """Take units and controls out of y and x: (n, 2); the controls' basis (n, r); coefficients counted."""
    n = len(rows.y)
    taken = np.column_stack([rows.y, rows.x, rows.controls])
    if rows.units is None:
        design = np.column_stack([np.ones(n), rows.controls])
        both = taken[:, :2]
    else:
        taken = demean(taken, rows.units, int(rows.units.max()) + 1)
        both, design = taken[:, :2], taken[:, 2:]
    dependent = set(dependent_columns(design)) if design.shape[1] else set()
    kept = [j for j in range(design.shape[1]) if j not in dependent]
    q = np.linalg.qr(design[:, kept])[0] if kept else np.zeros((n, 0))
    constant = 0 if rows.units is None else 1
    return both - q @ (q.T @ both), q, 1 + len(kept) + constant


def _error_by_row(rows: _Rows, q: FloatArray) -> FloatArray:
    """Spread what each measurement's error adds to x'Mx, its variance times z'Mz, over its rows (n,)."""
    codes = rows.measurement
    n = int(codes.max()) + 1
    sizes = np.bincount(codes, minlength=n).astype(np.float64)
    outside = sizes - (group_sums(q, codes, n) ** 2).sum(axis=1)
    if rows.units is not None:
        of_unit = np.bincount(rows.units).astype(np.float64)
        pairs, count = np.unique(np.column_stack([codes, rows.units]), axis=0, return_counts=True)
        outside -= np.bincount(pairs[:, 0], weights=count**2 / of_unit[pairs[:, 1]], minlength=n)
    variance = np.bincount(codes, weights=rows.variance, minlength=n) / sizes
    return np.asarray((variance * outside / sizes)[codes])


def _complete(
    y: npt.ArrayLike,
    x: npt.ArrayLike,
    error_variance: npt.ArrayLike,
    controls: npt.ArrayLike | None,
    *labels: npt.ArrayLike | None,
) -> _Rows:
    outcome, index = np.asarray(y, dtype=np.float64), np.asarray(x, dtype=np.float64)
    n = len(outcome)
    units, measurement, clusters = (None if one is None else np.asarray(one) for one in labels)
    measurement = np.arange(n) if measurement is None else measurement
    clusters = clusters if clusters is not None else np.arange(n) if units is None else units
    lengths = {len(one) for one in (index, units, measurement, clusters) if one is not None}
    if lengths != {n}:
        raise InputRefusedError("y, x and their labels differ in length.", where="corrected_slope")
    variance = np.broadcast_to(np.asarray(error_variance, dtype=np.float64), (n,))
    if (variance < 0).any():
        raise InputRefusedError("an error variance is negative.", where="corrected_slope")
    others = np.ones((n, 0)) if controls is None else np.asarray(controls, dtype=np.float64).reshape(n, -1)
    known = np.isfinite(np.column_stack([outcome, index, variance, others])).all(axis=1)
    if not known.any():
        raise AllMissingError("no row has every value.", where="corrected_slope")
    return _Rows(
        outcome[known],
        index[known],
        variance[known],
        others[known],
        None if units is None else group_codes(units[known])[0],
        group_codes(measurement[known])[0],
        group_codes(clusters[known])[0],
    )
