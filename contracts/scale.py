"""Signs that a file's numbers are on another scale than the declared one. Single answers: answers.py."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.instrument import HIGHEST_LEVEL
from contracts.refusals import Refusals

_ENOUGH = 50
"""Numbers after which a scale without its lowest one is told: with five equal levels one file in 70,000."""


def odd_scale(
    deliveries: pd.Series,
    numbers: npt.NDArray[np.float64],
    scales: Sequence[tuple[float, float]],
    refusals: Refusals,
) -> list[str]:
    """Refuse files whose numbers are those of another scale; the others would be taken for what they are not.

    Such a file never uses one end of the declared scale, and goes beyond the other by one step (1 to 5 where
    0 to 4 is declared) or in several numbers (1 to 10). A single number far off may be a code for no answer;
    it refuses its own response only.

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
    levels = _levels(numbers, scales)
    written = ~np.isnan(levels)
    warnings = []
    for delivery in pd.unique(deliveries):
        rows = (deliveries == delivery).to_numpy(dtype=bool)
        found = set(levels[rows][written[rows]].tolist())
        if _is_other(found):
            refusals.add("items", "items:other_scale", rows & written.any(axis=1))
        elif found and 0 not in found and (count := int(written[rows].sum())) >= _ENOUGH:
            warnings.append(
                f"not one of {count} numbers is the lowest of the scale ({scales[0][0]:g}); if the export "
                "counts from another number, declare its numbers under values, answer_level"
            )
    return warnings


def _levels(
    numbers: npt.NDArray[np.float64], scales: Sequence[tuple[float, float]]
) -> npt.NDArray[np.float64]:
    """Numbers as levels of their scales, also beyond them."""
    low, high = np.array([scale[0] for scale in scales]), np.array([scale[1] for scale in scales])
    levels: npt.NDArray[np.float64] = (numbers - low) / (high - low) * HIGHEST_LEVEL
    return levels


def _is_other(levels: set[float]) -> bool:
    above = {level for level in levels if level > HIGHEST_LEVEL}
    is_above = 0 not in levels and (HIGHEST_LEVEL + 1 in levels or len(above) > 1)
    return is_above or (HIGHEST_LEVEL not in levels and -1 in levels)
