"""The truth planted in a simulated world beside what was estimated; real data have none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.facts_cells import Row
from models.formats import effect_display, effect_kind


def planted_facts(
    claims: Sequence[Row], effects: Sequence[Row], truth: Mapping[str, float] | None
) -> list[Row]:
    """Planted effect of each claim that shows a figure, and which intervals contain it.

    Parameters
    ----------
    claims, effects
        As they stand in the facts.
    truth
        Planted effects by outcome, per ``exposure_step`` index points in the outcome's unit; None outside
        simulated worlds.

    Returns
    -------
    list of dict
        outcome, effect, wrong_by and naive_wrong_by (estimate less what was planted; `_shown` in the
        unit that people read, where per cents are subtracted and not logarithms), is_in_interval,
        is_in_naive_interval (None where there is no unadjusted interval).
    """
    naive = {row["outcome"]: row for row in effects if row["model"] == "naive"}
    return [
        {
            "outcome": claim["outcome"],
            "effect": float(truth[claim["outcome"]]),
            "wrong_by": _distance(claim["estimate"], truth[claim["outcome"]]),
            "naive_wrong_by": _distance(claim["naive_estimate"], truth[claim["outcome"]]),
            "naive_wrong_by_shown": _shown_distance(claim, truth[claim["outcome"]]),
            "is_in_interval": _contains(claim, truth[claim["outcome"]]),
            "is_in_naive_interval": _contains(naive.get(claim["outcome"]), truth[claim["outcome"]]),
        }
        for claim in claims
        if truth is not None and claim["outcome"] in truth and not claim["withheld"]
    ]


def _distance(estimate: float | None, effect: float) -> float | None:
    return None if estimate is None else float(estimate) - float(effect)


def _shown_distance(claim: Row, effect: float) -> float | None:
    kind, naive = effect_kind(claim["outcome"]), claim["naive_estimate"]
    return None if naive is None else effect_display(kind, naive) - effect_display(kind, effect)


def _contains(row: Row | None, effect: float) -> bool | None:
    if row is None or row["low"] is None or row["high"] is None:
        return None
    return bool(row["low"] <= effect <= row["high"])
