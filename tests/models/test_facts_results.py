"""Without these a verdict loses its reasons, small groups leak, or forty outcomes fill the page."""

from __future__ import annotations

import json
from itertools import pairwise

import pandas as pd
import pytest
from facts_fixture import make_facts, small_facts, tables
from results_fixture import GATES, PRIMARY, VERDICTS, result_tables

from contracts.instrument import load_instrument
from contracts.results import RESULTS
from models.facts import canonical_json
from models.facts_gates import numbers
from models.facts_results import RESULT_TABLES
from orchestration.editions import facts_read


def test_every_table_that_is_read_has_a_contract_and_is_read_for_an_edition() -> None:
    assert set(RESULT_TABLES) <= set(RESULTS)
    assert {("analysis", name) for name in RESULT_TABLES} <= set(facts_read.RELATIONS)


def test_any_row_order_of_the_results_gives_the_same_bytes() -> None:
    shuffled = {
        name: frame.sample(frac=1, random_state=5).reset_index(drop=True)
        for name, frame in result_tables().items()
    }
    assert canonical_json(make_facts(results=shuffled)) == canonical_json(make_facts())


@pytest.mark.parametrize("verdict", VERDICTS)
def test_each_verdict_keeps_its_reasons_and_what_would_settle_it(verdict: str) -> None:
    found = make_facts(verdict=verdict)["direction"]
    assert [row["outcome"] for row in found] == list(PRIMARY)
    assert {row["verdict"] for row in found} == {verdict}
    assert tuple(gate["code"] for gate in found[0]["gates"]) == GATES[verdict]
    settled = found[0]["settlement"]
    expected = (310, 11, 10) if verdict == "cannot_tell" else (None, None, None)
    assert (settled["organizations"], settled["waves"], settled["quarters"]) == expected
    assert [path["path"] for path in found[0]["paths"]][:2] == ["forward", "reverse"]
    assert [point["quarter"] for point in found[0]["lead_lag"]] == list(range(-4, 5))


def test_a_missing_column_of_a_result_is_named_and_a_missing_table_leaves_its_part_empty() -> None:
    broken = result_tables()
    broken["direction"] = broken["direction"].drop(columns="verdict")
    with pytest.raises(ValueError, match="verdict"):
        make_facts(results=broken)
    bare = make_facts(results={})
    for part in (
        "direction",
        "rises",
        "dose",
        "drivers",
        "what_if",
        "robustness",
        "specifications",
        "health",
    ):
        assert bare[part] == []
    assert bare["index"]["ranks"] is None
    assert not bare["method"]["direction"]["is_tested"]


def test_too_few_organisations_leave_no_number_in_any_curve() -> None:
    facts = small_facts()
    for part in ("dose", "drivers", "flexible", "corrected", "robustness", "specifications"):
        assert facts[part] == []
    assert facts["index"]["ranks"] is None
    assert {sign["share"] for sign in facts["index"]["watch"]} == {None}
    for rise in facts["rises"]:
        assert (rise["estimate"], rise["low"], rise["quarters"], rise["bounds"]) == (None, None, [], [])
    for verdict in facts["direction"]:
        assert (verdict["paths"], verdict["lead_lag"], verdict["fit"]) == ([], [], None)
        assert all(gate["numbers"] == {} for gate in verdict["gates"])


def test_a_quarter_of_few_organisations_is_left_out_and_so_is_a_stage() -> None:
    facts = make_facts()
    assert [point["quarter"] for point in facts["rises"][0]["quarters"]] == [-4, -3, -2, 0, 1, 2, 3]
    [first] = [row for row in facts["what_if"] if row["outcome"] == "csat_share"]
    assert (first["stage_code"], first["next_stage_code"]) == ("doing_nothing", "first_steps")
    assert (first["n_organizations"], first["n_observed"], first["is_suppressed"]) == (13, 12, False)
    assert first["step"] == pytest.approx(20 - 12.55)
    assert first["expected"] == pytest.approx(0.0183 * (20 - 12.55) / 10)
    few = result_tables()
    few["what_if"] = few["what_if"].groupby("outcome").head(9)
    [hidden] = [row for row in make_facts(results=few)["what_if"] if row["outcome"] == "csat_share"]
    assert (hidden["is_suppressed"], hidden["step"], hidden["low"]) == (True, None, None)


def test_every_stage_but_the_last_is_told_what_one_stage_up_goes_with() -> None:
    stages = load_instrument().stages
    for stage, following in pairwise(stages):
        moved = result_tables()
        moved["what_if"]["index"] = (stage.lower + following.lower) / 2
        [told] = [row for row in make_facts(results=moved)["what_if"] if row["outcome"] == "csat_share"]
        assert (told["stage_code"], told["next_stage_code"]) == (stage.code, following.code)


def test_no_single_organisation_stands_in_the_facts() -> None:
    assert "o001" not in json.dumps(make_facts())


