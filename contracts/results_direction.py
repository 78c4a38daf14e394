"""What the tables about order in time must look like: which came first, leads and lags, stage rises."""

from __future__ import annotations

from contracts.contract import Column, Contract
from contracts.results_columns import (
    N_OBSERVATIONS,
    N_ORGANIZATIONS,
    OUTCOME,
    REASON_COLUMNS,
    bounds,
    count,
    error,
    number,
    part,
    within,
)

_VERDICTS = ("maturity_first", "outcome_first", "both", "cannot_tell")
_REMEDIES = ("none", "more_data", "another_design", "another_model")


def _finding(name: str, words: str, *, mde: bool = True) -> tuple[Column, ...]:
    """Columns of one finding in standard deviations within organisations."""
    seen = number(f"{name}_mde", "Smallest that would have been seen.", low=0, example=0.12)
    return (
        number(name, words, example=0.15),
        *bounds(f"{name}_", around=0.15),
        part(f"{name}_p_value", "Its two-sided p-value.", 0.001),
        *((seen,) if mde else ()),
    )


_FINDINGS = ("forward", "reverse", "placebo", "comovement", "movement_order")
_FIT = (
    number("chi2", "Chi-square of the model.", low=0, example=40.0),
    number("df", "Its degrees of freedom.", low=0, example=38),
    part("fit_p_value", "Its p-value.", 0.4),
    part("cfi", "Comparative fit index.", 0.98),
    number("rmsea", "Root mean square error of approximation.", low=0, example=0.03),
    number("rmsea_low", "Lower end of its 90 % interval.", low=0, example=0.0),
    number("rmsea_high", "Upper end of its 90 % interval.", low=0, example=0.06),
    number("srmr", "Standardised root mean square residual.", low=0, example=0.04),
    Column("improper", "text", "Estimates that no data could have, by semicolon.", nullable=True, example=""),
)

DIRECTION = Contract(
    name="direction",
    layer="analysis",
    description="Which came first, index or outcome, with the paths both ways in standard deviations.",
    grain="One row per outcome.",
    key=("outcome",),
    columns=(
        OUTCOME,
        Column("is_primary", "boolean", "Declared primary before looking at data.", example=True),
        Column("verdict", "text", "Which came first.", allowed=_VERDICTS, example="maturity_first"),
        Column("reasons", "text", "What was not passed, by semicolon.", nullable=True, example="rmsea"),
        N_ORGANIZATIONS,
        count("n_waves", "Assessment waves behind it."),
        Column("first_wave", "text", "First wave used.", nullable=True, example="2023-H1"),
        Column("last_wave", "text", "Last wave used.", nullable=True, example="2025-H2"),
        *_finding("forward", "Path from the index to the next outcome."),
        *_finding("reverse", "Path from the outcome to the next index."),
        *_finding("placebo", "The next wave's index on the outcome before it; must be nothing."),
        *_finding("comovement", "Index and outcome within a wave, given the wave before.", mde=False),
        *_finding("movement_order", "The index on the outcome after minus before its wave.", mde=False),
        Column("remedy", "text", "What would settle an open verdict.", allowed=_REMEDIES, example="none"),
        count("organizations_needed", "Organisations in all that would settle it.", nullable=True),
        count("waves_needed", "Waves in all that would settle it.", nullable=True),
        count("quarters_needed", "Quarters to wait for these waves.", nullable=True),
    ),
    frame_rules=tuple(within(name, f"{name}_") for name in _FINDINGS),
)

DIRECTION_REASONS = Contract(
    name="direction_reasons",
    layer="analysis",
    description="Every check behind a verdict on order in time, with its numbers.",
    grain="One row per outcome and check, in the order they were looked at.",
    key=("outcome", "position"),
    columns=(OUTCOME, *REASON_COLUMNS),
)

DIRECTION_PATHS = Contract(
    name="direction_paths",
    layer="analysis",
    description="Both cross paths under three models, the plain one among them, which lasting traits fool.",
    grain="One row per outcome, model and path.",
    key=("outcome", "model", "path"),
    columns=(
        OUTCOME,
        Column(
            "model",
            "text",
            "How lasting traits are treated.",
            allowed=("accumulating", "stable", "plain"),
            example="accumulating",
        ),
        Column(
            "path",
            "text",
            "Which path.",
            allowed=("forward", "reverse", "difference", "comovement"),
            example="forward",
        ),
        number("estimate", "In the units of both series; unknown for a difference.", example=0.15),
        error(),
        *bounds(around=0.15),
        number("standardized", "In standard deviations within organisations.", example=0.15),
        *bounds("standardized_", around=0.15),
        part("p_value", "Two-sided p-value.", 0.001),
        *_FIT,
        N_ORGANIZATIONS,
        count("n_waves", "Waves behind it."),
    ),
    frame_rules=(within("estimate"), within("standardized", "standardized_")),
)

