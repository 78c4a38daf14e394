"""What could have been seen: minimum detectable effects and how much more data is needed. No grades here."""

from __future__ import annotations

import math
from statistics import NormalDist

from models.errors import InputRefusedError


def minimum_detectable_effect(se: float, alpha: float = 0.05, power: float = 0.8) -> float:
    """Give the smallest effect a two-sided test would find with the stated power.

    Parameters
    ----------
    se : float
        Standard error, in units of the outcome; positive.
    alpha, power : float
        In (0, 1).

    Returns
    -------
    float
        (z(1 - alpha/2) + z(power)) se; 2.80 se by default (Bloom 1995).
    """
    if not (math.isfinite(se) and se > 0):
        raise InputRefusedError("the standard error must be positive.", where="minimum_detectable_effect")
    if not (0 < alpha < 1 and 0 < power < 1):
        raise InputRefusedError(
            "alpha and power must lie between 0 and 1.", where="minimum_detectable_effect"
        )
    normal = NormalDist()
    return (normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)) * se


def units_needed(se: float, n_units: int, effect: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Give how many units in all would make `effect` detectable, the standard error shrinking by 1/sqrt(n).

    Parameters
    ----------
    se : float
        Standard error reached with `n_units`.
    n_units : int
        Organisations, or periods (then an approximation: periods of one organisation resemble each other).
    effect : float
        Effect to be seen, same units as `se`; not zero.

    Returns
    -------
    int
        At least 1; compare with `n_units`.
    """
    if effect == 0 or not math.isfinite(effect):
        raise InputRefusedError("the effect to be seen must be a number other than 0.", where="units_needed")
    ratio = minimum_detectable_effect(se, alpha, power) / abs(effect)
    return max(1, math.ceil(n_units * ratio**2 - 1e-9))
