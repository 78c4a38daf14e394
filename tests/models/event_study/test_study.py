"""Keeps M4 from believing a rise that followed the outcome, and from losing one that came before it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from demo_panel import demo_panel
from scipy import stats

from models.demo.spec import World, WorldSpec
from models.errors import ModelError, TooFewPeriodsError, TooFewUnitsError
from models.event_study import StageJumpStudy, group_time_att, stage_jump_study, stage_jumps

SPEC = WorldSpec()
# What ten index points do to log revenue in the forward world.
PLANTED = 0.03


def study(world: World, outcome: str, seed: int = SPEC.seed) -> StageJumpStudy:
    return stage_jump_study(demo_panel(replace(SPEC, world=world, seed=seed)), outcome, n_draws=299)


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return demo_panel(SPEC)


@pytest.fixture(scope="module")
def revenue(panel) -> StageJumpStudy:
    return stage_jump_study(panel, "log_revenue")


def test_forward_revenue_follows_the_rise_and_did_not_before(revenue: StageJumpStudy) -> None:
    found = revenue.summary
    assert found.low > 0
    assert found.pretrend_p_value > 0.05
    assert found.low <= PLANTED * found.index_rise / 10 <= found.high
    assert found.relative_breakdown > 0.5
    assert all(e.low <= 0 <= e.high for e in revenue.effects if e.event_quarter < 0)


def test_the_quarters_before_are_tested_with_one_degree_less_than_organisations(
    revenue: StageJumpStudy,
) -> None:
    found = revenue.summary
    tail = stats.f.sf(found.pretrend_statistic, found.pretrend_numerator_df, found.n_organizations - 1)
    assert found.pretrend_p_value == pytest.approx(tail, rel=1e-9)


@pytest.mark.parametrize("world", ["null", "trait_only"])
def test_no_effect_is_found_where_none_is(world: World) -> None:
    found = study(world, "log_revenue").summary
    assert found.low <= 0 <= found.high
    assert found.relative_breakdown == 0
    assert found.pretrend_p_value > 0.05


@pytest.mark.parametrize("world", ["reverse", "common_shock"])
def test_an_outcome_that_moved_first_shows_before_the_rise(world: World) -> None:
    found = study(world, "log_revenue").summary
    assert found.pretrend_p_value < 1e-4
    assert found.relative_breakdown < 0.5


def test_alarms_stay_rare_over_empty_worlds() -> None:
    found = [study("null", "log_revenue", seed).summary for seed in range(12)]
    # Of 12 at 5 %: more than 3 have probability 0.002.
    assert sum(f.p_value < 0.05 for f in found) <= 3
    assert sum(f.pretrend_p_value < 0.05 for f in found) <= 3


def test_without_equal_distance_a_growing_index_passes_for_a_trend(panel) -> None:
    """The trap: those who rise were rising. Compared at equal distance the index itself is flat before."""
    names = ("integration_index", "organization_id", "quarter", "first_treated")
    frame = stage_jumps(panel, []).frame
    plain = group_time_att(frame, *names, base="universal").dynamic
    equal = group_time_att(
        frame, *names, base="universal", covariates=["points_to_rise"], method="reg"
    ).dynamic
    # One wave before the last: points below the comparisons, as a share of the rise that follows.
    assert plain[-3] / plain[1] < -0.3
    assert abs(equal[-3] / equal[1]) < 0.1


def test_rows_are_complete_and_in_order(revenue: StageJumpStudy) -> None:
    quarters = [e.event_quarter for e in revenue.effects]
    assert quarters == [-4, -3, -2, 0, 1, 2, 3, 4]
    found = revenue.summary
    target = next(e for e in revenue.effects if e.event_quarter == 1)
    assert (target.estimate, target.standard_error) == (found.estimate, found.standard_error)
    assert found.critical_value > 1.96
    assert target.high == pytest.approx(target.estimate + found.critical_value * target.standard_error)
    assert {h.restriction for h in revenue.honest} == {"relative_magnitude", "smoothness"}
    assert (found.n_risen, found.n_never, found.n_highest_from_start) == (82, 55, 23)
    assert (found.first_quarter, found.last_quarter, found.n_quarters) == ("2023Q1", "2025Q4", 12)
    assert target.n_organizations == 82


def test_row_order_and_units_do_not_matter(panel, revenue: StageJumpStudy) -> None:
    shuffled = stage_jump_study(panel.sample(frac=1, random_state=1), "log_revenue")
    assert shuffled == revenue
    cents = stage_jump_study(panel.assign(revenue=panel["revenue"] * 100), "log_revenue")
    assert cents.summary.estimate == pytest.approx(revenue.summary.estimate, abs=1e-10)
    assert cents.summary.relative_breakdown == pytest.approx(revenue.summary.relative_breakdown, abs=1e-6)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda f: f.assign(stage=3), TooFewUnitsError, "0 organisations rise"),
        (
            lambda f: f.assign(stage=1 + (f["period"] >= "2024-01-01")),
            TooFewUnitsError,
            "0 organisations never",
        ),
        (lambda f: f.loc[f["period"] < "2023-10-01"], TooFewPeriodsError, "two quarters observed before"),
        (lambda f: f.assign(log_revenue=1.0, revenue=1.0), ModelError, "changes alike"),
    ],
)
def test_refusals_name_the_cause(panel, change, error, message: str) -> None:
    with pytest.raises(error, match=message):
        stage_jump_study(change(panel), "log_revenue")


def test_effects_are_finite(revenue: StageJumpStudy) -> None:
    numbers = [x for e in revenue.effects for x in (e.estimate, e.standard_error, e.low, e.high)]
    numbers += [x for h in revenue.honest for x in (h.low, h.high)]
    assert np.isfinite(numbers).all()
