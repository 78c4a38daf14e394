"""Double machine learning for panels (M5): flexible controls, with traits and common months taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from models.arrays import IntArray, group_codes, library
from models.effects import CATEGORIES, EXPOSURE, LEAD_SUFFIX
from models.errors import AllMissingError, InputRefusedError, TooFewUnitsError
from models.estimate import coefficient
from models.learners import boosting, ridge
from models.panel import within_design
from models.power import minimum_detectable_effect

if TYPE_CHECKING:
    import pandas as pd

Learner = Literal["ridge", "boosting"]
LEARNERS: tuple[Learner, ...] = get_args(Learner)
WHERE = "M5"
UNIT, PERIOD, SIZE = "organization_id", "period", "log_employees"
N_FOLDS, N_REPETITIONS = 5, 3
# Below this many organisations a fold has too few to learn from the others.
FEWEST_ORGANIZATIONS = 20


@dataclass(frozen=True, slots=True)
class DoubleMlEffect:
    """M5 of one outcome with one learner: change of the outcome per +10 index points, one quarter later.

    Attributes
    ----------
    outcome : str
    learner : {"ridge", "boosting"}
    estimate, standard_error, low, high, p_value, degrees_of_freedom : float
        Medians over repeated cross-fitting, clustered by organisation; t with the organisations minus one.
    mde : float
    spread : float
        Largest minus smallest estimate over the repetitions: what the choice of folds alone does.
    n_observations, n_organizations, n_periods, n_folds, n_repetitions : int
    """

    outcome: str
    learner: str
    estimate: float
    standard_error: float
    low: float
    high: float
    p_value: float
    degrees_of_freedom: float
    mde: float
    spread: float
    n_observations: int
    n_organizations: int
    n_periods: int
    n_folds: int
    n_repetitions: int


def double_ml(
    frame: pd.DataFrame,
    outcome: str,
    *,
    learners: Sequence[Learner] = LEARNERS,
    n_repetitions: int = N_REPETITIONS,
    seed: int = 0,
) -> tuple[DoubleMlEffect, ...]:
    """Estimate the effect of the index when controls may act in any shape and over time.

    Outcome and exposure are taken within organisations and months first, so that fixed traits and common
    shocks are gone whatever the learners do. The learners then explain what is left by the month and the
    fixed controls together: industries, countries, customer types and sizes may each have their own course.
    Exact here, since month and fixed controls are all that is controlled for. Residuals are compared as in
    Clarke and Polselli (2025), the correlated random effects form of DoubleML's DoubleMLPLPR; folds are drawn
    by organisation.

    Parameters
    ----------
    frame : DataFrame
        `fct_maturity_impact`, checked; the outcome is read from `<outcome>_lead_3m`.
    outcome : str
    learners : sequence of {"ridge", "boosting"}
        ridge: month splines times size splines and dummies, penalty by cross-validation. boosting: small
        gradient-boosted trees on the same variables, which find any course.
    n_repetitions, seed : int
        Of the folds, drawn anew each time.

    Returns
    -------
    tuple of DoubleMlEffect
        One per learner, in the order given. The same for any row order.

    Raises
    ------
    TooFewUnitsError
        Fewer than twenty organisations.
    AllMissingError, ConstantExposureError, ConstantOutcomeError, InputRefusedError
    """
    unknown = [learner for learner in learners if learner not in LEARNERS]
    if unknown or n_repetitions < 1:
        raise InputRefusedError(f"learners {unknown} or {n_repetitions} repetitions.", where=WHERE)
    # One thread: sums over threads depend on the number of cores.
    with library("threadpoolctl").threadpool_limits(limits=1):
        return _effects(frame, outcome, learners, n_repetitions, seed)


def _effects(
    frame: pd.DataFrame, outcome: str, learners: Sequence[Learner], n_repetitions: int, seed: int
) -> tuple[DoubleMlEffect, ...]:
    data, inputs = _residuals(frame, outcome + LEAD_SUFFIX)
    units, n_units = group_codes(data[UNIT].to_numpy())
    if n_units < FEWEST_ORGANIZATIONS:
        raise TooFewUnitsError(
            f"{n_units} organisations; {FEWEST_ORGANIZATIONS} are needed to learn from some about others.",
            where=WHERE,
            remedy="Add organisations.",
        )
    folds = _folds(units, n_units, n_repetitions, seed)
    return tuple(_effect(data, inputs, folds, outcome, learner, seed) for learner in learners)


def _residuals(frame: pd.DataFrame, y_name: str) -> tuple[pd.DataFrame, list[str]]:
    """Take organisations and months out of outcome (y) and exposure (d); add the learners' inputs."""
    complete = frame[[y_name, EXPOSURE, SIZE, *CATEGORIES]].notna().all(axis=1)
    if not complete.any():
        raise AllMissingError(f"no row has {y_name}, the index and every control.", where=WHERE)
    design = within_design(frame.loc[complete], y_name, EXPOSURE, (), unit=UNIT, period=PERIOD)
    # A row was left out because its organisation or its month has no other row.
    used = complete & frame[UNIT].astype(str).isin(design.unit_labels) & frame[PERIOD].isin(design.periods)
    rows = frame.loc[used].sort_values([UNIT, PERIOD])
    months = design.X[:, 1:]
    pair = np.column_stack([design.y, design.X[:, 0]])
    pair -= months @ np.linalg.lstsq(months, pair, rcond=None)[0]
    columns = {
        PERIOD: group_codes(rows[PERIOD])[0].astype(np.float64),
        SIZE: rows[SIZE].to_numpy(dtype=np.float64),
        **{name: group_codes(rows[name])[0].astype(np.float64) for name in CATEGORIES},
    }
    import pandas as pd

    data = pd.DataFrame(
        {UNIT: design.units, "time": columns[PERIOD], "y": pair[:, 0], "d": pair[:, 1], **columns}
    )
    return data, list(columns)


