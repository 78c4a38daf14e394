"""Results -> level, grade and machine-readable reasons of a claim. No estimation and no wording.

Levels (docs/method.md, section 5): none, L0 descriptive, L1 associated after adjustment, L2 within
organisations.

Grades, from the table below; the first row that fits decides. Below C the claim is withheld.
A  reserved: needs the evidence on direction and robustness (M3, M8, M9) that this version does not compute.
B  L2, a primary outcome, at least 40 organisations, 12 periods and half of the possible rows observed, M1
agrees. C  L2 or L1 otherwise (L1 only when M2 does not point the other way), or a null that had the power to
see the effect
   of interest.
D  estimated, but no rung above L0 was reached and the power was too small, or M1 and M2 conflict.
E  not estimable, or fewer organisations than may be published.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from models.claims import GATES, Claim, Detail, Diagnostics, Grade, Level, Reason, Results, Thresholds
from models.effects import Effect
from models.power import units_needed

__all__ = ["Claim", "Diagnostics", "Reason", "Results", "Thresholds", "grade"]


def grade(results: Results, diagnostics: Diagnostics, thresholds: Thresholds | None = None) -> Claim:
    """Grade one outcome: the highest rung whose gates all pass, and why.

    Parameters
    ----------
    results : Results
    diagnostics : Diagnostics
    thresholds : Thresholds, optional

    Returns
    -------
    Claim
        Every gate that was looked at stands in `reasons`, in a fixed order, by the code of its verdict:
        those of `GATES`, the codes of `models.errors` for a model that could not be estimated, and
        outcome_missing, low_reliability_left_out, more_data_needed, grade_a_reserved.
    """
    limits = thresholds or Thresholds()
    m1, m2 = results.m1, results.m2
    reasons = list(results.failures)
    if m1 is None:
        return _claim(results, "none", "E", None, reasons or [Reason("outcome_missing", False)])
    published = m1.n_organizations >= limits.suppression_organizations
    least = {"n": m1.n_organizations, "minimum": limits.suppression_organizations}
    reasons.append(_gate("suppression", published, least))
    if not published:
        return _claim(results, "none", "E", m1, reasons)

    l1 = _l1_gates(m1, diagnostics, limits)
    reasons += l1
    l2 = _l2_gates(m1, m2, diagnostics, limits)
    reasons += l2
    level: Level = "L0"
    if all(gate.passed for gate in l1):
        level = "L2" if m2 is not None and all(gate.passed for gate in l2) else "L1"
    headline = m2 if level == "L2" and m2 is not None else m1

    conflict = m2 is not None and _clear(m2, limits) and m1.estimate * m2.estimate < 0
    null = _null_with_power(m1, m2, diagnostics)
    if level == "L0" and null is not None:
        reasons.append(null)
    enough = [gate for gate in l1 if gate.code in GATES["organizations"] + GATES["reliability"]]
    well_powered_null = null is not None and null.passed and all(gate.passed for gate in enough)
    strength = _strength(results, headline, diagnostics, limits)
    letter: Grade = "D"
    if level == "L2":
        letter = "B" if all(gate.passed for gate in strength) else "C"
    elif (level == "L1" and not conflict) or (level == "L0" and well_powered_null and not conflict):
        letter = "C"
    reasons += strength if level == "L2" else []
    if diagnostics.n_low_reliability:
        reasons.append(Reason("low_reliability_left_out", True, {"n": diagnostics.n_low_reliability}))
    if letter == "D":
        reasons.append(_more_data(headline, diagnostics, limits))
    if letter == "B":
        reasons.append(Reason("grade_a_reserved", False))
    return _claim(results, level, letter, headline, reasons)


def _l1_gates(m1: Effect, diagnostics: Diagnostics, limits: Thresholds) -> list[Reason]:
    floor, measured = limits.minimum_reliability, diagnostics.reliability
    trust: dict[str, Detail] = {"minimum": floor}
    if measured is not None:
        trust = {"measure": diagnostics.reliability_measure, "value": measured, **trust}
    n: dict[str, Detail] = {"n": m1.n_organizations, "minimum": limits.minimum_organizations}
    return [
        _gate("organizations", m1.n_organizations >= limits.minimum_organizations, n),
        _gate("reliability", measured is not None and measured >= floor, trust),
        _gate("m1", _clear(m1, limits), _shown(m1)),
    ]


def _l2_gates(m1: Effect, m2: Effect | None, d: Diagnostics, limits: Thresholds) -> list[Reason]:
    if m2 is None:
        return [_gate("m2", False)]
    gates = [
        _gate("m2", _clear(m2, limits), _shown(m2)),
        _gate("signs", m1.estimate * m2.estimate > 0, {"m1": m1.estimate, "m2": m2.estimate}),
    ]
    cr2: dict[str, Detail] = {}
    agrees = False
    if d.cr2_low is not None and d.cr2_high is not None and d.cr2_p_value is not None:
        agrees = d.cr2_low * d.cr2_high > 0
        cr2 = {
            "low": d.cr2_low,
            "high": d.cr2_high,
            "p": d.cr2_p_value,
            "df": d.cr2_degrees_of_freedom or 0.0,
        }
    gates.append(_gate("cr2", agrees, cr2))
    if m2.n_organizations < limits.small_clusters:
        p = d.bootstrap_p_value
        gates.append(_gate("bootstrap", p is not None and p < limits.alpha, {} if p is None else {"p": p}))
    span: dict[str, Detail] = {}
    if d.leave_one_out_low is not None and d.leave_one_out_high is not None:
        span = {"low": d.leave_one_out_low, "high": d.leave_one_out_high}
    gates.append(_gate("leave_one_out", d.leave_one_out_keeps_sign, span))
    return gates


def _strength(results: Results, headline: Effect, d: Diagnostics, limits: Thresholds) -> list[Reason]:
    return [
        _gate(
            "clusters",
            headline.n_organizations >= limits.small_clusters,
            {"n": headline.n_organizations, "minimum": limits.small_clusters},
        ),
        _gate(
            "periods",
            headline.n_periods >= limits.minimum_periods,
            {"n": headline.n_periods, "minimum": limits.minimum_periods},
        ),
        _gate(
            "coverage",
            d.coverage >= limits.minimum_coverage,
            {"share": d.coverage, "minimum": limits.minimum_coverage},
        ),
        _gate("primary", results.is_primary),
    ]


def _null_with_power(m1: Effect, m2: Effect | None, d: Diagnostics) -> Reason | None:
    """Give the null as a finding: could have detected X, saw Y; None when an interval excludes zero."""
    if d.effect_of_interest is None or m1.low * m1.high > 0 or (m2 is not None and m2.low * m2.high > 0):
        return None
    shown: dict[str, Detail] = {"detectable": m1.mde, "saw": m1.estimate, "low": m1.low, "high": m1.high}
    shown["of_interest"] = d.effect_of_interest
    return _gate("null", m1.mde <= d.effect_of_interest, shown)


def _more_data(headline: Effect, d: Diagnostics, limits: Thresholds) -> Reason:
    target = d.effect_of_interest or abs(headline.estimate)
    if target == 0 or not math.isfinite(target):
        return Reason("more_data_needed", False, {"mde": headline.mde})
    se, alpha, power = headline.standard_error, limits.alpha, limits.power
    need = units_needed(se, headline.n_organizations, target, alpha, power)
    more = max(need, limits.minimum_organizations) - headline.n_organizations
    periods = units_needed(se, headline.n_periods, target, alpha, power) - headline.n_periods
    return Reason(
        "more_data_needed",
        False,
        {"mde": headline.mde, "to_see": target, "organizations": max(0, more), "periods": max(0, periods)},
    )


def _gate(name: str, passed: bool, detail: Mapping[str, Detail] | None = None) -> Reason:
    return Reason(GATES[name][0 if passed else 1], passed, detail or {})


def _clear(effect: Effect, limits: Thresholds) -> bool:
    return effect.low * effect.high > 0 and effect.p_adjusted < limits.alpha


def _shown(effect: Effect) -> dict[str, Detail]:
    return {
        "p_adjusted": effect.p_adjusted,
        "low": effect.low,
        "high": effect.high,
        "adjustment": effect.adjustment,
    }


def _claim(
    results: Results, level: Level, letter: Grade, shown: Effect | None, reasons: list[Reason]
) -> Claim:
    withheld = letter in ("D", "E")
    visible = None if withheld else shown
    naive = None if withheld or results.naive is None else results.naive.estimate
    return Claim(
        outcome=results.outcome,
        is_primary=results.is_primary,
        level=level,
        grade=letter,
        withheld=withheld,
        estimate=None if visible is None else visible.estimate,
        low=None if visible is None else visible.low,
        high=None if visible is None else visible.high,
        unit=results.unit,
        standard_error_kind="" if shown is None else shown.standard_error_kind,
        n_organizations=0 if shown is None else shown.n_organizations,
        n_periods=0 if shown is None else shown.n_periods,
        first_period=None if shown is None else shown.first_period,
        last_period=None if shown is None else shown.last_period,
        naive_estimate=naive,
        mde=None if shown is None else shown.mde,
        reasons=tuple(reasons),
    )
