"""Multiplier bootstrap of estimates that are averages of influences: standard errors and sup-t bands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, frozen
from models.errors import InputRefusedError, TooFewUnitsError

LEVEL = 0.95
# Quartiles of the standard normal: an interquartile range over this is a standard deviation.
NORMAL_QUARTILE = 0.6744897501960817


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Simulated uncertainty of k estimates that are looked at together.

    Attributes
    ----------
    standard_errors : array (k,)
        Interquartile range of the draws over that of the standard normal.
    critical_value : float
        Estimate plus and minus this many (analytic) standard errors holds all k truths at once with
        probability `level`; never below the pointwise value.
    n_draws : int
    level : float
    """

    standard_errors: FloatArray
    critical_value: float
    n_draws: int
    level: float


def multiplier_bootstrap(
    influence: npt.ArrayLike, n_draws: int = 999, seed: int = 0, level: float = LEVEL
) -> Band:
    """Bootstrap k estimates by random signs on the influence of each cluster.

    Callaway and Sant'Anna (2021), algorithm 1, with Rademacher signs; the sup-t band of Montiel Olea and
    Plagborg-Moller (2019). One matrix product makes all draws.

    Parameters
    ----------
    influence : array (n, k)
        Influence of each independent unit; an estimate's error is about the mean of its column.
    n_draws, seed : int
    level : float
        In (0, 1).

    Returns
    -------
    Band

    Raises
    ------
    TooFewUnitsError
        With fewer than two units.
    InputRefusedError
        Without draws, or with a level outside (0, 1).
    """
    rows = np.asarray(influence, dtype=np.float64)
    n = len(rows)
    if n < 2:
        raise TooFewUnitsError("a bootstrap needs two units.", where="multiplier_bootstrap")
    if n_draws < 1 or not 0 < level < 1:
        raise InputRefusedError("draws must be positive and the level between 0 and 1.", where="bands")
    signs = 2.0 * np.random.default_rng(seed).integers(0, 2, size=(n_draws, n)) - 1.0
    draws = signs @ rows / n
    errors = standard_errors(rows)
    moves = errors > 0
    pointwise = normal_quantile(0.5 + level / 2)
    critical = pointwise
    if moves.any():
        largest = np.abs(draws[:, moves] / errors[moves]).max(axis=1)
        critical = max(pointwise, float(np.quantile(largest, level)))
    low, high = np.quantile(draws, [0.25, 0.75], axis=0)
    return Band(frozen((high - low) / (2 * NORMAL_QUARTILE)), critical, n_draws, level)


def standard_errors(influence: FloatArray) -> FloatArray:
    """Root of the mean square of each column of `influence` (n, k) over n: (k,)."""
    return np.asarray(np.sqrt((influence**2).sum(axis=0)) / len(influence))


def normal_quantile(probability: float) -> float:
    """Quantile of the standard normal."""
    from scipy.special import ndtri

    return float(ndtri(probability))
