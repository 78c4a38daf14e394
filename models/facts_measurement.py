"""How exact the index is, what moves its ranks, and signs that it is played to, as facts. No wording."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any

from models.facts_cells import Cells, Row, count, real, share

EVERYTHING = "all"


def measurement_facts(tables: Mapping[str, Cells], minimum: int) -> dict[str, Any]:
    """Parts of the facts on the index: `ranks` of the latest wave, and the `watch` over all waves."""
    return {"ranks": _ranks(tables, minimum), "watch": _watch(tables, minimum)}


def _ranks(tables: Mapping[str, Cells], minimum: int) -> Row | None:
    if "index_scores" not in tables:
        return None
    names = ("wave", "integration_index", "low", "high", "rank", "rank_low", "rank_high", "is_low_agreement")
    rows = [row for row in tables["index_scores"].pick(names) if row["rank"] is not None]
    wave = max((str(row["wave"]) for row in rows), default=None)
    latest = [row for row in rows if row["wave"] == wave]
    if len(latest) < minimum:
        return None
    sources = tables["index_rank_sources"].pick(("wave", "source", "first_order", "total"))
    return {
        "wave": wave,
        "n_organizations": len(latest),
        "median_width": _middle(latest, "rank_low", "rank_high"),
        "median_points": _middle(latest, "low", "high"),
        "low_agreement_share": share(sum(bool(row["is_low_agreement"]) for row in latest), len(latest)),
        "sources": [
            {
                "source": row["source"],
                "first_order": real(row["first_order"]),
                "total": real(row["total"]),
            }
            for row in sorted(sources, key=lambda row: (-(real(row["total"]) or 0.0), row["source"]))
            if row["wave"] == wave
        ],
    }


def _middle(rows: list[Row], low: str, high: str) -> float | None:
    widths = [row[high] - row[low] for row in rows if row[high] is not None and row[low] is not None]
    return median(widths) if widths else None


def _watch(tables: Mapping[str, Cells], minimum: int) -> list[Row]:
    if "index_watch" not in tables:
        return []
    values = ("share", "low", "high", "threshold", "p_adjusted")
    rows = tables["index_watch"].pick(("check", "scope", "is_flagged", "n_units", "n_organizations", *values))
    flagged: dict[str, int] = {}
    for row in rows:
        if row["scope"] != EVERYTHING and row["is_flagged"] and count(row["n_organizations"]) >= minimum:
            flagged[row["check"]] = flagged.get(row["check"], 0) + 1
    return [
        {
            "check": row["check"],
            **{
                name: real(row[name]) if count(row["n_organizations"]) >= minimum else None for name in values
            },
            "is_flagged": bool(row["is_flagged"]),
            "n_units": count(row["n_units"]),
            "n_organizations": count(row["n_organizations"]),
            "n_waves_flagged": flagged.get(row["check"], 0),
        }
        for row in sorted(rows, key=lambda row: row["check"])
        if row["scope"] == EVERYTHING
    ]
