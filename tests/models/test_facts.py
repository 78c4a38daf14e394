"""Without these the same inputs give other facts, small groups leak, or the page says what no table holds."""

from __future__ import annotations

import copy
import json
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from facts_fixture import make_facts, small_facts, tables

from contracts.kpis import load_kpis
from models.facts import FactsSettings, build_facts, canonical_json, facts_hash, rounded
from models.facts_cells import Cells
from models.facts_schema import facts_schema, validate_facts

CLAIM_KEYS = {
    "outcome", "is_primary", "level", "grade", "withheld", "estimate", "low", "high", "unit",
    "standard_error_kind", "n_organizations", "n_periods", "first_period", "last_period", "naive_estimate",
    "mde", "coverage", "reasons", "gates", "family",
}  # fmt: skip
PARTS = {
    "is_simulated", "coverage", "stages", "index", "claims", "contrasts", "adoption", "effects", "planted",
    "withheld", "direction", "rises", "dose", "drivers", "flexible", "corrected", "what_if", "robustness",
    "specifications", "health", "benchmarks", "kpis", "ledger", "method", "versions",
}  # fmt: skip


def test_facts_have_exactly_the_agreed_parts_and_claim_keys() -> None:
    facts = make_facts()
    assert set(facts) == PARTS
    assert {frozenset(claim) for claim in facts["claims"]} == {frozenset(CLAIM_KEYS)}


def test_same_tables_in_any_row_order_and_type_give_the_same_bytes() -> None:
    shuffled = {
        name: frame.sample(frac=1, random_state=7).reset_index(drop=True) for name, frame in tables().items()
    }
    shuffled["join_coverage"]["period"] = pd.to_datetime(shuffled["join_coverage"]["period"])
    shuffled["claims"]["reasons"] = [
        text.split(";") if text else [] for text in shuffled["claims"]["reasons"]
    ]
    again = make_facts(**shuffled)
    assert canonical_json(again) == canonical_json(make_facts())


def test_noise_below_the_stated_digits_does_not_move_the_hash() -> None:
    effects = tables()["effects"]
    effects["estimate"] *= 1 + 1e-14
    assert facts_hash(make_facts(effects=effects)) == facts_hash(make_facts())
    effects["estimate"] *= 1.001
    assert facts_hash(make_facts(effects=effects)) != facts_hash(make_facts())


def test_bytes_survive_a_round_trip_through_the_file() -> None:
    data = canonical_json(make_facts())
    assert canonical_json(json.loads(data)) == data
    assert data.endswith(b"}\n")


def test_rounding_keeps_eight_digits_and_no_negative_zero_or_nan() -> None:
    assert rounded({"a": 1 / 3, "b": -0.0, "c": math.nan, "d": 7}) == {
        "a": 0.33333333,
        "b": 0.0,
        "c": None,
        "d": 7,
    }
    assert str(rounded(-0.0)) == "0.0"


def test_schema_refuses_an_unknown_key_a_wrong_type_and_a_bad_period() -> None:
    for path, value in ((("claims", 0, "surprise"), 1), (("claims", 0, "level"), "L5"),
                        (("coverage", "first_period"), "2024-05-13")):  # fmt: skip
        facts = copy.deepcopy(make_facts())
        place = facts
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        with pytest.raises(ValueError, match=str(path[-1])):
            validate_facts(facts)
    assert facts_schema()["properties"].keys() == PARTS


def test_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="n_mature"):
        make_facts(contrasts=tables()["contrasts"].drop(columns="n_mature"))


def test_stage_shares_by_hand() -> None:
    stages = make_facts()["stages"]
    assert [row["n_organizations"] for row in stages["observed"]] == [8, 31, 40, 47, 34]
    assert stages["observed"][4]["share"] == pytest.approx(34 / 160)
    assert stages["observed"][0]["share_first_wave"] == pytest.approx(19 / 160)
    assert [row["share"] for row in stages["published"]] == [0.12, 0.26, 0.24, 0.23, 0.14]
    assert stages["publication"]["n_respondents"] == 400


