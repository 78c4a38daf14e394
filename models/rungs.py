"""Gates of the rungs and of the grades, each with its numbers. Levels and grades: `evidence`."""

from __future__ import annotations

import math
from collections.abc import Mapping

from models.claims import GATES, Detail, Diagnostics, Reason, Results, Thresholds
from models.effects import Effect
from models.power import units_needed

FLAT = 0.05


def l1_gates(m1: Effect, diagnostics: Diagnostics, limits: Thresholds) -> list[Reason]:
    floor, measured = limits.minimum_reliability, diagnostics.reliability
    trust: dict[str, Detail] = {"minimum": floor}
    if measured is not None:
        trust = {"measure": diagnostics.reliability_measure, "value": measured, **trust}
    n: dict[str, Detail] = {"n": m1.n_organizations, "minimum": limits.minimum_organizations}
    return [
        gate("organizations", m1.n_organizations >= limits.minimum_organizations, n),
        gate("reliability", measured is not None and measured >= floor, trust),
        gate("m1", clear(m1, limits), shown(m1)),
    ]


def l2_gates(m1: Effect, m2: Effect | None, d: Diagnostics, limits: Thresholds) -> list[Reason]:
    if m2 is None:
        return [gate("m2", False)]
    gates = [
        gate("m2", clear(m2, limits), shown(m2)),
        gate("signs", m1.estimate * m2.estimate > 0, {"m1": m1.estimate, "m2": m2.estimate}),
    ]
    cr2: dict[str, Detail] = {}
    agrees = False
    p_values = [m2.p_adjusted, d.cr2_p_adjusted]
    if d.cr2_low is not None and d.cr2_high is not None and d.cr2_p_value is not None:
        agrees = d.cr2_low * d.cr2_high > 0
        cr2 = {
            "low": d.cr2_low,
            "high": d.cr2_high,
            "p": d.cr2_p_value,
            "df": d.cr2_degrees_of_freedom or 0.0,
        }
    gates.append(gate("cr2", agrees, cr2))
    if m2.n_organizations < limits.small_clusters:
        p = d.bootstrap_p_value
        gates.append(gate("bootstrap", p is not None and p < limits.alpha, {} if p is None else {"p": p}))
        p_values.append(d.bootstrap_p_adjusted)
    largest = max(1.0 if p is None else p for p in p_values)
    beyond = largest < limits.alpha_within
    gates.append(gate("chance", beyond, {"p": largest, "alpha": limits.alpha_within}))
    least = limits.effects_of_interest.get(m2.outcome)
    if least is not None:
        reaches = max(abs(m2.low), abs(m2.high)) >= least
        gates.append(gate("size", reaches, {"low": m2.low, "high": m2.high, "of_interest": least}))
    span: dict[str, Detail] = {}
    if d.leave_one_out_low is not None and d.leave_one_out_high is not None:
        span = {"low": d.leave_one_out_low, "high": d.leave_one_out_high}
    gates.append(gate("leave_one_out", d.leave_one_out_keeps_sign, span))
    return gates


def l3_gates(m2: Effect | None, results: Results) -> list[Reason]:
    """The index moved first, and in the direction of the within estimate."""
    ruling = results.order
    if ruling is None or m2 is None:
        return [gate("direction", False)]
    forward = next((r for r in ruling.reasons if r.code.startswith("forward_")), None)
    estimate = forward.detail.get("estimate", 0.0) if forward is not None else 0.0
    same_way = isinstance(estimate, float) and estimate * m2.estimate > 0
    shown: dict[str, Detail] = {"verdict": ruling.verdict, "forward": estimate}
    return [gate("direction", ruling.verdict == "maturity_first" and same_way, shown)]


def l4_gates(m2: Effect | None, results: Results, limits: Thresholds) -> list[Reason]:
    """After a rise the outcome differs, it did not before, and trends that differ a little do not undo it."""
    if results.rise is None or m2 is None:
        return [gate("rise", False)]
    rise = results.rise.summary
    excludes = rise.low * rise.high > 0 and rise.estimate * m2.estimate > 0
    honest = [
        row
        for row in results.rise.honest
        if row.restriction == "relative_magnitude" and row.m == limits.relative_magnitude
    ]
    held = bool(honest) and honest[0].low * honest[0].high > 0
    span: dict[str, Detail] = {"low": honest[0].low, "high": honest[0].high} if honest else {}
    return [
        gate("rise", excludes, {"estimate": rise.estimate, "low": rise.low, "high": rise.high}),
        gate("pretrends", rise.pretrend_p_value > FLAT, {"p": rise.pretrend_p_value}),
        gate("honest", held, {"m": limits.relative_magnitude, **span}),
    ]


def order_gate(results: Results) -> Reason:
    """Nothing says that the outcome came first, or that each moves the other."""
    verdict = "" if results.order is None else results.order.verdict
    return gate("order", verdict not in ("outcome_first", "both"), {"verdict": verdict} if verdict else {})


def sturdiness(d: Diagnostics, limits: Thresholds) -> list[Reason]:
    """Judge what only the best grade asks, as far as known: specifications, the unseen, the unmovable."""
    gates = []
    share, p = d.specifications_share, d.specifications_p_value
    if share is not None and p is not None:
        agree = share >= limits.agreeing_share and p < limits.alpha
        gates.append(gate("specifications", agree, {"share": share, "p": p}))
    if d.outlasts_strongest_control is not None:
        gates.append(gate("unseen", d.outlasts_strongest_control))
    if d.unmovable_holds is not None:
        gates.append(gate("unmovable", d.unmovable_holds))
    return gates


def strength(results: Results, headline: Effect, d: Diagnostics, limits: Thresholds) -> list[Reason]:
    return [
        gate(
            "clusters",
            headline.n_organizations >= limits.small_clusters,
            {"n": headline.n_organizations, "minimum": limits.small_clusters},
        ),
        gate(
            "periods",
            headline.n_periods >= limits.minimum_periods,
            {"n": headline.n_periods, "minimum": limits.minimum_periods},
        ),
        gate(
            "coverage",
            d.coverage >= limits.minimum_coverage,
            {"share": d.coverage, "minimum": limits.minimum_coverage},
        ),
        gate("primary", results.is_primary),
    ]


def null_with_power(m1: Effect, m2: Effect | None, d: Diagnostics) -> Reason | None:
    """Give the null as a finding: could have detected X, saw Y; None when an interval excludes zero."""
    if d.effect_of_interest is None or m1.low * m1.high > 0 or (m2 is not None and m2.low * m2.high > 0):
        return None
    shown: dict[str, Detail] = {"detectable": m1.mde, "saw": m1.estimate, "low": m1.low, "high": m1.high}
    shown["of_interest"] = d.effect_of_interest
    return gate("null", m1.mde <= d.effect_of_interest, shown)


def more_data(headline: Effect, d: Diagnostics, limits: Thresholds) -> Reason:
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


def gate(name: str, passed: bool, detail: Mapping[str, Detail] | None = None) -> Reason:
    return Reason(GATES[name][0 if passed else 1], passed, detail or {})


def clear(effect: Effect, limits: Thresholds) -> bool:
    return effect.low * effect.high > 0 and effect.p_adjusted < limits.alpha


def shown(effect: Effect) -> dict[str, Detail]:
    return {
        "p_adjusted": effect.p_adjusted,
        "low": effect.low,
        "high": effect.high,
        "adjustment": effect.adjustment,
    }
