"""Rows and properties of dbt's seeds out of the registries and the instrument, as plain mappings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts.instrument_seeds import instrument_seeds
from contracts.kpis import Kpi, load_kpis
from contracts.marts import MARTS
from contracts.marts_benchmark import benchmark_rows
from contracts.marts_contrast import practice_rows
from contracts.marts_coverage import kpi_entities
from contracts.published import load_published_benchmarks
from contracts.render_models import dbt_test


def seed_rows() -> dict[str, list[dict[str, Any]]]:
    """Rows of every seed, by its name."""
    return {
        "kpi_entities": kpi_entities(),
        **instrument_seeds(),
        "published_benchmarks": [row._asdict() for row in load_published_benchmarks()],
        "kpis": [_kpi(kpi) for kpi in load_kpis().kpis],
        "benchmark_subjects": benchmark_rows(),
        "instrument_practices": practice_rows(),
    }


def _kpi(kpi: Kpi) -> dict[str, Any]:
    return {
        "kpi_code": kpi.code,
        "name_en": kpi.name_en,
        "name_nl": kpi.name_nl,
        "formula": kpi.formula,
        "numerator": kpi.numerator,
        "denominator": kpi.denominator,
        "unit": kpi.unit,
        "direction": kpi.direction,
        "minimum_sample": kpi.minimum_sample,
        "aggregation": kpi.aggregation,
        "is_additive": str(kpi.is_additive).lower(),
        "basis": kpi.basis,
        "entities": ", ".join(kpi.entities),
    }


_SEED_TEXTS = {
    "instrument_items": "One row per item of the instrument: its dimension and whether it is reversed.",
    "instrument_dimensions": "One row per dimension: its kind of change and how many answers it needs.",
    "instrument_levels": "One row per answer level of the scale, in the words above the questions.",
    "instrument_stages": "One row per stage: index from lower_bound up to, not including, upper_bound.",
    "instrument_channels": "One row per channel whose adoption is kept beside the index.",
    "kpi_entities": "One row per headline figure and entity whose rows it is made of.",
    "published_benchmarks": "One row per number as published by the studies.",
    "kpis": "One row per KPI: what it is, how it is made and how it is read.",
    "benchmark_subjects": "One row per figure that is compared: whether it is about people at work.",
    "instrument_practices": "One row per practice that is asked about: the published figure beside it.",
}
_SEED_TYPES = {
    "instrument_version": "string",
    "wave": "string",
    "is_reversed": "boolean",
    "stage": "bigint",
    "item_order": "bigint",
    "answer_level": "bigint",
    "n_items": "bigint",
    "minimum_raters": "bigint",
    "minimum_answered_items": "bigint",
    "n_respondents": "bigint",
    "lower_bound": "double",
    "upper_bound": "double",
    "value": "double",
    "minimum_sample": "bigint",
    "is_additive": "boolean",
    "is_about_people": "boolean",
}


def seed_properties(name: str, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Description, types and tests of a seed."""
    mart = MARTS["dim_kpi" if name == "kpis" else "fct_published_benchmark"]
    known = {column.name: column.description for column in mart.columns}
    columns = list(rows[0])
    return {
        "name": name,
        "description": _SEED_TEXTS[name],
        "config": {"column_types": {column: _SEED_TYPES.get(column, "string") for column in columns}},
        "columns": [
            {"name": c, "description": known.get(c, c.replace("_", " ").capitalize() + ".")} for c in columns
        ],
        "data_tests": [dbt_test("unique_grain", name, columns=_seed_key(name))],
    }


def _seed_key(name: str) -> list[str]:
    keys = {
        "instrument_items": ["instrument_version", "item_code"],
        "instrument_dimensions": ["instrument_version", "dimension_code"],
        "instrument_levels": ["instrument_version", "answer_level"],
        "instrument_stages": ["stage"],
        "instrument_channels": ["channel"],
        "kpi_entities": ["kpi_code", "entity"],
        "kpis": ["kpi_code"],
        "benchmark_subjects": ["kpi_code"],
        "instrument_practices": ["practice_code"],
    }
    return keys.get(name, list(MARTS["fct_published_benchmark"].key))
