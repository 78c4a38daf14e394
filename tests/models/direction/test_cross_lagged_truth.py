"""Keeps the paths from being an artefact of our algebra: population values, brute force, RAM."""

from __future__ import annotations

import numpy as np
import pytest
from planted_waves import FIRST, PATHS, RESIDUAL, TRAITS, population, sample, with_holes
from scipy import optimize, stats

from models.direction import fit_moments, random_intercept_cross_lagged
from models.direction.cross_lagged import _guesses
from models.direction.fit_measures import rmsea_interval, saturated
from models.direction.likelihood import evaluate, observed_information, scores
from models.direction.sample import sample_of
from models.direction.structure import cross_lagged_structure

EXACT = 1e-6
TWO_ROUTES = 1e-4


def ram(theta: np.ndarray, n_waves: int) -> np.ndarray:
    """McArdle and McDonald's formula with latent intercepts and deviations: F (I - A)^-1 S (I - A)^-T F'."""
    paths, first, residual, traits = (theta[4 * k : 4 * k + 4] for k in range(4))
    n = 2 * n_waves
    size = 2 * n + 2
    a, s = np.zeros((size, size)), np.zeros((size, size))
    for w in range(n_waves):
        for v in range(2):
            a[2 * w + v, n + 2 * w + v] = 1.0
            a[2 * w + v, 2 * n + v] = 1.0
        block = slice(n + 2 * w, n + 2 * w + 2)
        if w:
            a[block, n + 2 * w - 2 : n + 2 * w] = paths.reshape(2, 2)
        part = (first if w == 0 else residual).reshape(2, 2)
        s[block, block] = np.tril(part) + np.tril(part, -1).T
    part = traits.reshape(2, 2)
    s[2 * n :, 2 * n :] = np.tril(part) + np.tril(part, -1).T
    spread = np.linalg.inv(np.eye(size) - a)
    return (spread @ s @ spread.T)[:n, :n]


@pytest.mark.parametrize("traits", ["stable", "accumulating"])
@pytest.mark.parametrize("paths", ["free", "equal"])
def test_the_population_gives_back_its_own_values(traits: str, paths: str) -> None:
    found = fit_moments(np.arange(10.0), population(), 500, traits=traits, paths=paths)
    assert found.chi2 == pytest.approx(0.0, abs=EXACT)
    assert (found.fit.cfi, found.fit.rmsea) == (1.0, 0.0)
    assert found.fit.srmr == pytest.approx(0.0, abs=EXACT)
    for to, row in zip("xy", PATHS, strict=True):
        for of, truth in zip("xy", row, strict=True):
            names = [f"{to}~{of}"] if paths == "equal" else [f"{to}{w}~{of}{w - 1}" for w in range(2, 6)]
            for name in names:
                assert found.at(name).estimate == pytest.approx(truth, abs=EXACT)
    assert found.forward.estimate == pytest.approx(PATHS[1, 0], abs=EXACT)
    assert found.reverse.estimate == pytest.approx(PATHS[0, 1], abs=EXACT)
    assert found.comovement.estimate == pytest.approx(RESIDUAL[0, 1], abs=EXACT)
    assert found.at("y3~~y3").estimate == pytest.approx(RESIDUAL[1, 1], abs=EXACT)
    assert [found.at(f"x{w}~1").estimate for w in range(1, 6)] == pytest.approx(list(range(5)))
    assert not found.improper


def test_the_population_gives_back_its_random_intercepts() -> None:
    found = fit_moments(np.zeros(10), population(), 500)
    assert found.at("ix~~ix").estimate == pytest.approx(TRAITS[0, 0], abs=EXACT)
    assert found.at("ix~~iy").estimate == pytest.approx(TRAITS[0, 1], abs=EXACT)
    assert found.at("x1~~y1").estimate == pytest.approx(FIRST[0, 1], abs=EXACT)


