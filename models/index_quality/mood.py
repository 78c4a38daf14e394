"""Whether a rater's deviation runs through all dimensions: mood, or halo. Error of scores: `precision`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import FloatArray, group_codes, group_sums
from models.errors import TooFewUnitsError
from models.index_quality.moments import percentile_interval
from models.index_quality.precision import within_deviations
from models.index_quality.scoring import Responses


@dataclass(frozen=True, slots=True)
class RaterMood:
    """How much raters of one organisation differ in mood, the same in every dimension.

    Attributes
    ----------
    share, low, high : float
        Mean covariance between dimensions over mean variance of dimensions, within organisation and wave: 0
        when deviations differ by dimension, 1 when they are mood alone.
    """

    share: float
    low: float
    high: float


def rater_mood(
    responses: Responses, *, level: float = 0.95, n_draws: int = 500, seed: int = 1920
) -> RaterMood:
    """Measure what a rater's deviations have in common over dimensions (halo error; Thorndike 1920).

    Mood does not average out over items or dimensions, only over raters. An outcome that the same raters
    report would share it: such an outcome may not be explained by the index. The interval resamples
    organisations.

    Raises
    ------
    TooFewUnitsError
        Without two organisations, two dimensions and an organisation whose raters differ.
    """
    deviations = within_deviations(responses)
    known = np.isfinite(responses.respondent_dimensions()).sum(axis=1)
    codes, n = group_codes(responses.organizations)
    squares = (deviations**2).sum(axis=1)
    if n < 2 or deviations.shape[1] < 2 or not squares.any():
        raise TooFewUnitsError("mood needs two organisations and raters who differ.", where="rater_mood")
    products = deviations.sum(axis=1) ** 2 - squares
    parts = np.column_stack([products, known * (known - 1), squares, known])
    sums = group_sums(parts, codes[responses.cell], n)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=n_draws) @ sums
    low, high = percentile_interval(_share(drawn), level)
    return RaterMood(float(_share(sums.sum(axis=0)[None])[0]), low, high)


def _share(sums: FloatArray) -> FloatArray:
    """Divide the mean product of two dimensions by the mean square of one (m,)."""
    products, pairs, squares, known = sums.T
    usable = (pairs > 0) & (squares > 0)
    scale = np.where(usable, pairs * squares, np.nan)
    return np.asarray(products * known / scale)