def test_outcomes_that_were_not_declared_have_a_verdict_and_no_curve() -> None:
    more = {name: pd.concat([frame, _as_exploratory(frame)]) for name, frame in result_tables().items()}
    facts = make_facts(results=more)
    verdicts = {row["outcome"]: row for row in facts["direction"]}
    assert verdicts["win_rate"]["verdict"] == "maturity_first"
    assert verdicts["win_rate"]["lead_lag"] == []
    for part in ("rises", "dose", "drivers", "what_if", "robustness", "specifications"):
        assert {row["outcome"] for row in facts[part]} == set(PRIMARY)
    assert {row["outcome"] for row in facts["health"]} == {*PRIMARY, "all"}


def _as_exploratory(frame: pd.DataFrame) -> pd.DataFrame:
    if "outcome" not in frame.columns:
        return frame.iloc[0:0]
    rows = frame[frame["outcome"] == "csat_share"].assign(outcome="win_rate")
    return rows.assign(is_primary=False) if "is_primary" in rows.columns else rows


def test_gates_of_a_claim_keep_their_order_and_a_withheld_one_tells_no_size() -> None:
    rows = [
        ("csat_share", 2, "interval_excludes_zero", True, "p_adjusted=1e-05, low=0.01, high=0.02, x=holm"),
        ("csat_share", 1, "enough_organizations", True, "n=160, minimum=30"),
        ("attrition", 1, "interval_includes_zero", False, "p_adjusted=0.4, low=-0.03, high=0.02"),
        ("attrition", 2, "more_data_needed", False, "mde=0.1, to_see=0.01, organizations=250, periods=52"),
    ]  # fmt: skip
    names = ["outcome", "position", "code", "passed", "detail"]
    facts = make_facts(reasons=pd.DataFrame(rows, columns=names))
    claims = {claim["outcome"]: claim for claim in facts["claims"]}
    first, second = claims["csat_share"]["gates"]
    assert (first["code"], first["numbers"]) == ("enough_organizations", {"n": 160, "minimum": 30})
    assert second["numbers"] == {"p_adjusted": 1e-05, "low": 0.01, "high": 0.02}
    assert claims["attrition"]["gates"][0]["numbers"] == {"p_adjusted": 0.4}
    plan = {entry["subject"]: entry for entry in facts["withheld"]}["attrition"]
    # Six waves half a year apart, 33 months seen and 52 more: nine waves more, eighteen quarters to wait.
    assert (plan["periods_needed"], plan["waves_needed"], plan["quarters_needed"]) == (85, 15, 18)


def test_only_numbers_are_read_out_of_a_detail() -> None:
    detail = "what=win_rate=0.3 of org, 12 rows, value=0.5, verdict=both, n=4"
    assert numbers(detail)["value"] == 0.5
    assert "verdict" not in numbers(detail)
    assert numbers(None) == {}


def test_the_health_card_is_in_reading_order_and_says_what_to_do() -> None:
    card = make_facts()["health"]
    assert [row["check"] for row in card][:2] == ["coverage", "coverage"]
    for row in card:
        assert (row["action"] is None) == (row["status"] == "PASS")
    assert {row["status"] for row in card} == {"PASS", "REVIEW", "FAIL"}


def test_planted_truth_says_by_how_much_each_figure_is_wrong() -> None:
    planted = {row["outcome"]: row for row in make_facts()["planted"]}["csat_share"]
    assert planted["wrong_by"] == pytest.approx(0.0183 - 0.015)
    assert planted["naive_wrong_by"] == pytest.approx(0.0405 - 0.015)


def test_coverage_of_a_claim_stands_in_the_facts() -> None:
    assert {claim["coverage"] for claim in make_facts()["claims"]} == {0.97}
    with pytest.raises(ValueError, match="coverage"):
        make_facts(claims=tables()["claims"].drop(columns="coverage"))


def test_claims_stand_by_the_family_they_were_adjusted_in() -> None:
    effects = tables()["effects"]
    effects.loc[effects["outcome"] == "attrition", "family"] = "exploratory"
    claims = make_facts(effects=effects)["claims"]
    assert [claim["family"] for claim in claims] == ["primary"] * 2 + ["secondary"] * 6 + ["exploratory"]
    assert claims[-1]["outcome"] == "attrition"
    unknown = make_facts(effects=effects[effects["outcome"] != "win_rate"])["claims"]
    assert {c["outcome"]: c["family"] for c in unknown}["win_rate"] == "exploratory"
    method = make_facts(effects=effects)["method"]
    assert (method["n_primary"], method["n_secondary"], method["n_exploratory"], method["n_others"]) == (
        2,
        6,
        1,
        7,
    )


def test_the_span_of_the_specifications_is_that_of_their_estimates() -> None:
    for curve in make_facts()["specifications"]:
        estimates = [row["estimate"] for row in curve["specifications"]]
        assert (curve["lowest"], curve["highest"]) == (min(estimates), max(estimates))
        assert curve["lowest"] < curve["highest"] != 0
