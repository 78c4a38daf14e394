"""Keeps honest intervals at the published ones, and their sets at what linear programming identifies."""

from __future__ import annotations

import warnings

import diff_diff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize

from models.errors import InputRefusedError, TooFewPeriodsError, TooFewUnitsError
from models.event_study import group_time_att, honest_bounds
from models.event_study.smoothness import (
    folded_normal_quantile,
    smoothness_frontier,
    smoothness_interval,
)
from models.panel import two_way_within

FIRST, AVERAGE = np.array([1.0, 0.0, 0.0, 0.0]), np.full(4, 0.25)
MEDICAID = ("insured", "state", "year", "expansion")


def ends(bounds, restriction: str) -> dict[float, tuple[float, float]]:
    return {i.m: (i.low, i.high) for i in bounds.intervals if i.restriction == restriction}


def sizes(entry) -> list[float]:
    return [float(m) for m in entry["value"]]


def assert_ends(found, entry) -> None:
    for m, expected in entry["value"].items():
        for ours, theirs in zip(found[float(m)], expected, strict=True):
            assert theirs is None or ours == pytest.approx(theirs, abs=entry["abs_tol"]), m


@pytest.fixture(scope="module")
def taxes(published):
    study = published["benzarti_carloni"]
    return np.array(study["estimates"]), np.array(study["covariance"]), study


@pytest.mark.parametrize(
    ("weights", "relative", "smooth"),
    [(FIRST, "conditional_first", "smooth_first"), (AVERAGE, "conditional_average", "smooth_average")],
)
def test_benzarti_carloni_conditional_and_smooth(taxes, weights, relative: str, smooth: str) -> None:
    b, V, study = taxes
    found = honest_bounds(
        b, V, weights, relative=sizes(study[relative]), smooth=sizes(study[smooth]), hybrid=False
    )
    assert_ends(ends(found, "relative_magnitude"), study[relative])
    assert_ends(ends(found, "smoothness"), study[smooth])


def test_benzarti_carloni_hybrid(taxes) -> None:
    b, V, study = taxes
    found = honest_bounds(b, V, AVERAGE, relative=sizes(study["hybrid_average"]))
    assert_ends(ends(found, "relative_magnitude"), study["hybrid_average"])


def test_medicaid_as_in_the_readme_of_the_r_package(medicaid, published) -> None:
    """Two-way fixed effects, states that expanded in 2014 against those that did later or never."""
    numbers = published["medicaid"]
    frame = medicaid.loc[(medicaid["year"] < 2016) & (medicaid["expansion"] != 2015)]
    years = [2008, 2009, 2010, 2011, 2012, 2014, 2015]
    early = frame["expansion"] == 2014
    frame = frame.assign(**{f"d{y}": (early & (frame["year"] == y)) * 1.0 for y in years})
    names = [f"d{y}" for y in years]
    fit = two_way_within(frame, "insured", names[0], names[1:], "state", "year")
    at = [fit.names.index(name) for name in names]
    found = honest_bounds(
        fit.coefficients[at],
        fit.covariance[np.ix_(at, at)],
        [1, 0],
        relative=sizes(numbers["honest_relative"]),
        smooth=sizes(numbers["honest_smooth"]),
    )
    assert_ends(ends(found, "relative_magnitude"), numbers["honest_relative"])
    assert_ends(ends(found, "smoothness"), numbers["honest_smooth"])
    # "The breakdown value for a significant effect is Mbar = 2", and M between 0.02 and 0.03.
    assert found.relative_breakdown == pytest.approx(2.0, abs=0.1)
    assert 0.02 < found.smoothness_breakdown < 0.03


