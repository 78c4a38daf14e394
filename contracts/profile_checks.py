"""What a profile must say in view of its entity's contract, and which of its columns are shown to nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from contracts.column_map import DOMAINS, ColumnMap
from contracts.contract import Column, Contract, Kind
from contracts.control_shape import ROWS, Total
from contracts.entities import ENTITIES
from contracts.profile_shape import Place, Profile
from contracts.values import NO, NULL_WORDS, YES

# Currencies are too many to be told.
_NAMED = 20

_NUMBERS: frozenset[Kind] = frozenset({"integer", "real", "share", "score", "money", "minutes"})
_SUITS: dict[str, frozenset[Kind]] = {
    "reads": frozenset({"date", "timestamp"}),
    "format": frozenset({"date", "timestamp"}),
    "duration": frozenset({"minutes"}),
    "percent": frozenset({"share", "score", "real"}),
    "divide_by": _NUMBERS,
    "strip_symbols": frozenset({"money"}),
    "sign_suffix": _NUMBERS,
    "minus": _NUMBERS,
    "sign_from": _NUMBERS,
    "sign": _NUMBERS,
    "account_ranges": frozenset({"text"}),
    "content_key": frozenset({"text"}),
    "listed_in": frozenset({"text"}),
    "hmac": frozenset({"text"}),
}
"""Kinds of columns for which a declaration means something; elsewhere it would be passed over in silence."""


def faults(profile: Profile) -> Iterator[tuple[Place, str]]:
    """Place in the YAML and what is wrong: columns that header or entity lacks, words of no meaning."""
    yield from _unsigned(profile)
    if profile.entity is not None and profile.entity not in ENTITIES:
        yield ("entity",), f"{profile.entity} is none of {', '.join(ENTITIES)}"
        return
    contract = ENTITIES[profile.entity or "assessment_answers"]
    for name, mapping in profile.columns.items():
        if name not in contract.column_names:
            yield ("columns", name), f"{contract.name} has no column {name}; it has {_named(contract)}"
        else:
            domain = DOMAINS[name] if contract.column(name).is_hashed else mapping.hmac
            if domain is not None and not (mapping.sources and mapping.hmac == domain):
                said = f"{name} names a person; say from, and hmac: {domain}: of it a keyed hash is kept"
                yield ("columns", name), said
            yield from _unsuited(name, mapping, contract)
            yield from _misworded(("columns", name), _words(mapping), contract.column(name))
            if mapping.account_ranges:
                classes = _entries("account_classes", profile.account_classes)
                yield from _misworded((), classes, contract.column(name))
    for name, said in profile.constants.items():
        if name not in contract.column_names:
            yield ("constants", name), f"{contract.name} has no column {name}; it has {_named(contract)}"
        else:
            yield from _misworded((), [(("constants", name), said)], contract.column(name))
    for control in profile.control:
        if isinstance(control, Total) and not _is_summed(control.total_of, profile, contract):
            yield ("control",), f"total_of: {control.total_of} is no amount of {contract.name} that is mapped"


def hidden(profile: Profile) -> frozenset[str]:
    """Header columns whose cells nobody is shown: personal ones, and those that feed a personal column."""
    contract = ENTITIES.get(profile.entity or "")
    of_persons = {
        name
        for column, mapping in profile.columns.items()
        if contract is not None and contract.column(column).is_personal
        for name in mapping.used
    }
    return frozenset({*profile.personal, *profile.hashed, *of_persons})


def _unsuited(name: str, mapping: ColumnMap, contract: Contract) -> Iterator[tuple[Place, str]]:
    kind = contract.column(name).kind
    for word, kinds in _SUITS.items():
        if getattr(mapping, word) and kind not in kinds:
            yield (
                ("columns", name, word),
                f"a {kind} is not read so; {word} is for {', '.join(sorted(kinds))}",
            )


def _unsigned(profile: Profile) -> Iterator[tuple[Place, str]]:
    """Source columns that are read and that the signature does not know."""
    for place, names in profile.reads:
        if unknown := sorted(set(names) - profile.signature.known):
            yield place, f"columns used but not in the signature: {', '.join(unknown)}"


def _words(mapping: ColumnMap) -> Iterator[tuple[Place, object]]:
    """Canonical words that a mapping gives, and where it says them."""
    yield from _entries("values", mapping.values)
    yield from ((("cases", place), case.value) for place, case in enumerate(mapping.cases))
    yield ("default",), mapping.default
    if mapping.threshold is not None:
        yield from ((("threshold",), word) for word in (mapping.threshold.below, mapping.threshold.reached))


def _entries(name: str, words: Mapping[str, str]) -> Iterator[tuple[Place, str]]:
    yield from (((name, source), word) for source, word in words.items())


def _misworded(
    below: Place, said: Iterable[tuple[Place, object]], column: Column
) -> Iterator[tuple[Place, str]]:
    """Words for a column that it cannot have."""
    known = {"yes", "no"} if column.kind == "boolean" else set(column.allowed)
    may_be = NULL_WORDS | (YES | NO if column.kind == "boolean" else {word.casefold() for word in known})
    named = f"one of {', '.join(sorted(known))}" if len(known) <= _NAMED else f"such as {column.example}"
    for place, word in said:
        if known and word is not None and str(word).casefold() not in may_be:
            yield (*below, *place), f"'{word}' is no {column.name}; it is {named}"


def _is_summed(name: str, profile: Profile, contract: Contract) -> bool:
    is_mapped = name in profile.columns and name in contract.column_names
    return name == ROWS or (is_mapped and contract.column(name).kind == "money")


def _named(contract: Contract) -> str:
    return ", ".join(contract.column_names)
