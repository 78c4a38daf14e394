"""Keeps "which came first" from being said where it cannot: every rule of the verdict is shown to bite."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.claims import Reason
from models.direction import DirectionLimits, Evidence, Finding, Improper, Settlement, verdict
from models.direction.fit_measures import FitMeasures

CLEAR, BACK, NONE = Finding(0.3, 0.05, 1e-6), Finding(-0.3, 0.05, 1e-6), Finding(0.02, 0.05, 0.7)
VAGUE = Finding(0.1, 0.12, 0.4)
GOOD = FitMeasures(50.0, 49, 0.4, 0.99, 0.01, 0.0, 0.04, 0.03)
SOUND = Evidence(
    n_organizations=160,
    n_waves=6,
    gap_months=6.0,
    forward=CLEAR,
    reverse=NONE,
    placebo=NONE,
    order=NONE,
    comovement=NONE,
    fit=GOOD,
)


def ruled(**changes):
    return verdict(replace(SOUND, **changes))


def codes(ruling, passed: bool) -> set[str]:
    return {reason.code for reason in ruling.reasons if reason.passed is passed}


@pytest.mark.parametrize(
    ("changes", "expected", "failed"),
    [
        ({}, "maturity_first", set()),
        ({"order": CLEAR}, "maturity_first", set()),
        ({"comovement": BACK}, "maturity_first", set()),
        # One gate after the other.
        ({"n_organizations": 29}, "cannot_tell", {"too_few_organizations"}),
        ({"n_waves": 2}, "cannot_tell", {"too_few_waves"}),
        ({"fit": replace(GOOD, cfi=0.89)}, "cannot_tell", {"model_does_not_fit"}),
        ({"fit": replace(GOOD, rmsea=0.09, rmsea_low=0.06)}, "cannot_tell", {"model_does_not_fit"}),
        ({"fit": replace(GOOD, rmsea=0.09, rmsea_low=0.02)}, "maturity_first", set()),
        (
            {"improper": (Improper("residuals of wave 3", -0.2, "x3~~x3", -4.0),)},
            "cannot_tell",
            {"solution_improper"},
        ),
        ({"improper": (Improper("residuals of wave 3", -0.1, "x3~~x3", -1.0),)}, "maturity_first", set()),
        ({"improper": (Improper("random intercepts", -0.2, "ix~~ix", -4.0),)}, "maturity_first", set()),
        ({"failures": (Reason("not_converged", False),)}, "cannot_tell", {"not_converged"}),
        ({"forward": NONE}, "cannot_tell", {"forward_absent"}),
        ({"forward": VAGUE}, "cannot_tell", {"forward_unseen"}),
        ({"forward": Finding(0.12, 0.055, 0.03)}, "cannot_tell", {"forward_absent"}),
        ({"reverse": CLEAR}, "cannot_tell", {"reverse_clear"}),
        ({"reverse": VAGUE}, "cannot_tell", {"reverse_unseen"}),
        ({"placebo": VAGUE}, "cannot_tell", {"placebo_unseen"}),
        ({"placebo": CLEAR}, "cannot_tell", {"placebo_clear"}),
        ({"comovement": CLEAR}, "cannot_tell", {"moved_together"}),
        # The outcome first: foretold, and moved before rather than after.
        (
            {"placebo": CLEAR, "order": BACK, "forward": NONE, "reverse": CLEAR, "comovement": CLEAR},
            "outcome_first",
            {"forward_absent", "reverse_clear", "placebo_clear", "moved_together", "outcome_moved_before"},
        ),
        (
            {"placebo": CLEAR, "order": BACK, "comovement": CLEAR},
            "outcome_first",
            {"placebo_clear", "moved_together", "outcome_moved_before"},
        ),
        (
            {"placebo": BACK, "order": CLEAR, "forward": NONE},
            "outcome_first",
            {"forward_absent", "placebo_clear", "outcome_moved_before"},
        ),
        # A placebo against the forward path is no sign that the outcome led it.
        ({"placebo": BACK, "order": CLEAR}, "cannot_tell", {"placebo_clear", "outcome_moved_before"}),
        ({"placebo": CLEAR, "order": CLEAR}, "cannot_tell", {"placebo_clear"}),
        ({"placebo": CLEAR, "order": None}, "cannot_tell", {"placebo_clear"}),
        # Both ways, unless something may have moved both.
        ({"placebo": CLEAR, "reverse": CLEAR}, "both", {"reverse_clear", "placebo_clear"}),
        (
            {"placebo": CLEAR, "reverse": CLEAR, "comovement": CLEAR},
            "cannot_tell",
            {"reverse_clear", "placebo_clear", "moved_together"},
        ),
    ],
)
def test_every_rule(changes, expected, failed) -> None:
    ruling = ruled(**changes)
    assert ruling.verdict == expected
    assert codes(ruling, passed=False) == failed


def test_every_code_of_a_failed_check_is_reached_above() -> None:
    """Meta-test: what the rules can say against maturity first has a case that makes them say it."""
    import inspect
    import re

    from models.direction import verdict as _

    source = inspect.getsource(inspect.getmodule(_))
    named = set(re.findall(r'"((?:too_few|model_does|solution_imp|moved_|outcome_moved)\w+)"', source))
    named |= {f"{name}_{state}" for name in ("forward",) for state in ("absent", "unseen")}
    named |= {f"{name}_{state}" for name in ("reverse", "placebo") for state in ("clear", "unseen")}
    (mark,) = [m for m in test_every_rule.pytestmark if m.name == "parametrize"]
    reached = set().union(*(case[2] for case in mark.args[1]))
    assert named == reached - {"not_converged"}


def test_nothing_known_cannot_tell() -> None:
    ruling = verdict(Evidence())
    assert ruling.verdict == "cannot_tell"
    assert ruling.settlement.remedy == "more_data"
    assert ruling.settlement.quarters is None


def test_too_few_waves_say_how_many_and_how_long() -> None:
    settlement = ruled(n_waves=2).settlement
    assert settlement == Settlement("more_data", None, 4, 4)
    assert ruled(n_organizations=20).settlement == Settlement("more_data", 81, None, None)
    assert ruled(n_organizations=20, n_waves=2).settlement == Settlement("more_data", 201, 3, 2)


def test_too_little_power_says_what_would_do() -> None:
    """The error of 0.12 must come down to 0.2 / 3.08: 160 organisations times (0.12 * 3.08 / 0.2)^2."""
    settlement = ruled(forward=VAGUE).settlement
    ratio = (0.12 * (2.2414 + 0.8416) / 0.2) ** 2
    assert settlement.remedy == "more_data"
    assert settlement.organizations == pytest.approx(160 * ratio, abs=1)
    assert settlement.waves == pytest.approx(1 + 5 * ratio, abs=1)
    assert settlement.quarters == (settlement.waves - 6) * 2


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({}, "none"),
        ({"forward": NONE}, "none"),
        ({"placebo": CLEAR}, "another_design"),
        ({"comovement": CLEAR}, "another_design"),
        ({"reverse": CLEAR}, "more_data"),
        ({"fit": replace(GOOD, cfi=0.5)}, "another_model"),
        ({"fit": replace(GOOD, cfi=0.5), "n_organizations": 40}, "more_data"),
    ],
)
def test_what_would_settle_it(changes, remedy) -> None:
    assert ruled(**changes).settlement.remedy == remedy


def test_reasons_carry_their_numbers() -> None:
    reasons = {reason.code: reason.detail for reason in ruled().reasons}
    assert reasons["enough_organizations"] == {"organizations": 160, "minimum": 30}
    assert reasons["reverse_absent"]["mde"] == pytest.approx(0.05 * 3.083, abs=1e-3)
    assert reasons["model_fits"]["cfi"] == 0.99


def test_limits_can_be_declared() -> None:
    strict = DirectionLimits(effect_of_interest=0.1)
    assert verdict(SOUND, strict).verdict == "cannot_tell"
    assert verdict(replace(SOUND, n_organizations=12), DirectionLimits(minimum_organizations=10)).verdict == (
        "maturity_first"
    )
