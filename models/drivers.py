"""Which dimensions go with an outcome: shares of R squared and the importance-performance map. No wording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from models.arrays import (
    DEPENDENCE_TOLERANCE,
    FloatArray,
    dependent_columns,
    group_codes,
    library,
    rows_of_groups,
)
from models.errors import (
    AllMissingError,
    CollinearColumnsError,
    ConstantOutcomeError,
    InputRefusedError,
    TooFewUnitsError,
)
from models.inputs import floats, one_column

if TYPE_CHECKING:
    import pandas as pd

# 2^p regressions are solved; more columns than this belong into groups first.
MOST_COLUMNS = 16
# Bootstrap samples of organisations with fewer distinct ones than this times the columns are unstable.
UNITS_PER_COLUMN = 2

Quadrant = Literal["keep_up", "concentrate_here", "low_priority", "possible_overkill"]


@dataclass(frozen=True, slots=True)
class Driver:
    """One dimension's share of what all dimensions explain, with its place on the map.

    Attributes
    ----------
    name : str
    share : float
        LMG share of R squared; all shares add up to R squared.
    low, high : float
        95 % percentile interval over resampled organisations, less the excess that resampling makes.
    slope : float
        Change of the outcome per unit of the dimension, the others held.
    performance : float
        Mean level of the dimension.
    quadrant : str
        Importance and performance against their means over the dimensions (Martilla and James 1977).
    """

    name: str
    share: float
    low: float
    high: float
    slope: float
    performance: float
    quadrant: Quadrant


@dataclass(frozen=True, slots=True)
class Drivers:
    """All dimensions of one outcome, in the order given; `r_squared` is what they explain together."""

    drivers: tuple[Driver, ...]
    r_squared: float
    n_observations: int
    n_organizations: int
    n_draws: int


def lmg(y: npt.ArrayLike, X: npt.ArrayLike | pd.DataFrame) -> pd.Series:
    """Divide R squared among the columns by their mean gain over all orders of entry.

    Lindeman, Merenda and Gold (1980); Shapley value of R squared (Groemping 2006).

    Parameters
    ----------
    y : array (n,)
    X : array or DataFrame (n, p)
        Without a constant; rows with a missing value are left out.

    Returns
    -------
    Series (p,)
        Shares that add up to R squared, indexed by column.

    Raises
    ------
    AllMissingError, TooFewUnitsError, ConstantOutcomeError, CollinearColumnsError, InputRefusedError
    """
    frame = library("pandas").DataFrame(X)
    outcome, columns = _complete(y, floats(frame), list(frame.columns))
    moments = np.cov(np.column_stack([outcome, columns]), rowvar=False)
    shares: pd.Series = library("pandas").Series(_shares(moments[None])[0], index=frame.columns, name="lmg")
    return shares


def drivers(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    names: Sequence[str],
    groups: npt.ArrayLike,
    performance: npt.ArrayLike,
    *,
    controls: npt.ArrayLike | None = None,
    n_draws: int = 999,
    seed: int = 0,
) -> Drivers:
    """Find which dimensions go with the outcome, organisations resampled for the intervals.

    Controls are taken out of outcome and dimensions first, so that R squared is that of what they leave.

    Parameters
    ----------
    y : array (n,)
    X : array (n, p)
    names : sequence of p str
    groups : array (n,)
        Organisation of each row: whole organisations are drawn.
    performance : array (p,)
        Mean level of each dimension, on the scale that it is shown in.
    controls : array (n, k), optional
        Full column rank, a constant included; only a constant by default.
    n_draws, seed : int
        Draws of organisations that leave dimensions depending on each other say nothing and are left out.

    Raises
    ------
    AllMissingError, TooFewUnitsError, ConstantOutcomeError, CollinearColumnsError, InputRefusedError
    """
    outcome, columns = np.asarray(y, dtype=np.float64), np.asarray(X, dtype=np.float64)
    others = np.ones((len(outcome), 1)) if controls is None else np.asarray(controls, dtype=np.float64)
    if not np.isfinite(np.column_stack([outcome, columns, others])).all():
        raise InputRefusedError("a value is missing; leave incomplete rows out first.", where="drivers")
    basis = np.linalg.qr(others)[0]
    table = np.column_stack([outcome, columns])
    table = table - basis @ (basis.T @ table)
    _complete(table[:, 0], table[:, 1:], names)
    codes, n_groups = group_codes(groups)
    if n_groups < UNITS_PER_COLUMN * len(names):
        raise TooFewUnitsError(
            f"{n_groups} organisations cannot carry {len(names)} dimensions.", where="drivers"
        )
    crosses = np.stack([table[rows].T @ table[rows] for rows in rows_of_groups(codes, n_groups)])
    whole = crosses.sum(axis=0)
    shares = _shares(whole[None])[0]
    drawn = np.random.default_rng(seed).multinomial(n_groups, np.full(n_groups, 1 / n_groups), n_draws)
    moments = np.tensordot(drawn.astype(np.float64), crosses, axes=1)
    spread = _shares(moments[_told_apart(moments)])
    if not len(spread):
        raise TooFewUnitsError("no draw of the organisations tells the dimensions apart.", where="drivers")
    # Resampling makes R squared larger than it is, the more the less there is: its mean excess is taken off
    # (Efron and Tibshirani 1993, section 10.6).
    spread = np.maximum(spread - (spread.mean(axis=0) - shares), 0.0)
    low, high = np.percentile(spread, [2.5, 97.5], axis=0)
    slopes = np.linalg.solve(whole[1:, 1:], whole[1:, 0])
    level = np.asarray(performance, dtype=np.float64)
    rows = zip(names, shares, low, high, slopes, level, _quadrants(shares, level), strict=True)
    return Drivers(
        tuple(
            Driver(name, float(share), float(a), float(b), float(slope), float(mean), quadrant)
            for name, share, a, b, slope, mean, quadrant in rows
        ),
        float(shares.sum()),
        len(outcome),
        n_groups,
        n_draws,
    )


def _told_apart(moments: FloatArray) -> npt.NDArray[np.bool_]:
    """Draws whose outcome varies and none of whose columns lies in the span of the others: (draws,).

    The smallest eigenvalue of the correlations is at most the share of a column's square that lies outside.
    """
    lengths = np.sqrt(np.diagonal(moments, axis1=1, axis2=2))
    varies = np.asarray((lengths > 0).all(axis=1))
    scale = np.where(varies[:, None], lengths, 1.0)[:, 1:]
    correlations = moments[:, 1:, 1:] / (scale[:, :, None] * scale[:, None, :])
    told: npt.NDArray[np.bool_] = varies & (np.linalg.eigvalsh(correlations)[:, 0] > DEPENDENCE_TOLERANCE)
    return told


def _shares(moments: FloatArray) -> FloatArray:
    """LMG shares out of cross-products of (y, X), one matrix (1 + p, 1 + p) per draw: (draws, p)."""
    p = moments.shape[1] - 1
    explained = np.zeros((2**p, len(moments)))
    for subset in range(1, 2**p):
        own = [1 + j for j in range(p) if subset >> j & 1]
        right = moments[:, own, 0]
        solved = np.linalg.solve(moments[:, own][:, :, own], right[:, :, None])[:, :, 0]
        explained[subset] = (solved * right).sum(axis=1) / moments[:, 0, 0]
    sizes = np.array([subset.bit_count() for subset in range(2**p)])
    weights = np.array([1 / (p * comb(p - 1, size)) if size < p else 0.0 for size in range(p + 1)])
    shares = np.empty((len(moments), p))
    for j in range(p):
        without = np.flatnonzero((np.arange(2**p) >> j & 1) == 0)
        gains = explained[without | 1 << j] - explained[without]
        shares[:, j] = weights[sizes[without]] @ gains
    return shares


def _quadrants(importance: FloatArray, performance: FloatArray) -> list[Quadrant]:
    matters, strong = importance >= importance.mean(), performance >= performance.mean()
    names: dict[tuple[bool, bool], Quadrant] = {
        (True, True): "keep_up",
        (True, False): "concentrate_here",
        (False, False): "low_priority",
        (False, True): "possible_overkill",
    }
    return [names[bool(a), bool(b)] for a, b in zip(matters, strong, strict=True)]


def _complete(y: npt.ArrayLike, X: FloatArray, names: Sequence[str]) -> tuple[FloatArray, FloatArray]:
    outcome = one_column(y)
    p = X.shape[1]
    if not 1 <= p <= MOST_COLUMNS:
        raise InputRefusedError(f"{p} columns; between 1 and {MOST_COLUMNS} can be shared.", where="lmg")
    if outcome.shape != (len(X),):
        raise InputRefusedError(f"y {outcome.shape} and X {X.shape} do not fit.", where="lmg")
    keep = np.isfinite(outcome) & np.isfinite(X).all(axis=1)
    if not keep.any():
        raise AllMissingError("no row has the outcome and every column.", where="lmg")
    outcome, columns = outcome[keep], X[keep]
    if len(outcome) <= p + 1:
        raise TooFewUnitsError(f"{len(outcome)} complete rows cannot carry {p} columns.", where="lmg")
    if np.ptp(outcome) == 0:
        raise ConstantOutcomeError("the outcome has one value in every row.", where="lmg")
    dependent = dependent_columns(np.column_stack([np.ones(len(columns)), columns]))
    if dependent:
        raise CollinearColumnsError(tuple(str(names[j - 1]) for j in dependent), where="lmg")
    return outcome, columns
