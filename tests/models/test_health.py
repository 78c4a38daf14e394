"""Keeps the health card from passing what should be looked at, and from stopping what is in order."""

import math

import pytest

from models.analysis.health import BOUNDS, Bound, Check, judged

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
