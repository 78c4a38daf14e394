"""The monthly panel -> quarters and the quarter of each organisation's first rise to a higher stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from contracts.instrument import load_instrument
from models.arrays import FloatArray
from models.errors import AllMissingError, InputRefusedError

if TYPE_CHECKING:
    import pandas as pd

UNIT, QUARTER, FIRST_TREATED = "organization_id", "quarter", "first_treated"
INDEX, STAGE, POINTS_TO_RISE = "integration_index", "stage", "points_to_rise"
MONTHS_PER_QUARTER = 3
LOG = "log_"


@dataclass(frozen=True, slots=True, eq=False)
class StageJumps:
    """Quarters of the organisations whose stage is known and can rise.

    Attributes
    ----------
    frame : DataFrame
        organization_id, quarter (year times four plus 0 to 3), first_treated (0 when never), points_to_rise
        (index points from here to the stage above the first), integration_index, one column for each outcome;
        sorted.
    n_risen, n_never : int
        Organisations seen on a higher stage than their first, and those never seen there.
    n_fell_back : int
        Of the risen: seen back on their first stage or lower afterwards. They stay treated.
    n_fell : int
        Of the never risen: seen below their first stage. They stay comparisons.
    n_highest_from_start : int
        Left out: they stand on the highest stage from the start and cannot rise.
    n_never_assessed : int
        Left out: no stage in any full quarter.
    """

    frame: pd.DataFrame
    n_risen: int
    n_never: int
    n_fell_back: int
    n_fell: int
    n_highest_from_start: int
    n_never_assessed: int


def stage_jumps(panel: pd.DataFrame, outcomes: Sequence[str]) -> StageJumps:
    """Find the first quarter in which each organisation stands on a higher stage than in its first wave.

    A rise counts once and for good: an organisation that falls back later stays treated, one that rises again
    keeps its first quarter, and one that only falls stays a comparison. The first stage is that of the first
    assessment, however late; quarters before it say nothing about the stage and are left out, as are quarters
    without a stage in force before a rise. Those on the highest stage from the start cannot rise and are left
    out. A quarter counts when all its three months are in the panel.

    Parameters
    ----------
    panel : DataFrame
        One row per organisation and month: organization_id, period (first day), stage and integration_index
        (may be missing), and each outcome. Ratios are pooled from `<outcome>_numerator` and `_denominator`
        where the panel has them, logarithms (`log_<name>`) are taken of the quarter's mean of `<name>`, and
        everything else is the mean of the three months.
    outcomes : sequence of str

    Returns
    -------
    StageJumps

    Raises
    ------
    InputRefusedError
        When a column is missing.
    AllMissingError
        When no organisation has a stage in a full quarter.
    """
    missing = [name for name in (UNIT, "period", STAGE, INDEX, *outcomes) if name not in panel.columns]
    if missing:
        raise InputRefusedError(f"columns are missing: {', '.join(missing)}.", where="stage_jumps")
    # Sorted, so that sums come out the same to the last digit whatever the row order.
    quarters = _quarters(panel.sort_values([UNIT, "period"]), outcomes)
    first = quarters.dropna(subset=STAGE).groupby(UNIT).first()
    if first.empty:
        raise AllMissingError("no organisation has a stage in a full quarter.", where="stage_jumps")
    first_stage, first_quarter = (quarters[UNIT].map(first[name]) for name in (STAGE, QUARTER))
    risen_at = quarters.loc[quarters[STAGE] > first_stage].groupby(UNIT)[QUARTER].min()
    starts = quarters[UNIT].map(risen_at)
    after = quarters[QUARTER] >= starts
    lower_bounds = np.array([stage.lower for stage in load_instrument().stages])
    keep = (first_stage < len(lower_bounds)) & (quarters[QUARTER] >= first_quarter)
    keep &= quarters[STAGE].notna() | after
    next_bound = first_stage.map(dict(enumerate(lower_bounds)))

    def count(where: pd.Series[bool]) -> int:
        return int(quarters.loc[where & keep, UNIT].nunique())

    columns = {FIRST_TREATED: starts.fillna(0), POINTS_TO_RISE: next_bound - quarters[INDEX]}
    frame = quarters.assign(**columns).loc[keep]
    return StageJumps(
        frame=frame[[UNIT, QUARTER, *columns, INDEX, *outcomes]].reset_index(drop=True),
        n_risen=count(starts.notna()),
        n_never=count(starts.isna()),
        n_fell_back=count(after & (quarters[STAGE] <= first_stage)),
        n_fell=count(starts.isna() & (quarters[STAGE] < first_stage)),
        n_highest_from_start=int((first[STAGE] == len(lower_bounds)).sum()),
        n_never_assessed=int(panel[UNIT].nunique() - len(first)),
    )


def _quarters(panel: pd.DataFrame, outcomes: Sequence[str]) -> pd.DataFrame:
    """Bring full quarters to one row, sorted by organisation and quarter."""
    months = panel["period"].to_numpy().astype("datetime64[M]").astype(np.int64)
    keyed = panel.assign(**{QUARTER: 1970 * 4 + months // MONTHS_PER_QUARTER})
    groups = keyed.groupby([UNIT, QUARTER], sort=True)
    quarters = groups.size().rename("months").to_frame()
    quarters[STAGE] = groups[STAGE].max().astype("float64")
    quarters[INDEX] = groups[INDEX].mean().astype("float64")
    for outcome in outcomes:
        quarters[outcome] = pooled(keyed, outcome, [UNIT, QUARTER])
    full = quarters["months"] == MONTHS_PER_QUARTER
    return quarters.loc[full].drop(columns="months").reset_index()


def pooled(panel: pd.DataFrame, outcome: str, by: Sequence[str]) -> pd.Series[float]:
    """Bring a monthly outcome to one value per group of rows: see `stage_jumps`."""
    import pandas as pd

    keys = [panel[name] for name in by]

    def numbers(name: str) -> pd.Series[float]:
        values: FloatArray = panel[name].to_numpy(dtype=np.float64, na_value=np.nan)
        return pd.Series(values, index=panel.index)

    above, below = f"{outcome}_numerator", f"{outcome}_denominator"
    if above in panel.columns and below in panel.columns:
        both = numbers(above).notna() & (numbers(below) > 0)
        sums = [numbers(name).where(both).groupby(keys).sum(min_count=1) for name in (above, below)]
        return sums[0] / sums[1]
    base = outcome.removeprefix(LOG)
    if base != outcome and base in panel.columns:
        level = numbers(base).groupby(keys).mean(skipna=False)
        return level.where(level > 0).map(np.log)
    return numbers(outcome).groupby(keys).mean(skipna=False)
