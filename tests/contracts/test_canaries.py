"""A rule that never bites is worse than none: every rule must catch its own bad value, by name."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from contracts import CONTRACTS, Contract, Rule
from contracts.canary import corrupted, example
from contracts.convert import Converted
from contracts.entities import ENTITIES
from contracts.gate import reasons_by_row, split
from contracts.instrument import load_instrument
from contracts.profile import Profile, load_profiles
from contracts.rules import ZONE_OF_CANARIES
from contracts.source_rules import rules_of_profile
from contracts.survey_rules import FILE_RULES
from contracts.values import Manner, parse

Cells = dict[str, str]
DEMO = (
    "qualtrics_survey_ui",
    "reference_crosswalk",
    "reference_organizations",
    "salesforce_account_api",
    "salesforce_opportunity_api",
    "workday_worker_api",
    "xero_journal_line_api",
    "zendesk_ticket_api",
)
"""Profiles of which a good row stands in conftest.py; the others have their bad rows in tests/profiles."""
CONVERSIONS = [(c.name, r) for c in ENTITIES.values() for r in c.rules if r.stage == "convert"]
CLASHES = [(c.name, r) for c in CONTRACTS.values() for r in c.rules if r.stage == "key"]


def named(cases: list[tuple[str, Rule]]) -> list[str]:
    return [f"{name}-{rule.id}" for name, rule in cases]


@pytest.mark.parametrize("name", list(CONTRACTS))
def test_a_typed_bad_row_is_caught_by_name_and_good_rows_pass(name: str) -> None:
    contract = CONTRACTS[name]
    rules = [rule for rule in contract.rules if rule.stage == "check"]
    # Some rules of marts look at other rows too, so each is judged in a table of its own.
    for rule in rules:
        assert rule.id in reasons_by_row(corrupted(contract, rule), contract)[0]
    assert reasons_by_row(example(contract), contract) == [[], [], []]


@pytest.mark.parametrize(("name", "rule"), CLASHES, ids=named(CLASHES))
def test_rows_that_clash_are_caught_by_name(name: str, rule: Rule) -> None:
    contract = CONTRACTS[name]
    verdict = split(corrupted(contract, rule), contract)
    assert rule.id in verdict.counts
    assert len(verdict.accepted) == 1, "the good row must go on"


@pytest.mark.parametrize(("name", "rule"), CONVERSIONS, ids=named(CONVERSIONS))
def test_bad_source_text_is_caught_by_name(name: str, rule: Rule) -> None:
    contract = ENTITIES[name]
    text = pd.Series([rule.canary, None], dtype="str")
    parsed = parse(text, contract.column(rule.column), contract, Manner("en", ZONE_OF_CANARIES))
    caught = {key for key, mask in parsed.failures.items() if mask[0]}
    assert caught == {rule.name}
    assert parsed.values.isna().all()
    assert not any(mask[1] for mask in parsed.failures.values()), "no text is no wrong text"


def plainly_mapped(profile: Profile) -> list[tuple[Contract, Rule, str]]:
    """Conversion rules whose column comes straight from one source column of a profile."""
    contract = ENTITIES[profile.entity or "assessment_answers"]
    return [
        (contract, rule, mapping.sources[0])
        for name, mapping in profile.columns.items()
        for rule in contract.rules
        if rule.stage == "convert" and rule.column == name and mapping.sources and not mapping.hmac
    ]


@pytest.mark.parametrize("name", DEMO)
def test_bad_text_in_a_file_is_refused_with_the_rule_as_reason(
    name: str, converted: Callable[..., Converted]
) -> None:
    cases = plainly_mapped(load_profiles()[name])
    changes = [{source: str(rule.canary)} for _, rule, source in cases]
    result = converted(name, *changes, zone=ZONE_OF_CANARIES)
    assert list(result.refused["source_line"]) == list(range(2, len(cases) + 2))
    for (_, rule, _), reasons in zip(cases, result.refused["reasons"], strict=True):
        assert rule.id in reasons


def spoiled(profile: Profile, rule: Rule, cells: Cells) -> Cells:
    """Changes to a good row that break one rule of a profile."""
    empty = dict.fromkeys(cells, "")
    if rule.id == "row:empty":
        return empty
    if rule.id == "row:footer":
        return {**empty, profile.kept(cells)[0]: str(rule.canary)}
    if rule.id == "items:no_answers":
        return {item.code: "" for item in load_instrument().items}
    assert isinstance(rule.canary, dict), f"{rule.id} has no canary"
    return rule.canary


@pytest.mark.parametrize("name", DEMO)
def test_a_row_its_profile_refuses_is_caught_by_name(
    name: str, converted: Callable[..., Converted], good: dict[str, Cells]
) -> None:
    profile = load_profiles()[name]
    rules = [r for r in rules_of_profile(profile, load_instrument()) if r.id not in FILE_RULES]
    result = converted(name, *[spoiled(profile, rule, good[name]) for rule in rules])
    assert list(result.refused["source_line"]) == list(range(2, len(rules) + 2))
    for rule, reasons in zip(rules, result.refused["reasons"], strict=True):
        assert rule.id in reasons


def test_a_file_of_another_survey_is_refused_by_name(converted: Callable[..., Converted]) -> None:
    items = tuple(item.code for item in load_instrument().items)
    result = converted("qualtrics_survey_ui", {}, {}, drop=items)
    assert result.counts == {"items:no_instrument_items": 2}
    assert all(frame.empty for frame in result.frames.values())


def test_rules_that_a_file_breaks_as_a_whole_are_rules_of_some_profile() -> None:
    # What breaks them: test_convert_survey.py and test_survey_rows.py.
    profiles = [profile for profile in load_profiles().values() if profile.survey is not None]
    rules = {rule.id for profile in profiles for rule in rules_of_profile(profile, load_instrument())}
    assert rules >= FILE_RULES


def test_every_rule_has_a_canary_words_and_its_own_name() -> None:
    for contract in CONTRACTS.values():
        ids = [rule.id for rule in contract.rules]
        assert len(set(ids)) == len(ids), contract.name
        for rule in contract.rules:
            assert rule.description, rule.id
            assert rule.remedy, rule.id
            # A missing value is what `required` must catch; every other rule needs something bad to be shown.
            assert (rule.canary is None) == (rule.name == "required"), rule.id


def test_every_check_of_pandera_is_a_listed_rule() -> None:
    for contract in CONTRACTS.values():
        listed = {rule.id for rule in contract.rules}
        for column in contract.schema.columns.values():
            checks = {f"{column.name}:{check.name}" for check in column.checks}
            required = set() if column.nullable else {f"{column.name}:required"}
            assert checks | required <= listed, contract.name
        assert {str(check.name) for check in contract.schema.checks} <= listed, contract.name