@pytest.mark.parametrize(
    ("n_waves", "options", "df"),
    [
        (5, {}, 21),
        (5, {"traits": "none"}, 24),
        (5, {"paths": "equal"}, 33),
        (5, {"traits": "accumulating", "paths": "equal"}, 29),
        (5, {"paths": "equal", "innovations": "equal"}, 42),
        (3, {}, 1),
        (3, {"traits": "accumulating", "paths": "equal"}, 1),
    ],
)
def test_degrees_of_freedom(n_waves: int, options: dict, df: int) -> None:
    assert fit_moments(np.zeros(2 * n_waves), population(n_waves), 300, **options).df == df


def test_ram_and_a_general_optimiser_find_the_same_maximum() -> None:
    x, y = sample(3, n_waves=4)
    found = random_intercept_cross_lagged(x, y, paths="equal", innovations="equal")
    data = np.stack([x, y], axis=2).reshape(len(x), 8)
    moments = np.cov(data.T, ddof=0)

    def misfit(theta: np.ndarray) -> float:
        sigma = ram(theta, 4)
        sign, log_determinant = np.linalg.slogdet(sigma)
        if sign <= 0 or np.linalg.eigvalsh(sigma)[0] <= 0:
            return 1e6
        return float(log_determinant + np.trace(np.linalg.solve(sigma, moments)))

    start = np.concatenate([PATHS.ravel(), FIRST.ravel(), RESIDUAL.ravel(), TRAITS.ravel()])
    best = optimize.minimize(misfit, start, method="BFGS", options={"gtol": 1e-6})
    log_likelihood = -len(x) / 2 * (best.fun + 8 * np.log(2 * np.pi))
    assert found.log_likelihood == pytest.approx(log_likelihood, abs=TWO_ROUTES)
    chi2 = len(x) * (best.fun - np.linalg.slogdet(moments)[1] - 8)
    assert found.chi2 == pytest.approx(chi2, abs=TWO_ROUTES)
    paths = [found.at(name).estimate for name in ("x~x", "x~y", "y~x", "y~y")]
    assert paths == pytest.approx(list(best.x[:4]), abs=1e-3)


@pytest.mark.parametrize("traits", ["stable", "accumulating", "none"])
def test_likelihood_of_a_panel_with_holes_is_the_sum_of_its_units(traits: str) -> None:
    """Density of each unit by scipy; gradient and curvature by differences; scores add up to the gradient."""
    seen = sample_of(*with_holes(1, *sample(1, n=60, n_waves=3)))
    structure = cross_lagged_structure(3, traits=traits, paths="equal")
    means, covariance, _ = saturated(seen)
    options = {"paths": "equal", "innovations": "free"}
    point = np.concatenate([_guesses(structure, covariance, options)[0], means])
    sigma = structure.implied(point[: len(structure.names)])[0]
    by_unit = 0.0
    for pattern in seen.patterns:
        here = pattern.observed
        spread = sigma[np.ix_(here, here)]
        by_unit += stats.multivariate_normal(means[here], spread).logpdf(pattern.values).sum()

    def at(k: int, side: float):
        step = np.zeros_like(point)
        step[k] = side * 1e-5
        return evaluate(structure, point + step, seen)

    ours = evaluate(structure, point, seen)
    assert ours.log_likelihood == pytest.approx(by_unit)
    pairs = [(at(k, 1), at(k, -1)) for k in range(len(point))]
    slope = [(a.log_likelihood - b.log_likelihood) / 2e-5 for a, b in pairs]
    np.testing.assert_allclose(ours.gradient, slope, atol=1e-4)
    curvature = np.column_stack([(b.gradient - a.gradient) / 2e-5 for a, b in pairs])
    np.testing.assert_allclose(observed_information(structure, point, seen), curvature, atol=1e-4)
    np.testing.assert_allclose(scores(structure, point, seen).sum(axis=0), ours.gradient, atol=1e-9)


