"""Renders dbt's seeds and YAML out of the contracts; what is written by hand (SQL, formulas) is not here.

orchestration/rendered.py writes the files; a test fails when they drift apart.
"""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import yaml

from contracts.contract import Column, Contract, Kind
from contracts.entities import ENTITIES
from contracts.instrument_seeds import instrument_seeds
from contracts.kpis import Kpi, load_kpis
from contracts.ledger_periods import LEDGER_PERIODS
from contracts.marts import MARTS
from contracts.marts_benchmark import benchmark_rows
from contracts.marts_contrast import practice_rows
from contracts.marts_coverage import kpi_entities
from contracts.published import load_published_benchmarks
from contracts.semantic import render_semantic

HEADER = "# Written by contracts/render.py out of the contracts; change them there, not here.\n"
DOMAINS = {
    "reference": ("organizations", "crosswalk", "fx_rates"),
    "assessment": ("assessment_answers", "assessment_scores", "practices", "channel_adoption"),
    "crm": ("accounts", "opportunities", "opportunity_history"),
    "coverage": ("ledger_periods",),
    "support": ("tickets", "survey_responses"),
    "hr": ("employment_spells", "hires"),
    "finance": ("ledger_lines", "invoices", "marketing_spend"),
}
"""Which entity stands in which folder of models/staging; one without a model there is a dbt source only."""
MART_DOMAINS = {
    "reference": ("dim_organization", "dim_organization_history", "dim_period"),
    "assessment": (
        "dim_instrument",
        "fct_assessment",
        "fct_item_distribution",
        "fct_practice",
        "fct_channel_adoption",
    ),
    "panel": ("fct_organization_month", "dim_kpi", "fct_kpi", "fct_maturity_impact"),
    "finance": ("fct_revenue_currency",),
    "benchmark": ("fct_benchmark", "fct_maturity_contrast"),
    "coverage": ("fct_join_coverage", "fct_quarantine_impact", "fct_published_benchmark"),
}
"""Which mart stands in which folder of models/marts."""
_DATA_TYPES: dict[Kind, str] = {
    "text": "string",
    "integer": "bigint",
    "real": "double",
    "share": "double",
    "score": "double",
    "money": "decimal(18,2)",
    "minutes": "decimal(18,2)",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}
_ACCEPTED = {**ENTITIES, LEDGER_PERIODS.name: LEDGER_PERIODS}
_LONGEST_LIST = 20
"""Code lists of countries and currencies are checked by pandera; in dbt they would drown the rest."""
_PERIOD = "First day of the month the row belongs to."


def render_dbt() -> dict[str, str]:
    """Return the text of every machine-written file by its path within the dbt project."""
    files = {f"seeds/{name}.csv": _csv(rows) for name, rows in _seeds().items()}
    files["seeds/_seeds.yml"] = _yaml({"version": 2, "seeds": [_seed(n, r) for n, r in _seeds().items()]})
    files["macros/kpi_codes.sql"] = _kpi_macros()
    files["models/marts/_metrics.yml"] = HEADER + render_semantic()
    files["models/staging/_sources.yml"] = _yaml({"version": 2, "sources": [_source()]})
    for domain, entities in DOMAINS.items():
        for entity in entities:
            name = f"stg_{domain}__{entity}"
            files[f"models/staging/{domain}/{name}.yml"] = _model(_staging(name, _ACCEPTED[entity]))
    for domain, names in MART_DOMAINS.items():
        for name in names:
            files[f"models/marts/{domain}/{name}.yml"] = _model(_mart(MARTS[name]))
    return files


def _seeds() -> dict[str, list[dict[str, Any]]]:
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


def _kpi_macros() -> str:
    """Codes of the KPIs as words of one text, which SQL splits: macros give text only."""
    kpis = load_kpis().kpis
    known = {
        "kpi_codes": [kpi.code for kpi in kpis],
        "over_one_kpi_codes": [kpi.code for kpi in kpis if kpi.denominator == "one"],
        "distribution_kpi_codes": [kpi.code for kpi in kpis if kpi.is_distribution],
    }
    macros = (
        f"{{% macro {name}() -%}}\n{_wrapped(codes)}\n{{%- endmacro %}}\n" for name, codes in known.items()
    )
    return "{{# {} #}}\n".format(HEADER.strip("# \n")) + "\n".join(macros)


