"""Planted assessments, where the truth behind every answer is known. The demo world is in `demo`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.instrument import Instrument, load_instrument
from models.arrays import FloatArray, IntArray
from models.index_quality.scoring import Responses, index_of, item_scores

Missingness = Literal["at_random", "low_scores"]


@dataclass(frozen=True, slots=True)
class SurveySpec:
    """What is planted; spreads are standard deviations in index points.

    Attributes
    ----------
    seed : int
    n_organizations, n_waves : int
    n_raters : tuple of int
        Smallest and largest number per organisation and wave.
    between : float
        Of organisations, the same in all dimensions.
    dimensions : float
        Of an organisation's strengths and weaknesses.
    mood : float
        Of raters, the same in all dimensions.
    raters : float
        Of raters, anew in each dimension.
    only_dimension : str, optional
        Organisations differ in this dimension alone.
    unanswered : float
        Mean share of items left open.
    missingness : {"at_random", "low_scores"}
        Whether everybody skips alike, or the lower the answer the likelier it is skipped.
    """

    seed: int = 1
    n_organizations: int = 60
    n_waves: int = 1
    n_raters: tuple[int, int] = (3, 9)
    between: float = 15.0
    dimensions: float = 6.0
    mood: float = 0.0
    raters: float = 6.0
    only_dimension: str | None = None
    unanswered: float = 0.03
    missingness: Missingness = "at_random"


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """A planted assessment and its truth.

    Attributes
    ----------
    organization, wave : int array (R,)
    levels : array (R, J), NaN where unanswered
    answered_at : datetime64 array (R,)
        Within the first four weeks of the half year.
    mood : array (R,)
        Of the rater, index points.
    truth : array (organizations, waves, K)
    index : array (organizations, waves)
    """

    organization: IntArray
    wave: IntArray
    levels: FloatArray
    answered_at: npt.NDArray[np.datetime64]
    mood: FloatArray
    truth: FloatArray
    index: FloatArray

    def responses(self) -> Responses:
        """Give the answers as matrices, as reading the frame would."""
        instrument = load_instrument()
        n_waves = self.truth.shape[1]
        _, cell = np.unique(self.organization * n_waves + self.wave, return_inverse=True)
        first = np.unique(cell, return_index=True)[1]
        is_reversed, dimension_of, kind_of = _layout(instrument)
        return Responses(
            keys=tuple(f"r{i:06d}" for i in range(len(cell))),
            levels=self.levels,
            items=item_scores(self.levels, is_reversed),
            is_reversed=is_reversed,
            item_codes=tuple(item.code for item in instrument.items),
            dimensions=tuple(dimension.code for dimension in instrument.dimensions),
            kinds=tuple(sorted({dimension.kind for dimension in instrument.dimensions})),
            dimension_of=dimension_of,
            kind_of=kind_of,
            minimum_share=instrument.minimum_answered_share,
            cell=cell.astype(np.int64),
            organizations=tuple(f"org_{o:04d}" for o in self.organization[first]),
            waves=tuple(wave_name(w) for w in self.wave[first]),
            answered_at=self.answered_at,
        )

    def frame(self) -> pd.DataFrame:
        """Give the answers as `assessment_answers`."""
        row, column = np.nonzero(np.isfinite(self.levels))
        codes = np.array([item.code for item in load_instrument().items])
        return pd.DataFrame(
            {
                "response_key": [f"r{i:06d}" for i in row],
                "item_code": codes[column],
                "answer_level": self.levels[row, column].astype(np.int64),
                "organization_id": [f"org_{o:04d}" for o in self.organization[row]],
                "wave": [wave_name(w) for w in self.wave[row]],
                "answered_at": pd.Series(self.answered_at[row]).dt.tz_localize("UTC"),
            }
        )


def planted_survey(spec: SurveySpec | None = None) -> Survey:
    """Let raters fill in the instrument about organisations whose maturity is known.

    A latent position of 0..100 is rounded at random to one of the two levels next to it, so that answers are
    right on average; positions are kept within 5..95, where rounding cannot clip.
    """
    spec = spec or SurveySpec()
    rng = np.random.default_rng([spec.seed, 7])
    instrument = load_instrument()
    is_reversed, dimension_of, kind_of = _layout(instrument)
    n, waves, k = spec.n_organizations, spec.n_waves, len(kind_of)
    truth = _truth(rng, spec, [dimension.code for dimension in instrument.dimensions])
    counts = rng.integers(spec.n_raters[0], spec.n_raters[1] + 1, size=n * waves)
    organization, wave = np.divmod(np.repeat(np.arange(n * waves), counts), waves)
    mood = rng.normal(0, spec.mood, len(wave)) if spec.mood else np.zeros(len(wave))
    seen = truth[organization, wave] + mood[:, None] + rng.normal(0, spec.raters, (len(wave), k))
    latent = np.clip(seen, 0, 100)[:, dimension_of]
    scores = np.clip(np.floor(latent / 25 + rng.random(latent.shape)), 0, 4)
    chance = np.full(scores.shape, spec.unanswered)
    if spec.missingness == "low_scores":
        chance = spec.unanswered * 2 * (1 - scores / 4) ** 2 / np.mean((1 - scores / 4) ** 2) / 2
    levels = np.where(is_reversed, 4 - scores, scores)
    levels[rng.random(scores.shape) < chance] = np.nan
    start = (53 * 12 + 6 * wave).astype("datetime64[M]").astype("datetime64[s]")
    seconds = rng.integers(0, 28 * 86_400, len(wave)).astype("timedelta64[s]")
    return Survey(
        organization.astype(np.int64),
        wave.astype(np.int64),
        levels,
        start + seconds,
        mood,
        truth,
        index_of(truth, kind_of),
    )


def wave_name(wave: int) -> str:
    """Name the half years from 2023-H1 on."""
    return f"{2023 + wave // 2}-H{1 + wave % 2}"


def _truth(rng: np.random.Generator, spec: SurveySpec, dimensions: list[str]) -> FloatArray:
    n, waves, k = spec.n_organizations, spec.n_waves, len(dimensions)
    level = rng.normal(50, spec.between, n)
    own = rng.normal(0, spec.dimensions, (n, k))
    steps = np.cumsum(rng.normal(0, 2.0, (n, waves)), axis=1)
    if spec.only_dimension is None:
        truth = level[:, None, None] + own[:, None, :] + steps[:, :, None]
    else:
        truth = np.full((n, waves, k), 50.0)
        truth[:, :, dimensions.index(spec.only_dimension)] = level[:, None] + steps
    return np.clip(truth, 5, 95)


def _layout(instrument: Instrument) -> tuple[npt.NDArray[np.bool_], IntArray, IntArray]:
    codes = [dimension.code for dimension in instrument.dimensions]
    kinds = sorted({dimension.kind for dimension in instrument.dimensions})
    return (
        np.array([item.is_reversed for item in instrument.items]),
        np.array([codes.index(item.dimension) for item in instrument.items]),
        np.array([kinds.index(dimension.kind) for dimension in instrument.dimensions]),
    )
