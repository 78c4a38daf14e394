"""Tables that the facts of an edition are made of, as `models.facts.build_facts` takes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from models.facts_benchmarks import GROUP_COLUMNS
from models.facts_results import RESULT_TABLES
from orchestration import warehouse

_READ = {
    "effects": ("analysis", "effects"),
    "claims": ("analysis", "claims"),
    "reasons": ("analysis", "claim_reasons"),
    "contrasts": ("analysis", "contrasts"),
    "index_quality": ("analysis", "index_quality"),
    "assessment": ("marts", "fct_assessment"),
    "benchmarks": ("marts", "fct_published_benchmark"),
    "channel_adoption": ("marts", "fct_channel_adoption"),
    "join_coverage": ("marts", "fct_join_coverage"),
    "kpis": ("marts", "fct_kpi"),
    "groups": ("marts", "fct_benchmark"),
    "held_back": ("marts", "fct_quarantine_impact"),
}
_COLUMNS = {
    "kpis": ("kpi_code", "organization_id", "period", "value", "is_below_minimum_sample"),
    "groups": GROUP_COLUMNS,
}
"""Of tables that are large; each combination is read once."""
_GRID = ("marts", "fct_organization_month")
_RESULTS = {name: ("analysis", name) for name in RESULT_TABLES}
RELATIONS = (*_READ.values(), *_RESULTS.values(), _GRID)
"""Every (schema, table) that is read."""


def tables(home: Path) -> dict[str, Any]:
    """Frames by name of the argument, the ledger, and how many organisation-months there are."""
    import pandas as pd

    return {
        **{
            name: warehouse.read_table(home, *relation, columns=_COLUMNS.get(name, ()))
            for name, relation in _READ.items()
        },
        "results": {name: warehouse.read_table(home, *relation) for name, relation in _RESULTS.items()},
        "ledger": pd.read_parquet(home / "accepted" / "ledger.parquet"),
        "n_organization_months": warehouse.row_counts(home, [_GRID])[_GRID],
    }


def planted(home: Path) -> dict[str, float] | None:
    """Effects planted in a demo world, where the home holds its truth."""
    path = home / "truth.json"
    return json.loads(path.read_text(encoding="utf-8"))["effects"] if path.is_file() else None
