"""Headline numbers of an edition: its claims, its index, and each KPI over everything. No comparing."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.editions.cause import Family
from orchestration.editions.shelf import DamagedEdition

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
_SIZES = frozenset({"estimate", "low", "high"})
"""Of a claim: what the summary does not tell while it withholds the claim."""
_CLAIM = ("estimate", "low", "high", "level", "grade", "withheld", "n_organizations", "n_periods")


@dataclass(frozen=True, slots=True)
class Headline:
    """One headline number of one edition: its values, and the entities they are made of."""

    family: Family
    name: str
    values: Mapping[str, Any]
    entities: frozenset[str]
    together: frozenset[str] = frozenset()


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
        raise not_comparable(folder) from error
    entities = {
        str(code): frozenset(part.strip() for part in str(said).split(","))
        for code, said in zip(kpis["kpi_code"], kpis["entities"], strict=True)
    }
    return [*_claims(facts, entities), *_index(facts), *_kpis(kpis, values, entities)]


def _claims(facts: Mapping[str, Any], entities: Mapping[str, frozenset[str]]) -> Iterator[Headline]:
    from contracts.kpis import load_kpis

    kpi_of = {outcome.code: outcome.kpi for outcome in load_kpis().outcomes if outcome.kpi}
    made_of = {
        claim["outcome"]: entities.get(kpi_of.get(claim["outcome"], ""), frozenset()) | INDEX_OF
        for claim in facts["claims"]
    }
    for claim in facts["claims"]:
        beside = [c["outcome"] for c in facts["claims"] if c["is_primary"] == claim["is_primary"]]
        yield Headline(
            Family.CLAIM,
            claim["outcome"],
            {name: None if claim["withheld"] and name in _SIZES else claim[name] for name in _CLAIM},
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


def not_comparable(folder: Path) -> DamagedEdition:
    """The error for an edition that lacks what a comparison reads."""
    return DamagedEdition(
        "This edition cannot be compared: what says how it was made is missing or damaged",
        str(folder),
        "compare editions in the home that published them; maturity-impact run publishes one",
    )
