"""From the monthly panel to series by wave in which both cross paths respect the order of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, IntArray, frozen
from models.effects import EXPOSURE
from models.errors import AllMissingError, InputRefusedError
from models.panel_gate import LEAD_MONTHS

if TYPE_CHECKING:
    import pandas as pd

WHERE = "wave_series"
# A half-year less the wave's own month: the longest stretch on either side of a wave.
SIDE_MONTHS = 5
# Below this share of its months a stretch says too little.
MINIMUM_COVERAGE = 0.5
# Figures on fewer organisations are not published (method, suppression), and say little about a wave.
MINIMUM_PER_WAVE = 10


@dataclass(frozen=True, slots=True, eq=False)
class WaveSeries:
    """Index and outcome by organisation and wave; arrays (n_units, n_waves), NaN where unknown.

    Attributes
    ----------
    outcome : str
    units, waves, months : tuples of str
        Organisations and wave names in order; first month of each wave as YYYY-MM.
    x : array
        Index per ten points as measured in the wave. Never carried forward.
    y : array
        Outcome of the months that answer to the wave before: from `LEAD_MONTHS` after its start until
        `LEAD_MONTHS` after the start of this one. x of a wave lies before y of the next, and y of a wave
        before x of the next.
    until_next : array
        Outcome of the last quarter before the next wave; NaN in the last wave.
    around : array
        Outcome of the months after the wave's first month minus that of as many months before it.
    gap_months : float
        Mean distance of two waves.
    n_set_aside : int
        Waves left out: too few organisations, or nearer than a quarter to the wave before.
    """

    outcome: str
    units: tuple[str, ...]
    waves: tuple[str, ...]
    months: tuple[str, ...]
    x: FloatArray
    y: FloatArray
    until_next: FloatArray
    around: FloatArray
    gap_months: float
    n_set_aside: int


def wave_series(frame: pd.DataFrame, outcome: str) -> WaveSeries:
    """Bring the monthly panel to index and outcome by wave.

    Parameters
    ----------
    frame : DataFrame
        `fct_maturity_impact`: one row per organisation_id and period (first day of month) with `wave`,
        `index_per_10` and the outcome. Where `<outcome>_numerator` and `<outcome>_denominator` are there a
        stretch is their sums divided; otherwise it is the mean of its months. An index marked low in
        reliability is left out.
    outcome : str

    Returns
    -------
    WaveSeries

    Raises
    ------
    InputRefusedError
        When a column is missing.
    AllMissingError
        When no wave, index or outcome is known.
    """
    needed = ["organization_id", "period", "wave", EXPOSURE, outcome]
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise InputRefusedError(f"columns are missing: {', '.join(missing)}.", where=WHERE)
    rows = frame.sort_values(["organization_id", "period"], kind="stable")
    units, unit = np.unique(rows["organization_id"].to_numpy(dtype=str), return_inverse=True)
    month = rows["period"].to_numpy().astype("datetime64[M]").astype(np.int64)
    labels, starts, x = _measured(rows, unit, month, len(units))
    kept = _apart(starts, np.isfinite(x).sum(axis=0) >= MINIMUM_PER_WAVE)
    begin, gaps = starts[kept], np.diff(starts[kept])
    before = int(gaps[0]) if len(gaps) else 2 * LEAD_MONTHS
    side = min(SIDE_MONTHS, int(gaps.min()) - 1) if len(gaps) else SIDE_MONTHS

    over = Stretches.of(rows, outcome, unit, month, len(units))
    length = np.concatenate([[min(before, 2 * LEAD_MONTHS)], gaps])
    y = over.between(begin + LEAD_MONTHS - length, begin + LEAD_MONTHS - 1)
    quarter = over.between(begin - LEAD_MONTHS, begin - 1)
    until_next = np.column_stack([quarter[:, 1:], np.full(len(units), np.nan)])
    around = over.between(begin + 1, begin + side) - over.between(begin - side, begin - 1)
    known = np.flatnonzero(np.isfinite(y).sum(axis=0) >= MINIMUM_PER_WAVE)
    if not len(known):
        raise AllMissingError(
            f"no wave has {outcome} and the index of {MINIMUM_PER_WAVE} organisations.", where=WHERE
        )
    return WaveSeries(
        outcome=outcome,
        units=tuple(str(name) for name in units),
        waves=tuple(labels[kept[w]] for w in known),
        months=tuple(str(np.datetime64(int(begin[w]), "M")) for w in known),
        x=frozen(x[:, kept][:, known]),
        y=frozen(y[:, known]),
        until_next=frozen(until_next[:, known]),
        around=frozen(around[:, known]),
        gap_months=float(gaps.mean()) if len(gaps) else float("nan"),
        n_set_aside=len(starts) - len(known),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Running sums (n_units, n_months + 1) of what a stretch of months is divided out of."""

    first_month: int
    numerator: FloatArray
    denominator: FloatArray
    n_known: FloatArray

    @classmethod
    def of(cls, rows: pd.DataFrame, outcome: str, unit: IntArray, month: IntArray, n_units: int) -> Stretches:
        """Add up the outcome, or its numerator and denominator where the panel has both."""
        parts = [f"{outcome}_numerator", f"{outcome}_denominator"]
        is_ratio = all(name in rows.columns for name in parts)
        values = rows[parts if is_ratio else [outcome]].to_numpy(dtype=np.float64, na_value=np.nan)
        known = np.isfinite(values).all(axis=1)
        if is_ratio:
            known &= values[:, 1] != 0
        first = int(month.min())
        grid = np.zeros((3, n_units, int(month.max()) - first + 2))
        place = (unit[known], month[known] - first + 1)
        grid[0][place] = values[known, 0]
        grid[1][place] = values[known, 1] if is_ratio else 1.0
        grid[2][place] = 1.0
        return cls(first, *np.cumsum(grid, axis=2))

    def between(self, first: IntArray, last: IntArray) -> FloatArray:
        """Give the outcome of each stretch, both months included (n_units, n_stretches)."""
        n_months = self.n_known.shape[1] - 1
        start = np.clip(first - self.first_month, 0, n_months)
        end = np.clip(last + 1 - self.first_month, 0, n_months)
        top, bottom, known = (
            sums[:, end] - sums[:, start] for sums in (self.numerator, self.denominator, self.n_known)
        )
        enough = (known >= MINIMUM_COVERAGE * (last - first + 1)) & (known > 0) & (bottom != 0)
        return np.asarray(np.divide(top, bottom, out=np.full(top.shape, np.nan), where=enough))


