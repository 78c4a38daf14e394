"""Contract -> the list of its rules, each with the bad value it must catch. The checks are in schema.py."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from contracts.contract import Column, Contract, Corrupt, Kind, Rule, Stage
from contracts.values import is_key

ZONE_OF_CANARIES = "Europe/Amsterdam"
"""Zone in which the canaries of local times are ambiguous or do not exist."""

_FIX = "Correct the record in the source system and deliver it again."
_PROFILE = "Correct the value, or declare its meaning in the profile or in the settings of the source."
_UNROUNDED = "Export again and do not save it in a spreadsheet, or format the column as text there first."
_SUPPRESSED = ("suppressed", "A small number that the source hides (<5, *); it is not known.", "<=5")
_NUMBER = (
    ("number", "Text that is no number in the locale, or two numbers where none is declared.", "12,34,5x"),
    _SUPPRESSED,
)
_EITHER = ("ambiguous_date", "Day and month may be either; the file does not prove which.", "03/04/2024")
_EXACT = (
    *_NUMBER,
    ("decimals", "A number with more than four decimals; it cannot be kept exactly.", "1.00001"),
)
_CONVERSIONS: dict[Kind, tuple[tuple[str, str, str], ...]] = {
    "timestamp": (
        ("timestamp", "Text that is no date and time in a declared form.", "2024-12-31 soon"),
        ("ambiguous_date", _EITHER[1], "03/04/2024 10:00"),
        ("ambiguous_time", "A local time that occurs twice when the clock goes back.", "2020-10-25 02:30:00"),
        ("nonexistent_time", "A local time that the clock skips in spring.", "2020-03-29 02:30:00"),
    ),
    "date": (("date", "Text that is no date in a declared form.", "2024-02-31"), _EITHER),
    "integer": (("integer", "Text that is no whole number.", "12.5"), _SUPPRESSED),
    "real": _NUMBER,
    "share": _NUMBER,
    "score": _NUMBER,
    "money": _EXACT,
    "minutes": _EXACT,
    "boolean": (("boolean", "Text that says neither yes nor no.", "perhaps"),),
    "text": (),
}
LINEAGE = ("source_system", "delivery_id", "source_line", "organization_id", "unit_key_type")
"""Columns that we write ourselves; there is no source text to convert."""


def rules_of(contract: Contract) -> tuple[Rule, ...]:
    """Every rule of a contract, in the order of its columns."""
    return tuple(_rules(contract))


def _rules(contract: Contract) -> Iterator[Rule]:
    for column in contract.columns:
        if contract.layer == "accepted" and column.name not in LINEAGE:
            for name, said, canary in _CONVERSIONS[column.kind]:
                yield _rule(column.name, name, "convert", said, remedy=_PROFILE, canary=canary)
            if is_key(column) and not column.is_personal and column.name != "unit_key":
                said = "A key that a spreadsheet rounded (1.23457E+15); its last digits are lost."
                yield _rule(
                    column.name, "rounded_key", "convert", said, remedy=_UNROUNDED, canary="1.23457E+15"
                )
        yield from _column_rules(column)
    for rule in contract.frame_rules:
        stage: Stage = "key" if rule.spans_rows else "check"
        yield _rule(rule.column, rule.name, stage, rule.description, remedy=rule.remedy, canary=rule.corrupt)
    if contract.key:
        said = f"Several rows share the key {', '.join(contract.key)} and none is newer."
        remedy = "Deliver one row per key, or a version column that orders them."
        yield _rule(
            contract.key[0], "unique_key", "key", said, remedy=remedy, canary=_repeat_key(contract.key)
        )


def _column_rules(column: Column) -> Iterator[Rule]:
    low, high = column.bounds
    name = column.name
    if not column.nullable:
        yield _rule(name, "required", "check", "The value is missing.", remedy=_FIX, canary=None)
    if column.allowed:
        words = ", ".join(column.allowed[:12]) + (", ..." if len(column.allowed) > 12 else "")
        said = f"The value is none of: {words}."
        yield _rule(name, "known_value", "check", said, remedy=_PROFILE, canary="(undeclared)")
    if column.pattern is not None:
        said = f"The text is not of the form {column.pattern}."
        yield _rule(name, "well_formed", "check", said, remedy=_FIX, canary="?!")
    if low is not None or high is not None:
        said = f"The value is not {_words(low, high)}."
        yield _rule(name, "in_range", "check", said, remedy=_FIX, canary=_outside(column, low, high))
    if column.kind == "date":
        noon = pd.Timestamp("2024-05-01 12:00")
        yield _rule(name, "whole_day", "check", "The date carries a time of day.", remedy=_FIX, canary=noon)


def _words(low: float | str | None, high: float | str | None) -> str:
    parts = (f"at least {low}" if low is not None else "", f"at most {high}" if high is not None else "")
    return " and ".join(part for part in parts if part)


def _rule(column: str, name: str, stage: Stage, description: str, *, remedy: str, canary: object) -> Rule:
    return Rule(f"{column}:{name}", column, name, stage, description, remedy, canary)


def _outside(column: Column, low: float | str | None, high: float | str | None) -> object:
    bound = high if high is not None else low
    if column.kind in ("date", "timestamp"):
        return pd.Timestamp(str(bound)) + pd.Timedelta(days=1 if high is not None else -1)
    number = float(bound or 0) + (1 if high is not None else -1)
    return int(number) if column.kind in ("integer", "money") else number


def _repeat_key(key: tuple[str, ...]) -> Corrupt:
    def corrupt(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.copy()
        for name in key:
            frame[name] = frame[name].where(frame.index != frame.index[1], frame[name].iloc[0])
        return frame

    return corrupt
