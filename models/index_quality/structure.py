"""How many components the answers hold and which items load on them. Scales: `reliability`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, frozen, library
from models.errors import TooFewUnitsError
from models.index_quality.moments import Missing, as_matrix, correlation


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """Principal components of correlations beside what chance gives; arrays are read-only.

    Attributes
    ----------
    eigenvalues : array (k,)
        Descending.
    explained : array (k,)
        Shares of the variance.
    thresholds : array (k,)
        Percentile of the eigenvalues of uncorrelated normal data of the same size.
    n_components : int
        Leading eigenvalues above their thresholds.
    loadings : array (k, k)
        Correlation of each variable (rows) with each component, the largest in a column positive.
    n_rows : int
        Size of the data sets of chance.
    """

    eigenvalues: FloatArray
    explained: FloatArray
    thresholds: FloatArray
    n_components: int
    loadings: FloatArray
    n_rows: int


def parallel_analysis(
    values: npt.ArrayLike,
    *,
    n_rows: int | None = None,
    percentile: float = 95.0,
    n_draws: int = 500,
    seed: int = 1965,
    missing: Missing = "listwise",
) -> Structure:
    """Compare the components of the data with those of uncorrelated data.

    Parameters
    ----------
    values : array or DataFrame (n, k)
        Items or dimensions in columns.
    n_rows : int, optional
        Independent rows, where rows of one organisation are not: chance spreads wider. By default all rows
        that have a value.
    percentile : float
    n_draws, seed : int
        Correlations are drawn from the Wishart distribution, which spares drawing the rows.
    missing : {"listwise", "pairwise"}

    Returns
    -------
    Structure
        Horn (1965), with a percentile instead of the mean as Glorfeld (1995).

    Raises
    ------
    TooFewUnitsError
        With fewer rows than columns.
    ConstantExposureError, AllMissingError
        When a column does not vary or nothing is there.
    """
    matrix = as_matrix(values, where="parallel_analysis")
    known = np.isfinite(matrix)
    rows = int((known.all(axis=1) if missing == "listwise" else known.any(axis=1)).sum())
    rows = min(rows, n_rows) if n_rows is not None else rows
    k = matrix.shape[1]
    if rows <= k:
        raise TooFewUnitsError(f"{rows} rows cannot show {k} components.", where="parallel_analysis")
    r = correlation(matrix, missing, where="parallel_analysis")
    values_up, vectors_up = np.linalg.eigh(r)
    eigenvalues, vectors = values_up[::-1], vectors_up[:, ::-1]
    thresholds = np.percentile(_chance(rows, k, n_draws, seed), percentile, axis=0)
    loadings = vectors * np.sqrt(np.clip(eigenvalues, 0.0, None))
    largest = loadings[np.abs(loadings).argmax(axis=0), np.arange(k)]
    return Structure(
        frozen(eigenvalues),
        frozen(eigenvalues / k),
        frozen(thresholds),
        int(np.cumprod(eigenvalues > thresholds).sum()),
        frozen(loadings * np.where(largest < 0, -1.0, 1.0)),
        rows,
    )


def _chance(n: int, k: int, n_draws: int, seed: int) -> FloatArray:
    """Draw eigenvalues of correlations of n uncorrelated normal rows, descending (draws, k)."""
    rng = np.random.default_rng(seed)
    scatter = library("scipy.stats").wishart(n - 1, np.eye(k)).rvs(n_draws, random_state=rng)
    scatter = np.reshape(scatter, (n_draws, k, k))
    spread = np.sqrt(np.diagonal(scatter, axis1=1, axis2=2))
    drawn = np.linalg.eigvalsh(scatter / (spread[:, :, None] * spread[:, None, :]))
    return np.asarray(drawn[:, ::-1])
