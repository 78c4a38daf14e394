"""One specification under many shuffles of the exposure at once. Grids and their verdicts are elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import FloatArray, IntArray, demean, group_sums
from models.errors import TooFewUnitsError

# Numbers held at once while shuffles are projected: 16 MB.
CHUNK_CELLS = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class PartialledOutcome:
    """An outcome and the span of its controls, ready for any exposure on the same rows.

    Attributes
    ----------
    y : array (n,)
        Left over after the controls.
    basis : array (n, k)
        Orthonormal basis of the controls (Frisch, Waugh and Lovell).
    units : int array (n,)
        Cluster number of each row, 0..G-1.
    n_units : int
    within_units : bool
        Unit effects were taken out of outcome and controls, and are taken out of exposures too.
    """

    y: FloatArray
    basis: FloatArray
    units: IntArray
    n_units: int
    within_units: bool


def partialled(
    y: FloatArray, controls: FloatArray, units: IntArray, *, within_units: bool = False
) -> PartialledOutcome:
    """Take the controls (full column rank) out of the outcome."""
    basis = np.linalg.qr(controls)[0]
    left = y - basis @ (basis.T @ y)
    return PartialledOutcome(left, basis, units, int(units.max()) + 1, within_units)


def slopes(part: PartialledOutcome, exposures: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Fit every exposure in turn beside the same controls.

    Parameters
    ----------
    part : PartialledOutcome
    exposures : array (n, P)

    Returns
    -------
    estimates, standard_errors : array (P,)
        CR1 clustered by unit, as `estimate.ols`; NaN where the controls explain an exposure.

    Raises
    ------
    TooFewUnitsError
        With fewer than two units.
    """
    if part.n_units < 2:
        raise TooFewUnitsError("clustered errors need two organisations.", where="slopes")
    n, total = exposures.shape
    step = max(1, CHUNK_CELLS // n)
    chunks = [_chunk(part, exposures[:, start : start + step]) for start in range(0, total, step)]
    return np.concatenate([b for b, _ in chunks]), np.concatenate([se for _, se in chunks])


def _chunk(part: PartialledOutcome, exposures: FloatArray) -> tuple[FloatArray, FloatArray]:
    n, groups = len(exposures), part.n_units
    if part.within_units:
        exposures = demean(exposures, part.units, groups)
    left = exposures - part.basis @ (part.basis.T @ exposures)
    squares, whole = (left**2).sum(axis=0), (exposures**2).sum(axis=0)
    squares = np.where(squares > 1e-18 * whole, squares, np.nan)
    estimates = (left.T @ part.y) / squares
    scores = group_sums(left * (part.y[:, None] - left * estimates), part.units, groups)
    factor = groups / (groups - 1) * (n - 1) / (n - part.basis.shape[1] - 1)
    return estimates, np.sqrt(factor * (scores**2).sum(axis=0)) / squares


def shuffled_trajectories(
    trajectories: FloatArray, units: IntArray, periods: IntArray, donors: IntArray
) -> FloatArray:
    """Give each unit another unit's exposure over time.

    Parameters
    ----------
    trajectories : array (units, periods)
        Exposure known in every cell (gaps filled by the caller).
    units, periods : int array (n,)
        Cell of each row.
    donors : int array (units, P)
        Whose trajectory each unit gets, one column per shuffle.

    Returns
    -------
    array (n, P)
    """
    return np.asarray(trajectories[donors[units], periods[:, None]])


def filled(trajectories: FloatArray) -> FloatArray:
    """Carry the last known exposure forward, and the first back; units without any stay empty."""
    out = trajectories.copy()
    for column in range(1, out.shape[1]):
        gap = np.isnan(out[:, column])
        out[gap, column] = out[gap, column - 1]
    for column in range(out.shape[1] - 2, -1, -1):
        gap = np.isnan(out[:, column])
        out[gap, column] = out[gap, column + 1]
    return out
