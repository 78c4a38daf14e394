"""Harm prevented: a run goes on although a rule refused more rows than anybody agreed to."""

from typing import Any

import pytest

from orchestration.ingest.gate.tolerance import Breach, breaches, tolerated
from orchestration.settings import Settings


def _with(shares: dict[str, float], default: float = 0.0) -> Settings:
    return Settings.model_validate({"tolerated_share": {"default": default, "rules": shares}})


def test_nothing_is_tolerated_unless_it_is_said(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}, {"id": "2"}, {"id": "3"}, {"id": "4", "created_at": "never"}])
    result = exports.run()
    found = breaches(result, _with({}))
    assert found == [Breach("tickets", "created_at:timestamp", 1, 4, 0.0)]
    assert found[0].refused_share == 0.25
    assert breaches(result, _with({"created_at:timestamp": 0.25})) == []
    assert breaches(result, _with({"created_at:timestamp": 0.24})) != []


@pytest.mark.parametrize(
    ("shares", "share"),
    [
        ({"tickets.status:known_value": 0.1, "status:known_value": 0.2, "tickets": 0.3}, 0.1),
        ({"status:known_value": 0.2, "tickets": 0.3}, 0.2),
        ({"tickets": 0.3}, 0.3),
        ({"opportunities": 0.3}, 0.05),
    ],
)
def test_the_most_exact_share_counts(shares: dict[str, float], share: float) -> None:
    assert tolerated(_with(shares, 0.05), "tickets", "status:known_value") == share


def test_rows_that_are_no_facts_break_nothing(exports: Any) -> None:
    exports.survey("w.csv", [{}, {"ResponseId": "R_2", "Status": "1"}])
    result = exports.run()
    assert result.verdicts["assessment_answers"].refused == {"status:preview": 1}
    assert breaches(result, _with({})) == []
    assert breaches(result, _with({"status:preview": 0.1})) != []
