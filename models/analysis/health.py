"""The health card: what is looked at before anything is said, with verdict and action. No wording here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from models.arrays import FloatArray, demean, group_codes
from models.claims import Claim
from models.effects import EXPOSURE, LEAD_SUFFIX
from models.errors import ModelError
from models.index_quality.watch import WatchRow
from models.panel import two_way_within

if TYPE_CHECKING:
    import pandas as pd

    from models.analysis.outcome import OutcomeResults

Status = Literal["PASS", "REVIEW", "FAIL"]
Check = Literal[
    "coverage",
    "missing_outcome",
    "reliability",
    "clusters",
    "identification",
    "pretrends",
    "multiplicity",
    "sensitivity",
    "stability",
    "played_to",
    "second_route",
]
EVERYTHING = "all"
UNIT, PERIOD = "organization_id", "period"


@dataclass(frozen=True, slots=True)
class Bound:
    """From `review_at` on a value is worth a look, from `fail_at` on it stops a claim (reasons of 2026).

    `is_floor`: values below are bad; otherwise values above are.
    """

    review_at: float
    fail_at: float
    is_floor: bool
    action: str


BOUNDS: Mapping[Check, Bound] = {
    # A fifth missing is common and dull; with half missing the figures speak of another group.
    "coverage": Bound(0.8, 0.5, True, "deliver_missing_months"),
    # Share more missing per ten index points: outcomes that go missing by maturity bend every estimate.
    "missing_outcome": Bound(0.02, 0.05, False, "ask_why_outcomes_are_missing"),
    # Nunnally (1978): 0.70 to compare groups, 0.80 for what is acted on.
    "reliability": Bound(0.8, 0.7, True, "ask_more_respondents"),
    # Cameron and Miller (2015): clustered errors are trusted from about 40 clusters, with care from 30.
    "clusters": Bound(40, 30, True, "add_organizations"),
    # Share of the index's variance that is change within organisations beside the months: what M2 lives on.
    "identification": Bound(0.05, 0.01, True, "wait_for_more_waves"),
    # p-value that nothing moved before the index did.
    "pretrends": Bound(0.10, 0.05, True, "do_not_read_as_order"),
    # Declared primary outcomes: each more makes every one harder to show.
    "multiplicity": Bound(3, 6, False, "declare_fewer_primary_outcomes"),
    # Robustness value of the interval: a twentieth of what is left would undo the finding.
    "sensitivity": Bound(0.05, 0.01, True, "look_for_what_is_not_recorded"),
    # Standard errors that the estimate moves when the last half year is left out.
    "stability": Bound(1.0, 2.0, False, "wait_for_the_next_wave"),
    # Signs that the index is played to, of five.
    "played_to": Bound(1, 3, False, "look_at_how_answers_were_given"),
    # Relative distance of the within estimate to the one summed in the warehouse.
    "second_route": Bound(1e-8, 1e-6, False, "report_a_defect"),
}
LAST_MONTHS = 6


@dataclass(frozen=True, slots=True)
class Health:
    """One row of `analysis.health`; `action` is empty when passed."""

    check: Check
    outcome: str
    status: Status
    value: float
    review_at: float
    fail_at: float
    action: str


def health_card(
    frame: pd.DataFrame,
    results: Sequence[OutcomeResults],
    claims: Sequence[Claim],
    *,
    reliability: float | None,
    watch: Iterable[WatchRow],
    recomputed: Mapping[str, float],
) -> tuple[Health, ...]:
    """Judge the analysis of the primary outcomes; what cannot be judged has no row.

    Parameters
    ----------
    frame : DataFrame
        The panel that was estimated on.
    results, claims : sequences
        In the same order.
    reliability : float or None
        Of the index.
    watch : iterable of WatchRow
        Signs that the index is played to.
    recomputed : mapping of outcome to float
        Within estimates by another route.
    """
    return tuple(_rows(frame, results, claims, reliability, watch, recomputed))


def _rows(
    frame: pd.DataFrame,
    results: Sequence[OutcomeResults],
    claims: Sequence[Claim],
    reliability: float | None,
    watch: Iterable[WatchRow],
    recomputed: Mapping[str, float],
) -> Iterator[Health]:
    if reliability is not None:
        yield judged("reliability", EVERYTHING, reliability)
    flagged = {row.check for row in watch if row.is_flagged}
    yield judged("played_to", EVERYTHING, float(len(flagged)))
    yield judged("multiplicity", EVERYTHING, float(sum(found.is_primary for found in results)))
    yield judged("identification", EVERYTHING, identification_share(frame))
    for found, claim in zip(results, claims, strict=True):
        if not found.is_primary:
            continue
        values: dict[Check, float | None] = {
            "coverage": claim.coverage,
            "missing_outcome": missing_slope(frame, found.outcome),
            "clusters": float(claim.n_organizations),
            "pretrends": None if found.rise is None else found.rise.summary.pretrend_p_value,
            "sensitivity": _robustness_value(found),
            "stability": _stability(frame, found),
            "second_route": _distance(found, recomputed.get(found.outcome)),
        }
        for check, value in values.items():
            if value is not None and np.isfinite(value):
                yield judged(check, found.outcome, value)


def judged(check: Check, outcome: str, value: float) -> Health:
    """Compare a value with the bounds of its check."""
    bound = BOUNDS[check]
    sign = -1.0 if bound.is_floor else 1.0

    def reaches(limit: float) -> bool:
        # A floor is kept by standing on it; a ceiling is reached by touching it.
        return value < limit if bound.is_floor else sign * value >= sign * limit

    status: Status = "FAIL" if reaches(bound.fail_at) else "REVIEW" if reaches(bound.review_at) else "PASS"
    action = "" if status == "PASS" else bound.action
    return Health(check, outcome, status, value, bound.review_at, bound.fail_at, action)


def identification_share(frame: pd.DataFrame) -> float:
    """Share of the variance of the index that is change within organisations beside the months."""
    rows = frame.loc[frame[EXPOSURE].notna(), [UNIT, PERIOD, EXPOSURE]]
    x: FloatArray = rows[[EXPOSURE]].to_numpy(dtype=np.float64)
    whole = float(((x - x.mean()) ** 2).sum()) if len(x) else 0.0
    if whole == 0.0:
        return 0.0
    left = x
    # Alternating projections; a panel that is nearly balanced settles in a few rounds.
    for _ in range(50):
        before = left
        for key in (UNIT, PERIOD):
            codes, n = group_codes(rows[key].to_numpy())
            left = demean(left, codes, n)
        if np.abs(left - before).max() < 1e-10:
            break
    return float((left**2).sum()) / whole


def missing_slope(frame: pd.DataFrame, outcome: str) -> float | None:
    """Give how much more often an outcome is missing per ten index points, as an absolute share."""
    known = frame.loc[frame[EXPOSURE].notna()]
    horizon = known.loc[known[outcome + LEAD_SUFFIX].notna(), PERIOD].max()
    rows = known.loc[known[PERIOD] <= horizon]
    if rows.empty:
        return None
    gone = rows[outcome + LEAD_SUFFIX].isna().to_numpy(dtype=np.float64)
    x = rows[EXPOSURE].to_numpy(dtype=np.float64)
    spread = x - x.mean()
    variation = float(spread @ spread)
    return abs(float(spread @ gone) / variation) if variation > 0 else None


def _robustness_value(found: OutcomeResults) -> float | None:
    values = [
        row.value
        for row in found.robustness
        if row.check == "robustness_value_interval" and row.model == "M2" and row.value is not None
    ]
    return values[0] if values else None


def _stability(frame: pd.DataFrame, found: OutcomeResults) -> float | None:
    """Standard errors that the within estimate moves when the last half year is left out."""
    if found.fits.m2 is None:
        return None
    months = frame[PERIOD].to_numpy().astype("datetime64[M]")
    last = months[frame[found.outcome + LEAD_SUFFIX].notna().to_numpy()].max()
    try:
        earlier = two_way_within(
            frame.loc[months <= last - LAST_MONTHS],
            found.outcome + LEAD_SUFFIX,
            EXPOSURE,
            (),
            UNIT,
            PERIOD,
        ).at(EXPOSURE)
    except ModelError:
        return None
    now = found.fits.m2.coefficient
    return abs(now.estimate - earlier.estimate) / now.standard_error


def _distance(found: OutcomeResults, other: float | None) -> float | None:
    if found.fits.m2 is None or other is None:
        return None
    estimate = found.fits.m2.coefficient.estimate
    # Beyond twelve digits it is the order of a sum, which differs from run to run.
    return round(abs(estimate - other) / max(abs(estimate), found.fits.m2.coefficient.standard_error), 12)
