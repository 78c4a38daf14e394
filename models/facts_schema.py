"""What facts.json must look like: JSON Schema and validation; how facts are computed is in facts.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from models.facts_schema_kpis import Benchmark, KpiCoverage
from models.facts_schema_parts import (
    Count,
    Coverage,
    Gate,
    Grade,
    Index,
    Level,
    Part,
    Period,
    Share,
    Stages,
)
from models.facts_schema_results import (
    Corrected,
    Dose,
    Drivers,
    Flexible,
    Health,
    OrderVerdict,
    Rise,
    Robustness,
    SpecificationCurve,
    WhatIf,
)


class _Estimate(Part):
    outcome: str
    is_primary: bool
    family: Literal["primary", "secondary", "exploratory"]
    estimate: float | None
    low: float | None
    high: float | None
    unit: str
    standard_error_kind: str | None
    n_organizations: Count
    n_periods: Count
    first_period: Period | None
    last_period: Period | None
    mde: float | None


class Claim(_Estimate):
    """What may be said about one outcome."""

    level: Level
    grade: Grade
    withheld: bool
    naive_estimate: float | None
    coverage: Share | None
    reasons: list[str]
    gates: list[Gate]


class Effect(_Estimate):
    """One estimate of one model, per ``exposure_step`` index points, in the unit of the outcome."""

    model: str
    exposure: str
    standard_error: float | None
    p_value: float | None
    p_adjusted: float | None
    adjustment: str | None
    degrees_of_freedom: float | None
    n_observations: Count


class Contrast(Part):
    """How much more often mature organisations have a practice, beside the published ratio."""

    practice_code: str
    n_mature: Count
    share_mature: Share | None
    n_less_mature: Count
    share_less_mature: Share | None
    risk_ratio: float | None
    low: float | None
    high: float | None
    adjusted_ratio: float | None
    adjusted_low: float | None
    adjusted_high: float | None
    e_value: float | None
    published_ratio: float | None
    published_relation: str | None
    is_suppressed: bool


class Adoption(Part):
    """Share of organisations active on one channel, beside the published share."""

    channel: str
    wave: str | None
    n_organizations: Count
    share: Share | None
    published_share: Share | None
    is_suppressed: bool


class Withheld(Part):
    """Something not said, why, and what would settle it."""

    kind: Literal["claim", "stages", "contrast", "adoption"]
    subject: str
    reasons: list[str]
    unit: str | None
    mde: float | None
    n_organizations: Count
    n_periods: Count
    minimum: Count
    organizations_needed: Count | None
    to_see: float | None
    periods_needed: Count | None
    waves_needed: Count | None
    quarters_needed: Count | None


class Planted(Part):
    """Planted effect of a simulated world, and whether the intervals contain it."""

    outcome: str
    effect: float
    wrong_by: float | None
    naive_wrong_by: float | None
    naive_wrong_by_shown: float | None
    is_in_interval: bool | None
    is_in_naive_interval: bool | None


class RowBalance(Part):
    """Rows by what became of them: delivered = accepted + quarantined + duplicate + superseded."""

    n_files: Count
    delivered: Count
    accepted: Count
    quarantined: Count
    duplicate: Count
    superseded: Count


class LedgerSource(RowBalance):
    """Row balance of one source system."""

    source_system: str


class Ledger(RowBalance):
    """Row balance of everything delivered."""

    is_balanced: bool
    sources: list[LedgerSource]


class Direction(Part):
    """Whether the order of things was tested, and what testing it takes."""

    is_tested: bool
    waves_needed: Count
    waves_available: Count


class Method(Part):
    """Settings of the method that the text refers to."""

    exposure_step: float
    lead_months: Count
    confidence: Share
    n_primary: Count
    n_secondary: Count
    n_exploratory: Count
    n_others: Count
    primary_adjustment: str
    exploratory_adjustment: str
    minimum_organizations: Count
    minimum_raters: Count
    minimum_group: Count
    index_maximum: float
    reporting_currency: str
    direction: Direction


class Versions(Part):
    """What made the facts."""

    facts: str
    method: str
    instrument: str
    code: str


class Facts(Part):
    """Everything the summary may say; nothing else may stand in it."""

    is_simulated: bool
    coverage: Coverage
    stages: Stages
    index: Index
    claims: list[Claim]
    contrasts: list[Contrast]
    adoption: list[Adoption]
    effects: list[Effect]
    planted: list[Planted]
    withheld: list[Withheld]
    direction: list[OrderVerdict]
    rises: list[Rise]
    dose: list[Dose]
    drivers: list[Drivers]
    flexible: list[Flexible]
    corrected: list[Corrected]
    what_if: list[WhatIf]
    robustness: list[Robustness]
    specifications: list[SpecificationCurve]
    health: list[Health]
    benchmarks: list[Benchmark]
    kpis: list[KpiCoverage]
    ledger: Ledger
    method: Method
    versions: Versions


def facts_schema() -> dict[str, Any]:
    """Return the JSON Schema of facts.json (draft 2020-12), to be published beside it."""
    return Facts.model_json_schema()


def validate_facts(facts: Mapping[str, Any]) -> None:
    """Check an object against the schema.

    Raises
    ------
    pydantic.ValidationError
        Names every place that does not fit; a subclass of ``ValueError``.
    """
    Facts.model_validate(facts)
