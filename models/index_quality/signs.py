"""Counting four signs that an index is played to, by organisation and wave. The verdict: `watch`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, IntArray, group_sums, quotient
from models.index_quality.scoring import Responses, index_of

Check = Literal["heaping", "last_week", "straight_lining", "duplicate_patterns"]
# Scores within this many points of a cut-off are compared; cut-offs lie 20 apart, and the next 2 points on
# either side show how the density slopes without manipulation.
WINDOW_POINTS = 2.0
LAST_DAYS = 7
# The deadline is when 99 % have answered: one straggler must not move the last week to where nobody is.
DEADLINE_SHARE = 0.99
# One answer may differ by chance or to hide: 36 of 37 are 97 %.
SAME_SHARE = 0.95
FEWEST_ANSWERS = 10
# A respondent who gives one score to more than this share of items agrees with anybody of the same opinion.
PLAIN_SHARE = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Hits and units of each cell (C,)."""

    check: Check
    hits: FloatArray
    units: FloatArray


def heaping(responses: Responses, cutoffs: Sequence[float]) -> Counts:
    """Count scores just above a cut-off among those near one, the slope of the density taken out.

    With a density that is linear around the cut-off, the difference between the two sides is three times as
    large in the outer windows as in the inner; a third of it is taken off (after McCrary 2008).
    """
    index = np.round(index_of(responses.cell_dimensions(), responses.kind_of), 6)
    hits, units = np.zeros(len(index)), np.zeros(len(index))
    for cutoff in cutoffs:
        distance = index - cutoff
        inner = (distance >= -WINDOW_POINTS) & (distance < WINDOW_POINTS)
        outer = (distance >= -2 * WINDOW_POINTS) & (distance < 2 * WINDOW_POINTS) & ~inner
        above = distance >= 0
        units += inner
        hits += (inner & above) - np.where(outer, np.where(above, 1.0, -1.0), 0.0) / 6
    return Counts("heaping", hits, units)


def last_week(responses: Responses) -> Counts | None:
    """Count organisations whose respondents of the wave's last week score higher than the earlier ones."""
    if responses.answered_at is None:
        return None
    seconds = responses.answered_at.astype("datetime64[s]").astype(np.float64)
    known = ~np.isnat(responses.answered_at)
    own = index_of(responses.respondent_dimensions(), responses.kind_of)
    usable = known & np.isfinite(own)
    wave = np.asarray(responses.waves)[responses.cell]
    late = np.zeros(len(own), dtype=np.bool_)
    for name in set(responses.waves):
        members = usable & (wave == name)
        if members.any():
            deadline = np.quantile(seconds[members], DEADLINE_SHARE)
            late |= members & (seconds > deadline - LAST_DAYS * 86_400)
    sums = [
        group_sums(np.column_stack([np.where(rows, own, 0.0), rows]), responses.cell, responses.n_cells)
        for rows in (usable & late, usable & ~late)
    ]
    both = (sums[0][:, 1] > 0) & (sums[1][:, 1] > 0)
    means = [quotient(part[:, 0], part[:, 1], 0.0) for part in sums]
    difference = np.round(means[0] - means[1], 9)
    return Counts("last_week", np.where(both, 0.5 + 0.5 * np.sign(difference), 0.0), both.astype(float))


def straight_lining(responses: Responses) -> Counts:
    """Count respondents who chose one level throughout, among those who also answered a reversed item.

    One level contradicts itself on a reversed item, except the middle one, which an honest respondent can
    choose throughout: that is no sign.
    """
    answered = np.isfinite(responses.levels)
    judged = answered.sum(axis=1) >= FEWEST_ANSWERS
    judged &= (answered & responses.is_reversed).any(axis=1)
    contradicts = _largest_share(responses.items) < SAME_SHARE
    hits = judged & contradicts & (_largest_share(responses.levels) >= SAME_SHARE)
    return _by_cell("straight_lining", responses, hits, judged)


def duplicate_patterns(responses: Responses) -> Counts:
    """Count respondents whose pattern a colleague repeats in the wave, among those with a telling one."""
    answered = np.isfinite(responses.items)
    telling = (_largest_share(responses.items) <= PLAIN_SHARE) & (answered.sum(axis=1) >= FEWEST_ANSWERS)
    first, second = _pairs(np.flatnonzero(telling), responses.cell)
    both = answered[first] & answered[second]
    same = both & (responses.items[first] == responses.items[second])
    enough = both.sum(axis=1) >= FEWEST_ANSWERS
    twin = enough & (same.sum(axis=1) >= SAME_SHARE * both.sum(axis=1))
    hits, judged = np.zeros((2, len(telling)), dtype=np.bool_)
    for side in (first, second):
        hits[side[twin]] = True
        judged[side[enough]] = True
    return _by_cell("duplicate_patterns", responses, hits, judged)


def _by_cell(
    check: Check, responses: Responses, hits: npt.NDArray[np.bool_], judged: npt.NDArray[np.bool_]
) -> Counts:
    both = np.column_stack([hits, judged]).astype(np.float64)
    sums = group_sums(both, responses.cell, responses.n_cells)
    return Counts(check, sums[:, 0], sums[:, 1])


def _largest_share(values: FloatArray) -> FloatArray:
    """Share of the most frequent value among a respondent's answers (R,); one without any answer."""
    distinct = np.unique(values[np.isfinite(values)])
    if not len(distinct):
        return np.ones(len(values))
    counts = np.stack([(values == value).sum(axis=1) for value in distinct])
    answered = np.isfinite(values).sum(axis=1)
    return quotient(counts.max(axis=0), answered, 1.0)


def _pairs(members: IntArray, cell: IntArray) -> tuple[IntArray, IntArray]:
    """List all pairs of members of the same cell."""
    order = members[np.argsort(cell[members], kind="stable")]
    sizes = np.bincount(cell[order])[np.unique(cell[order])] if len(order) else np.zeros(0, dtype=np.int64)
    start, first, second = 0, [], []
    for size in sizes.tolist():
        i, j = np.triu_indices(size, 1)
        first.append(order[start + i])
        second.append(order[start + j])
        start += size
    empty = np.zeros(0, dtype=np.int64)
    return (np.concatenate(first), np.concatenate(second)) if first else (empty, empty)
