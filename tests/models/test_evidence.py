"""Keeps a sentence off a rung that its evidence does not reach."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.claims import Diagnostics, Reason, Results, Thresholds
from models.effects import Effect
from models.evidence import grade
from models.result_tables import listed_reasons

M1 = Effect(
    outcome="csat_share",
    is_primary=True,
    family="primary",
    model="M1",
    exposure="index_per_10",
    estimate=0.05,
    standard_error=0.005,
    low=0.04,
    high=0.06,
    p_value=1e-6,
    p_adjusted=2e-6,
    adjustment="holm",
    unit="share",
    standard_error_kind="cluster",
    degrees_of_freedom=99.0,
    n_observations=2400,
    n_organizations=100,
    n_periods=24,
    first_period="2022-01-01",
    last_period="2023-12-01",
    mde=0.014,
)
M2 = replace(M1, model="M2", estimate=0.02, standard_error=0.003, low=0.014, high=0.026, mde=0.0084)
NAIVE = replace(M1, model="naive", estimate=0.07)
NULL = {
    "estimate": 0.001,
    "low": -0.002,
    "high": 0.004,
    "p_adjusted": 0.4,
    "standard_error": 0.0015,
    "mde": 0.0042,
}
GOOD = Diagnostics(
    reliability=0.9,
    reliability_measure="icc2",
    coverage=0.95,
    cr2_low=0.013,
    cr2_high=0.027,
    cr2_p_value=1e-4,
    cr2_degrees_of_freedom=40.0,
    bootstrap_p_value=0.0001,
    cr2_p_adjusted=2e-4,
    bootstrap_p_adjusted=2e-4,
    leave_one_out_low=0.018,
    leave_one_out_high=0.022,
    leave_one_out_keeps_sign=True,
    effect_of_interest=0.01,
)


def results(m1=M1, m2=M2, is_primary=True, failures=()) -> Results:
    return Results("csat_share", is_primary, "share", NAIVE, m1, m2, failures)


def codes(claim) -> set[str]:
    return {reason.code for reason in claim.reasons}


def test_all_gates_of_the_within_rung_are_level_two_grade_b_and_the_order_is_open() -> None:
    claim = grade(results(), GOOD)
    assert (claim.level, claim.grade, claim.withheld) == ("L2", "B", False)
    assert (claim.estimate, claim.low, claim.high, claim.mde) == (0.02, 0.014, 0.026, 0.0084)
    assert claim.naive_estimate == 0.07
    assert "order_not_shown" in codes(claim)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"m2": replace(M2, **NULL)}, "within_interval_includes_zero"),
        ({"m2": replace(M2, p_adjusted=0.06)}, "within_interval_includes_zero"),
        ({"m2": replace(M2, p_adjusted=0.0011)}, "within_may_be_chance"),
        ({"diagnostics": {"cr2_p_adjusted": 0.0011}}, "within_may_be_chance"),
        ({"diagnostics": {"cr2_p_adjusted": None}}, "within_may_be_chance"),
        (
            {"m2": replace(M2, n_organizations=35), "diagnostics": {"bootstrap_p_adjusted": 0.0011}},
            "within_may_be_chance",
        ),
        ({"m2": replace(M2, estimate=0.006, low=0.003, high=0.0099)}, "within_too_small"),
        ({"m2": None}, "within_interval_includes_zero"),
        ({"diagnostics": {"cr2_low": -0.001}}, "small_sample_disagrees"),
        ({"diagnostics": {"cr2_low": None}}, "small_sample_disagrees"),
        ({"diagnostics": {"leave_one_out_keeps_sign": False}}, "leave_one_out_changes_sign"),
        (
            {"m2": replace(M2, n_organizations=35), "diagnostics": {"bootstrap_p_value": 0.2}},
            "bootstrap_disagrees",
        ),
        (
            {"m2": replace(M2, n_organizations=35), "diagnostics": {"bootstrap_p_value": None}},
            "bootstrap_disagrees",
        ),
    ],
)
def test_each_gate_of_level_two_stops_at_level_one(change, code) -> None:
    change = dict(change)
    claim = grade(results(m2=change.get("m2", M2)), replace(GOOD, **change.get("diagnostics", {})))
    assert (claim.level, claim.grade) == ("L1", "C")
    assert code in codes(claim)
    assert claim.estimate == M1.estimate


@pytest.mark.parametrize(
    ("m1", "diagnostics", "code"),
    [
        (replace(M1, n_organizations=29), {}, "too_few_organizations"),
        (M1, {"reliability": 0.69}, "index_not_reliable"),
        (M1, {"reliability": None}, "index_not_reliable"),
        (replace(M1, p_adjusted=0.051), {}, "interval_includes_zero"),
        (replace(M1, low=-0.01), {}, "interval_includes_zero"),
    ],
)
def test_each_gate_of_level_one_withholds_the_claim(m1, diagnostics, code) -> None:
    claim = grade(results(m1=m1), replace(GOOD, **diagnostics))
    assert (claim.level, claim.grade, claim.withheld) == ("L0", "D", True)
    assert (claim.estimate, claim.low, claim.high, claim.naive_estimate) == (None, None, None, None)
    assert claim.mde == m1.mde
    assert {code, "more_data_needed"} <= codes(claim)


def test_opposite_signs_stop_at_the_lower_rung_and_a_clear_conflict_is_withheld() -> None:
    unclear = grade(results(m2=replace(M2, estimate=-0.001, low=-0.004, high=0.002, p_adjusted=0.5)), GOOD)
    assert (unclear.level, unclear.grade) == ("L1", "C")
    assert "signs_conflict" in codes(unclear)
    clear = grade(results(m2=replace(M2, estimate=-0.02, low=-0.026, high=-0.014)), GOOD)
    assert (clear.level, clear.grade, clear.withheld) == ("L1", "D", True)


def test_a_null_with_power_is_a_finding_and_without_power_is_withheld() -> None:
    finding = grade(results(m1=replace(M1, **NULL), m2=replace(M2, **NULL)), GOOD)
    assert (finding.level, finding.grade, finding.withheld) == ("L0", "C", False)
    null = next(reason for reason in finding.reasons if reason.code == "well_powered_null")
    assert null.detail == {
        "detectable": 0.0042,
        "saw": 0.001,
        "low": -0.002,
        "high": 0.004,
        "of_interest": 0.01,
    }
    blind = {**NULL, "low": -0.05, "high": 0.052, "standard_error": 0.02, "mde": 0.056}
    withheld = grade(results(m1=replace(M1, **blind), m2=replace(M2, **blind)), GOOD)
    assert (withheld.grade, withheld.withheld) == ("D", True)
    need = next(reason for reason in withheld.reasons if reason.code == "more_data_needed")
    # 0.056 / 0.01 squared is 31.4 times the 100 organisations and the 24 periods.
    assert need.detail["organizations"] == pytest.approx(3040, abs=10)
    assert need.detail["periods"] == pytest.approx(730, abs=5)
    assert "too_little_power" in codes(withheld)


def test_the_table_lists_what_failed_and_a_null_with_power_and_not_what_it_would_take() -> None:
    said = {"interval_includes_zero": False, "enough_periods": True, "well_powered_null": True}
    said |= {"more_data_needed": False, "signs_conflict": False}
    claim = replace(
        grade(results(), GOOD), reasons=tuple(Reason(code, passed) for code, passed in said.items())
    )
    assert listed_reasons(claim) == ("interval_includes_zero", "well_powered_null", "signs_conflict")


def test_a_null_must_have_been_able_to_see_a_point_or_two_per_cent() -> None:
    points = {"csat_share": 0.01, "win_rate": 0.01, "gross_margin": 0.01}
    assert dict(Thresholds().effects_of_interest) == {**points, "log_revenue": 0.02, "revenue_growth": 0.02}


def test_a_null_on_an_unreliable_index_is_no_finding() -> None:
    nulls = results(m1=replace(M1, **NULL), m2=replace(M2, **NULL))
    assert grade(nulls, replace(GOOD, reliability=0.3)).withheld


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        (grade(results(is_primary=False), GOOD), "exploratory"),
        (grade(results(), replace(GOOD, coverage=0.3)), "coverage_low"),
        (grade(results(m2=replace(M2, n_periods=6)), GOOD), "few_periods"),
        (grade(results(m2=replace(M2, n_organizations=35)), GOOD), "few_clusters"),
    ],
)
def test_grade_b_needs_a_declared_outcome_and_enough_of_everything(claim, code) -> None:
    assert (claim.level, claim.grade) == ("L2", "C")
    assert code in codes(claim)


def test_few_organisations_are_not_published_at_all() -> None:
    claim = grade(results(m1=replace(M1, n_organizations=9)), GOOD)
    assert (claim.level, claim.grade, claim.withheld, claim.n_organizations) == ("none", "E", True, 9)
    assert "group_below_minimum" in codes(claim)


def test_what_could_not_be_estimated_says_why() -> None:
    failure = Reason("outcome_constant", False, {"model": "M1"})
    claim = grade(results(m1=None, m2=None, failures=(failure,)), Diagnostics())
    assert (claim.level, claim.grade, claim.estimate, claim.mde) == ("none", "E", None, None)
    assert claim.reasons == (failure,)
    assert codes(grade(results(m1=None, m2=None), Diagnostics())) == {"outcome_missing"}


def test_thresholds_are_the_users() -> None:
    few = results(m1=replace(M1, n_organizations=29), m2=replace(M2, n_organizations=29))
    assert grade(few, GOOD, Thresholds(minimum_organizations=20)).level == "L2"


def test_left_out_rows_are_told() -> None:
    assert "low_reliability_left_out" in codes(grade(results(), replace(GOOD, n_low_reliability=4)))
