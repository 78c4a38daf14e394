"""Keeps order in time, a rise of stage and the best grade from being claimed on less than each asks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_evidence import GOOD, M1, M2, NAIVE, codes

from models.analysis.health import Check, Health, Status
from models.claims import Diagnostics, Reason, Results, Thresholds
from models.direction import Ruling, Settlement
from models.event_study import HonestRow, StageJumpStudy, StageJumpSummary
from models.evidence import grade, under_card

FORWARD = Reason("forward_clear", True, {"estimate": 0.2})
FIRST = Ruling("maturity_first", (FORWARD,), Settlement("none"))
SUMMARY = StageJumpSummary(
    outcome="csat_share",
    estimate=0.03,
    standard_error=0.008,
    low=0.014,
    high=0.046,
    p_value=0.0003,
    degrees_of_freedom=99.0,
    mde=0.022,
    index_rise=9.0,
    index_rise_standard_error=0.5,
    pretrend_statistic=0.8,
    pretrend_numerator_df=3,
    pretrend_p_value=0.5,
    placebo_mde=0.02,
    relative_breakdown=1.2,
    smoothness_breakdown=0.01,
    critical_value=2.6,
    n_organizations=100,
    n_risen=40,
    n_never=60,
    n_fell_back=0,
    n_fell=0,
    n_highest_from_start=0,
    n_never_assessed=0,
    first_quarter="2022Q1",
    last_quarter="2023Q4",
    n_quarters=8,
)
HONEST = HonestRow("csat_share", "relative_magnitude", 1.0, 0.004, 0.056)
# Another limit and another restriction: not what the gate reads.
OTHERS = (
    HonestRow("csat_share", "relative_magnitude", 2.0, -0.02, 0.08),
    HonestRow("csat_share", "smoothness", 1.0, -0.02, 0.08),
)
RISE = StageJumpStudy(SUMMARY, (), (*OTHERS, HONEST))
STURDY = replace(
    GOOD,
    specifications_share=0.95,
    specifications_p_value=0.01,
    outlasts_strongest_control=True,
    unmovable_holds=True,
)


def results(**changes: object) -> Results:
    whole = Results("csat_share", True, "share", NAIVE, M1, M2, (), order=FIRST, rise=RISE)
    return replace(whole, **changes)


def rise(**changes: object) -> StageJumpStudy:
    return replace(RISE, summary=replace(SUMMARY, **changes))


def detail(claim, code: str) -> dict[str, object]:
    return dict(next(reason.detail for reason in claim.reasons if reason.code == code))


def test_everything_that_is_asked_is_level_four_and_grade_a() -> None:
    claim = grade(results(), STURDY)
    assert (claim.level, claim.grade) == ("L4", "A")
    assert all(reason.passed for reason in claim.reasons)
    assert [reason.code for reason in claim.reasons] == [
        "group_large_enough",
        "enough_organizations",
        "index_reliable",
        "interval_excludes_zero",
        "within_interval_excludes_zero",
        "signs_agree",
        "small_sample_agrees",
        "within_beyond_chance",
        "within_worth_knowing",
        "leave_one_out_keeps_sign",
        "maturity_came_first",
        "rise_interval_excludes_zero",
        "flat_before_rise",
        "honest_bound_excludes_zero",
        "many_clusters",
        "enough_periods",
        "coverage_sufficient",
        "declared_primary",
        "order_not_against",
        "specifications_agree",
        "sturdier_than_strongest_control",
        "unmovable_outcome_still",
    ]
    assert (claim.estimate, claim.low, claim.high) == (M2.estimate, M2.low, M2.high)
    assert (claim.n_organizations, claim.n_periods, claim.coverage) == (100, 24, 0.95)


def test_every_gate_tells_its_numbers() -> None:
    claim = grade(results(), STURDY)
    assert detail(claim, "group_large_enough") == {"n": 100, "minimum": 10}
    assert detail(claim, "enough_organizations") == {"n": 100, "minimum": 30}
    assert detail(claim, "index_reliable") == {"measure": "icc2", "value": 0.9, "minimum": 0.7}
    assert detail(claim, "interval_excludes_zero") == {
        "p_adjusted": 2e-6,
        "low": 0.04,
        "high": 0.06,
        "adjustment": "holm",
    }
    assert detail(claim, "signs_agree") == {"m1": 0.05, "m2": 0.02}
    assert detail(claim, "small_sample_agrees") == {"low": 0.013, "high": 0.027, "p": 1e-4, "df": 40.0}
    assert detail(claim, "within_beyond_chance") == {"p": 2e-4, "alpha": 0.001}
    assert detail(claim, "within_worth_knowing") == {"low": 0.014, "high": 0.026, "of_interest": 0.01}
    assert detail(claim, "leave_one_out_keeps_sign") == {"low": 0.018, "high": 0.022}
    assert detail(claim, "maturity_came_first") == {"verdict": "maturity_first", "forward": 0.2}
    assert detail(claim, "rise_interval_excludes_zero") == {"estimate": 0.03, "low": 0.014, "high": 0.046}
    assert detail(claim, "flat_before_rise") == {"p": 0.5}
    assert detail(claim, "honest_bound_excludes_zero") == {"m": 1.0, "low": 0.004, "high": 0.056}
    assert detail(claim, "many_clusters") == {"n": 100, "minimum": 40}
    assert detail(claim, "enough_periods") == {"n": 24, "minimum": 12}
    assert detail(claim, "coverage_sufficient") == {"share": 0.95, "minimum": 0.5}
    assert detail(claim, "order_not_against") == {"verdict": "maturity_first"}
    assert detail(claim, "specifications_agree") == {"share": 0.95, "p": 0.01}


@pytest.mark.parametrize(
    "order",
    [
        None,
        replace(FIRST, verdict="cannot_tell"),
        replace(FIRST, verdict="both"),
        replace(FIRST, verdict="outcome_first"),
        # The forward path goes the other way than M2.
        replace(FIRST, reasons=(replace(FORWARD, detail={"estimate": -0.2}),)),
        replace(FIRST, reasons=()),
    ],
)
def test_level_three_asks_that_the_index_came_first_and_in_the_same_direction(order) -> None:
    claim = grade(results(order=order), STURDY)
    assert claim.level == "L2"
    assert "order_not_shown" in codes(claim)
    # Rungs above one that does not hold are not looked at.
    assert not codes(claim) & {"rise_interval_excludes_zero", "rise_interval_includes_zero"}


@pytest.mark.parametrize(
    ("verdict", "letter"),
    [("cannot_tell", "B"), ("maturity_first", "A"), ("both", "C"), ("outcome_first", "C")],
)
def test_an_order_that_speaks_against_it_costs_grade_b(verdict, letter) -> None:
    claim = grade(results(order=replace(FIRST, verdict=verdict)), STURDY)
    assert claim.grade == letter
    assert ("outcome_came_first" in codes(claim)) == (letter == "C")


@pytest.mark.parametrize(
    ("study", "code"),
    [
        (None, "rise_interval_includes_zero"),
        (rise(low=-0.001), "rise_interval_includes_zero"),
        (rise(low=0.0), "rise_interval_includes_zero"),
        (rise(estimate=-0.03, low=-0.046, high=-0.014), "rise_interval_includes_zero"),
        (rise(pretrend_p_value=0.05), "moved_before_rise"),
        (replace(RISE, honest=OTHERS), "honest_bound_includes_zero"),
        (replace(RISE, honest=(replace(HONEST, low=-0.001),)), "honest_bound_includes_zero"),
        (replace(RISE, honest=(replace(HONEST, low=0.0),)), "honest_bound_includes_zero"),
    ],
)
def test_each_gate_of_level_four_stops_at_level_three(study, code) -> None:
    claim = grade(results(rise=study), STURDY)
    assert (claim.level, claim.grade) == ("L3", "A")
    assert code in codes(claim)


def test_the_honest_limit_is_the_installations() -> None:
    claim = grade(results(), STURDY, Thresholds(relative_magnitude=2.0))
    assert claim.level == "L3"
    assert detail(claim, "honest_bound_includes_zero") == {"m": 2.0, "low": -0.02, "high": 0.08}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"specifications_share": 0.89}, "specifications_disagree"),
        ({"specifications_p_value": 0.05}, "specifications_disagree"),
        ({"outlasts_strongest_control": False}, "as_fragile_as_strongest_control"),
        ({"unmovable_holds": False}, "unmovable_outcome_moves"),
        # What was not computed cannot speak for it.
        ({"specifications_share": None}, None),
        ({"specifications_p_value": None}, None),
        ({"outlasts_strongest_control": None}, None),
        ({"unmovable_holds": None}, None),
    ],
)
def test_grade_a_asks_for_sturdiness_from_every_side(change, code) -> None:
    claim = grade(results(), replace(STURDY, **change))
    assert (claim.level, claim.grade) == ("L4", "B")
    if code is None:
        assert all(reason.passed for reason in claim.reasons)
    else:
        assert code in codes(claim)


def test_what_is_not_known_has_no_numbers() -> None:
    claim = grade(results(order=None), replace(STURDY, reliability=None))
    assert detail(claim, "index_not_reliable") == {"minimum": 0.7}
    assert detail(grade(results(order=None), STURDY), "order_not_against") == {}
    assert detail(grade(results(m2=None), STURDY), "within_interval_includes_zero") == {}


def test_level_two_is_never_grade_a() -> None:
    assert grade(results(order=None), STURDY).grade == "B"


@pytest.mark.parametrize(
    ("change", "diagnostics"),
    [
        ({"m1": replace(M1, n_organizations=10), "m2": None}, {}),
        # Forty clusters need no bootstrap.
        ({"m2": replace(M2, n_organizations=40)}, {"bootstrap_p_value": None}),
        ({"m2": replace(M2, n_periods=12)}, {}),
        ({}, {"coverage": 0.5}),
        ({}, {"reliability": 0.7}),
        ({}, {"specifications_share": 0.9}),
    ],
)
def test_standing_on_a_limit_is_enough(change, diagnostics) -> None:
    claim = grade(results(**change), replace(STURDY, **diagnostics), Thresholds(minimum_organizations=10))
    assert claim.grade == ("C" if change.get("m2", M2) is None else "A")
    limits = ("few_clusters", "few_periods", "coverage_low", "index_not_reliable", "specifications_disagree")
    assert not codes(claim) & {*limits, "group_below_minimum", "too_few_organizations"}


@pytest.mark.parametrize("at", [{"p_adjusted": 0.05}, {"low": 0.0}])
def test_touching_zero_or_five_per_cent_is_not_clear(at) -> None:
    assert grade(results(m1=replace(M1, **at)), STURDY).level == "L0"


def test_a_small_sample_interval_that_touches_zero_does_not_agree() -> None:
    claim = grade(results(), replace(STURDY, cr2_low=0.0))
    assert claim.level == "L1"
    assert "small_sample_disagrees" in codes(claim)


def test_the_limit_of_chance_is_not_beyond_it() -> None:
    assert "within_may_be_chance" in codes(grade(results(m2=replace(M2, p_adjusted=0.001)), STURDY))
    assert (
        grade(results(m2=replace(M2, p_adjusted=0.01)), STURDY, Thresholds(alpha_within=0.02)).level == "L4"
    )


def test_a_clear_change_too_small_to_matter_is_no_rung() -> None:
    """A precise estimate finds anything; an interval must reach the effect declared worth knowing."""
    small = {"estimate": 0.006, "low": 0.003, "high": 0.009, "p_adjusted": 1e-6}
    claim = grade(results(m2=replace(M2, **small)), STURDY)
    assert (claim.level, claim.grade) == ("L1", "C")
    assert detail(claim, "within_too_small") == {"low": 0.003, "high": 0.009, "of_interest": 0.01}
    at_the_limit = results(m2=replace(M2, **{**small, "high": 0.01}))
    assert grade(at_the_limit, STURDY).level == "L4"
    negative = {"estimate": -0.006, "low": -0.01, "high": -0.003, "p_adjusted": 1e-6}
    both = results(m1=replace(M1, estimate=-0.05, low=-0.06, high=-0.04), m2=replace(M2, **negative))
    assert grade(both, STURDY).level == "L2"
    assert "within_worth_knowing" in codes(grade(both, STURDY))
    undeclared = Thresholds(effects_of_interest={})
    claim = grade(results(m2=replace(M2, **small)), STURDY, undeclared)
    assert claim.level == "L4"
    assert not codes(claim) & {"within_too_small", "within_worth_knowing"}


def row(check: Check, status: Status, outcome: str = "csat_share") -> Health:
    return Health(check, outcome, status, 0.0, 0.0, 0.0, "")


PASSED = row("coverage", "PASS")


@pytest.mark.parametrize(
    ("card", "letter", "told"),
    [
        ([PASSED], "A", {}),
        ([PASSED, row("sensitivity", "REVIEW")], "B", {"sensitivity": "REVIEW"}),
        ([PASSED, row("identification", "REVIEW", "all")], "B", {"identification": "REVIEW"}),
        ([PASSED, row("sensitivity", "REVIEW", "log_revenue")], "A", {}),
        (
            [row("sensitivity", "REVIEW"), row("pretrends", "FAIL")],
            "C",
            {"pretrends": "FAIL", "sensitivity": "REVIEW"},
        ),
    ],
)
def test_the_health_card_lowers_a_grade_and_says_why(card, letter, told) -> None:
    before = grade(results(), STURDY)
    claim = under_card(before, card)
    assert (before.grade, claim.grade, claim.level, claim.withheld) == ("A", letter, "L4", False)
    assert (claim.estimate, claim.low, claim.high) == (before.estimate, before.low, before.high)
    assert detail(claim, "health_card_asks" if told else "health_card_passes") == told


def test_the_health_card_raises_no_grade_and_touches_no_other_claim() -> None:
    lower = grade(results(is_primary=False), STURDY)
    assert under_card(lower, [row("sensitivity", "REVIEW")]).grade == lower.grade == "C"
    below = grade(results(m2=None), STURDY)
    assert under_card(below, [row("sensitivity", "FAIL")]) == below
    unjudged = grade(results(), STURDY)
    assert under_card(unjudged, [row("identification", "FAIL", "all")]) == unjudged


def test_no_m1_is_no_claim_whatever_else_there_is() -> None:
    claim = grade(results(m1=None), Diagnostics())
    assert (claim.level, claim.grade, claim.withheld) == ("none", "E", True)


NOTHING = {"estimate": 0.001, "low": -0.002, "high": 0.004, "p_adjusted": 0.4, "mde": 0.0042}


@pytest.mark.parametrize(
    ("m1", "m2", "of_interest"),
    [
        # Without an effect worth knowing nobody can say that it would have been seen.
        (replace(M1, **NOTHING), replace(M2, **NOTHING), None),
        (replace(M1, **NOTHING), M2, 0.01),
        # An interval that excludes zero is no null, also where p after Holm is too large to claim it.
        (replace(M1, p_adjusted=0.06), replace(M2, **NOTHING), 0.01),
    ],
)
def test_a_null_is_told_only_where_both_intervals_hold_zero(m1, m2, of_interest) -> None:
    claim = grade(results(m1=m1, m2=m2), replace(STURDY, effect_of_interest=of_interest))
    assert (claim.level, claim.grade, claim.withheld) == ("L0", "D", True)
    assert not codes(claim) & {"well_powered_null", "too_little_power"}
    assert "more_data_needed" in codes(claim)


def test_a_null_without_m2_is_a_null() -> None:
    claim = grade(results(m1=replace(M1, **NOTHING), m2=None), STURDY)
    assert (claim.level, claim.grade) == ("L0", "C")
    assert "well_powered_null" in codes(claim)


@pytest.mark.parametrize("estimate", [0.0, float("inf")])
def test_how_much_more_data_is_not_told_for_an_effect_of_nothing(estimate: float) -> None:
    nothing = replace(M1, **{**NOTHING, "estimate": estimate})
    claim = grade(results(m1=nothing, m2=None), replace(STURDY, effect_of_interest=None))
    assert detail(claim, "more_data_needed") == {"mde": 0.0042}
