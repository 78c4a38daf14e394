"""A mart or result that breaks its contract would be analysed all the same; each rule is shown to bite."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pandera.errors
import pytest

from contracts.beliefs import FCT_BELIEF
from contracts.canary import corrupted, example
from contracts.contract import Contract, Rule
from contracts.kpis import load_kpis
from contracts.marts import MARTS
from contracts.marts_benchmark import ASKED_OF_PEOPLE, benchmark_subjects
from contracts.marts_rules import month_shifts
from contracts.results import RESULTS

CONTRACTS = {**MARTS, **RESULTS, FCT_BELIEF.name: FCT_BELIEF}
RULES = [
    (name, rule) for name, contract in CONTRACTS.items() for rule in contract.rules if rule.stage != "convert"
]
SPELLING = {"required": "not_nullable"}


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_good_rows_pass(contract: Contract) -> None:
    assert len(contract.schema.validate(example(contract), lazy=True)) == 3


@pytest.mark.parametrize(("name", "rule"), RULES, ids=[f"{name}-{rule.id}" for name, rule in RULES])
def test_each_rule_catches_its_canary(name: str, rule: Rule) -> None:
    contract = CONTRACTS[name]
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        contract.schema.validate(corrupted(contract, rule), lazy=True)
    failed = set(caught.value.failure_cases["check"].astype(str))
    assert any(SPELLING.get(rule.name, rule.name) in check for check in failed), failed


def test_the_panel_has_every_outcome_with_lead_and_lag() -> None:
    names = MARTS["fct_maturity_impact"].column_names
    for outcome in load_kpis().outcomes:
        assert {outcome.code, f"{outcome.code}_lead_3m", f"{outcome.code}_lag_3m"} <= set(names)


def test_a_ratio_stands_in_the_panel_with_its_parts_so_that_it_can_be_pooled_over_months() -> None:
    names = set(MARTS["fct_maturity_impact"].column_names)
    for kpi in load_kpis().explained:
        parts = {f"{kpi.code}_numerator", f"{kpi.code}_denominator"}
        assert parts & names == (parts if kpi.is_ratio else set()), kpi.code


@pytest.mark.parametrize("way", ["lead", "lag"])
def test_a_wrong_lead_or_lag_of_any_outcome_is_caught(way: str) -> None:
    mart = MARTS["fct_maturity_impact"]
    months = 3 if way == "lead" else -3
    outcomes = [outcome.code for outcome in load_kpis().outcomes]
    rule = month_shifts(outcomes, months)
    frame = example(mart).astype({"period": "datetime64[us]"})
    frame["organization_id"] = "a"
    frame["period"] = pd.date_range("2024-01-01", periods=3, freq="3MS")
    for code in outcomes:
        frame[code] = [0.1, None, 0.3]
        shifted = [None, 0.3, None] if way == "lead" else [None, 0.1, None]
        frame[f"{code}_{way}_3m"] = shifted
    assert rule.holds(frame).all()
    for code in outcomes:
        bad = frame.copy()
        bad.loc[1, f"{code}_{way}_3m"] = 0.2
        assert rule.holds(bad).tolist() == [True, False, True], code
        bad.loc[1, f"{code}_{way}_3m"] = None
        assert rule.holds(bad).tolist() == [True, False, True], code
    assert rule.holds(frame.sample(frac=1, random_state=1)).all()


def test_figures_about_people_at_work_need_the_larger_group() -> None:
    subjects = benchmark_subjects()
    people = {code for code, about_people in subjects.items() if about_people}
    assert {"headcount", "attrition", "integration_index"} <= people
    assert {code for code in ASKED_OF_PEOPLE if code in subjects} <= people
    assert not {"csat_share", "win_rate", "revenue"} & people


def test_importing_the_contracts_reads_no_file() -> None:
    script = (
        "import sys, yaml\n"
        "yaml.safe_load = lambda *_: sys.exit('a file was read at import')\n"
        "import contracts.marts, contracts.results, contracts.kpis, contracts.instrument\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