def _wrapped(codes: Sequence[str]) -> str:
    return textwrap.fill(" ".join(codes), width=100, initial_indent="    ", subsequent_indent="    ")


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


def _seed(name: str, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
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
        "data_tests": [_test("unique_grain", name, columns=_seed_key(name))],
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


def _source() -> dict[str, Any]:
    folder = "{{ env_var('MATURITY_ACCEPTED', 'accepted') | replace(\"'\", \"''\") }}"
    location = (
        f"read_parquet('{folder}/{{name}}/**/*.parquet', hive_partitioning = false, union_by_name = true)"
    )
    ledger = {"config": {"meta": {"external_location": f"read_parquet('{folder}/{{name}}.parquet')"}}}
    return {
        "name": "accepted",
        "description": "Canonical entities as the gate accepted them; Parquet, one folder per entity.",
        "config": {"meta": {"external_location": location}},
        "tables": [
            {"name": e.name, "description": _said(e), **own, "columns": [_documented(c) for c in e.columns]}
            for e in _ACCEPTED.values()
            for own in (ledger if e is LEDGER_PERIODS else {},)
        ],
    }


def _staging(name: str, entity: Contract) -> dict[str, Any]:
    columns = [_documented(column) for column in entity.columns]
    tests = [_test("unique_grain", name, columns=_accepted_key(entity))]
    has_wave = "wave" in entity.column_names
    if entity.period_column or has_wave or entity.name == "employment_spells":
        columns.append({"name": "period", "description": "First month of the wave." if has_wave else _PERIOD})
    if "organization_id" in entity.column_names and entity.name != "organizations":
        tests.append(_test("known_organization", name))
    return {"name": name, "description": _said(entity), "columns": columns, "data_tests": tests}


def _accepted_key(entity: Contract) -> list[str]:
    """Key of accepted rows: each system numbers its records by itself, as the gate takes them."""
    own = ["source_system"] if "source_system" in entity.column_names else []
    return list(dict.fromkeys((*own, *entity.key)))


def _mart(mart: Contract) -> dict[str, Any]:
    filled = [column.name for column in mart.columns if not column.nullable]
    bounds = {c.name: list(c.bounds) for c in mart.columns if _is_bounded(c)}
    values = {c.name: list(c.allowed) for c in mart.columns if 0 < len(c.allowed) <= _LONGEST_LIST}
    tests = [
        _test("unique_grain", mart.name, columns=list(mart.key)),
        _test("filled", mart.name, columns=filled),
    ]
    if bounds:
        tests.append(_test("within_bounds", mart.name, bounds=bounds))
    if values:
        tests.append(_test("known_values", mart.name, values=values))
    return {
        "name": mart.name,
        "description": _said(mart),
        "columns": [
            {"name": c.name, "data_type": _DATA_TYPES[c.kind], "description": _words(c)} for c in mart.columns
        ],
        "data_tests": tests,
    }


def _is_bounded(column: Column) -> bool:
    return column.kind not in ("date", "timestamp", "text") and any(b is not None for b in column.bounds)


def _test(name: str, relation: str, **arguments: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"name": f"{name}_{relation}"}
    if arguments:
        body["arguments"] = arguments
    return {name: body}


def _said(contract: Contract) -> str:
    return f"{contract.grain} {contract.description}"


def _documented(column: Column) -> dict[str, str]:
    return {"name": column.name, "description": _words(column)}


def _words(column: Column) -> str:
    return f"{column.description} Unit: {column.unit}." if column.unit else column.description


def _model(model: dict[str, Any]) -> str:
    return _yaml({"version": 2, "models": [model]})


def _yaml(document: dict[str, Any]) -> str:
    return HEADER + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)


def _csv(rows: Iterable[dict[str, Any]]) -> str:
    rows = list(rows)
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()
