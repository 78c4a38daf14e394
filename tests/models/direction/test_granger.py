"""Keeps "helps to predict" from drifting away from the published test, for one series and for panels."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.stattools import grangercausalitytests

from models.direction import granger, panel_granger
from models.errors import (
    AllMissingError,
    CollinearColumnsError,
    ConstantExposureError,
    ConstantOutcomeError,
    InputRefusedError,
    TooFewPeriodsError,
)

FIXTURES = Path(__file__).parents[1] / "fixtures"
PUBLISHED = json.loads((FIXTURES / "published_direction.json").read_text())
EGGS = pd.read_csv(FIXTURES / "ChickEgg.csv")


def grunfeld():
    data = pd.read_csv(FIXTURES / "Grunfeld.csv")
    return tuple(
        data.pivot(index="firm", columns="year", values=name).to_numpy(dtype=float)
        for name in ("inv", "value")
    )


@pytest.mark.parametrize(
    ("case", "y", "x"), [("chicken_before_egg", "egg", "chicken"), ("egg_before_chicken", "chicken", "egg")]
)
def test_chickens_and_eggs(case: str, y: str, x: str) -> None:
    expected, found = PUBLISHED["granger"][case], granger(EGGS[y], EGGS[x], 3)
    assert found.statistic == pytest.approx(expected["F"], abs=expected["abs_tol"])
    assert [found.df_numerator, found.df_denominator] == expected["df"]
    assert found.p_value == pytest.approx(expected["p"], abs=expected["abs_tol"])


def test_statsmodels_agrees() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = grangercausalitytests(EGGS[["egg", "chicken"]], [2])[2][0]["ssr_ftest"]
    found = granger(EGGS["egg"], EGGS["chicken"], 2)
    assert (found.statistic, found.p_value) == (pytest.approx(other[0]), pytest.approx(other[1]))
    assert (found.df_denominator, found.df_numerator) == tuple(other[2:])


def test_plm_on_grunfeld() -> None:
    expected = PUBLISHED["panel_granger"]
    one, two = (panel_granger(*grunfeld(), lags) for lags in (1, 2))
    assert one.z_tilde == pytest.approx(expected["z_tilde_1"], abs=5e-5)
    assert one.z_tilde_p_value == pytest.approx(expected["p_tilde_1"], abs=5e-7)
    assert two.z_tilde == pytest.approx(expected["z_tilde_2"], abs=5e-5)
    assert two.z_tilde_p_value == pytest.approx(expected["p_tilde_2"], abs=5e-6)
    assert two.z_bar == pytest.approx(expected["z_bar_2"], abs=5e-5)
    assert two.z_bar_p_value == pytest.approx(expected["p_bar_2"], abs=5e-6)
    np.testing.assert_allclose(two.wald[:9], expected["wald_2"], atol=5e-8)
    assert two.w_bar == pytest.approx(two.wald.mean())


def test_few_periods_fool_z_bar_and_not_z_tilde() -> None:
    """100 units, ten periods, nothing planted: Z-bar rejects every second time, Z-tilde one in twenty."""
    rejected = {"bar": 0, "tilde": 0}
    for seed in range(15):
        y, x = np.random.default_rng(seed).normal(size=(2, 100, 10))
        found = panel_granger(y, x)
        rejected["bar"] += found.z_bar_p_value < 0.05
        rejected["tilde"] += found.z_tilde_p_value < 0.05
    # Of 15 tests at 5 % more than 4 reject with probability 0.001.
    assert rejected["tilde"] <= 4
    assert rejected["bar"] > 4


def test_a_planted_lag_is_found_in_its_direction() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(2, 60, 12))
    y[:, 1:] += 0.8 * x[:, :-1]
    assert panel_granger(y, x).z_tilde_p_value < 1e-6
    assert panel_granger(x, y).z_tilde_p_value > 0.05


def test_eight_periods_have_no_z_tilde() -> None:
    y, x = np.random.default_rng(0).normal(size=(2, 30, 8))
    found = panel_granger(y, x)
    assert np.isnan(found.z_tilde)
    assert np.isnan(found.z_tilde_p_value)
    assert np.isfinite(found.z_bar)


def test_units_with_gaps_or_without_movement_are_dropped_and_counted() -> None:
    y, x = np.random.default_rng(1).normal(size=(2, 20, 10))
    y[0, 3], x[1], y[2] = np.nan, 4.0, 1.0
    found = panel_granger(y, x)
    assert (found.n_units, found.n_dropped) == (17, 3)
    np.testing.assert_array_equal(found.wald, panel_granger(y[3:], x[3:]).wald)


@pytest.mark.parametrize(
    ("y", "x", "lags", "error"),
    [
        ([1.0, 2.0], [1.0], 1, InputRefusedError),
        (np.arange(12.0), np.arange(12.0), 0, InputRefusedError),
        (np.full(12, np.nan), np.arange(12.0), 1, AllMissingError),
        ([1.0, np.nan, *range(10)], np.arange(12.0), 1, InputRefusedError),
        (np.arange(7.0), np.arange(7.0) ** 2, 2, TooFewPeriodsError),
        (np.ones(12), np.arange(12.0), 1, ConstantOutcomeError),
        (np.arange(12.0) % 5, np.ones(12), 1, ConstantExposureError),
        (np.arange(12.0) ** 2 % 7, np.arange(12.0) ** 2 % 7, 1, CollinearColumnsError),
    ],
)
def test_refusals(y, x, lags, error) -> None:
    with pytest.raises(error):
        granger(y, x, lags)


@pytest.mark.parametrize(
    ("shape", "error"), [((5, 7), TooFewPeriodsError), ((5,), InputRefusedError), ((0, 9), AllMissingError)]
)
def test_panel_refusals(shape, error) -> None:
    with pytest.raises(error):
        panel_granger(np.zeros(shape), np.zeros(shape))
