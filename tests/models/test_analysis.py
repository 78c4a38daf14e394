"""Keeps claims true: what was planted is found, what was not is not, and nothing depends on order."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from threadpoolctl import threadpool_limits

from models.analysis import analyse as whole_battery
from models.claims import Thresholds
from models.effects import fit_outcome
from models.inference import wild_cluster_bootstrap
from models.panel import within_design
from models.planted import planted_panel
from tests.models.planted_runs import ANSWERS, PRIMARY, analyse, claims_of, small

ROOT = Path(__file__).parents[2]
CSAT = ("csat_share",)


@pytest.fixture(autouse=True)
def _one_blas_thread():
    """Test machines share their cores; spinning threads stand in each other's way."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield


def effects_of(result) -> dict:
    return {(row.outcome, row.model): row for row in result.effects}


def test_a_planted_effect_is_found_within_and_the_naive_figure_is_not_believed() -> None:
    result = analyse(planted_panel(2, n_organizations=100, trait=0.1), answers=ANSWERS)
    for outcome in PRIMARY:
        claim = claims_of(result)[outcome]
        assert (claim.level, claim.grade) == ("L2", "B")
        assert claim.low <= 0.02 <= claim.high
        naive = effects_of(result)[outcome, "naive"]
        assert naive.low > 0.02
        assert claim.naive_estimate == naive.estimate
        assert claim.estimate == effects_of(result)[outcome, "M2"].estimate


def test_a_fixed_trait_fools_m1_and_not_m2() -> None:
    result = analyse(small(seed=5, effect=0.0, trait=0.1), answers=ANSWERS)
    effects = effects_of(result)
    for outcome in PRIMARY:
        assert effects[outcome, "M1"].low > 0
        assert effects[outcome, "M2"].low < 0 < effects[outcome, "M2"].high
        assert claims_of(result)[outcome].level in ("L0", "L1")


def test_nothing_planted_is_no_claim_but_a_null_with_what_could_have_been_seen() -> None:
    result = analyse(small(seed=6, effect=0.0, noise=0.02), answers=ANSWERS)
    for claim in result.claims[:2]:
        assert claim.level == "L0"
        codes = [reason.code for reason in claim.reasons]
        assert "well_powered_null" in codes
        assert claim.grade == "C"
        assert claim.low <= 0 <= claim.high


def test_intervals_cover_the_planted_effect_over_a_hundred_worlds() -> None:
    covered = 0
    for world in range(100):
        frame = planted_panel(
            100 + world, n_organizations=40, n_months=12, effect=0.01, trait=0.05, outcomes=CSAT
        )
        fits = fit_outcome(frame, "csat_share", small_clusters=0, n_draws=1, seed=1)
        covered += fits.m2.coefficient.low <= 0.01 <= fits.m2.coefficient.high
    # Binomial(100, .95): below 89 in 1 of 90 honest runs. A false alarm is a world whose interval misses the
    # truth, whatever the truth is, so the same count bounds the rate of false findings.
    assert covered >= 89


def test_eight_organisations_bootstrap_size_in_a_panel() -> None:
    rejected = 0
    for world in range(200):
        frame = planted_panel(
            900 + world, n_organizations=8, n_months=10, effect=0.0, trait=0.05, outcomes=CSAT
        )
        design = within_design(
            frame, "csat_share_lead_3m", "index_per_10", (), unit="organization_id", period="period"
        )
        rejected += wild_cluster_bootstrap(design.y, design.X, design.units, 0, 399, world).p_value < 0.05
    # Binomial(200, .05): more than 20 in 1 of 1,000 honest runs.
    assert rejected <= 20


def test_below_forty_organisations_the_bootstrap_must_agree() -> None:
    result = analyse(small(seed=7, n_organizations=32), answers=ANSWERS)
    codes = {reason.code for reason in claims_of(result)["csat_share"].reasons}
    assert codes & {"bootstrap_agrees", "bootstrap_disagrees"}
    many = analyse(small(seed=7), answers=ANSWERS)
    codes = {reason.code for reason in claims_of(many)["csat_share"].reasons}
    assert not codes & {"bootstrap_agrees", "bootstrap_disagrees"}


def test_row_order_does_not_change_a_digit_of_any_table() -> None:
    frame = small(seed=8, n_organizations=40, n_months=24)
    a = whole_battery(frame, answers=ANSWERS).frames()
    moved = frame.sample(frac=1, random_state=3)
    b = whole_battery(moved, answers=ANSWERS.sample(frac=1, random_state=3)).frames()
    assert a.keys() == b.keys()
    for name in a:
        assert_frame_equal(a[name], b[name], check_exact=True, obj=name)


