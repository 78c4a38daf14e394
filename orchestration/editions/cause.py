"""What a cause of a difference is: its kind, its words, what it can reach. Finding them: causes.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from orchestration.editions.inputs import Brought


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
INDEX_AND_CLAIMS = frozenset({Family.INDEX, Family.CLAIM})


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
    """What is known of the making of an edition: manifest, and rows by delivery, entity, month and fate."""

    manifest: Mapping[str, Any]
    brought: Brought
