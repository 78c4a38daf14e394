"""Who owns the marts and what is made of them, as groups and exposures of dbt. Columns: marts.py."""

from __future__ import annotations

from typing import Any

from contracts.marts import MARTS

GROUP = "marts"
ANALYSIS_READS = ("fct_assessment", "fct_maturity_impact", "fct_practice", "fct_published_benchmark")
"""Marts that the analysis reads; a test holds this to orchestration/assets/analysis.py."""
SUMMARY_READS = (
    "fct_assessment",
    "fct_benchmark",
    "fct_channel_adoption",
    "fct_join_coverage",
    "fct_kpi",
    "fct_organization_month",
    "fct_published_benchmark",
    "fct_quarantine_impact",
)
"""Marts that the facts are made of; a test holds this to orchestration/editions/facts_read.py."""


def group_properties() -> list[dict[str, Any]]:
    """The one group of the marts, with whoever answers for it."""
    [owner] = {mart.owner for mart in MARTS.values()}
    return [{"name": GROUP, "owner": {"name": owner}}]


def exposure_properties() -> list[dict[str, Any]]:
    """What is published of the marts, with the marts it reads."""
    return [
        _exposure("analysis", "analysis", "Estimates with intervals, tests and grades.", ANALYSIS_READS),
        _exposure("summary", "dashboard", "The page for leadership, in English and Dutch.", SUMMARY_READS),
        _exposure("dictionary", "application", "Every published table, column and KPI in words.", MARTS),
    ]


def _exposure(name: str, kind: str, description: str, reads: Any) -> dict[str, Any]:
    [group] = group_properties()
    return {
        "name": name,
        "type": kind,
        "maturity": "high",
        "description": description,
        "owner": group["owner"],
        "depends_on": [f"ref('{mart}')" for mart in sorted(reads)],
    }
