"""Signs that a file's numbers are on another scale than the declared one. Single answers: answers.py."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.refusals import Refusals

_ENOUGH = 50
"""Numbers after which a scale without its lowest one is told: with five equal levels one file in 70,000."""


def odd_scale(
    deliveries: pd.Series,
    numbers: npt.NDArray[np.float64],
    scales: Sequence[tuple[float, float]],
    refusals: Refusals,
) -> list[str]:
    """Refuse files whose numbers go beyond the scale while its lowest number is never chosen.

    Such a file is on another scale (1 to 5, say), and its other numbers would be taken for what they are not.

    Parameters
    ----------
    numbers : array of float, shape (n, k)
        Numbers written, responses by columns; NaN where a word or nothing was.
    scales : lowest and highest number of each column.

    Returns
    -------
    list of str
        Warnings about files that never use the lowest number.
    """
    low = np.array([scale[0] for scale in scales])
    ends = np.array([sorted(scale) for scale in scales])
    with np.errstate(invalid="ignore"):
        beyond, lowest = (numbers < ends[:, 0]) | (numbers > ends[:, 1]), numbers == low
    written = ~np.isnan(numbers)
    warnings = []
    for delivery in pd.unique(deliveries):
        rows = (deliveries == delivery).to_numpy(dtype=bool)
        if lowest[rows].any():
            continue
        if beyond[rows].any():
            refusals.add("items", "items:other_scale", rows & written.any(axis=1))
        elif (count := int(written[rows].sum())) >= _ENOUGH:
            warnings.append(
                f"not one of {count} numbers is the lowest of the scale ({low[0]:g}); if the export counts "
                "from another number, declare its numbers under values, answer_level"
            )
    return warnings
