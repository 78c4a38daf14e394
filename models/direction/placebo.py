"""Fixed effects that ask about order in time: leads that must not predict, movement before against after."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray
from models.errors import InputRefusedError, TooFewPeriodsError
from models.estimate import Fit
from models.inputs import floats
from models.panel import two_way_within

LEAD = "x_lead"


def lead_placebo(x: npt.ArrayLike, y: npt.ArrayLike) -> Fit:
    """Regress y of each period on x of the period and x of the next, with unit and period effects.

    What has not happened yet cannot have moved y: where `x_lead` counts, y came before x or something moved
    both.

    Parameters
    ----------
    x, y : arrays (units, periods)
        y of a period must be over before x of the next is measured. NaN where unknown.

    Returns
    -------
    Fit
        `x_lead` first, then `x`; clustered by unit (CR1).

    Raises
    ------
    TooFewPeriodsError, InputRefusedError, and those of `two_way_within`
    """
    exposure, outcome = _tables(x, y)
    return _within(outcome[:, :-1], {LEAD: exposure[:, 1:], "x": exposure[:, :-1]})


def movement_order(x: npt.ArrayLike, around: npt.ArrayLike) -> Fit:
    """Regress the outcome after a wave minus before it on x of the wave, beside x of both neighbours.

    Something that moves both at once is seen as much before the wave as after it, so the coefficient of `x`
    is zero. It is positive (for a rising outcome) where x moved first, negative where the outcome did.

    Parameters
    ----------
    x, around : arrays (units, waves)
        `around` is the outcome of the months after the wave's own month minus that of as many before.

    Returns
    -------
    Fit
        `x` first, then `x_before` and `x_after`; clustered by unit (CR1).
    """
    exposure, change = _tables(x, around)
    neighbours = {"x": exposure[:, 1:-1], "x_before": exposure[:, :-2], "x_after": exposure[:, 2:]}
    return _within(change[:, 1:-1], neighbours)


def _tables(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    exposure, outcome = (floats(values) for values in (x, y))
    if exposure.ndim != 2 or exposure.shape != outcome.shape:
        raise InputRefusedError(
            f"x {exposure.shape} and y {outcome.shape} are not units by periods.", where="placebo"
        )
    if exposure.shape[1] < 3:
        raise TooFewPeriodsError(
            f"{exposure.shape[1]} periods leave no lead beside unit effects.", where="placebo"
        )
    return exposure, outcome


def _within(outcome: FloatArray, columns: dict[str, FloatArray]) -> Fit:
    import pandas as pd

    units, periods = (axis.ravel() for axis in np.indices(outcome.shape))
    frame = pd.DataFrame(
        {"y": outcome.ravel(), **{name: values.ravel() for name, values in columns.items()}}
    ).assign(unit=units, period=periods)
    exposure, *controls = columns
    return two_way_within(frame, "y", exposure, controls, "unit", "period")
