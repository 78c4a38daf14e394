"""What changed between two editions, per headline number, and the causes that reach it. No telling."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from orchestration.editions.cause import Cause, Family, Made
from orchestration.editions.causes import causes
from orchestration.editions.headlines import Headline, headlines, not_comparable
from orchestration.editions.shelf import manifest_of, provenance_file

# What is decided for all outcomes of a claim's family together, since their p-values are adjusted together.
_JUDGED_TOGETHER = frozenset({"level", "grade", "withheld"})
# Facts carry eight significant digits; sums over tables may differ in the last ones.
_RELATIVE = 1e-7


@dataclass(frozen=True, slots=True)
class Change:
    """One headline number that is not what it was.

    Attributes
    ----------
    before, after
        Values that differ, by name; None for a number that was not there.
    causes
        What lies between the editions and reaches this number; empty where nothing does.
    """

    family: Family
    name: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Two editions compared.

    Attributes
    ----------
    causes
        Everything that lies between them, whether or not a number moved by it.
    changes
        Headline numbers that changed; n_same counts the others.
    """

    before: str
    after: str
    causes: tuple[Cause, ...]
    changes: tuple[Change, ...]
    n_same: int

    @property
    def unexplained(self) -> tuple[Change, ...]:
        """Numbers that changed although nothing that lies between the editions reaches them."""
        return tuple(change for change in self.changes if not change.causes)

    def as_json(self) -> dict[str, Any]:
        """Everything in plain lists and words."""
        return {
            "before": self.before,
            "after": self.after,
            "causes": [_plain(cause) for cause in self.causes],
            "changes": [
                {**asdict(change), "causes": [_plain(cause) for cause in change.causes]}
                for change in self.changes
            ],
            "n_same": self.n_same,
            "n_unexplained": len(self.unexplained),
        }


def compare(before: Path, after: Path) -> Difference:
    """Compare two editions.

    Parameters
    ----------
    before, after : Path
        Their folders, each in its home.

    Raises
    ------
    DamagedEdition
        A file of theirs cannot be read, or was not yet part of editions when they were made.
    """
    found = causes(_made(before), _made(after))
    old, new = ({(one.family, one.name): one for one in headlines(folder)} for folder in (before, after))
    changes = [
        change
        for key in sorted(old.keys() | new.keys())
        if (change := _change(old.get(key), new.get(key), found)) is not None
    ]
    return Difference(
        before.name, after.name, tuple(found), tuple(changes), len(old.keys() | new.keys()) - len(changes)
    )


def _change(old: Headline | None, new: Headline | None, found: list[Cause]) -> Change | None:
    either = new or old
    if either is None:
        return None
    before, after = (one.values if one else {} for one in (old, new))
    names = [name for name in {**before, **after} if not _same(before.get(name), after.get(name))]
    if old and new and not names:
        return None
    reach = frozenset().union(*(one.entities for one in (old, new) if one))
    if _JUDGED_TOGETHER.intersection(names):
        reach |= frozenset().union(*(one.together for one in (old, new) if one))
    return Change(
        either.family,
        either.name,
        {name: before[name] for name in names} if old else None,
        {name: after[name] for name in names} if new else None,
        tuple(cause for cause in found if cause.reaches(either.family, reach)),
    )


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=_RELATIVE, abs_tol=1e-12)
    return bool(one == other)


def _made(folder: Path) -> Made:
    manifest = manifest_of(folder)
    try:
        kept = json.loads(provenance_file(folder).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise not_comparable(folder) from error
    is_told = {"inputs", "code", "versions", "settings"} <= manifest.keys() and "method" in manifest["code"]
    if not is_told or "deliveries" not in kept:
        raise not_comparable(folder)
    return Made(manifest, kept["deliveries"])


def _plain(cause: Cause) -> dict[str, Any]:
    return {
        "kind": cause.kind,
        "said": cause.said,
        "entities": None if cause.entities is None else sorted(cause.entities),
        "families": sorted(cause.families),
    }
