"""Averages of group-time effects: by event time, by group, by calendar period, and over all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from models.arrays import BoolArray, FloatArray, frozen
from models.bands import LEVEL, Band, multiplier_bootstrap, standard_errors
from models.errors import InputRefusedError

AggregationKind = Literal["simple", "dynamic", "group", "calendar"]
KINDS: tuple[AggregationKind, ...] = get_args(AggregationKind)
Cell = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Aggregation(Mapping[float, float]):
    """Averaged effects; reads as a mapping from event time, group or period to the estimate.

    Attributes
    ----------
    kind : {"simple", "dynamic", "group", "calendar"}
    at : tuple
        Event times, groups or periods, ascending; empty for "simple".
    estimates, standard_errors : array (k,)
        Analytic standard errors, the estimated group sizes taken into account.
    influence : array (n, k)
        Influence of each unit on `estimates`.
    overall, overall_se : float
        simple: every treated cell by group size. dynamic: mean over event times from 0. group: groups by
        size. calendar: mean over periods.
    """

    kind: AggregationKind
    at: tuple[float, ...]
    estimates: FloatArray
    standard_errors: FloatArray
    influence: FloatArray
    overall: float
    overall_se: float

    def __getitem__(self, key: float) -> float:
        """Return the estimate at an event time, group or period."""
        if key not in self.at:
            raise KeyError(key)
        return float(self.estimates[self.at.index(key)])

    def __iter__(self) -> Iterator[float]:
        """Iterate over event times, groups or periods."""
        return iter(self.at)

    def __len__(self) -> int:
        """Count the estimates."""
        return len(self.at)

    @property
    def se(self) -> dict[float, float]:
        """Analytic standard error by event time, group or period."""
        return dict(zip(self.at, self.standard_errors.tolist(), strict=True))

    @property
    def covariance(self) -> FloatArray:
        """Covariance (k, k) of `estimates`."""
        return np.asarray(self.influence.T @ self.influence / len(self.influence) ** 2)

    def band(self, n_draws: int = 999, seed: int = 0, level: float = LEVEL) -> Band:
        """Bootstrap the estimates together: see `multiplier_bootstrap`."""
        return multiplier_bootstrap(self.influence, n_draws, seed, level)


def aggregate_cells(
    cells: Mapping[Cell, float],
    influence: FloatArray,
    unit_starts: FloatArray,
    kind: AggregationKind,
    *,
    balance_e: float | None = None,
) -> Aggregation:
    """Average group-time effects (Callaway and Sant'Anna 2021, section 3.1).

    Parameters
    ----------
    cells : mapping
        Effect by (group, period), k of them.
    influence : array (n, k)
    unit_starts : array (n,)
        Group of each unit; its shares are the weights.
    kind : {"simple", "dynamic", "group", "calendar"}
    balance_e : float, optional
        For "dynamic": only groups that are observed up to this event time, and no later event time.

    Returns
    -------
    Aggregation

    Raises
    ------
    InputRefusedError
        For another kind, `balance_e` with another kind than dynamic, or when no cell is left.
    """
    if kind not in KINDS or (balance_e is not None and kind != "dynamic"):
        raise InputRefusedError(f"kind {kind!r} with balance_e={balance_e} is unknown.", where="aggregate")
    groups, times = np.array(list(cells), dtype=np.float64).reshape(-1, 2).T
    event = times - groups
    parts: dict[float, BoolArray] = {}
    after = event >= 0
    if kind == "dynamic":
        used = np.ones(len(event), dtype=np.bool_)
        if balance_e is not None:
            long_enough = times.max() - groups >= balance_e
            used = long_enough & (event <= balance_e) & (event >= balance_e - np.ptp(times))
        parts = {whole(e): used & (event == e) for e in np.unique(event[used])}
        if not any(e >= 0 for e in parts):
            raise InputRefusedError(f"no group is observed {balance_e} periods long.", where="aggregate")
    elif kind == "group":
        parts = {whole(g): after & (groups == g) for g in np.unique(groups[after])}
    elif kind == "calendar":
        parts = {whole(t): after & (times == t) for t in np.unique(times[after])}

    average = _averager(np.array(list(cells.values())), influence, groups, unit_starts)
    averaged = [average(chosen) for chosen in parts.values()]
    estimates = np.array([estimate for estimate, _ in averaged])
    columns = np.column_stack([column for _, column in averaged]) if averaged else influence[:, :0]
    if kind == "simple":
        overall, overall_influence = average(after)
    elif kind == "group":
        over_groups = _averager(estimates, columns, np.array(list(parts)), unit_starts)
        overall, overall_influence = over_groups(np.ones(len(parts), dtype=np.bool_))
    else:
        late = np.array(list(parts)) >= 0 if kind == "dynamic" else np.ones(len(parts), dtype=np.bool_)
        overall, overall_influence = float(estimates[late].mean()), columns[:, late].mean(axis=1)
    return Aggregation(
        kind=kind,
        at=tuple(parts),
        estimates=frozen(estimates),
        standard_errors=frozen(standard_errors(columns)),
        influence=frozen(columns),
        overall=overall,
        overall_se=float(standard_errors(overall_influence[:, None])[0]),
    )


def whole(value: float) -> float:
    """Give a whole number as int, so that keys print and compare as they came."""
    return int(value) if float(value).is_integer() else float(value)


def _averager(
    effects: FloatArray, influence: FloatArray, groups: FloatArray, unit_starts: FloatArray
) -> Callable[[BoolArray], tuple[float, FloatArray]]:
    """Make a function that averages chosen effects by group size, with the influence of the sizes."""
    belongs = (unit_starts[:, None] == groups[None, :]).astype(np.float64)
    shares = belongs.mean(axis=0)

    def average(chosen: BoolArray) -> tuple[float, FloatArray]:
        total = shares[chosen].sum()
        weights = shares[chosen] / total
        estimate = float(weights @ effects[chosen])
        of_shares = (belongs[:, chosen] - shares[chosen]) @ (effects[chosen] - estimate) / total
        return estimate, influence[:, chosen] @ weights + of_shares

    return average
