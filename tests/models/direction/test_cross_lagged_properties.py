"""Keeps the answer from depending on row order, units of measure, or which series is called x."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_waves import population, sample, with_holes

from models.direction import cross_lagged, fit_moments, random_intercept_cross_lagged
from models.errors import (
    AllMissingError,
    CollinearColumnsError,
    ConstantExposureError,
    ConstantOutcomeError,
    InputRefusedError,
    NotConvergedError,
    NotIdentifiedError,
    TooFewPeriodsError,
    TooFewUnitsError,
)

OPTIONS = {"traits": "accumulating", "paths": "equal", "standard_errors": "robust"}
ROUNDING = 1e-5


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    scale=st.tuples(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3)),
    shift=st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)),
)
def test_units_and_row_order(seed: int, scale, shift) -> None:
    x, y = with_holes(seed, *sample(seed % 5, n=120, n_waves=3), share=0.05)
    order = np.random.default_rng(seed).permutation(len(x))
    one = random_intercept_cross_lagged(x, y, **OPTIONS)
    two = random_intercept_cross_lagged(
        scale[0] * x[order] + shift[0], scale[1] * y[order] + shift[1], **OPTIONS
    )
    assert two.chi2 == pytest.approx(one.chi2, abs=ROUNDING)
    for name, factor in (("forward", scale[1] / scale[0]), ("reverse", scale[0] / scale[1])):
        a, b = getattr(one, name), getattr(two, name)
        assert b.estimate == pytest.approx(factor * a.estimate, rel=1e-4, abs=1e-6 * factor)
        assert b.standardized == pytest.approx(a.standardized, abs=ROUNDING)
        assert b.p_value == pytest.approx(a.p_value, abs=ROUNDING)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_swapping_the_series_swaps_the_directions(seed: int) -> None:
    x, y = sample(seed, n=120, n_waves=3)
    one = random_intercept_cross_lagged(x, y, **OPTIONS)
    two = random_intercept_cross_lagged(y, x, **OPTIONS)
    assert one.forward.estimate == pytest.approx(two.reverse.estimate, abs=ROUNDING)
    assert one.reverse.standardized_error == pytest.approx(two.forward.standardized_error, abs=ROUNDING)
    assert one.difference.standardized == pytest.approx(-two.difference.standardized, abs=ROUNDING)
    assert one.chi2 == pytest.approx(two.chi2, abs=ROUNDING)


def test_moments_and_data_agree() -> None:
    x, y = sample(4)
    data = np.hstack([x, y])
    raw = random_intercept_cross_lagged(x, y)
    moments = fit_moments(data.mean(axis=0), np.cov(data.T, ddof=0), len(data))
    assert moments.chi2 == pytest.approx(raw.chi2, abs=ROUNDING)
    for a, b in zip(raw.paths, moments.paths, strict=True):
        assert (a.name, a.estimate, a.standard_error) == (
            b.name,
            pytest.approx(b.estimate, abs=ROUNDING),
            pytest.approx(b.standard_error, abs=ROUNDING),
        )
    assert moments.forward.standardized == pytest.approx(raw.forward.standardized, abs=ROUNDING)


def test_units_without_any_value_are_dropped_and_counted() -> None:
    x, y = sample(6, n=100, n_waves=3)
    nothing = np.full((4, 3), np.nan)
    found = random_intercept_cross_lagged(np.vstack([x, nothing]), np.vstack([y, nothing]))
    assert (found.n_units, found.n_dropped) == (100, 4)
    assert found.chi2 == pytest.approx(random_intercept_cross_lagged(x, y).chi2)


def test_same_input_same_bytes() -> None:
    x, y = with_holes(3, *sample(3, n=90, n_waves=3))
    one, two = (random_intercept_cross_lagged(x, y, **OPTIONS) for _ in range(2))
    assert one.covariance.tobytes() == two.covariance.tobytes()


def waves(n: int = 60, n_waves: int = 4):
    return sample(0, n=n, n_waves=n_waves)


def changed(values, column, to):
    values = values.copy()
    values[:, column] = to
    return values


@pytest.mark.parametrize(
    ("x", "y", "error", "message"),
    [
        (waves()[0][:, :2], waves()[1][:, :2], TooFewPeriodsError, "2 waves"),
        (waves()[0], waves()[1][:, :3], InputRefusedError, "not two tables"),
        (waves()[0][0], waves()[1][0], InputRefusedError, "not two tables"),
        (waves()[0] * np.inf, waves()[1], InputRefusedError, "infinite"),
        (waves(8)[0], waves(8)[1], TooFewUnitsError, "8 units cannot carry the covariances of 8 columns"),
        (waves()[0] * np.nan, waves()[1] * np.nan, AllMissingError, "no unit has any value"),
        (waves()[0], changed(waves()[1], 2, np.nan), AllMissingError, "no unit has y3"),
        (waves()[0] * 0 + waves()[0][:, :1], waves()[1], CollinearColumnsError, "x2"),
        (waves()[0] * 0 + 7, waves()[1], ConstantExposureError, "x1 has one value"),
        (waves()[0], changed(waves()[1], 0, 3.0), ConstantOutcomeError, "y1 has one value"),
        (waves()[0], waves()[0], CollinearColumnsError, "y1"),
        (
            np.vstack([changed(waves(15)[0], 0, np.nan), changed(waves(15)[0], 1, np.nan)]),
            np.vstack([waves(15)[1], waves(15)[1]]),
            TooFewUnitsError,
            "0 units have both x1 and x2",
        ),
    ],
)
def test_refusals_name_the_cause(x, y, error, message) -> None:
    with pytest.raises(error, match=message):
        random_intercept_cross_lagged(x, y)
    with pytest.raises(error, match=message):
        cross_lagged(x, y)


def test_an_unknown_option_is_refused() -> None:
    for option in ({"traits": "fixed"}, {"paths": "constrained"}, {"standard_errors": "bootstrap"}):
        with pytest.raises(InputRefusedError, match="is none of"):
            random_intercept_cross_lagged(*waves(), **option)


def test_frames_with_gaps_are_read() -> None:
    x, y = with_holes(1, *waves(60), share=0.1)
    frames = [pd.DataFrame(values).convert_dtypes() for values in (x, y)]
    found, plain = random_intercept_cross_lagged(*frames), random_intercept_cross_lagged(x, y)
    assert found.chi2 == pytest.approx(plain.chi2)


def test_a_series_that_moves_in_no_unit_is_refused_where_cells_are_missing() -> None:
    x, y = with_holes(1, *waves(40), share=0.4)
    fixed = np.where(np.isfinite(x), np.arange(40.0)[:, None], np.nan)
    with pytest.raises(ConstantExposureError, match="never changes within a unit"):
        random_intercept_cross_lagged(fixed, y)


@pytest.mark.parametrize(
    ("mean", "covariance", "n", "error", "message"),
    [
        (np.zeros(5), np.eye(5), 50, InputRefusedError, "do not fit"),
        (np.zeros(6), np.eye(8), 50, InputRefusedError, "do not fit"),
        (np.zeros(4), np.eye(4), 50, TooFewPeriodsError, "2 waves"),
        (np.zeros(6), np.eye(6), 6, TooFewUnitsError, "6 units"),
        (np.zeros(6), np.ones((6, 6)), 50, InputRefusedError, "not positive definite"),
        (np.zeros(6), np.eye(6) + np.eye(6, k=1), 50, InputRefusedError, "not positive definite"),
    ],
)
def test_moments_that_are_none_are_refused(mean, covariance, n, error, message) -> None:
    with pytest.raises(error, match=message):
        fit_moments(mean, covariance, n)


def test_more_parameters_than_moments_are_refused() -> None:
    with pytest.raises(TooFewPeriodsError, match="cannot carry"):
        fit_moments(np.zeros(6), population(3), 100, traits="accumulating")


def test_what_the_likelihood_cannot_tell_is_an_error_and_no_estimate() -> None:
    """A walk without end: a random intercept and a lasting shock are the same thing."""
    walk = population(5, paths=np.array([[1.0, 0.0], [0.0, 0.4]]))
    with pytest.raises((NotConvergedError, NotIdentifiedError)):
        fit_moments(np.zeros(10), walk, 300, paths="equal")
    ours = fit_moments(np.zeros(10), walk, 300, traits="accumulating", paths="equal")
    assert ours.at("x~x").estimate == pytest.approx(1.0, abs=1e-3)
    assert ours.forward.estimate == pytest.approx(0.0, abs=1e-3)
