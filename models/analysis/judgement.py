"""What the gates look at, gathered from everything that was estimated. The gates stand in `rungs`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from models.analysis.outcome import OutcomeResults
from models.claims import Diagnostics, Reason, Results, Thresholds
from models.effects import EXPOSURE, Effect, Family, OutcomeFits, adjustment_of
from models.multiplicity import adjust

if TYPE_CHECKING:
    import pandas as pd

# Without a declared effect of interest: this share of the outcome's mean level.
RELATIVE_EFFECT_OF_INTEREST = 0.05
# Three calendar months have at least 89 days; the last months have no value to look ahead to.
LEAD_DAYS = 89


def results_of(
    outcome: str, is_primary: bool, unit: str, effects: Mapping[str, Effect], one: OutcomeResults | None
) -> Results:
    """Bring the estimates of one outcome together; `effects` by model."""
    failures: tuple[Reason, ...] = (Reason("outcome_missing", False),)
    if one is not None:
        failures = tuple(
            Reason(error.code, False, {"model": model, "what": error.what})
            for model, error in one.fits.failures
        )
    return Results(
        outcome,
        is_primary,
        unit,
        effects.get("naive"),
        effects.get("M1"),
        effects.get("M2"),
        failures,
        order=None if one is None or one.direction is None else one.direction.ruling,
        rise=None if one is None else one.rise,
    )


def diagnostics_of(frame: pd.DataFrame, one: OutcomeResults | None, limits: Thresholds) -> Diagnostics:
    """Gather coverage, small-sample versions and fragility of one outcome."""
    if one is None:
        return Diagnostics()
    fits = one.fits
    horizon = frame["period"].max() - np.timedelta64(LEAD_DAYS, "D")
    possible = int((frame[EXPOSURE].notna() & (frame["period"] <= horizon)).sum())
    coverage = fits.m2.n_observations / possible if fits.m2 is not None and possible else 0.0
    of_interest = limits.effects_of_interest.get(one.outcome)
    found = Diagnostics(
        coverage=min(coverage, 1.0),
        effect_of_interest=of_interest or RELATIVE_EFFECT_OF_INTEREST * fits.mean_level or None,
        specifications_share=None if one.curve is None else one.curve.share_same_sign,
        specifications_p_value=None if one.curve is None else one.curve.median_p,
        outlasts_strongest_control=_holds(one, "control_bound"),
        unmovable_holds=_holds(one, "unmovable_outcome"),
    )
    small = fits.small_sample
    if small is None:
        return found
    return replace(
        found,
        cr2_low=small.cr2.low,
        cr2_high=small.cr2.high,
        cr2_p_value=small.cr2.p_value,
        cr2_degrees_of_freedom=small.cr2.degrees_of_freedom,
        bootstrap_p_value=small.bootstrap_p_value,
        leave_one_out_low=small.low,
        leave_one_out_high=small.high,
        leave_one_out_keeps_sign=small.keeps_sign,
    )


def adjusted_small_samples(
    fits: Sequence[OutcomeFits], family: Family
) -> dict[str, tuple[float, float | None]]:
    """Adjust the p-values of CR2 and, where it was run, of the bootstrap within one family, by outcome."""
    known = [(one.outcome, one.small_sample) for one in fits if one.small_sample is not None]
    method = adjustment_of(family)
    cr2 = adjust([small.cr2.p_value for _, small in known], method)
    drawn = [np.nan if small.bootstrap_p_value is None else small.bootstrap_p_value for _, small in known]
    bootstrap = adjust(drawn, method)
    return {
        outcome: (float(p), float(other) if np.isfinite(other) else None)
        for (outcome, _), p, other in zip(known, cr2, bootstrap, strict=True)
    }


def _holds(one: OutcomeResults, check: str) -> bool | None:
    """Verdict of one check of the within estimate; None where it was not made."""
    found = [row.holds for row in one.robustness if row.check == check and row.model == "M2"]
    return found[0] if found else None
