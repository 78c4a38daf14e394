"""Keeps a band over many estimates as wide as promised, and a joint test at its stated size."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from models.bands import multiplier_bootstrap, normal_quantile, standard_errors
from models.errors import InputRefusedError, TooFewUnitsError
from models.wald import wald_test


def influence(seed: int, n: int = 200, k: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, k)) @ np.triu(np.ones((k, k)))


def test_a_loop_over_draws_gives_the_same() -> None:
    rows = influence(1, n=40)
    signs = 2 * np.random.default_rng(7).integers(0, 2, size=(99, 40)) - 1
    draws = np.array([(row[:, None] * rows).mean(axis=0) for row in signs])
    largest = np.abs(draws / standard_errors(rows)).max(axis=1)
    band = multiplier_bootstrap(rows, 99, seed=7, level=0.9)
    assert band.critical_value == pytest.approx(np.quantile(largest, 0.9))
    quartiles = np.quantile(draws, [0.25, 0.75], axis=0)
    np.testing.assert_allclose(band.standard_errors, np.diff(quartiles, axis=0)[0] / 1.3489795, rtol=1e-6)


def test_one_estimate_has_the_pointwise_value_and_many_have_sidaks() -> None:
    one = multiplier_bootstrap(influence(2, n=400, k=1), 9999).critical_value
    assert one == pytest.approx(1.96, abs=0.04)
    independent = np.random.default_rng(3).normal(size=(2000, 10))
    many = multiplier_bootstrap(independent, 9999).critical_value
    assert many == pytest.approx(normal_quantile(0.5 + 0.95**0.1 / 2), abs=0.08)


def test_bootstrapped_standard_errors_are_the_analytic_ones() -> None:
    rows = influence(4)
    # 1,999 draws know an interquartile range to about 3 %.
    np.testing.assert_allclose(
        multiplier_bootstrap(rows, 1999).standard_errors, standard_errors(rows), rtol=0.1
    )


def test_an_estimate_without_error_does_not_widen_the_band() -> None:
    rows = influence(5)
    padded = np.column_stack([rows, np.zeros(len(rows))])
    assert multiplier_bootstrap(padded, 99).critical_value == multiplier_bootstrap(rows, 99).critical_value
    assert multiplier_bootstrap(np.zeros((5, 2)), 99).critical_value == pytest.approx(1.959964)


def test_bands_cover_all_truths_at_once() -> None:
    covered = 0
    for seed in range(100):
        rows = influence(100 + seed, n=80, k=4)
        critical = multiplier_bootstrap(rows, 299, seed).critical_value
        covered += (np.abs(rows.mean(axis=0)) <= critical * standard_errors(rows - rows.mean(axis=0))).all()
    # Fewer than 89 of 100 have probability 0.004 when coverage is 95 %.
    assert covered >= 89


def test_same_seed_same_band() -> None:
    rows = influence(6)
    assert (
        multiplier_bootstrap(rows, 99, 5).critical_value == multiplier_bootstrap(rows, 99, 5).critical_value
    )


def test_refusals_name_the_cause() -> None:
    with pytest.raises(TooFewUnitsError):
        multiplier_bootstrap(np.ones((1, 2)))
    for draws, level in ((0, 0.95), (99, 1.0)):
        with pytest.raises(InputRefusedError):
            multiplier_bootstrap(influence(7), draws, level=level)


def test_statsmodels_agrees_on_the_wald_test() -> None:
    rng = np.random.default_rng(8)
    X = sm.add_constant(rng.normal(size=(60, 3)))
    fit = sm.OLS(X @ [1.0, 0.3, 0.0, -0.2] + rng.normal(size=60), X).fit()
    cov = fit.cov_params()[1:, 1:]
    other = fit.f_test(np.eye(4)[1:])
    ours = wald_test(fit.params[1:], cov, fit.df_resid)
    assert ours is not None
    assert (ours.statistic / 3, ours.p_value) == pytest.approx((float(other.fvalue), float(other.pvalue)))
    chi2 = fit.wald_test(np.eye(4)[1:], use_f=False, scalar=True)
    plain = wald_test(fit.params[1:], cov)
    assert plain is not None
    assert (plain.statistic, plain.p_value) == pytest.approx((float(chi2.statistic), float(chi2.pvalue)))


def test_there_is_no_wald_test_of_nothing_or_of_dependent_estimates() -> None:
    assert wald_test(np.array([]), np.zeros((0, 0))) is None
    assert wald_test(np.ones(2), np.ones((2, 2))) is None
