"""A long panel -> outcomes by unit and period and the period of first treatment. No estimation here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.arrays import BoolArray, FloatArray, IntArray, frozen, group_codes
from models.errors import (
    AllMissingError,
    ConstantExposureError,
    InputRefusedError,
    TooFewPeriodsError,
)
from models.inputs import floats, need_columns

if TYPE_CHECKING:
    import pandas as pd

WHERE = "group_time_att"


@dataclass(frozen=True, slots=True, eq=False)
class Cohorts:
    """Units by the period in which they were first treated.

    Attributes
    ----------
    outcomes : array (n, T)
        NaN where a unit is not observed.
    covariates : array (n, T, p)
        NaN where unknown.
    starts : array (n,)
        Period of first treatment; infinity for units untreated until the last period.
    periods : array (T,)
        Ascending.
    units : tuple of str
    n_already_treated : int
        Units left out because they are treated from the first period on.
    n_dropped : int
        Rows left out because the outcome is missing.
    """

    outcomes: FloatArray
    covariates: FloatArray
    starts: FloatArray
    periods: FloatArray
    units: tuple[str, ...]
    n_already_treated: int
    n_dropped: int


def make_cohorts(
    frame: pd.DataFrame,
    outcome: str,
    unit: str,
    period: str,
    first_treated: str,
    covariates: Sequence[str] = (),
) -> Cohorts:
    """Lay a long panel out by unit and period.

    Parameters and errors are those of `group_time_att`.
    """
    need_columns(frame, [outcome, unit, period, first_treated, *covariates], where=WHERE)
    if frame[unit].isna().any() or frame[period].isna().any():
        raise InputRefusedError(f"{unit} or {period} is empty in some rows.", where=WHERE)
    for name in (period, first_treated):
        if frame[name].dtype.kind not in "iuf":
            raise InputRefusedError(
                f"{name} holds no numbers.", where=WHERE, remedy="Number the periods, such as 2024 or 8096."
            )
    values = floats(frame[[outcome, *covariates]])
    known = np.isfinite(values[:, 0])
    if not known.any():
        raise AllMissingError(f"no row has {outcome}.", where=WHERE)
    rows, values = frame.loc[known], values[known]
    codes, n_units = group_codes(rows[unit].to_numpy())
    times = rows[period].to_numpy(dtype=np.float64)
    periods, at = np.unique(times, return_inverse=True)
    if len(periods) < 2:
        raise TooFewPeriodsError("there is one period only.", where=WHERE, remedy="Add periods.")
    if len(np.unique(codes * len(periods) + at)) < len(codes):
        raise InputRefusedError(
            f"a {unit} has two rows in one {period}.", where=WHERE, remedy="Fix the grain."
        )
    starts = _starts(rows[first_treated].to_numpy(dtype=np.float64, na_value=np.nan), codes, n_units, unit)
    starts[starts > periods[-1]] = np.inf
    grid = np.full((n_units, len(periods), values.shape[1]), np.nan)
    grid[codes, at] = values
    keep = starts > periods[0]
    _need_an_event(starts, keep, period)
    return Cohorts(
        outcomes=frozen(grid[keep, :, 0]),
        covariates=frozen(grid[keep, :, 1:]),
        starts=frozen(starts[keep]),
        periods=frozen(periods),
        units=tuple(str(label) for label, kept in zip(np.unique(rows[unit]), keep, strict=True) if kept),
        n_already_treated=int((~keep).sum()),
        n_dropped=int((~known).sum()),
    )


def _starts(column: FloatArray, codes: IntArray, n_units: int, unit: str) -> FloatArray:
    """Give each unit's first treated period; 0, missing and infinite mean never."""
    never = ~np.isfinite(column) | (column == 0)
    column = np.where(never, np.inf, column)
    starts = np.full(n_units, np.inf)
    starts[codes] = column
    if (starts[codes] != column).any():
        raise InputRefusedError(
            f"the period of first treatment differs between the rows of one {unit}.",
            where=WHERE,
            remedy="It is a property of the unit: 0 or empty when it is never treated.",
        )
    return starts


def _need_an_event(starts: FloatArray, keep: BoolArray, period: str) -> None:
    if not np.isfinite(starts).any():
        raise ConstantExposureError("no unit is treated within the periods.", where=WHERE)
    if not np.isfinite(starts[keep]).any():
        raise TooFewPeriodsError(
            "every treated unit is treated from the first period on, so there is no period before.",
            where=WHERE,
            remedy=f"Add an earlier {period}.",
        )
