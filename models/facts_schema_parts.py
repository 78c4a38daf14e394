"""Parts of facts.json that describe the data: coverage, stages, index; the rest is in facts_schema.py."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Period = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-01$")]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Count = Annotated[int, Field(ge=0)]
Level = Literal["none", "L0", "L1", "L2", "L3", "L4"]
Grade = Literal["A", "B", "C", "D", "E"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Gate(Part):
    """One gate that a claim or a verdict met: its code, whether it passed, and its numbers."""

    code: str
    passed: bool
    numbers: dict[str, float]


class CoverageCell(Part):
    """Rows of one source in one period and the share whose key maps to an organisation."""

    period: Period
    n_rows: Count
    n_mapped: Count
    mapped_share: Share | None


class SourceCoverage(Part):
    """Coverage of one source system over all its periods; amounts in the reporting currency."""

    source_system: str
    n_rows: Count
    n_mapped: Count
    n_unmapped: Count
    mapped_share: Share | None
    amount: float | None
    amount_mapped: float | None
    periods: list[CoverageCell]


class Coverage(Part):
    """Who and when the edition speaks about, and how much of the delivered data is mapped."""

    n_organizations: Count
    n_waves: Count
    months_between_waves: float | None
    first_wave: str | None
    last_wave: str | None
    first_period: Period | None
    last_period: Period | None
    n_periods: Count
    n_kpis: Count
    n_kpis_known: Count
    n_rows: Count
    n_mapped: Count
    mapped_share: Share | None
    n_without_rate: Count
    bands: list[Share]
    sources: list[SourceCoverage]


class ObservedStage(Part):
    """Organisations of the latest wave in one stage, and the share in the first wave."""

    stage: Annotated[int, Field(ge=1, le=5)]
    stage_code: str
    n_organizations: Count
    share: Share
    share_first_wave: Share | None


class PublishedStage(Part):
    """Published share of one stage."""

    stage: Annotated[int, Field(ge=1, le=5)]
    stage_code: str
    share: Share


class Publication(Part):
    """Where published figures come from."""

    source_id: str
    wave: str
    n_respondents: Count
    markets: str


class Stages(Part):
    """Stage distribution observed beside published; suppressed below ``minimum_group`` organisations."""

    wave: str | None
    first_wave: str | None
    n_organizations: Count
    n_organizations_first_wave: Count
    is_suppressed: bool
    observed: list[ObservedStage]
    published: list[PublishedStage]
    publication: Publication | None


class Quality(Part):
    """One figure on how well the index measures."""

    measure: str
    value: float | None
    low: float | None
    high: float | None
    scope: str


class RankSource(Part):
    """Share of one group of choices in how much ranks move: alone, and with all it acts together with."""

    source: str
    first_order: float | None
    total: float | None


class Ranks(Part):
    """How exact the index of an organisation is in the latest wave: ranks and points between the bounds."""

    wave: str
    n_organizations: Count
    median_width: float | None
    median_points: float | None
    low_agreement_share: Share | None
    sources: list[RankSource]


class Sign(Part):
    """One sign that the index is played to, over all waves."""

    check: str
    share: Share | None
    low: float | None
    high: float | None
    threshold: float | None
    p_adjusted: Share | None
    is_flagged: bool
    n_units: Count
    n_organizations: Count
    n_waves_flagged: Count


class Index(Part):
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
    ranks: Ranks | None
    watch: list[Sign]
