"""Result tables to the one facts object that sentences and figures read; no wording, no clock, no files."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.facts_benchmarks import benchmark_facts, benchmarked
from models.facts_cells import Cells
from models.facts_kpis import kpi_counts, kpi_facts
from models.facts_measurement import measurement_facts
from models.facts_parts import (
    adoption_facts,
    claim_facts,
    contrast_facts,
    coverage_facts,
    effect_facts,
    index_facts,
    ledger_facts,
    stage_facts,
)
from models.facts_planted import planted_facts
from models.facts_results import result_cells, result_facts
from models.facts_schema import validate_facts
from models.facts_withheld import needs, suppressed_groups, withheld_facts

if TYPE_CHECKING:
    import pandas as pd

FACTS_VERSION = "3"
# Eight digits are far more than any text shows and fewer than summation order or the BLAS in use can change.
SIGNIFICANT_DIGITS = 8
# A random-intercept cross-lagged panel is identified from three waves on (Hamaker, Kuiper & Grasman 2015).
WAVES_FOR_DIRECTION = 3


@dataclass(frozen=True, slots=True)
class FactsSettings:
    """Settings of the installation that the text refers to.

    Attributes
    ----------
    is_simulated
        The data comes from a planted world; marked in the first line and on every figure.
    minimum_organizations, minimum_raters, minimum_group
        Thresholds: organisations per claim, raters per reliable score, organisations per published group.
    lead_months
        Months between the index and the outcome.
    exposure_step
        Index points one effect stands for.
    confidence
        Coverage of the intervals, 0..1.
    """

    is_simulated: bool
    reporting_currency: str = "EUR"
    minimum_organizations: int = 30
    minimum_raters: int = 3
    minimum_group: int = 10
    lead_months: int = 3
    exposure_step: float = 10.0
    confidence: float = 0.95
    instrument_version: str = "1"
    method_version: str = "1"
    code_version: str = "0"


def rounded(value: Any) -> Any:
    """Round every float of a JSON-able object to eight significant digits; not-a-number becomes null."""
    if isinstance(value, Mapping):
        return {str(key): rounded(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(entry) for entry in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return float(f"{value:.{SIGNIFICANT_DIGITS - 1}e}") + 0.0
    return value


def canonical_json(facts: Mapping[str, Any]) -> bytes:
    """Return the bytes of facts: sorted keys, eight significant digits, UTF-8, a newline at the end."""
    text = json.dumps(
        rounded(facts), sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    return text.encode() + b"\n"


def facts_hash(facts: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical bytes as hexadecimal text."""
    return hashlib.sha256(canonical_json(facts)).hexdigest()


