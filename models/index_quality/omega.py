"""McDonald's omega: what common factors carry of the total. Alpha: `reliability`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, dependent_columns, library
from models.errors import CollinearColumnsError, InputRefusedError, TooFewUnitsError
from models.index_quality.moments import (
    Missing,
    as_correlations,
    as_matrix,
    bootstrap_covariances,
    complete_rows,
    correlation,
    percentile_interval,
)
from models.index_quality.reliability import alpha_of

# A factor model of one factor has 2k parameters for k (k + 1) / 2 moments.
FEWEST_ITEMS = 3
# Shares of a column outside the span of the others below this count as none; printed data keep five digits.
DEPENDENT = 1e-6
# What iterations leave of a variance of one.
IMPROPER = 1e-4
# Largest last step of a loading: of an estimate, and of one draw among hundreds.
POINT_TOLERANCE = 1e-10
DRAW_TOLERANCE = 1e-6
# A loading of one is reached ever more slowly; what is left by then moves omega in the fourth digit.
MAX_STEPS = 1000


@dataclass(frozen=True, slots=True)
class OmegaInterval:
    """Omega total of one factor with its bootstrap interval."""

    omega_total: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class HierarchicalOmega:
    """Omega of a general factor above several group factors, on correlations.

    Attributes
    ----------
    omega_hierarchical : float
        Share of the total's variance that the general factor carries.
    omega_total : float
        Share that all common factors carry.
    alpha : float
        Standardised alpha.
    g6 : float
        Guttman's lambda 6.
    general_loadings : tuple of float
        Of the items after items with a negative one were turned.
    """

    omega_hierarchical: float
    omega_total: float
    alpha: float
    g6: float
    general_loadings: tuple[float, ...]


def omega_total(items: npt.ArrayLike, *, missing: Missing = "listwise") -> float:
    """Compute omega total of a one-factor model, by maximum likelihood on correlations.

    Parameters
    ----------
    items : array or DataFrame (n, k)
        Answers, items in columns, reversed ones already turned; NaN is missing.
    missing : {"listwise", "pairwise"}

    Returns
    -------
    float
        (sum of loadings)^2 over itself plus the sum of uniquenesses (McDonald 1999, chapter 6).

    Raises
    ------
    TooFewUnitsError
        With fewer than three items, or no more rows than items.
    ConstantExposureError
        When an item does not vary.
    AllMissingError
        Without any answer.
    """
    return float(_omega_of(factor_loadings(items, missing=missing)))


def factor_loadings(items: npt.ArrayLike, *, missing: Missing = "listwise") -> FloatArray:
    """Fit one factor to the correlations by maximum likelihood: loadings (k,), their sum not negative."""
    matrix = _items(items, "omega_total")
    if np.isfinite(matrix).any(axis=1).sum() <= matrix.shape[1]:
        raise TooFewUnitsError("a factor model needs more rows than items.", where="omega_total")
    r = correlation(matrix, missing, where="omega_total")
    values, vectors = np.linalg.eigh(r)
    start = vectors[:, -1] * np.sqrt(values[-1])
    loadings = one_factor(r[None], start, POINT_TOLERANCE)[0]
    return np.asarray(loadings * (1.0 if loadings.sum() >= 0 else -1.0))


def omega_interval(
    items: npt.ArrayLike,
    groups: npt.ArrayLike | None = None,
    *,
    level: float = 0.95,
    n_draws: int = 300,
    seed: int = 1999,
) -> OmegaInterval:
    """Compute omega total with an interval, resampling whole groups.

    Each draw refits the factor model from the estimate, all draws at once. Parameters, errors: as
    `omega_total`; rows with a missing answer are left out.
    """
    matrix = _items(items, "omega_interval")
    complete = complete_rows(matrix, where="omega_interval")
    loadings = factor_loadings(complete)
    own = None if groups is None else np.asarray(groups)[np.isfinite(matrix).all(axis=1)]
    drawn = as_correlations(bootstrap_covariances(complete, own, n_draws, seed))
    drawn = drawn[np.isfinite(drawn).all(axis=(1, 2))]
    fitted = one_factor(drawn, loadings)
    return OmegaInterval(float(_omega_of(loadings)), *percentile_interval(_omega_of(fitted), level))


def one_factor(correlations: FloatArray, start: FloatArray, tolerance: float = DRAW_TOLERANCE) -> FloatArray:
    """Fit one factor to each of many correlation matrices by expectation-maximisation.

    Parameters
    ----------
    correlations : array (m, k, k)
    start : array (k,)
        Loadings to begin from.
    tolerance : float
        Largest last step of a loading.

    Returns
    -------
    array (m, k)
        Maximum-likelihood loadings (Rubin and Thayer 1982), the sign as in `start`.
    """
    loadings = np.tile(start, (len(correlations), 1))
    unique = np.clip(1 - loadings**2, 1e-3, None)
    for _ in range(MAX_STEPS):
        scaled = loadings / unique
        beta = scaled / (1 + (loadings * scaled).sum(axis=1, keepdims=True))
        with_factor = (correlations @ beta[:, :, None])[:, :, 0]
        factor = (beta * with_factor).sum(axis=1) + 1 - (beta * loadings).sum(axis=1)
        new = with_factor / factor[:, None]
        unique = np.clip(1 - new * with_factor, 1e-6, None)
        step = float(np.abs(new - loadings).max(initial=0.0))
        loadings = new
        if step < tolerance:
            break
    return loadings


def omega_hierarchical(
    items: npt.ArrayLike, n_factors: int = 3, *, missing: Missing = "pairwise"
) -> HierarchicalOmega:
    """Split the common variance into a general factor and group factors.

    Minimum residuals (iterated principal axes), oblimin rotation, one factor above the factors and the
    Schmid-Leiman transformation; items with a negative general loading are turned (Zinbarg, Revelle, Yovel
    and Li 2005; R's psych `omega` with the same defaults).

    Parameters
    ----------
    items : array or DataFrame (n, k)
    n_factors : int
        Group factors, at least three: with two, the general factor is not determined.
    missing : {"listwise", "pairwise"}

    Raises
    ------
    InputRefusedError
        With fewer than three factors.
    CollinearColumnsError
        When an item is a combination of others.
    TooFewUnitsError, ConstantExposureError, AllMissingError
        As `omega_total`; also with fewer than three items per factor, or an improper solution.
    """
    where = "omega_hierarchical"
    if n_factors < FEWEST_ITEMS:
        raise InputRefusedError("a general factor needs three group factors.", where=where)
    matrix = _items(items, where)
    if matrix.shape[1] < FEWEST_ITEMS * n_factors:
        raise TooFewUnitsError(f"{n_factors} factors need {FEWEST_ITEMS * n_factors} items.", where=where)
    r = correlation(matrix, missing, where=where)
    dependent = dependent_columns(r, DEPENDENT)
    if dependent:
        raise CollinearColumnsError(tuple(str(j) for j in dependent), where=where)
    common = _principal_axes(r, n_factors)
    rotate = library("statsmodels.multivariate.factor_rotation").rotate_factors
    pattern, rotation = rotate(common, "quartimin")
    between = rotation.T @ rotation
    general = pattern @ _principal_axes(between, 1)[:, 0]
    turned = np.where(general < 0, -1.0, 1.0)
    keyed = r * np.outer(turned, turned)
    total = float(keyed.sum())
    uniqueness = 1 - np.einsum("ij,jk,ik->i", pattern, between, pattern)
    if not (uniqueness.min() >= -IMPROPER and np.abs(general).max() <= 1 + IMPROPER):
        raise TooFewUnitsError(
            "the factor solution is improper: a factor would carry more than all of an item.",
            where=where,
            remedy="Add rows, or use fewer factors.",
        )
    g6 = 1 - float((1 / np.diag(np.linalg.inv(r))).sum()) / total
    return HierarchicalOmega(
        float(np.abs(general).sum() ** 2 / total),
        float(1 - uniqueness.sum() / total),
        float(alpha_of(keyed)),
        g6,
        tuple(np.abs(general).tolist()),
    )


def _omega_of(loadings: FloatArray) -> FloatArray:
    common = loadings.sum(axis=-1) ** 2
    return np.asarray(common / (common + (1 - loadings**2).sum(axis=-1)))


def _items(items: npt.ArrayLike, where: str) -> FloatArray:
    matrix = as_matrix(items, where=where)
    if matrix.shape[1] < FEWEST_ITEMS:
        raise TooFewUnitsError("a factor model needs at least three items.", where=where)
    return matrix


def _principal_axes(r: FloatArray, n_factors: int) -> FloatArray:
    """Iterate principal axes to minimum residuals: unrotated loadings (k, n_factors)."""
    factor = library("statsmodels.multivariate.factor").Factor(corr=r, n_factor=n_factors, method="pa")
    return np.asarray(factor.fit(maxiter=1000, tol=1e-10).loadings)
