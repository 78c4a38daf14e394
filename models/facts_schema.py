"""What facts.json must look like: JSON Schema and validation; how facts are computed is in facts.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Period = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-01$")]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Count = Annotated[int, Field(ge=0)]
Level = Literal["none", "L0", "L1", "L2"]
Grade = Literal["A", "B", "C", "D", "E"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class CoverageCell(_Part):
    """Rows of one source in one period and the share whose key maps to an organisation."""

    period: Period
    n_rows: Count
    n_mapped: Count
    mapped_share: Share | None


class SourceCoverage(_Part):
    """Coverage of one source system over all its periods."""

    source_system: str
    n_rows: Count
    n_mapped: Count
    n_unmapped: Count
    mapped_share: Share | None
    amount: float | None
    amount_mapped: float | None
    periods: list[CoverageCell]


class Coverage(_Part):
    """Who and when the edition speaks about, and how much of the delivered data is mapped."""

    n_organizations: Count
    n_waves: Count
    first_wave: str | None
    last_wave: str | None
    first_period: Period | None
    last_period: Period | None
    n_periods: Count
    n_rows: Count
    n_mapped: Count
    mapped_share: Share | None
    n_foreign_currency: Count
    bands: list[Share]
    sources: list[SourceCoverage]


class ObservedStage(_Part):
    """Organisations of the latest wave in one stage, and the share in the first wave."""

    stage: Annotated[int, Field(ge=1, le=5)]
    stage_code: str
    n_organizations: Count
    share: Share
    share_first_wave: Share | None


class PublishedStage(_Part):
    """Published share of one stage."""

    stage: Annotated[int, Field(ge=1, le=5)]
    stage_code: str
    share: Share


class Publication(_Part):
    """Where published figures come from."""

    source_id: str
    wave: str
    n_respondents: Count
    markets: str


class Stages(_Part):
    """Stage distribution observed beside published; suppressed below ``minimum_group`` organisations."""

    wave: str | None
    first_wave: str | None
    n_organizations: Count
    n_organizations_first_wave: Count
    is_suppressed: bool
    observed: list[ObservedStage]
    published: list[PublishedStage]
    publication: Publication | None


class Quality(_Part):
    """One figure on how well the index measures."""

    measure: str
    value: float | None
    low: float | None
    high: float | None
    scope: str


class Index(_Part):
    """The integration index in the latest wave and how well it measures."""

    wave: str | None
    n_organizations: Count
    mean: float | None
    personal_mean: float | None
    structural_mean: float | None
    cultural_mean: float | None
    channel_adoption_mean: float | None
    checklist_gap_mean: float | None
    n_low_reliability: Count
    quality: list[Quality]


class _Estimate(_Part):
    outcome: str
    is_primary: bool
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
    reasons: list[str]


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


class Contrast(_Part):
    """How much more often mature organisations have a practice, beside the published ratio."""

    practice_code: str
    n_mature: Count
    share_mature: Share | None
    n_less_mature: Count
    share_less_mature: Share | None
    risk_ratio: float | None
    low: float | None
    high: float | None
    published_ratio: float | None
    published_relation: str | None
    is_suppressed: bool


class Adoption(_Part):
    """Share of organisations active on one channel, beside the published share."""

    channel: str
    wave: str | None
    n_organizations: Count
    share: Share | None
    published_share: Share | None
    is_suppressed: bool


class Withheld(_Part):
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


class RowBalance(_Part):
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


class Direction(_Part):
    """Whether the order of things was tested, and what testing it takes."""

    is_tested: bool
    waves_needed: Count
    waves_available: Count


class Method(_Part):
    """Settings of the method that the text refers to."""

    exposure_step: float
    lead_months: Count
    confidence: Share
    n_primary: Count
    n_exploratory: Count
    primary_adjustment: str
    exploratory_adjustment: str
    minimum_organizations: Count
    minimum_raters: Count
    minimum_group: Count
    index_maximum: float
    reporting_currency: str
    direction: Direction


class Versions(_Part):
    """What made the facts."""

    facts: str
    method: str
    instrument: str
    code: str


class Facts(_Part):
    """Everything the summary may say; nothing else may stand in it."""

    is_simulated: bool
    coverage: Coverage
    stages: Stages
    index: Index
    claims: list[Claim]
    contrasts: list[Contrast]
    adoption: list[Adoption]
    effects: list[Effect]
    withheld: list[Withheld]
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
