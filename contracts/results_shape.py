"""What the tables about form, dimensions and flexible controls must look like; made in models/."""

from __future__ import annotations

from contracts.contract import Column, Contract
from contracts.results_columns import (
    N_OBSERVATIONS,
    N_ORGANIZATIONS,
    N_PERIODS,
    ORGANIZATION_ID,
    OUTCOME,
    bounds,
    count,
    error,
    number,
    part,
    within,
)

_QUADRANTS = ("keep_up", "concentrate_here", "low_priority", "possible_overkill")
_NOTES = ("", "top_stage", "step_not_observed", "level_not_observed")

DOSE_RESPONSE = Contract(
    name="dose_response",
    layer="analysis",
    description="Whether more is always better: the curve in the index tested against the line.",
    grain="One row per outcome.",
    key=("outcome",),
    columns=(
        OUTCOME,
        number("bend_statistic", "F that the curve is a line.", low=0, example=1.1),
        count("bend_numerator_df", "Its numerator's degrees of freedom."),
        number("bend_denominator_df", "Its denominator's degrees of freedom.", low=0, example=159),
        part("bend_p_value", "Its p-value.", 0.3),
        number("reference_index", "Index that the curve is zero at: the median.", example=48.0),
        number("lowest_index", "Lowest index shown.", example=12.0),
        number("highest_index", "Highest index shown.", example=88.0),
        number("lower_index", "A lower index: the first quartile.", example=30.0),
        number("lower_slope", "Slope there, per ten points.", example=0.02),
        *bounds("lower_slope_"),
        number("higher_index", "A higher index: the third quartile.", example=65.0),
        number("higher_slope", "Slope there, per ten points.", example=0.01),
        *bounds("higher_slope_"),
        number("slope_difference", "Higher less lower: below zero when it wears off.", example=-0.01),
        *bounds("slope_difference_", around=-0.01),
        part("slope_difference_p_value", "Its two-sided p-value.", 0.2),
        number("critical_value", "Of the band over the whole curve.", low=0, example=2.5),
        N_OBSERVATIONS,
        N_ORGANIZATIONS,
        N_PERIODS,
    ),
    frame_rules=(
        within("lower_slope", "lower_slope_"),
        within("higher_slope", "higher_slope_"),
        within("slope_difference", "slope_difference_"),
    ),
)

DOSE_POINTS = Contract(
    name="dose_points",
    layer="analysis",
    description="The curve in the index: the outcome at an index less that at the reference index.",
    grain="One row per outcome and index shown.",
    key=("outcome", "index"),
    columns=(
        OUTCOME,
        Column("index", "real", "Index.", unit="points", minimum=0, maximum=100, example=52.5),
        number("estimate", "Difference, in the outcome's unit.", example=0.01),
        error(),
        *bounds(of="the band that holds the whole curve at once"),
    ),
    frame_rules=(within("estimate"),),
)

FLEXIBLE_CONTROLS = Contract(
    name="flexible_controls",
    layer="analysis",
    description="The within estimate when controls may act in any shape (double machine learning).",
    grain="One row per outcome and learner.",
    key=("outcome", "learner"),
    columns=(
        OUTCOME,
        Column(
            "learner", "text", "What learns the controls.", allowed=("ridge", "boosting"), example="ridge"
        ),
        number("estimate", "Per ten index points, in the outcome's unit.", example=0.015),
        error(),
        *bounds(),
        part("p_value", "Two-sided p-value.", 0.001),
        number("degrees_of_freedom", "Organisations less one.", low=0, example=159),
        number("mde", "Smallest effect that would have been seen.", low=0, example=0.01),
        number("spread", "Largest less smallest estimate over draws of the folds.", low=0, example=0.001),
        N_OBSERVATIONS,
        N_ORGANIZATIONS,
        N_PERIODS,
        count("n_folds", "Folds, drawn by organisation."),
        count("n_repetitions", "How often they were drawn."),
    ),
    frame_rules=(within("estimate"),),
)

CORRECTED_SLOPES = Contract(
    name="corrected_slopes",
    layer="analysis",
    description="The within estimate, raw and corrected for what raters' disagreement takes from it.",
    grain="One row per outcome.",
    key=("outcome",),
    columns=(
        OUTCOME,
        number("raw", "Per ten index points, uncorrected.", example=0.014),
        *bounds("raw_"),
        number("corrected", "Per ten index points, corrected.", example=0.015),
        *bounds("corrected_"),
        part("reliability", "Share of the index's change within organisations that is no error.", 0.95),
        N_OBSERVATIONS,
        N_ORGANIZATIONS,
    ),
    frame_rules=(within("raw", "raw_"), within("corrected", "corrected_")),
)

DRIVERS = Contract(
    name="drivers",
    layer="analysis",
    description="Which dimensions go with an outcome, and how far each is: importance beside performance.",
    grain="One row per outcome and dimension.",
    key=("outcome", "dimension_code"),
    columns=(
        OUTCOME,
        Column("dimension_code", "text", "Dimension of the instrument.", example="personal_knowledge"),
        number("share", "Its share of what all dimensions explain of the outcome.", example=0.02),
        *bounds(),
        number("slope", "Per ten points of the dimension, the others held.", example=0.003),
        number("performance", "Mean score of the dimension, 0 to 100.", low=0, example=48.0),
        Column("quadrant", "text", "Importance by performance.", allowed=_QUADRANTS, example="keep_up"),
        number("r_squared", "What all dimensions explain together.", example=0.05),
        Column("can_tell", "boolean", "Its interval lies above that of another dimension.", example=False),
        N_OBSERVATIONS,
        N_ORGANIZATIONS,
    ),
    frame_rules=(within("share"),),
)

WHAT_IF = Contract(
    name="what_if",
    layer="analysis",
    description="What goes with one stage up for an organisation, where anything like it was observed.",
    grain="One row per outcome and organisation; only outcomes about which a claim is made.",
    key=("outcome", "organization_id"),
    columns=(
        OUTCOME,
        ORGANIZATION_ID,
        number("index", "Present index.", low=0, example=52.0),
        number("target", "Lower end of the next stage.", low=0, example=60.0),
        number("step", "Index points between them.", low=0, example=8.0),
        number("expected", "Difference that goes with the step, in the outcome's unit.", example=0.012),
        *bounds(),
        Column("note", "text", "Why nothing is said.", allowed=_NOTES, nullable=True, example="top_stage"),
    ),
    frame_rules=(within("expected"),),
)

SHAPE_RESULTS = (DOSE_RESPONSE, DOSE_POINTS, FLEXIBLE_CONTROLS, CORRECTED_SLOPES, DRIVERS, WHAT_IF)
