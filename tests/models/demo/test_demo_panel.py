"""Keeps the short way to a panel, on which calibration rests, equal to the long way through tickets."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.demo.panel import OUTCOMES, observed_panel
from models.demo.spec import LEAD_MONTHS, WorldSpec
from models.panel import two_way_within
from models.panel_gate import checked_panel

# Standard errors that two independent draws of the same truth may lie apart; 4 is passed once in 16,000.
FAR = 4.0


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return observed_panel(WorldSpec())


def test_the_panel_passes_the_gate_of_the_regressions(panel: pd.DataFrame) -> None:
    checked = checked_panel(panel, ("csat_share", "log_revenue"), OUTCOMES[2:])
    pd.testing.assert_frame_equal(
        checked[["organization_id", "period"]], panel[["organization_id", "period"]]
    )


def test_index_and_revenue_are_those_of_the_long_way(panel: pd.DataFrame, observe) -> None:
    seen = observe(WorldSpec())
    np.testing.assert_allclose(panel["index_per_10"], seen.index_per_10.ravel())
    np.testing.assert_allclose(panel["log_revenue"], seen.outcomes["log_revenue"].ravel())


@pytest.mark.parametrize("outcome", ["csat_share", "first_response_minutes"])
def test_outcomes_have_the_level_spread_and_slope_of_the_long_way(
    panel: pd.DataFrame, observe, outcome
) -> None:
    seen = observe(WorldSpec())
    ours, theirs = panel[outcome].dropna().to_numpy(), seen.outcomes[outcome].ravel()
    theirs = theirs[np.isfinite(theirs)]
    apart = abs(ours.mean() - theirs.mean()) / np.hypot(ours.std(), theirs.std()) * np.sqrt(len(ours))
    assert apart < FAR
    assert ours.std() == pytest.approx(theirs.std(), rel=0.05)
    keys = ("organization_id", "period")
    fit = two_way_within(panel, f"{outcome}_lead_{LEAD_MONTHS}m", "index_per_10", [], *keys).at(
        "index_per_10"
    )
    slope = seen.slope(outcome, within=True)
    error = (slope.high - slope.low) / (2 * 1.976)
    assert abs(fit.estimate - slope.estimate) < FAR * np.hypot(fit.standard_error, error)


def test_same_spec_same_panel_and_another_seed_another(panel: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(observed_panel(WorldSpec()), panel)
    assert not observed_panel(WorldSpec(seed=1))["csat_share"].equals(panel["csat_share"])


def test_saturation_is_steep_below_the_middle_and_flat_above() -> None:
    """Slopes within organisations that stay on one side of 50, over three seeds."""
    below, above = [], []
    for seed in range(3):
        panel = observed_panel(WorldSpec(seed=seed, world="saturation"))
        extremes = panel.groupby("organization_id")["index_per_10"].agg(["min", "max"])
        for side, kept in ((below, extremes["max"] < 5), (above, extremes["min"] > 5)):
            part = panel[panel["organization_id"].map(kept)]
            fit = two_way_within(part, "log_revenue_lead_3m", "index_per_10", [], "organization_id", "period")
            side.append(fit.at("index_per_10").estimate)
    assert np.mean(below) == pytest.approx(0.06, abs=0.012)
    assert np.mean(above) == pytest.approx(0.0, abs=0.012)
