"""Keeps one organisation from carrying a claim about all of them."""

from __future__ import annotations

import numpy as np
import pytest

from models.diagnostics import leave_one_cluster_out
from models.errors import TooFewUnitsError
from models.panel import two_way_within, within_design
from models.planted import planted_panel

TWO_ROUTES = 1e-8


def world(seed: int = 0):
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(7), 6)
    X = np.column_stack([rng.normal(size=42), np.ones(42), groups == 3])
    return 0.4 * X[:, 0] + rng.normal(size=42), X, groups


def test_equals_refitting_without_each_cluster() -> None:
    y, X, groups = world()
    result = leave_one_cluster_out(y, X, groups, 0)
    plain = [np.linalg.lstsq(X[groups != g], y[groups != g], rcond=None)[0][0] for g in range(7)]
    # Without cluster 3 its own dummy is a column of zeros; the slope must come out all the same.
    np.testing.assert_allclose(result.estimates, plain, rtol=TWO_ROUTES)
    assert result.full == pytest.approx(np.linalg.lstsq(X, y, rcond=None)[0][0])
    assert (result.low, result.high) == (min(result.estimates), max(result.estimates))


def test_equals_refitting_the_two_way_panel_without_each_organisation() -> None:
    frame = planted_panel(3, n_organizations=12, n_months=10, outcomes=("csat_share",))
    frame.loc[frame.index % 7 == 0, "csat_share_lead_3m"] = np.nan
    names = ("csat_share_lead_3m", "index_per_10", [], "organization_id", "period")
    design = within_design(frame, *names[:3], unit=names[3], period=names[4])
    result = leave_one_cluster_out(design.y, design.X, design.units, 0)
    plain = [
        two_way_within(frame.loc[frame["organization_id"] != unit], *names).coefficients[0]
        for unit in design.unit_labels
    ]
    np.testing.assert_allclose(result.estimates, plain, rtol=TWO_ROUTES)


def test_a_coefficient_that_needs_one_cluster_is_said_to() -> None:
    y, X, groups = world()
    result = leave_one_cluster_out(y, X, groups, 2)
    assert np.isnan(result.estimates[3])
    assert not result.keeps_sign
    assert result.most_influential == "3"


def test_finds_the_organisation_that_decides() -> None:
    y, X, groups = world(1)
    y, X = y - 0.4 * X[:, 0], X[:, :2]
    y[groups == 5] += 9 * X[groups == 5, 0]
    result = leave_one_cluster_out(y, X, groups, 0)
    assert result.most_influential == "5"


def test_two_clusters_are_too_few() -> None:
    with pytest.raises(TooFewUnitsError):
        leave_one_cluster_out(np.arange(4.0), np.ones((4, 1)), [0, 0, 1, 1], 0)
