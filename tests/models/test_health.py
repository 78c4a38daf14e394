"""Keeps the health card from passing what should be looked at, and from stopping what is in order."""

import math

import numpy as np
import pandas as pd
import pytest

from models.analysis import analyse
from models.analysis.health import BOUNDS, Bound, Check, identification_share, judged
from models.panel import two_way_within
from models.planted import planted_panel

# Looked at from the first on, stopped from the second on; the reasons stand beside BOUNDS.
FLOORS = {
    "coverage": (0.8, 0.5),
    "reliability": (0.8, 0.7),
    "clusters": (40, 30),
    "identification": (0.05, 0.01),
    "pretrends": (0.10, 0.05),
    "sensitivity": (0.05, 0.01),
}
CEILINGS = {
    "missing_outcome": (0.02, 0.05),
    "multiplicity": (3, 6),
    "stability": (1.0, 2.0),
    "played_to": (1, 3),
    "second_route": (1e-8, 1e-6),
}


def test_bounds_are_those_that_were_decided() -> None:
    told = {check: (bound.review_at, bound.fail_at) for check, bound in BOUNDS.items()}
    assert told == {**FLOORS, **CEILINGS}
    assert {check for check, bound in BOUNDS.items() if bound.is_floor} == set(FLOORS)


@pytest.mark.parametrize(("check", "bound"), BOUNDS.items())
def test_a_floor_is_kept_by_standing_on_it_and_a_ceiling_reached_by_touching_it(
    check: Check, bound: Bound
) -> None:
    good, bad = (math.inf, -math.inf) if bound.is_floor else (-math.inf, math.inf)
    at = [judged(check, "all", value).status for value in (bound.review_at, bound.fail_at)]
    assert at == (["PASS", "REVIEW"] if bound.is_floor else ["REVIEW", "FAIL"])
    just = [
        math.nextafter(value, towards)
        for value in (bound.review_at, bound.fail_at)
        for towards in (good, bad)
    ]
    assert [judged(check, "all", value).status for value in just] == ["PASS", "REVIEW", "REVIEW", "FAIL"]


@pytest.mark.parametrize("check", BOUNDS)
def test_an_action_is_asked_where_something_is_not_in_order(check: Check) -> None:
    bound = BOUNDS[check]
    good, bad = (math.inf, -math.inf) if bound.is_floor else (-math.inf, math.inf)
    assert judged(check, "all", good).action == ""
    assert judged(check, "all", bad).action == bound.action != ""


def unit_periods(x: np.ndarray) -> pd.DataFrame:
    units, periods = (axis.ravel() for axis in np.indices(x.shape))
    months = np.datetime64("2024-01") + periods
    return pd.DataFrame(
        {"organization_id": units, "period": months.astype("datetime64[s]"), "index_per_10": x.ravel()}
    )


def test_the_share_that_is_change_is_that_of_a_regression_on_all_dummies() -> None:
    rng = np.random.default_rng(8)
    frame = unit_periods(rng.normal(size=(9, 6)) + rng.normal(size=(9, 1)) + np.arange(6))
    # Unbalanced, so that taking out unit and period means once is not enough.
    frame = frame.drop(index=[0, 1, 2, 3, 10, 11, 25, 30, 31, 44, 53])
    x = frame["index_per_10"].to_numpy()
    dummies = pd.get_dummies(frame[["organization_id", "period"]].astype(str), dtype=float).to_numpy()
    left = x - dummies @ np.linalg.lstsq(dummies, x, rcond=None)[0]
    assert identification_share(frame) == pytest.approx((left @ left) / ((x - x.mean()) ** 2).sum(), abs=1e-9)


def test_stability_is_told_in_standard_errors_of_the_estimate() -> None:
    panel = planted_panel(4, n_organizations=40, n_months=24, outcomes=("csat_share",), effect=0.05)
    found = analyse_outcome_health(panel)
    lead = "csat_share_lead_3m"

    def fit(rows: pd.DataFrame):
        return two_way_within(rows, lead, "index_per_10", (), "organization_id", "period").at("index_per_10")

    now = fit(panel)
    months = pd.to_datetime(panel["period"])
    earlier = fit(panel[months <= months[panel[lead].notna()].max() - pd.DateOffset(months=6)])
    assert found == pytest.approx(abs(now.estimate - earlier.estimate) / now.standard_error)


def analyse_outcome_health(panel: pd.DataFrame) -> float:
    found = analyse(panel, primary=("csat_share",), exploratory=(), parts=(), reliability=0.9)
    return next(row.value for row in found.health if row.check == "stability")
