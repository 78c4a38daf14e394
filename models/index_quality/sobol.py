"""Variance shares of groups of inputs by Sobol's decomposition, from model runs. No model is run here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray
from models.errors import ConstantOutcomeError, InputRefusedError, TooFewUnitsError

FEWEST_RUNS = 16


@dataclass(frozen=True, slots=True)
class SobolShare:
    """What one group of inputs does to the variance of the output.

    Attributes
    ----------
    name : str
    first_order, first_low, first_high : float
        Share explained by the group alone.
    total, total_low, total_high : float
        Share that is left when all other groups are fixed: alone and in interplay.
    """

    name: str
    first_order: float
    first_low: float
    first_high: float
    total: float
    total_low: float
    total_high: float


def sobol_shares(
    names: tuple[str, ...],
    run_a: npt.ArrayLike,
    run_b: npt.ArrayLike,
    run_ab: npt.ArrayLike,
    *,
    level: float = 0.95,
    n_draws: int = 500,
    seed: int = 2010,
) -> tuple[SobolShare, ...]:
    """Estimate first-order and total shares by Jansen's formulas, with bootstrap intervals.

    Parameters
    ----------
    names : tuple of k str
    run_a, run_b : array (n,)
        Outputs for two independent samples A and B of all inputs.
    run_ab : array (k, n)
        Outputs for sample A with the j-th group taken from B.
    level, n_draws, seed
        Percentile intervals over resampled rows.

    Returns
    -------
    tuple of SobolShare
        In the order of `names`. Estimates can lie a little outside 0..1.

    Raises
    ------
    TooFewUnitsError
        With fewer than 16 runs.
    ConstantOutcomeError
        When the output never varies.
    InputRefusedError
        When shapes do not fit.

    Notes
    -----
    Jansen (1999); Saltelli, Annoni, Azzini, Campolongo, Ratto and Tarantola (2010), table 2.
    """
    a, b, ab = (np.asarray(run, dtype=np.float64) for run in (run_a, run_b, run_ab))
    if a.shape != b.shape or ab.shape != (len(names), *a.shape):
        raise InputRefusedError(f"shapes do not fit: {a.shape}, {b.shape}, {ab.shape}.", where="sobol_shares")
    n = len(a)
    if n < FEWEST_RUNS:
        raise TooFewUnitsError(f"Sobol shares need {FEWEST_RUNS} runs, {n} there.", where="sobol_shares")
    if np.ptp(np.concatenate([a, b])) == 0:
        raise ConstantOutcomeError("the output never varies.", where="sobol_shares")
    columns = np.column_stack([a, b, a**2, b**2, ((b - ab) ** 2).T, ((a - ab) ** 2).T])
    estimate = _shares(columns.mean(axis=0, keepdims=True), len(names))[0]
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(n, np.full(n, 1 / n), size=n_draws) / n
    drawn = _shares(weights @ columns, len(names))
    low, high = np.nanquantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return tuple(
        SobolShare(name, *(float(part[i, j]) for i in (0, 1) for part in (estimate, low, high)))
        for j, name in enumerate(names)
    )


def _shares(means: FloatArray, k: int) -> FloatArray:
    """Turn means of the columns (m, 4 + 2k) into shares (m, 2, k): first-order and total."""
    variance = means[:, 2:4].mean(axis=1) - means[:, :2].mean(axis=1) ** 2
    variance = np.where(variance > 0, variance, np.nan)[:, None]
    first = 1 - means[:, 4 : 4 + k] / (2 * variance)
    total = means[:, 4 + k :] / (2 * variance)
    return np.stack([first, total], axis=1)
