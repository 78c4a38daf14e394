"""Agreement of raters of one group: r_wg(j) and what chance would give. Correlations are in `intraclass`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt

from models.arrays import library
from models.errors import InputRefusedError
from models.inputs import floats, known_option

if TYPE_CHECKING:
    import pandas as pd

NullDistribution = Literal["uniform", "triangular", "slight_skew", "moderate_skew", "heavy_skew"]
# Variance of five answer levels under leniency (LeBreton and Senter 2008, table 2).
SKEWED_VARIANCE = {"slight_skew": 1.34, "moderate_skew": 0.90, "heavy_skew": 0.44}


def rwg_j(
    ratings: pd.DataFrame | npt.ArrayLike, n_options: int, *, null: NullDistribution = "uniform"
) -> pd.Series[float]:
    """Compute within-group agreement r_wg(j) (James, Demaree and Wolf 1984).

    Parameters
    ----------
    ratings : DataFrame or array
        One row per rater, one column per item, the group in the index. An array, or a frame whose index only
        numbers its rows, is one group.
    n_options : int
        Number of answer levels.
    null : {"uniform", "triangular", "slight_skew", "moderate_skew", "heavy_skew"}
        How answers without agreement would be spread: evenly, around the middle, or leniently; the skewed
        ones are tabulated for five levels (LeBreton and Senter 2008).

    Returns
    -------
    Series by group
        1 full agreement, 0 no better than chance (worse is set to 0); NaN for one rater.

    Raises
    ------
    InputRefusedError
        For fewer than two levels, answers further apart than those, or a skewed null with other than five.
    """
    pandas = library("pandas")
    frame: pd.DataFrame = ratings if isinstance(ratings, pandas.DataFrame) else pandas.DataFrame(ratings)
    expected = expected_variance(n_options, null)
    answers = floats(frame)
    frame = library("pandas").DataFrame(answers, index=frame.index)
    span = float(np.nanmax(answers) - np.nanmin(answers)) if answers.size else 0.0
    if span > n_options - 1:
        raise InputRefusedError(
            f"answers lie {span:g} apart, and {n_options} levels reach {n_options - 1}.",
            where="rwg_j",
            remedy="Give the number of levels that the scale has.",
        )
    if isinstance(frame.index, pandas.RangeIndex):
        frame = frame.set_axis(np.zeros(len(frame), dtype=np.int64), axis=0)
    levels = list(range(frame.index.nlevels))
    observed = frame.groupby(level=levels, sort=True).var(ddof=1).mean(axis=1)
    share = (observed / expected).clip(upper=1.0)
    j = frame.shape[1]
    result: pd.Series[float] = j * (1 - share) / (j * (1 - share) + share)
    return result.rename("rwg_j")


def expected_variance(n_options: int, null: NullDistribution = "uniform") -> float:
    """Give the variance of answers without any agreement, in levels squared.

    Raises
    ------
    InputRefusedError
        For fewer than two levels, or a skewed null with other than five.
    """
    known_option(null, get_args(NullDistribution), where="rwg_j")
    if n_options < 2:
        raise InputRefusedError("agreement needs two answer levels.", where="rwg_j")
    if null == "uniform":
        return (n_options**2 - 1) / 12
    if null == "triangular":
        return (n_options**2 + 2 * n_options - (3 if n_options % 2 else 2)) / 24
    if n_options != 5:
        raise InputRefusedError(
            f"the null {null} is tabulated for five levels.", where="rwg_j", remedy="Use uniform."
        )
    return SKEWED_VARIANCE[null]
