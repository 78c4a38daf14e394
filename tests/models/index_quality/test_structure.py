"""Keeps noise from being named: components count only above what uncorrelated data would show."""

from __future__ import annotations

import numpy as np
import pytest
from published import bfi, results
from sklearn.decomposition import PCA

from models.errors import TooFewUnitsError
from models.index_quality import parallel_analysis


def test_components_of_the_bfi_are_those_that_psych_suggests() -> None:
    expected = results("bfi_psych")["parallel_analysis"]["value"]
    found = parallel_analysis(bfi(), missing="pairwise", n_draws=200)
    assert found.n_components == expected["n_components"]
    assert found.n_rows == 2800


def test_loadings_are_those_of_scikit_learn() -> None:
    items = bfi().dropna().to_numpy(dtype=float)
    standard = (items - items.mean(axis=0)) / items.std(axis=0)
    other = PCA().fit(standard)
    found = parallel_analysis(items, n_draws=10)
    np.testing.assert_allclose(found.explained, other.explained_variance_ratio_, atol=1e-12)
    loadings = other.components_.T * np.sqrt(found.eigenvalues)
    np.testing.assert_allclose(np.abs(found.loadings), np.abs(loadings), atol=1e-10)
    np.testing.assert_allclose(found.loadings @ found.loadings.T, np.corrcoef(items.T), atol=1e-12)


def test_thresholds_are_those_of_drawn_rows() -> None:
    # Second route: draw the rows instead of their Wishart matrix. Quantiles of 400 draws differ by chance by
    # less than 0.03 at this size.
    rng = np.random.default_rng(7)
    drawn = [np.linalg.eigvalsh(np.corrcoef(rng.normal(size=(100, 6)).T))[::-1] for _ in range(400)]
    found = parallel_analysis(rng.normal(size=(100, 6)), n_draws=400)
    np.testing.assert_allclose(found.thresholds, np.percentile(drawn, 95, axis=0), atol=0.03)


def test_planted_factors_are_counted_and_noise_is_not() -> None:
    rng = np.random.default_rng(8)
    factors = rng.normal(size=(300, 3))
    three = np.repeat(factors, 4, axis=1) + rng.normal(size=(300, 12))
    assert parallel_analysis(three).n_components == 3
    alarms = sum(
        parallel_analysis(rng.normal(size=(100, 8)), n_draws=100).n_components > 0 for _ in range(60)
    )
    # 5 % each: more than 9 of 60 has probability 0.001.
    assert alarms <= 9


def test_fewer_independent_rows_make_chance_spread_wider() -> None:
    items = bfi()
    wide = parallel_analysis(items, missing="pairwise", n_rows=100, n_draws=100)
    assert wide.thresholds[0] > parallel_analysis(items, missing="pairwise", n_draws=100).thresholds[0]
    assert wide.n_rows == 100
    with pytest.raises(TooFewUnitsError, match="20 rows"):
        parallel_analysis(items, n_rows=20)


def test_same_seed_same_bytes_whatever_the_order_of_rows() -> None:
    items = bfi().dropna()
    found = parallel_analysis(items, n_draws=50)
    other = parallel_analysis(items.sample(frac=1, random_state=1), n_draws=50)
    assert found.thresholds.tobytes() == other.thresholds.tobytes()
    np.testing.assert_allclose(found.loadings, other.loadings, atol=1e-9)
