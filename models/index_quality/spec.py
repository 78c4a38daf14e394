"""How thoroughly the quality of the index is computed. What is uncertain about ranks: `rank_draws`."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.index_quality.rank_draws import RankSpec


@dataclass(frozen=True, slots=True)
class QualitySpec:
    """How much is drawn, and what counts as agreement.

    Attributes
    ----------
    ranks : RankSpec
        What is uncertain about the index; kinds, raters and what is missing are read off the answers.
    n_sobol_runs : int
        Per sample; the shares are computed for the last wave.
    n_bootstrap : int
        Draws of each interval that resamples organisations.
    minimum_agreement : float
        r_wg(j) below which raters do not agree enough (LeBreton and Senter 2008: 0.70).
    """

    ranks: RankSpec = field(default_factory=RankSpec)
    n_sobol_runs: int = 1024
    n_bootstrap: int = 300
    minimum_agreement: float = 0.70
