"""Keeps a curve smooth between its knots and straight beyond them."""

from __future__ import annotations

import numpy as np
import pytest
from patsy import dmatrix

from models.errors import ConstantExposureError, InputRefusedError
from models.splines import natural_spline, spline_knots

X = np.linspace(0.0, 10.0, 200)
KNOTS = spline_knots(X, 4)


def test_spans_the_same_curves_as_patsy() -> None:
    ours = np.column_stack([np.ones(len(X)), natural_spline(X, KNOTS)])
    inner, outer = KNOTS[1:-1].tolist(), KNOTS[[0, -1]].tolist()
    theirs = np.asarray(
        dmatrix(f"cr(x, knots={inner}, lower_bound={outer[0]}, upper_bound={outer[1]}) - 1", {"x": X})
    )
    for a, b in ((ours, theirs), (theirs, ours)):
        np.testing.assert_allclose(a @ np.linalg.lstsq(a, b, rcond=None)[0], b, atol=1e-8)


def test_straight_beyond_the_outer_knots() -> None:
    beyond = natural_spline([KNOTS[-1] + 1, KNOTS[-1] + 2, KNOTS[-1] + 3], KNOTS)
    np.testing.assert_allclose(np.diff(beyond, n=2, axis=0), 0, atol=1e-10)
    np.testing.assert_array_equal(natural_spline([KNOTS[0] - 1, KNOTS[0]], KNOTS)[:, 1:], 0)


def test_columns_keep_their_form_when_x_is_told_in_other_units() -> None:
    np.testing.assert_allclose(natural_spline(12 * X, 12 * KNOTS), 12 * natural_spline(X, KNOTS))


def test_slopes_are_the_derivatives() -> None:
    at, step = np.array([0.1, 2.0, 5.0, 9.9]), 1e-5
    numeric = (natural_spline(at + step, KNOTS) - natural_spline(at - step, KNOTS)) / (2 * step)
    np.testing.assert_allclose(natural_spline(at, KNOTS, slope=True), numeric, atol=1e-8)


def test_no_knots_is_a_straight_line() -> None:
    np.testing.assert_array_equal(natural_spline(X, np.empty(0))[:, 0], X)
    np.testing.assert_array_equal(natural_spline(X, np.empty(0), slope=True)[:, 0], 1)


def test_knots_stand_at_harrells_quantiles() -> None:
    np.testing.assert_allclose(KNOTS, [0.5, 3.5, 6.5, 9.5])
    with pytest.raises(InputRefusedError, match="6 knots"):
        spline_knots(X, 6)
    with pytest.raises(ConstantExposureError, match="too few distinct"):
        spline_knots(np.repeat([1.0, 2.0], 50), 4)
