"""Other ways to build the same index: filling, normalising, weighting, adding up, many draws at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from models.arrays import FloatArray, IntArray, library, quotient
from models.index_quality.scoring import index_weights, kind_means, membership

Normalisation = Literal["goalposts", "min_max", "z_score", "percentile"]
Aggregation = Literal["arithmetic", "geometric", "geometric_of_kinds"]
Imputation = Literal["kind_mean", "dimension_mean", "regression"]
# The first of each is the declared way.
NORMALISATIONS: tuple[Normalisation, ...] = get_args(Normalisation)
AGGREGATIONS: tuple[Aggregation, ...] = get_args(Aggregation)
IMPUTATIONS: tuple[Imputation, ...] = get_args(Imputation)
# A geometric mean with one zero is zero whatever the rest is: scores count as at least one point.
LOWEST_POINT = 1.0


def declared_weights(kind_of: IntArray) -> FloatArray:
    """Give each dimension its weight (K,): kinds of change equal, dimensions equal within a kind."""
    return index_weights(np.ones(len(kind_of), dtype=np.bool_), kind_of)


def normalise(scores: FloatArray, how: Normalisation) -> FloatArray:
    """Bring scores (..., n, K) of n organisations to a common scale of about 0..100.

    goalposts: as they are, by the scale's own end points. min_max: the best 100, the worst 0. z_score: mean
    50, standard deviation 20. percentile: mid-rank share. A dimension in which nobody differs is 50 for all.
    """
    if how == "goalposts":
        return scores
    if how == "percentile":
        ranks = library("scipy.stats").rankdata(scores, axis=-2)
        return np.asarray(100 * (ranks - 0.5) / scores.shape[-2])
    if how == "min_max":
        low = scores.min(axis=-2, keepdims=True)
        width = scores.max(axis=-2, keepdims=True) - low
        return quotient(100 * (scores - low), width, 50.0)
    mean = scores.mean(axis=-2, keepdims=True)
    spread = scores.std(axis=-2, keepdims=True)
    return 50 + 20 * quotient(scores - mean, spread, 0.0)


def aggregate(scores: FloatArray, weights: FloatArray, kind_of: IntArray, how: Aggregation) -> FloatArray:
    """Add dimensions up to an index (..., n).

    Parameters
    ----------
    scores : array (..., n, K)
        Without gaps.
    weights : array (..., K)
        Positive, their sum one.
    kind_of : int array (K,)
    how : {"arithmetic", "geometric", "geometric_of_kinds"}
        Full compensation between dimensions; little; full within a kind of change and little between kinds.
    """
    if how == "arithmetic":
        return np.asarray((scores @ weights[..., :, None])[..., 0])
    if how == "geometric":
        logs = np.log(np.maximum(scores, LOWEST_POINT))
        return np.asarray(np.exp((logs @ weights[..., :, None])[..., 0]))
    member = membership(kind_of)
    of_kind = weights @ member
    within = (scores * weights[..., None, :]) @ member / of_kind[..., None, :]
    logs = np.log(np.maximum(within, LOWEST_POINT))
    return np.asarray(np.exp((logs @ of_kind[..., :, None])[..., 0]))


def fill(scores: FloatArray, kind_of: IntArray, how: Imputation) -> FloatArray:
    """Fill the gaps of scores (n, K); every organisation has at least one.

    kind_mean: the organisation's other dimensions of the same kind of change, as the index does; then all its
    dimensions. dimension_mean: the other organisations. regression: least squares on the organisation's other
    dimensions, each pair of dimensions by the organisations that have both, shrunk to stay solvable. A
    dimension that nobody has leaves kind_mean only.
    """
    gaps = ~np.isfinite(scores)
    if not gaps.any():
        return scores
    own = kind_means(scores, kind_of)[:, kind_of]
    level = np.nanmean(scores, axis=1, keepdims=True)
    by_kind = np.where(gaps, np.where(np.isfinite(own), own, level), scores)
    if how == "kind_mean" or gaps.all(axis=0).any():
        return by_kind
    if how == "regression":
        return _by_regression(scores)
    return np.where(gaps, np.nanmean(scores, axis=0), scores)


def ranks_of(index: FloatArray) -> FloatArray:
    """Rank organisations along the last axis: 1 the highest, equal ones their mean rank."""
    return np.asarray(library("scipy.stats").rankdata(-index, axis=-1))


def positions(names: Sequence[str] | None, n: int) -> IntArray:
    """Number the kinds of change of n dimensions in sorted order; one kind for all when none are named."""
    if names is None:
        return np.zeros(n, dtype=np.int64)
    return np.unique(np.asarray(names), return_inverse=True)[1].astype(np.int64)


def _by_regression(scores: FloatArray) -> FloatArray:
    known = np.isfinite(scores)
    mean = np.nanmean(scores, axis=0)
    centred = np.where(known, scores - mean, 0.0)
    pairs = np.maximum(known.T.astype(np.float64) @ known, 1.0)
    covariance = centred.T @ centred / pairs
    # Pairwise covariances need not be positive definite: a hundredth of the mean variance keeps them so here.
    covariance += np.eye(len(mean)) * max(0.01 * float(np.trace(covariance)) / len(mean), 1e-9)
    filled = scores.copy()
    for pattern in np.unique(known[~known.all(axis=1)], axis=0):
        rows = (known == pattern).all(axis=1)
        there, gone = np.flatnonzero(pattern), np.flatnonzero(~pattern)
        slope = np.linalg.solve(covariance[np.ix_(there, there)], covariance[np.ix_(there, gone)])
        filled[np.ix_(rows, gone)] = mean[gone] + centred[np.ix_(rows, there)] @ slope
    return np.clip(filled, 0.0, 100.0)
