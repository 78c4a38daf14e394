"""Keeps omega from being read as reliability where there is no common factor, or none above the others."""

from __future__ import annotations

import numpy as np
import pytest
from published import SCALES, bfi, bfi_scale, results
from sklearn.decomposition import FactorAnalysis
from statsmodels.multivariate.factor import Factor

from models.errors import CollinearColumnsError, ConstantExposureError, InputRefusedError, TooFewUnitsError
from models.index_quality import cronbach_alpha, omega_hierarchical, omega_interval, omega_total
from models.index_quality.omega import factor_loadings, one_factor

PSYCH = results("bfi_psych")


def planted(seed: int, n: int, loadings: list[float]) -> np.ndarray:
    rng = np.random.default_rng(seed)
    weights = np.array(loadings)
    noise = rng.normal(size=(n, len(weights))) * np.sqrt(1 - weights**2)
    return rng.normal(size=(n, 1)) * weights + noise


def test_one_factor_is_that_of_psych() -> None:
    expected = PSYCH["omega_one_factor"]
    for scale in SCALES:
        value = omega_total(bfi_scale(scale))
        assert value == pytest.approx(expected["value"][scale], abs=expected["abs_tol"])


def test_five_factors_are_those_of_psych() -> None:
    found, expected = omega_hierarchical(bfi(), 5), PSYCH["omega_five_factors"]
    for name, value in expected["value"].items():
        assert getattr(found, name) == pytest.approx(value, abs=expected["abs_tol"])


def test_second_routes_by_scikit_learn_and_statsmodels() -> None:
    items = bfi_scale("E").dropna().to_numpy(dtype=float)
    standard = (items - items.mean(axis=0)) / items.std(axis=0)
    other = FactorAnalysis(1, tol=1e-10, max_iter=20_000).fit(standard).components_[0]
    own = factor_loadings(items)
    np.testing.assert_allclose(own, np.abs(other), atol=1e-4)
    engine = Factor(corr=np.corrcoef(items, rowvar=False), n_factor=1, method="ml").fit()
    np.testing.assert_allclose(own, np.abs(engine.loadings[:, 0]), atol=1e-4)


def test_many_matrices_at_once_are_fitted_as_one_by_one() -> None:
    rs = np.stack([np.corrcoef(bfi_scale(scale).dropna(), rowvar=False) for scale in SCALES])
    together = one_factor(rs, np.full(5, 0.5), 1e-10)
    alone = [factor_loadings(bfi_scale(scale)) for scale in SCALES]
    np.testing.assert_allclose(together, alone, atol=1e-7)


def test_planted_loadings_and_interval() -> None:
    loadings = [0.9, 0.8, 0.7, 0.6, 0.5]
    truth = 3.5**2 / (3.5**2 + sum(1 - x**2 for x in loadings))
    assert omega_total(planted(1, 100_000, loadings)) == pytest.approx(truth, abs=0.003)
    hits = 0
    for seed in range(25):
        found = omega_interval(planted(seed, 150, loadings), n_draws=100)
        hits += found.low <= truth <= found.high
    # 25 worlds: the binomial at 95 % is at least 20 with probability 0.999.
    assert hits >= 20


def test_omega_is_alpha_for_parallel_items_and_above_it_otherwise() -> None:
    parallel, unequal = planted(3, 20_000, [0.7] * 4), planted(3, 20_000, [0.95, 0.7, 0.4, 0.3])
    assert omega_total(parallel) == pytest.approx(cronbach_alpha(parallel).standardised, abs=0.003)
    assert omega_total(unequal) > cronbach_alpha(unequal).standardised + 0.02


def test_a_general_factor_is_told_from_groups() -> None:
    rng = np.random.default_rng(4)
    general, noise = rng.normal(size=(20_000, 1)), rng.normal(size=(20_000, 12))
    groups = np.repeat(rng.normal(size=(20_000, 3)), 4, axis=1)
    # Variances 0.36, 0.25 and 0.39 of each item, summed over 12 items in groups of 4.
    total = 144 * 0.36 + 3 * 16 * 0.25 + 12 * 0.39
    found = omega_hierarchical(0.6 * general + 0.5 * groups + np.sqrt(0.39) * noise, 3)
    assert found.omega_hierarchical == pytest.approx(144 * 0.36 / total, abs=0.02)
    assert found.omega_total == pytest.approx(1 - 12 * 0.39 / total, abs=0.01)
    alone = omega_hierarchical(0.8 * groups + 0.6 * noise, 3)
    assert alone.omega_hierarchical < 0.1
    assert alone.omega_total > 0.8


def test_turned_items_change_nothing_in_the_hierarchy() -> None:
    items = bfi().dropna()
    turned = items.copy()
    turned[["N1", "N3", "O4"]] = 7 - turned[["N1", "N3", "O4"]]
    found, other = omega_hierarchical(items, 5), omega_hierarchical(turned, 5)
    assert other.omega_hierarchical == pytest.approx(found.omega_hierarchical, abs=1e-6)


def test_refusals() -> None:
    items = planted(5, 50, [0.7, 0.7, 0.7])
    with pytest.raises(TooFewUnitsError, match="three items"):
        omega_total(items[:, :2])
    with pytest.raises(TooFewUnitsError, match="more rows than items"):
        omega_total(items[:3])
    with pytest.raises(ConstantExposureError, match="columns 1 "):
        omega_total(np.column_stack([items[:, 0], np.ones(50), items[:, 1]]))
    with pytest.raises(InputRefusedError, match="three group factors"):
        omega_hierarchical(items, 2)
    with pytest.raises(TooFewUnitsError, match="9 items"):
        omega_hierarchical(items, 3)
    noise = np.random.default_rng(0).normal(size=(100, 9))
    with pytest.raises(TooFewUnitsError, match="improper"):
        omega_hierarchical(noise, 3)
    with pytest.raises(CollinearColumnsError, match="of the others: 9"):
        omega_hierarchical(np.column_stack([noise, noise[:, 0]]), 3)
