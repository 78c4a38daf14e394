"""Contracts of the KPIs as a long table and of what each KPI is, derived from the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from contracts.contract import Column, Contract, FrameRule
from contracts.kpis import Aggregation, Direction, Unit, load_kpis
from contracts.marts_columns import ORGANIZATION_ID, PERIOD
from contracts.marts_rules import computed, equal, first_of_month, mart_rule, spoil

if TYPE_CHECKING:
    import pandas as pd


def dim_kpi() -> Contract:
    """Contract of `dim_kpi`: the registry as a table."""
    kpi = load_kpis().kpis[0]
    said = ("name_en", "name_nl", "formula", "numerator", "denominator", "basis")
    words = {
        "name_en": "Name in English.",
        "name_nl": "Name in Dutch.",
        "formula": "How it is computed, in words.",
        "numerator": "What stands above the line; none for a median or percentile.",
        "denominator": "What stands below it; one for totals and balances.",
        "basis": "What is counted, and what with an alike name is another quantity.",
    }
    texts = {name: Column(name, "text", words[name], example=getattr(kpi, name)) for name in said}
    lists = {
        "unit": Column("unit", "text", "Unit of the figure.", allowed=get_args(Unit), example="share"),
        "direction": Column(
            "direction", "text", "Which way is better.", allowed=get_args(Direction), example=kpi.direction
        ),
        "aggregation": Column(
            "aggregation",
            "text",
            "How the figure of a wider group is made: totals add up, ratios come of added parts, balances "
            "add up over organisations only, medians and percentiles need the single values.",
            allowed=get_args(Aggregation),
            example="ratio",
        ),
    }
    return Contract(
        name="dim_kpi",
        layer="marts",
        description="What each KPI is, as the registry declares it: formula, parts, unit, direction, basis.",
        grain="One row per KPI.",
        key=("kpi_code",),
        columns=(
            _code(),
            texts["name_en"],
            texts["name_nl"],
            texts["formula"],
            texts["numerator"],
            texts["denominator"],
            lists["unit"],
            lists["direction"],
            Column(
                "minimum_sample",
                "integer",
                "Denominator below which one organisation-month says little.",
                minimum=1,
                example=5,
            ),
            lists["aggregation"],
            Column("is_additive", "boolean", "Adds up over months and organisations.", example=False),
            texts["basis"],
            Column("entities", "text", "Accepted entities it is made of, by comma.", example="tickets"),
        ),
        frame_rules=(_additive_rule(),),
    )


def _additive_rule() -> FrameRule:
    return mart_rule(
        "is_additive",
        "totals_only",
        "Totals add up over months and organisations, and nothing else does.",
        lambda frame: frame["is_additive"].astype(bool) == (frame["aggregation"] == "total").astype(bool),
        spoil(is_additive=True, aggregation="median"),
    )


def fct_kpi() -> Contract:
    """Contract of `fct_kpi`: every KPI of every organisation and month in one long table."""
    return Contract(
        name="fct_kpi",
        layer="marts",
        description="Every KPI with its parts in one long table; what is not known at all has no row.",
        grain="One row per organisation, month and KPI of which the figure or a part is known.",
        key=("organization_id", "period", "kpi_code"),
        columns=(
            ORGANIZATION_ID,
            PERIOD,
            _code(),
            Column(
                "numerator", "real", "Numerator; empty for a median or percentile.", nullable=True, example=3
            ),
            Column(
                "denominator",
                "real",
                "Denominator; one for totals and balances, the number of values for a median or percentile.",
                nullable=True,
                example=6,
            ),
            Column(
                "value",
                "real",
                "The figure in the unit of dim_kpi. Empty when unknown.",
                nullable=True,
                example=0.5,
            ),
            Column(
                "is_below_minimum_sample",
                "boolean",
                "The denominator is unknown or below the minimum sample of the KPI: the figure says little.",
                example=False,
            ),
        ),
        period_column="period",
        frame_rules=(
            first_of_month(),
            _known_rule(),
            _ratio_rule(),
            _values_rule(),
            _bounds_rule(),
            _sample_rule(),
        ),
    )


def _code() -> Column:
    codes = tuple(kpi.code for kpi in load_kpis().kpis)
    return Column("kpi_code", "text", "KPI, by its code in the registry.", allowed=codes, example=codes[0])


def _known_rule() -> FrameRule:
    return mart_rule(
        "value",
        "something_known",
        "A row tells the figure or at least a part of it.",
        lambda frame: frame[["numerator", "denominator", "value"]].notna().any(axis=1),
        spoil(numerator=None, denominator=None, value=None, is_below_minimum_sample=True),
    )


def _ratio_rule() -> FrameRule:
    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        bottom = frame["denominator"].astype("float64")
        ratio = frame["numerator"].astype("float64") / bottom.where(bottom > 0)
        return _is_distribution(frame) | equal(frame["value"], ratio)

    text = (
        "value is numerator divided by denominator, and unknown without a positive one; not so for medians."
    )
    return mart_rule("value", "ratio_of_parts", text, holds, spoil(value=0.987654))


def _values_rule() -> FrameRule:
    text = "A median or percentile has no numerator and is known where there are values."

    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        known = frame["value"].notna() == (frame["denominator"] > 0).astype("boolean").fillna(False)
        return ~_is_distribution(frame) | (frame["numerator"].isna() & known)

    code = next(kpi.code for kpi in load_kpis().kpis if kpi.is_distribution)
    return mart_rule("numerator", "none_of_distributions", text, holds, spoil(kpi_code=code))


def _bounds_rule() -> FrameRule:
    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        value = frame["value"].astype("float64")
        low = frame["kpi_code"].map({kpi.code: kpi.lowest for kpi in load_kpis().kpis}).astype("float64")
        high = frame["kpi_code"].map({kpi.code: kpi.highest for kpi in load_kpis().kpis}).astype("float64")
        return ~((value < low) | (value > high))

    text = "value lies within the sanity bounds of its KPI."
    return mart_rule("value", "within_registry_bounds", text, holds, spoil(value=-1e18))


def _sample_rule() -> FrameRule:
    def expected(frame: pd.DataFrame) -> pd.Series:
        least = frame["kpi_code"].map({kpi.code: kpi.minimum_sample for kpi in load_kpis().kpis})
        return (frame["denominator"].fillna(0) < least.astype("float64")).astype("float64")

    text = (
        "is_below_minimum_sample says whether the denominator is unknown or below the KPI's minimum sample."
    )
    return computed("is_below_minimum_sample", "follows_from_denominator", text, expected, True)


def _is_distribution(frame: pd.DataFrame) -> pd.Series[bool]:
    return frame["kpi_code"].isin([kpi.code for kpi in load_kpis().kpis if kpi.is_distribution])
