"""KPI registry -> semantic model and metrics (MetricFlow), and one plain SELECT per metric. No formulas here.

Numerators and denominators are added and divided last, as everywhere. A median or percentile cannot be
made of the medians of months: it is no metric of the semantic layer, and its plain view keeps to the month.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from contracts.kpis import Kpi, load_kpis
from contracts.marts_columns import TRAITS

METRIC_SCHEMA = "metrics"
"""Schema of the published file in which each KPI is a view of its own."""


def render_semantic() -> str:
    """YAML of the semantic models and metrics, as dbt and MetricFlow read it."""
    metrics = [metric for kpi in metric_kpis() for metric in _metrics(kpi)]
    document = {"version": 2, "semantic_models": [_kpi_model(), _organization_model()], "metrics": metrics}
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)


def metric_kpis() -> tuple[Kpi, ...]:
    """KPIs that can be made anew for any group out of added parts, in the order of the registry."""
    return tuple(kpi for kpi in load_kpis().kpis if not kpi.is_distribution)


METRIC_COLUMNS = ("organization_id", "period", "numerator", "denominator", "value", "is_below_minimum_sample")
"""Columns of `fct_kpi` that the view of a metric shows."""


def metric_views() -> dict[str, str]:
    """SELECT of one plain view per KPI, by KPI code; it reads the published `fct_kpi` by its bare name."""
    columns = ", ".join(METRIC_COLUMNS)
    return {
        kpi.code: f"select {columns} from fct_kpi where kpi_code = '{kpi.code}'" for kpi in load_kpis().kpis
    }


def _kpi_model() -> dict[str, Any]:
    return {
        "name": "kpis",
        "description": "Parts of every KPI by organisation and month.",
        "model": "ref('fct_kpi')",
        "defaults": {"agg_time_dimension": "period"},
        "primary_entity": "kpi_cell",
        "entities": [{"name": "organization", "type": "foreign", "expr": "organization_id"}],
        "dimensions": [{"name": "period", "type": "time", "type_params": {"time_granularity": "month"}}],
        "measures": [measure for kpi in metric_kpis() for measure in _measures(kpi)],
    }


def _organization_model() -> dict[str, Any]:
    return {
        "name": "organizations",
        "description": "Organisations as they are described now, to group and filter by.",
        "model": "ref('dim_organization')",
        "entities": [{"name": "organization", "type": "primary", "expr": "organization_id"}],
        "dimensions": [{"name": column.name, "type": "categorical"} for column in TRAITS],
    }


def _measures(kpi: Kpi) -> Iterator[dict[str, Any]]:
    for part in _parts(kpi):
        known = " and denominator is not null and numerator is not null" if kpi.is_ratio else ""
        measure: dict[str, Any] = {
            "name": f"{kpi.code}_{part}",
            "description": f"{part.capitalize()} of {kpi.name_en.lower()}: {getattr(kpi, part)}.",
            "agg": "sum",
            "expr": f"case when kpi_code = '{kpi.code}'{known} then {part} end",
        }
        if kpi.aggregation == "balance":
            # The last month of a longer period stands for it.
            measure["non_additive_dimension"] = {"name": "period", "window_choice": "max"}
        yield measure


def _metrics(kpi: Kpi) -> Iterator[dict[str, Any]]:
    if not kpi.is_ratio:
        yield _metric(kpi.code, kpi.name_en, kpi.formula, "simple", measure=f"{kpi.code}_numerator")
        return
    for part in _parts(kpi):
        name = f"{kpi.code}_{part}"
        said = f"{part.capitalize()} of {kpi.name_en.lower()}"
        yield _metric(name, said, f"{said}: {getattr(kpi, part)}.", "simple", measure=name)
    parts = {part: f"{kpi.code}_{part}" for part in _parts(kpi)}
    yield _metric(kpi.code, kpi.name_en, kpi.formula, "ratio", **parts)


def _parts(kpi: Kpi) -> tuple[str, ...]:
    return ("numerator", "denominator") if kpi.is_ratio else ("numerator",)


def _metric(name: str, label: str, description: str, kind: str, **parameters: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "description": description,
        "type": kind,
        "type_params": parameters,
    }
