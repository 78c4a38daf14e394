"""Least squares with the standard error that was asked for. Panels, bootstraps and grades live elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, frozen, group_codes, labels_of, library
from models.clusters import both_ways
from models.errors import (
    AllMissingError,
    InputRefusedError,
    TooFewUnitsError,
)
from models.inference import bell_mccaffrey
from models.inputs import column_names, floats, known_option, one_column, refuse_dependent
from models.student import student_quantile, student_tail

CovarianceKind = Literal["cluster", "HC3", "CR2", "classical"]
LEVEL = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted linear model; arrays are read-only, one entry per name.

    Attributes
    ----------
    names : tuple of str
    coefficients, standard_errors, t_values, degrees_of_freedom : array (k,)
    covariance : array (k, k)
    n_observations, n_dropped : int
        Rows used, and rows left out because a value was missing (or the row was a singleton).
    n_clusters : int or None
    r_squared, residual_sd : float
        In a within regression R squared is that of the demeaned outcome.
    standard_error_kind : str
        "cluster" (CR1), "HC3", "CR2" or "classical".
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    covariance: FloatArray
    standard_errors: FloatArray
    t_values: FloatArray
    degrees_of_freedom: FloatArray
    n_observations: int
    n_dropped: int
    n_clusters: int | None
    r_squared: float
    residual_sd: float
    standard_error_kind: str

    @property
    def p_values(self) -> FloatArray:
        """Two-sided p-values of the t distribution, made when asked: scipy is slow to load."""
        return frozen(2 * student_tail(np.abs(self.t_values), self.degrees_of_freedom))

    @property
    def low(self) -> FloatArray:
        """Lower bounds of the 95 % intervals of the t distribution."""
        return frozen(self.coefficients - self._half_widths())

    @property
    def high(self) -> FloatArray:
        """Upper bounds of the 95 % intervals of the t distribution."""
        return frozen(self.coefficients + self._half_widths())

    def _half_widths(self) -> FloatArray:
        return student_quantile(0.5 + LEVEL / 2, self.degrees_of_freedom) * self.standard_errors

    def at(self, name: str) -> Coefficient:
        """Return one coefficient by name; KeyError when there is none."""
        if name not in self.names:
            raise KeyError(name)
        j = self.names.index(name)
        return Coefficient(
            name,
            float(self.coefficients[j]),
            float(self.standard_errors[j]),
            float(self.t_values[j]),
            float(self.p_values[j]),
            float(self.low[j]),
            float(self.high[j]),
            float(self.degrees_of_freedom[j]),
        )


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient of a `Fit`, in units of the outcome per unit of its column."""

    name: str
    estimate: float
    standard_error: float
    t_value: float
    p_value: float
    low: float
    high: float
    degrees_of_freedom: float


def coefficient(name: str, estimate: float, standard_error: float, degrees_of_freedom: float) -> Coefficient:
    """Make a `Coefficient` from an estimate whose error follows t; infinite degrees of freedom: normal."""
    half = float(student_quantile(0.5 + LEVEL / 2, degrees_of_freedom)) * standard_error
    t_value = estimate / standard_error if standard_error > 0 else float("nan")
    p_value = 2 * float(student_tail(abs(t_value), degrees_of_freedom))
    return Coefficient(
        name,
        estimate,
        standard_error,
        t_value,
        p_value,
        estimate - half,
        estimate + half,
        degrees_of_freedom,
    )


def ols(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    names: Sequence[str] | None = None,
    groups: npt.ArrayLike | None = None,
    covariance: CovarianceKind = "cluster",
    *,
    n_absorbed: int = 0,
) -> Fit:
    """Fit ordinary least squares and give the covariance that was asked for.

    Parameters
    ----------
    y : array (n,)
    X : array (n, k)
        Used as it is: a constant is a column of ones that the caller adds. Rows with a missing value are
        dropped and counted.
    names : sequence of k str, optional
        By default those of the columns of a frame, or x0, x1, ...
    groups : array (n,) or (n, 2), optional
        Cluster labels; needed for "cluster" and "CR2". Two columns cluster both ways ("cluster" only), by the
        convention of Petersen (2009) and statsmodels; t then has the smaller number of clusters less one.
    covariance : {"cluster", "HC3", "CR2", "classical"}
        cluster: CR1 with factor G/(G-1) (n-1)/(n-k) and t with G-1 degrees of freedom (statsmodels, Petersen
        2009). CR2: Bell-McCaffrey with Satterthwaite degrees of freedom. HC3 (MacKinnon and White 1985) and
        classical: n-k.
    n_absorbed : int
        Effects taken out before (by demeaning) that classical errors must count; clusters that nest them
        need not.

    Returns
    -------
    Fit

    Raises
    ------
    AllMissingError, TooFewUnitsError, ConstantExposureError, CollinearColumnsError, InputRefusedError
    """
    return ols_each(y, X, names, groups, (covariance,), n_absorbed=n_absorbed)[0]


