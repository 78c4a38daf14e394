"""If these fail, a mart or a result that breaks its contract reaches the estimate, or leadership."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from contracts import Contract, Rule
from contracts.canary import corrupted
from contracts.marts import MARTS
from contracts.results import RESULTS
from models.analysis import Analysis
from orchestration import warehouse
from orchestration.checks import contract_result
from orchestration.runs import RunReport, run_home

TABLES = [*MARTS.values(), *RESULTS.values()]
RULES = [(contract, rule) for contract in TABLES for rule in contract.rules]


def failed_contracts(report: RunReport) -> set[str]:
    return {check.asset for check in report.blocked_by if check.name == "contract"}


def spoilt(contract: Contract) -> pd.DataFrame:
    return corrupted(contract, contract.rules[0])


@pytest.mark.parametrize(("contract", "rule"), RULES, ids=[f"{c.name}-{r.id}" for c, r in RULES])
def test_each_rule_fails_the_check_of_its_table_by_name(contract: Contract, rule: Rule) -> None:
    result = contract_result(contract, corrupted(contract, rule))
    assert not result.passed
    assert rule.id in str(result.description)


def test_broken_marts_stop_the_run_before_the_estimate(
    copied: Path, untouched: Callable[[Path], None]
) -> None:
    def spoil_marts(home: Path) -> None:
        warehouse.write_tables(home, "marts", {name: spoilt(mart) for name, mart in MARTS.items()})

    layers = ("marts", "analysis", "edition")
    report = run_home(copied, select=layers, overrides={"before": {"mart contracts": spoil_marts}})
    assert failed_contracts(report) == {f"marts/{name}" for name in MARTS}
    assert {asset.split("/")[0] for asset in report.materialised} == {"marts"}
    untouched(copied)


def test_a_mart_broken_after_its_check_is_refused_at_use(
    copied: Path, untouched: Callable[[Path], None]
) -> None:
    name = "fct_maturity_impact"
    warehouse.write_tables(copied, "marts", {name: spoilt(MARTS[name])})
    report = run_home(copied, select=("analysis", "edition"))
    assert report.materialised == ()
    assert [name in sentence and "contract" in sentence for sentence in report.errors] == [True]
    untouched(copied)


def test_broken_results_are_not_published(copied: Path, untouched: Callable[[Path], None]) -> None:
    class Spoilt:
        """Results as the real battery names them, each breaking its contract."""

        def frames(self) -> dict[str, pd.DataFrame]:
            return {name: spoilt(contract) for name, contract in RESULTS.items()}

    def analyse(*_: Any, **__: Any) -> Analysis | Spoilt:
        return Spoilt()

    report = run_home(copied, select=("analysis", "edition"), overrides={"analyse": analyse})
    assert failed_contracts(report) == {f"analysis/{name}" for name in RESULTS}
    assert {asset.split("/")[0] for asset in report.materialised} == {"analysis"}
    untouched(copied)
