"""Parts of facts.json that hold results: order in time, form, dimensions, fragility, health."""

from __future__ import annotations

from typing import Literal

from models.facts_schema_parts import Count, Gate, Part, Share


class Interval(Part):
    estimate: float | None
    low: float | None
    high: float | None


class Path(Interval):
    """One finding of the verdict, in standard deviations within organisations."""

    path: Literal["forward", "reverse", "placebo", "comovement", "movement_order"]
    p_value: Share | None
    mde: float | None


class ModelFit(Part):
    """How well the model of both directions fits."""

    chi2: float | None
    df: float | None
    cfi: Share | None
    rmsea: float | None


class Settlement(Part):
    """What would settle an open verdict: organisations and waves in all, quarters to wait."""

    remedy: Literal["none", "more_data", "another_design", "another_model"]
    organizations: Count | None
    waves: Count | None
    quarters: Count | None


class Quarter(Interval):
    """The outcome so many quarters from a step of ten points, with the band that holds all quarters."""

    quarter: int
    joint_low: float | None
    joint_high: float | None


class GrangerTest(Part):
    """Whether the past of one series helps to foretell the other."""

    direction: Literal["forward", "reverse"]
    p_value: Share | None
    n_lags: Count


class OrderVerdict(Part):
    """Which came first for one outcome, why, and what would settle it; the curve of primary outcomes."""

    outcome: str
    is_primary: bool
    verdict: Literal["maturity_first", "outcome_first", "both", "cannot_tell"]
    n_organizations: Count
    n_waves: Count
    first_wave: str | None
    last_wave: str | None
    gates: list[Gate]
    paths: list[Path]
    fit: ModelFit | None
    settlement: Settlement
    lead_lag: list[Quarter]
    before_p_value: Share | None
    granger: list[GrangerTest]


class RiseQuarter(Interval):
    """The difference so many quarters from a rise to a higher stage."""

    quarter: int
    n_organizations: Count


class HonestBound(Part):
    """The interval after a rise when trends may have differed by so much."""

    restriction: Literal["relative_magnitude", "smoothness"]
    m: float
    low: float | None
    high: float | None


class Rise(Interval):
    """What follows a rise to a higher stage, in the unit of the outcome."""

    outcome: str
    p_value: Share | None
    mde: float | None
    index_rise: float | None
    pretrend_p_value: Share | None
    placebo_mde: float | None
    relative_breakdown: float | None
    n_organizations: Count
    n_risen: Count
    n_never: Count
    n_fell_back: Count
    first_quarter: str | None
    last_quarter: str | None
    quarters: list[RiseQuarter]
    bounds: list[HonestBound]


class DosePoint(Interval):
    """The outcome at an index less that at the reference index, with the band of the whole curve."""

    index: float


class Dose(Part):
    """Whether more is always better: slopes at a lower and a higher index, and the curve."""

    outcome: str
    n_organizations: Count
    bend_p_value: Share | None
    reference_index: float | None
    lowest_index: float | None
    highest_index: float | None
    lower_index: float | None
    lower_slope: float | None
    lower_slope_low: float | None
    lower_slope_high: float | None
    higher_index: float | None
    higher_slope: float | None
    higher_slope_low: float | None
    higher_slope_high: float | None
    slope_difference: float | None
    slope_difference_low: float | None
    slope_difference_high: float | None
    slope_difference_p_value: Share | None
    points: list[DosePoint]


class Driver(Part):
    """Importance and performance of one dimension."""

    dimension: str
    share: float | None
    low: float | None
    high: float | None
    slope: float | None
    performance: float | None
    quadrant: Literal["keep_up", "concentrate_here", "low_priority", "possible_overkill"]
    can_tell: bool


class Drivers(Part):
    """What the dimensions explain of an outcome."""

    outcome: str
    n_organizations: Count
    r_squared: float | None
    dimensions: list[Driver]


class Flexible(Interval):
    """The within estimate when controls may act in any shape."""

    outcome: str
    learner: str
    n_organizations: Count
    p_value: Share | None
    mde: float | None
    spread: float | None


class Corrected(Part):
    """The within slope, raw and corrected for the disagreement of raters."""

    outcome: str
    n_organizations: Count
    raw: float | None
    raw_low: float | None
    raw_high: float | None
    corrected: float | None
    corrected_low: float | None
    corrected_high: float | None
    reliability: Share | None


class WhatIf(Part):
    """What goes with one stage up for the organisations of a stage: medians over those it is told for."""

    outcome: str
    stage_code: str
    next_stage_code: str
    n_organizations: Count
    n_observed: Count
    is_suppressed: bool
    step: float | None
    expected: float | None
    low: float | None
    high: float | None


class Robustness(Part):
    """One check of what would undo an estimate."""

    outcome: str
    model: Literal["naive", "M1", "M2"]
    check: str
    subject: str | None
    value: float | None
    low: float | None
    high: float | None
    p_value: Share | None
    holds: bool


class Specification(Interval):
    """The estimate under one way to put the question."""

    exposure: str
    model: str
    controls: str
    sample: str


class SpecificationCurve(Part):
    """What all ways to put the question say together."""

    outcome: str
    n_specifications: Count
    n_failed: Count
    n_permutations: Count
    median: float | None
    share_same_sign: Share | None
    share_significant: Share | None
    median_p: Share | None
    share_p: Share | None
    stouffer_p: Share | None
    lowest: float
    highest: float
    specifications: list[Specification]


class Health(Part):
    """One row of the health card; ``all`` stands for the whole analysis."""

    check: str
    outcome: str
    status: Literal["PASS", "REVIEW", "FAIL"]
    value: float | None
    review_at: float | None
    fail_at: float | None
    action: str | None
