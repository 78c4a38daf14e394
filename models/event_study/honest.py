"""Honest bounds on an event study: how far trends may differ before the finding is gone (Rambachan, Roth)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray
from models.errors import InputRefusedError, TooFewPeriodsError, TooFewUnitsError
from models.event_study.relative_magnitudes import (
    MomentTest,
    is_refused,
    moment_tests,
    relative_magnitude_interval,
)
from models.event_study.smoothness import smoothness_frontier, smoothness_interval

Restriction = Literal["relative_magnitude", "smoothness"]
WHERE = "honest_bounds"
ALPHA = 0.05
# Largest multiple that is looked for; a trend that far beyond the placebo steps is nobody's worry.
MOST = 10.0
BISECTIONS = 12
FIRST_STAGE_DRAWS = 1999


@dataclass(frozen=True, slots=True)
class HonestInterval:
    """Interval that holds the target with 95 % under one restriction of size `m`.

    Attributes
    ----------
    restriction : {"relative_magnitude", "smoothness"}
        A step of the trend difference after the event is at most `m` times the largest before it; or the
        slope of the trend difference changes by at most `m` (units of the outcome) from period to period.
    m, low, high : float
    """

    restriction: Restriction
    m: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class HonestBounds:
    """Honest intervals of one target.

    Attributes
    ----------
    estimate, standard_error : float
        Of the target when trends are parallel.
    intervals : tuple of HonestInterval
    relative_breakdown, smoothness_breakdown : float
        Smallest m at which the interval holds zero: 0 when it does so at once, infinity when it does not up
        to ten times the largest placebo step (its size, for smoothness).
    """

    estimate: float
    standard_error: float
    intervals: tuple[HonestInterval, ...]
    relative_breakdown: float
    smoothness_breakdown: float


def honest_bounds(
    estimates: npt.ArrayLike,
    covariance: npt.ArrayLike,
    weights: npt.ArrayLike,
    *,
    relative: Sequence[float] = (0.5, 1.0, 1.5, 2.0),
    smooth: Sequence[float] = (0.0,),
    alpha: float = ALPHA,
    hybrid: bool = True,
    seed: int = 0,
) -> HonestBounds:
    """Bound `weights` @ effects when trends may differ (Rambachan and Roth 2023).

    Relative magnitudes by the conditional test with a least favourable first stage (section 3; Andrews, Roth
    and Pakes 2023), over all vertices of the dual and with exact ends instead of a grid; smoothness by the
    shortest interval of fixed length (section 4).

    Parameters
    ----------
    estimates : array (k,)
        Event-study estimates against one base period, which is left out: placebo ones first, in order of
        time, without gaps.
    covariance : array (k, k)
    weights : array (n_post,)
        Of the effects in the target, first period after the base first.
    relative, smooth : sequence of float
        Sizes of the restrictions; not negative.
    alpha : float
    hybrid : bool
        False: the conditional test without the first stage.
    seed : int
        Of the first stage's draws.

    Returns
    -------
    HonestBounds

    Raises
    ------
    TooFewPeriodsError
        Without a placebo estimate.
    TooFewUnitsError
        When the covariance has no inverse.
    InputRefusedError
        When shapes do not fit, or a size is negative.
    """
    b, V, target = (np.asarray(values, dtype=np.float64) for values in (estimates, covariance, weights))
    _check(b, V, target, [*relative, *smooth])
    n_pre = len(b) - len(target)
    estimate = float(target @ b[n_pre:])
    error = float(np.sqrt(target @ V[n_pre:, n_pre:] @ target))
    noise = None
    if hybrid:
        normals = np.random.default_rng(seed).standard_normal((FIRST_STAGE_DRAWS, len(b)))
        noise = normals @ np.linalg.cholesky(V).T
    frontier = smoothness_frontier(V, target)

    def tests(m: float) -> list[MomentTest]:
        return moment_tests(V, target, m, alpha, noise)

    def smoothness(m: float) -> tuple[float, float]:
        return smoothness_interval(frontier, b, V, m, alpha)

    def smoothness_excludes_zero(m: float) -> bool:
        low, high = smoothness(m)
        return low > 0 or high < 0

    largest_step = float(np.abs(np.diff(np.append(b[:n_pre], 0.0))).max())
    by_magnitude = (relative_magnitude_interval(tests(m), b, estimate, error) for m in relative)
    return HonestBounds(
        estimate=estimate,
        standard_error=error,
        intervals=(
            *(
                HonestInterval("relative_magnitude", float(m), *ends)
                for m, ends in zip(relative, by_magnitude, strict=True)
            ),
            *(HonestInterval("smoothness", float(m), *smoothness(m)) for m in smooth),
        ),
        relative_breakdown=_breakdown(lambda m: bool(is_refused(tests(m), b, np.zeros(1))[0]), MOST),
        smoothness_breakdown=_breakdown(smoothness_excludes_zero, MOST * largest_step),
    )


def _breakdown(excludes_zero: Callable[[float], bool], most: float) -> float:
    """Bisect for the smallest size at which zero is no longer excluded."""
    if not excludes_zero(0.0):
        return 0.0
    if excludes_zero(most):
        return float("inf")
    holds, fails = 0.0, most
    for _ in range(BISECTIONS):
        middle = (holds + fails) / 2
        holds, fails = (middle, fails) if excludes_zero(middle) else (holds, middle)
    return fails


def _check(b: FloatArray, V: FloatArray, target: FloatArray, sizes: Sequence[float]) -> None:
    if b.ndim != 1 or V.shape != (len(b), len(b)) or target.ndim != 1 or len(target) > len(b):
        raise InputRefusedError(
            f"shapes do not fit: {b.shape} estimates, {V.shape} covariance, {target.shape} weights.",
            where=WHERE,
        )
    if not target.any() or any(m < 0 for m in sizes):
        raise InputRefusedError("weights must not all be zero, and sizes not negative.", where=WHERE)
    if len(b) == len(target):
        raise TooFewPeriodsError(
            "there is no placebo estimate to judge trends by.", where=WHERE, remedy="Add earlier periods."
        )
    if np.linalg.matrix_rank(V, hermitian=True) < len(V):
        raise TooFewUnitsError("too few units for a covariance of all estimates.", where=WHERE)
