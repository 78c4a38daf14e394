"""Keeps what is missing from becoming a claim or a crash: it is left out, withheld with a reason, or told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.errors import InputRefusedError
from models.raters import reliability_of
from tests.models.planted_runs import ANSWERS, PRIMARY, SECONDARY, analyse, claims_of, small


def test_missing_and_degenerate_secondary_outcomes_are_withheld_with_the_reason() -> None:
    frame = small(seed=9, n_organizations=90).drop(columns=["csat_share"])
    frame["win_rate_lead_3m"] = np.nan
    frame["gross_margin_lead_3m"] = 0.4
    frame["attrition_lead_3m"] = frame["csat_share_lead_3m"].where(frame["organization_id"] < "org_006")
    once = frame["organization_id"].ne(frame["organization_id"].shift())
    frame["headcount_lead_3m"] = frame["csat_share_lead_3m"].where(once)
    result = analyse(frame, answers=ANSWERS)
    claims = claims_of(result)
    assert set(claims) == {*PRIMARY, *SECONDARY}
    for outcome, code in (
        ("revenue_growth", "outcome_missing"),
        ("win_rate", "all_missing"),
        ("gross_margin", "outcome_constant"),
        ("attrition", "group_below_minimum"),
    ):
        claim = claims[outcome]
        assert (claim.level, claim.grade, claim.withheld, claim.estimate) == ("none", "E", True, None)
        assert code in [reason.code for reason in claim.reasons]
    assert "too_few_units" in [reason.code for reason in claims["headcount"].reasons]
    assert claims["csat_share"].level == "L2"


def test_a_primary_outcome_without_any_value_is_withheld_and_its_missing_column_is_an_error() -> None:
    frame = small(seed=9)
    frame["log_revenue"] = frame["log_revenue_lead_3m"] = np.nan
    assert claims_of(analyse(frame, answers=ANSWERS))["log_revenue"].grade == "E"
    with pytest.raises(InputRefusedError, match="log_revenue_lead_3m"):
        analyse(frame.drop(columns="log_revenue_lead_3m"), answers=ANSWERS)


def test_without_answers_no_claim_passes_level_zero() -> None:
    assert {claim.level for claim in analyse(small(seed=4)).claims} <= {"none", "L0"}


@pytest.mark.parametrize(
    ("answers", "measure"),
    [(ANSWERS[ANSWERS["response_key"].str.endswith("_0")], "alpha"), (ANSWERS.iloc[:0], "")],
)
def test_where_no_organisation_has_two_raters_the_rest_is_still_told(
    answers: pd.DataFrame, measure: str
) -> None:
    result = analyse(small(seed=4).assign(wave="2022-H1"), answers=answers)
    assert reliability_of(result.quality)[1] == measure
    assert set(claims_of(result)) >= set(PRIMARY)


def test_rows_with_too_few_raters_are_left_out_and_told() -> None:
    frame = small(seed=4)
    frame["is_low_reliability"] = frame["organization_id"] < "org_010"
    result = analyse(frame, answers=ANSWERS)
    claim = claims_of(result)["csat_share"]
    assert claim.n_organizations == 50
    left_out = next(reason for reason in claim.reasons if reason.code == "low_reliability_left_out")
    assert left_out.detail == {"n": 180}


@pytest.mark.parametrize("n_organizations", [0, 1, 2, 3])
def test_hardly_any_data_is_withheld_and_never_a_crash(n_organizations) -> None:
    frame = small(seed=15)
    frame = frame.loc[frame["organization_id"] < f"org_{n_organizations:03d}"]
    result = analyse(frame, answers=ANSWERS.loc[ANSWERS["organization_id"] < f"org_{n_organizations:03d}"])
    assert {claim.grade for claim in result.claims} == {"E"}
    assert all(claim.withheld and claim.reasons for claim in result.claims)


def test_an_outcome_computed_from_the_index_is_withheld() -> None:
    frame = small(seed=16, outcomes=(*PRIMARY, "headcount")).drop(columns="headcount")
    frame["headcount_lead_3m"] = 3 + 2 * frame["index_per_10"]
    claim = claims_of(analyse(frame, answers=ANSWERS))["headcount"]
    assert claim.grade == "E"
    assert "not_estimable" in [reason.code for reason in claim.reasons]
