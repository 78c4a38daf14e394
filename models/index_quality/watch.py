"""Signs that an index is played to (Goodhart's law): four shares, each with a threshold and its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models.errors import TooFewUnitsError
from models.index_quality.scoring import Responses
from models.index_quality.shares import clustered_share
from models.index_quality.signs import (
    Check,
    Counts,
    duplicate_patterns,
    heaping,
    last_week,
    straight_lining,
)
from models.multiplicity import adjust

ALL_WAVES = "all"
ALPHA = 0.01

THRESHOLDS: dict[Check, float] = {
    "heaping": 0.5,
    "last_week": 0.5,
    "straight_lining": 0.02,
    "duplicate_patterns": 0.02,
}
REASONS: dict[Check, str] = {
    "heaping": "Of the scores close to a cut-off, half lie just above it unless they are lifted over it.",
    "last_week": "Half of the organisations answer higher in the last week, unless late answers are pushed.",
    "straight_lining": "One level throughout contradicts itself on reversed items; 2 % may be haste.",
    "duplicate_patterns": "Two people hardly ever answer 95 % of items alike; 2 % covers double submissions.",
}


@dataclass(frozen=True, slots=True)
class WatchRow:
    """One sign in one wave, or in all.

    Attributes
    ----------
    check, scope : str
        scope is a wave or "all".
    share, low, high : float
        95 % interval, organisations as clusters.
    threshold : float
        What is expected (heaping, last_week) or tolerated (the others).
    p_value, p_adjusted : float
        That the share exceeds the threshold; Holm over the scopes of the check.
    is_flagged : bool
        `p_adjusted` is below one in a hundred.
    n_units : float
        Scores, organisations in a wave, or respondents.
    n_organizations : int
    reason : str
        Why this threshold.
    """

    check: Check
    scope: str
    share: float
    low: float
    high: float
    threshold: float
    p_value: float
    p_adjusted: float
    is_flagged: bool
    n_units: float
    n_organizations: int
    reason: str


def watch(responses: Responses, cutoffs: Sequence[float]) -> tuple[WatchRow, ...]:
    """Look for the four signs in every wave and in all waves together.

    Parameters
    ----------
    responses : Responses
    cutoffs : sequence of float
        Lower ends of the stages, in index points.

    Returns
    -------
    tuple of WatchRow
        By check, waves in order, "all" last. A scope with nothing to count is left out: last_week without
        dates, straight_lining without reversed items.
    """
    waves = np.asarray(responses.waves)
    rows: list[WatchRow] = []
    for counts in (
        heaping(responses, cutoffs),
        last_week(responses),
        straight_lining(responses),
        duplicate_patterns(responses),
    ):
        if counts is None:
            continue
        found = []
        for scope in (*sorted(set(responses.waves)), ALL_WAVES):
            own = np.ones(len(waves), dtype=np.bool_) if scope == ALL_WAVES else waves == scope
            found += _row(counts, scope, own, np.asarray(responses.organizations))
        adjusted = adjust([row.p_value for row in found], "holm")
        rows += [
            replace(row, p_adjusted=float(p), is_flagged=bool(p < ALPHA))
            for row, p in zip(found, adjusted, strict=True)
        ]
    return tuple(rows)


def _row(
    counts: Counts, scope: str, own: npt.NDArray[np.bool_], organizations: npt.NDArray[np.str_]
) -> list[WatchRow]:
    threshold = THRESHOLDS[counts.check]
    try:
        found = clustered_share(counts.hits[own], counts.units[own], organizations[own], threshold)
    except TooFewUnitsError:
        return []
    return [
        WatchRow(
            counts.check,
            scope,
            found.share,
            found.low,
            found.high,
            threshold,
            found.p_value,
            found.p_value,
            False,
            found.n_units,
            found.n_clusters,
            REASONS[counts.check],
        )
    ]
