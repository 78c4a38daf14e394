"""Effects by group and period (Callaway and Sant'Anna 2021). Stage jumps and honest bounds live beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from models.arrays import FloatArray, frozen
from models.bands import LEVEL, Band, multiplier_bootstrap, standard_errors
from models.errors import ConstantOutcomeError, TooFewUnitsError
from models.event_study.aggregate import Aggregation, AggregationKind, Cell, aggregate_cells, whole
from models.event_study.cohorts import WHERE, Cohorts, make_cohorts
from models.event_study.comparison import Adjustment, compare
from models.inputs import known_option, several
from models.wald import WaldTest, wald_test

if TYPE_CHECKING:
    import pandas as pd

Control = Literal["never", "not_yet"]
Base = Literal["varying", "universal"]


@dataclass(frozen=True, slots=True, eq=False)
class GroupTimeAtt:
    """Effects on the treated by group and period, and what follows from them.

    Attributes
    ----------
    att, se : mapping from (group, period) to float
        Effect in units of the outcome, and its analytic standard error (root of the mean squared influence
        over n); before the event a placebo effect. A group of one unit has no spread of its own: its standard
        error is that of the comparisons alone.
    dynamic : Aggregation
        By event time (period minus group), a mapping to the estimate.
    overall, overall_se : float
        Every effect after the event, by group size ("simple").
    pretest : WaldTest or None
        All placebo effects are zero; None without any, or when there are too many for the units.
    influence : array (n, k)
        Influence of each unit on each effect, columns in the order of `att`.
    unit_starts : array (n,)
        Group of each unit, infinity for never.
    group_sizes : mapping from group to int
    n_units, n_never, n_already_treated, n_dropped : int
        Units used, never treated among them; units treated from the first period on, which are left out;
        rows with a missing value.
    skipped : tuple
        (group, period) pairs without a treated unit or two comparisons observed in both periods.
    """

    att: Mapping[Cell, float]
    se: Mapping[Cell, float]
    dynamic: Aggregation
    overall: float
    overall_se: float
    pretest: WaldTest | None
    influence: FloatArray
    unit_starts: FloatArray
    group_sizes: Mapping[float, int]
    n_units: int
    n_never: int
    n_already_treated: int
    n_dropped: int
    skipped: tuple[Cell, ...]

    def band(self, n_draws: int = 999, seed: int = 0, level: float = LEVEL) -> Band:
        """Bootstrap all effects together, by unit: see `multiplier_bootstrap`."""
        return multiplier_bootstrap(self.influence, n_draws, seed, level)

    def aggregate(self, kind: AggregationKind, balance_e: float | None = None) -> Aggregation:
        """Average the effects: see `aggregate_cells`."""
        return aggregate_cells(self.att, self.influence, self.unit_starts, kind, balance_e=balance_e)


def group_time_att(
    frame: pd.DataFrame,
    outcome: str,
    unit: str,
    period: str,
    first_treated: str,
    *,
    control: Control = "never",
    base: Base = "varying",
    covariates: str | Sequence[str] = (),
    method: Adjustment = "dr",
) -> GroupTimeAtt:
    """Estimate the effect on the treated for each group and period.

    A group is the units first treated in one period, which stay treated. Its effect in a period is its change
    since the base period minus that of the comparisons (Callaway and Sant'Anna 2021, theorem 1, without
    anticipation).

    Parameters
    ----------
    frame : DataFrame
        One row per unit and period; need not be balanced: an effect uses the units observed in both of its
        periods, and groups weigh by their number of units.
    outcome, unit, period : str
        Column names; periods are numbers.
    first_treated : str
        Column with the period of first treatment, the same in all rows of a unit; 0, missing or after the
        last period when it is never treated.
    control : {"never", "not_yet"}
        Comparisons: units never treated, or also those treated after both periods of the comparison.
    base : {"varying", "universal"}
        Base of the placebo effects: the period before each, or the last one before the event, which then has
        no entry of its own. After the event both are the last period before it.
    covariates : str or sequence of str
        Parallel trends are assumed given these, as known in the base period; a unit that misses one there is
        left out of the comparison.
    method : {"dr", "reg", "ipw"}
        How covariates enter: doubly robust, outcome regression, inverse probability weights.

    Returns
    -------
    GroupTimeAtt
        The same for any row order.

    Raises
    ------
    AllMissingError, TooFewPeriodsError, TooFewUnitsError, ConstantExposureError, ConstantOutcomeError
        No complete row; one period, or none before the event; no comparisons; nobody treated; one outcome.
    InputRefusedError
        Two rows of a unit in a period, an empty key, first treatment that differs within a unit, an unknown
        option.
    """
    for value, options in ((control, Control), (base, Base), (method, Adjustment)):
        known_option(value, get_args(options), where=WHERE)
    covariates = several(covariates)
    panel = make_cohorts(frame, outcome, unit, period, first_treated, covariates)
    n_never = int(np.isinf(panel.starts).sum())
    if control == "never" and n_never < 2:
        raise TooFewUnitsError(
            f"{n_never} {unit} stays untreated.",
            where=WHERE,
            remedy='Compare with those not yet treated (control="not_yet").',
        )
    att: dict[Cell, float] = {}
    columns: list[FloatArray] = []
    skipped: list[Cell] = []
    for g, t, b in _cells(panel, base):
        found = _effect(panel, g, t, b, control=control, method=method if covariates else "reg")
        cell = (whole(g), whole(panel.periods[t]))
        if found is None:
            skipped.append(cell)
        else:
            att[cell], column = found
            columns.append(column)
    _need_effects(att, columns, unit)
    influence = np.column_stack(columns)
    dynamic = aggregate_cells(att, influence, panel.starts, "dynamic")
    simple = aggregate_cells(att, influence, panel.starts, "simple")
    placebo = [k for k, (g, t) in enumerate(att) if t < g]
    sizes = {whole(g): int((panel.starts == g).sum()) for g in np.unique(panel.starts) if np.isfinite(g)}
    return GroupTimeAtt(
        att=MappingProxyType(att),
        se=MappingProxyType(dict(zip(att, standard_errors(influence).tolist(), strict=True))),
        dynamic=dynamic,
        overall=simple.overall,
        overall_se=simple.overall_se,
        pretest=wald_test(np.array(list(att.values()))[placebo], _covariance(influence[:, placebo])),
        influence=frozen(influence),
        unit_starts=panel.starts,
        group_sizes=MappingProxyType(sizes),
        n_units=len(panel.units),
        n_never=n_never,
        n_already_treated=panel.n_already_treated,
        n_dropped=panel.n_dropped,
        skipped=tuple(skipped),
    )


def _cells(panel: Cohorts, base: Base) -> Iterator[tuple[float, int, int]]:
    """List group, position of the period and position of its base period."""
    for g in np.unique(panel.starts[np.isfinite(panel.starts)]):
        before = int(np.flatnonzero(panel.periods < g)[-1])
        for t in range(len(panel.periods)):
            b = before if base == "universal" or t > before else t - 1
            if b not in (t, -1):
                yield g, t, b


def _effect(
    panel: Cohorts, g: float, t: int, b: int, *, control: Control, method: Adjustment
) -> tuple[float, FloatArray] | None:
    """Compare group `g` between two periods; the influence is over all units of the panel."""
    later = panel.periods[max(t, b)]
    is_control = np.isinf(panel.starts)
    if control == "not_yet":
        is_control |= (panel.starts > later) & (panel.starts != g)
    change = panel.outcomes[:, t] - panel.outcomes[:, b]
    is_known = np.isfinite(change) & np.isfinite(panel.covariates[:, b]).all(axis=1)
    used = np.flatnonzero(((panel.starts == g) | is_control) & is_known)
    is_treated = (panel.starts[used] == g).astype(np.float64)
    if is_treated.sum() < 1 or (1 - is_treated).sum() < 2:
        return None
    att, own = compare(change[used], is_treated, panel.covariates[used, b], method)
    influence = np.zeros(len(panel.units))
    influence[used] = own * len(panel.units) / len(used)
    return att, influence


def _need_effects(att: Mapping[Cell, float], columns: Sequence[FloatArray], unit: str) -> None:
    if not any(t >= g for g, t in att):
        raise TooFewUnitsError(
            f"no period after the event has a treated {unit} and two comparisons observed before it too.",
            where=WHERE,
            remedy="Add units, or close gaps in the periods.",
        )
    if not any(column.any() for column in columns):
        raise ConstantOutcomeError("the outcome changes alike in all units.", where=WHERE)


def _covariance(influence: FloatArray) -> FloatArray:
    return np.asarray(influence.T @ influence / len(influence) ** 2)
