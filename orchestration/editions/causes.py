"""Two editions' manifests -> what lies between them, as causes with the numbers they can reach. No files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orchestration.editions.arrivals import REFERENCE, data_causes
from orchestration.editions.cause import EVERYTHING, INDEX_AND_CLAIMS, Cause, Family, Kind, Made

NEUTRAL = ("memory_limit", "drop_zone", "store_personal", "tolerated_share.", "rule_severity", "retention.")
"""Settings, by beginning, that no number depends on."""
CLAIMS_ONLY = ("primary_outcomes", "thresholds.minimum_organizations", "thresholds.minimum_raters")
"""Settings, by beginning, that reach claims and the index and no KPI."""
METHOD: Mapping[str, tuple[str, frozenset[Family]]] = {
    "reading": ("the code that reads deliveries", EVERYTHING),
    "marts": ("the SQL of the marts", EVERYTHING),
    "statistics": ("the code of the estimates", INDEX_AND_CLAIMS),
}
"""Parts of the code that `fingerprint.method_of` tells apart, in words, and the numbers they can reach."""


def causes(before: Made, after: Made) -> list[Cause]:
    """Everything that lies between two editions, in the order of `Kind`; rows are told by `arrivals`."""
    return [
        *data_causes(before, after),
        *_method(before.manifest, after.manifest),
        *_settings(before.manifest, after.manifest),
        *_files(before, after),
    ]


def _method(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Cause]:
    versions = (("instrument", INDEX_AND_CLAIMS), ("method", frozenset({Family.CLAIM})))
    for name, families in versions:
        old, new = before["versions"][name], after["versions"][name]
        if old != new:
            yield Cause(Kind.METHOD, f"the {name} went from version {old} to {new}", None, families)
    old, new = before["code"]["method"], after["code"]["method"]
    for part in sorted(old.keys() | new.keys()):
        if old.get(part) == new.get(part):
            continue
        if part.startswith("library "):
            name = part.removeprefix("library ")
            said = f"{name} went from version {old.get(part, 'none')} to {new.get(part, 'none')}"
            yield Cause(Kind.METHOD, said)
        else:
            words, families = METHOD[part]
            yield Cause(Kind.METHOD, f"{words} changed ({_releases(before, after)})", None, families)


def _releases(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Between which states of the software: versions where they differ, and commits."""
    old, new = before["code"], after["code"]
    versions = f"version {old['version']} to {new['version']}, " if old["version"] != new["version"] else ""
    return f"{versions}commit {old.get('commit')} to {new.get('commit')}"


def _settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Cause]:
    old, new = before["settings"], after["settings"]
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) == new.get(name) or name.startswith((*NEUTRAL, "instrument_version")):
            continue
        said = f"{name} went from {old.get(name, 'unset')} to {new.get(name, 'unset')} in maturity.yaml"
        is_narrow = name.startswith(CLAIMS_ONLY)
        families = INDEX_AND_CLAIMS if is_narrow else EVERYTHING
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
