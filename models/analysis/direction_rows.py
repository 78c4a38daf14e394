"""Which came first, as rows of its tables. The models and the rules stand in `direction`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.direction import CrossPath, Direction, DirectionLimits, PanelGranger
from models.direction.evidence import Finding
from models.direction.verdict import smallest_seen

Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class DirectionRow:
    """One row of `analysis.direction`; paths in standard deviations within organisations, None if unknown."""

    outcome: str
    is_primary: bool
    verdict: str
    forward: float | None
    forward_low: float | None
    forward_high: float | None
    forward_p_value: float | None
    reverse: float | None
    reverse_low: float | None
    reverse_high: float | None
    reverse_p_value: float | None
    placebo: float | None
    placebo_p_value: float | None
    comovement: float | None
    comovement_p_value: float | None
    movement_order: float | None
    movement_order_p_value: float | None
    smallest_seen: float | None
    chi2: float | None
    df: float | None
    cfi: float | None
    rmsea: float | None
    srmr: float | None
    remedy: str
    organizations_needed: int | None
    waves_needed: int | None
    quarters_needed: int | None
    n_organizations: int
    n_waves: int


@dataclass(frozen=True, slots=True)
class DirectionPathRow:
    """One row of `analysis.direction_paths`."""

    outcome: str
    model: str
    path: str
    estimate: float
    standard_error: float
    low: float
    high: float
    standardized: float
    standardized_error: float
    standardized_low: float
    standardized_high: float
    p_value: float


@dataclass(frozen=True, slots=True)
class LeadLagRow:
    """One row of `analysis.lead_lag`."""

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
    """One row of `analysis.granger`."""

    outcome: str
    direction: str
    w_bar: float
    z_tilde: float
    p_value: float
    n_lags: int
    n_organizations: int
    n_waves: int


def direction_row(found: Direction, *, is_primary: bool) -> DirectionRow:
    """Put a verdict and its evidence into one row."""
    evidence, settlement, fit = found.evidence, found.ruling.settlement, found.evidence.fit
    reverse = evidence.reverse
    return DirectionRow(
        found.outcome,
        is_primary,
        found.ruling.verdict,
        *_interval(evidence.forward),
        *_interval(reverse),
        *_short(evidence.placebo),
        *_short(evidence.comovement),
        *_short(evidence.order),
        None if reverse is None else smallest_seen(reverse, DirectionLimits()),
        None if fit is None else fit.chi2,
        None if fit is None else fit.df,
        None if fit is None else fit.cfi,
        None if fit is None else fit.rmsea,
        None if fit is None else fit.srmr,
        settlement.remedy,
        settlement.organizations,
        settlement.waves,
        settlement.quarters,
        evidence.n_organizations,
        evidence.n_waves,
    )


def path_rows(found: Direction) -> Iterator[DirectionPathRow]:
    """List both cross paths, their difference and what moved together, under each model."""
    models = {"accumulating": found.accumulating, "stable": found.stable, "plain": found.plain}
    for model, fitted in models.items():
        if fitted is None:
            continue
        paths: dict[str, CrossPath] = {
            "forward": fitted.forward,
            "reverse": fitted.reverse,
            "difference": fitted.difference,
            "comovement": fitted.comovement,
        }
        for path, p in paths.items():
            yield DirectionPathRow(
                found.outcome,
                model,
                path,
                p.estimate,
                p.standard_error,
                p.low,
                p.high,
                p.standardized,
                p.standardized_error,
                p.standardized_low,
                p.standardized_high,
                p.p_value,
            )


def lead_lag_rows(found: Direction) -> Iterator[LeadLagRow]:
    """List the outcome by quarter around a step of the index."""
    plot = found.lead_lag
    if plot is None:
        return
    for k, quarter in enumerate(plot.quarters):
        yield LeadLagRow(
            found.outcome,
            quarter,
            float(plot.estimates[k]),
            float(plot.standard_errors[k]),
            float(plot.low[k]),
            float(plot.high[k]),
            float(plot.joint_low[k]),
            float(plot.joint_high[k]),
            plot.before_p_value,
            plot.n_observations,
            plot.n_units,
        )


def granger_rows(found: Direction) -> Iterator[GrangerRow]:
    """List the panel tests in both directions, where there were waves enough."""
    tests: dict[str, PanelGranger | None] = {
        "forward": found.granger_forward,
        "reverse": found.granger_reverse,
    }
    for direction, test in tests.items():
        if test is not None:
            yield GrangerRow(
                found.outcome,
                direction,
                test.w_bar,
                test.z_tilde,
                test.z_tilde_p_value,
                test.lags,
                test.n_units,
                test.n_periods,
            )


def _interval(finding: Finding | None) -> tuple[float | None, float | None, float | None, float | None]:
    if finding is None:
        return None, None, None, None
    half = Z * finding.standard_error
    return finding.estimate, finding.estimate - half, finding.estimate + half, finding.p_value


def _short(finding: Finding | None) -> tuple[float | None, float | None]:
    return (None, None) if finding is None else (finding.estimate, finding.p_value)
