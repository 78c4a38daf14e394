"""Refused rows -> what to tell of each: file, line, column, value, rule, remedy. Nothing is judged here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from contracts.entities import ENTITIES
from contracts.instrument import load_instrument
from contracts.items import places
from contracts.source_rules import rules_of_profile
from orchestration.ingest.gate.judge import entities_of
from orchestration.ingest.land.deliveries import manifest_of
from orchestration.ingest.profiles import profiles_of

if TYPE_CHECKING:
    import pandas as pd

    from contracts.profile import Profile

MASKED: Final = "(personal, not shown)"
_LONGEST: Final = 80
_LONGEST_NAME: Final = 50
"""Columns of surveys are whole questions; what was answered must still find room beside them."""
_AGAIN = "Export it again as CSV, with every field that holds a delimiter or a quote in quotes."
FORM: Final = {
    "row:wrong_number_of_fields": ("The line has more or fewer fields than the header.", _AGAIN),
    "row:stray_quote": ("A quote stands inside a field that does not begin with one.", _AGAIN),
    "row:unclosed_quote": ("A quoted field never ends.", _AGAIN),
    "row:broken_line": (
        "The line above or below does not split into columns and may be the rest of this one.",
        _AGAIN,
    ),
    "row:no_object": ("The line is no JSON object.", "Export it again, one object per line."),
    "row:no_content": (
        "Nothing on the line is a fact of this entity.",
        "Nothing to do, or correct the line.",
    ),
}
"""Reasons for the form of a line, which belong to no column: what they mean and what to do."""
_NOT_READ: Final = (
    "No column of the file is read for it: name one in the profile, or the right value for all rows under "
    "constants in maturity.yaml."
)
"""What to do about a value for which there is no column: nobody can correct that at the source."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that one line broke.

    Attributes
    ----------
    column : canonical column, or the column of the file where the rule is about the text itself.
    value : what stood in the columns of the file it is made of (`Created: 31/02/2024`); masked when personal,
        empty when the line could not be split into fields.
    """

    file: str
    delivery_id: str
    source_line: int
    entity: str
    rule: str
    column: str
    value: str
    description: str
    remedy: str


def violations(home: Path, held: pd.DataFrame) -> Iterator[Violation]:
    """Every rule that every refused row broke, in the order of the rows.

    Parameters
    ----------
    home : folder of the installation.
    held : refused rows, as `quarantine.read` gives them.
    """
    profiles = profiles_of(home)
    manifests = {str(one): manifest_of(home, str(one)) for one in held["delivery_id"].unique()}
    names = {one: str(manifest["profile"]) for one, manifest in manifests.items()}
    items = {one: _items(profiles.get(names[one]), manifest) for one, manifest in manifests.items()}
    known = {name: remedies(profiles[name]) for name in set(names.values()) & set(profiles)}
    for row in held.to_dict("records"):
        name = names[row["delivery_id"]]
        profile = profiles.get(name)
        raw = json.loads(row["raw"])
        for rule in str(row["reasons"]).split(";"):
            column = rule.split(":", maxsplit=1)[0]
            said, remedy = known.get(name, FORM).get(rule, ("", ""))
            kept = manifests[row["delivery_id"]]["kept_columns"]
            if profile is not None and _is_unread(profile, column, rule, kept):
                remedy = _NOT_READ
            yield Violation(
                str(row["file"]), str(row["delivery_id"]), int(row["source_line"]), str(row["entity"]),
                rule, column, value_of(profile, column, rule, raw, items[row["delivery_id"]]), said, remedy,
            )  # fmt: skip


def value_of(
    profile: Profile | None,
    column: str,
    rule: str,
    raw: Mapping[str, str],
    items: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> str:
    """Texts of the file's columns that a rule speaks of, masked when personal.

    Parameters
    ----------
    profile : profile of the row.
    column, rule : of the broken rule.
    raw : kept texts of the row by column of the file.
    items : columns of the file by item of the assessment.
    """
    if profile is None:
        return ""
    names = items.get(column) or _columns(profile, column, rule)
    entity = ENTITIES.get(profile.entity or "")
    is_personal = entity is not None and column in entity.column_names and entity.column(column).is_personal
    if is_personal or any(name in profile.personal or name in profile.hashed for name in names):
        return MASKED
    return ", ".join(f"{_short(name)}: {raw[name][:_LONGEST]}" for name in names if name in raw)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 3]}..."


def _items(profile: Profile | None, manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """Columns of a survey by the item, channel or practice they are about."""
    if profile is None or profile.survey is None:
        return {}
    names, labels = manifest["kept_columns"], manifest.get("labels")
    labels = labels if isinstance(labels, Mapping) else {}
    found: dict[str, list[str]] = {}
    for place in places(names, labels, profile.survey, load_instrument()).found:
        found.setdefault(place.code, []).append(place.column)
    return found


def _columns(profile: Profile, column: str, rule: str) -> list[str]:
    refused = [name for one in profile.refuse if one.reason == rule for name in one.when]
    if refused:
        return list(dict.fromkeys(refused))
    if column in profile.columns:
        return sorted(profile.columns[column].used)
    if column in ("unit_key", "unit_key_type") and profile.unit is not None:
        return [profile.unit.source]
    return [*profile.version_columns] if column == "source_updated_at" else [column]


def _is_unread(profile: Profile, column: str, rule: str, kept: Sequence[str]) -> bool:
    """Whether a canonical column takes its value from no column of the file."""
    is_canonical = any(column in contract.column_names for contract in entities_of(profile))
    return is_canonical and not any(name in kept for name in _columns(profile, column, rule))


def remedies(profile: Profile) -> dict[str, tuple[str, str]]:
    """What every reason that a profile's rows can be refused for means, and the next step."""
    rules = [rule for contract in entities_of(profile) for rule in contract.rules]
    rules += rules_of_profile(profile, load_instrument())
    return {**FORM, **{rule.id: (rule.description, rule.remedy) for rule in rules}}