def ols_each(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    names: Sequence[str] | None,
    groups: npt.ArrayLike | None,
    covariances: Sequence[CovarianceKind],
    *,
    n_absorbed: int = 0,
) -> tuple[Fit, ...]:
    """Fit once and give each of several covariances; parameters and errors as in `ols`.

    Returns
    -------
    tuple of Fit
        One per covariance, in the order asked.
    """
    for covariance in covariances:
        known_option(covariance, get_args(CovarianceKind), where="ols")
    own = column_names(X, names)
    outcome, design, labels, n_dropped = _complete(y, X, own, groups, covariances)
    n, k = design.shape
    if n <= k + n_absorbed:
        raise TooFewUnitsError(
            f"{n} complete rows cannot carry {k + n_absorbed} coefficients.",
            where="ols",
            remedy="Add rows or leave out controls.",
        )
    refuse_dependent(design, own, where="ols")
    result = library("statsmodels.regression.linear_model").OLS(outcome, design).fit()
    return tuple(
        _with_covariance(result, design, labels, own, covariance, (n_dropped, n_absorbed))
        for covariance in covariances
    )


def _with_covariance(
    result: Any,
    design: FloatArray,
    labels: npt.NDArray[Any] | None,
    names: tuple[str, ...],
    covariance: CovarianceKind,
    left_out: tuple[int, int],
) -> Fit:
    """Give one fit its covariance; `left_out`: rows dropped and effects absorbed before."""
    n_dropped, n_absorbed = left_out
    n, k = design.shape
    n_clusters = None
    freedom = np.full(k, float(n - k - n_absorbed))
    if labels is None or covariance in ("HC3", "classical"):
        scale = (n - k) / (n - k - n_absorbed)
        matrix = result.cov_params() * scale if covariance == "classical" else result.cov_HC3
    else:
        two_ways = labels.ndim == 2
        ways = both_ways(labels)[:2] if two_ways else (group_codes(labels)[0],)
        n_clusters = min(len(np.unique(way)) for way in ways)
        codes = np.column_stack(ways) if two_ways else ways[0]
        if n_clusters < 2:
            raise TooFewUnitsError(
                "clustered errors need two clusters.", where="ols", remedy="Add organisations."
            )
        if covariance == "cluster":
            matrix = result.get_robustcov_results("cluster", groups=codes, use_t=True).cov_params()
            freedom = np.full(k, float(n_clusters - 1))
        else:
            matrix, freedom = bell_mccaffrey(design, result.resid, codes)
    residual_sd = float(np.sqrt(result.ssr / (n - k - n_absorbed)))
    counts = (n, n_dropped, n_clusters)
    quality = (float(result.rsquared), residual_sd)
    return fit_of(names, result.params, matrix, freedom, counts=counts, quality=quality, kind=covariance)


def fit_of(
    names: tuple[str, ...],
    coefficients: FloatArray,
    matrix: FloatArray,
    freedom: FloatArray,
    *,
    counts: tuple[int, int, int | None],
    quality: tuple[float, float],
    kind: str,
) -> Fit:
    """Make a `Fit` of coefficients, their covariance and degrees of freedom."""
    errors = np.sqrt(np.clip(np.diag(matrix), 0.0, None))
    usable = errors > 0
    t_values = np.divide(coefficients, errors, out=np.full(len(errors), np.nan), where=usable)
    return Fit(
        names,
        frozen(coefficients),
        frozen(matrix),
        frozen(errors),
        frozen(t_values),
        frozen(freedom),
        *counts,
        *quality,
        kind,
    )


def _complete(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    names: Sequence[str],
    groups: npt.ArrayLike | None,
    covariances: Sequence[str],
) -> tuple[FloatArray, FloatArray, npt.NDArray[Any] | None, int]:
    outcome, design = one_column(y), floats(X)
    labels = None if groups is None else labels_of(groups)
    if design.ndim != 2 or outcome.shape != (len(design),) or design.shape[1] != len(names):
        raise InputRefusedError(
            f"shapes do not fit: y {outcome.shape}, X {design.shape}, {len(names)} names.", where="ols"
        )
    clustered = [covariance for covariance in covariances if covariance in ("cluster", "CR2")]
    if labels is None and clustered:
        raise InputRefusedError(
            f"{clustered[0]} errors need groups.",
            where="ols",
            remedy='Pass one label per row, or choose "HC3" or "classical".',
        )
    if labels is not None and labels.shape not in (outcome.shape, (len(outcome), 2)):
        raise InputRefusedError(f"{labels.shape} groups for {outcome.shape} rows.", where="ols")
    keep = np.isfinite(outcome) & np.isfinite(design).all(axis=1)
    if labels is not None:
        # A missing label is no cluster of its own.
        keep &= library("pandas").notna(labels).reshape(len(labels), -1).all(axis=1)
    if not keep.any():
        raise AllMissingError(
            "no row has every value.", where="ols", remedy="Check the coverage of its sources."
        )
    return outcome[keep], design[keep], None if labels is None else labels[keep], int((~keep).sum())
