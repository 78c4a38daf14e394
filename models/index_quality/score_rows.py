"""Rows about the scores: how exact, where they rank, what moves the ranks. Scales: `scale_rows`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, library
from models.index_quality.precision import Precision
from models.index_quality.rank_draws import RankSpec
from models.index_quality.ranks import RankIntervals, rank_sobol, rank_uncertainty
from models.index_quality.rows import ScoreRow, SobolRow
from models.index_quality.scoring import Responses, index_of
from models.index_quality.spec import QualitySpec
from models.raters import attempt, cell_agreement


def score_rows(read: Responses, precision: Precision | None, spec: QualitySpec) -> Iterator[ScoreRow]:
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


def sobol_rows(read: Responses, precision: Precision | None, spec: QualitySpec) -> Iterator[SobolRow]:
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


def _rank_spec(
    read: Responses, precision: Precision | None, own: npt.NDArray[np.bool_], spec: QualitySpec
) -> RankSpec:
    given = replace(spec.ranks, kinds=tuple(read.kinds[k] for k in read.kind_of))
    if precision is None:
        return given
    return replace(
        given,
        rater_covariance=precision.rater_covariance,
        n_raters=np.maximum(precision.n_raters[own], 1),
        missing_share=precision.missing_share[own],
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