def test_saturated_moments_with_holes_are_where_em_comes_to_rest() -> None:
    x, y = with_holes(2, *sample(2, n=80, n_waves=3), share=0.15)
    seen = sample_of(x, y)
    means, covariance, _ = saturated(seen)
    total, squares = np.zeros(6), np.zeros((6, 6))
    for pattern in seen.patterns:
        here = pattern.observed
        gone = np.setdiff1d(np.arange(6), here)
        slope = covariance[np.ix_(gone, here)] @ np.linalg.inv(covariance[np.ix_(here, here)])
        filled = np.empty((pattern.n, 6))
        filled[:, here] = pattern.values
        filled[:, gone] = means[gone] + (pattern.values - means[here]) @ slope.T
        total += filled.sum(axis=0)
        squares += filled.T @ filled
        left = covariance[np.ix_(gone, gone)] - slope @ covariance[np.ix_(here, gone)]
        squares[np.ix_(gone, gone)] += pattern.n * left
    np.testing.assert_allclose(total / seen.n_units, means, atol=1e-5)
    np.testing.assert_allclose(squares / seen.n_units - np.outer(means, means), covariance, atol=1e-5)


def test_robust_errors_are_the_model_errors_when_the_model_is_right() -> None:
    x, y = sample(5, n=4000, n_waves=4)
    model, robust = (
        random_intercept_cross_lagged(x, y, paths="equal", standard_errors=kind)
        for kind in ("model", "robust")
    )
    assert (model.standard_error_kind, robust.standard_error_kind) == ("expected", "robust")
    ratio = [a.standard_error / b.standard_error for a, b in zip(model.paths, robust.paths, strict=True)]
    np.testing.assert_allclose(ratio, 1.0, atol=0.05)


def test_intervals_cover_the_truth() -> None:
    """Of 60 intervals at 95 % fewer than 51 cover with probability 0.001."""
    covered = {"forward": 0, "reverse": 0}
    for seed in range(60):
        found = random_intercept_cross_lagged(
            *sample(seed, n=150, n_waves=4), traits="accumulating", paths="equal", standard_errors="robust"
        )
        for name, truth in (("forward", PATHS[1, 0]), ("reverse", PATHS[0, 1])):
            path = getattr(found, name)
            covered[name] += path.low <= truth <= path.high
    assert min(covered.values()) >= 51


def test_difference_of_the_cross_paths() -> None:
    found = random_intercept_cross_lagged(*sample(1, n=3000))
    gap = found.forward.standardized - found.reverse.standardized
    assert found.difference.standardized == pytest.approx(gap)
    assert found.difference.standardized_low > 0
    assert found.difference.p_value < 0.05
    assert np.isnan(found.difference.estimate)


def test_rmsea_interval_inverts_the_noncentral_chi_square() -> None:
    low, high = rmsea_interval(60.0, 40, 200)
    assert stats.ncx2.cdf(60.0, 40, low**2 * 200 * 40) == pytest.approx(0.95)
    assert stats.ncx2.cdf(60.0, 40, high**2 * 200 * 40) == pytest.approx(0.05)
    assert rmsea_interval(20.0, 40, 200)[0] == 0.0


def test_a_negative_variance_is_told_by_name_and_not_hidden() -> None:
    """A trait that hurts agreement between waves: the population itself has a negative variance of it."""
    traits = np.array([[-0.15, 0.0], [0.0, 1.0]])
    found = fit_moments(np.zeros(10), population(traits=traits), 2000)
    (part,) = found.improper
    assert (part.block, part.variance) == ("random intercepts", "ix~~ix")
    assert found.at("ix~~ix").estimate == pytest.approx(-0.15, abs=EXACT)
    assert part.z_value < 0
    assert found.forward.estimate == pytest.approx(PATHS[1, 0], abs=EXACT)


def test_a_model_without_degrees_of_freedom_misfits_by_nothing() -> None:
    assert rmsea_interval(0.0, 0, 200) == (0.0, 0.0)
