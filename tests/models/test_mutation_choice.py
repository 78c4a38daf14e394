"""Harm prevented: mutants are held to tests that never run them, and the share caught says nothing."""

import json
from pathlib import Path

import pytest

from benchmarks.mutation.chosen import Covered, chosen
from benchmarks.mutation.run import report

TOLD = {
    "tests": {
        "t.py::slow": {"seconds": 9.0, "fixtures": []},
        "t.py::quick": {"seconds": 0.5, "fixtures": []},
        "t.py::fixed": {"seconds": 1.0, "fixtures": ["::world"]},
        "t.py::other": {"seconds": 0.1, "fixtures": []},
    },
    "fixtures": {"::world": 3.0},
    "lines": {
        "models/a.py": {
            "1": [],
            "5": ["t.py::slow", "t.py::quick"],
            "6": ["::world"],
            "9": ["t.py::slow"],
        },
        "models/b.py": {"1": ["t.py::other"]},
    },
}


@pytest.fixture
def covered(tmp_path: Path) -> Covered:
    (tmp_path / "covered.json").write_text(json.dumps(TOLD))
    return Covered.of(tmp_path / "covered.json")


@pytest.mark.parametrize(
    ("statement", "budgets", "quick", "rest"),
    [
        ((5, 5), (4.0, 20.0), ["quick"], ["slow"]),
        ((5, 6), (4.6, 20.0), ["quick", "fixed"], ["slow"]),
        ((9, 9), (4.0, 20.0), ["slow"], []),
        ((5, 5), (4.0, 1.0), ["quick"], []),
        ((1, 1), (4.0, 20.0), ["quick"], ["fixed", "slow"]),
        ((7, 8), (4.0, 20.0), [], []),
    ],
)
def test_a_mutant_meets_the_tests_that_run_it_quick_ones_first(
    covered: Covered,
    statement: tuple[int, int],
    budgets: tuple[float, float],
    quick: list[str],
    rest: list[str],
) -> None:
    found = chosen(covered, "models/a.py", statement, budgets)
    assert [[test.name.removeprefix("t.py::") for test in tests] for tests in found] == [quick, rest]


def test_what_no_test_runs_counts_as_not_caught(capsys: pytest.CaptureFixture[str]) -> None:
    one = {"module": "models/a.py", "line": 1, "operator": "AddNot", "before": "if x:", "after": "if not x:"}
    report([{**one, "verdict": verdict} for verdict in ("killed", "timeout", "survived", "not run")])
    told = capsys.readouterr().out
    assert told.splitlines()[-1] == "caught 50.0% [15.0%, 85.0%] of 4 mutants"
    assert told.count("+ if not x:") == 2