def test_groups_below_the_minimum_lose_their_figures_and_are_named() -> None:
    facts = small_facts()
    assert facts["stages"]["is_suppressed"]
    assert facts["stages"]["observed"] == []
    assert facts["index"]["mean"] is None
    assert all(row["risk_ratio"] is None and row["share_mature"] is None for row in facts["contrasts"])
    assert all(row["share"] is None for row in facts["adoption"])
    kinds = {entry["kind"] for entry in facts["withheld"]}
    assert kinds == {"claim", "stages", "contrast", "adoption"}


def test_effects_on_too_few_organizations_lose_their_figures() -> None:
    effects = tables()["effects"].assign(n_organizations=8)
    facts = make_facts(effects=effects)
    assert {row["estimate"] for row in facts["effects"]} == {None}
    assert {row["mde"] for row in facts["effects"]} == {None}


def test_what_would_settle_a_withheld_claim() -> None:
    few = [entry for entry in small_facts()["withheld"] if entry["kind"] == "claim"]
    assert {entry["organizations_needed"] for entry in few} == {30}
    plain = {entry["subject"]: entry for entry in make_facts()["withheld"]}["attrition"]
    assert (plain["organizations_needed"], plain["periods_needed"]) == (640, 132)


def test_the_gates_tell_how_much_more_data_is_needed() -> None:
    detail = "mde=0.00168, to_see=0.001, organizations=250, periods=52"
    reasons = pd.DataFrame(
        [
            ("attrition", 1, "more_data_needed", False, detail),
            (
                "revenue_growth",
                1,
                "more_data_needed",
                False,
                "mde=0.1, to_see=0.2, organizations=0, periods=0",
            ),
        ],
        columns=["outcome", "position", "code", "passed", "detail"],
    )
    facts = make_facts(reasons=reasons)
    found = {entry["subject"]: entry for entry in facts["withheld"]}
    assert found["attrition"]["organizations_needed"] == 410
    assert found["attrition"]["periods_needed"] == 85
    assert found["attrition"]["to_see"] == 0.001
    assert found["revenue_growth"]["organizations_needed"] is None


def test_ledger_and_coverage_add_up() -> None:
    facts = make_facts()
    ledger, coverage = facts["ledger"], facts["coverage"]
    parts = ("accepted", "quarantined", "duplicate", "superseded")
    assert ledger["delivered"] == sum(ledger[part] for part in parts)
    assert ledger["is_balanced"]
    assert coverage["n_rows"] == sum(source["n_rows"] for source in coverage["sources"])
    bad = tables()["ledger"]
    bad.loc[0, "accepted"] -= 1
    bad.loc[1, "accepted"] += 1
    assert not make_facts(ledger=bad)["ledger"]["is_balanced"], "two wrongs must not balance"


def test_cells_of_every_kind_become_plain() -> None:
    frame = pd.DataFrame(
        {
            "a": [Decimal("1.50"), None],
            "b": pd.array([1, None], dtype="Int64"),
            "c": pd.to_datetime(["2024-01-01", None]),
            "d": [np.float64("nan"), np.int64(3)],
            "e": [np.bool_(True), False],
        }
    )
    first, second = Cells(frame).rows
    assert first == {"a": 1.5, "b": 1, "c": "2024-01-01", "d": None, "e": True}
    assert second == {"a": None, "b": None, "c": None, "d": 3.0, "e": False}


def test_empty_tables_still_give_valid_facts() -> None:
    empty = {name: frame.iloc[0:0] for name, frame in tables().items()}
    facts = build_facts(**empty, n_organization_months=0, settings=FactsSettings(is_simulated=False))
    assert facts["claims"] == []
    assert facts["coverage"]["mapped_share"] is None


