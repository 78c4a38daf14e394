"""What the ranks would be without one item or dimension, or by another way of building the index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.arrays import FloatArray
from models.index_quality.scoring import Responses, cell_means, dimension_scores, index_of
from models.index_quality.structure import parallel_analysis
from models.index_quality.variants import (
    Normalisation,
    aggregate,
    declared_weights,
    fill,
    normalise,
    ranks_of,
)

Change = Literal["item", "dimension", "variant"]
FEWEST_ORGANIZATIONS = 3
RESCALED: tuple[Normalisation, ...] = ("min_max", "z_score", "percentile")


@dataclass(frozen=True, slots=True)
class RankChange:
    """Ranks and index of one wave, recomputed with one change, against the declared ones.

    Attributes
    ----------
    wave, change, name : str
        What was left out (item or dimension), or which variant was used.
    n_organizations : int
        Those with an index both ways.
    spearman, kendall : float
        Rank correlations with the declared ranks; NaN when all ranks are equal.
    mean_shift, max_shift : float
        Absolute difference in ranks.
    mean_change, max_change : float
        Absolute difference in index points; NaN for variants on another scale.
    """

    wave: str
    change: Change
    name: str
    n_organizations: int
    spearman: float
    kendall: float
    mean_shift: float
    max_shift: float
    mean_change: float
    max_change: float


def rank_changes(responses: Responses) -> tuple[RankChange, ...]:
    """Rebuild the index without each item and dimension, and by each variant, wave by wave.

    Variants: equal_dimensions, pca (weights by the first component's loadings), geometric,
    geometric_of_kinds, min_max, z_score, percentile.

    Returns
    -------
    tuple of RankChange
        By wave, then items, dimensions and variants in the instrument's order. Waves with fewer than three
        organisations have none.
    """
    dimensions = responses.cell_dimensions()
    declared = index_of(dimensions, responses.kind_of)
    without = [*_without_items(responses, dimensions), *_without_dimensions(responses, dimensions)]
    waves = np.asarray(responses.waves)
    rows: list[RankChange] = []
    for wave in sorted(set(responses.waves)):
        own = waves == wave
        if np.isfinite(declared[own]).sum() < FEWEST_ORGANIZATIONS:
            continue
        rows += [
            _compare(wave, change, name, declared[own], index[own], same_scale=True)
            for change, name, index in without
        ]
        rows += [
            _compare(wave, "variant", name, declared[own], index, same_scale=name not in RESCALED)
            for name, index in _variants(responses, dimensions[own], declared[own])
        ]
    return tuple(rows)


def _without_items(responses: Responses, dimensions: FloatArray) -> Iterator[tuple[Change, str, FloatArray]]:
    for j, code in enumerate(responses.item_codes):
        d = int(responses.dimension_of[j])
        rest = (responses.dimension_of == d) & (np.arange(len(responses.item_codes)) != j)
        changed = dimensions.copy()
        changed[:, d] = np.nan
        if rest.any():
            own = responses.items[:, rest]
            scores = dimension_scores(own, np.zeros(own.shape[1], np.int64), 1, responses.minimum_share)
            changed[:, d] = cell_means(scores, responses.cell, responses.n_cells)[:, 0]
        yield "item", code, index_of(changed, responses.kind_of)


def _without_dimensions(
    responses: Responses, dimensions: FloatArray
) -> Iterator[tuple[Change, str, FloatArray]]:
    """Leave each dimension out; a kind of change with no other dimension drops out of the mean."""
    for d, code in enumerate(responses.dimensions):
        kept = np.arange(len(responses.dimensions)) != d
        kind_of = np.unique(responses.kind_of[kept], return_inverse=True)[1].astype(np.int64)
        yield "dimension", code, index_of(dimensions[:, kept], kind_of)


def _variants(
    responses: Responses, dimensions: FloatArray, declared: FloatArray
) -> Iterator[tuple[str, FloatArray]]:
    known = np.isfinite(declared)
    kind_of = responses.kind_of
    scores = fill(dimensions[known], kind_of, "kind_mean")
    weights = declared_weights(kind_of)
    k = len(kind_of)

    def spread(values: FloatArray) -> FloatArray:
        full = np.full(len(declared), np.nan)
        full[known] = values
        return full

    yield "equal_dimensions", spread(aggregate(scores, np.full(k, 1 / k), kind_of, "arithmetic"))
    if len(scores) > k and (scores.std(axis=0) > 0).all():
        first = np.abs(parallel_analysis(scores, n_draws=1).loadings[:, 0])
        yield "pca", spread(aggregate(scores, first / first.sum(), kind_of, "arithmetic"))
    yield "geometric", spread(aggregate(scores, weights, kind_of, "geometric"))
    yield "geometric_of_kinds", spread(aggregate(scores, weights, kind_of, "geometric_of_kinds"))
    for how in RESCALED:
        yield how, spread(aggregate(normalise(scores, how), weights, kind_of, "arithmetic"))


def _compare(
    wave: str, change: Change, name: str, declared: FloatArray, other: FloatArray, *, same_scale: bool
) -> RankChange:
    both = np.isfinite(declared) & np.isfinite(other)
    nan = float("nan")
    if both.sum() < FEWEST_ORGANIZATIONS:
        return RankChange(wave, change, name, int(both.sum()), nan, nan, nan, nan, nan, nan)
    first, second = ranks_of(declared[both]), ranks_of(other[both])
    shift = np.abs(first - second)
    moved = np.abs(declared[both] - other[both])
    differ = np.ptp(first) > 0 and np.ptp(second) > 0
    return RankChange(
        wave,
        change,
        name,
        int(both.sum()),
        float(np.corrcoef(first, second)[0, 1]) if differ else nan,
        _kendall(first, second) if differ else nan,
        float(shift.mean()),
        float(shift.max()),
        float(moved.mean()) if same_scale else nan,
        float(moved.max()) if same_scale else nan,
    )


def _kendall(first: FloatArray, second: FloatArray) -> float:
    """Kendall's tau-b by comparing every pair, which for a few thousand organisations is the quickest."""
    a, b = ((ranks[:, None] > ranks).astype(np.int8) - (ranks[:, None] < ranks) for ranks in (first, second))
    return float((a * b).sum() / np.sqrt(float(np.abs(a).sum()) * float(np.abs(b).sum())))
