"""Keeps few organisations from looking like many: small-sample errors and bootstrap, by two routes."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from models.errors import (
    CollinearColumnsError,
    ConstantOutcomeError,
    InputRefusedError,
    TooFewUnitsError,
)
from models.inference import cluster_covariance, satterthwaite_df, wild_cluster_bootstrap

FIXTURES = Path(__file__).parent / "fixtures"
PUBLISHED = json.loads((FIXTURES / "published_results.json").read_text())["petersen"]
ROUNDING = 1e-10


def clustered(seed: int, n_groups: int, per_group: int = 6, effect: float = 0.0):
    rng = np.random.default_rng(seed)
    sizes = per_group + np.arange(n_groups) % 3
    groups = np.repeat(np.arange(n_groups), sizes)
    x = rng.normal(size=n_groups)[groups] + rng.normal(size=len(groups))
    y = effect * x + rng.normal(size=n_groups)[groups] + rng.normal(size=len(groups))
    return y, np.column_stack([x, np.ones(len(groups)), rng.normal(size=len(groups))]), groups


def residuals(y, X):
    return y - X @ np.linalg.lstsq(X, y, rcond=None)[0]


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        ("CR1", "vcov_cluster_firm"),
        ("CR1", "vcov_cluster_firm_stata12"),
        ("CR2", "vcov_cluster_firm_HC2(Bell-McCaffrey CR2)"),
        ("CR3", "vcov_cluster_firm_CV3(jackknife)"),
    ],
)
def test_petersen_matrices(kind, result) -> None:
    data = pd.read_csv(FIXTURES / "PetersenCL.csv")
    X = np.column_stack([np.ones(len(data)), data["x"]])
    matrix = cluster_covariance(X, residuals(data["y"].to_numpy(), X), data["firm"], kind)
    np.testing.assert_allclose(matrix, PUBLISHED[result]["value"], atol=PUBLISHED[result]["abs_tol"])


def test_petersen_without_small_sample_factor() -> None:
    data = pd.read_csv(FIXTURES / "PetersenCL.csv")
    X = np.column_stack([np.ones(len(data)), data["x"]])
    matrix = cluster_covariance(X, residuals(data["y"].to_numpy(), X), data["firm"], "CR0")
    expected = PUBLISHED["se_cluster_firm_no_ssc"]
    np.testing.assert_allclose(np.sqrt(np.diag(matrix)), expected["value"], atol=expected["abs_tol"])


def test_cr2_and_its_degrees_of_freedom_by_the_plain_formulas() -> None:
    y, X, groups = clustered(3, 7)
    n, inverse = len(y), np.linalg.inv(X.T @ X)
    maker = np.eye(n) - X @ inverse @ X.T
    meat, columns = np.zeros((3, 3)), []
    for g in range(7):
        own = groups == g
        values, vectors = np.linalg.eigh(maker[np.ix_(own, own)])
        root = vectors @ np.diag(values**-0.5) @ vectors.T
        score = X[own].T @ root @ residuals(y, X)[own]
        meat += np.outer(score, score)
        columns.append(maker[own].T @ root @ X[own] @ inverse)
    np.testing.assert_allclose(
        cluster_covariance(X, residuals(y, X), groups, "CR2"), inverse @ meat @ inverse, rtol=ROUNDING
    )
    for j in range(3):
        G = np.column_stack([block[:, j] for block in columns])
        eigenvalues = np.linalg.eigvalsh(G.T @ G)
        plain = eigenvalues.sum() ** 2 / (eigenvalues**2).sum()
        np.testing.assert_allclose(satterthwaite_df(X, groups)[j], plain, rtol=1e-8)


def test_equal_means_in_equal_clusters_have_clusters_minus_one_degrees_of_freedom() -> None:
    # A mean over G clusters of one row each is the textbook t test: G - 1.
    np.testing.assert_allclose(satterthwaite_df(np.ones((9, 1)), np.arange(9)), [8.0])


def test_cr3_is_the_jackknife() -> None:
    y, X, groups = clustered(4, 6)
    full = np.linalg.lstsq(X, y, rcond=None)[0]
    left = [np.linalg.lstsq(X[groups != g], y[groups != g], rcond=None)[0] - full for g in range(6)]
    np.testing.assert_allclose(
        cluster_covariance(X, residuals(y, X), groups, "CR3"),
        5 / 6 * np.array(left).T @ np.array(left),
        rtol=1e-8,
    )


def test_a_column_of_one_cluster_does_not_break_cr2() -> None:
    y, X, groups = clustered(5, 6)
    wide = np.column_stack([X, groups == 2])
    matrix = cluster_covariance(wide, residuals(y, wide), groups, "CR2")
    assert np.isfinite(matrix).all()
    assert matrix[0, 0] > 0


def brute_bootstrap(y, X, groups, weights) -> tuple[float, np.ndarray]:
    """Refit every draw from scratch with plain CR1 errors."""

    def t_of(outcome):
        inverse = np.linalg.inv(X.T @ X)
        b = inverse @ X.T @ outcome
        e = outcome - X @ b
        scores = np.array([X[groups == g].T @ e[groups == g] for g in np.unique(groups)])
        G, (n, k) = len(scores), X.shape
        V = G / (G - 1) * (n - 1) / (n - k) * inverse @ scores.T @ scores @ inverse
        return b[0] / np.sqrt(V[0, 0])

    others = X[:, 1:]
    fitted = others @ np.linalg.lstsq(others, y, rcond=None)[0]
    return t_of(y), np.array([t_of(fitted + w[groups] * (y - fitted)) for w in weights])


def test_enumerated_bootstrap_equals_refitting_every_sign_pattern() -> None:
    y, X, groups = clustered(6, 7, effect=0.4)
    signs = np.array(list(itertools.product([-1.0, 1.0], repeat=7)))
    t, draws = brute_bootstrap(y, X, groups, signs)
    test = wild_cluster_bootstrap(y, X, groups, 0, 999, 1, "rademacher")
    assert test.is_enumerated
    assert test.n_draws == 128
    np.testing.assert_allclose(test.t_value, t, rtol=1e-9)
    assert test.p_value == np.mean(np.abs(draws) >= abs(t) * (1 - 1e-9))


def test_bootstrap_weights_follow_the_number_of_clusters_and_the_seed() -> None:
    y, X, groups = clustered(7, 8)
    few = wild_cluster_bootstrap(y, X, groups, 0, 999, 1)
    assert (few.weights, few.is_enumerated, few.n_draws) == ("webb", False, 999)
    assert few == wild_cluster_bootstrap(y, X, groups, 0, 999, 1)
    assert few != wild_cluster_bootstrap(y, X, groups, 0, 999, 2)
    y, X, groups = clustered(7, 30)
    many = wild_cluster_bootstrap(y, X, groups, 0, 999, 1)
    assert (many.weights, many.is_enumerated, many.n_clusters) == ("rademacher", False, 30)


def test_bootstrap_ignores_row_order_and_units() -> None:
    y, X, groups = clustered(8, 9, effect=0.3)
    order = np.random.default_rng(0).permutation(len(y))
    a = wild_cluster_bootstrap(y, X, groups, 0, 999, 1)
    b = wild_cluster_bootstrap(1000 * y[order], X[order] * [0.1, 1, 1], groups[order], 0, 999, 1)
    assert a.p_value == pytest.approx(b.p_value, abs=2e-3)
    assert b.estimate == pytest.approx(10_000 * a.estimate)


def test_size_with_eight_clusters() -> None:
    # 400 worlds without an effect. Binomial(400, .05) lies outside 8..32 in 1 of 300 honest runs.
    rejected = sum(
        wild_cluster_bootstrap(*clustered(1000 + world, 8), 0, 399, world).p_value < 0.05
        for world in range(400)
    )
    assert 8 <= rejected <= 32


def test_ten_uneven_clusters_fool_cr1_and_not_cr2_or_the_bootstrap() -> None:
    """One cluster holds most of what moves: 600 worlds without an effect, each at 5 %."""
    rejected = {"CR1": 0, "CR2": 0, "bootstrap": 0}
    worlds, critical = 600, stats.t.ppf(0.975, 9)
    for world in range(worlds):
        rng = np.random.default_rng(5000 + world)
        groups = np.repeat(np.arange(10), 12)
        x = rng.normal(size=10)[groups] * np.where(groups < 2, 6.0, 1.0)
        y = rng.normal(size=10)[groups] + rng.normal(size=len(groups))
        X = np.column_stack([x, np.ones(len(x))])
        slope, left = np.linalg.lstsq(X, y, rcond=None)[0][0], residuals(y, X)
        t = {
            kind: abs(slope) / np.sqrt(cluster_covariance(X, left, groups, kind)[0, 0])
            for kind in ("CR1", "CR2")
        }
        rejected["CR1"] += t["CR1"] > critical
        rejected["CR2"] += t["CR2"] > stats.t.ppf(0.975, satterthwaite_df(X, groups)[0])
        rejected["bootstrap"] += wild_cluster_bootstrap(y, X, groups, 0, 199, world).p_value < 0.05
    # Binomial(600, .05) lies above 50 in one of 5,000 honest runs.
    assert rejected["CR1"] > 90
    assert rejected["CR2"] <= 50
    assert rejected["bootstrap"] <= 50


def test_refusals() -> None:
    y, X, _ = clustered(9, 4)
    with pytest.raises(TooFewUnitsError):
        cluster_covariance(X, y, np.zeros(len(y)))
    with pytest.raises(TooFewUnitsError):
        wild_cluster_bootstrap(y, X, np.zeros(len(y)), 0)
    with pytest.raises(InputRefusedError):
        wild_cluster_bootstrap(y, X, np.arange(len(y)) % 5, 0, n_draws=0)
    groups = np.arange(len(y)) % 5
    for column, told in ((3, "none of number 3"), (0.5, "none of number 0.5"), ("z", "none 'z'")):
        with pytest.raises(InputRefusedError, match=told):
            wild_cluster_bootstrap(y, X, groups, column)
    with pytest.raises(InputRefusedError, match="'mammen' is none of auto, rademacher, webb"):
        wild_cluster_bootstrap(y, X, groups, 0, weights="mammen")
    with pytest.raises(InputRefusedError, match="'HC1' is none of CR0, CR1, CR2, CR3"):
        cluster_covariance(X, y, groups, "HC1")
    with pytest.raises(InputRefusedError, match="shapes do not fit"):
        cluster_covariance(X, y[:3], groups)
    with pytest.raises(InputRefusedError, match="one label per row"):
        wild_cluster_bootstrap(y, X, np.column_stack([groups, groups]), 0)
    with pytest.raises(CollinearColumnsError, match="others: x3"):
        wild_cluster_bootstrap(y, np.column_stack([X, X[:, 0]]), groups, 0)
    with pytest.raises(ConstantOutcomeError):
        wild_cluster_bootstrap(np.full(len(y), 3.3), X, groups, 0)


def test_a_missing_value_is_no_small_p_value() -> None:
    """No draw reaches a statistic that is no number, so the share that does would be as small as can be."""
    y, X, groups = clustered(9, 6)
    y[0] = np.nan
    with pytest.raises(InputRefusedError, match="a value is missing"):
        wild_cluster_bootstrap(y, X, groups, 0)
    with pytest.raises(InputRefusedError, match="no group"):
        cluster_covariance(X, np.ones(len(y)), np.where(groups == 0, np.nan, groups))


def test_frames_and_names_say_the_same_as_arrays_and_positions() -> None:
    y, X, groups = clustered(10, 13)
    frame = pd.DataFrame(X, columns=["x", "constant", "w"], index=range(5, 5 + len(y)))
    named = pd.DataFrame({"team": [f"t{g:02}" for g in groups]}, dtype="category")
    plain = wild_cluster_bootstrap(y, X, groups, 2, 199)
    assert wild_cluster_bootstrap(pd.DataFrame({"y": y}), frame, named, "w", 199) == plain
    assert wild_cluster_bootstrap(y.tolist(), X.tolist(), groups.tolist(), -1, 199) == plain
    for kind in ("CR1", "CR2"):
        found = cluster_covariance(frame, pd.Series(y), named, kind)
        np.testing.assert_array_equal(found, cluster_covariance(X, y, groups, kind))
    np.testing.assert_array_equal(satterthwaite_df(frame, named), satterthwaite_df(X, groups))