def test_diff_diff_agrees_on_smoothness(medicaid) -> None:
    coded = medicaid.assign(
        state=medicaid["state"].astype("category").cat.codes,
        expansion=medicaid["expansion"].fillna(0).astype(int),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study = diff_diff.CallawaySantAnna(control_group="not_yet_treated", base_period="universal").fit(
            coded, outcome="insured", unit="state", time="year", first_treat="expansion"
        )
        theirs = [
            diff_diff.HonestDiD(method="smoothness", M=m).fit(study.aggregate("event_study"))
            for m in (0.0, 0.01)
        ]
    ours = group_time_att(medicaid, *MEDICAID, control="not_yet", base="universal").dynamic
    n_post = sum(e >= 0 for e in ours)
    frontier = smoothness_frontier(ours.covariance, np.full(n_post, 1 / n_post))
    for m, other in zip((0.0, 0.01), theirs, strict=True):
        found = smoothness_interval(frontier, ours.estimates, ours.covariance, m, 0.05)
        assert found == pytest.approx((other.ci_lb, other.ci_ub), abs=1e-6)


def identified(b: np.ndarray, weights: np.ndarray, restriction: str, m: float) -> tuple[float, float]:
    """Solve for the target's range when estimates have no error: one linear programme per end and set."""
    n_post = len(weights)
    n_pre, n = len(b) - n_post, len(b) + 1
    fixed = np.append(b[:n_pre], 0.0)
    difference = np.diff(np.eye(n), axis=0)
    if restriction == "smoothness":
        rows, bound = np.diff(difference, axis=0), m
    else:
        rows, bound = difference[n_pre:], m * np.abs(np.diff(fixed)).max()
    known, free = rows[:, : n_pre + 1] @ fixed, rows[:, n_pre + 1 :]
    A, right = np.vstack([free, -free]), np.concatenate([bound - known, bound + known])
    bias = [
        sign * linprog(sign * weights, A_ub=A, b_ub=right, bounds=[(None, None)] * n_post).fun
        for sign in (1.0, -1.0)
    ]
    point = float(weights @ b[n_pre:])
    return point - bias[1], point - bias[0]


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6), n_pre=st.integers(2, 4), n_post=st.integers(1, 3))
def test_without_error_relative_intervals_are_the_identified_sets(seed: int, n_pre: int, n_post: int) -> None:
    rng = np.random.default_rng(seed)
    b, weights = rng.normal(size=n_pre + n_post), rng.normal(size=n_post)
    found = honest_bounds(b, np.eye(len(b)) * 1e-12, weights, relative=(0.5, 1.0), smooth=())
    for interval in found.intervals:
        expected = identified(b, weights, "relative_magnitude", interval.m)
        assert (interval.low, interval.high) == pytest.approx(expected, abs=1e-4)


def test_without_error_the_published_identified_sets(taxes) -> None:
    b, V, study = taxes
    numbers = study["identified_average"]
    for m, expected in numbers["value"].items():
        ours = identified(b, AVERAGE, "relative_magnitude", float(m))
        assert ours == pytest.approx(expected, abs=numbers["abs_tol"])
    found = honest_bounds(b, V * 1e-9, AVERAGE, relative=sizes(numbers), smooth=())
    for interval in found.intervals:
        assert (interval.low, interval.high) == pytest.approx(numbers["value"][f"{interval.m:g}"], abs=1e-4)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6), n_pre=st.integers(1, 5), n_post=st.integers(1, 3))
def test_smooth_intervals_are_the_shortest(seed: int, n_pre: int, n_post: int) -> None:
    """A general optimiser over all weights that ignore straight lines finds nothing shorter."""
    rng = np.random.default_rng(seed)
    k, m = n_pre + n_post, 0.3
    root = rng.normal(size=(k, k)) + 2 * np.eye(k)
    V, weights = root @ root.T, rng.normal(size=n_post)
    times = np.arange(-n_pre, 0)
    line = float(weights @ np.arange(1, n_post + 1))
    # The bias through each change of slope is its weight in the trend that bends there alone.
    grid = np.arange(-n_pre, n_post + 1)
    bends = [np.clip(grid - c, 0, None) if c >= 0 else np.clip(c - grid, 0, None) for c in grid[1:-1]]

    def half_length(w: np.ndarray) -> float:
        free = np.append(w, (line + w @ times[:-1]) if n_pre > 1 else line)
        full = np.concatenate([free, [0.0], weights])
        v = np.delete(full, n_pre)
        sd = np.sqrt(v @ V @ v)
        return sd * folded_normal_quantile(m * sum(abs(full @ bend) for bend in bends) / sd, 0.05)

    interval = honest_bounds(np.zeros(k), V, weights, relative=(), smooth=(m,)).intervals[0]
    ours = (interval.high - interval.low) / 2
    starts = rng.normal(size=(4, n_pre - 1)) if n_pre > 1 else np.zeros((1, 0))
    if n_pre == 1:
        assert ours == pytest.approx(half_length(np.zeros(0)), rel=1e-6)
        return
    best = min(
        minimize(half_length, s, method="Nelder-Mead", options={"maxiter": 4000, "fatol": 1e-10}).fun
        for s in starts
    )
    assert ours <= best * (1 + 1e-6)
    assert ours == pytest.approx(best, rel=0.02)


