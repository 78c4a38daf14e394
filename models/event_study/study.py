"""What follows a rise to a higher stage (M4): one outcome of the monthly panel, with its honest bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from models.arrays import FloatArray, IntArray
from models.bands import multiplier_bootstrap
from models.errors import TooFewPeriodsError, TooFewUnitsError
from models.estimate import coefficient
from models.event_study.aggregate import Aggregation
from models.event_study.group_time import GroupTimeAtt, group_time_att
from models.event_study.honest import honest_bounds
from models.event_study.rows import EventEffect, HonestRow, StageJumpStudy, StageJumpSummary
from models.event_study.stage_jumps import (
    FIRST_TREATED,
    INDEX,
    POINTS_TO_RISE,
    QUARTER,
    UNIT,
    StageJumps,
    stage_jumps,
)
from models.power import minimum_detectable_effect
from models.wald import wald_test

if TYPE_CHECKING:
    import pandas as pd

WHERE = "M4"
BASE_QUARTER = -1
# Quarters before and after the rise that are shown and tested.
REACH = 4
# Outcomes answer a quarter later (method.md): the quarter of the rise itself is not the target.
TARGET_QUARTER = 1
# Below this many risen or never risen organisations a few of them decide the answer.
FEWEST_ORGANIZATIONS = 10
RELATIVE_MAGNITUDES = (0.5, 1.0, 1.5, 2.0)
# Changes of slope, as shares of the largest one in the placebo path.
BENDS = (0.0, 0.5, 1.0)


def stage_jump_study(
    panel: pd.DataFrame, outcome: str, *, n_draws: int = 999, seed: int = 0
) -> StageJumpStudy:
    """Estimate what follows an organisation's first rise to a higher stage.

    Comparisons are the organisations that never rise. Those about to rise have come close to the next stage,
    and came close by rising: trends are therefore compared at equal distance from it (outcome regression on
    the points still to rise in the base quarter), which keeps a growing index from passing for a trend of its
    own.

    Parameters
    ----------
    panel : DataFrame
        `fct_maturity_impact`, checked; `stage_jumps` says what is used of it.
    outcome : str
    n_draws, seed : int
        Of the band; the seed also of the honest intervals.

    Returns
    -------
    StageJumpStudy

    Raises
    ------
    TooFewUnitsError
        Fewer than ten organisations that rise, or that never do.
    TooFewPeriodsError
        No placebo quarter, or no quarter after the one of the rise.
    ModelError
        Everything that `stage_jumps`, `group_time_att` and `honest_bounds` refuse.
    """
    jumps = stage_jumps(panel, [outcome])
    for n, words in ((jumps.n_risen, "rise to a higher stage"), (jumps.n_never, "never rise")):
        if n < FEWEST_ORGANIZATIONS:
            raise TooFewUnitsError(
                f"{n} organisations {words}; {FEWEST_ORGANIZATIONS} are needed.",
                where=WHERE,
                remedy="Add organisations or waves.",
            )
    found = att_at_equal_distance(jumps, outcome)
    quarters, at = _window(found.dynamic)
    estimates, errors = found.dynamic.estimates[at], found.dynamic.standard_errors[at]
    covariance, freedom = found.dynamic.covariance[np.ix_(at, at)], float(found.n_units - 1)
    placebo, target = quarters < 0, int(np.flatnonzero(quarters == TARGET_QUARTER)[0])
    pretrend = wald_test(estimates[placebo], covariance[np.ix_(placebo, placebo)], freedom)
    if pretrend is None:
        raise TooFewUnitsError("too few organisations to test the quarters before a rise.", where=WHERE)
    bounds = honest_bounds(
        estimates[: target + 1],
        covariance[: target + 1, : target + 1],
        (quarters == TARGET_QUARTER)[~placebo][: TARGET_QUARTER + 1],
        relative=RELATIVE_MAGNITUDES,
        smooth=_bends(estimates[placebo]),
        seed=seed,
    )
    effect = coefficient(outcome, float(estimates[target]), float(errors[target]), freedom)
    index = att_at_equal_distance(jumps, INDEX).dynamic
    critical = multiplier_bootstrap(found.dynamic.influence[:, at], n_draws, seed).critical_value
    known = jumps.frame.loc[jumps.frame[outcome].notna(), QUARTER]
    return StageJumpStudy(
        summary=StageJumpSummary(
            outcome=outcome,
            estimate=effect.estimate,
            standard_error=effect.standard_error,
            low=effect.low,
            high=effect.high,
            p_value=effect.p_value,
            degrees_of_freedom=freedom,
            mde=minimum_detectable_effect(effect.standard_error),
            index_rise=index[TARGET_QUARTER],
            index_rise_standard_error=index.se[TARGET_QUARTER],
            pretrend_statistic=pretrend.statistic / pretrend.numerator_df,
            pretrend_numerator_df=pretrend.numerator_df,
            pretrend_p_value=pretrend.p_value,
            placebo_mde=minimum_detectable_effect(float(errors[placebo].max())),
            relative_breakdown=bounds.relative_breakdown,
            smoothness_breakdown=bounds.smoothness_breakdown,
            critical_value=critical,
            n_organizations=found.n_units,
            n_risen=jumps.n_risen,
            n_never=jumps.n_never,
            n_fell_back=jumps.n_fell_back,
            n_fell=jumps.n_fell,
            n_highest_from_start=jumps.n_highest_from_start,
            n_never_assessed=jumps.n_never_assessed,
            first_quarter=_label(int(known.min())),
            last_quarter=_label(int(known.max())),
            n_quarters=int(known.nunique()),
        ),
        effects=tuple(
            EventEffect(outcome, int(e), b, se, b - critical * se, b + critical * se, _risen(found, int(e)))
            for e, b, se in zip(quarters, estimates.tolist(), errors.tolist(), strict=True)
        ),
        honest=tuple(HonestRow(outcome, i.restriction, i.m, i.low, i.high) for i in bounds.intervals),
    )


def att_at_equal_distance(jumps: StageJumps, outcome: str) -> GroupTimeAtt:
    """Estimate the effects by group and quarter, trends compared at equal distance from the next stage."""
    return group_time_att(
        jumps.frame,
        outcome,
        UNIT,
        QUARTER,
        FIRST_TREATED,
        base="universal",
        covariates=[POINTS_TO_RISE],
        method="reg",
    )


def _window(dynamic: Aggregation) -> tuple[IntArray, IntArray]:
    """List the event quarters around the base without a gap, and their positions in `dynamic`."""
    quarters: list[int] = []
    for beside, step in ((BASE_QUARTER - 1, -1), (BASE_QUARTER + 1, 1)):
        run = range(beside, step * (REACH + 1), step)
        gap = next((i for i, e in enumerate(run) if e not in dynamic), len(run))
        quarters += run[:gap]
    if min(quarters, default=0) >= BASE_QUARTER or TARGET_QUARTER not in quarters:
        raise TooFewPeriodsError(
            "a rise needs two quarters observed before it and one after its own.",
            where=WHERE,
            remedy="Add quarters.",
        )
    ordered = sorted(quarters)
    return np.array(ordered), np.array([dynamic.at.index(e) for e in ordered])


def _bends(placebos: FloatArray) -> tuple[float, ...]:
    """Sizes of the smoothness restriction in units of the outcome, ascending and distinct."""
    largest = float(np.abs(np.diff(np.append(placebos, 0.0), n=2)).max(initial=0.0))
    return tuple(sorted({share * largest for share in BENDS}))


def _risen(found: GroupTimeAtt, event_quarter: int) -> int:
    return sum(found.group_sizes[g] for g, t in found.att if t - g == event_quarter)


def _label(quarter: int) -> str:
    return f"{quarter // 4}Q{quarter % 4 + 1}"
