"""One outcome through naive, M1 and M2 with its diagnostics. Families, grades and tables: see `analysis`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np

from models.between import between_design
from models.diagnostics import leave_one_cluster_out
from models.errors import ModelError, TooFewUnitsError
from models.estimate import Coefficient, Fit, ols, ols_each
from models.inference import wild_cluster_bootstrap
from models.multiplicity import Adjustment
from models.panel import WithinDesign, fit_within_both, within_design
from models.power import minimum_detectable_effect

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
Family = Literal["primary", "secondary", "exploratory"]
EXPOSURE = "index_per_10"
CATEGORIES = ("industry", "country", "customer_type")
NUMERIC_CONTROLS = ("log_employees",)
# A residual or standard error below this share of what the data's spread allows is rounding.
EXACT = 1e-9
LEAD_SUFFIX = "_lead_3m"


def adjustment_of(family: Family) -> Adjustment:
    """Which adjustment p-values get: Holm for the primary outcomes, Benjamini and Hochberg for others."""
    return "holm" if family == "primary" else "bh"


@dataclass(frozen=True, slots=True)
class Effect:
    """One row of `analysis.effects`: the change of the outcome per +10 index points, one quarter later.

    Periods are those of the exposure, first and last day-of-month dates as ISO text; `mde` is the minimum
    detectable effect. `p_adjusted` is within `family` for each model, by `adjustment`.
    """

    outcome: str
    is_primary: bool
    family: Family
    model: str
    exposure: str
    estimate: float
    standard_error: float
    low: float
    high: float
    p_value: float
    p_adjusted: float
    adjustment: str
    unit: str
    standard_error_kind: str
    degrees_of_freedom: float
    n_observations: int
    n_organizations: int
    n_periods: int
    first_period: str
    last_period: str
    mde: float


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Coefficient of the exposure in one model, and the sample it rests on."""

    model: str
    coefficient: Coefficient
    kind: str
    n_observations: int
    n_organizations: int
    periods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SmallSample:
    """M2 by CR2, by wild cluster bootstrap (when few clusters), and leaving each organisation out."""

    cr2: Coefficient
    bootstrap_p_value: float | None
    low: float
    high: float
    keeps_sign: bool
    most_influential: str


@dataclass(frozen=True, slots=True)
class OutcomeFits:
    """What could be estimated of one outcome; `failures` are the errors of what could not, by model."""

    outcome: str
    naive: Fitted | None
    m1: Fitted | None
    m1_hc3: Coefficient | None
    m1_cr2: Coefficient | None
    m2: Fitted | None
    small_sample: SmallSample | None
    mean_level: float
    failures: tuple[tuple[str, ModelError], ...]


def fit_outcome(
    frame: pd.DataFrame, outcome: str, *, small_clusters: int, n_draws: int, seed: int
) -> OutcomeFits:
    """Estimate naive, M1 and M2 of one outcome; what cannot be estimated is listed in `failures`.

    Parameters
    ----------
    frame : DataFrame
        `fct_maturity_impact`, checked and sorted; the outcome is read from `<outcome>_lead_3m`.
    outcome : str
    small_clusters : int
        Below this many organisations the wild cluster bootstrap is run.
    n_draws, seed : int
        Of the bootstrap.
    """
    failures: list[tuple[str, ModelError]] = []
    between = _attempt(lambda: _between(frame, outcome + LEAD_SUFFIX), "M1", failures)
    design = _attempt(lambda: _within(frame, outcome), "M2", failures)
    naive, m1, hc3, cr2 = between or (None, None, None, None)
    m2, small = None, None
    both = None if design is None else _attempt(lambda: fit_within_both(design), "M2", failures)
    if design is not None and both is not None:
        m2 = _attempt(lambda: _headline_within(design, both[0]), "M2", failures)
    if m2 is not None and design is not None and both is not None:
        cr2_within = both[1].at(EXPOSURE)
        small = _attempt(
            lambda: _small_sample(design, cr2_within, small_clusters, n_draws, seed), "M2", failures
        )
    known = frame[outcome + LEAD_SUFFIX].to_numpy(dtype=np.float64, na_value=np.nan)
    level = float(np.abs(np.nanmean(known))) if np.isfinite(known).any() else 0.0
    return OutcomeFits(outcome, naive, m1, hc3, cr2, m2, small, level, tuple(failures))