def test_more_of_the_same_is_not_offered_where_it_would_not_help() -> None:
    claims = tables()["claims"]
    claims.loc[claims["grade"] == "D", "reasons"] = "signs_conflict"
    found = {entry["subject"]: entry for entry in make_facts(claims=claims)["withheld"]}
    assert found["revenue_growth"]["organizations_needed"] is None
    assert found["attrition"]["organizations_needed"] == 640


def test_rows_without_a_rate_are_counted() -> None:
    coverage = tables()["join_coverage"].assign(n_without_rate=1)
    assert make_facts(join_coverage=coverage)["coverage"]["n_without_rate"] == len(coverage)
    assert make_facts()["coverage"]["n_without_rate"] == 0


def test_coverage_begins_with_the_index_and_not_with_the_oldest_hire() -> None:
    coverage = tables()["join_coverage"]
    old = coverage.iloc[[0]].assign(source_system="workday", period="2011-01-01", n_rows=5, n_mapped=5)
    facts = make_facts(join_coverage=pd.concat([coverage, old], ignore_index=True))
    assert facts["coverage"]["first_period"] == "2023-01-01"
    assert facts["coverage"]["n_periods"] == 36
    assert facts["coverage"]["n_rows"] == make_facts()["coverage"]["n_rows"] + 5


def test_one_wave_stands_at_no_distance_from_another() -> None:
    assessment = tables()["assessment"]
    waves = assessment["wave"].dropna().unique()
    assert make_facts()["coverage"]["months_between_waves"] == 6
    one = make_facts(assessment=assessment[assessment["wave"].isin([waves[0]])])
    assert one["coverage"]["months_between_waves"] is None


def test_each_kpi_says_where_it_is_known_and_what_it_misses() -> None:
    by_kpi = {row["kpi"]: row for row in make_facts()["kpis"]}
    assert list(by_kpi) == [kpi.code for kpi in load_kpis().kpis], "all of them, in the order of the registry"
    csat = by_kpi["csat_share"]
    assert (csat["n_known"], csat["n_possible"], csat["share_known"]) == (5760, 5760, 1.0)
    assert (csat["n_organizations"], csat["n_below_minimum"]) == (160, 576)
    assert (csat["first_period"], csat["last_period"]) == ("2023-01-01", "2025-12-01")
    assert csat["held_back"] == [
        {"reason": "quarantined", "n_rows": 3, "n_amount_unknown": 0, "amounts": []},
        {"reason": "unmapped", "n_rows": 2, "n_amount_unknown": 0, "amounts": []},
    ]
    assert by_kpi["revenue"]["held_back"][1] == {
        "reason": "quarantined", "n_rows": 4, "n_amount_unknown": 1,
        "amounts": [{"currency": "EUR", "amount": 2411.0}],
    }  # fmt: skip
    assert by_kpi["win_rate"]["share_known"] == pytest.approx(3600 / 5760)
    never = by_kpi["enps"]
    assert (never["n_known"], never["share_known"], never["first_period"], never["held_back"]) == (
        0,
        0,
        None,
        [],
    )


def test_groups_are_those_of_the_latest_month_that_shows_one() -> None:
    benchmarks = {row["kpi"]: row for row in make_facts()["benchmarks"]}
    assert list(benchmarks) == ["integration_index", "csat_share", "revenue"]
    index = benchmarks["integration_index"]
    assert index["period"] == "2025-12-01"
    industry = index["kinds"][0]
    assert [group["segment"] for group in industry["groups"]] == [
        "technology_telecom", "healthcare", "media", "retail",
    ]  # fmt: skip
    assert industry["n_hidden"] == 1
    assert industry["groups"][0]["median"] == pytest.approx(55)
    assert industry["groups"][0]["n_organizations"] == 21


def test_a_hidden_group_leaves_no_number_in_the_facts() -> None:
    for benchmark in small_facts()["benchmarks"]:
        assert all(kind["groups"] == [] for kind in benchmark["kinds"])
        assert sum(kind["n_hidden"] for kind in benchmark["kinds"]) == 13
