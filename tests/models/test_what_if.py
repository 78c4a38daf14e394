"""Keeps the page from promising what was never seen."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import InputRefusedError
from models.what_if import what_if

LOWERS = (0.0, 20.0, 40.0, 60.0, 80.0)
EFFECT = (0.015, 0.005, 0.025)
CHANGES = np.linspace(-12, 12, 101)
LEVELS = np.linspace(5, 75, 50)


def test_the_step_to_the_next_stage_times_the_effect() -> None:
    found = what_if(52.0, LOWERS, EFFECT, CHANGES, LEVELS)
    assert (found.target, found.step, found.note) == (60.0, 8.0, "")
    assert (found.expected, found.low, found.high) == pytest.approx((0.012, 0.004, 0.02))


def test_a_negative_effect_keeps_the_order_of_its_interval() -> None:
    found = what_if(52.0, LOWERS, (-8.0, -10.0, -6.0), CHANGES, LEVELS)
    assert found.low < found.expected < found.high


@pytest.mark.parametrize(
    ("index", "note"),
    [(85.0, "top_stage"), (41.0, "step_not_observed"), (72.0, "level_not_observed")],
)
def test_what_was_not_seen_is_not_said(index: float, note: str) -> None:
    found = what_if(index, LOWERS, EFFECT, CHANGES, LEVELS)
    assert found.note == note
    assert (found.expected, found.low, found.high) == (None, None, None)


def test_standing_on_a_cut_off_means_the_next_one() -> None:
    assert what_if(60.0, LOWERS, EFFECT, np.full(9, 30.0), [99.0]).target == 80.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: what_if(np.nan, LOWERS, EFFECT, CHANGES, LEVELS),
        lambda: what_if(-1.0, LOWERS, EFFECT, CHANGES, LEVELS),
        lambda: what_if(50.0, LOWERS, EFFECT, [], LEVELS),
        lambda: what_if(50.0, LOWERS, EFFECT, CHANGES, [np.nan]),
    ],
)
def test_without_a_basis_it_is_refused(call) -> None:
    with pytest.raises(InputRefusedError):
        call()