def effect(
    fitted: Fitted,
    outcome: str,
    *,
    family: Family,
    unit: str,
    p_adjusted: float,
    power: tuple[float, float],
) -> Effect:
    """Turn a fitted coefficient into a row of `analysis.effects`; `power` is (alpha, power) of the MDE."""
    c = fitted.coefficient
    return Effect(
        outcome=outcome,
        is_primary=family == "primary",
        family=family,
        model=fitted.model,
        exposure=EXPOSURE,
        estimate=c.estimate,
        standard_error=c.standard_error,
        low=c.low,
        high=c.high,
        p_value=c.p_value,
        p_adjusted=p_adjusted,
        adjustment=adjustment_of(family),
        unit=unit,
        standard_error_kind=fitted.kind,
        degrees_of_freedom=c.degrees_of_freedom,
        n_observations=fitted.n_observations,
        n_organizations=fitted.n_organizations,
        n_periods=len(fitted.periods),
        first_period=fitted.periods[0],
        last_period=fitted.periods[-1],
        mde=minimum_detectable_effect(c.standard_error, *power),
    )


def _attempt(run: Callable[[], T], model: str, failures: list[tuple[str, ModelError]]) -> T | None:
    try:
        return run()
    except ModelError as error:
        failures.append((model, error))
        return None


def _between(frame: pd.DataFrame, y_name: str) -> tuple[Fitted, Fitted, Coefficient, Coefficient]:
    """Naive and M1 on the same rows, so that they differ by the adjustment alone."""
    design = between_design(frame, y_name, EXPOSURE, CATEGORIES, NUMERIC_CONTROLS)
    y, groups, labels = design.y, design.groups, (EXPOSURE, *design.names)
    spread = (float(y.std()), float(design.x.std()))
    naive = ols(y, np.column_stack([design.x, np.ones(len(y))]), (EXPOSURE, "constant"), groups)
    m1, hc3, cr2 = ols_each(y, design.X, labels, groups, ("cluster", "HC3", "CR2"))
    return (
        _fitted("naive", naive, design.periods, spread),
        _fitted("M1", m1, design.periods, spread),
        hc3.at(EXPOSURE),
        cr2.at(EXPOSURE),
    )


def _within(frame: pd.DataFrame, outcome: str) -> WithinDesign:
    return within_design(frame, outcome + LEAD_SUFFIX, EXPOSURE, (), unit="organization_id", period="period")


def _headline_within(design: WithinDesign, fit: Fit) -> Fitted:
    spread = (float(design.y.std()), float(design.X[:, design.names.index(EXPOSURE)].std()))
    return _fitted("M2", fit, tuple(str(period)[:10] for period in design.periods), spread)


def _small_sample(
    design: WithinDesign, cr2: Coefficient, small_clusters: int, n_draws: int, seed: int
) -> SmallSample:
    column = design.names.index(EXPOSURE)
    p_value = None
    if len(design.unit_labels) < small_clusters:
        p_value = wild_cluster_bootstrap(design.y, design.X, design.units, column, n_draws, seed).p_value
    left_out = leave_one_cluster_out(design.y, design.X, design.units, column)
    influential = design.unit_labels[int(left_out.most_influential)]
    return SmallSample(cr2, p_value, left_out.low, left_out.high, left_out.keeps_sign, influential)


def _fitted(model: str, fit: Fit, periods: tuple[str, ...], spread: tuple[float, float]) -> Fitted:
    """Take the exposure's coefficient, refusing degenerate errors; `spread`: of outcome and exposure."""
    c = fit.at(EXPOSURE)
    if fit.residual_sd <= EXACT * spread[0]:
        raise ModelError(f"{model} fits the outcome exactly, so it was computed from the index.", where=model)
    if not c.standard_error > EXACT * fit.residual_sd / (spread[1] * np.sqrt(fit.n_observations)):
        raise TooFewUnitsError(
            f"{fit.n_clusters} organisations leave no spread to compute a standard error from.", where=model
        )
    return Fitted(model, c, fit.standard_error_kind, fit.n_observations, fit.n_clusters or 0, periods)
