"""Renders dbt's seeds and YAML as files: render_models and render_seeds say what stands in them.

orchestration/rendered.py writes the files; a test fails when they drift apart.
"""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import yaml

from contracts.exposures import exposure_properties, group_properties
from contracts.kpis import load_kpis
from contracts.marts import MARTS
from contracts.marts_panel import panel_outcomes
from contracts.render_models import (
    ACCEPTED,
    mart_properties,
    panel_properties,
    source_properties,
    staging_properties,
)
from contracts.render_seeds import seed_properties, seed_rows
from contracts.semantic import render_semantic

HEADER = "# Written by contracts/render.py out of the contracts; change them there, not here.\n"
DOMAINS = {
    "reference": ("organizations", "crosswalk", "fx_rates"),
    "assessment": ("assessment_answers", "assessment_scores", "practices", "channel_adoption"),
    "crm": ("accounts", "opportunities", "opportunity_history"),
    "coverage": ("ledger_periods",),
    "support": ("tickets", "survey_responses"),
    "hr": ("employment_spells", "hires", "applications"),
    "finance": ("ledger_lines", "invoices", "marketing_spend"),
}
"""Which entity stands in which folder of models/staging; one without a model there is a dbt source only."""
MART_DOMAINS = {
    "reference": (
        "dim_organization",
        "dim_organization_history",
        "dim_period",
        "dim_organization_period",
        "dim_date",
    ),
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


def render_dbt() -> dict[str, str]:
    """Return the text of every machine-written file by its path within the dbt project."""
    files = {f"seeds/{name}.csv": _csv(rows) for name, rows in seed_rows().items()}
    files["seeds/_seeds.yml"] = _yaml(
        {"version": 2, "seeds": [seed_properties(n, r) for n, r in seed_rows().items()]}
    )
    files["macros/kpi_codes.sql"] = _kpi_macros()
    files["models/marts/_metrics.yml"] = HEADER + render_semantic()
    exposures = {"version": 2, "groups": group_properties(), "exposures": exposure_properties()}
    files["models/marts/_exposures.yml"] = _yaml(exposures)
    files["models/staging/_sources.yml"] = _yaml({"version": 2, "sources": [source_properties()]})
    files["models/intermediate/panel/int_maturity_impact.yml"] = _model(
        panel_properties(MARTS["fct_maturity_impact"])
    )
    for domain, entities in DOMAINS.items():
        for entity in entities:
            name = f"stg_{domain}__{entity}"
            files[f"models/staging/{domain}/{name}.yml"] = _model(staging_properties(name, ACCEPTED[entity]))
    for domain, names in MART_DOMAINS.items():
        for name in names:
            files[f"models/marts/{domain}/{name}.yml"] = _model(mart_properties(MARTS[name]))
    return files


def _kpi_macros() -> str:
    """Codes of KPIs and outcomes as words of one text, which SQL splits: macros give text only."""
    registry = load_kpis()
    kpis = registry.kpis
    known = {
        "kpi_codes": [kpi.code for kpi in kpis],
        "over_one_kpi_codes": [kpi.code for kpi in kpis if kpi.denominator == "one"],
        "distribution_kpi_codes": [kpi.code for kpi in kpis if kpi.is_distribution],
        "panel_outcome_codes": panel_outcomes(),
        "explained_ratio_codes": [kpi.code for kpi in registry.explained if kpi.is_ratio],
        "logged_kpi_codes": [kpi.code for kpi in registry.logged],
        "negative_control_codes": registry.outcomes_of("negative_control"),
    }
    macros = (
        f"{{% macro {name}() -%}}\n{_wrapped(codes)}\n{{%- endmacro %}}\n" for name, codes in known.items()
    )
    return "{{# {} #}}\n".format(HEADER.strip("# \n")) + "\n".join(macros)


def _wrapped(codes: Sequence[str]) -> str:
    return textwrap.fill(" ".join(codes), width=100, initial_indent="    ", subsequent_indent="    ")


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
