"""Two editions' manifests -> what lies between them, as causes with the numbers they can reach. No files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from orchestration.editions.inputs import Brought

REFERENCE = frozenset({"organizations", "crosswalk", "fx_rates"})
"""Entities kept by the user beside the settings: a change of theirs is configuration, not data."""
NEUTRAL = ("memory_limit", "drop_zone", "store_personal", "tolerated_share.", "retention.")
"""Settings, by beginning, that no number depends on."""
CLAIMS_ONLY = ("primary_outcomes", "thresholds.")
"""Settings, by beginning, that reach claims and the index and no KPI."""
_FILES_NAMED = 3


class Kind(StrEnum):
    """Why a number can differ between two editions."""

    NEW_DATA = "new data"
    LATE_DATA = "late data"
    RESTATED = "restated data"
    QUARANTINE = "quarantine"
    METHOD = "method change"
    CONFIGURATION = "configuration"


class Family(StrEnum):
    """What kind of headline number it is."""

    CLAIM = "claim"
    INDEX = "index"
    KPI = "kpi"


EVERYTHING = frozenset(Family)


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that lies between two editions.

    Attributes
    ----------
    said
        What happened, in one clause with counts, months and files.
    entities
        Entities whose rows it touched; None where it touches every number of its families.
    families
        Families of numbers it can reach.
    """

    kind: Kind
    said: str
    entities: frozenset[str] | None = None
    families: frozenset[Family] = EVERYTHING

    def reaches(self, family: Family, entities: frozenset[str]) -> bool:
        """Whether a number of this family, made of these entities, can have changed by it."""
        return family in self.families and (self.entities is None or not self.entities.isdisjoint(entities))


@dataclass(frozen=True, slots=True)
class Made:
    """What an edition says of its making: its manifest and its deliveries by entity, month and fate."""

    manifest: Mapping[str, Any]
    brought: Brought


def causes(before: Made, after: Made) -> list[Cause]:
    """Everything that lies between two editions, in the order of `Kind`.

    Rows of a delivery that only the later edition has are new where they lie after the last month the
    earlier one knew of that entity, late where they lie before it, and restated where they replace accepted
    rows. Rows of earlier deliveries whose quarantine changed are told as quarantine.
    """
    return [
        *_data(before, after),
        *_method(before.manifest, after.manifest),
        *_settings(before.manifest, after.manifest),
        *_files(before, after),
    ]


def _data(before: Made, after: Made) -> Iterator[Cause]:
    found: dict[Kind, list[Cause]] = {kind: [] for kind in Kind}
    files = {entry["delivery_id"]: str(entry["file"]) for entry in after.manifest["inputs"]}
    arrived = [delivery for delivery in after.brought if delivery not in before.brought]
    for entity in sorted({name for made in (before, after) for e in made.brought.values() for name in e}):
        if entity in REFERENCE:
            continue
        for kind, months in _rows(before.brought, after.brought, arrived, entity).items():
            n_rows = sum(months.values())
            if n_rows:
                named = _named(files[d] for d in arrived if entity in after.brought[d])
                said = f"{_signed(kind, n_rows)} {entity}{_span(months)}{named}"
                found[kind].append(Cause(kind, said, frozenset(entity.split(";"))))
    for kind in Kind:
        yield from found[kind]


