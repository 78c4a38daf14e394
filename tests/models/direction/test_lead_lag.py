"""Keeps the plot of leads and lags from showing what was carried in from outside the observed support."""

from __future__ import annotations

import numpy as np
import pytest

from models.direction import lead_lag, lead_placebo, movement_order
from models.errors import (
    AllMissingError,
    CollinearColumnsError,
    ConstantExposureError,
    InputRefusedError,
    TooFewPeriodsError,
)
from models.inference import cluster_covariance

EFFECT = 0.5


def steps(seed: int = 0, n: int = 60, n_quarters: int = 14, delay: int = 1, noise: float = 0.3):
    """Index that steps every second quarter, and an outcome that follows `delay` quarters later."""
    rng = np.random.default_rng(seed)
    moves = rng.normal(size=(n, n_quarters + 8)) * (np.arange(n_quarters + 8) % 2 == 0)
    index = np.cumsum(moves, axis=1)
    x = index[:, 4 : 4 + n_quarters]
    y = EFFECT * index[:, 4 - delay : 4 - delay + n_quarters] + noise * rng.normal(size=x.shape)
    return x, y + rng.normal(size=(n, 1)) + np.sin(np.arange(n_quarters))


def test_a_planted_delay_is_found() -> None:
    plot = lead_lag(*steps(noise=0.1, n=200))
    assert plot.quarters == tuple(range(-4, 5))
    truth = np.where(np.array(plot.quarters) >= 1, EFFECT, 0.0)
    assert (np.abs(plot.estimates - truth) < 4 * plot.standard_errors + 1e-12).all()
    assert plot.estimates[3] == plot.standard_errors[3] == 0.0
    assert plot.before_p_value > 0.01
    assert plot.n_quarters == 14 - 7
    assert plot.n_observations == 200 * 7


def test_movement_before_the_step_is_seen() -> None:
    assert lead_lag(*steps(delay=-2, n=150)).before_p_value < 1e-6


def test_event_study_with_binned_ends_written_out() -> None:
    """Schmidheiny and Siegloch's other form: changes of x by distance, sums beyond the ends, every dummy."""
    x, y = steps(4, n=25)
    plot = lead_lag(x, y)
    n, n_quarters = x.shape
    change = np.diff(x, axis=1, prepend=np.nan)
    rows, outcome, units, quarters = [], [], [], []
    for q in range(4, n_quarters - 3):
        for i in range(n):
            row = [x[i, -1] - x[i, q + 3]]
            row += [change[i, q - k] for k in (-3, -2, 0, 1, 2, 3)]
            row += [x[i, q - 4] - x[i, 0]]
            rows.append(row)
            outcome.append(y[i, q])
            units.append(i)
            quarters.append(q)
    design = np.column_stack([rows, np.eye(n)[units], np.eye(n_quarters)[quarters][:, 5 : n_quarters - 3]])
    b = np.linalg.lstsq(design, outcome, rcond=None)[0]
    others = [k for k in range(9) if k != 3]
    np.testing.assert_allclose(plot.estimates[others], b[:8], atol=1e-8)
    plain = cluster_covariance(design, outcome - design @ b, units, "CR0")
    k = 8 + (n_quarters - 7 - 1) + 1
    factor = n / (n - 1) * (len(rows) - 1) / (len(rows) - k)
    np.testing.assert_allclose(plot.standard_errors[others], np.sqrt(factor * np.diag(plain)[:8]), rtol=1e-6)


def test_the_joint_band_holds_all_quarters_at_once() -> None:
    inside = {"joint": 0, "single": 0}
    for seed in range(40):
        plot = lead_lag(*steps(seed, n=50))
        truth = np.where(np.array(plot.quarters) >= 1, EFFECT, 0.0)
        inside["joint"] += bool(((plot.joint_low <= truth) & (truth <= plot.joint_high)).all())
        inside["single"] += bool(((plot.low <= truth) & (truth <= plot.high)).all())
        assert (plot.joint_low <= plot.low).all()
    # Of 40 bands at 95 % fewer than 33 hold with probability 0.001.
    assert inside["joint"] >= 33
    assert inside["single"] < inside["joint"]


def test_same_seed_same_band() -> None:
    one, two, other = (lead_lag(*steps(), seed=seed) for seed in (1, 1, 2))
    assert one.joint_low.tobytes() == two.joint_low.tobytes()
    assert one.joint_low.tobytes() != other.joint_low.tobytes()


def test_nothing_is_filled_in() -> None:
    x, y = steps(n=40)
    x[0, :5] = np.nan
    assert lead_lag(x, y).n_observations == 40 * 7 - 5


def test_order_of_units_and_scale() -> None:
    x, y = steps(2)
    order = np.random.default_rng(0).permutation(len(x))
    one, two = lead_lag(x, y), lead_lag(2 * x[order], 6 * y[order])
    np.testing.assert_allclose(two.estimates, 3 * one.estimates, atol=1e-9)
    assert two.before_p_value == pytest.approx(one.before_p_value)


def test_refusals() -> None:
    x, y = steps()
    with pytest.raises(TooFewPeriodsError, match="8 quarters"):
        lead_lag(x[:, :8], y[:, :8])
    with pytest.raises(InputRefusedError, match="units by quarters"):
        lead_lag(x, y[:, :9])
    with pytest.raises(AllMissingError):
        lead_lag(x * np.nan, y)
    with pytest.raises(ConstantExposureError):
        lead_lag(np.ones_like(x), y)
    one_late_step = x[:, :1] * (np.arange(14) >= 8)
    with pytest.raises(CollinearColumnsError, match="x 3 behind, x 4 behind"):
        lead_lag(one_late_step, y)


def test_movement_order_tells_who_moved_first() -> None:
    """A shared shock is seen as much before a wave as after it; one that the outcome had first is not."""
    rng = np.random.default_rng(1)
    n, waves, burn_in = 300, 7, 30
    shock = rng.normal(size=(n, burn_in + 6 * waves + 6))
    for t in range(1, shock.shape[1]):
        shock[:, t] = 0.85 * shock[:, t - 1] + 0.5 * shock[:, t]
    start = burn_in + 6 * np.arange(waves)
    outcome = shock + 0.5 * rng.normal(size=shock.shape)

    def over(first: int, last: int) -> np.ndarray:
        return np.mean([outcome[:, start + k] for k in range(first, last + 1)], axis=0)

    around = over(1, 5) - over(-5, -1)
    together = movement_order(shock[:, start], around).at("x")
    later = movement_order(np.mean([shock[:, start - k] for k in (1, 2, 3)], axis=0), around).at("x")
    assert together.p_value > 0.05
    assert later.estimate < 0
    assert later.p_value < 1e-6


def test_placebo_names_and_refusals() -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 30, 5))
    fit = lead_placebo(x, y)
    assert fit.names[:2] == ("x_lead", "x")
    assert fit.n_clusters == 30
    assert movement_order(x, y).names[:3] == ("x", "x_before", "x_after")
    with pytest.raises(TooFewPeriodsError):
        lead_placebo(x[:, :2], y[:, :2])
    with pytest.raises(InputRefusedError):
        lead_placebo(x, y[:, :4])
    with pytest.raises(InputRefusedError):
        movement_order(x[0], y[0])