def _folds(units: IntArray, n_units: int, n_repetitions: int, seed: int) -> tuple[list[Any], list[Any]]:
    """Draw folds by organisation: rows and organisations of each, in DoubleML's nesting."""
    rng = np.random.default_rng(seed)
    rows, clusters = [], []
    for _ in range(n_repetitions):
        parts = np.array_split(rng.permutation(n_units), N_FOLDS)
        tests = [np.isin(units, part) for part in parts]
        rows.append([(np.flatnonzero(~test), np.flatnonzero(test)) for test in tests])
        clusters.append([([np.setdiff1d(units, part)], [np.sort(part)]) for part in parts])
    return rows, clusters


def _effect(
    data: pd.DataFrame,
    inputs: list[str],
    folds: tuple[list[Any], list[Any]],
    outcome: str,
    learner: Learner,
    seed: int,
) -> DoubleMlEffect:
    panel = library("doubleml").DoubleMLPanelData(
        data, y_col="y", d_cols="d", t_col="time", id_col=UNIT, x_cols=inputs, static_panel=True
    )
    machines = [
        boosting(seed)
        if learner == "boosting"
        else ridge(data[inputs].to_numpy(), data[target].to_numpy(), data[UNIT].to_numpy())
        for target in ("y", "d")
    ]
    model = library("doubleml").DoubleMLPLPR(
        panel, *machines, approach="cre_general", draw_sample_splitting=False
    )
    model.set_sample_splitting(*folds)
    model.fit()
    n_units = int(data[UNIT].nunique())
    # DoubleML divides by the number of organisations; as everywhere here, one of them is spent.
    error = float(model.se[0]) * (n_units / (n_units - 1)) ** 0.5
    found = coefficient(EXPOSURE, float(model.coef[0]), error, float(n_units - 1))
    return DoubleMlEffect(
        outcome=outcome,
        learner=learner,
        estimate=found.estimate,
        standard_error=found.standard_error,
        low=found.low,
        high=found.high,
        p_value=found.p_value,
        degrees_of_freedom=found.degrees_of_freedom,
        mde=minimum_detectable_effect(found.standard_error),
        spread=float(np.ptp(model.all_coef)),
        n_observations=len(data),
        n_organizations=n_units,
        n_periods=int(data["time"].nunique()),
        n_folds=N_FOLDS,
        n_repetitions=len(folds[0]),
    )
