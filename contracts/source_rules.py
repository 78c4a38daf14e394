"""Rules for the text of one profile: rows that are no facts, flags that decide, answers to items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from contracts.column_map import ColumnMap
from contracts.contract import Rule
from contracts.profile import Profile, WhenValue

if TYPE_CHECKING:
    from contracts.instrument import Instrument

_RECORD = "Nothing to do: the line holds no record."
_FLAG = "Say yes or no in the source, or add the word to the profile."
_ACCOUNT = "Add the account or its range to account_classes in maturity.yaml."
_SIGN = "Correct the word in the source, or add it to sign_from in the profile."
_SYMBOL = "Declare the currency of the source in maturity.yaml, or export the amounts in one currency."
_ANSWER = "Export numeric values 0 to 4 (recode values), not texts or other numbers."


def rules_of_profile(profile: Profile, instrument: Instrument | None = None) -> tuple[Rule, ...]:
    """Rules of a profile beside those of its contract; a canary is a dict of source column to text.

    For a survey the instrument adds the rules of its items.
    """
    rules = {rule.id: rule for rule in _rules(profile)}
    if profile.survey is not None and instrument is not None:
        rules |= {rule.id: rule for rule in _survey_rules(instrument)}
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


def _survey_rules(instrument: Instrument) -> Iterator[Rule]:
    said = "The file holds no item of the instrument; it is another survey."
    yield _rule("items:no_instrument_items", said, "Export the assessment with its item codes.", "drop items")
    yield _rule(
        "items:no_answers", "No item was answered.", "Nothing to do: nothing was said.", "empty items"
    )
    for item in instrument.items:
        said = f"The answer to {item.code} is not on the scale 0..4."
        yield _rule(f"{item.code}:in_range", said, _ANSWER, {item.code: "7"})
        said = f"The answer to {item.code} is no whole number."
        yield _rule(f"{item.code}:integer", said, _ANSWER, {item.code: "Strongly agree"})
    said = "The answers were given to another version of the instrument."
    bad = {"instrument_version": "0"}
    yield _rule("instrument_version:known_value", said, "Declare that version of the instrument.", bad)


def _rule(reason: str, description: str, remedy: str, canary: object) -> Rule:
    column, name = reason.split(":")
    return Rule(reason, column, name, "source", description, remedy, canary)


def _text(wanted: WhenValue) -> str:
    if isinstance(wanted, list):
        return wanted[0]
    return {True: "true", False: "false", "*": "something", None: ""}[wanted]
