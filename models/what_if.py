"""What goes with one stage up for an organisation, as far as anything like it was seen. No cause is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from models.errors import InputRefusedError

# A step larger than nearly all that were seen within an organisation is not spoken about (2026: 95 %).
SUPPORT_QUANTILE = 0.95

WhatIfNote = Literal["", "top_stage", "step_not_observed", "level_not_observed"]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """An outcome at the lower end of the next stage, by the estimated association.

    Attributes
    ----------
    index, target : float
        Present index, and the lower end of the next stage; `target` is None at the highest stage.
    step : float or None
        Index points between them.
    expected, low, high : float or None
        Difference of the outcome that goes with the step, with the 95 % interval; None outside the support.
    note : str
        "" or why nothing is said.
    """

    index: float
    target: float | None
    step: float | None
    expected: float | None
    low: float | None
    high: float | None
    note: WhatIfNote


def what_if(
    index: float,
    stage_lowers: Sequence[float],
    effect: tuple[float, float, float],
    observed_changes: npt.ArrayLike,
    observed_index: npt.ArrayLike,
) -> WhatIf:
    """Say what goes with moving to the next stage, within what was observed.

    Parameters
    ----------
    index : float
        Present index, 0..100.
    stage_lowers : sequence of float
        Lower ends of the stages, ascending.
    effect : (estimate, low, high)
        Per +10 index points, in the outcome's unit.
    observed_changes : array
        Changes of the index between waves within organisations; their absolute size is the support.
    observed_index : array
        All observed indexes; a target beyond the highest is not spoken about.

    Raises
    ------
    InputRefusedError
        For an index outside the stages or without any observation.
    """
    changes = np.abs(np.asarray(observed_changes, dtype=np.float64))
    levels = np.asarray(observed_index, dtype=np.float64)
    if not stage_lowers or not index >= stage_lowers[0]:
        raise InputRefusedError("the index lies in no stage.", where="what_if")
    if not np.isfinite(changes).any() or not np.isfinite(levels).any():
        raise InputRefusedError("no change of an index was observed.", where="what_if")
    higher = [lower for lower in stage_lowers if lower > index]
    if not higher:
        return WhatIf(index, None, None, None, None, None, "top_stage")
    target, step = higher[0], higher[0] - index
    if step > np.nanquantile(changes, SUPPORT_QUANTILE):
        return WhatIf(index, target, step, None, None, None, "step_not_observed")
    if target > np.nanmax(levels):
        return WhatIf(index, target, step, None, None, None, "level_not_observed")
    expected, low, high = (part * step / 10 for part in effect)
    return WhatIf(index, target, step, expected, low, high, "")