LEAD_LAG = Contract(
    name="lead_lag",
    layer="analysis",
    description="The outcome by quarter before and after a step of the index of ten points.",
    grain="One row per outcome and quarter from four before to four after.",
    key=("outcome", "quarter"),
    columns=(
        OUTCOME,
        Column("quarter", "integer", "Quarters since the step.", minimum=-4, maximum=4, example=1),
        number("estimate", "Against the quarter before the step.", example=0.015),
        error(),
        *bounds(),
        *bounds("joint_", "the band that holds all quarters at once"),
        part("before_p_value", "That nothing moved before the step, over all its quarters.", 0.4),
        N_OBSERVATIONS,
        N_ORGANIZATIONS,
    ),
    frame_rules=(within("estimate"), within("estimate", "joint_")),
)

GRANGER = Contract(
    name="granger",
    layer="analysis",
    description="Whether the past of one series helps to foretell the other, where there are waves enough.",
    grain="One row per outcome and direction.",
    key=("outcome", "direction"),
    columns=(
        OUTCOME,
        Column("direction", "text", "Which way.", allowed=("forward", "reverse"), example="forward"),
        number("w_bar", "Mean Wald statistic over organisations.", low=0, example=1.4),
        number("z_tilde", "Standardised for short series.", example=0.9),
        part("p_value", "Two-sided p-value.", 0.3),
        count("n_lags", "Waves looked back."),
        N_ORGANIZATIONS,
        count("n_waves", "Waves behind it."),
    ),
)

STAGE_RISES = Contract(
    name="stage_rises",
    layer="analysis",
    description="What follows an organisation's first rise to a higher stage, and what speaks against it.",
    grain="One row per outcome.",
    key=("outcome",),
    columns=(
        OUTCOME,
        number("estimate", "Difference in the quarter after the rise, in the outcome's unit.", example=0.02),
        error(),
        *bounds(),
        part("p_value", "Two-sided p-value.", 0.001),
        number("degrees_of_freedom", "Organisations less one.", low=0, example=140),
        number("mde", "Smallest difference that would have been seen.", low=0, example=0.015),
        number("index_rise", "The same comparison of the index itself, in points.", example=14.0),
        error("index_rise_standard_error"),
        number("pretrend_statistic", "F that all quarters before are zero.", low=0, example=0.8),
        count("pretrend_numerator_df", "Its numerator's degrees of freedom."),
        part("pretrend_p_value", "Its p-value.", 0.5),
        number("placebo_mde", "Smallest difference before that would have been seen.", low=0, example=0.02),
        number("relative_breakdown", "How many times the largest step before undoes it.", low=0, example=1.2),
        number("smoothness_breakdown", "Which change of slope undoes it.", low=0, example=0.01),
        number("critical_value", "Of the band over all quarters.", low=0, example=2.6),
        N_ORGANIZATIONS,
        count("n_risen", "Organisations that rose."),
        count("n_never", "Organisations that never rose: the comparison."),
        count("n_fell_back", "Risen ones that fell below later; they stay risen."),
        count("n_fell", "Organisations that only fell; left out."),
        count("n_highest_from_start", "Organisations that could not rise; left out."),
        count("n_never_assessed", "Organisations without an index; left out."),
        Column("first_quarter", "text", "First quarter used.", example="2023Q1"),
        Column("last_quarter", "text", "Last quarter used.", example="2025Q4"),
        count("n_quarters", "Quarters used."),
    ),
    frame_rules=(within("estimate"),),
)

STAGE_RISE_QUARTERS = Contract(
    name="stage_rise_quarters",
    layer="analysis",
    description="The outcome by quarter around a rise to a higher stage, beside those who never rose.",
    grain="One row per outcome and quarter since the rise; the quarter before it is the base.",
    key=("outcome", "event_quarter"),
    columns=(
        OUTCOME,
        Column("event_quarter", "integer", "Quarters since the rise.", minimum=-4, maximum=4, example=1),
        number("estimate", "Difference, in the outcome's unit.", example=0.02),
        error(),
        *bounds(of="the band that holds all quarters at once"),
        N_ORGANIZATIONS,
    ),
    frame_rules=(within("estimate"),),
)

STAGE_RISE_BOUNDS = Contract(
    name="stage_rise_bounds",
    layer="analysis",
    description="What the difference after a rise may be when trends were not the same without it.",
    grain="One row per outcome, restriction and its size.",
    key=("outcome", "restriction", "m"),
    columns=(
        OUTCOME,
        Column(
            "restriction",
            "text",
            "What trends may do.",
            allowed=("relative_magnitude", "smoothness"),
            example="relative_magnitude",
        ),
        Column("m", "real", "Its size.", minimum=0, example=1.0),
        *bounds(of="the honest 95 % interval"),
    ),
)

DIRECTION_RESULTS = (
    DIRECTION,
    DIRECTION_REASONS,
    DIRECTION_PATHS,
    LEAD_LAG,
    GRANGER,
    STAGE_RISES,
    STAGE_RISE_QUARTERS,
    STAGE_RISE_BOUNDS,
)
