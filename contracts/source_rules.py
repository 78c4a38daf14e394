"""Rules for the text of one profile: rows that are no facts, flags that decide. Surveys: survey_rules.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from contracts.column_map import ColumnMap
from contracts.contract import Rule
from contracts.profile import Profile, WhenValue
from contracts.survey_rules import survey_rules

if TYPE_CHECKING:
    from contracts.instrument import Instrument

_RECORD = "Nothing to do: the line holds no record."
_FLAG = "Say yes or no in the source, or add the word to the profile."
_ACCOUNT = "Add the account or its range to account_classes in maturity.yaml."
_SIGN = "Correct the word in the source, or add it to sign_from in the profile."
_SYMBOL = "Declare the currency of the source in maturity.yaml, or export the amounts in one currency."


def rules_of_profile(profile: Profile, instrument: Instrument | None = None) -> tuple[Rule, ...]:
    """Rules of a profile beside those of its contract; a canary is a dict of source column to text.

    For a survey the instrument adds the rules of its items.
    """
    rules = {rule.id: rule for rule in _rules(profile)}
    if profile.survey is not None and instrument is not None:
        rules |= {rule.id: rule for rule in survey_rules(profile.survey, instrument)}
    return tuple(rules.values())


def _rules(profile: Profile) -> Iterator[Rule]:
    if profile.footer:
        yield _rule("row:footer", "A line below the records, such as a total.", _RECORD, "Grand Total")
    yield _rule("row:empty", "A line without any value that is kept.", _RECORD, None)
    for refuse in profile.refuse:
        bad = {name: _text(wanted) for name, wanted in refuse.when.items()}
        yield _rule(refuse.reason, refuse.description, "Nothing to do: it is no fact.", bad)
    flags = {
        name
        for mapping in profile.columns.values()
        for case in mapping.cases
        for name, wanted in case.when.items()
        if isinstance(wanted, bool)
    }
    for name in sorted(flags):
        yield _rule(f"{name}:boolean", f"{name} says neither yes nor no.", _FLAG, {name: "perhaps"})
    for name, mapping in profile.columns.items():
        yield from _declared_rules(name, mapping)


def _declared_rules(name: str, mapping: ColumnMap) -> Iterator[Rule]:
    """Rules that only a declaration of the profile brings; the canary stands in the column it reads."""
    if mapping.account_ranges and mapping.sources:
        said = "No class is declared for the account."
        bad = {mapping.sources[0]: "?!"} | {column: "?!" for case in mapping.cases for column in case.when}
        yield _rule(f"{name}:undeclared", said, _ACCOUNT, bad)
    if mapping.sign_from is not None:
        words = ", ".join((*mapping.sign_from.negative, *mapping.sign_from.positive))
        said = f"{mapping.sign_from.source} does not say the sign of the amount ({words})."
        yield _rule(f"{name}:sign", said, _SIGN, {mapping.sign_from.source: "?!"})
    if mapping.strip_symbols and mapping.sources:
        said = "The symbol beside the amount is not one of the currency of the row."
        yield _rule(f"{name}:currency_symbol", said, _SYMBOL, {mapping.sources[0]: "₪ 1"})


def _rule(reason: str, description: str, remedy: str, canary: object) -> Rule:
    column, name = reason.split(":")
    return Rule(reason, column, name, "source", description, remedy, canary)


def _text(wanted: WhenValue) -> str:
    if isinstance(wanted, list):
        return wanted[0]
    return {True: "true", False: "false", "*": "something", None: ""}[wanted]
