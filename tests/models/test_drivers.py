"""Keeps the page from naming a dimension that matters when the data cannot tell it from the others."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.drivers import drivers, lmg
from models.errors import (
    AllMissingError,
    CollinearColumnsError,
    ConstantOutcomeError,
    InputRefusedError,
    TooFewUnitsError,
)

FIXTURES = Path(__file__).parent / "fixtures"
PUBLISHED = json.loads((FIXTURES / "published_results.json").read_text())["swiss_lmg"]


def swiss() -> tuple[pd.Series, pd.DataFrame]:
    table = pd.read_csv(FIXTURES / "swiss.csv", index_col=0)
    return table["Fertility"], table.drop(columns="Fertility")


def world(seed: int = 0, n: int = 300, weights: tuple[float, ...] = (1.0, 0.0, 0.5, 0.0)):
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    X = 0.7 * common + rng.normal(size=(n, len(weights)))
    return X @ np.array(weights) + rng.normal(size=n), X, np.repeat(np.arange(n // 6), 6)


def test_swiss_shares_are_those_of_relaimpo() -> None:
    shares = lmg(*swiss())
    assert shares.sum() == pytest.approx(PUBLISHED["R2"]["value"], abs=PUBLISHED["R2"]["abs_tol"])
    for name, value in PUBLISHED["lmg"]["value"].items():
        assert shares[name] == pytest.approx(value, abs=PUBLISHED["lmg"]["abs_tol"])


def test_an_outcome_in_a_frame_with_gaps_is_read() -> None:
    y, X = swiss()
    gapped = y.to_frame().astype("Float64")
    gapped.iloc[3] = pd.NA
    pd.testing.assert_series_equal(lmg(gapped, X), lmg(y.drop(y.index[3]), X.drop(X.index[3])))


def test_equals_the_mean_gain_over_every_order() -> None:
    y, X, _ = world(1, 60)

    def r2(columns: tuple[int, ...]) -> float:
        if not columns:
            return 0.0
        design = np.column_stack([np.ones(len(y)), X[:, columns]])
        left = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
        return 1 - left @ left / ((y - y.mean()) ** 2).sum()

    gains = np.zeros(4)
    orders = list(permutations(range(4)))
    for order in orders:
        for at, j in enumerate(order):
            gains[j] += r2(order[: at + 1]) - r2(order[:at])
    np.testing.assert_allclose(lmg(y, X), gains / len(orders), atol=1e-12)


def test_finds_the_one_dimension_that_was_planted() -> None:
    y, X, groups = world(5, 900, (0.0, 0.8, 0.0, 0.0))
    found = drivers(y, X, list("abcd"), groups, [50, 40, 60, 55], n_draws=200)
    by_name = {driver.name: driver for driver in found.drivers}
    assert max(found.drivers, key=lambda driver: driver.share).name == "b"
    assert all(by_name["b"].low > by_name[name].high for name in "acd")
    assert by_name["b"].quadrant == "concentrate_here"
    assert {by_name[name].quadrant for name in "cd"} == {"possible_overkill"}


def test_intervals_hold_the_population_shares() -> None:
    """Percentile intervals of 60 worlds; at least 90 of 100 would be expected at 95 % (binomial bound)."""
    _, big, _ = world(99, 60_000)
    truth = np.asarray(
        lmg(big @ np.array([1.0, 0.0, 0.5, 0.0]) + np.random.default_rng(7).normal(size=60_000), big)
    )
    held = 0
    for seed in range(60):
        y, X, groups = world(seed, 300)
        found = drivers(y, X, list("abcd"), groups, np.zeros(4), n_draws=199, seed=seed).drivers
        held += found[0].low <= truth[0] <= found[0].high
    assert held >= 51


def test_draws_that_cannot_tell_the_dimensions_apart_are_left_out() -> None:
    """With four organisations some draws hold one of them four times: no regression can be solved there."""
    X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
    y, seed = np.array([1.0, 0.0, 3.0, -2.0]), 0
    found = drivers(y, X, list("ab"), np.arange(4), np.zeros(2), n_draws=999, seed=seed)
    table = np.column_stack([y, X]) - np.column_stack([y, X]).mean(axis=0)
    drawn = np.random.default_rng(seed).multinomial(4, np.full(4, 0.25), 999)
    kept = []
    for times in drawn:
        rows = np.repeat(table, times, axis=0)
        if np.linalg.matrix_rank(rows[:, 1:]) == 2:
            kept.append([_gain(rows, j) for j in (0, 1)])
    assert 0 < len(kept) < 999
    spread = np.array(kept)
    spread = np.maximum(spread - spread.mean(axis=0) + [one.share for one in found.drivers], 0.0)
    low, high = np.percentile(spread, [2.5, 97.5], axis=0)
    np.testing.assert_allclose([one.low for one in found.drivers], low, atol=1e-12)
    np.testing.assert_allclose([one.high for one in found.drivers], high, atol=1e-12)


def _gain(rows: np.ndarray, j: int) -> float:
    """Mean gain of one of two columns over both orders, through the origin."""

    def explained(*columns: int) -> float:
        design, y = rows[:, columns], rows[:, 0]
        left = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
        return 1 - float(left @ left) / float(y @ y)

    return (explained(j + 1) + explained(1, 2) - explained(2 - j)) / 2


def test_organizations_of_which_no_draw_tells_the_dimensions_apart_are_too_few() -> None:
    X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
    seed = next(
        seed
        for seed in range(1000)
        if np.random.default_rng(seed).multinomial(4, np.full(4, 0.25), 1).max() == 4
    )
    with pytest.raises(TooFewUnitsError, match="no draw"):
        drivers([1.0, 0.0, 3.0, -2.0], X, list("ab"), np.arange(4), np.zeros(2), n_draws=1, seed=seed)


def test_controls_are_taken_out_first() -> None:
    y, X, groups = world(2)
    control = np.random.default_rng(4).normal(size=len(y))
    others = np.column_stack([np.ones(len(y)), control])
    with_control = drivers(
        y + 3 * control, X + control[:, None], list("abcd"), groups, np.zeros(4), controls=others, n_draws=9
    )
    residuals = [
        v - others @ np.linalg.lstsq(others, v, rcond=None)[0]
        for v in (y + 3 * control, X + control[:, None])
    ]
    np.testing.assert_allclose([d.share for d in with_control.drivers], lmg(*residuals), atol=1e-10)


def test_a_constant_is_taken_out_without_being_told() -> None:
    y, X, groups = world(2)
    shares = [
        [d.share for d in drivers(a, b, list("abcd"), groups, np.zeros(4), n_draws=9).drivers]
        for a, b in ((y, X), (y + 40, X - 7))
    ]
    np.testing.assert_allclose(shares[0], lmg(y, X), atol=1e-10)
    np.testing.assert_allclose(shares[1], shares[0], atol=1e-10)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.floats(0.01, 100), st.floats(-5, 5))
def test_shares_do_not_depend_on_units_order_or_labels(seed: int, scale: float, shift: float) -> None:
    y, X, _ = world(seed, 60)
    order = np.random.default_rng(seed).permutation(len(y))
    plain = lmg(y, X)
    np.testing.assert_allclose(lmg((y * scale + shift)[order], (X * scale - shift)[order]), plain, atol=1e-9)
    swapped = lmg(y, X[:, ::-1])
    np.testing.assert_allclose(swapped[::-1], plain, atol=1e-12)


def test_same_seed_same_intervals_whatever_the_row_order() -> None:
    y, X, groups = world(3)
    order = np.random.default_rng(1).permutation(len(y))
    one = drivers(y, X, list("abcd"), groups, np.zeros(4), n_draws=50, seed=5)
    two = drivers(y[order], X[order], list("abcd"), groups[order], np.zeros(4), n_draws=50, seed=5)
    for a, b in zip(one.drivers, two.drivers, strict=True):
        assert (a.share, a.low, a.high) == pytest.approx((b.share, b.low, b.high), abs=1e-9)


@pytest.mark.parametrize(
    ("error", "y", "X"),
    [
        (AllMissingError, [np.nan] * 5, np.eye(5)[:, :2]),
        (TooFewUnitsError, [1.0, 2.0, 3.0], np.eye(3)[:, :2]),
        (ConstantOutcomeError, [1.0] * 8, np.random.default_rng(0).normal(size=(8, 2))),
        (CollinearColumnsError, np.arange(8.0) ** 2, np.column_stack([np.arange(8), 2 * np.arange(8)])),
        (InputRefusedError, np.arange(5.0), np.eye(8)[:, :2]),
        (InputRefusedError, np.arange(3.0), [["a"], ["b"], ["c"]]),
        (InputRefusedError, np.arange(40.0), np.random.default_rng(0).normal(size=(40, 17))),
    ],
)
def test_what_cannot_be_shared_is_refused_by_name(error, y, X) -> None:
    with pytest.raises(error):
        lmg(y, X)


def test_too_few_organisations_are_refused() -> None:
    y, X, _ = world(0, 60)
    with pytest.raises(TooFewUnitsError):
        drivers(y, X, list("abcd"), np.repeat(np.arange(6), 10), np.zeros(4))


def test_missing_values_are_refused_where_rows_are_resampled() -> None:
    y, X, groups = world(0, 60)
    y[3] = np.nan
    with pytest.raises(InputRefusedError):
        drivers(y, X, list("abcd"), groups, np.zeros(4))
