"""The t distribution by scipy.special: scipy.stats, with the same digits, takes a second to load."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, library


def student_quantile(share: float, freedom: npt.ArrayLike) -> FloatArray:
    """Give the quantile of the t distribution below which a share of it lies."""
    quantile: FloatArray = library("scipy.special").stdtrit(freedom, share)
    return quantile


def student_tail(t: npt.ArrayLike, freedom: npt.ArrayLike) -> FloatArray:
    """Give the probability above `t`, which is not negative."""
    tail: FloatArray = library("scipy.special").stdtr(freedom, -np.asarray(t, dtype=np.float64))
    return tail