def test_intervals_cover_the_worst_trend_they_allow() -> None:
    rng = np.random.default_rng(2)
    V, effect = 0.02**2 * (0.5 * np.eye(4) + 0.5), 0.2
    # Steps of 0.02 and 0.03 before the base, then 0.05 a period: 5/3 of the largest, bending by 0.02.
    trend = np.array([-0.05, -0.03, 0.05, 0.10])
    covered = {"relative_magnitude": 0, "smoothness": 0}
    for draw in rng.multivariate_normal(trend, V, 30):
        b = draw + np.array([0, 0, effect, effect])
        found = honest_bounds(b, V, [0.0, 1.0], relative=(5 / 3,), smooth=(0.02,))
        for interval in found.intervals:
            covered[interval.restriction] += interval.low <= effect <= interval.high
    # Fewer than 25 of 30 have probability 0.003 when coverage is 95 %.
    assert min(covered.values()) >= 25


@settings(max_examples=5, deadline=None)
@given(scale=st.floats(0.01, 100), sign=st.sampled_from([1.0, -1.0]))
def test_bounds_scale_with_the_outcome(taxes, scale: float, sign: float) -> None:
    b, V, _ = taxes
    plain = honest_bounds(b, V, FIRST, relative=(1.0,), smooth=(0.01,), hybrid=False)
    moved = honest_bounds(
        sign * scale * b, scale**2 * V, FIRST, relative=(1.0,), smooth=(0.01 * scale,), hybrid=False
    )
    for ours, other in zip(plain.intervals, moved.intervals, strict=True):
        expected = sorted([sign * scale * ours.low, sign * scale * ours.high])
        assert [other.low, other.high] == pytest.approx(expected, rel=1e-4)
    assert moved.relative_breakdown == pytest.approx(plain.relative_breakdown, rel=1e-3)


def test_larger_restrictions_give_wider_intervals_and_the_breakdown_is_where_zero_enters(taxes) -> None:
    b, V, _ = taxes
    found = honest_bounds(b, V, FIRST, relative=(0.5, 1.0, 1.5, 2.0), smooth=(0.05, 0.1, 0.3), hybrid=False)
    for restriction, breakdown in (
        ("relative_magnitude", found.relative_breakdown),
        ("smoothness", found.smoothness_breakdown),
    ):
        intervals = ends(found, restriction)
        widths = [high - low for low, high in intervals.values()]
        assert widths == sorted(widths)
        for m, (low, high) in intervals.items():
            assert (low <= 0 <= high) == (m >= breakdown)


def test_breakdown_is_zero_for_nothing_and_infinite_for_the_obvious() -> None:
    V = np.eye(4) * 1e-4
    nothing = honest_bounds([0.01, -0.01, 0.0, 0.005], V, [1, 0], relative=(), smooth=())
    assert (nothing.relative_breakdown, nothing.smoothness_breakdown) == (0.0, 0.0)
    obvious = honest_bounds([0.001, -0.001, 50.0, 50.0], V, [1, 0], relative=(), smooth=())
    assert (obvious.relative_breakdown, obvious.smoothness_breakdown) == (np.inf, np.inf)


def test_same_seed_same_ends(taxes) -> None:
    b, V, _ = taxes
    first, second = (honest_bounds(b, V, FIRST, relative=(1.0,), seed=4) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("b", "V", "weights", "options", "error", "message"),
    [
        ([1.0, 2.0], np.eye(2), [1, 0], {}, TooFewPeriodsError, "no placebo"),
        ([1.0, 2.0, 3.0], np.ones((3, 3)), [1], {}, TooFewUnitsError, "covariance"),
        ([1.0, 2.0, 3.0], np.eye(2), [1], {}, InputRefusedError, "shapes"),
        ([1.0, 2.0, 3.0], np.eye(3), [0.0], {}, InputRefusedError, "weights"),
        ([1.0, 2.0, 3.0], np.eye(3), [1], {"smooth": (-1.0,)}, InputRefusedError, "negative"),
    ],
)
def test_refusals_name_the_cause(b, V, weights, options, error, message: str) -> None:
    with pytest.raises(error, match=message):
        honest_bounds(b, V, weights, **options)
