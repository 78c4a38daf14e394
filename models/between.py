"""The adjusted comparison between organisations (M1): its rows, design and controls. No fitting here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, IntArray, dependent_columns, dummies
from models.errors import AllMissingError, ConstantExposureError, ConstantOutcomeError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class BetweenDesign:
    """One outcome on one exposure with controls, rows complete and columns independent.

    Attributes
    ----------
    y, x : array (n,)
    controls : array (n, k)
        A constant first, then period dummies, dummies of the categories, numeric controls; columns that the
        earlier ones already hold are left out.
    names : tuple of k str
        `category=level` for dummies.
    groups : array (n,)
        Organisation of each row.
    positions : int array (n,)
        Row of the frame that was given.
    periods : tuple of str
        Distinct periods used, ascending, as ISO dates.
    """

    y: FloatArray
    x: FloatArray
    controls: FloatArray
    names: tuple[str, ...]
    groups: npt.NDArray[Any]
    positions: IntArray
    periods: tuple[str, ...]

    @property
    def X(self) -> FloatArray:
        """Exposure first, then the controls: (n, 1 + k)."""
        return np.column_stack([self.x, self.controls])

    def columns_of(self, control: str) -> list[int]:
        """Positions in `controls` of a numeric control or of all dummies of a category."""
        return [j for j, name in enumerate(self.names) if name == control or name.startswith(control + "=")]


def between_design(
    frame: pd.DataFrame,
    outcome: str,
    exposure: str,
    categories: Sequence[str],
    numeric: Sequence[str],
    *,
    unit: str = "organization_id",
    period: str = "period",
) -> BetweenDesign:
    """Build the design of the adjusted comparison from rows that have everything.

    Parameters
    ----------
    frame : DataFrame
        One row per unit and period.
    outcome, exposure : str
    categories, numeric : sequence of str
        Controls that become dummies, and controls that enter as they are; periods are always controlled.
    unit, period : str

    Raises
    ------
    AllMissingError, ConstantOutcomeError, ConstantExposureError
    """
    values = frame[[outcome, exposure, *numeric]].to_numpy(dtype=np.float64, na_value=np.nan)
    keep = np.isfinite(values).all(axis=1) & frame[list(categories)].notna().all(axis=1).to_numpy()
    if not keep.any():
        raise AllMissingError(f"no row has {outcome}, the index and every control.", where="M1")
    rows, values = frame.loc[keep], values[keep]
    y, x = values[:, 0], values[:, 1]
    for column, name, error in ((y, outcome, ConstantOutcomeError), (x, exposure, ConstantExposureError)):
        if np.ptp(column) == 0:
            raise error(f"{name} has one value in every row.", where="M1")
    blocks = [dummies(rows[period], period), *(dummies(rows[name], name) for name in categories)]
    ones = np.ones((len(rows), 1))
    controls: FloatArray = np.column_stack([ones, *(block for block, _ in blocks), values[:, 2:]])
    names = ["constant", *(name for _, block in blocks for name in block), *numeric]
    redundant = set(dependent_columns(np.column_stack([controls, x])))
    if controls.shape[1] in redundant:
        raise ConstantExposureError("the controls explain the index exactly.", where="M1")
    used = [j for j in range(controls.shape[1]) if j not in redundant]
    return BetweenDesign(
        y=y,
        x=x,
        controls=controls[:, used],
        names=tuple(names[j] for j in used),
        groups=rows[unit].to_numpy(),
        positions=np.flatnonzero(keep),
        periods=tuple(str(label)[:10] for label in np.unique(rows[period])),
    )