def build_facts(
    *,
    effects: pd.DataFrame,
    claims: pd.DataFrame,
    contrasts: pd.DataFrame,
    index_quality: pd.DataFrame,
    assessment: pd.DataFrame,
    benchmarks: pd.DataFrame,
    channel_adoption: pd.DataFrame,
    join_coverage: pd.DataFrame,
    ledger: pd.DataFrame,
    kpis: pd.DataFrame,
    groups: pd.DataFrame,
    held_back: pd.DataFrame,
    n_organization_months: int,
    settings: FactsSettings,
    reasons: pd.DataFrame | None = None,
    results: Mapping[str, pd.DataFrame] | None = None,
    truth: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Build the facts of an edition out of plain result tables.

    Parameters
    ----------
    effects, claims, contrasts, index_quality
        Tables of the schema ``analysis``; effects per ``exposure_step`` index points in the outcome's unit.
        ``claims.reasons`` is a list or a text joined with ``;``.
    assessment
        ``fct_assessment``, one row per organisation and wave.
    benchmarks
        ``fct_published_benchmark``, figures as published.
    channel_adoption
        ``fct_channel_adoption``, one row per organisation, wave and channel.
    join_coverage
        ``fct_join_coverage``, one row per source system, entity, period and currency.
    ledger
        Row balance, one row per delivered file.
    kpis
        ``fct_kpi``, one row per organisation, month and KPI.
    groups
        ``fct_benchmark``, figures of groups of organisations.
    held_back
        ``fct_quarantine_impact``, rows and money that each KPI misses.
    n_organization_months
        Organisations times months of the edition: where a KPI could be known.
    settings
        What the text needs to know of the installation.
    reasons
        Every gate of every claim (outcome, position, code, passed, detail).
    results
        Further tables of the schema ``analysis`` by name, of `facts_results.RESULT_TABLES`; what is not there
        leaves its part empty.
    truth
        Planted effects by outcome of a simulated world; refused where the data are not simulated.

    Returns
    -------
    dict
        JSON-able, floats rounded to eight significant digits, lists in a stated order; the same tables in
        any row order give the same object.

    Raises
    ------
    ValueError
        If a table lacks a column, the object does not fit the JSON Schema, or real data come with a truth.
    """
    if truth is not None and not settings.is_simulated:
        raise ValueError("a planted truth belongs to simulated data only")
    minimum = settings.minimum_group
    stages = stage_facts(Cells(assessment), Cells(benchmarks), minimum)
    gates = None if reasons is None else Cells(reasons)
    claim_rows = claim_facts(Cells(claims), gates, Cells(effects))
    result_rows = result_facts(results or {}, claim_rows, minimum)
    contrast_rows = contrast_facts(Cells(contrasts), minimum)
    adoption_rows = adoption_facts(Cells(channel_adoption), Cells(benchmarks), minimum)
    kpi_rows = kpi_facts(kpis, n_organization_months, Cells(held_back))
    coverage = coverage_facts(Cells(join_coverage), Cells(assessment), claim_rows)
    parts = {
        "is_simulated": bool(settings.is_simulated),
        "coverage": {**coverage, **kpi_counts(kpi_rows)},
        "stages": stages,
        "index": index_facts(Cells(assessment), Cells(index_quality), minimum)
        | measurement_facts(result_cells(results or {}), minimum),
        "claims": claim_rows,
        "contrasts": contrast_rows,
        "adoption": adoption_rows,
        "effects": (effect_rows := effect_facts(Cells(effects), minimum)),
        "planted": planted_facts(claim_rows, effect_rows, truth),
        "withheld": withheld_facts(
            claim_rows,
            suppressed_groups(stages, contrast_rows, adoption_rows),
            more=needs(gates),
            n_waves=coverage["n_waves"],
            months_between_waves=coverage["months_between_waves"],
            minimum_organizations=settings.minimum_organizations,
            minimum_group=minimum,
        ),
        **result_rows,
        "benchmarks": benchmark_facts(Cells(groups), benchmarked(claim_rows)),
        "kpis": kpi_rows,
        "ledger": ledger_facts(Cells(ledger)),
        "method": {
            "exposure_step": float(settings.exposure_step),
            "lead_months": settings.lead_months,
            "confidence": float(settings.confidence),
            "n_primary": sum(row["is_primary"] for row in claim_rows),
            "n_secondary": sum(row["family"] == "secondary" for row in claim_rows),
            "n_exploratory": sum(row["family"] == "exploratory" for row in claim_rows),
            "n_others": sum(not row["is_primary"] for row in claim_rows),
            "primary_adjustment": "holm",
            "exploratory_adjustment": "bh",
            "minimum_organizations": settings.minimum_organizations,
            "minimum_raters": settings.minimum_raters,
            "minimum_group": minimum,
            "index_maximum": 100.0,
            "reporting_currency": settings.reporting_currency,
            "direction": {
                "is_tested": bool(result_rows["direction"]),
                "waves_needed": WAVES_FOR_DIRECTION,
                "waves_available": coverage["n_waves"],
            },
        },
        "versions": {
            "facts": FACTS_VERSION,
            "method": settings.method_version,
            "instrument": settings.instrument_version,
            "code": settings.code_version,
        },
    }
    facts: dict[str, Any] = rounded(parts)
    validate_facts(facts)
    return facts
