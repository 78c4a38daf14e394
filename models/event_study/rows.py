"""Rows of the three tables of M4. How they are estimated stands in `study`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventEffect:
    """One row of the event-study plot; `low` and `high` bound all rows of an outcome at once (95 %).

    `event_quarter` counts from the rise (0); the quarter before it (-1) is the base and has no row, earlier
    ones are placebos. `n_organizations` are the risen ones whose group reaches that far.
    """

    outcome: str
    event_quarter: int
    estimate: float
    standard_error: float
    low: float
    high: float
    n_organizations: int


@dataclass(frozen=True, slots=True)
class HonestRow:
    """One honest interval of the effect in the quarter after a rise; `m` as in `HonestInterval`."""

    outcome: str
    restriction: str
    m: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class StageJumpSummary:
    """One row per outcome: the effect in the quarter after a rise, and what speaks for and against it.

    Attributes
    ----------
    estimate, standard_error, low, high, p_value, degrees_of_freedom, mde : float
        In units of the outcome; t with the organisations minus one.
    index_rise, index_rise_standard_error : float
        The same comparison of the index itself, in points.
    pretrend_statistic, pretrend_numerator_df, pretrend_p_value : float, int, float
        Placebos are all zero: Wald over its degrees of freedom, F with the organisations minus one.
    placebo_mde : float
        Smallest placebo that would have been seen, for the least certain one.
    relative_breakdown, smoothness_breakdown : float
        See `HonestBounds`.
    critical_value : float
        Of the simultaneous band.
    n_organizations, n_risen, n_never, n_fell_back, n_fell, n_highest_from_start, n_never_assessed : int
        See `StageJumps`; `n_organizations` have the outcome.
    first_quarter, last_quarter : str
        As 2024Q1.
    n_quarters : int
    """

    outcome: str
    estimate: float
    standard_error: float
    low: float
    high: float
    p_value: float
    degrees_of_freedom: float
    mde: float
    index_rise: float
    index_rise_standard_error: float
    pretrend_statistic: float
    pretrend_numerator_df: int
    pretrend_p_value: float
    placebo_mde: float
    relative_breakdown: float
    smoothness_breakdown: float
    critical_value: float
    n_organizations: int
    n_risen: int
    n_never: int
    n_fell_back: int
    n_fell: int
    n_highest_from_start: int
    n_never_assessed: int
    first_quarter: str
    last_quarter: str
    n_quarters: int


@dataclass(frozen=True, slots=True)
class StageJumpStudy:
    """M4 of one outcome, as rows of its three tables."""

    summary: StageJumpSummary
    effects: tuple[EventEffect, ...]
    honest: tuple[HonestRow, ...]
