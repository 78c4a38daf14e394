"""What each mart must look like, in the order analysts meet them; the SQL is in dbt_project/models/marts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from contracts import marts_columns as shared
from contracts.contract import Column, Contract, FrameRule
from contracts.fields import currency
from contracts.instrument import load_instrument
from contracts.lazy import LazyContracts
from contracts.marts_benchmark import benchmark
from contracts.marts_calendars import dim_date, organization_period
from contracts.marts_contrast import maturity_contrast
from contracts.marts_coverage import join_coverage, quarantine_impact
from contracts.marts_dimensions import dim_instrument, dim_period, item_distribution
from contracts.marts_history import organization_history
from contracts.marts_kpis import dim_kpi, fct_kpi
from contracts.marts_money import revenue_currency
from contracts.marts_panel import maturity_impact, organization_month
from contracts.marts_rules import computed, first_of_month, mart_rule, spoil

if TYPE_CHECKING:
    import pandas as pd


def marts() -> dict[str, Contract]:
    """Contracts of all marts by name; reads the instrument and the KPI registry on first use."""
    contracts = (
        _dim_organization(),
        organization_history(),
        dim_period(),
        organization_period(),
        dim_date(),
        dim_instrument(),
        _fct_assessment(),
        item_distribution(),
        _fct_practice(),
        _fct_channel_adoption(),
        organization_month(),
        dim_kpi(),
        fct_kpi(),
        revenue_currency(),
        maturity_impact(),
        benchmark(),
        maturity_contrast(),
        join_coverage(),
        quarantine_impact(),
        _fct_published_benchmark(),
    )
    return {contract.name: contract for contract in contracts}


def _dim_organization() -> Contract:
    return Contract(
        name="dim_organization",
        layer="marts",
        description="Organisations as they are described now; of several versions the latest counts.",
        grain="One row per organisation.",
        key=("organization_id",),
        columns=(
            shared.ORGANIZATION_ID,
            Column("name", "text", "Name of the organisation.", example="Example"),
            shared.INDUSTRY,
            shared.COUNTRY,
            shared.CUSTOMER_TYPE,
            Column("employees", "integer", "Number of employees.", minimum=1, example=800),
            shared.EMPLOYEES_BAND,
            Column("parent_organization_id", "text", "Organisation it belongs to, if any.", nullable=True),
            currency("Currency the organisation reports in."),
        ),
    )


def _fct_assessment() -> Contract:
    instrument = load_instrument()
    kinds = ((k.code, f"{k.name_en}: mean of its dimensions that are present.") for k in instrument.kinds)
    dimensions = ((d.code, f"{d.name_en} ({d.kind}): mean over respondents.") for d in instrument.dimensions)
    codes = tuple(stage.code for stage in instrument.stages)
    return Contract(
        name="fct_assessment",
        layer="marts",
        description="What the assessment says about an organisation in a wave: index, stage and their parts.",
        grain="One row per organisation and assessment wave.",
        key=("organization_id", "wave"),
        columns=(
            shared.ORGANIZATION_ID,
            shared.WAVE,
            shared.WAVE_PERIOD,
            shared.INDEX,
            shared.STAGE,
            Column("stage_code", "text", "The stage as a word.", nullable=True, allowed=codes),
            replace(
                shared.N_RATERS,
                description="Respondents who answered; 0 where ready scores do not say how many.",
            ),
            shared.LOW_RELIABILITY,
            Column(
                "score_basis",
                "text",
                "Whether scores were computed from answers or came ready.",
                allowed=("answers", "ready_scores"),
                example="answers",
            ),
            *(
                Column(f"{code}_score", "score", text, nullable=True, unit="points")
                for code, text in (*kinds, *dimensions)
            ),
            shared.CHANNEL_ADOPTION_SHARE,
            shared.CHECKLIST_GAP,
        ),
        period_column="period",
        frame_rules=(first_of_month(), _stage_rule(), _reliability_rule(), _gap_rule()),
    )


def _stage_rule() -> FrameRule:
    lowers = [stage.lower for stage in load_instrument().stages]

    def expected(frame: pd.DataFrame) -> pd.Series:
        index = frame["integration_index"].astype("float64").round(6)
        reached = index.map(lambda value: sum(value >= lower for lower in lowers))
        return reached.where(index.notna())

    def another(frame: pd.DataFrame) -> pd.DataFrame:
        return spoil(stage=1, integration_index=99.0)(frame)

    text = "The stage follows from the index by the instrument's cut-offs."
    rule = computed("stage", "follows_from_index", text, expected, 1)
    return mart_rule("stage", "follows_from_index", text, rule.holds, another)


def _reliability_rule() -> FrameRule:
    least = load_instrument().minimum_raters
    return mart_rule(
        "is_low_reliability",
        "counts_raters",
        f"Fewer than {least} respondents are always of low reliability; thresholds may ask for more.",
        lambda frame: frame["is_low_reliability"].astype(bool) | (frame["n_raters"] >= least).astype(bool),
        spoil(is_low_reliability=False, n_raters=least - 1),
    )


def _gap_rule() -> FrameRule:
    return computed(
        "checklist_gap",
        "adoption_minus_index",
        "checklist_gap is channel adoption in per cent minus the index.",
        lambda frame: 100 * frame["channel_adoption_share"] - frame["integration_index"],
        -77.0,
    )


def _fct_practice() -> Contract:
    code, codes = "social_in_customer_service", load_instrument().practices
    return Contract(
        name="fct_practice",
        layer="marts",
        description="Which practices an organisation has in place, by the majority of its respondents.",
        grain="One row per organisation, assessment wave and practice.",
        key=("organization_id", "wave", "practice_code"),
        columns=(
            shared.ORGANIZATION_ID,
            shared.WAVE,
            shared.WAVE_PERIOD,
            Column("practice_code", "text", "Practice.", allowed=codes, pattern="[a-z_]+", example=code),
            Column("is_in_place", "boolean", "More than half of the respondents say so.", example=True),
            shared.N_RATERS,
            Column(
                "share_in_place",
                "share",
                "Share of the respondents who say so; empty where they are fewer than may be shown.",
                nullable=True,
                example=0.75,
            ),
        ),
        period_column="period",
        frame_rules=(
            first_of_month(),
            mart_rule(
                "is_in_place",
                "majority",
                "is_in_place says whether more than half of the respondents say so.",
                lambda frame: (
                    frame["share_in_place"].isna()
                    | (frame["is_in_place"].astype(bool) == (frame["share_in_place"] > 0.5))
                ),
                spoil(is_in_place=True, share_in_place=0.5),
            ),
        ),
    )


def _fct_channel_adoption() -> Contract:
    codes = load_instrument().channels
    return Contract(
        name="fct_channel_adoption",
        layer="marts",
        description="Which channels an organisation is active on, by the majority of its respondents.",
        grain="One row per organisation, assessment wave and channel.",
        key=("organization_id", "wave", "channel"),
        columns=(
            shared.ORGANIZATION_ID,
            shared.WAVE,
            shared.WAVE_PERIOD,
            Column("channel", "text", "Channel.", allowed=codes, pattern="[a-z_]+", example="facebook"),
            Column("is_active", "boolean", "More than half of the respondents say so.", example=True),
            shared.N_RATERS,
        ),
        period_column="period",
        frame_rules=(first_of_month(),),
    )


def _fct_published_benchmark() -> Contract:
    studies = ("insites_smis", "hootsuite_altimeter")
    return Contract(
        name="fct_published_benchmark",
        layer="marts",
        description="Figures as the two studies published them; never an estimate of ours.",
        grain="One row per published number.",
        key=("source_id", "wave", "segment_type", "segment", "metric"),
        columns=(
            Column("source_id", "text", "Study.", allowed=studies, pattern="[a-z_]+", example=studies[0]),
            Column(
                "wave", "text", "When the study was held.", pattern="[0-9]{4}(-[0-9]{2})?", example="2011-12"
            ),
            Column("n_respondents", "integer", "Respondents of the study.", minimum=1, example=400),
            Column("markets", "text", "Countries it covers, by comma.", example="GB,US"),
            Column(
                "segment_type", "text", "What the figure is broken down by.", pattern="[a-z_]+", example="all"
            ),
            Column("segment", "text", "The group it holds for.", pattern="[A-Za-z0-9_]+", example="all"),
            Column("metric", "text", "What was measured.", example="stage_pilot"),
            Column("value", "real", "The number as published.", minimum=0, example=24.0),
            Column("unit", "text", "Unit; at_least and about say how it was worded.", example="percent"),
            Column("as_published", "text", "The words of the publication.", example="Pilot phase"),
        ),
    )


MARTS: Mapping[str, Contract] = LazyContracts(marts)
"""All marts by name; the instrument and the KPI registry are read when it is first looked into."""
