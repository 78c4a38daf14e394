"""Manipulations of planted assessments, each the kind that one sign must catch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.index_quality import Responses, decompose, item_scores

CUTOFFS = (20.0, 40.0, 60.0, 80.0)


def with_levels(responses: Responses, levels: np.ndarray) -> Responses:
    return replace(responses, levels=levels, items=item_scores(levels, responses.is_reversed))


def raise_answers(responses: Responses, chosen: np.ndarray) -> Responses:
    """Raise the chosen answers (R, J) by one level in the direction that scores."""
    levels = responses.levels.copy()
    up = np.where(responses.is_reversed, -1.0, 1.0)
    levels = np.where(chosen, np.clip(levels + up, 0, 4), levels)
    return with_levels(responses, levels)


def lift_over_cutoffs(responses: Responses, share: float, reach: float = 3.0, seed: int = 0) -> Responses:
    """Lift a share of the scores that miss a cut-off by less than `reach` over it, answer by answer."""
    rng = np.random.default_rng(seed)
    split = decompose(responses)
    chosen = np.zeros(responses.levels.shape, dtype=bool)
    for cell, index in enumerate(split.index):
        gap = min((cutoff - index for cutoff in CUTOFFS if cutoff > index), default=np.inf)
        if gap > reach or rng.random() > share:
            continue
        rows = np.flatnonzero(responses.cell == cell)
        room = np.argwhere(responses.items[rows] < 100)
        rng.shuffle(room)
        gains = np.cumsum(25 * split.weights[rows[room[:, 0]], room[:, 1]])
        needed = room[: int(np.searchsorted(gains, gap)) + 1]
        chosen[rows[needed[:, 0]], needed[:, 1]] = True
    return raise_answers(responses, chosen)


def push_the_last_week(responses: Responses, share: float, strength: float, seed: int = 0) -> Responses:
    """In a share of the organisations, raise a share of the answers given in the last week."""
    rng = np.random.default_rng(seed)
    last = {w: responses.answered_at[_in_wave(responses, w)].max() for w in set(responses.waves)}
    deadline = np.array([last[responses.waves[c]] for c in responses.cell])
    late = responses.answered_at > deadline - np.timedelta64(7, "D")
    pushed = rng.random(responses.n_cells)[responses.cell] < share
    chosen = (late & pushed)[:, None] & (rng.random(responses.levels.shape) < strength)
    return raise_answers(responses, chosen)


def fill_in_straight(responses: Responses, share: float, level: float = 4.0, seed: int = 0) -> Responses:
    """Let a share of the respondents choose one level throughout."""
    straight = np.random.default_rng(seed).random(len(responses.cell)) < share
    return with_levels(responses, np.where(straight[:, None], level, responses.levels))


def copy_colleagues(responses: Responses, share: float, seed: int = 0) -> Responses:
    """In a share of the organisations, let the second respondent copy the first, but for one answer."""
    rng = np.random.default_rng(seed)
    levels = responses.levels.copy()
    for cell in np.flatnonzero(rng.random(responses.n_cells) < share):
        first, second = np.flatnonzero(responses.cell == cell)[:2]
        levels[second] = levels[first]
        levels[second, 0] = (np.nan_to_num(levels[first, 0]) + 1) % 5
    return with_levels(responses, levels)


def _in_wave(responses: Responses, wave: str) -> np.ndarray:
    return np.array([responses.waves[c] == wave for c in responses.cell])
