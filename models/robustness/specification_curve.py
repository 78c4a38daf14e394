"""Every reasonable specification side by side, and whether all of them together speak against no relation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Literal, NoReturn, get_args

import numpy as np

from models.arrays import FloatArray, IntArray, group_codes, library
from models.between import between_design
from models.errors import InputRefusedError, ModelError
from models.inputs import known_option
from models.panel import within_design
from models.robustness.permuted import (
    PartialledOutcome,
    filled,
    partialled,
    shuffled_trajectories,
    slopes,
)

if TYPE_CHECKING:
    import pandas as pd

SpecificationModel = Literal["naive", "M1", "M2"]
ALPHA = 0.05
# A shuffled statistic this close to the observed one is a tie; ties count against the finding.
TIE = 1e-12
EVERYBODY = "all"


@dataclass(frozen=True, slots=True)
class Specification:
    """One way to put the question: every part names columns of the frame.

    Attributes
    ----------
    outcome, exposure : str
    model : {"naive", "M1", "M2"}
    controls : tuple of str
        Of M1, text columns as dummies; none for naive and M2.
    sample : str
        Column of true and false that says which rows count, or "all".
    """

    outcome: str
    exposure: str
    model: SpecificationModel
    controls: tuple[str, ...] = ()
    sample: str = EVERYBODY


@dataclass(frozen=True, slots=True)
class SpecificationGrid:
    """Declared choices; the specifications are their product, controls for M1 only.

    Attributes
    ----------
    outcomes, exposures, samples : tuple of str
    models : tuple of {"naive", "M1", "M2"}
    control_sets : tuple of tuples of str
    unit, period : str
    """

    outcomes: tuple[str, ...]
    exposures: tuple[str, ...] = ("index_per_10",)
    models: tuple[SpecificationModel, ...] = ("naive", "M1", "M2")
    control_sets: tuple[tuple[str, ...], ...] = ((),)
    samples: tuple[str, ...] = (EVERYBODY,)
    unit: str = "organization_id"
    period: str = "period"

    def specifications(self) -> tuple[Specification, ...]:
        """List the specifications in the declared order."""
        return tuple(
            Specification(outcome, exposure, model, tuple(controls), sample)
            for outcome, exposure, model, sample in product(
                self.outcomes, self.exposures, self.models, self.samples
            )
            for controls in (self.control_sets if model == "M1" else ((),))
        )


@dataclass(frozen=True, slots=True)
class SpecificationEstimate:
    """What one specification gives; the interval is at 95 %, clustered by unit."""

    specification: Specification
    estimate: float
    standard_error: float
    low: float
    high: float
    p_value: float
    n_observations: int
    n_organizations: int


@dataclass(frozen=True, slots=True)
class SpecificationCurve:
    """The curve and its joint tests.

    Attributes
    ----------
    estimates : tuple of SpecificationEstimate
        Sorted by estimate.
    failures : tuple of (Specification, str)
        What could not be estimated, and the code of the error.
    median : float
        Median estimate.
    share_same_sign, share_significant : float
        Share of specifications with the sign of the median; share that are significant with that sign.
    median_p, share_p, stouffer_p : float
        Share of shuffles at least as extreme in the absolute median estimate, in the share that is
        significant with the dominant sign, and in the absolute mean z statistic.
    n_permutations : int
    """

    estimates: tuple[SpecificationEstimate, ...]
    failures: tuple[tuple[Specification, str], ...]
    median: float
    share_same_sign: float
    share_significant: float
    median_p: float
    share_p: float
    stouffer_p: float
    n_permutations: int


def specification_curve(
    grid: SpecificationGrid | Mapping[str, Any],
    frame: pd.DataFrame,
    *,
    n_permutations: int = 500,
    seed: int = 0,
) -> SpecificationCurve:
    """Estimate every specification of the grid and test them together.

    Simonsohn, Simmons and Nelson (2020), with shuffles of whole exposure trajectories between organisations,
    the same ones for every specification: within an organisation and between specifications everything stays
    as it is, and only who has which exposure is broken up. Statistics are studentised, so that controls which
    go with the exposure do no harm asymptotically (DiCiccio and Romano 2017).

    Parameters
    ----------
    grid : SpecificationGrid or mapping of its fields
    frame : DataFrame
        One row per unit and period, with the columns that the grid names.
    n_permutations, seed : int

    Raises
    ------
    InputRefusedError
        When a column is missing, a unit has two rows in a period, no permutation is asked for, or no
        specification could be estimated.
    """
    grid = grid if isinstance(grid, SpecificationGrid) else SpecificationGrid(**grid)
    rows = _rows(grid, frame, n_permutations)
    units, n_units = group_codes(rows[grid.unit])
    periods, n_periods = group_codes(rows[grid.period])
    generator = np.random.default_rng(seed)
    donors = np.stack([generator.permutation(n_units) for _ in range(n_permutations)], axis=1)
    trajectories = {
        exposure: _trajectories(rows[exposure], units, periods, (n_units, n_periods))
        for exposure in grid.exposures
    }

    estimates: list[SpecificationEstimate] = []
    failures: list[tuple[Specification, str]] = []
    shuffled: list[tuple[FloatArray, FloatArray]] = []
    for specification in grid.specifications():
        try:
            part, positions = _partialled(specification, rows, grid)
            estimates.append(
                _estimate(specification, part, rows[specification.exposure].to_numpy()[positions])
            )
        except ModelError as error:
            failures.append((specification, error.code))
            continue
        exposures = shuffled_trajectories(
            trajectories[specification.exposure], units[positions], periods[positions], donors
        )
        shuffled.append(slopes(part, exposures))
    if not estimates:
        codes = ", ".join(sorted({code for _, code in failures}))
        _refuse(f"no specification could be estimated ({codes}).")
    return _joint(estimates, failures, shuffled)


def _rows(grid: SpecificationGrid, frame: pd.DataFrame, n_permutations: int) -> pd.DataFrame:
    """Sort the rows of the organisations that have every exposure at some time."""
    if n_permutations < 1:
        _refuse("the number of permutations must be positive.")
    specifications = grid.specifications()
    if len(set(specifications)) < len(specifications) or not specifications:
        _refuse("the grid is empty or names a choice twice.")
    for model in grid.models:
        known_option(model, get_args(SpecificationModel), where="specification_curve")
    named = {grid.unit, grid.period, *grid.outcomes, *grid.exposures, *grid.samples} - {EVERYBODY}
    named |= {control for controls in grid.control_sets for control in controls}
    missing = sorted(named - set(frame.columns))
    if missing:
        _refuse(f"columns are missing: {', '.join(missing)}.")
    if frame.duplicated([grid.unit, grid.period]).any():
        _refuse(f"one {grid.unit} has two rows in one {grid.period}.", remedy="Fix the grain.")
    has = frame[list(grid.exposures)].notna().groupby(frame[grid.unit]).any().all(axis=1)
    rows = frame.loc[frame[grid.unit].map(has).to_numpy(dtype=np.bool_)]
    return rows.sort_values([grid.unit, grid.period], kind="stable", ignore_index=True)


def _trajectories(
    exposure: pd.Series, units: IntArray, periods: IntArray, shape: tuple[int, int]
) -> FloatArray:
    cells = np.full(shape, np.nan)
    cells[units, periods] = exposure.to_numpy(dtype=np.float64, na_value=np.nan)
    return filled(cells)


def _partialled(
    specification: Specification, rows: pd.DataFrame, grid: SpecificationGrid
) -> tuple[PartialledOutcome, IntArray]:
    """Take the controls of one specification out of the outcome; also the positions of its rows."""
    inside = np.arange(len(rows))
    if specification.sample != EVERYBODY:
        inside = np.flatnonzero(rows[specification.sample].fillna(False).to_numpy(dtype=np.bool_))
    frame, outcome, exposure = rows.iloc[inside], specification.outcome, specification.exposure
    if specification.model == "M2":
        within = within_design(frame, outcome, exposure, (), unit=grid.unit, period=grid.period)
        others = np.delete(within.X, within.names.index(exposure), axis=1)
        part = partialled(within.y, others, within.units, within_units=True)
        return part, inside[within.positions]
    numeric = [name for name in specification.controls if frame[name].dtype.kind in "fiu"]
    categories = [name for name in specification.controls if name not in numeric]
    between = between_design(
        frame, outcome, exposure, categories, numeric, unit=grid.unit, period=grid.period
    )
    controls = between.controls if specification.model == "M1" else np.ones((len(between.y), 1))
    return partialled(between.y, controls, group_codes(between.groups)[0]), inside[between.positions]


def _estimate(
    specification: Specification, part: PartialledOutcome, exposure: FloatArray
) -> SpecificationEstimate:
    b, se = (float(value[0]) for value in slopes(part, np.asarray(exposure, dtype=np.float64)[:, None]))
    student, freedom = library("scipy.stats").t, part.n_units - 1
    half = float(student.isf(ALPHA / 2, freedom)) * se
    p_value = float(2 * student.sf(abs(b / se), freedom))
    return SpecificationEstimate(specification, b, se, b - half, b + half, p_value, len(part.y), part.n_units)


def _joint(
    estimates: list[SpecificationEstimate],
    failures: list[tuple[Specification, str]],
    shuffled: list[tuple[FloatArray, FloatArray]],
) -> SpecificationCurve:
    values = np.array([[one.estimate for one in estimates], [one.standard_error for one in estimates]])
    b, z = values[0], values[0] / values[1]
    critical = library("scipy.stats").t.isf(ALPHA / 2, [one.n_organizations - 1 for one in estimates])
    null_b = np.stack([drawn for drawn, _ in shuffled])
    null_z = np.stack([drawn / error for drawn, error in shuffled])
    sign = np.sign(np.median(b))
    observed = (abs(np.median(b)), _dominant(z[:, None], critical)[0], abs(z.mean()))
    null = (
        np.abs(np.nanmedian(null_b, axis=0)),
        _dominant(null_z, critical),
        np.abs(np.nanmean(null_z, axis=0)),
    )
    p_values = [
        (1 + int((drawn >= seen * (1 - TIE)).sum())) / (1 + len(drawn))
        for seen, drawn in zip(observed, null, strict=True)
    ]
    return SpecificationCurve(
        estimates=tuple(sorted(estimates, key=lambda one: one.estimate)),
        failures=tuple(failures),
        median=float(np.median(b)),
        share_same_sign=float((np.sign(b) == sign).mean()),
        share_significant=float((sign * z > critical).mean()),
        median_p=p_values[0],
        share_p=p_values[1],
        stouffer_p=p_values[2],
        n_permutations=null_b.shape[1],
    )


def _dominant(z: FloatArray, critical: FloatArray) -> FloatArray:
    """Share of specifications that are significant with the sign that more of them are significant with."""
    above, below = (z > critical[:, None]).mean(axis=0), (z < -critical[:, None]).mean(axis=0)
    return np.asarray(np.maximum(above, below))


def _refuse(what: str, remedy: str = "Correct the declared grid.") -> NoReturn:
    raise InputRefusedError(what, where="specification_curve", remedy=remedy)
