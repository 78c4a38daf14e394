"""Keeps a choice behind the index from being called harmless when it moves the ranks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import qmc

from models.errors import ConstantOutcomeError, InputRefusedError, TooFewUnitsError
from models.index_quality import SobolShare, sobol_shares

# Ishigami and Homma (1990) with a = 7, b = 0.1; the shares follow from the variance terms.
A, B = 7.0, 0.1
VARIANCE = A**2 / 8 + B * np.pi**4 / 5 + B**2 * np.pi**8 / 18 + 0.5
FIRST = np.array([0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8, 0.0]) / VARIANCE
INTERPLAY = B**2 * np.pi**8 * (1 / 18 - 1 / 50) / VARIANCE
TOTAL = FIRST + np.array([INTERPLAY, 0.0, INTERPLAY])


def ishigami(u: np.ndarray) -> np.ndarray:
    x = np.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def shares_of(
    model: Callable[[np.ndarray], np.ndarray], u: np.ndarray, groups: list[list[int]]
) -> tuple[SobolShare, ...]:
    a, b = np.split(u, 2, axis=1)
    mixed = []
    for group in groups:
        ab = a.copy()
        ab[:, group] = b[:, group]
        mixed.append(model(ab))
    names = tuple(f"x{i}" for i in range(len(groups)))
    return sobol_shares(names, model(a), model(b), mixed, n_draws=200)


def test_ishigami() -> None:
    assert FIRST.round(4).tolist() == [0.3139, 0.4424, 0.0]
    u = qmc.Sobol(6, seed=1).random_base2(13)
    found = shares_of(ishigami, u, [[0], [1], [2]])
    np.testing.assert_allclose([s.first_order for s in found], FIRST, atol=0.01)
    np.testing.assert_allclose([s.total for s in found], TOTAL, atol=0.01)


def test_intervals_cover_the_analytic_shares() -> None:
    rng = np.random.default_rng(3)
    hits = np.zeros(2)
    for _ in range(20):
        found = shares_of(ishigami, rng.random((400, 6)), [[0], [1], [2]])
        hits[0] += sum(s.first_low <= f <= s.first_high for s, f in zip(found, FIRST, strict=True))
        hits[1] += sum(s.total_low <= t <= s.total_high for s, t in zip(found, TOTAL, strict=True))
    # 60 intervals each. x2 has no effect and its total is estimated without error: x3's first order is the
    # hardest. The binomial at 93 % is at least 48 with probability 0.999.
    assert (hits >= 48).all()


def test_groups_of_inputs_and_brute_force() -> None:
    def model(u: np.ndarray) -> np.ndarray:
        return u[:, 0] * u[:, 1] + 2 * u[:, 2]

    # Var(u1 u2) = 7/144, Var(2 u3) = 1/3: the pair is one group and adds up with the rest.
    u = qmc.Sobol(6, seed=2).random_base2(12)
    pair, rest = shares_of(model, u, [[0, 1], [2]])
    share = (7 / 144) / (7 / 144 + 1 / 3)
    assert (pair.first_order, pair.total) == pytest.approx((share, share), abs=0.01)
    assert rest.first_order + pair.first_order == pytest.approx(1, abs=0.01)
    # Brute force for u1 alone: variance of conditional means on a grid.
    grid = (np.arange(200) + 0.5) / 200
    means = [model(np.column_stack([np.full(4000, x), *u[:4000, 1:3].T])).mean() for x in grid]
    alone = shares_of(model, u, [[0]])[0]
    assert alone.first_order == pytest.approx(np.var(means) / (7 / 144 + 1 / 3), abs=0.01)


def test_unit_of_the_output_does_not_matter() -> None:
    u = np.random.default_rng(4).random((200, 6))
    found = shares_of(ishigami, u, [[0], [1], [2]])
    other = shares_of(lambda v: 50 - 8 * ishigami(v), u, [[0], [1], [2]])
    for one, two in zip(found, other, strict=True):
        assert (one.first_order, one.total_high) == pytest.approx((two.first_order, two.total_high))


def test_refusals() -> None:
    with pytest.raises(TooFewUnitsError, match="16 runs"):
        sobol_shares(("a",), np.arange(5.0), np.arange(5.0), [np.arange(5.0)])
    with pytest.raises(ConstantOutcomeError):
        sobol_shares(("a",), np.ones(50), np.ones(50), [np.ones(50)])
    with pytest.raises(InputRefusedError, match="shapes"):
        sobol_shares(("a", "b"), np.arange(50.0), np.arange(50.0), [np.arange(50.0)])
    with pytest.raises(InputRefusedError, match="shapes"):
        sobol_shares(("a",), np.arange(50.0), np.arange(49.0), [np.arange(50.0)])
