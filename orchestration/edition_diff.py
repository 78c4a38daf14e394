"""What changed between two editions, per headline number, and the causes that reach it. No telling."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.edition_causes import Cause, Family, Made, causes
from orchestration.inputs import DELIVERIES
from orchestration.shelf import DamagedEdition, manifest_of

if TYPE_CHECKING:
    import pandas as pd

INDEX_OF = frozenset({"assessment_answers", "assessment_scores"})
"""Entities that the integration index is made of."""
_INDEX = {
    **dict.fromkeys(
        ("mean", "personal_mean", "structural_mean", "cultural_mean", "n_organizations"), INDEX_OF
    ),
    **dict.fromkeys(("channel_adoption_mean", "checklist_gap_mean"), INDEX_OF | {"channel_adoption"}),
}
_CLAIM = ("estimate", "low", "high", "level", "grade", "withheld", "n_organizations", "n_periods")
# What is decided for all outcomes of a claim's family together, since their p-values are adjusted together.
_JUDGED_TOGETHER = frozenset({"level", "grade", "withheld"})
# Facts carry eight significant digits; sums over tables may differ in the last ones.
_RELATIVE = 1e-7


@dataclass(frozen=True, slots=True)
class Headline:
    """One headline number of one edition: its values, and the entities they are made of."""

    family: Family
    name: str
    values: Mapping[str, Any]
    entities: frozenset[str]
    together: frozenset[str] = frozenset()


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
        Their folders.

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


def headlines(folder: Path) -> list[Headline]:
    """Headline numbers of an edition: claims, index, and the total of each KPI.

    Raises
    ------
    DamagedEdition
        Facts or tables cannot be read.
    """
    import pandas as pd

    try:
        facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
        kpis, values = (
            pd.read_parquet(folder / "parquet" / f"{name}.parquet") for name in ("dim_kpi", "fct_kpi")
        )
    except (OSError, ValueError) as error:
        raise _not_comparable(folder) from error
    entities = {
        str(code): frozenset(part.strip() for part in str(said).split(","))
        for code, said in zip(kpis["kpi_code"], kpis["entities"], strict=True)
    }
    return [*_claims(facts, entities), *_index(facts), *_kpis(kpis, values, entities)]


def _claims(facts: Mapping[str, Any], entities: Mapping[str, frozenset[str]]) -> Iterator[Headline]:
    from contracts.kpis import load_kpis

    kpi_of = {outcome.code: outcome.kpi for outcome in load_kpis().outcomes}
    made_of = {
        claim["outcome"]: entities.get(kpi_of.get(claim["outcome"], ""), frozenset()) | INDEX_OF
        for claim in facts["claims"]
    }
    for claim in facts["claims"]:
        beside = [c["outcome"] for c in facts["claims"] if c["is_primary"] == claim["is_primary"]]
        yield Headline(
            Family.CLAIM,
            claim["outcome"],
            {name: claim[name] for name in _CLAIM},
            made_of[claim["outcome"]],
            frozenset().union(*(made_of[outcome] for outcome in beside)),
        )


def _index(facts: Mapping[str, Any]) -> Iterator[Headline]:
    for name, made_of in _INDEX.items():
        wave = {"wave": facts["index"].get("wave")}
        yield Headline(Family.INDEX, name, {"value": facts["index"].get(name), **wave}, made_of)


def _kpis(
    kpis: pd.DataFrame, values: pd.DataFrame, entities: Mapping[str, frozenset[str]]
) -> Iterator[Headline]:
    for code, aggregation in zip(kpis["kpi_code"], kpis["aggregation"], strict=True):
        rows = values[values["kpi_code"] == code]
        yield Headline(Family.KPI, str(code), _totals(rows, str(aggregation)), entities[str(code)])


def _totals(rows: pd.DataFrame, aggregation: str) -> dict[str, Any]:
    """A KPI over all organisations and months, as its aggregation says; sums are exact, so order-free."""
    known = rows[rows["value"].notna()]
    months = sorted(str(period)[:7] for period in known["period"].unique())
    numerator, denominator = (
        math.fsum(known[part].dropna().astype(float)) for part in ("numerator", "denominator")
    )
    last = known[known["period"] == known["period"].max()]
    value = {
        "total": numerator,
        "balance": math.fsum(last["value"].astype(float)),
        "ratio": numerator / denominator if denominator else None,
    }.get(aggregation)
    return {
        "value": value if len(known) else None,
        "numerator": numerator,
        "denominator": denominator,
        "n_known": len(known),
        "first_month": months[0] if months else None,
        "last_month": months[-1] if months else None,
        # Medians have no total: their single values stand for them.
        "sum_of_values": math.fsum(known["value"].astype(float)),
    }


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
        brought = json.loads((folder / DELIVERIES).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _not_comparable(folder) from error
    if not {"inputs", "code", "versions", "settings"} <= manifest.keys():
        raise _not_comparable(folder)
    return Made(manifest, brought)


def _not_comparable(folder: Path) -> DamagedEdition:
    return DamagedEdition(
        "This edition cannot be compared: a file that says how it was made is missing or damaged",
        str(folder),
        "compare editions published by this version; maturity-impact run publishes one",
    )


def _plain(cause: Cause) -> dict[str, Any]:
    return {
        "kind": cause.kind,
        "said": cause.said,
        "entities": None if cause.entities is None else sorted(cause.entities),
        "families": sorted(cause.families),
    }
