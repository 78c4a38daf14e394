"""Is more always better (M6): a curve in the index within organisations, tested against the line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.arrays import FloatArray, group_sums
from models.bands import multiplier_bootstrap
from models.effects import EXPOSURE, LEAD_SUFFIX
from models.errors import AllMissingError, ConstantExposureError, TooFewUnitsError
from models.estimate import Fit, coefficient
from models.inference import bread
from models.panel import WithinDesign, fit_within, within_design
from models.splines import natural_spline, spline_knots
from models.wald import wald_test

if TYPE_CHECKING:
    import pandas as pd

WHERE = "M6"
UNIT, PERIOD = "organization_id", "period"
N_KNOTS = 4
# Index points in one unit of the exposure.
POINTS = 10.0
# Distance between the points of the curve, in units of the exposure.
STEP = 0.25
# Where the slope is told: a lower and a higher index, as shares of the rows.
LOWER, HIGHER = 0.25, 0.75
# Below this many organisations the test against the line rejects too often.
FEWEST_ORGANIZATIONS = 20


@dataclass(frozen=True, slots=True)
class DosePoint:
    """One point of the curve: the outcome at this index minus that at the reference index.

    `index` is in points (0 to 100); `low` and `high` bound all points of an outcome at once (95 %).
    """

    outcome: str
    index: float
    estimate: float
    standard_error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class DoseSummary:
    """One row per outcome: the test against the line, and the slope at a lower and a higher index.

    Attributes
    ----------
    bend_statistic, bend_numerator_df, bend_denominator_df, bend_p_value : float, int, float, float
        Every bend is zero: Wald over its degrees of freedom, against F.
    reference_index, lowest_index, highest_index : float
        Median; ends of what is shown, the outer knots (5 % and 95 % of the rows).
    lower_index, lower_slope, lower_slope_low, lower_slope_high : float
        At the first quartile of the index, per ten points, with a 95 % interval.
    higher_index, higher_slope, higher_slope_low, higher_slope_high : float
        At the third quartile.
    slope_difference, slope_difference_low, slope_difference_high, slope_difference_p_value : float
        Higher minus lower: negative when the effect wears off.
    critical_value : float
        Of the joint band.
    n_observations, n_organizations, n_periods : int
    """

    outcome: str
    bend_statistic: float
    bend_numerator_df: int
    bend_denominator_df: float
    bend_p_value: float
    reference_index: float
    lowest_index: float
    highest_index: float
    lower_index: float
    lower_slope: float
    lower_slope_low: float
    lower_slope_high: float
    higher_index: float
    higher_slope: float
    higher_slope_low: float
    higher_slope_high: float
    slope_difference: float
    slope_difference_low: float
    slope_difference_high: float
    slope_difference_p_value: float
    critical_value: float
    n_observations: int
    n_organizations: int
    n_periods: int


@dataclass(frozen=True, slots=True)
class DoseResponse:
    """M6 of one outcome, as rows of its two tables."""

    summary: DoseSummary
    points: tuple[DosePoint, ...]


def dose_response(frame: pd.DataFrame, outcome: str, *, n_draws: int = 999, seed: int = 0) -> DoseResponse:
    """Fit a natural cubic spline in the index with organisation and month effects.

    Four knots at the 5th, 35th, 65th and 95th percentile of the index in the rows used. The first column of
    the basis is the index itself, so that the test against the line is that the others are zero. The curve is
    shown between the outer knots only, as a difference from the median, with a band from 999 random signs by
    organisation.

    Parameters
    ----------
    frame : DataFrame
        `fct_maturity_impact`, checked; the outcome is read from `<outcome>_lead_3m`.
    outcome : str
    n_draws, seed : int
        Of the band.

    Returns
    -------
    DoseResponse
        The same for any row order.

    Raises
    ------
    TooFewUnitsError
        Fewer than twenty organisations.
    ConstantExposureError
        Too few distinct values of the index for a curve, or no change within organisations to tell its bends
        apart.
    AllMissingError, ConstantOutcomeError
    """
    y_name = outcome + LEAD_SUFFIX
    rows = frame.loc[frame[[y_name, EXPOSURE]].notna().all(axis=1), [UNIT, PERIOD, y_name, EXPOSURE]]
    if rows.empty:
        raise AllMissingError(f"no row has both {y_name} and {EXPOSURE}.", where=WHERE)
    index = rows[EXPOSURE].to_numpy(dtype=np.float64)
    knots = spline_knots(index, N_KNOTS)
    bends = {f"bend_{k}": column for k, column in enumerate(natural_spline(index, knots)[:, 1:].T, start=1)}
    design = within_design(rows.assign(**bends), y_name, EXPOSURE, list(bends), unit=UNIT, period=PERIOD)
    curve = slice(0, 1 + len(bends))
    if design.names[curve] != (EXPOSURE, *bends):
        raise ConstantExposureError("the index moves too little to tell bends from a line.", where=WHERE)
    if len(design.unit_labels) < FEWEST_ORGANIZATIONS:
        raise TooFewUnitsError(
            f"{len(design.unit_labels)} organisations; {FEWEST_ORGANIZATIONS} are needed for a curve.",
            where=WHERE,
            remedy="Add organisations.",
        )
    fit = fit_within(design, "CR2")
    shape, covariance = fit.coefficients[curve], fit.covariance[curve, curve]
    # A curve rests on few organisations in places: the least certain coefficient sets the degrees of freedom.
    degrees = fit.degrees_of_freedom[curve]
    bend, freedom = wald_test(shape[1:], covariance[1:, 1:], degrees[1:].min()), float(degrees.min())
    if bend is None:
        raise TooFewUnitsError("too few organisations for a test against the line.", where=WHERE)

    lowest, reference, highest = float(knots[0]), float(np.median(index)), float(knots[-1])
    grid = np.linspace(lowest, highest, int(np.ceil((highest - lowest) / STEP)) + 1)
    contrasts = natural_spline(grid, knots) - natural_spline([reference], knots)
    heights, errors = contrasts @ shape, _errors(contrasts, covariance)
    influence = _influence(design, fit)[:, curve] @ contrasts.T
    few = coefficient(outcome, 0.0, 1.0, freedom).high / coefficient(outcome, 0.0, 1.0, np.inf).high
    critical = few * multiplier_bootstrap(influence, n_draws, seed).critical_value

    lower, higher = np.quantile(index, [LOWER, HIGHER])
    slopes = natural_spline([lower, higher], knots, slope=True)
    told = np.vstack([slopes, slopes[1] - slopes[0]])
    at_lower, at_higher, difference = (
        coefficient(outcome, float(value), float(error), freedom)
        for value, error in zip(told @ shape, _errors(told, covariance), strict=True)
    )
    return DoseResponse(
        summary=DoseSummary(
            outcome=outcome,
            bend_statistic=bend.statistic / bend.numerator_df,
            bend_numerator_df=bend.numerator_df,
            bend_denominator_df=bend.denominator_df,
            bend_p_value=bend.p_value,
            reference_index=POINTS * reference,
            lowest_index=POINTS * lowest,
            highest_index=POINTS * highest,
            lower_index=POINTS * float(lower),
            lower_slope=at_lower.estimate,
            lower_slope_low=at_lower.low,
            lower_slope_high=at_lower.high,
            higher_index=POINTS * float(higher),
            higher_slope=at_higher.estimate,
            higher_slope_low=at_higher.low,
            higher_slope_high=at_higher.high,
            slope_difference=difference.estimate,
            slope_difference_low=difference.low,
            slope_difference_high=difference.high,
            slope_difference_p_value=difference.p_value,
            critical_value=critical,
            n_observations=fit.n_observations,
            n_organizations=len(design.unit_labels),
            n_periods=len(design.periods),
        ),
        points=tuple(
            DosePoint(
                outcome, POINTS * at, height, error, height - critical * error, height + critical * error
            )
            for at, height, error in zip(grid.tolist(), heights.tolist(), errors.tolist(), strict=True)
        ),
    )


def _errors(contrasts: FloatArray, covariance: FloatArray) -> FloatArray:
    variances = np.einsum("ij,jk,ik->i", contrasts, covariance, contrasts)
    return np.asarray(np.sqrt(np.clip(variances, 0.0, None)))


def _influence(design: WithinDesign, fit: Fit) -> FloatArray:
    """Influence of each organisation on the coefficients (G, k): their error is about its mean."""
    residuals = design.y - design.X @ fit.coefficients
    scores = group_sums(design.X * residuals[:, None], design.units, len(design.unit_labels))
    return np.asarray(len(scores) * scores @ bread(design.X))
