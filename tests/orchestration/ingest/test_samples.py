"""Harm prevented: a sample comes out differently, or stands unjudged, and the run over them ends well."""

import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.profile import load_profiles
from tests.orchestration.ingest.conftest import Exports

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "samples"
GOOD = {
    "file": "tickets.csv",
    "why": "one of two tickets was created on a day that is none",
    "expect": {"status": "taken", "delivered": 2, "reasons": {"created_at:timestamp": 1}},
    "says": ["optional columns are missing"],
    "put": {"never": "31/02/2024"},
    "figures": {"select status, count(*) from tickets group by all": [["solved", 1]]},
    "cells": {"id": ["1", "2"]},
}


@pytest.fixture(scope="module")
def run() -> dict[str, Any]:
    return runpy.run_path(str(BENCHMARK / "run.py"))


@pytest.fixture
def samples(exports: Exports, tmp_path: Path) -> Path:
    path = exports.tickets("tickets.csv", [{"id": "1"}, {"id": "2", "created_at": "never"}])
    folder = tmp_path / "samples"
    folder.mkdir()
    path.rename(folder / "tickets.csv")
    return folder


def told(
    run: dict[str, Any], samples: Path, cases: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    expected = samples.parent / "expected.yaml"
    expected.write_text(yaml.safe_dump(cases), encoding="utf-8")
    code = run["main"]([str(samples), "--expected", str(expected)])
    return code, capsys.readouterr().out


def test_a_sample_as_expected_ends_well(
    run: dict[str, Any], samples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(run, samples, [GOOD], capsys) == (0, "samples 1, expectations 1, differences 0\n")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"expect": {"delivered": 3}}, "delivered is 2, expected 3"),
        ({"expect": {"reasons": {}}}, "reasons is {'created_at:timestamp': 1}"),
        ({"says": ["nothing of it"]}, "does not say 'nothing of it'"),
        ({"figures": {"select count(*) from tickets": 2}}, "gives 1, expected 2"),
        ({"figures": {"select count(*) from nowhere": 0}}, "nowhere"),
        ({"cells": {"id": ["1", "3"]}}, "column id reads ['1', '2']"),
    ],
)
def test_whatever_is_different_is_named_with_the_reason(
    run: dict[str, Any],
    samples: Path,
    capsys: pytest.CaptureFixture[str],
    changed: dict[str, Any],
    said: str,
) -> None:
    code, words = told(run, samples, [{**GOOD, **changed}], capsys)
    assert code == 1
    assert said in words
    assert f"since {GOOD['why']}" in words


def test_a_sample_without_expectation_and_one_that_is_gone_are_differences(
    run: dict[str, Any], samples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, words = told(run, samples, [{**GOOD, "file": "gone.csv"}], capsys)
    assert code == 1
    assert words.splitlines()[:2] == ["tickets.csv: has no expectation", "gone.csv: is not there"]


def test_each_expectation_says_why_and_names_what_it_expects() -> None:
    for case in yaml.safe_load((BENCHMARK / "expected.yaml").read_text(encoding="utf-8")):
        assert set(case) <= {"file", "why", "expect", "says", "declare", "put", "figures", "cells"}
        assert case["why"]
        assert case["expect"]["profile"] in (None, *load_profiles())
        assert "status" in case["expect"]
