"""The spec's index formula on arrays: a second route to dbt's index, for truth and tests only."""

from __future__ import annotations

import numpy as np

from contracts.instrument import Instrument
from models.demo.aliases import Floats, Integers
from models.demo.assessment import Answers


def observed_index(answers: Answers, instrument: Instrument, n_organizations: int, n_waves: int) -> Floats:
    """Bring answers to the integration index.

    Parameters
    ----------
    answers : Answers
    instrument : Instrument
    n_organizations, n_waves : int

    Returns
    -------
    float of shape (organizations, waves), 0 to 100, not-a-number where a kind of change is missing

    Notes
    -----
    design/method.md section 1: fixed goalposts, mean of answered items when two thirds are answered, mean
    over raters, mean over the dimensions of a kind, mean of the three kinds.
    """
    is_reversed = np.array([item.is_reversed for item in instrument.items])
    scores = np.where(is_reversed, 100 - answers.levels * 25, answers.levels * 25.0)
    scores = np.where(answers.levels < 0, np.nan, scores)
    cell = answers.organization * n_waves + answers.wave
    kinds: dict[str, list[Floats]] = {}
    for dimension in instrument.dimensions:
        columns = [i for i, item in enumerate(instrument.items) if item.dimension == dimension.code]
        block = scores[:, columns]
        answered = np.isfinite(block).sum(axis=1)
        enough = answered >= instrument.minimum_answered_share * len(columns) - 1e-9
        mean = np.where(enough, np.nansum(block, axis=1) / np.maximum(answered, 1), np.nan)
        kinds.setdefault(dimension.kind, []).append(_cell_mean(mean, cell, n_organizations * n_waves))
    by_kind = [np.nanmean(np.stack(parts), axis=0) for parts in kinds.values()]
    index: Floats = np.mean(np.stack(by_kind), axis=0).reshape(n_organizations, n_waves)
    return index


def _cell_mean(values: Floats, cell: Integers, n_cells: int) -> Floats:
    known = np.isfinite(values)
    total = np.bincount(cell[known], values[known], minlength=n_cells)
    count = np.bincount(cell[known], minlength=n_cells)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
