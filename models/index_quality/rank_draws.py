"""Draws of everything that is uncertain about an index, and the ranks that each draw gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, IntArray
from models.errors import InputRefusedError, TooFewUnitsError
from models.index_quality.scoring import index_of
from models.index_quality.variants import (
    AGGREGATIONS,
    IMPUTATIONS,
    NORMALISATIONS,
    Aggregation,
    Imputation,
    Normalisation,
    aggregate,
    declared_weights,
    fill,
    normalise,
    positions,
    ranks_of,
)
from models.inputs import known_option

WeightDistribution = Literal["uniform", "dirichlet"]
FEWEST_ORGANIZATIONS = 3


@dataclass(frozen=True, slots=True, eq=False)
class RankSpec:
    """What is uncertain about the index, and how much; the defaults need scores only.

    Attributes
    ----------
    kinds : tuple of K str, optional
        Kind of change of each dimension; by default all dimensions are of one kind.
    weights : tuple of K float, optional
        Centre of the weights; by default kinds are equal, and dimensions within a kind.
    weight_distribution : {"uniform", "dirichlet"}
        uniform: each weight within `weight_range` of its centre as a share of it, then scaled to sum one (the
        quarter is the custom of the JRC's audits). dirichlet: with this mean and `concentration`.
    weight_range, concentration : float
    normalisations, aggregations, imputations : tuple
        Ways drawn with equal chance; the declared way is the first of each list in `variants`.
    rater_covariance : array (K, K), optional
        Covariance of one rater's scores within an organisation; without it raters are taken as exact.
    n_raters : array (n,), optional
        Raters of each organisation; needed with `rater_covariance`.
    missing_share : array (n, K), optional
        Share of each score that nobody answered; by default one where a score is missing, else zero.
    missing_shift : float
        Unseen answers lie up to this many points above or below what is seen, evenly, one draw per
        organisation (pattern mixture with a sensitivity parameter; Rubin 1987, section 6.2).
    top_share : float
        Share of organisations that counts as the top.
    n_draws, seed : int
    level : float
    """

    kinds: tuple[str, ...] | None = None
    weights: tuple[float, ...] | None = None
    weight_distribution: WeightDistribution = "uniform"
    weight_range: float = 0.25
    concentration: float = 60.0
    normalisations: tuple[Normalisation, ...] = NORMALISATIONS
    aggregations: tuple[Aggregation, ...] = AGGREGATIONS
    imputations: tuple[Imputation, ...] = IMPUTATIONS
    rater_covariance: npt.ArrayLike | None = None
    n_raters: npt.ArrayLike | None = None
    missing_share: npt.ArrayLike | None = None
    missing_shift: float = 15.0
    top_share: float = 0.25
    n_draws: int = 1000
    seed: int = 2005
    level: float = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class RankModel:
    """Scores of ranked organisations, ready for drawing: filled in every way, what is unseen, errors."""

    filled: FloatArray
    kind_of: IntArray
    centre: FloatArray
    missing_share: FloatArray
    rater_root: FloatArray
    per_rater: FloatArray
    declared: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """One entry per draw and group of inputs; the fields are the groups."""

    weights: FloatArray
    normalisation: IntArray
    aggregation: IntArray
    imputation: FloatArray
    raters: FloatArray


def rank_model(matrix: FloatArray, spec: RankSpec) -> tuple[npt.NDArray[np.bool_], RankModel]:
    k = matrix.shape[1]
    _known_ways(spec)
    for name, length in (("kinds", k), ("weights", k), ("n_raters", len(matrix))):
        given = getattr(spec, name)
        if given is not None and len(given) != length:
            raise InputRefusedError(
                f"{name} has {len(given)} entries for {length}.", where="rank_uncertainty"
            )
    kind_of = positions(spec.kinds, k)
    centre = declared_weights(kind_of) if spec.weights is None else np.asarray(spec.weights, dtype=float)
    if not (centre > 0).all():
        raise InputRefusedError("weights must be positive.", where="rank_uncertainty")
    ranked = np.isfinite(index_of(matrix, kind_of))
    if ranked.sum() < FEWEST_ORGANIZATIONS:
        raise TooFewUnitsError("ranks need three organisations with an index.", where="rank_uncertainty")
    own = matrix[ranked]
    share = ~np.isfinite(own) if spec.missing_share is None else np.asarray(spec.missing_share)[ranked]
    root, per_rater = np.zeros((k, k)), np.zeros(len(own))
    if spec.rater_covariance is not None:
        if spec.n_raters is None:
            raise InputRefusedError("rater_covariance needs n_raters.", where="rank_uncertainty")
        values, vectors = np.linalg.eigh(np.asarray(spec.rater_covariance, dtype=np.float64))
        root = (vectors * np.sqrt(np.clip(values, 0.0, None))) @ vectors.T
        per_rater = 1 / np.sqrt(np.asarray(spec.n_raters, dtype=np.float64)[ranked])
    filled = np.stack([fill(own, kind_of, how) for how in spec.imputations])
    declared = aggregate(fill(own, kind_of, "kind_mean"), centre / centre.sum(), kind_of, "arithmetic")
    model = RankModel(
        filled, kind_of, centre / centre.sum(), share.astype(np.float64), root, per_rater, declared
    )
    return ranked, model


def _known_ways(spec: RankSpec) -> None:
    """Refuse ways to build the index that there are not."""
    chosen = (
        ((spec.weight_distribution,), get_args(WeightDistribution)),
        (spec.normalisations, NORMALISATIONS),
        (spec.aggregations, AGGREGATIONS),
        (spec.imputations, IMPUTATIONS),
    )
    for ways, options in chosen:
        for way in ways:
            known_option(way, options, where="rank_uncertainty")


def draw(model: RankModel, spec: RankSpec, rng: np.random.Generator, n_draws: int) -> Draws:
    _, n, k = model.filled.shape
    if spec.weight_distribution == "dirichlet":
        weights = rng.dirichlet(spec.concentration * model.centre, size=n_draws)
    else:
        weights = model.centre * rng.uniform(1 - spec.weight_range, 1 + spec.weight_range, (n_draws, k))
        weights /= weights.sum(axis=1, keepdims=True)
    which = rng.integers(len(spec.imputations), size=(n_draws, 1))
    shift = rng.uniform(-spec.missing_shift, spec.missing_shift, (n_draws, n))
    noise = rng.standard_normal((n_draws, n, k)) if model.per_rater.any() else np.zeros((n_draws, 1, k))
    return Draws(
        weights=weights,
        normalisation=rng.integers(len(spec.normalisations), size=n_draws),
        aggregation=rng.integers(len(spec.aggregations), size=n_draws),
        imputation=np.hstack([which, shift]),
        raters=noise,
    )


def ranks_in(model: RankModel, draws: Draws, spec: RankSpec) -> FloatArray:
    """Rank the organisations in each draw (draws, n)."""
    scores = model.filled[draws.imputation[:, 0].astype(np.int64)]
    scores = scores + draws.imputation[:, 1:, None] * model.missing_share
    scores += (draws.raters @ model.rater_root.T) * model.per_rater[:, None]
    np.clip(scores, 0.0, 100.0, out=scores)
    index = np.empty(scores.shape[:2])
    for i, normalisation in enumerate(spec.normalisations):
        for j, aggregation in enumerate(spec.aggregations):
            own = (draws.normalisation == i) & (draws.aggregation == j)
            if own.any():
                brought = normalise(scores[own], normalisation)
                index[own] = aggregate(brought, draws.weights[own], model.kind_of, aggregation)
    return ranks_of(index)
