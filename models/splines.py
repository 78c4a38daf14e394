"""Natural cubic splines: smooth curves that are straight beyond their outer knots. No fitting here."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray
from models.errors import ConstantExposureError, InputRefusedError

# Where knots stand, as shares of the observations (Harrell 2015, Regression Modeling Strategies, table 2.3).
KNOT_SHARES: dict[int, tuple[float, ...]] = {
    3: (0.10, 0.50, 0.90),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.50, 0.725, 0.95),
}


def spline_knots(x: npt.ArrayLike, n_knots: int = 4) -> FloatArray:
    """Place knots at the customary quantiles.

    Parameters
    ----------
    x : array (n,)
        Finite.
    n_knots : {3, 4, 5}

    Returns
    -------
    array (n_knots,)
        Strictly ascending.

    Raises
    ------
    InputRefusedError
        For another number of knots.
    ConstantExposureError
        When quantiles coincide, so that x has too few distinct values for the knots.
    """
    if n_knots not in KNOT_SHARES:
        raise InputRefusedError(f"{n_knots} knots; choose 3, 4 or 5.", where="spline_knots")
    knots = np.quantile(np.asarray(x, dtype=np.float64), KNOT_SHARES[n_knots])
    if (np.diff(knots) <= 0).any():
        raise ConstantExposureError("too few distinct values to bend a curve through.", where="spline_knots")
    return np.asarray(knots)


def natural_spline(x: npt.ArrayLike, knots: FloatArray, *, slope: bool = False) -> FloatArray:
    """Evaluate the basis whose first column is x itself and whose others measure bending.

    Parameters
    ----------
    x : array (n,)
    knots : array (K,)
        Ascending, at least three; or none, for a straight line.
    slope : bool
        Give the slopes of the columns at x instead.

    Returns
    -------
    array (n, K - 1), or (n, 1) without knots
        In units of x; a straight line has zeros on all columns but the first (Harrell 2015, section 2.4.5:
        restricted cubic splines).
    """
    values = np.asarray(x, dtype=np.float64)
    line = np.ones_like(values) if slope else values
    if len(knots) == 0:
        return line[:, None]
    *inner, before, last = knots

    def beyond(knot: float) -> FloatArray:
        rest = np.clip(values - knot, 0, None)
        return np.asarray(3 * rest**2 if slope else rest**3)

    gap, scale = last - before, (last - knots[0]) ** 2
    bends = [beyond(k) - beyond(before) * (last - k) / gap + beyond(last) * (before - k) / gap for k in inner]
    return np.column_stack([line, *(bend / scale for bend in bends)])
