"""Shows each method that is fooled beside ours that is not: a test that both pass would guard nothing."""

from __future__ import annotations

import numpy as np
import pytest
from planted_waves import FIRST, RESIDUAL, TRAITS, population

from models.direction import fit_moments, lead_placebo, random_intercept_cross_lagged
from models.panel import two_way_within

ALONE = np.diag([0.3, 0.3])


def test_plain_cross_lagged_takes_stable_traits_for_change_in_both_directions() -> None:
    moments = (np.zeros(10), population(paths=ALONE), 200)
    plain, ours = fit_moments(*moments, traits="none", paths="equal"), fit_moments(*moments, paths="equal")
    for name in ("forward", "reverse"):
        assert getattr(plain, name).p_value < 0.001
        assert getattr(ours, name).estimate == pytest.approx(0.0, abs=1e-6)
    assert plain.fit.rmsea > 0.08


def test_a_start_tied_to_a_trait_fools_the_stable_form_only() -> None:
    """An index that began where good organisations are and then goes its own way; nothing crosses."""
    n_waves = 6
    moves = population(n_waves, paths=np.diag([0.8, 0.2]), traits=np.zeros((2, 2)))
    tie = np.zeros_like(moves)
    tie[n_waves:, n_waves:] = 1.0
    # What the index has in common with the trait of the outcome fades from wave to wave.
    tie[:n_waves, n_waves:] = 0.7 * 0.8 ** np.arange(n_waves)[:, None]
    tie[n_waves:, :n_waves] = tie[:n_waves, n_waves:].T
    moments = (np.zeros(12), moves + tie, 1000)
    stable = fit_moments(*moments, paths="equal")
    ours = fit_moments(*moments, traits="accumulating", paths="equal")
    assert stable.reverse.p_value < 0.01
    assert ours.reverse.estimate == pytest.approx(0.0, abs=1e-5)
    assert ours.forward.estimate == pytest.approx(0.0, abs=1e-5)
    assert ours.chi2 == pytest.approx(0.0, abs=1e-5)


def test_fixed_effects_with_a_lagged_outcome_are_biased_as_nickell_said() -> None:
    """By about -(1 + rho)/(T - 1); the maximum likelihood of the random-intercept model is not."""
    rng = np.random.default_rng(7)
    n, t, rho = 3000, 6, 0.5
    level = rng.normal(size=(n, 1))
    y = np.empty((n, t))
    y[:, 0] = rng.normal(size=n) / np.sqrt(1 - rho**2)
    x = rng.normal(size=(n, t)) + rng.normal(size=(n, 1))
    for w in range(1, t):
        y[:, w] = rho * y[:, w - 1] + rng.normal(size=n)
    y += level
    units, waves = np.indices((n, t - 1))
    import pandas as pd

    frame = pd.DataFrame(
        {
            "y": y[:, 1:].ravel(),
            "before": y[:, :-1].ravel(),
            "x": x[:, :-1].ravel(),
            "unit": units.ravel(),
            "wave": waves.ravel(),
        }
    )
    naive = two_way_within(frame, "y", "before", ["x"], "unit", "wave").at("before")
    expected = rho - (1 + rho) / (t - 1 - 1)
    assert naive.estimate == pytest.approx(expected, abs=0.1)
    assert naive.high < rho - 0.2
    for traits in ("stable", "accumulating"):
        ours = random_intercept_cross_lagged(x, y, traits=traits, paths="equal").at("y~y")
        assert abs(ours.estimate - rho) < 3 * ours.standard_error


def test_a_common_shock_gives_itself_away_by_the_future_index() -> None:
    rng = np.random.default_rng(1)
    shock = rng.normal(size=(200, 8))
    for w in range(1, 8):
        shock[:, w] = 0.7 * shock[:, w - 1] + 0.7 * shock[:, w]
    noise = rng.normal(scale=0.5, size=(2, 200, 8))
    common = lead_placebo(shock + noise[0], shock + noise[1]).at("x_lead")
    assert common.p_value < 0.001
    x = np.cumsum(rng.normal(size=(200, 8)), axis=1)
    forward = lead_placebo(x, 0.5 * x + noise[1])
    assert forward.at("x_lead").p_value > 0.05
    assert forward.at("x").low < 0.5 < forward.at("x").high


def test_the_planted_covariances_are_proper() -> None:
    for matrix in (FIRST, RESIDUAL, TRAITS, population(6)):
        assert np.linalg.eigvalsh(matrix)[0] > 0