def _measured(
    rows: pd.DataFrame, unit: IntArray, month: IntArray, n_units: int
) -> tuple[tuple[str, ...], IntArray, FloatArray]:
    """Names and first months of the waves in order of time, and the index as each measured it."""
    named = rows["wave"].notna().to_numpy()
    if not named.any():
        raise AllMissingError("no row names its wave.", where=WHERE, remedy="Deliver an assessment.")
    labels, wave = np.unique(rows.loc[named, "wave"].to_numpy(dtype=str), return_inverse=True)
    starts = np.full(len(labels), np.iinfo(np.int64).max)
    np.minimum.at(starts, wave, month[named])
    index = rows.loc[named, EXPOSURE].to_numpy(dtype=np.float64, na_value=np.nan)
    if "is_low_reliability" in rows.columns:
        low = rows.loc[named, "is_low_reliability"].fillna(False).to_numpy(dtype=np.bool_)
        index = np.where(low, np.nan, index)
    x = np.full((n_units, len(labels)), np.nan)
    x[unit[named], wave] = index
    order = np.argsort(starts, kind="stable")
    return tuple(str(labels[w]) for w in order), starts[order], x[:, order]


def _apart(starts: IntArray, enough: npt.NDArray[np.bool_]) -> list[int]:
    """Keep the waves with enough organisations that begin at least a quarter after the one kept before."""
    kept: list[int] = []
    for w in np.flatnonzero(enough):
        if not kept or starts[w] - starts[kept[-1]] >= LEAD_MONTHS:
            kept.append(int(w))
    return kept
