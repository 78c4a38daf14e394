"""The lead and lag plot: outcome by quarter before and after a step of the index. No verdicts here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, frozen, library
from models.direction.waves import Stretches
from models.effects import EXPOSURE
from models.errors import CollinearColumnsError, InputRefusedError, TooFewPeriodsError
from models.estimate import LEVEL, Fit
from models.panel import two_way_within

if TYPE_CHECKING:
    import pandas as pd

WINDOW = 4
REFERENCE = -1
N_DRAWS = 20_000
SEED = 20261122
MONTHS = 3


@dataclass(frozen=True, slots=True, eq=False)
class LeadLag:
    """Outcome by quarter around a step of the index of ten points; arrays (2 * 4 + 1,).

    Attributes
    ----------
    quarters : tuple of int
        -4..4; 0 is the quarter in which the index rose. The ends stand for all quarters beyond.
    estimates, standard_errors : array
        Against the quarter before the step, which is 0 by definition.
    low, high : array
        95 % interval of each quarter by itself.
    joint_low, joint_high : array
        Band that holds all quarters at once with 95 % (sup-t; Montiel Olea and Plagborg-Moller 2019).
    before_statistic, before_p_value : float
        F test that nothing moved before the quarter before the step.
    n_observations, n_units, n_quarters : int
        Organisation-quarters whose index is known from four quarters before to three after.
    """

    quarters: tuple[int, ...]
    estimates: FloatArray
    standard_errors: FloatArray
    low: FloatArray
    high: FloatArray
    joint_low: FloatArray
    joint_high: FloatArray
    before_statistic: float
    before_p_value: float
    n_observations: int
    n_units: int
    n_quarters: int


def lead_lag(x: npt.ArrayLike, y: npt.ArrayLike, *, seed: int = SEED) -> LeadLag:
    """Fit y on leads and lags of x with unit and period effects, as an event study of steps in x.

    The distributed-lag form with ends binned (Schmidheiny and Siegloch 2023): coefficients of x from three
    periods ahead to four behind, added up outwards from the period before the step.

    Parameters
    ----------
    x, y : arrays (units, quarters)
        Index in force and outcome; NaN where unknown. Nothing is filled in: a quarter counts where all eight
        values of x around it are known.
    seed : int
        Of the draws behind the joint band.

    Returns
    -------
    LeadLag
        Clustered by unit (CR1, t with G - 1 degrees of freedom).

    Raises
    ------
    TooFewPeriodsError, CollinearColumnsError, InputRefusedError, and those of `two_way_within`
    """
    exposure, outcome = (np.asarray(values, dtype=np.float64) for values in (x, y))
    if exposure.ndim != 2 or exposure.shape != outcome.shape:
        raise InputRefusedError(
            f"x {exposure.shape} and y {outcome.shape} are not units by quarters.", where="lead_lag"
        )
    n_quarters = exposure.shape[1]
    if n_quarters < 2 * WINDOW + 1:
        raise TooFewPeriodsError(
            f"{n_quarters} quarters do not hold {WINDOW} on either side.",
            where="lead_lag",
            remedy=f"Wait until there are {2 * WINDOW + 1} quarters.",
        )
    shifts = range(1 - WINDOW, WINDOW + 1)
    fit = _distributed_lags(exposure, outcome, shifts)
    names = [_name(shift) for shift in shifts]
    lost = [name for name in names if name not in fit.names]
    if lost:
        raise CollinearColumnsError(tuple(lost), where="lead_lag")
    at = [fit.names.index(name) for name in names]
    turn = _cumulation(shifts)
    estimates = turn @ fit.coefficients[at]
    covariance = turn @ fit.covariance[np.ix_(at, at)] @ turn.T
    errors = np.sqrt(np.diag(covariance))
    freedom = float(fit.degrees_of_freedom[0])
    student = library("scipy.stats").t
    half = student.ppf(0.5 + LEVEL / 2, freedom) * errors
    joint = _critical_value(covariance, freedom, seed) * errors
    quarters = range(-WINDOW, WINDOW + 1)
    early = [k for k, quarter in enumerate(quarters) if quarter < REFERENCE]
    moved = estimates[early] @ np.linalg.solve(covariance[np.ix_(early, early)], estimates[early])
    statistic = float(moved / len(early))
    return LeadLag(
        quarters=tuple(quarters),
        estimates=frozen(estimates),
        standard_errors=frozen(errors),
        low=frozen(estimates - half),
        high=frozen(estimates + half),
        joint_low=frozen(estimates - joint),
        joint_high=frozen(estimates + joint),
        before_statistic=statistic,
        before_p_value=float(library("scipy.stats").f.sf(statistic, len(early), freedom)),
        n_observations=fit.n_observations,
        n_units=fit.n_clusters or 0,
        n_quarters=sum(name.startswith("period=") for name in fit.names) + 1,
    )


def quarter_series(frame: pd.DataFrame, outcome: str) -> tuple[FloatArray, FloatArray]:
    """Bring the monthly panel to index in force and outcome by calendar quarter, arrays (units, quarters).

    The index is the one in force in the quarter's first month. Outcomes are pooled as in `wave_series`.
    """
    rows = frame.sort_values(["organization_id", "period"], kind="stable")
    units, unit = np.unique(rows["organization_id"].to_numpy(dtype=str), return_inverse=True)
    month = rows["period"].to_numpy().astype("datetime64[M]").astype(np.int64)
    quarters = np.arange(month.min() // MONTHS, month.max() // MONTHS + 1)
    index = np.full((len(units), len(quarters)), np.nan)
    first = month % MONTHS == 0
    column = month[first] // MONTHS - quarters[0]
    index[unit[first], column] = rows.loc[first, EXPOSURE].to_numpy(dtype=np.float64, na_value=np.nan)
    over = Stretches.of(rows, outcome, unit, month, len(units))
    return index, over.between(quarters * MONTHS, quarters * MONTHS + MONTHS - 1)


def _name(shift: int) -> str:
    return f"x {abs(shift)} {'ahead' if shift < 0 else 'behind'}"


def _distributed_lags(exposure: FloatArray, outcome: FloatArray, shifts: range) -> Fit:
    import pandas as pd

    n_units, n_quarters = outcome.shape
    units, quarters = (axis.ravel() for axis in np.indices(outcome.shape))
    columns = {}
    for shift in shifts:
        moved = np.full((n_units, n_quarters), np.nan)
        to, of = max(shift, 0), max(-shift, 0)
        moved[:, to : n_quarters - of] = exposure[:, of : n_quarters - to]
        columns[_name(shift)] = moved.ravel()
    frame = pd.DataFrame({"y": outcome.ravel(), **columns}).assign(unit=units, period=quarters)
    first, *others = columns
    return two_way_within(frame, "y", first, others, "unit", "period")


def _cumulation(shifts: range) -> FloatArray:
    """Rows: quarters -4..4; the lag coefficients that are added (after) or taken away (before)."""
    turn = np.zeros((2 * WINDOW + 1, len(shifts)))
    for row, quarter in enumerate(range(-WINDOW, WINDOW + 1)):
        for column, shift in enumerate(shifts):
            if 0 <= shift <= quarter:
                turn[row, column] = 1.0
            elif quarter < shift < 0:
                turn[row, column] = -1.0
    return turn


def _critical_value(covariance: FloatArray, freedom: float, seed: int) -> float:
    """Quantile of the largest of several dependent t statistics, by simulation."""
    free = np.flatnonzero(np.diag(covariance) > 0)
    spread = np.sqrt(np.diag(covariance)[free])
    values, vectors = np.linalg.eigh(covariance[np.ix_(free, free)] / np.outer(spread, spread))
    generator = np.random.default_rng(seed)
    draws = generator.standard_normal((N_DRAWS, len(free))) @ (vectors * np.sqrt(np.clip(values, 0, None))).T
    scale = np.sqrt(generator.chisquare(freedom, N_DRAWS) / freedom)
    return float(np.quantile(np.abs(draws).max(axis=1) / scale, LEVEL))