def test_the_hash_seed_does_not_change_a_digit() -> None:
    code = (
        "import hashlib\nfrom models.analysis import analyse\n"
        "from models.planted import OUTCOMES, planted_panel\n"
        "frame = planted_panel(8, n_organizations=36, n_months=12, outcomes=OUTCOMES[:2])\n"
        "result = analyse(frame, exploratory=())\n"
        "print(hashlib.sha256(repr((result.effects, result.claims, result.health)).encode()).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    frame = planted_panel(8, n_organizations=36, n_months=12, outcomes=PRIMARY)
    here = whole_battery(frame, exploratory=())
    told = repr((here.effects, here.claims, here.health))
    assert done.stdout.strip() == hashlib.sha256(told.encode()).hexdigest()


def test_families_are_adjusted_apart() -> None:
    result = analyse(planted_panel(10, n_organizations=40, n_months=12), answers=ANSWERS)
    for model in ("naive", "M1", "M2"):
        rows = [row for row in result.effects if row.model == model]
        p = sorted(row.p_value for row in rows if row.is_primary)
        assert min(row.p_adjusted for row in rows if row.is_primary) == pytest.approx(min(1, 2 * p[0]))
        assert {row.adjustment for row in rows if not row.is_primary} == {"bh"}
        worst = max(row.p_value for row in rows if not row.is_primary)
        assert max(row.p_adjusted for row in rows if not row.is_primary) == pytest.approx(worst)


def test_small_samples_are_adjusted_within_the_family_too() -> None:
    """Chance must be ruled out by each form of the within estimate, for as many outcomes as were declared."""
    frame = small(seed=7, n_organizations=32)
    result = analyse(frame, answers=ANSWERS, thresholds=Thresholds(bootstrap_draws=999))
    effects = effects_of(result)
    fits = {one.outcome: one.fits.small_sample for one in result.outcomes}
    for p_values in (
        {name: fits[name].cr2.p_value for name in PRIMARY},
        {name: fits[name].bootstrap_p_value for name in PRIMARY},
    ):
        assert min(p_values.values()) > 0
    for name in PRIMARY:
        forms = [
            {other: effects[other, "M2"].p_value for other in PRIMARY},
            {other: fits[other].cr2.p_value for other in PRIMARY},
            {other: fits[other].bootstrap_p_value for other in PRIMARY},
        ]
        # Holm by hand for two: twice the smaller, and the larger no less than that.
        adjusted = []
        for p in forms:
            twice = min(1.0, 2 * min(p.values()))
            adjusted.append(twice if p[name] == min(p.values()) else max(p[name], twice))
        chance = next(
            reason
            for reason in claims_of(result)[name].reasons
            if reason.code in ("within_beyond_chance", "within_may_be_chance")
        )
        assert chance.detail["p"] == pytest.approx(max(adjusted))


def test_the_health_card_is_asked_before_a_grade_is_given() -> None:
    """What the card asks stands among the reasons, and the grade is no better than that allows."""
    result = whole_battery(
        planted_panel(2, n_organizations=100, trait=0.1),
        answers=ANSWERS,
        primary=PRIMARY,
        exploratory=(),
        parts=("fragility",),
    )
    open_rows = [row for row in result.health if row.status != "PASS"]
    asked = {name: {row.check for row in open_rows if row.outcome in (name, "all")} for name in PRIMARY}
    claims = claims_of(result)
    within = [name for name in PRIMARY if claims[name].level == "L2"]
    assert within
    for name in within:
        told = {reason.code: dict(reason.detail) for reason in claims[name].reasons}
        found = told["health_card_asks" if asked[name] else "health_card_passes"]
        assert set(found) == asked[name]
        failed = "FAIL" in found.values()
        assert claims[name].grade >= ("C" if failed else "B")


def test_secondary_and_exploratory_outcomes_are_families_of_their_own() -> None:
    """Thirty looks at the rest of the registry must not make the seven headline figures harder to see."""
    second, third = ("win_rate", "attrition"), ("nps", "backlog", "enps")
    frame = planted_panel(10, n_organizations=40, n_months=12, outcomes=(*PRIMARY, *second, *third))
    frame["engagement_lead_3m"] = np.nan
    result = analyse(frame, answers=ANSWERS)
    rows = [row for row in result.effects if row.model == "M2"]
    members = {
        family: {row.outcome for row in rows if row.family == family}
        for family in ("primary", "secondary", "exploratory")
    }
    assert members == {"primary": set(PRIMARY), "secondary": set(second), "exploratory": set(third)}
    for family in ("secondary", "exploratory"):
        own = [row for row in rows if row.family == family]
        smallest = min(own, key=lambda row: row.p_value)
        others = [row.p_value for row in own]
        assert smallest.p_adjusted == pytest.approx(
            min(len(own) / (k + 1) * p for k, p in enumerate(sorted(others)))
        )
    claims = claims_of(result)
    assert "nps" in claims
    assert "engagement" not in claims
    swapped = analyse(frame, answers=ANSWERS, primary=("csat_share",))
    families = {row.outcome: row.family for row in swapped.effects}
    assert (families["csat_share"], families["log_revenue"]) == ("primary", "secondary")


def test_units_of_an_outcome_carry_through() -> None:
    frame = small(seed=11, outcomes=(*PRIMARY, "headcount"))
    scaled = frame.assign(
        headcount=frame["headcount"] * 60, headcount_lead_3m=frame["headcount_lead_3m"] * 60
    )
    a, b = (effects_of(analyse(f, answers=ANSWERS))["headcount", "M2"] for f in (frame, scaled))
    np.testing.assert_allclose(
        [b.estimate, b.low, b.high, b.mde], 60 * np.array([a.estimate, a.low, a.high, a.mde])
    )
    assert b.p_value == pytest.approx(a.p_value)


def test_nobody_is_ranked_by_a_control_that_one_organisation_holds() -> None:
    frame = small(seed=13)
    frame.loc[frame["organization_id"] == "org_004", "country"] = "US"
    frame["customer_type"] = frame["industry"].map({"media": "b2b", "retail": "b2c", "healthcare": "b2c"})
    effects = effects_of(analyse(frame, answers=ANSWERS))
    assert effects["csat_share", "M1"].n_organizations == 60


def test_thresholds_are_the_installations() -> None:
    strict = Thresholds(minimum_organizations=61)
    result = analyse(small(seed=4), answers=ANSWERS, thresholds=strict)
    assert claims_of(result)["csat_share"].withheld


def test_frames_as_the_warehouse_gives_them_are_taken() -> None:
    frame = small(seed=4)
    native = frame.convert_dtypes().assign(period=frame["period"].astype("datetime64[us]"))
    native["is_low_reliability"] = native["is_low_reliability"].astype("boolean")
    native.loc[3, "is_low_reliability"] = pd.NA
    assert analyse(frame).effects == analyse(native).effects
