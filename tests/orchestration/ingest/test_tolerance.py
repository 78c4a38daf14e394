"""Harm prevented: a run goes on although a rule refused more rows than anybody agreed to."""

from typing import Any

import pytest

from contracts.profile import load_profiles
from orchestration.errors import SettingsError
from orchestration.ingest.gate.accept import AcceptResult
from orchestration.ingest.gate.tolerance import Breach, Tolerance
from orchestration.ingest.profiles import profiles_of
from orchestration.settings import Settings
from tests.our_desk import SPAM, our_desk

EVERY_FORM = ("tickets.status:known_value", "status:known_value", "tickets", "row:stray_quote")


def _with(
    shares: dict[str, float], default: float = 0.0, severity: dict[str, str] | None = None
) -> Tolerance:
    declared = {"tolerated_share": {"default": default, "rules": shares}, "rule_severity": severity or {}}
    return Tolerance(Settings.model_validate(declared), load_profiles())


def _breaches(tolerance: Tolerance, result: AcceptResult, entity: str) -> list[Breach]:
    verdict = result.verdicts[entity]
    return tolerance.breaches(entity, verdict.refused, verdict.n_delivered)


def test_nothing_is_tolerated_unless_it_is_said(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}, {"id": "2"}, {"id": "3"}, {"id": "4", "created_at": "never"}])
    result = exports.run()
    found = _breaches(_with({}), result, "tickets")
    assert found == [Breach("tickets", "created_at:timestamp", 1, 4, 0.0, "error")]
    assert found[0].refused_share == 0.25
    assert _breaches(_with({"created_at:timestamp": 0.25}), result, "tickets") == []
    assert _breaches(_with({"created_at:timestamp": 0.24}), result, "tickets") != []


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
    assert _with(shares, 0.05).share("tickets", "status:known_value") == share


@pytest.mark.parametrize(
    ("declared", "severity"),
    [
        ({"tickets.status:known_value": "error", "status:known_value": "warn", "tickets": "warn"}, "error"),
        ({"status:known_value": "warn", "tickets": "error"}, "warn"),
        ({"tickets": "warn"}, "warn"),
        ({"opportunities": "warn"}, "error"),
        ({}, "error"),
    ],
)
def test_a_breach_stops_unless_the_most_exact_declaration_says_it_warns(
    declared: dict[str, str], severity: str
) -> None:
    (breach,) = _with({}, severity=declared).breaches("tickets", {"status:known_value": 1}, 9)
    assert breach.severity == severity


def test_rows_that_are_no_facts_break_nothing(exports: Any) -> None:
    exports.survey("w.csv", [{}, {"ResponseId": "R_2", "Status": "1"}])
    result = exports.run()
    assert result.verdicts["assessment_answers"].refused == {"status:preview": 1}
    assert _breaches(_with({}), result, "assessment_answers") == []
    assert _breaches(_with({"status:preview": 0.1}), result, "assessment_answers") != []


def test_rows_that_a_home_s_own_profile_declares_no_facts_break_nothing(exports: Any) -> None:
    exports.put("profiles/our_desk.yaml", our_desk(refuse=SPAM))
    own = Tolerance(Settings(), profiles_of(exports.home))
    assert own.breaches("tickets", {"state:spam": 5}, 9) == []
    assert Tolerance(Settings(), load_profiles()).breaches("tickets", {"state:spam": 5}, 9) != []
    own.refuse_unknown_rules()


@pytest.mark.parametrize("name", EVERY_FORM)
def test_a_declaration_may_name_a_rule_or_an_entity(name: str) -> None:
    _with({name: 0.1}, severity={name: "warn"}).refuse_unknown_rules()


@pytest.mark.parametrize("name", ["tickets.staus:known_value", "ticket", "ticket.status:known_value", "x:y"])
def test_a_mistyped_rule_is_named_instead_of_being_passed_over(name: str) -> None:
    with pytest.raises(SettingsError, match=rf"{name}.*tolerated_share\.rules.*entity\.column:rule"):
        _with({name: 0.1}).refuse_unknown_rules()
    with pytest.raises(SettingsError, match=rf"{name}.*rule_severity"):
        _with({}, severity={name: "warn"}).refuse_unknown_rules()
