"""Keeps an index that raters do not agree on from being used as if it measured something."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from models.errors import AllMissingError, TooFewUnitsError
from models.index_quality import cronbach_alpha, icc, icc_multilevel, item_scores, multilevel_icc, rwg_j

FIXTURES = Path(__file__).parent / "fixtures"
PUBLISHED = json.loads((FIXTURES / "published_results.json").read_text())["shrout_fleiss"]["ICC"]


def ratings() -> np.ndarray:
    return pd.read_csv(FIXTURES / "shrout_fleiss.csv").iloc[:, 1:].to_numpy(dtype=float)


def test_shrout_and_fleiss() -> None:
    result = icc(ratings())
    assert result.keys() == PUBLISHED["value"].keys()
    for form, value in PUBLISHED["value"].items():
        assert result[form] == pytest.approx(value, abs=PUBLISHED["abs_tol"])


def test_multilevel_forms_are_shrout_fleiss_one_way_when_groups_are_equal() -> None:
    one, many = icc_multilevel(ratings().ravel(), np.repeat(np.arange(6), 4))
    assert (one, many) == pytest.approx((PUBLISHED["value"]["ICC1"], PUBLISHED["value"]["ICC1k"]), abs=1e-6)
    # Interval of ICC(1,1) from F(5, 18) = 1.79: R's psych prints -.13 to .72 for these data.
    result = multilevel_icc(ratings().ravel(), np.repeat(np.arange(6), 4))
    assert (result.icc1_low, result.icc1_high) == pytest.approx((-0.13, 0.72), abs=0.005)
    assert result.group_size == 4


def test_multilevel_icc_recovers_the_planted_share_in_unequal_groups() -> None:
    rng = np.random.default_rng(5)
    groups = np.repeat(np.arange(400), rng.integers(3, 10, size=400))
    values = rng.normal(0, 1, size=400)[groups] + rng.normal(0, 2, size=len(groups))
    values[:3] = np.nan
    result = multilevel_icc(values, groups)
    assert result.icc1 == pytest.approx(0.2, abs=0.05)
    assert result.n_values == len(groups) - 3


def test_alpha_is_the_consistency_icc_of_the_mean() -> None:
    # Hoyt: alpha over judges as items is ICC(3,k), for which R's psych printed .909316.
    result = cronbach_alpha(ratings())
    assert result.alpha == pytest.approx(PUBLISHED["value"]["ICC3k"], abs=1e-6)
    low = 1 - (1 - result.alpha) * stats.f.ppf(0.975, 5, 15)
    high = 1 - (1 - result.alpha) * stats.f.ppf(0.025, 5, 15)
    assert (result.low, result.high) == pytest.approx((low, high))
    assert result.low < result.alpha < result.high


def test_alpha_of_parallel_items_is_spearman_brown() -> None:
    rng = np.random.default_rng(6)
    items = rng.normal(size=(200_000, 1)) + rng.normal(size=(200_000, 5))
    result = cronbach_alpha(items)
    assert result.alpha == pytest.approx(5 * 0.5 / (1 + 4 * 0.5), abs=0.005)
    assert result.standardised == pytest.approx(result.alpha, abs=0.005)


def test_incomplete_answers_are_dropped_and_counted() -> None:
    items = np.vstack([ratings(), [np.nan, 1, 2, 3]])
    assert (cronbach_alpha(items).n_rows, cronbach_alpha(items).n_dropped) == (6, 1)


def test_agreement() -> None:
    frame = pd.DataFrame([[3, 3], [3, 3], [0, 4], [4, 0], [2, 2]], index=["a", "a", "b", "b", "c"])
    result = rwg_j(frame, 5)
    # Group a agrees fully; b is worse than chance (variance 8 against 2); c has one rater.
    assert result["a"] == 1.0
    assert result["b"] == 0.0
    assert np.isnan(result["c"])
    half = rwg_j(pd.DataFrame([[1, 1], [3, 3], [2, 2]], index=["a"] * 3), 5)
    # Variance 1 of 2 expected, J = 2: 2 (1 - .5) / (2 (1 - .5) + .5) = 2/3 (James et al. 1984, eq. 2).
    assert half["a"] == pytest.approx(2 / 3)


def test_fixed_goalposts_and_reversed_items() -> None:
    scores = item_scores(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([False, True]))
    np.testing.assert_array_equal(scores, [[0, 100], [75, 0]])


def test_refusals() -> None:
    with pytest.raises(TooFewUnitsError):
        cronbach_alpha(np.ones((5, 1)))
    with pytest.raises(TooFewUnitsError):
        cronbach_alpha(np.array([[1.0, np.nan], [2.0, 3.0]]))
    with pytest.raises(TooFewUnitsError, match="same total"):
        cronbach_alpha(np.ones((5, 3)))
    with pytest.raises(TooFewUnitsError):
        icc(np.ones((1, 3)))
    with pytest.raises(AllMissingError):
        icc(np.array([[1.0, np.nan], [2.0, 3.0]]))
    with pytest.raises(TooFewUnitsError):
        icc_multilevel([1.0, 2.0], [1, 2])
    with pytest.raises(TooFewUnitsError, match="same mean"):
        icc_multilevel([1.0, 1.0, 1.0, 1.0], [1, 1, 2, 2])
    assert icc_multilevel([1.0, 1.0, 2.0, 2.0], [1, 1, 2, 2]) == (1.0, 1.0)
