"""Keeps a ratio of shares honest when organisations repeat and when a cell is empty."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from models.errors import InputRefusedError
from models.prevalence import _separated, adjusted_risk_ratio, risk_ratio


def cells(a: int, n1: int, c: int, n0: int) -> tuple[np.ndarray, np.ndarray]:
    practice = np.r_[np.ones(a), np.zeros(n1 - a), np.ones(c), np.zeros(n0 - c)].astype(bool)
    return practice, np.r_[np.ones(n1), np.zeros(n0)].astype(bool)


def test_katz_interval_when_nobody_repeats() -> None:
    practice, mature = cells(60, 100, 30, 120)
    result = risk_ratio(practice, mature, np.arange(220))
    # Katz et al. (1978): se^2 = 1/a - 1/n1 + 1/c - 1/n0; ours has the factor G/(G-1) besides.
    error = np.sqrt((1 / 60 - 1 / 100 + 1 / 30 - 1 / 120) * 220 / 219)
    assert result.ratio == pytest.approx(2.4)
    np.testing.assert_allclose(
        [result.low, result.high], 2.4 * np.exp([-1.959964 * error, 1.959964 * error]), rtol=1e-6
    )
    assert (result.n_exposed, result.n_unexposed, result.share_exposed, result.share_unexposed) == (
        100,
        120,
        0.6,
        0.25,
    )


def test_asking_the_same_organisations_again_adds_no_certainty() -> None:
    practice, mature = cells(60, 100, 30, 120)
    once = risk_ratio(practice, mature, np.arange(220))
    thrice = risk_ratio(np.tile(practice, 3), np.tile(mature, 3), np.tile(np.arange(220), 3))
    assert thrice.high == pytest.approx(once.high)
    assert thrice.n_clusters == 220


@pytest.mark.parametrize(
    ("counts", "ratio", "note"),
    [
        ((0, 10, 5, 10), 0.0, "zero_cell"),
        ((5, 10, 0, 10), None, "zero_cell"),
        ((3, 10, 0, 0), None, "empty_group"),
    ],
)
def test_what_cannot_be_estimated_is_none_and_says_why(counts, ratio, note) -> None:
    practice, mature = cells(*counts)
    result = risk_ratio(practice, mature, np.arange(len(mature)))
    assert (result.ratio, result.low, result.high, result.note) == (ratio, None, None, note)


def test_one_organisation_has_no_interval() -> None:
    practice, mature = cells(3, 10, 2, 10)
    result = risk_ratio(practice, mature, np.zeros(20))
    assert (result.ratio, result.low, result.note) == (pytest.approx(1.5), None, "one_cluster")


def test_refuses_unequal_lengths() -> None:
    with pytest.raises(InputRefusedError):
        risk_ratio([True], [True, False], [1, 2])


def test_interval_covers_in_repeated_samples() -> None:
    rng = np.random.default_rng(4)
    covered = 0
    for _ in range(300):
        groups = np.repeat(np.arange(60), 4)
        mature = np.repeat(np.arange(60) % 2 == 0, 4)
        lean = rng.uniform(-0.2, 0.2, size=60)[groups]
        practice = rng.random(240) < np.where(mature, 0.6, 0.3) + lean
        result = risk_ratio(practice, mature, groups)
        covered += result.low <= 2.0 <= result.high
    # 95 % of 300 is 285; three binomial standard errors are 11.
    assert covered >= 273


def world(seed: int = 0, n: int = 400):
    """Practice twice as common among the mature; size makes both more likely."""
    rng = np.random.default_rng(seed)
    size = rng.normal(size=n)
    mature = rng.random(n) < 1 / (1 + np.exp(-size))
    has = rng.random(n) < np.minimum(0.15 * np.exp(0.693 * mature + 0.3 * size), 0.95)
    return has, mature, size[:, None], np.repeat(np.arange(n // 2), 2)


def test_without_controls_the_adjusted_ratio_is_the_plain_one() -> None:
    has, mature, _, groups = world()
    adjusted = adjusted_risk_ratio(has, mature, np.empty((len(has), 0)), groups)
    assert adjusted.ratio == pytest.approx(risk_ratio(has, mature, groups).ratio, rel=1e-8)


def test_the_adjusted_ratio_solves_the_score_equations_with_a_sandwich_by_hand() -> None:
    """Second route: Newton steps on the Poisson score, and the cluster sandwich written out."""
    has, mature, size, groups = world(1)
    X = np.column_stack([mature, np.ones(len(has)), size]).astype(float)
    b = np.zeros(3)
    for _ in range(50):
        mean = np.exp(X @ b)
        b = b + np.linalg.solve(X.T @ (X * mean[:, None]), X.T @ (has - mean))
    mean = np.exp(X @ b)
    bread = np.linalg.inv(X.T @ (X * mean[:, None]))
    scores = np.stack([(X * (has - mean)[:, None])[groups == g].sum(axis=0) for g in np.unique(groups)])
    n_groups, n, k = len(scores), *X.shape
    factor = n_groups / (n_groups - 1) * (n - 1) / (n - k)
    error = np.sqrt(factor * np.diag(bread @ scores.T @ scores @ bread))[0]
    adjusted = adjusted_risk_ratio(has, mature, size, groups)
    expected = np.exp(b[0] + np.array([0, -1.959964, 1.959964]) * error)
    assert (adjusted.ratio, adjusted.low, adjusted.high) == pytest.approx(tuple(expected), rel=1e-5)


def test_the_planted_ratio_is_recovered_where_the_plain_one_is_fooled() -> None:
    """Over 40 worlds at least 34 intervals of 95 % hold the planted 2 (binomial, below 1 %)."""
    found = [adjusted_risk_ratio(*world(seed)) for seed in range(40)]
    assert sum(one.low <= 2.0 <= one.high for one in found) >= 34
    plain = np.mean([risk_ratio(world(seed)[0], world(seed)[1], world(seed)[3]).ratio for seed in range(40)])
    assert plain > 2.2 > np.mean([one.ratio for one in found])


@pytest.mark.parametrize(
    ("note", "change"),
    [
        ("too_few_rows", lambda has, m, c, g: (has[:3], m[:3], c[:3], g[:3])),
        ("one_cluster", lambda has, m, c, g: (has, m, c, np.zeros(len(g)))),
        ("zero_cell", lambda has, m, c, g: (has & m, m, c, g)),
        ("controls_collinear", lambda has, m, c, g: (has, m, np.ones_like(c), g)),
    ],
)
def test_an_adjusted_ratio_that_cannot_be_had_says_why(note, change) -> None:
    adjusted = adjusted_risk_ratio(*change(*world()))
    assert (adjusted.ratio, adjusted.low, adjusted.high, adjusted.note) == (None, None, None, note)


def test_an_industry_in_which_nobody_has_the_practice_changes_nothing() -> None:
    has, mature, size, groups = world(2)
    bare = groups % 5 == 0
    has = has & ~bare
    adjusted = adjusted_risk_ratio(has, mature, np.column_stack([size, bare]), groups)
    without = adjusted_risk_ratio(has[~bare], mature[~bare], size[~bare], groups[~bare])
    assert adjusted.note == without.note == ""
    ours, theirs = ((one.ratio, one.low, one.high) for one in (adjusted, without))
    assert ours == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("seed", range(30))
def test_rows_told_apart_are_those_of_trying_all_small_coefficients(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(24), rng.integers(0, 2, (24, 4))]).astype(float)
    y = (rng.random(24) < 0.25).astype(float)
    lifts = X @ np.array(list(itertools.product(range(-3, 4), repeat=5))).T
    allowed = (lifts[y > 0] == 0).all(axis=0) & (lifts >= 0).all(axis=0)
    np.testing.assert_array_equal(_separated(y, X), (lifts[:, allowed] > 0).any(axis=1))


def test_a_practice_that_a_control_gives_away_says_why() -> None:
    has, mature, size, groups = world(3)
    by_size = size[:, 0] > 0
    adjusted = adjusted_risk_ratio(by_size & has, mature, np.column_stack([size, by_size]), groups)
    assert adjusted.note in {"", "too_few_rows", "not_converged"}
    assert (adjusted.ratio is None) == (adjusted.note != "")
