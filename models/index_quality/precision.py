"""How exact the scores of an organisation are, given that its raters differ. Agreement: `agreement`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, IntArray, frozen, group_sums, quotient
from models.errors import TooFewUnitsError
from models.index_quality.scoring import Responses, index_of, index_weights, membership


@dataclass(frozen=True, slots=True, eq=False)
class Precision:
    """Sampling error of the scores of C cells by K dimensions; arrays are read-only.

    Attributes
    ----------
    n_raters : int array (C,)
        Respondents with at least one dimension.
    missing_share : array (C, K)
        Share of the dimension's answers that were not given.
    rater_covariance : array (K, K)
        Of one rater's dimensions within a cell, pooled over cells; points squared.
    index_variance : array (C,)
        Of the cell's index, from its own raters; from the pooled covariance where there is one rater. NaN
        without an index.
    """

    n_raters: IntArray
    missing_share: FloatArray
    rater_covariance: FloatArray
    index_variance: FloatArray


def measure_precision(responses: Responses) -> Precision:
    """Measure the raters' sampling error in every score.

    The index is a sum over raters of their weighted deviations; its variance is the sum of their squares,
    times n / (n - 1).

    Raises
    ------
    TooFewUnitsError
        When no organisation has two raters.
    """
    cell, n_cells = responses.cell, responses.n_cells
    known = np.isfinite(responses.respondent_dimensions())
    deviations = within_deviations(responses)
    raters = group_sums(known.astype(np.float64), cell, n_cells)
    freedom = _freedom(known, raters, cell)
    if np.diag(freedom).min() < 1:
        raise TooFewUnitsError("no organisation has two raters in a wave.", where="measure_precision")
    products = deviations.T @ deviations
    covariance = quotient(products, np.where(freedom > 0.5, freedom, 0.0), 0.0)

    n_raters = np.bincount(cell[known.any(axis=1)], minlength=n_cells)
    weights = index_weights(raters > 0, responses.kind_of)
    influence = (deviations * (weights / np.maximum(raters, 1))[cell]).sum(axis=1)
    own = np.bincount(cell, weights=influence**2, minlength=n_cells)
    pooled = np.einsum("ci,ij,cj->c", weights, covariance, weights) / np.maximum(n_raters, 1)
    variance = np.where(n_raters > 1, own * n_raters / np.maximum(n_raters - 1, 1), pooled)
    index = index_of(responses.cell_dimensions(), responses.kind_of)

    of_dimension = membership(responses.dimension_of)
    given = group_sums(np.isfinite(responses.items) @ of_dimension, cell, n_cells)
    possible = np.bincount(cell, minlength=n_cells)[:, None] * of_dimension.sum(axis=0)
    return Precision(
        n_raters,
        frozen(1 - given / possible),
        frozen(covariance),
        frozen(np.where(np.isfinite(index), variance, np.nan)),
    )


def within_deviations(responses: Responses) -> FloatArray:
    """Take the cell's mean out of every respondent's dimensions (R, K); zero where a dimension is missing."""
    scores = responses.respondent_dimensions()
    return np.nan_to_num(scores - responses.cell_dimensions()[responses.cell], nan=0.0)


def _freedom(known: npt.NDArray[np.bool_], raters: FloatArray, cell: IntArray) -> FloatArray:
    """Expected product of two deviations over their covariance, summed over raters (K, K).

    With n_d and n_e raters of the two dimensions and b of both, a cell gives
    b (1 - 1/n_d - 1/n_e + b/(n_d n_e)).
    """
    n_cells, k = raters.shape
    pairs = (known[:, :, None] & known[:, None, :]).reshape(len(known), k * k)
    both = group_sums(pairs.astype(np.float64), cell, n_cells).reshape(n_cells, k, k)
    share = quotient(1.0, raters, 0.0)
    first, second = share[:, :, None], share[:, None, :]
    return np.asarray((both * (1 - first - second + both * first * second)).sum(axis=0))
