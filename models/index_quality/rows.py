"""Rows of the tables about the quality of the index. They are filled in `battery`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item within its dimension; `low` and `high` bound the item-rest correlation."""

    item_code: str
    dimension_code: str
    n_answers: int
    mean: float
    standard_deviation: float
    item_rest: float
    low: float
    high: float
    alpha_if_deleted: float
    loading: float


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """One principal component of "items" or "dimensions" beside what chance gives."""

    scope: str
    component: int
    eigenvalue: float
    explained_share: float
    threshold: float
    is_kept: bool


@dataclass(frozen=True, slots=True)
class LoadingRow:
    """Correlation of an item or dimension with a kept component (the first at least)."""

    scope: str
    component: int
    variable: str
    loading: float


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """The index of one organisation in one wave, how exact it is, and where it ranks.

    Attributes
    ----------
    integration_index, standard_error, low, high : float
        Sampling of raters only; 95 % interval.
    n_raters : int
    rwg_j : float
        NaN with one rater; `is_low_agreement` when below the stated minimum.
    missing_share : float
        Share of the items that respondents left open.
    rank, rank_median, rank_low, rank_high, top_probability : float
        See `RankIntervals`; NaN without an index.
    """

    organization_id: str
    wave: str
    integration_index: float
    standard_error: float
    low: float
    high: float
    n_raters: int
    rwg_j: float
    is_low_agreement: bool
    missing_share: float
    rank: float
    rank_median: float
    rank_low: float
    rank_high: float
    top_probability: float


@dataclass(frozen=True, slots=True)
class SobolRow:
    """Share of one group of choices in the variance of the mean absolute rank change of a wave."""

    wave: str
    source: str
    first_order: float
    first_low: float
    first_high: float
    total: float
    total_low: float
    total_high: float
