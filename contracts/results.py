"""What each analysis table must look like; the numbers in them are made in models/."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.contract import Column, Contract, FrameRule
from contracts.results_columns import bounds, number, within
from contracts.results_direction import DIRECTION_RESULTS
from contracts.results_fragility import FRAGILITY_RESULTS
from contracts.results_index import INDEX_RESULTS
from contracts.results_shape import SHAPE_RESULTS

if TYPE_CHECKING:
    import pandas as pd

_OUTCOME = Column("outcome", "text", "What is explained: a KPI or its logarithm.", example="csat_share")
_IS_PRIMARY = Column("is_primary", "boolean", "Declared primary before looking at data.", example=True)
_UNIT = Column("unit", "text", "Unit of estimate and interval, per ten index points.", example="share")
_LOW = Column("low", "real", "Lower end of the 95 % interval.", nullable=True, example=0.01)
_HIGH = Column("high", "real", "Upper end of the 95 % interval.", nullable=True, example=0.03)
_MDE = Column(
    "mde", "real", "Smallest effect the data could have shown.", nullable=True, minimum=0, example=0.015
)
_ERROR_KIND = Column(
    "standard_error_kind", "text", "How the standard error was made.", nullable=True, example="cluster"
)
_N_ORGANIZATIONS = Column("n_organizations", "integer", "Organisations behind it.", minimum=0, example=160)
_N_PERIODS = Column("n_periods", "integer", "Months behind it.", minimum=0, example=33)
_FIRST = Column("first_period", "date", "First month used.", nullable=True, example="2021-01-01")
_LAST = Column("last_period", "date", "Last month used.", nullable=True, example="2023-09-01")


def _estimate(description: str = "Effect of ten index points.") -> Column:
    return Column("estimate", "real", description, nullable=True, example=0.02)


def _nothing_where_suppressed(*figures: str) -> FrameRule:
    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        return ~frame["is_suppressed"].astype(bool) | frame[list(figures)].isna().all(axis=1)

    def corrupt(frame: pd.DataFrame) -> pd.DataFrame:
        bad = frame.copy()
        bad.loc[bad.index[0], ["is_suppressed", figures[0]]] = [True, 0.5]
        return bad

    text = "Where a comparison is suppressed no share, ratio or interval is shown."
    return FrameRule(
        figures[0],
        "withheld_where_suppressed",
        text,
        holds,
        corrupt,
        "Withhold the figures of groups that are too small.",
    )


def _withheld_has_reason() -> FrameRule:
    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        silent = frame["reasons"].isna() | (frame["reasons"].str.strip() == "")
        return ~(frame["withheld"].astype(bool) & silent.astype(bool))

    def corrupt(frame: pd.DataFrame) -> pd.DataFrame:
        bad = frame.copy()
        bad.loc[bad.index[0], "withheld"] = True
        bad.loc[bad.index[0], "reasons"] = ""
        return bad

    text = "A withheld claim says why."
    return FrameRule("reasons", "given_when_withheld", text, holds, corrupt, "Let the grading give a reason.")


_EFFECT_COLUMNS = (
    _OUTCOME,
    _IS_PRIMARY,
    Column(
        "family",
        "text",
        "Outcomes that were adjusted together: primary (Holm), secondary, exploratory (Benjamini-Hochberg).",
        allowed=("primary", "secondary", "exploratory"),
        example="primary",
    ),
    Column("model", "text", "Estimator of method.md.", allowed=("naive", "M1", "M2"), example="M2"),
    Column("exposure", "text", "What is said to differ.", example="index_per_10"),
    _estimate(),
    Column(
        "standard_error",
        "real",
        "Standard error of the estimate.",
        nullable=True,
        minimum=0,
        example=0.005,
    ),
    _LOW,
    _HIGH,
    Column("p_value", "share", "Two-sided p-value.", nullable=True, example=0.001),
    Column(
        "p_adjusted", "share", "p-value after adjustment for many outcomes.", nullable=True, example=0.002
    ),
    Column("adjustment", "text", "Which adjustment.", nullable=True, allowed=("holm", "bh"), example="holm"),
    _UNIT,
    _ERROR_KIND,
    Column(
        "degrees_of_freedom",
        "real",
        "Degrees of freedom of the test.",
        nullable=True,
        minimum=0,
        example=159,
    ),
    Column("n_observations", "integer", "Organisation-months used.", minimum=0, example=5000),
    _N_ORGANIZATIONS,
    _N_PERIODS,
    _FIRST,
    _LAST,
    _MDE,
)

EFFECTS = Contract(
    name="effects",
    layer="analysis",
    description="Every estimate of the exposure on an outcome one quarter later, with its uncertainty.",
    grain="One row per outcome, model and exposure.",
    key=("outcome", "model", "exposure"),
    columns=_EFFECT_COLUMNS,
    frame_rules=(within("estimate"),),
)

SENSITIVITY = Contract(
    name="sensitivity",
    layer="analysis",
    description="The same estimates with other standard errors: HC3, and CR2 for few clusters.",
    grain="One row per outcome, model, exposure and kind of standard error.",
    key=("outcome", "model", "exposure", "standard_error_kind"),
    columns=_EFFECT_COLUMNS,
    frame_rules=(within("estimate"),),
)

CONTRAST_FIGURES = (
    "share_mature",
    "share_less_mature",
    "risk_ratio",
    "low",
    "high",
    "adjusted_ratio",
    "adjusted_low",
    "adjusted_high",
    "e_value",
)
"""What a comparison does not show where a side has too few organisations."""

CONTRASTS = Contract(
    name="contrasts",
    layer="analysis",
    description="How mature and less mature organisations differ in practices, beside the published figure.",
    grain="One row per practice.",
    key=("practice_code",),
    columns=(
        Column("practice_code", "text", "Practice.", example="executive_sponsor"),
        Column("n_mature", "integer", "Mature organisations.", minimum=0, example=40),
        Column("share_mature", "share", "Share of them with the practice.", nullable=True, example=0.5),
        Column("n_less_mature", "integer", "Less mature organisations.", minimum=0, example=120),
        Column("share_less_mature", "share", "Share of them with the practice.", nullable=True, example=0.1),
        Column("risk_ratio", "real", "First share over the second.", nullable=True, minimum=0, example=0.02),
        _LOW,
        _HIGH,
        number("adjusted_ratio", "The ratio beside size, industry and customers.", low=0, example=1.8),
        *bounds("adjusted_", around=1.8),
        number("e_value", "Least ratio of something unseen that would explain it.", low=1, example=2.6),
        Column("published_ratio", "real", "The ratio as published.", nullable=True, minimum=0, example=5.0),
        Column(
            "published_relation", "text", "How the publication worded it.", nullable=True, example="ratio"
        ),
        Column(
            "is_suppressed",
            "boolean",
            "Too few organisations on a side, so that no figure of either is shown.",
            example=False,
        ),
    ),
    frame_rules=(
        within("risk_ratio"),
        within("adjusted_ratio", "adjusted_"),
        _nothing_where_suppressed(*CONTRAST_FIGURES),
    ),
)

INDEX_QUALITY = Contract(
    name="index_quality",
    layer="analysis",
    description="How well the index is measured: reliability and agreement.",
    grain="One row per measure and what it was computed over.",
    key=("measure", "scope"),
    columns=(
        Column("measure", "text", "Measure, such as alpha, icc1, icc2.", example="alpha"),
        Column("value", "real", "Its value.", nullable=True, example=0.02),
        _LOW,
        _HIGH,
        Column("scope", "text", "What it was computed over: the index or a dimension.", example="index"),
    ),
    frame_rules=(within("value"),),
)

CLAIMS = Contract(
    name="claims",
    layer="analysis",
    description="What may be said about each outcome, on which rung of the ladder, and why.",
    grain="One row per outcome.",
    key=("outcome",),
    columns=(
        _OUTCOME,
        _IS_PRIMARY,
        Column(
            "level",
            "text",
            "Highest rung reached.",
            allowed=("none", "L0", "L1", "L2", "L3", "L4"),
            example="L3",
        ),
        Column("grade", "text", "Grade of the evidence.", allowed=("A", "B", "C", "D", "E"), example="B"),
        Column("withheld", "boolean", "No effect size may be printed.", example=False),
        _estimate("Effect of ten index points on the rung reached."),
        _LOW,
        _HIGH,
        _UNIT,
        _ERROR_KIND,
        _N_ORGANIZATIONS,
        _N_PERIODS,
        _FIRST,
        _LAST,
        Column("naive_estimate", "real", "Estimate without any adjustment.", nullable=True, example=0.05),
        _MDE,
        Column("coverage", "share", "Share of the possible organisation-months that counted.", example=0.9),
        Column("reasons", "text", "Why this level and grade, by semicolon.", nullable=True, example="M1;M2"),
    ),
    frame_rules=(within("estimate"), _withheld_has_reason()),
)

CLAIM_REASONS = Contract(
    name="claim_reasons",
    layer="analysis",
    description="Every gate that a claim met on its way up the ladder, with the numbers it was judged by.",
    grain="One row per outcome and gate, in the order they were met.",
    key=("outcome", "position"),
    columns=(
        _OUTCOME,
        Column("position", "integer", "Order in which the gate was met.", minimum=1, example=1),
        Column("code", "text", "The gate's verdict.", example="enough_organizations"),
        Column("passed", "boolean", "Whether the gate was passed.", example=True),
        Column("detail", "text", "The numbers, as key=value, by comma.", nullable=True, example="n=160"),
    ),
)

RESULTS: dict[str, Contract] = {
    contract.name: contract
    for contract in (
        EFFECTS,
        SENSITIVITY,
        CONTRASTS,
        INDEX_QUALITY,
        *INDEX_RESULTS,
        *DIRECTION_RESULTS,
        *SHAPE_RESULTS,
        *FRAGILITY_RESULTS,
        CLAIMS,
        CLAIM_REASONS,
    )
}
