"""Keeps a study that could see nothing from reporting that there is nothing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import FTestPower

from models.errors import InputRefusedError
from models.power import minimum_detectable_effect, units_needed


def test_the_usual_multiple_of_the_standard_error() -> None:
    # 2.8016 = 1.9600 + 0.8416, the multiplier of Bloom (1995).
    assert minimum_detectable_effect(1.0) == pytest.approx(2.8016, abs=1e-4)


@pytest.mark.parametrize(
    ("alpha", "power", "multiple"),
    [(0.10, 0.8, 2.49), (0.10, 0.9, 2.93), (0.05, 0.9, 3.24), (0.01, 0.8, 3.42), (0.01, 0.9, 3.86)],
)
def test_the_other_multiples_of_bloom(alpha, power, multiple) -> None:
    """Bloom (1995): multiples of the standard error for two-sided tests."""
    assert minimum_detectable_effect(1.0, alpha, power) == pytest.approx(multiple, abs=0.005)


def test_an_effect_of_that_size_is_found_as_often_as_promised() -> None:
    effect = minimum_detectable_effect(0.3, alpha=0.01, power=0.9)
    found = stats.norm.sf(stats.norm.ppf(0.995) - effect / 0.3)
    assert found == pytest.approx(0.9, abs=1e-6)


def test_swapped_degrees_of_freedom_promise_another_power() -> None:
    """Used as documented, statsmodels' `FTestPower` is far from the power of the F test; ours is near."""
    n, standard_error = 60, 0.25
    effect = minimum_detectable_effect(standard_error)
    strength = (effect / standard_error) ** 2
    critical = stats.f.isf(0.05, 1, n - 2)
    seen = stats.ncf.sf(critical, 1, n - 2, strength)
    assert seen == pytest.approx(0.8, abs=0.02)
    size = np.sqrt(strength / n)
    swapped = FTestPower().power(effect_size=size, df_num=1, df_denom=n - 2, alpha=0.05)
    assert abs(swapped - seen) > 0.2


def test_half_the_effect_needs_four_times_the_organisations() -> None:
    mde = minimum_detectable_effect(0.1)
    assert units_needed(0.1, 50, mde) == 50
    assert units_needed(0.1, 50, mde / 2) == 200
    assert units_needed(0.1, 50, -100.0) == 1


@pytest.mark.parametrize("se", [0.0, -1.0, np.nan, np.inf])
def test_refuses_no_standard_error(se) -> None:
    with pytest.raises(InputRefusedError):
        minimum_detectable_effect(se)


def test_refuses_impossible_questions() -> None:
    with pytest.raises(InputRefusedError):
        minimum_detectable_effect(1.0, alpha=0.0)
    with pytest.raises(InputRefusedError):
        units_needed(1.0, 10, 0.0)
