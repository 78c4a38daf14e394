"""What the likelihood sees of two series: moments by pattern of missing cells, in comparable units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, IntArray, dependent_columns, frozen
from models.errors import (
    AllMissingError,
    CollinearColumnsError,
    ConstantExposureError,
    ConstantOutcomeError,
    InputRefusedError,
    TooFewPeriodsError,
    TooFewUnitsError,
)
from models.inputs import floats

WHERE = "cross_lagged"
MINIMUM_WAVES = 3
# A spread below this share of the largest value is rounding.
NO_SPREAD = 1e-10
MAXIMUM_ROUNDS = 200
# Two columns that fewer units have in common leave their covariance to the rest of the data.
FEWEST_IN_COMMON = 3


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """Units that miss the same cells.

    Attributes
    ----------
    observed : int array (k,)
        Positions of the variables that are there.
    n : int
    mean : array (k,)
    covariance : array (k, k)
        Divided by n.
    values : array (n, k)
        No rows when only moments were given.
    """

    observed: IntArray
    n: int
    mean: FloatArray
    covariance: FloatArray
    values: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Two series over waves as x1, y1, x2, y2, ..., each series centred and divided by its scale.

    Attributes
    ----------
    variables : tuple of 2T str
    patterns : tuple of Pattern
    centre, scale : arrays (2T,)
        Value = centre + scale * value here. Scale: the spread within units around the means of the waves.
    n_units, n_dropped, n_missing : int
        Units used, units without any value, cells missing among the units used.
    """

    variables: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    centre: FloatArray
    scale: FloatArray
    n_units: int
    n_dropped: int
    n_missing: int

    @property
    def is_complete(self) -> bool:
        """Whether no cell is missing."""
        return self.n_missing == 0

    @property
    def n_waves(self) -> int:
        """Number of waves."""
        return len(self.variables) // 2


def sample_of(x: npt.ArrayLike, y: npt.ArrayLike) -> Sample:
    """Take two arrays (units, waves) apart by pattern of missing cells.

    Raises
    ------
    InputRefusedError, TooFewPeriodsError, AllMissingError, ConstantExposureError, ConstantOutcomeError
    TooFewUnitsError, CollinearColumnsError
    """
    series = [floats(values) for values in (x, y)]
    if series[0].ndim != 2 or series[0].shape != series[1].shape:
        raise InputRefusedError(
            f"x {series[0].shape} and y {series[1].shape} are not two tables of units by waves.", where=WHERE
        )
    if any(np.isinf(values).any() for values in series):
        raise InputRefusedError("a value is infinite.", where=WHERE, remedy="Fix its formula.")
    n_waves = series[0].shape[1]
    _need_waves(n_waves)
    variables = _names(n_waves)
    data = np.stack(series, axis=2).reshape(len(series[0]), 2 * n_waves)
    data = data[np.isfinite(data).any(axis=1)]
    n_dropped = len(series[0]) - len(data)
    _refuse_thin(data, variables)

    centre, scale = _units(data)
    data = (data - centre) / scale
    known = np.isfinite(data)
    kinds, kind = np.unique(known, axis=0, return_inverse=True)
    patterns = []
    for k, there in enumerate(kinds):
        values = data[kind.ravel() == k][:, there]
        mean = values.mean(axis=0)
        moved = values - mean
        covariance = moved.T @ moved / len(values)
        patterns.append(Pattern(np.flatnonzero(there), len(values), mean, covariance, values))
    missing = int((~known).sum())
    return Sample(variables, tuple(patterns), centre, scale, len(data), n_dropped, missing)


