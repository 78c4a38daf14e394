"""How fragile the estimates of one outcome are, as rows of a table. The measures themselves are elsewhere."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, IntArray, group_codes
from models.between import between_design
from models.diagnostics import leave_one_cluster_out
from models.effects import CATEGORIES, EXPOSURE, LEAD_SUFFIX, NUMERIC_CONTROLS
from models.errors import InputRefusedError, ModelError, TooFewUnitsError
from models.estimate import Coefficient, CovarianceKind, ols
from models.panel import WithinDesign, fit_within, within_design
from models.robustness.confounding import ConfounderBound, confounder_bound, robustness_value
from models.robustness.permuted import filled, partialled, shuffled_trajectories, slopes

if TYPE_CHECKING:
    import pandas as pd

AnyArray = npt.NDArray[Any]
RobustnessCheck = Literal[
    "robustness_value",
    "robustness_value_interval",
    "control_bound",
    "industry_left_out",
    "shuffled_index",
    "unmovable_outcome",
]
UNIT, PERIOD, INDUSTRY = "organization_id", "period", "industry"
# An outcome that nothing can move, declared in contracts/kpis.yaml: the share of tickets with an even key.
UNMOVABLE = "even_key_share"
ALPHA = 0.05
# A shuffled statistic this close to the observed one is a tie; ties count against the finding.
TIE = 1e-12


@dataclass(frozen=True, slots=True)
class Robustness:
    """One row of `analysis.robustness`.

    Attributes
    ----------
    outcome, model : str
    check : str
        robustness_value: least strength of a confounder that brings the estimate to zero, in `value`;
        robustness_value_interval: that makes the interval reach zero. control_bound: the estimate beside a
        confounder as strong as the strongest control (`subject`), with its interval. industry_left_out:
        range of the estimates that leave one industry out in `low` and `high`, `subject` the one that moves
        it most. shuffled_index: `p_value` when whole courses of the index are dealt out anew.
        unmovable_outcome: the estimate on an outcome that nothing can move.
    subject : str
        Control or industry that the row is about; empty otherwise.
    value, low, high, p_value : float or None
    holds : bool
        Nothing in this row speaks against the estimate.
    """

    outcome: str
    model: str
    check: RobustnessCheck
    subject: str
    value: float | None
    low: float | None
    high: float | None
    p_value: float | None
    holds: bool


def robustness_of(
    frame: pd.DataFrame, outcome: str, *, n_shuffles: int = 999, seed: int = 0
) -> tuple[Robustness, ...]:
    """Look at one outcome from every side that the data allow.

    Parameters
    ----------
    frame : DataFrame
        `fct_maturity_impact`, checked.
    outcome : str
        Read from `<outcome>_lead_3m`.
    n_shuffles, seed : int

    Returns
    -------
    tuple of Robustness
        M1 first, then M2; a model that cannot be estimated has no rows.
    """
    y_name = outcome + LEAD_SUFFIX
    rows: list[Robustness] = []
    # A model that cannot be estimated is told by the effects; here it has nothing that could be fragile.
    with suppress(ModelError):
        between = between_design(frame, y_name, EXPOSURE, CATEGORIES, NUMERIC_CONTROLS)
        blocks = {name: between.columns_of(name) for name in (*CATEGORIES, *NUMERIC_CONTROLS, PERIOD)}
        design = _Design(between.y, between.x, between.controls, group_codes(between.groups)[0], 0, blocks)
        industries = frame[INDUSTRY].to_numpy()[between.positions]
        rows += [*_confounding(outcome, "M1", design), *_industries(outcome, "M1", design, industries)]
    with suppress(ModelError):
        within = within_design(frame, y_name, EXPOSURE, (), unit=UNIT, period=PERIOD)
        design = _of_within(within)
        industries = frame[INDUSTRY].to_numpy()[within.positions]
        rows += [*_confounding(outcome, "M2", design), *_industries(outcome, "M2", design, industries)]
        rows.append(_shuffled(outcome, frame, within, n_shuffles, seed))
        if UNMOVABLE + LEAD_SUFFIX in frame.columns:
            rows.append(_unmovable(outcome, frame))
    return tuple(rows)


@dataclass(frozen=True, slots=True, eq=False)
class _Design:
    """Outcome, exposure and controls of either model; `n_absorbed` effects were taken out before."""

    y: FloatArray
    x: FloatArray
    controls: FloatArray
    units: IntArray
    n_absorbed: int
    blocks: dict[str, list[int]]

    def fit(self, kind: CovarianceKind) -> Coefficient:
        names = [EXPOSURE, *(f"c{j}" for j in range(self.controls.shape[1]))]
        absorbed = self.n_absorbed if kind == "classical" else 0
        X = np.column_stack([self.x, self.controls])
        return ols(self.y, X, names, self.units, kind, n_absorbed=absorbed).at(EXPOSURE)


def _of_within(design: WithinDesign) -> _Design:
    at = design.names.index(EXPOSURE)
    names = [name for name in design.names if name != EXPOSURE]
    periods = [j for j, name in enumerate(names) if name.startswith(PERIOD + "=")]
    controls = np.delete(design.X, at, axis=1)
    absorbed = len(design.unit_labels) - 1
    return _Design(design.y, design.X[:, at], controls, design.units, absorbed, {PERIOD: periods})


def _confounding(outcome: str, model: str, design: _Design) -> list[Robustness]:
    plain, clustered = design.fit("classical"), design.fit("cluster")
    effect = clustered.standard_error / plain.standard_error
    critical = clustered.degrees_of_freedom
    dof = plain.degrees_of_freedom
    value = robustness_value(plain.t_value, dof)
    reach = robustness_value(plain.t_value, dof, alpha=ALPHA, design_effect=effect, critical_dof=critical)
    bounds: dict[str, ConfounderBound] = {}
    for name, columns in design.blocks.items():
        if not columns:
            continue
        others = np.delete(design.controls, columns, axis=1)
        with_exposure = _explained(design.x, others, design.controls)
        with_outcome = _explained(
            design.y, np.column_stack([others, design.x]), np.column_stack([design.controls, design.x])
        )
        # A control that nearly is the exposure bounds nothing: twice as strong cannot exist.
        with suppress(InputRefusedError):
            bounds[name] = confounder_bound(
                plain.estimate,
                plain.standard_error,
                dof,
                r2_exposure=with_exposure,
                r2_outcome=with_outcome,
                design_effect=effect,
                critical_dof=critical,
            )
    sign = np.sign(plain.estimate)
    rows = [
        Robustness(outcome, model, "robustness_value", "", value, None, None, None, value > 0),
        Robustness(outcome, model, "robustness_value_interval", "", reach, None, None, None, reach > 0),
    ]
    if bounds:
        worst = min(bounds, key=lambda name: (sign * bounds[name].estimate, name))
        b = bounds[worst]
        held = bool(b.low * b.high > 0 and b.estimate * sign > 0)
        rows.append(Robustness(outcome, model, "control_bound", worst, b.estimate, b.low, b.high, None, held))
    return rows


def _explained(values: FloatArray, fewer: FloatArray, more: FloatArray) -> float:
    """Share of what `fewer` columns leave of the values that `more` columns explain."""
    left, rest = (
        float(((values - X @ np.linalg.lstsq(X, values, rcond=None)[0]) ** 2).sum()) for X in (fewer, more)
    )
    return max(0.0, 1 - rest / left)


def _industries(outcome: str, model: str, design: _Design, industries: AnyArray) -> list[Robustness]:
    X = np.column_stack([design.x, design.controls])
    try:
        found = leave_one_cluster_out(design.y, X, industries, 0)
    except TooFewUnitsError:
        return []
    spread = (found.full, found.low, found.high, None, found.keeps_sign)
    return [Robustness(outcome, model, "industry_left_out", found.most_influential, *spread)]


def _shuffled(
    outcome: str, frame: pd.DataFrame, design: WithinDesign, n_shuffles: int, seed: int
) -> Robustness:
    """Deal whole courses of the index out anew among organisations, and count how often it shows as much."""
    units, n_units = group_codes(frame[UNIT])
    periods, n_periods = group_codes(frame[PERIOD])
    cells = np.full((n_units, n_periods), np.nan)
    cells[units, periods] = frame[EXPOSURE].to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.flatnonzero(np.isfinite(cells).any(axis=1))
    generator = np.random.default_rng(seed)
    donors = np.zeros((n_units, n_shuffles), dtype=np.int64)
    donors[known] = np.stack([generator.permutation(known) for _ in range(n_shuffles)], axis=1)
    others = np.delete(design.X, design.names.index(EXPOSURE), axis=1)
    part = partialled(design.y, others, design.units, within_units=True)
    own = design.X[:, [design.names.index(EXPOSURE)]]
    exposures = shuffled_trajectories(
        filled(cells), units[design.positions], periods[design.positions], donors
    )
    (b,), (se,) = slopes(part, own)
    drawn, errors = slopes(part, exposures)
    extreme = int((np.abs(drawn / errors) >= abs(b / se) * (1 - TIE)).sum())
    p_value = (1 + extreme) / (1 + n_shuffles)
    return Robustness(outcome, "M2", "shuffled_index", "", float(b), None, None, p_value, p_value < ALPHA)


def _unmovable(outcome: str, frame: pd.DataFrame) -> Robustness:
    design = within_design(frame, UNMOVABLE + LEAD_SUFFIX, EXPOSURE, (), unit=UNIT, period=PERIOD)
    c = fit_within(design).at(EXPOSURE)
    return Robustness(
        outcome,
        "M2",
        "unmovable_outcome",
        UNMOVABLE,
        c.estimate,
        c.low,
        c.high,
        c.p_value,
        c.low <= 0 <= c.high,
    )
