"""Keeps the page from calling an estimate sturdy that a modest unseen cause would undo."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InputRefusedError
from models.robustness import (
    confounder_bound,
    e_value,
    e_value_of_interval,
    partial_r2,
    robustness_value,
)

PUBLISHED = json.loads((Path(__file__).parent / "fixtures" / "published_results.json").read_text())["evalue"]
# Cinelli and Hazlett (2020), table 1: violence and attitudes to peace in Darfur. Printed with three digits;
# t with more, as the authors' package gives it.
DARFUR_ESTIMATE, DARFUR_SE, DARFUR_T, DARFUR_DOF = 0.09731582, 0.02325654, 4.18445, 783
PRINTED = 5e-4


def test_darfur_gives_the_published_robustness_values() -> None:
    assert partial_r2(DARFUR_T, DARFUR_DOF) == pytest.approx(0.022, abs=PRINTED)
    assert robustness_value(DARFUR_T, DARFUR_DOF) == pytest.approx(0.139, abs=PRINTED)
    assert robustness_value(DARFUR_T, DARFUR_DOF, alpha=0.05) == pytest.approx(0.076, abs=PRINTED)


def test_darfur_gives_the_published_bounds_of_being_female() -> None:
    """Confounders once, twice, three times as strong as being female; estimate, error as in the paper."""
    female = {"r2_exposure": 0.009164287 / 1.009164287, "r2_outcome": 0.1090}
    printed = {
        1.0: (0.0092, 0.125, 0.0752, 0.0219),
        2.0: (0.0183, 0.249, 0.0529, 0.0204),
        3.0: (0.0275, 0.374, 0.0304, 0.0187),
    }
    for strength, (exposure, outcome, estimate, error) in printed.items():
        bound = confounder_bound(DARFUR_ESTIMATE, DARFUR_SE, DARFUR_DOF, **female, strength=strength)
        assert bound.r2_exposure == pytest.approx(exposure, abs=1e-4)
        assert bound.r2_outcome == pytest.approx(outcome, abs=1e-3)
        assert bound.estimate == pytest.approx(estimate, abs=2e-4)
        assert bound.standard_error == pytest.approx(error, abs=1e-4)


def regression(y: np.ndarray, X: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    b = np.linalg.lstsq(X, y, rcond=None)[0]
    dof = len(y) - X.shape[1]
    variance = ((y - X @ b) ** 2).sum() / dof * np.linalg.inv(X.T @ X)
    return b, np.sqrt(np.diag(variance)), dof


def residual(y: np.ndarray, X: np.ndarray) -> np.ndarray:
    return y - X @ np.linalg.lstsq(X, y, rcond=None)[0]


def test_a_confounder_of_exactly_that_strength_undoes_the_estimate() -> None:
    """Second route: the confounder is made, put into the regression, and the coefficient is zero."""
    rng = np.random.default_rng(3)
    n = 400
    w, ones = rng.normal(size=n), np.ones(n)
    x = 0.5 * w + rng.normal(size=n)
    y = 0.3 * x + w + rng.normal(size=n)
    base = np.column_stack([x, w, ones])
    b, se, dof = regression(y, base)
    strength = robustness_value(b[0] / se[0], dof)
    x_left, e = residual(x, base[:, 1:]), residual(y, base)
    noise = residual(rng.normal(size=n), np.column_stack([base, y]))
    unit = [v / np.linalg.norm(v) for v in (x_left, e, noise)]
    # Partial R squared with the exposure = strength; with the outcome given the exposure = strength too.
    a = np.sqrt(strength)
    z = a * unit[0] + np.sqrt(1 - strength) * (a * unit[1] + np.sqrt(1 - strength) * unit[2])
    adjusted, _, _ = regression(y, np.column_stack([base, z]))
    assert adjusted[0] == pytest.approx(0.0, abs=1e-10)


def test_with_alpha_the_interval_then_touches_zero() -> None:
    """Second route: at that strength the interval ends at zero, clustered errors included."""
    estimate, error, dof, clusters, design = 0.5, 0.1, 300.0, 40.0, 1.6
    strength = robustness_value(
        estimate / error, dof, alpha=0.05, design_effect=design, critical_dof=clusters - 1
    )
    bias = error * np.sqrt(dof * strength**2 / (1 - strength))
    adjusted_error = error * design * np.sqrt(dof / (dof - 1))
    from scipy.stats import t

    assert estimate - bias - t.isf(0.025, clusters - 1) * adjusted_error == pytest.approx(0.0, abs=1e-10)


def test_an_estimate_without_significance_needs_no_confounder() -> None:
    assert robustness_value(1.5, 100, alpha=0.05) == 0.0
    assert robustness_value(0.0, 100) == 0.0


@given(st.floats(-50, 50), st.floats(2, 1e5), st.floats(0.1, 1))
def test_is_a_share_symmetric_and_grows_with_t(t: float, dof: float, q: float) -> None:
    value = robustness_value(t, dof, q)
    assert 0 <= value < 1
    assert value == robustness_value(-t, dof, q)
    assert robustness_value(2 * t, dof, q) >= value
    assert robustness_value(t, dof, q, alpha=0.05) <= value + 1e-12


@pytest.mark.parametrize("name", [name for name in PUBLISHED if "(" in name])
def test_e_values_are_the_published_ones(name: str) -> None:
    rr, low, high = (float(part.strip("(),")) for part in name.removeprefix("RR ").split())
    value, limit = PUBLISHED[name]["value"]
    assert e_value(rr) == pytest.approx(value, abs=PUBLISHED[name]["abs_tol"])
    assert e_value_of_interval(rr, low, high) == pytest.approx(limit, abs=PUBLISHED[name]["abs_tol"])


def test_e_value_for_another_truth_is_the_published_one() -> None:
    assert e_value(2.5, true=1.5) == pytest.approx(PUBLISHED["RR 2.5 to true 1.5"]["value"], abs=1e-6)


def test_an_interval_that_holds_the_truth_needs_no_confounder() -> None:
    assert e_value_of_interval(1.2, 0.9, 1.6) == 1.0


@given(st.floats(0.05, 20))
def test_an_e_value_solves_its_own_bound(rr: float) -> None:
    """Ding and VanderWeele's joint bound E*E/(2E-1) equals the ratio it was computed for."""
    e = e_value(rr)
    assert e * e / (2 * e - 1) == pytest.approx(max(rr, 1 / rr), rel=1e-9)


@pytest.mark.parametrize(
    "call",
    [
        lambda: robustness_value(float("nan"), 10),
        lambda: robustness_value(2.0, 0),
        lambda: robustness_value(2.0, 10, q=0),
        lambda: robustness_value(2.0, 10, alpha=1.5),
        lambda: e_value(0.0),
        lambda: e_value_of_interval(2.0, 2.5, 3.0),
        lambda: confounder_bound(1, 0.1, 50, r2_exposure=0.6, r2_outcome=0.1, strength=3),
        lambda: confounder_bound(1, 0.0, 50, r2_exposure=0.1, r2_outcome=0.1),
    ],
)
def test_numbers_out_of_range_are_refused(call) -> None:
    with pytest.raises(InputRefusedError):
        call()
