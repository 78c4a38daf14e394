"""Keeps a ratio of shares honest when organisations repeat and when a cell is empty."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InputRefusedError
from models.prevalence import risk_ratio


def cells(a: int, n1: int, c: int, n0: int) -> tuple[np.ndarray, np.ndarray]:
    practice = np.r_[np.ones(a), np.zeros(n1 - a), np.ones(c), np.zeros(n0 - c)].astype(bool)
    return practice, np.r_[np.ones(n1), np.zeros(n0)].astype(bool)


def test_katz_interval_when_nobody_repeats() -> None:
    practice, mature = cells(60, 100, 30, 120)
    result = risk_ratio(practice, mature, np.arange(220))
    # Katz et al. (1978): se^2 = 1/a - 1/n1 + 1/c - 1/n0; ours has the factor G/(G-1) besides.
    error = np.sqrt((1 / 60 - 1 / 100 + 1 / 30 - 1 / 120) * 220 / 219)
    assert result.ratio == pytest.approx(2.4)
    np.testing.assert_allclose(
        [result.low, result.high], 2.4 * np.exp([-1.959964 * error, 1.959964 * error]), rtol=1e-6
    )
    assert (result.n_exposed, result.n_unexposed, result.share_exposed, result.share_unexposed) == (
        100,
        120,
        0.6,
        0.25,
    )


def test_asking_the_same_organisations_again_adds_no_certainty() -> None:
    practice, mature = cells(60, 100, 30, 120)
    once = risk_ratio(practice, mature, np.arange(220))
    thrice = risk_ratio(np.tile(practice, 3), np.tile(mature, 3), np.tile(np.arange(220), 3))
    assert thrice.high == pytest.approx(once.high)
    assert thrice.n_clusters == 220


@pytest.mark.parametrize(
    ("counts", "ratio", "note"),
    [
        ((0, 10, 5, 10), 0.0, "zero_cell"),
        ((5, 10, 0, 10), None, "zero_cell"),
        ((3, 10, 0, 0), None, "empty_group"),
    ],
)
def test_what_cannot_be_estimated_is_none_and_says_why(counts, ratio, note) -> None:
    practice, mature = cells(*counts)
    result = risk_ratio(practice, mature, np.arange(len(mature)))
    assert (result.ratio, result.low, result.high, result.note) == (ratio, None, None, note)


def test_one_organisation_has_no_interval() -> None:
    practice, mature = cells(3, 10, 2, 10)
    result = risk_ratio(practice, mature, np.zeros(20))
    assert (result.ratio, result.low, result.note) == (pytest.approx(1.5), None, "one_cluster")


def test_refuses_unequal_lengths() -> None:
    with pytest.raises(InputRefusedError):
        risk_ratio([True], [True, False], [1, 2])


def test_interval_covers_in_repeated_samples() -> None:
    rng = np.random.default_rng(4)
    covered = 0
    for _ in range(300):
        groups = np.repeat(np.arange(60), 4)
        mature = np.repeat(np.arange(60) % 2 == 0, 4)
        lean = rng.uniform(-0.2, 0.2, size=60)[groups]
        practice = rng.random(240) < np.where(mature, 0.6, 0.3) + lean
        result = risk_ratio(practice, mature, groups)
        covered += result.low <= 2.0 <= result.high
    # 95 % of 300 is 285; three binomial standard errors are 11.
    assert covered >= 273