def _rows(before: Brought, after: Brought, arrived: list[str], entity: str) -> dict[Kind, Counter[str]]:
    """Rows by kind of cause and month; the month is empty where rows have none."""
    gained, held, replaced, released = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for delivery in arrived:
        for month, fates in after[delivery].get(entity, {}).items():
            gained[month] += fates.get("accepted", 0)
            held[month] += fates.get("quarantined", 0)
    for delivery in before.keys() & after.keys():
        old, new = before[delivery].get(entity, {}), after[delivery].get(entity, {})
        for month in old.keys() | new.keys():
            change = {
                fate: new.get(month, {}).get(fate, 0) - old.get(month, {}).get(fate, 0)
                for fate in ("superseded", "quarantined")
            }
            replaced[month] += max(0, change["superseded"])
            released[month] += change["quarantined"]
    known = [
        month
        for d in before.values()
        for month, f in d.get(entity, {}).items()
        if f.get("accepted") and month
    ]
    last = max(known, default="")
    fresh = {month: n for month, n in gained.items() if n}
    is_new = {month: month > last or not month or not last for month in fresh}
    extra = {month: n - replaced[month] for month, n in fresh.items()}
    return {
        Kind.NEW_DATA: Counter({month: n for month, n in extra.items() if is_new[month] and n > 0}),
        Kind.LATE_DATA: Counter({month: n for month, n in extra.items() if not is_new[month] and n > 0}),
        Kind.RESTATED: Counter({month: n for month, n in replaced.items() if n}),
        Kind.QUARANTINE: Counter({m: n for m in {*held, *released} if (n := held[m] + released[m])}),
    }


def _method(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Cause]:
    index = frozenset({Family.INDEX, Family.CLAIM})
    changes = (
        ("versions", "instrument", "the instrument", index),
        ("versions", "method", "the method", frozenset({Family.CLAIM})),
        ("code", "version", "the software", EVERYTHING),
    )
    was_named = False
    for part, name, words, families in changes:
        old, new = before[part][name], after[part][name]
        if old != new:
            was_named = was_named or part == "code"
            yield Cause(Kind.METHOD, f"{words} went from version {old} to {new}", None, families)
    for name, words in (("sources_hash", "the Python code"), ("dbt_hash", "the SQL")):
        if before["code"][name] != after["code"][name] and not was_named:
            commits = f"{before['code'].get('commit')} to {after['code'].get('commit')}"
            yield Cause(Kind.METHOD, f"{words} changed within one version (commit {commits})")


def _settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Cause]:
    old, new = before["settings"], after["settings"]
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) == new.get(name) or name.startswith((*NEUTRAL, "instrument_version")):
            continue
        said = f"{name} went from {old.get(name, 'unset')} to {new.get(name, 'unset')} in maturity.yaml"
        is_narrow = name.startswith(CLAIMS_ONLY)
        families = frozenset({Family.CLAIM, Family.INDEX}) if is_narrow else EVERYTHING
        yield Cause(Kind.CONFIGURATION, said, None, families)


def _files(before: Made, after: Made) -> Iterator[Cause]:
    """Files that were read another way, no longer count, or are reference data."""
    old, new = (
        {(entry["file"], entry["delivery_id"]): entry for entry in made.manifest["inputs"]}
        for made in (before, after)
    )
    known = {entry["delivery_id"] for entry in before.manifest["inputs"]}
    for key in sorted(old.keys() | new.keys()):
        (file, delivery), was, now = key, old.get(key), new.get(key)
        entities = frozenset(
            name for entry in (was, now) if entry for said in entry["entities"] for name in said.split(";")
        )
        if entities & REFERENCE:
            if delivery not in known:
                yield Cause(Kind.CONFIGURATION, f"reference data was delivered anew: {file}")
        elif was and (now is None or (was["entities"] and not now["entities"])):
            yield Cause(Kind.CONFIGURATION, f"{file} counts no more", entities)
        elif was and now and was["read_as"] != now["read_as"]:
            said = f"{file} is read another way: its profile or what is declared about it changed"
            yield Cause(Kind.CONFIGURATION, said, entities)


def _signed(kind: Kind, n_rows: int) -> str:
    if kind is not Kind.QUARANTINE:
        return f"{n_rows:,} rows of"
    return f"{abs(n_rows):,} {'more' if n_rows > 0 else 'fewer'} rows held back of"


def _span(months: Mapping[str, int]) -> str:
    known = sorted(month for month in months if month)
    if not known:
        return ""
    return f" in {known[0]}" if known[0] == known[-1] else f" from {known[0]} to {known[-1]}"


def _named(files: Iterable[str]) -> str:
    names = sorted(set(files))
    more = f" and {len(names) - _FILES_NAMED} more" if len(names) > _FILES_NAMED else ""
    return f" ({', '.join(names[:_FILES_NAMED])}{more})" if names else ""
