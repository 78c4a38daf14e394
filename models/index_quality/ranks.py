"""Rank intervals: every choice behind the index drawn jointly, each organisation ranked anew in each draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, frozen
from models.errors import InputRefusedError
from models.index_quality.moments import as_matrix
from models.index_quality.rank_draws import Draws, RankSpec, draw, rank_model, ranks_in
from models.index_quality.sobol import SobolShare, sobol_shares
from models.index_quality.variants import ranks_of

GROUPS = ("weights", "normalisation", "aggregation", "imputation", "raters")
# A mean of scores of 100 may come out this much above it.
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class RankIntervals:
    """Ranks under uncertainty, one entry per organisation in the order given; arrays are read-only.

    Attributes
    ----------
    labels : tuple of str
    index, rank : array (n,)
        As declared; rank 1 is the highest. NaN for an organisation without an index, which is not ranked.
    median, low, high : array (n,)
        Of the rank over the draws.
    top_probability : array (n,)
        Share of draws in which the organisation is among the top (a quarter by default).
    mean_shift : array (draws,)
        Mean absolute difference from the declared ranks in each draw.
    """

    labels: tuple[str, ...]
    index: FloatArray
    rank: FloatArray
    median: FloatArray
    low: FloatArray
    high: FloatArray
    top_probability: FloatArray
    mean_shift: FloatArray


def rank_uncertainty(
    scores: npt.ArrayLike, spec: RankSpec | Mapping[str, Any] | None = None
) -> RankIntervals:
    """Rank organisations in every draw of what is uncertain about the index.

    Parameters
    ----------
    scores : DataFrame or array (n, K)
        Dimensions 0..100 in columns, one organisation per row; NaN is missing.
    spec : RankSpec or mapping of its fields, optional

    Returns
    -------
    RankIntervals

    Raises
    ------
    TooFewUnitsError
        With fewer than three organisations that have an index, or one dimension.
    InputRefusedError
        When the spec does not fit the scores.

    Notes
    -----
    Saisana, Saltelli and Tarantola (2005); OECD/JRC Handbook on constructing composite indicators (2008),
    step 7.
    """
    chosen, labels, matrix = _read(scores, spec)
    ranked, model = rank_model(matrix, chosen)
    rng = np.random.default_rng(chosen.seed)
    ranks = ranks_in(model, draw(model, chosen, rng, chosen.n_draws), chosen)
    tail = (1 - chosen.level) / 2
    low, median, high = np.quantile(ranks, [tail, 0.5, 1 - tail], axis=0)
    top = (ranks <= chosen.top_share * ranks.shape[1]).mean(axis=0)
    reference = ranks_of(model.declared)

    def spread(values: FloatArray) -> FloatArray:
        full = np.full(len(matrix), np.nan)
        full[ranked] = values
        return frozen(full)

    return RankIntervals(
        labels,
        index=spread(model.declared),
        rank=spread(reference),
        median=spread(median),
        low=spread(low),
        high=spread(high),
        top_probability=spread(top),
        mean_shift=frozen(np.abs(ranks - reference).mean(axis=1)),
    )


def rank_sobol(
    scores: npt.ArrayLike, spec: RankSpec | Mapping[str, Any] | None = None, *, n_runs: int = 512
) -> tuple[SobolShare, ...]:
    """Share out the variance of the mean absolute rank change over the groups of choices.

    Parameters, errors: as `rank_uncertainty`; also ConstantOutcomeError when nothing is uncertain.

    Returns
    -------
    tuple of SobolShare
        weights, normalisation, aggregation, imputation, raters.

    Notes
    -----
    Saltelli's design with groups: A, B, and A with one group taken from B; n (k + 2) runs.
    """
    chosen, _, matrix = _read(scores, spec)
    _, model = rank_model(matrix, chosen)
    rng = np.random.default_rng(chosen.seed)
    a, b = (draw(model, chosen, rng, n_runs) for _ in range(2))
    reference = ranks_of(model.declared)

    def run(draws: Draws) -> FloatArray:
        return np.asarray(np.abs(ranks_in(model, draws, chosen) - reference).mean(axis=1))

    mixed = [run(replace(a, **{group: getattr(b, group)})) for group in GROUPS]
    return sobol_shares(GROUPS, run(a), run(b), mixed, level=chosen.level, seed=chosen.seed)


def _read(
    scores: npt.ArrayLike, spec: RankSpec | Mapping[str, Any] | None
) -> tuple[RankSpec, tuple[str, ...], FloatArray]:
    if spec is None or isinstance(spec, Mapping):
        given = dict(spec or {})
        unknown = sorted(set(given) - {field.name for field in fields(RankSpec)})
        if unknown:
            raise InputRefusedError(f"the spec has no {', '.join(unknown)}.", where="rank_uncertainty")
        spec = RankSpec(**given)
    matrix = as_matrix(scores, where="rank_uncertainty")
    if (matrix < -ROUNDING).any() or (matrix > 100 + ROUNDING).any():
        raise InputRefusedError(
            "a score leaves 0..100.", where="rank_uncertainty", remedy="Bring scores to 0..100 first."
        )
    index = getattr(scores, "index", range(len(matrix)))
    return spec, tuple(str(label) for label in index), matrix
