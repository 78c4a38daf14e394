"""Rows of the result tables on direction: flat, one dataclass per table. No statistics here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.direction.battery import Direction
from models.direction.evidence import DirectionLimits, Finding
from models.direction.granger import PanelGranger
from models.direction.parameters import Z
from models.direction.results import CrossLagged, CrossPath
from models.direction.verdict import smallest_seen

NAN = float("nan")
MODELS = ("accumulating", "stable", "plain")
PATHS = ("forward", "reverse", "difference", "comovement")


@dataclass(frozen=True, slots=True)
class DirectionRow:
    """One row per outcome: verdict, and what would settle it where it is open.

    Findings are in standard deviations within organisations; `_mde` is the smallest that would have been
    seen. NaN and empty text where nothing could be estimated.
    """

    outcome: str
    is_primary: bool
    verdict: str
    reasons: str
    n_organizations: int
    n_waves: int
    first_wave: str
    last_wave: str
    forward: float
    forward_low: float
    forward_high: float
    forward_p_value: float
    forward_mde: float
    reverse: float
    reverse_low: float
    reverse_high: float
    reverse_p_value: float
    reverse_mde: float
    placebo: float
    placebo_low: float
    placebo_high: float
    placebo_p_value: float
    placebo_mde: float
    comovement: float
    comovement_low: float
    comovement_high: float
    comovement_p_value: float
    movement_order: float
    movement_order_low: float
    movement_order_high: float
    movement_order_p_value: float
    remedy: str
    organizations_needed: int | None
    waves_needed: int | None
    quarters_needed: int | None


@dataclass(frozen=True, slots=True)
class PathRow:
    """One row per outcome, model and path: own units and standardised, beside the fit of the model."""

    outcome: str
    model: str
    path: str
    estimate: float
    standard_error: float
    low: float
    high: float
    standardized: float
    standardized_low: float
    standardized_high: float
    p_value: float
    chi2: float
    df: int
    fit_p_value: float
    cfi: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmr: float
    improper: str
    n_organizations: int
    n_waves: int


@dataclass(frozen=True, slots=True)
class LeadLagRow:
    """One row per outcome and quarter around a step of ten points; the quarter before the step is zero."""

    outcome: str
    quarter: int
    estimate: float
    standard_error: float
    low: float
    high: float
    joint_low: float
    joint_high: float
    before_p_value: float
    n_observations: int
    n_organizations: int


@dataclass(frozen=True, slots=True)
class GrangerRow:
    """One row per outcome and direction of the panel Granger test."""

    outcome: str
    direction: str
    w_bar: float
    z_tilde: float
    p_value: float
    n_lags: int
    n_organizations: int
    n_waves: int


def direction_row(
    one: Direction, limits: DirectionLimits | None = None, *, is_primary: bool = False
) -> DirectionRow:
    """Make the row of one outcome; `reasons` are the codes that failed, joined by `;`."""
    rule = limits or DirectionLimits()
    evidence, waves = one.evidence, one.series.waves if one.series is not None else ()
    settlement = one.ruling.settlement
    return DirectionRow(
        one.outcome,
        is_primary,
        one.ruling.verdict,
        ";".join(reason.code for reason in one.reasons if not reason.passed),
        evidence.n_organizations,
        evidence.n_waves,
        *((waves[0], waves[-1]) if waves else ("", "")),
        *_told(evidence.forward, rule),
        *_told(evidence.reverse, rule),
        *_told(evidence.placebo, rule),
        *_told(evidence.comovement, rule)[:4],
        *_told(evidence.order, rule)[:4],
        settlement.remedy,
        settlement.organizations,
        settlement.waves,
        settlement.quarters,
    )


def path_rows(one: Direction) -> Iterator[PathRow]:
    """Make the rows of every model that could be estimated."""
    for name in MODELS:
        model: CrossLagged | None = getattr(one, name)
        if model is None:
            continue
        fit = model.fit
        for path in PATHS:
            found: CrossPath = getattr(model, path)
            yield PathRow(
                outcome=one.outcome,
                model=name,
                path=path,
                estimate=found.estimate,
                standard_error=found.standard_error,
                low=found.low,
                high=found.high,
                standardized=found.standardized,
                standardized_low=found.standardized_low,
                standardized_high=found.standardized_high,
                p_value=found.p_value,
                chi2=fit.chi2,
                df=fit.df,
                fit_p_value=fit.p_value,
                cfi=fit.cfi,
                rmsea=fit.rmsea,
                rmsea_low=fit.rmsea_low,
                rmsea_high=fit.rmsea_high,
                srmr=fit.srmr,
                improper=";".join(part.block for part in model.improper),
                n_organizations=model.n_units,
                n_waves=model.n_waves,
            )


def lead_lag_rows(one: Direction) -> Iterator[LeadLagRow]:
    """Make the rows of the lead and lag plot; none where it could not be drawn."""
    plot = one.lead_lag
    if plot is None:
        return
    for k, quarter in enumerate(plot.quarters):
        yield LeadLagRow(
            outcome=one.outcome,
            quarter=quarter,
            estimate=float(plot.estimates[k]),
            standard_error=float(plot.standard_errors[k]),
            low=float(plot.low[k]),
            high=float(plot.high[k]),
            joint_low=float(plot.joint_low[k]),
            joint_high=float(plot.joint_high[k]),
            before_p_value=plot.before_p_value,
            n_observations=plot.n_observations,
            n_organizations=plot.n_units,
        )


def granger_rows(one: Direction) -> Iterator[GrangerRow]:
    """Make the rows of the panel tests in both directions, where there were waves enough."""
    for direction in ("forward", "reverse"):
        test: PanelGranger | None = getattr(one, f"granger_{direction}")
        if test is not None:
            yield GrangerRow(
                one.outcome,
                direction,
                test.w_bar,
                test.z_tilde,
                test.z_tilde_p_value,
                test.lags,
                test.n_units,
                test.n_periods,
            )


def _told(finding: Finding | None, limits: DirectionLimits) -> tuple[float, float, float, float, float]:
    """Estimate, ends of the 95 % interval, p-value, and the smallest that would have been seen."""
    if finding is None:
        return NAN, NAN, NAN, NAN, NAN
    half = Z * finding.standard_error
    low, high = finding.estimate - half, finding.estimate + half
    return finding.estimate, low, high, finding.p_value, smallest_seen(finding, limits)
