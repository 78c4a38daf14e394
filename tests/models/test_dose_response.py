"""Keeps a straight effect straight, and an effect that wears off from being called a line."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st

from models.dose_response import DoseResponse, dose_response
from models.errors import (
    AllMissingError,
    ConstantExposureError,
    ConstantOutcomeError,
    TooFewUnitsError,
)
from models.inference import cluster_covariance
from models.planted import planted_panel
from models.splines import natural_spline, spline_knots

OUTCOME, LEAD = "csat_share", "csat_share_lead_3m"
EFFECT = 0.02


def line(seed: int, n: int = 60) -> pd.DataFrame:
    return planted_panel(
        seed, n_organizations=n, n_months=24, effect=EFFECT, trait=0.1, outcomes=(OUTCOME,), noise=0.025
    )


def saturating(seed: int, n: int = 60) -> pd.DataFrame:
    """The effect of the line up to an index of 50, and nothing beyond."""
    frame = line(seed, n)
    frame[LEAD] -= EFFECT * (frame["index_per_10"] - 5).clip(lower=0)
    return frame


@pytest.fixture(scope="module")
def bent() -> DoseResponse:
    return dose_response(saturating(1), OUTCOME)


def test_planted_saturation_is_found(bent: DoseResponse) -> None:
    found = bent.summary
    assert found.bend_p_value < 0.01
    assert found.slope_difference_high < 0
    assert found.lower_slope_low <= EFFECT <= found.lower_slope_high
    assert found.higher_slope_low <= 0 <= found.higher_slope_high


def test_a_line_is_called_bent_as_rarely_as_promised() -> None:
    rejected, covered, hit = 0, 0, 0
    for seed in range(30):
        found = dose_response(line(seed), OUTCOME, n_draws=199)
        s = found.summary
        rejected += s.bend_p_value < 0.05
        truth = [EFFECT * (p.index - s.reference_index) / 10 for p in found.points]
        inside = [p.low <= t <= p.high for p, t in zip(found.points, truth, strict=True)]
        covered += all(inside)
        hit += dose_response(saturating(seed), OUTCOME, n_draws=1).summary.bend_p_value < 0.05
    # Of 30 at 5 %: more than 5, or fewer than 25 covered, have probability 0.003 each.
    assert rejected <= 5
    assert covered >= 25
    assert hit >= 27


def test_statsmodels_with_every_dummy_agrees(bent: DoseResponse) -> None:
    frame = saturating(1)
    knots = spline_knots(frame["index_per_10"])
    basis = natural_spline(frame["index_per_10"], knots)
    rows = pd.DataFrame(basis, columns=["b0", "b1", "b2"]).assign(
        y=frame[LEAD].to_numpy(), unit=frame["organization_id"].to_numpy(), month=frame["period"].astype(str)
    )
    fit = smf.ols("y ~ b0 + b1 + b2 + C(unit) + C(month)", rows).fit()
    names = ["b0", "b1", "b2"]
    at = [fit.model.exog_names.index(name) for name in names]
    V = cluster_covariance(fit.model.exog, fit.resid, rows["unit"], "CR2")[np.ix_(at, at)]
    b = fit.params[names].to_numpy()
    grid = np.array([p.index for p in bent.points]) / 10
    contrasts = natural_spline(grid, knots) - natural_spline([np.median(frame["index_per_10"])], knots)
    np.testing.assert_allclose([p.estimate for p in bent.points], contrasts @ b, atol=1e-9)
    errors = np.sqrt(np.einsum("ij,jk,ik->i", contrasts, V, contrasts))
    np.testing.assert_allclose([p.standard_error for p in bent.points], errors, rtol=1e-5, atol=1e-9)
    statistic = b[1:] @ np.linalg.solve(V[1:, 1:], b[1:]) / 2
    assert bent.summary.bend_statistic == pytest.approx(statistic, rel=1e-5)


def test_shown_only_where_the_index_was_seen(bent: DoseResponse) -> None:
    index = saturating(1)["index_per_10"].to_numpy() * 10
    shown = [p.index for p in bent.points]
    assert (shown[0], shown[-1]) == pytest.approx(tuple(np.quantile(index, [0.05, 0.95])))
    assert max(np.diff(shown)) <= 2.5
    assert bent.summary.critical_value > 1.96
    nearest = min(bent.points, key=lambda p: abs(p.index - bent.summary.reference_index))
    assert nearest.standard_error < bent.points[0].standard_error


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6), scale=st.floats(0.01, 100), shift=st.floats(-10, 10))
def test_order_and_units_do_not_matter(seed: int, scale: float, shift: float) -> None:
    frame = line(seed % 5, n=25)
    plain = dose_response(frame, OUTCOME, n_draws=49)
    shuffled = dose_response(frame.sample(frac=1, random_state=seed), OUTCOME, n_draws=49)
    assert plain == shuffled
    moved = dose_response(frame.assign(**{LEAD: scale * frame[LEAD] + shift}), OUTCOME, n_draws=49)
    assert moved.summary.bend_statistic == pytest.approx(plain.summary.bend_statistic, rel=1e-6)
    for ours, other in zip(plain.points, moved.points, strict=True):
        expected = np.array(astuple(ours)[2:]) * scale
        np.testing.assert_allclose(astuple(other)[2:], expected, rtol=1e-6, atol=1e-9 * scale)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda f: f.assign(**{LEAD: np.nan}), AllMissingError, "no row has both"),
        (lambda f: f.assign(**{LEAD: 0.5}), ConstantOutcomeError, "never changes"),
        (lambda f: f.assign(index_per_10=5.0), ConstantExposureError, "too few distinct"),
        (
            lambda f: f.assign(index_per_10=f.groupby("organization_id")["index_per_10"].transform("first")),
            ConstantExposureError,
            "never changes",
        ),
        (lambda f: f.loc[f["organization_id"] < "org_010"], TooFewUnitsError, "10 organisations"),
        (lambda f: f.drop_duplicates("organization_id"), TooFewUnitsError, "two periods"),
    ],
)
def test_refusals_name_the_cause(change, error, message: str) -> None:
    with pytest.raises(error, match=message):
        dose_response(change(line(2, n=25)), OUTCOME)
