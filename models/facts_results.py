"""Everything that was estimated beside effects and claims, put together as parts of the facts. No wording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from models.facts_cells import Cells, Row
from models.facts_fragility import health_facts, robustness_facts, specification_facts
from models.facts_order import direction_facts, rise_facts
from models.facts_shape import corrected_facts, dose_facts, driver_facts, flexible_facts, what_if_facts

if TYPE_CHECKING:
    import pandas as pd

RESULT_TABLES = (
    "direction", "direction_reasons", "direction_paths", "lead_lag", "granger", "stage_rises",
    "stage_rise_quarters", "stage_rise_bounds", "dose_response", "dose_points", "flexible_controls",
    "corrected_slopes", "drivers", "what_if", "robustness", "specifications", "specification_curves",
    "health", "index_scores", "index_rank_sources", "index_watch",
)  # fmt: skip
"""Tables of the schema ``analysis`` that are read, beside those that have a name of their own."""


def result_cells(results: Mapping[str, pd.DataFrame]) -> dict[str, Cells]:
    """Read the tables that the facts are made of."""
    return {name: Cells(results[name]) for name in RESULT_TABLES if name in results}


def result_facts(
    results: Mapping[str, pd.DataFrame], claims: Sequence[Row], minimum: int
) -> dict[str, list[Row]]:
    """Make the parts direction, rises, dose, drivers, flexible, corrected, what_if, robustness,
    specifications and health.

    Every outcome has its verdict on direction; everything else is kept of the primary outcomes, so that the
    facts stay short however many outcomes are looked at. The others stand in the tables of the edition.
    """
    tables = result_cells(results)
    shown = [claim["outcome"] for claim in claims if claim["is_primary"]]
    sizes = {claim["outcome"]: claim["n_organizations"] for claim in claims}
    return {
        "direction": direction_facts(tables, shown, minimum),
        "rises": rise_facts(tables, shown, minimum),
        "dose": dose_facts(tables, shown, minimum),
        "drivers": driver_facts(tables, shown, minimum),
        "flexible": flexible_facts(tables, shown, minimum),
        "corrected": corrected_facts(tables, shown, minimum),
        "what_if": what_if_facts(tables, shown, minimum),
        "robustness": robustness_facts(tables, shown, sizes, minimum),
        "specifications": specification_facts(tables, shown, minimum),
        "health": health_facts(tables, shown),
    }
