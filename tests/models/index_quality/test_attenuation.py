"""Keeps a slope on a noisy index from being read as the slope on the thing itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import results

from models.errors import AllMissingError, CollinearColumnsError, InputRefusedError, TooFewUnitsError
from models.estimate import ols
from models.index_quality import corrected_slope, disattenuated_correlation
from models.panel import two_way_within

FULLER = results("fuller_corn")
EFFECT = 0.5
WORLDS = 80


def cross_section(seed: int, n: int = 200, noise: float = 2.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Truth of variance 4, error of variance `noise`: reliability 2/3 by default."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 2, n)
    return EFFECT * truth + rng.normal(size=n), truth + rng.normal(0, np.sqrt(noise), n), truth


def panel(seed: int, n_units: int = 60, n_waves: int = 4, carried: int = 6) -> pd.DataFrame:
    """Months that carry the last measurement; its error variance differs by wave and is estimated."""
    rng = np.random.default_rng(seed)
    trait = rng.normal(0, 3, (n_units, 1))
    truth = trait + rng.normal(0, 1.5, (n_units, n_waves))
    n_raters = rng.integers(3, 7, (n_units, n_waves))
    ratings = truth[..., None] + rng.normal(0, 2, (n_units, n_waves, 6))
    used = np.arange(6) < n_raters[..., None]
    measured = np.where(used, ratings, np.nan)
    x, variance = np.nanmean(measured, axis=2), np.nanvar(measured, axis=2, ddof=1) / n_raters
    shape = (n_units, n_waves, carried)
    y = EFFECT * truth[..., None] + 2 * trait[..., None] + rng.normal(0, 1, shape)
    unit, wave, _ = np.indices(shape)
    month = np.broadcast_to(np.arange(n_waves * carried).reshape(n_waves, carried), shape)
    return pd.DataFrame(
        {
            "unit": unit.ravel(),
            "measurement": (unit * n_waves + wave).ravel(),
            "month": month.ravel(),
            "x": np.repeat(x.ravel(), carried),
            "first_half": np.repeat(ratings[..., :2].mean(axis=2).ravel(), carried),
            "second_half": np.repeat(ratings[..., 2:4].mean(axis=2).ravel(), carried),
            "variance": np.repeat(variance.ravel(), carried),
            "y": y.ravel() + 0.1 * month.ravel(),
        }
    )


def within(frame: pd.DataFrame, **given):
    return corrected_slope(
        frame["y"],
        frame["x"],
        frame["variance"],
        controls=pd.get_dummies(frame["month"]).to_numpy(),
        within=frame["unit"],
        measurement=frame["measurement"],
        **given,
    )


def test_fullers_corn() -> None:
    data = FULLER["data"]
    moments = np.cov(data["yield"], data["nitrogen"])
    expected = FULLER["moments"]
    tolerance = expected["abs_tol"]
    assert moments[0, 0] == pytest.approx(expected["value"]["yy"], abs=tolerance)
    assert moments[0, 1] == pytest.approx(expected["value"]["xy"], abs=tolerance)
    assert moments[1, 1] == pytest.approx(expected["value"]["xx"], abs=tolerance)
    found = corrected_slope(data["yield"], data["nitrogen"], 57.0)
    assert found.corrected == pytest.approx(FULLER["slope"]["value"], abs=FULLER["slope"]["abs_tol"])
    assert found.reliability == pytest.approx(1 - 57 / 304.8545, abs=1e-6)


def test_raw_is_the_within_estimate_and_correction_without_error_changes_nothing() -> None:
    frame = panel(1)
    other = two_way_within(frame, "y", "x", [], "unit", "month").at("x")
    found = within(frame.assign(variance=0.0))
    for own in ((found.raw, found.raw_low, found.raw_high), (found.corrected, found.low, found.high)):
        assert own == pytest.approx((other.estimate, other.low, other.high), abs=1e-10)
    assert found.reliability == 1


def test_planted_truth_without_and_with_fixed_effects() -> None:
    hits, raw_hits = np.zeros(2), np.zeros(2)
    for seed in range(WORLDS):
        y, x, _ = cross_section(seed)
        for i, found in enumerate((corrected_slope(y, x, 2.0), within(panel(seed, n_units=40)))):
            hits[i] += found.low <= EFFECT <= found.high
            raw_hits[i] += found.raw_low <= EFFECT <= found.raw_high
    # The binomial at 95 % is at least 68 of 80 with probability 0.9998; the raw slope misses by a third.
    assert (hits >= 68).all()
    assert (raw_hits < 30).all()


def test_error_shared_by_months_of_one_measurement_must_be_told() -> None:
    frame = panel(3, n_units=800)
    told = within(frame)
    assert told.corrected == pytest.approx(EFFECT, abs=0.05)
    # As if every month were measured anew: demeaning would seem to leave more of the error than it does.
    untold = corrected_slope(
        frame["y"],
        frame["x"],
        frame["variance"],
        controls=pd.get_dummies(frame["month"]).to_numpy(),
        within=frame["unit"],
    )
    assert untold.corrected > told.corrected + 0.05


def test_second_route_simulation_extrapolation() -> None:
    # Cook and Stefanski (1994): add more error, watch the slope fall, extrapolate to no error. The slope is
    # beta * s / (s + (1 + lambda) u), so its inverse is linear in lambda.
    y, x, _ = cross_section(5, n=4000)
    rng = np.random.default_rng(5)
    steps, inverse = np.array([0.0, 0.5, 1.0, 1.5, 2.0]), []
    for step in steps:
        slopes = [
            np.cov(y, noisy)[0, 1] / noisy.var(ddof=1)
            for noisy in (x + rng.normal(0, np.sqrt(2 * step), (20, len(x))))
        ]
        inverse.append(1 / np.mean(slopes))
    slope, level = np.polyfit(steps, inverse, 1)
    assert corrected_slope(y, x, 2.0).corrected == pytest.approx(1 / (level - slope), rel=0.03)


def test_second_route_half_of_the_raters_as_instrument() -> None:
    frame = panel(6, n_units=800)
    demeaned = frame[["y", "first_half", "second_half"]].sub(
        frame.groupby("unit")[["y", "first_half", "second_half"]].transform("mean")
    )
    months = pd.get_dummies(frame["month"]).to_numpy(dtype=float)
    left = demeaned.to_numpy() - months @ np.linalg.lstsq(months, demeaned.to_numpy(), rcond=None)[0]
    y, first, second = left.T
    by_instrument = (second @ y) / (second @ first)
    assert within(frame).corrected == pytest.approx(by_instrument, abs=0.05)


def test_spearman_1904() -> None:
    # r = .38 with reliabilities .58 and .71: corrected .38 / sqrt(.58 * .71).
    assert disattenuated_correlation(0.38, 0.58, 0.71) == pytest.approx(0.38 / np.sqrt(0.58 * 0.71))
    y, x, truth = cross_section(7, n=50_000)
    r = np.corrcoef(y, x)[0, 1]
    assert disattenuated_correlation(r, 4 / 6) == pytest.approx(np.corrcoef(y, truth)[0, 1], abs=0.01)
    with pytest.raises(InputRefusedError, match="not in"):
        disattenuated_correlation(0.4, 0.0)


def test_refusals() -> None:
    y, x, _ = cross_section(8, n=30)
    with pytest.raises(TooFewUnitsError, match="is not error"):
        corrected_slope(y, x, 50.0)
    with pytest.raises(TooFewUnitsError, match="three clusters"):
        corrected_slope(y, x, 1.0, groups=np.arange(30) % 2)
    with pytest.raises(CollinearColumnsError):
        corrected_slope(y, x, 1.0, controls=x)
    with pytest.raises(CollinearColumnsError):
        corrected_slope(y, np.arange(30) % 10, 1.0, within=np.arange(30) % 10)
    with pytest.raises(AllMissingError):
        corrected_slope(y, np.full(30, np.nan), 1.0)
    with pytest.raises(InputRefusedError, match="negative"):
        corrected_slope(y, x, -1.0)
    with pytest.raises(InputRefusedError, match="differ in length"):
        corrected_slope(y, x[:-1], 1.0)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 20), st.floats(0.1, 20), st.floats(-50, 50))
def test_order_labels_and_units(seed, per_x, per_y, shift) -> None:
    rng = np.random.default_rng(seed)
    y, x, _ = cross_section(seed, n=40, noise=0.5)
    groups = np.arange(40) % 8
    found = corrected_slope(y, x, 0.5, groups=groups)
    order = rng.permutation(40)
    moved = corrected_slope(
        y[order] * per_y + shift,
        x[order] * per_x - shift,
        0.5 * per_x**2,
        groups=np.array(list("hgfedcba"))[groups[order]],
    )
    scale = per_y / per_x
    expected = (found.raw * scale, found.corrected * scale, found.low * scale, found.high * scale)
    assert (moved.raw, moved.corrected, moved.low, moved.high) == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert moved.reliability == pytest.approx(found.reliability, rel=1e-9)
    assert abs(found.corrected) >= abs(found.raw)
    plain = ols(y, np.column_stack([x, np.ones(40)]), ["x", "one"], groups).at("x")
    assert (found.raw, found.raw_low) == pytest.approx((plain.estimate, plain.low))
