"""How strong something unseen would have to be: robustness value, bounds by a benchmark, E-value."""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.arrays import library
from models.errors import InputRefusedError


@dataclass(frozen=True, slots=True)
class ConfounderBound:
    """What an estimate would be beside a confounder tied to how strong an observed control is.

    Attributes
    ----------
    strength : float
        How many times as strong as the control the confounder is taken to be.
    r2_exposure, r2_outcome : float
        Partial R squared of the confounder with the exposure, and with the outcome, that follow from it.
    estimate, standard_error, low, high : float
        Adjusted in the direction of zero; the interval is at 95 %.
    """

    strength: float
    r2_exposure: float
    r2_outcome: float
    estimate: float
    standard_error: float
    low: float
    high: float


def partial_r2(t: float, dof: float) -> float:
    """Give the share of the outcome's left-over variance that one column explains.

    Parameters
    ----------
    t : float
        Classical t statistic of the column.
    dof : float
        Residual degrees of freedom, positive.
    """
    _check_t(t, dof)
    return t**2 / (t**2 + dof)


def robustness_value(
    t: float,
    dof: float,
    q: float = 1.0,
    alpha: float | None = None,
    *,
    design_effect: float = 1.0,
    critical_dof: float | None = None,
) -> float:
    """Give the least strength of a confounder that would undo an estimate.

    A confounder that explains this share of what is left of the exposure and of the outcome lowers the
    estimate by the share `q`, or with `alpha` makes its interval reach that point (Cinelli and Hazlett 2020,
    section 4.3; the case of an interval that no equal strength reaches: Cinelli and Hazlett 2025, appendix).

    Parameters
    ----------
    t : float
        Classical t statistic of the exposure.
    dof : float
        Residual degrees of freedom of the regression; more than 1.
    q : float
        Share of the estimate to be explained away; 1 brings it to zero.
    alpha : float, optional
        Level of the test that would no longer reject; without it the point estimate is meant.
    design_effect : float
        Standard error that is believed over the classical one, for clustered errors: the interval is widened
        by it, the strength of the confounder is still counted in R squared.
    critical_dof : float, optional
        Degrees of freedom of the critical value; `dof - 1` by default, clusters less one with clusters.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    InputRefusedError
        For numbers outside their range.
    """
    _check_t(t, dof)
    if not q > 0 or not design_effect > 0:
        raise InputRefusedError("q and the design effect must be positive.", where="robustness_value")
    reached = q * abs(t) / math.sqrt(dof)
    threshold = 0.0
    if alpha is not None:
        if not 0 < alpha < 1 or not dof > 1:
            raise InputRefusedError("alpha must lie in (0, 1) and dof above 1.", where="robustness_value")
        quantile = library("scipy.stats").t.isf(alpha / 2, dof - 1 if critical_dof is None else critical_dof)
        threshold = float(quantile) / math.sqrt(dof - 1) * design_effect
    left = reached - threshold
    if left <= 0:
        return 0.0
    if threshold > 0 and reached > 1 / threshold:
        return (reached**2 - threshold**2) / (1 + reached**2)
    return 0.5 * (math.sqrt(left**4 + 4 * left**2) - left**2)


def confounder_bound(
    estimate: float,
    standard_error: float,
    dof: float,
    *,
    r2_exposure: float,
    r2_outcome: float,
    strength: float = 1.0,
    design_effect: float = 1.0,
    critical_dof: float | None = None,
) -> ConfounderBound:
    """Bound the estimate beside a confounder `strength` times as strong as an observed control.

    Cinelli and Hazlett (2020), section 4.4 and the adjusted estimate and error of section 3.

    Parameters
    ----------
    estimate, standard_error : float
        Of the exposure, the error classical.
    dof : float
        Residual degrees of freedom.
    r2_exposure, r2_outcome : float
        Partial R squared of the control (or block of controls) with the exposure given the other controls,
        and with the outcome given exposure and other controls.
    strength : float
        The same multiple for exposure and outcome.
    design_effect, critical_dof : float
        As in `robustness_value`.

    Raises
    ------
    InputRefusedError
        When no confounder of that strength can exist (its share of the exposure would reach 1).
    """
    if not (0 <= r2_exposure < 1 and 0 <= r2_outcome < 1 and strength > 0 and standard_error > 0 and dof > 1):
        raise InputRefusedError("shares must lie in [0, 1) and the error above 0.", where="confounder_bound")
    with_exposure = strength * r2_exposure / (1 - r2_exposure)
    crossed = strength * r2_exposure**2 / ((1 - strength * r2_exposure) * (1 - r2_exposure))
    if with_exposure >= 1 or strength * r2_exposure >= 1 or crossed >= 1:
        raise InputRefusedError(
            f"nothing can be {strength:g} times as strong as this control.", where="confounder_bound"
        )
    pull = (math.sqrt(strength) + math.sqrt(crossed)) / math.sqrt(1 - crossed)
    with_outcome = min(pull**2 * r2_outcome / (1 - r2_outcome), 1.0)
    bias = standard_error * math.sqrt(dof * with_outcome * with_exposure / (1 - with_exposure))
    adjusted = math.copysign(1.0, estimate) * (abs(estimate) - bias)
    shrink = math.sqrt((1 - with_outcome) / (1 - with_exposure)) * math.sqrt(dof / (dof - 1))
    error = standard_error * design_effect * shrink
    critical = float(library("scipy.stats").t.isf(0.025, dof - 1 if critical_dof is None else critical_dof))
    return ConfounderBound(
        strength,
        with_exposure,
        with_outcome,
        adjusted,
        error,
        adjusted - critical * error,
        adjusted + critical * error,
    )


def e_value(rr: float, true: float = 1.0) -> float:
    """Give the least risk ratio of a confounder with exposure and outcome that would explain `rr`.

    VanderWeele and Ding (2017), table 2; for a true ratio other than 1 the appendix of the same paper.

    Parameters
    ----------
    rr : float
        Observed risk ratio, positive; below 1 it is inverted.
    true : float
        Ratio that it would be moved to.
    """
    if not (math.isfinite(rr) and rr > 0 and math.isfinite(true) and true > 0):
        raise InputRefusedError("a risk ratio must be a positive number.", where="e_value")
    ratio = max(rr / true, true / rr)
    return ratio + math.sqrt(ratio * (ratio - 1))


def e_value_of_interval(rr: float, low: float, high: float, true: float = 1.0) -> float:
    """Give the E-value of the limit of the interval nearer to `true`; 1 when the interval holds it."""
    if not low <= rr <= high:
        raise InputRefusedError("the ratio must lie within its interval.", where="e_value_of_interval")
    if low <= true <= high:
        return 1.0
    return e_value(low if rr > true else high, true)


def _check_t(t: float, dof: float) -> None:
    if not (math.isfinite(t) and math.isfinite(dof) and dof > 0):
        raise InputRefusedError("t must be a number and dof positive.", where="robustness_value")