def sample_of_moments(mean: npt.ArrayLike, covariance: npt.ArrayLike, n: int) -> Sample:
    """Take means (2T,) and covariances (2T, 2T) of x1..xT, y1..yT, divided by n, as they are.

    Raises
    ------
    InputRefusedError, TooFewPeriodsError, TooFewUnitsError
    """
    means, matrix = np.asarray(mean, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    size = len(means)
    if means.ndim != 1 or size % 2 or matrix.shape != (size, size) or not np.isfinite(matrix).all():
        raise InputRefusedError(
            f"means {means.shape} and covariances {matrix.shape} do not fit.", where=WHERE
        )
    _need_waves(size // 2)
    _need_units(n, size)
    if not np.allclose(matrix, matrix.T) or np.linalg.eigvalsh(matrix)[0] <= 0:
        raise InputRefusedError("the covariances are not positive definite.", where=WHERE)
    order = np.arange(size).reshape(2, -1).T.ravel()
    means, matrix = means[order], matrix[np.ix_(order, order)]
    centre = np.tile(means.reshape(-1, 2).mean(axis=0), size // 2)
    scale = np.empty(size)
    for s in (0, 1):
        block = matrix[s::2, s::2]
        scale[s::2] = np.sqrt((np.trace(block) - block.mean() * len(block)) / (len(block) - 1))
    scaled = ((means - centre) / scale, matrix / np.outer(scale, scale))
    pattern = Pattern(np.arange(size), int(n), *scaled, np.empty((0, size)))
    return Sample(_names(size // 2), (pattern,), frozen(centre), frozen(scale), int(n), 0, 0)


def _names(n_waves: int) -> tuple[str, ...]:
    return tuple(f"{v}{w}" for w in range(1, n_waves + 1) for v in "xy")


def within_spread(values: FloatArray) -> float:
    """Standard deviation that is left beside the effects of units (rows) and waves (columns); 0 for none."""
    known = np.isfinite(values)
    known &= known.sum(axis=1, keepdims=True) > 1
    freedom = int(known.sum() - known.any(axis=1).sum())
    rest = np.where(known, values, 0.0)
    counts = [np.maximum(known.sum(axis=axis, keepdims=True), 1) for axis in (0, 1)]
    # Alternating projections: one round is exact without missing cells.
    for _ in range(MAXIMUM_ROUNDS):
        before = rest
        for axis in (0, 1):
            rest = np.where(known, rest - rest.sum(axis=axis, keepdims=True) / counts[axis], 0.0)
        if np.abs(rest - before).max(initial=0.0) <= NO_SPREAD * np.abs(values[known]).max(initial=0.0):
            break
    return float(np.sqrt((rest**2).sum() / freedom)) if freedom else 0.0


def _units(data: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Centre and scale of each series: grand mean, and spread within units."""
    centre, scale = np.empty(data.shape[1]), np.empty(data.shape[1])
    for s, (name, error) in enumerate((("x", ConstantExposureError), ("y", ConstantOutcomeError))):
        block = data[:, s::2]
        spread = within_spread(block)
        if spread <= NO_SPREAD * float(np.nanmax(np.abs(block))):
            raise error(
                f"{name} never changes within a unit.", where=WHERE, remedy="Add waves in which it moved."
            )
        centre[s::2], scale[s::2] = np.nanmean(block), spread
    return frozen(centre), frozen(scale)


def _need_waves(n_waves: int) -> None:
    if n_waves < MINIMUM_WAVES:
        raise TooFewPeriodsError(
            f"{n_waves} waves cannot tell a lasting trait from a change.",
            where=WHERE,
            remedy=f"Wait for wave {MINIMUM_WAVES}.",
        )


def _need_units(n: int, size: int) -> None:
    if n <= size:
        raise TooFewUnitsError(
            f"{n} units cannot carry the covariances of {size} columns.",
            where=WHERE,
            remedy="Add organisations or leave out waves.",
        )


def _refuse_thin(data: FloatArray, variables: tuple[str, ...]) -> None:
    known = np.isfinite(data)
    if not len(data):
        raise AllMissingError("no unit has any value.", where=WHERE)
    empty = [variables[j] for j in np.flatnonzero(~known.any(axis=0))]
    if empty:
        raise AllMissingError(f"no unit has {', '.join(empty)}.", where=WHERE, remedy="Leave the wave out.")
    _need_units(len(data), len(variables))
    common = known.astype(np.int64).T @ known.astype(np.int64)
    if common.min() < FEWEST_IN_COMMON:
        i, j = np.unravel_index(int(common.argmin()), common.shape)
        raise TooFewUnitsError(
            f"{common.min()} units have both {variables[i]} and {variables[j]}.",
            where=WHERE,
            remedy="Leave out one of the waves.",
        )
    complete = data[known.all(axis=1)]
    if len(complete) <= len(variables):
        return
    moved = complete - complete.mean(axis=0)
    flat = [variables[j] for j in range(len(variables)) if np.ptp(complete[:, j]) == 0]
    if flat:
        error = ConstantExposureError if flat[0][0] == "x" else ConstantOutcomeError
        raise error(f"{flat[0]} has one value in every unit.", where=WHERE, remedy="Leave the wave out.")
    bad = dependent_columns(moved)
    if bad:
        raise CollinearColumnsError(tuple(variables[j] for j in bad), where=WHERE)
