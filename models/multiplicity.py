"""Adjustment of p-values for many questions. Which questions form a family is decided in `analysis`."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, frozen
from models.errors import InputRefusedError
from models.inputs import one_column

Adjustment = Literal["holm", "bh"]


def adjust(p_values: npt.ArrayLike, method: Adjustment = "holm") -> FloatArray:
    """Adjust p-values within one family.

    Parameters
    ----------
    p_values : array (m,)
        In [0, 1]; NaN (not estimable) stays NaN and is not counted in the family.
    method : {"holm", "bh"}
        holm: family-wise error (Holm 1979). bh: false discovery rate (Benjamini and Hochberg 1995).

    Returns
    -------
    array (m,)

    Raises
    ------
    InputRefusedError
        For a value outside [0, 1] or another method.
    """
    p = one_column(p_values)
    known = p[~np.isnan(p)]
    if ((known < 0) | (known > 1)).any():
        raise InputRefusedError("p-values must lie between 0 and 1.", where="adjust")
    m, order = len(known), np.argsort(known, kind="stable")
    ranked = known[order]
    if method == "holm":
        stepped = np.maximum.accumulate((m - np.arange(m)) * ranked)
    elif method == "bh":
        stepped = np.minimum.accumulate((m / np.arange(1, m + 1) * ranked)[::-1])[::-1]
    else:
        raise InputRefusedError(f"unknown method {method!r}; use 'holm' or 'bh'.", where="adjust")
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(stepped, 1.0)
    out = np.full(len(p), np.nan)
    out[~np.isnan(p)] = adjusted
    return frozen(out)
