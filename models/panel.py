"""Two-way fixed effects by demeaning within units. Which outcomes and controls to use is not decided here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from models.arrays import FloatArray, IntArray, demean, dependent_columns, dummies, group_codes
from models.errors import AllMissingError, ConstantExposureError, ConstantOutcomeError, TooFewUnitsError
from models.estimate import CovarianceKind, Fit, ols, ols_each
from models.inputs import floats, known_option, need_columns, several

if TYPE_CHECKING:
    import pandas as pd

# Within variation below this share of the column's size is rounding, not change.
NO_CHANGE = 1e-10
# HC3 of demeaned rows would leave the unit effects out of the leverages.
COVARIANCES = ("cluster", "CR2", "classical")


@dataclass(frozen=True, slots=True, eq=False)
class WithinDesign:
    """A two-way panel with the unit effects taken out.

    Attributes
    ----------
    y : array (n,)
    X : array (n, k)
        Exposure first, then controls, period dummies and a constant; all but the constant demeaned within
        units with the grand mean added back.
    names : tuple of k str
    units : int array (n,)
        Unit number of each row, in sorted order of the labels.
    unit_labels : tuple of str
    positions : int array (n,)
        Row of the frame that was given.
    periods : tuple
        Distinct periods used, ascending.
    n_dropped : int
        Rows left out: missing values, and rows that are alone in their unit or period.
    n_redundant : int
        Controls or period dummies left out because the others already hold them.
    """

    y: FloatArray
    X: FloatArray
    names: tuple[str, ...]
    units: IntArray
    unit_labels: tuple[str, ...]
    positions: IntArray
    periods: tuple[object, ...]
    n_dropped: int
    n_redundant: int


def two_way_within(
    frame: pd.DataFrame,
    outcome: str,
    exposure: str,
    controls: str | Sequence[str] | None,
    unit: str,
    period: str,
    covariance: CovarianceKind = "cluster",
) -> Fit:
    """Fit y on x with unit and period effects.

    Rows with a missing value or label and rows alone in their unit or period are dropped; the rest is
    demeaned within units and period dummies are kept, which is exact for unbalanced panels
    (Frisch-Waugh-Lovell).

    Parameters
    ----------
    frame : DataFrame
        One row per unit and period. Several are fitted as the rows they are: nothing is summed or left out.
    outcome, exposure, unit, period : str
        Column names.
    controls : str, sequence of str or None
        Further numeric columns.
    covariance : {"cluster", "CR2", "classical"}
        Clustered by unit. Degrees of freedom: unit effects are nested in the clusters and are not counted in
        the CR1 factor G/(G-1) (n-1)/(n-k), where k counts exposure, controls, period dummies and the
        constant (Stata's `xtreg, fe`, Cameron and Miller 2015, section III.B); t has G-1. "classical" counts
        the unit effects.

    Returns
    -------
    Fit
        Exposure first, then controls, period dummies, constant.

    Raises
    ------
    AllMissingError, TooFewUnitsError, ConstantExposureError, ConstantOutcomeError, InputRefusedError
    """
    return fit_within(within_design(frame, outcome, exposure, controls, unit=unit, period=period), covariance)


def fit_within(design: WithinDesign, covariance: CovarianceKind = "cluster") -> Fit:
    """Fit a `WithinDesign` by OLS, clustered by unit."""
    known_option(covariance, COVARIANCES, where="two_way_within")
    absorbed = (len(design.unit_labels) - 1) * (covariance == "classical")
    fit = ols(design.y, design.X, design.names, design.units, covariance, n_absorbed=absorbed)
    return replace(fit, n_dropped=design.n_dropped)


def fit_within_both(design: WithinDesign) -> tuple[Fit, Fit]:
    """Fit a `WithinDesign` once, clustered by unit (CR1) and by CR2."""
    first, second = ols_each(design.y, design.X, design.names, design.units, ("cluster", "CR2"))
    return replace(first, n_dropped=design.n_dropped), replace(second, n_dropped=design.n_dropped)


def within_design(
    frame: pd.DataFrame,
    outcome: str,
    exposure: str,
    controls: str | Sequence[str] | None,
    *,
    unit: str,
    period: str,
) -> WithinDesign:
    """Build the demeaned design of `two_way_within`; same parameters and errors."""
    controls = several(controls)
    numeric = [outcome, exposure, *controls]
    need_columns(frame, [*numeric, unit, period], where="two_way_within")
    values = floats(frame[numeric])
    labelled = frame[[unit, period]].notna().all(axis=1).to_numpy()
    keep = np.isfinite(values).all(axis=1) & labelled
    if not keep.any():
        raise AllMissingError(f"no row has both {outcome} and {exposure}.", where="two_way_within")
    codes = np.zeros((2, len(frame)), dtype=np.int64)
    codes[:, labelled] = [group_codes(frame.loc[labelled, key])[0] for key in (unit, period)]
    keep = _without_singletons(keep, *codes)
    if not keep.any():
        raise TooFewUnitsError(
            f"no {unit} has {outcome} and {exposure} in two periods.",
            where="two_way_within",
            remedy="Add periods.",
        )
    positions = np.flatnonzero(keep)
    positions = positions[np.lexsort((codes[1][keep], codes[0][keep]))]
    rows = frame.iloc[positions]
    values = values[positions]
    units, n_units = group_codes(rows[unit])
    columns, period_names = dummies(rows[period], period)

    raw = np.column_stack([values, columns])
    within = demean(raw, units, n_units)
    for j, error in ((0, ConstantOutcomeError), (1, ConstantExposureError)):
        if np.linalg.norm(within[:, j]) <= NO_CHANGE * max(float(np.linalg.norm(raw[:, j])), 1e-300):
            raise error(
                f"{numeric[j]} never changes within a {unit}.", where="two_way_within", remedy="Add periods."
            )

    # The exposure is judged last: a redundant dummy or control goes, an exposure that they explain is
    # refused.
    order = [*range(2 + len(controls), raw.shape[1]), *range(2, 2 + len(controls)), 1]
    redundant = {order[position] for position in dependent_columns(within[:, order])}
    if 1 in redundant:
        told = f"is told by {', '.join(controls)}" if controls else f"changes in step in every {unit}"
        raise ConstantExposureError(
            f"{exposure} {told}: nothing is left beside the period effects.", where="two_way_within"
        )
    names = [*numeric, *period_names]
    used = [j for j in range(1, raw.shape[1]) if j not in redundant]
    centred = within + raw.mean(axis=0)
    return WithinDesign(
        y=centred[:, 0],
        X=np.column_stack([centred[:, used], np.ones(len(rows))]),
        names=(*(names[j] for j in used), "constant"),
        units=units,
        unit_labels=tuple(str(label) for label in np.unique(rows[unit])),
        positions=positions,
        periods=tuple(np.unique(rows[period])),
        n_dropped=len(frame) - len(rows),
        n_redundant=len(redundant),
    )


def _without_singletons(
    keep: np.ndarray[tuple[int], np.dtype[np.bool_]], *keys: IntArray
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    while True:
        before = int(keep.sum())
        for codes in keys:
            counts = np.bincount(codes[keep], minlength=int(codes.max()) + 1)
            keep = keep & (counts[codes] > 1)
        if int(keep.sum()) == before:
            return keep
