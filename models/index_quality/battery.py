"""Everything about the quality of the index from the assessment's answers: one call, rows for tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from models.arrays import FloatArray, library
from models.index_quality.decomposition import Decomposition, decompose
from models.index_quality.leave_out import RankChange, rank_changes
from models.index_quality.mood import rater_mood
from models.index_quality.omega import factor_loadings, omega_hierarchical, omega_interval
from models.index_quality.precision import Precision, measure_precision
from models.index_quality.rank_draws import RankSpec
from models.index_quality.ranks import RankIntervals, rank_sobol, rank_uncertainty
from models.index_quality.reliability import item_statistics
from models.index_quality.rows import ComponentRow, ItemRow, LoadingRow, ScoreRow, SobolRow
from models.index_quality.scoring import Responses, index_of
from models.index_quality.shares import clustered_share
from models.index_quality.structure import Structure, parallel_analysis
from models.index_quality.watch import WatchRow, watch
from models.raters import QualityRow, attempt, cell_agreement, quality_rows
from models.responses import read_responses

if TYPE_CHECKING:
    import pandas as pd

    from contracts.instrument import Instrument

# The kinds of change are the group factors below a general one; where the answers hold fewer components, what
# is called general would be an accident of the rotation.
GROUP_FACTORS = 3


@dataclass(frozen=True, slots=True)
class QualitySpec:
    """How much is drawn, and what counts as agreement.

    Attributes
    ----------
    ranks : RankSpec
        What is uncertain about the index; kinds, raters and what is missing are read off the answers.
    n_sobol_runs : int
        Per sample; the shares are computed for the last wave.
    n_bootstrap : int
        Draws of each interval that resamples organisations.
    minimum_agreement : float
        r_wg(j) below which raters do not agree enough (LeBreton and Senter 2008: 0.70).
    """

    ranks: RankSpec = field(default_factory=RankSpec)
    n_sobol_runs: int = 1024
    n_bootstrap: int = 300
    minimum_agreement: float = 0.70


@dataclass(frozen=True, slots=True)
class IndexQuality:
    """All results; every tuple is in a fixed order. What cannot be computed is left out.

    Attributes
    ----------
    quality : tuple of QualityRow
        Reliability, agreement, mood and number of components, by scope.
    items, components, loadings : tuple
        By instrument order; components and loadings of "items" and of "dimensions".
    scores : tuple of ScoreRow
        By organisation and wave: index with interval, agreement, rank interval.
    sobol : tuple of SobolRow
    changes : tuple of RankChange
    watch : tuple of WatchRow
    decomposition : Decomposition
        Cells in the order of `scores`, items in the instrument's order.
    """

    quality: tuple[QualityRow, ...]
    items: tuple[ItemRow, ...]
    components: tuple[ComponentRow, ...]
    loadings: tuple[LoadingRow, ...]
    scores: tuple[ScoreRow, ...]
    sobol: tuple[SobolRow, ...]
    changes: tuple[RankChange, ...]
    watch: tuple[WatchRow, ...]
    decomposition: Decomposition


def assess_index(
    answers: pd.DataFrame, instrument: Instrument, spec: QualitySpec | None = None
) -> IndexQuality:
    """Compute every measure of the quality of the index.

    Parameters
    ----------
    answers : DataFrame
        `assessment_answers`; `answered_at` is needed only for what looks at dates.
    instrument : Instrument
    spec : QualitySpec, optional

    Returns
    -------
    IndexQuality
        The same bytes for the same answers in any row order.

    Raises
    ------
    InputRefusedError
        When the answers break their contract.
    """
    chosen = spec or QualitySpec()
    read = read_responses(answers, instrument)
    # One BLAS thread: the digits do not depend on the number of cores.
    with library("threadpoolctl").threadpool_limits(limits=1, user_api="blas"):
        precision = attempt(partial(measure_precision, read))
        structures = dict(_structures(read))
        components, loadings = _component_rows(read, structures)
        return IndexQuality(
            quality=(*quality_rows(read), *_more_quality(read, structures, chosen)),
            items=tuple(_item_rows(read, chosen)),
            components=components,
            loadings=loadings,
            scores=tuple(_score_rows(read, precision, chosen)),
            sobol=tuple(_sobol_rows(read, precision, chosen)),
            changes=rank_changes(read),
            watch=watch(read, [stage.lower for stage in instrument.stages if stage.lower > 0]),
            decomposition=decompose(read),
        )


def _more_quality(
    read: Responses, structures: dict[str, Structure], spec: QualitySpec
) -> Iterator[QualityRow]:
    owner = _owners(read)
    scopes = {"index": read.items}
    scopes |= {code: read.items[:, read.dimension_of == d] for d, code in enumerate(read.dimensions)}
    for scope, items in scopes.items():
        omega = attempt(partial(omega_interval, items, owner, n_draws=spec.n_bootstrap))
        if omega is not None:
            yield QualityRow("omega_total", omega.omega_total, omega.low, omega.high, scope)
    found = structures.get("items")
    enough = found is not None and found.n_components >= GROUP_FACTORS
    general = attempt(partial(omega_hierarchical, read.items, GROUP_FACTORS)) if enough else None
    if general is not None:
        yield QualityRow("omega_hierarchical", general.omega_hierarchical, None, None, "index")
    mood = attempt(partial(rater_mood, read, n_draws=spec.n_bootstrap))
    if mood is not None:
        yield QualityRow("rater_mood_share", mood.share, mood.low, mood.high, "index")
    agreement = cell_agreement(read)
    low = attempt(
        partial(
            clustered_share,
            agreement < spec.minimum_agreement,
            np.isfinite(agreement),
            read.organizations,
            0.0,
        )
    )
    if low is not None:
        yield QualityRow("low_agreement_share", low.share, low.low, low.high, "index")
    for scope, structure in structures.items():
        yield QualityRow("n_components", float(structure.n_components), None, None, scope)


def _structures(read: Responses) -> Iterator[tuple[str, Structure]]:
    """Components of items and of dimensions; chance is that of as many rows as there are organisations."""
    n = len(set(read.organizations))
    for scope, values in (("items", read.items), ("dimensions", read.cell_dimensions())):
        found = attempt(partial(parallel_analysis, values, n_rows=n, missing="pairwise"))
        if found is not None:
            yield scope, found


def _component_rows(
    read: Responses, structures: dict[str, Structure]
) -> tuple[tuple[ComponentRow, ...], tuple[LoadingRow, ...]]:
    components, loadings = [], []
    for scope, found in structures.items():
        names = read.item_codes if scope == "items" else read.dimensions
        components += [
            ComponentRow(
                scope,
                c + 1,
                float(found.eigenvalues[c]),
                float(found.explained[c]),
                float(found.thresholds[c]),
                c < found.n_components,
            )
            for c in range(len(names))
        ]
        loadings += [
            LoadingRow(scope, c + 1, name, float(found.loadings[j, c]))
            for c in range(max(found.n_components, 1))
            for j, name in enumerate(names)
        ]
    return tuple(components), tuple(loadings)


def _item_rows(read: Responses, spec: QualitySpec) -> Iterator[ItemRow]:
    owner = _owners(read)
    for d, dimension in enumerate(read.dimensions):
        columns = np.flatnonzero(read.dimension_of == d)
        items = read.items[:, columns]
        found = attempt(partial(item_statistics, items, groups=owner, n_draws=spec.n_bootstrap))
        loadings = attempt(partial(factor_loadings, items))
        for one in found or ():
            loading = float("nan") if loadings is None else float(loadings[one.position])
            yield ItemRow(
                read.item_codes[columns[one.position]],
                dimension,
                one.n_answers,
                one.mean,
                one.standard_deviation,
                one.item_rest,
                one.low,
                one.high,
                one.alpha_if_deleted,
                loading,
            )


def _rank_spec(read: Responses, precision: Precision | None, own: np.ndarray, spec: QualitySpec) -> RankSpec:
    given = replace(spec.ranks, kinds=tuple(read.kinds[k] for k in read.kind_of))
    if precision is None:
        return given
    return replace(
        given,
        rater_covariance=precision.rater_covariance,
        n_raters=np.maximum(precision.n_raters[own], 1),
        missing_share=precision.missing_share[own],
    )


def _score_rows(read: Responses, precision: Precision | None, spec: QualitySpec) -> Iterator[ScoreRow]:
    dimensions, agreement = read.cell_dimensions(), cell_agreement(read)
    index, waves = index_of(dimensions, read.kind_of), np.asarray(read.waves)
    ranks = np.full((5, read.n_cells), np.nan)
    for wave in sorted(set(read.waves)):
        own = waves == wave
        found: RankIntervals | None = attempt(
            partial(rank_uncertainty, dimensions[own], _rank_spec(read, precision, own, spec))
        )
        if found is not None:
            ranks[:, own] = (found.rank, found.median, found.low, found.high, found.top_probability)
    errors, half = _index_errors(read, precision)
    raters = np.bincount(read.cell, minlength=read.n_cells) if precision is None else precision.n_raters
    answered = np.bincount(read.cell, weights=np.isfinite(read.items).mean(axis=1)) / np.bincount(read.cell)
    for c in range(read.n_cells):
        yield ScoreRow(
            read.organizations[c],
            read.waves[c],
            float(index[c]),
            float(errors[c]),
            float(max(index[c] - half[c], 0.0)),
            float(min(index[c] + half[c], 100.0)),
            int(raters[c]),
            float(agreement[c]),
            bool(agreement[c] < spec.minimum_agreement),
            float(1 - answered[c]),
            *(float(value) for value in ranks[:, c]),
        )


def _index_errors(read: Responses, precision: Precision | None) -> tuple[FloatArray, FloatArray]:
    """Give standard error and half a 95 % interval of each index, t with the cell's raters less one."""
    if precision is None:
        unknown = np.full(read.n_cells, np.nan)
        return unknown, unknown
    errors = np.sqrt(precision.index_variance)
    pooled = len(read.cell) - read.n_cells
    freedom = np.where(precision.n_raters > 1, precision.n_raters - 1, max(pooled, 1))
    return errors, library("scipy.stats").t.ppf(0.975, freedom) * errors


def _sobol_rows(read: Responses, precision: Precision | None, spec: QualitySpec) -> Iterator[SobolRow]:
    if not read.n_cells:
        return
    wave = max(read.waves)
    own = np.asarray(read.waves) == wave
    chosen = _rank_spec(read, precision, own, spec)
    run = partial(rank_sobol, read.cell_dimensions()[own], chosen, n_runs=spec.n_sobol_runs)
    for share in attempt(run) or ():
        yield SobolRow(
            wave,
            share.name,
            share.first_order,
            share.first_low,
            share.first_high,
            share.total,
            share.total_low,
            share.total_high,
        )


def _owners(read: Responses) -> np.ndarray:
    return np.asarray(read.organizations)[read.cell]
