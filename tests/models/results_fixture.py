"""Hand-made tables of what is estimated beside effects and claims, shaped by their contracts."""

from __future__ import annotations

from typing import Any

import pandas as pd

from contracts.instrument import load_instrument
from contracts.results import RESULTS
from models.analysis.health import BOUNDS, EVERYTHING, judged
from models.facts_results import RESULT_TABLES

PRIMARY = {"csat_share": 0.0183, "log_revenue": 0.0291}
VERDICTS = ("maturity_first", "outcome_first", "both", "cannot_tell")
GATES = {
    "maturity_first": ("forward_clear", "reverse_absent", "placebo_absent"),
    "outcome_first": ("forward_absent", "reverse_clear", "placebo_clear", "outcome_moved_before"),
    "both": ("forward_clear", "reverse_clear", "placebo_clear"),
    "cannot_tell": ("forward_unseen", "reverse_absent", "placebo_unseen"),
}
FAILS = ("reverse_clear", "placebo_clear", "outcome_moved_before", "forward_unseen", "placebo_unseen",
         "forward_absent")  # fmt: skip


def result_tables(verdict: str = "maturity_first", *, n: int = 160) -> dict[str, pd.DataFrame]:
    """Every table that `build_facts` takes as `results`, for both primary outcomes."""
    made: dict[str, list[dict[str, Any]]] = {name: [] for name in RESULT_TABLES}
    for outcome, size in PRIMARY.items():
        for rows in (
            _order(outcome, size, verdict, n),
            _shape(outcome, size, n),
            _fragility(outcome, size, n),
        ):
            for name, own in rows.items():
                made[name] += own
    for name, rows in _measurement(n).items():
        made[name] += rows
    made["health"] += [_health(check, EVERYTHING) for check in ("reliability", "played_to", "multiplicity")]
    return {name: pd.DataFrame(rows, columns=columns(name)) for name, rows in made.items()}


def columns(name: str) -> list[str]:
    return [column.name for column in RESULTS[name].columns]


def _around(size: float, spread: float, prefix: str = "") -> dict[str, float]:
    return {f"{prefix}low": size - spread, f"{prefix}high": size + spread}


def _order(outcome: str, size: float, verdict: str, n: int) -> dict[str, list[dict[str, Any]]]:
    row: dict[str, Any] = {
        "outcome": outcome, "is_primary": True, "verdict": verdict, "n_organizations": n, "n_waves": 6,
        "first_wave": "2023-H1", "last_wave": "2025-H2", "remedy": "none", "organizations_needed": None,
        "waves_needed": None, "quarters_needed": None,
        "reasons": ";".join(code for code in GATES[verdict] if code in FAILS),
    }  # fmt: skip
    if verdict == "cannot_tell":
        row |= {"remedy": "more_data", "organizations_needed": 310, "waves_needed": 11, "quarters_needed": 10}
    found = {"forward": 0.21, "reverse": 0.03, "placebo": 0.02, "comovement": 0.01, "movement_order": 0.04}
    for name, value in found.items():
        row |= {name: value, **_around(value, 0.09, f"{name}_"), f"{name}_p_value": 0.2, f"{name}_mde": 0.13}
    shared = {"estimate": size, "standard_error": size / 5, **_around(size, size / 2)}
    return {
        "direction": [row],
        "direction_reasons": [
            {
                "outcome": outcome, "position": place, "code": code, "passed": code not in FAILS,
                "detail": "estimate=0.21, standard_error=0.045, p_value=1e-05, mde=0.13",
            }
            for place, code in enumerate(GATES[verdict], start=1)
        ],
        "direction_paths": [
            {"outcome": outcome, "model": model, "path": "forward", **shared, "standardized": 0.21,
             "standardized_low": 0.12, "standardized_high": 0.3, "p_value": 0.001, "chi2": 47.9, "df": 49,
             "fit_p_value": 0.5, "cfi": 0.99, "rmsea": 0.02, "rmsea_low": 0.0, "rmsea_high": 0.05,
             "srmr": 0.03, "improper": "", "n_organizations": n, "n_waves": 6}
            for model in ("accumulating", "plain")
        ],
        "lead_lag": [
            {"outcome": outcome, "quarter": q, "estimate": size * max(q, 0) / 3, "standard_error": size / 4,
             **_around(size * max(q, 0) / 3, size / 2), **_around(size * max(q, 0) / 3, size * 0.8, "joint_"),
             "before_p_value": 0.41, "n_observations": 1800, "n_organizations": n}
            for q in range(-4, 5)
        ],
        "granger": [],
        "stage_rises": [
            {"outcome": outcome, **shared, "p_value": 0.003, "degrees_of_freedom": n - 1, "mde": size / 2,
             "index_rise": 14.2, "index_rise_standard_error": 1.1, "pretrend_statistic": 0.7,
             "pretrend_numerator_df": 3, "pretrend_p_value": 0.56, "placebo_mde": size, "critical_value": 2.6,
             "relative_breakdown": 1.2, "smoothness_breakdown": 0.01, "n_organizations": n,
             "n_risen": n // 2, "n_never": n // 3, "n_fell_back": 5, "n_fell": 4, "n_highest_from_start": 9,
             "n_never_assessed": 0, "first_quarter": "2023Q1", "last_quarter": "2025Q4", "n_quarters": 12}
        ],
        "stage_rise_quarters": [
            {"outcome": outcome, "event_quarter": q, "estimate": size * (q > 0), "standard_error": size / 4,
             **_around(size * (q > 0), size), "n_organizations": n // 2 if q < 4 else 7}
            for q in range(-4, 5) if q != -1
        ],
        "stage_rise_bounds": [
            {"outcome": outcome, "restriction": "relative_magnitude", "m": m, **_around(size, size * m)}
            for m in (0.5, 1.0)
        ],
    }  # fmt: skip


def _shape(outcome: str, size: float, n: int) -> dict[str, list[dict[str, Any]]]:
    counted = {"n_observations": 4960, "n_organizations": n, "n_periods": 33}
    slopes = {
        f"{name}_slope{part}": value
        for name, value in (("lower", size), ("higher", size * 0.9))
        for part, value in (("", value), ("_low", value / 2), ("_high", value * 1.5))
    }
    dimensions = load_instrument().dimensions
    quadrants = ("keep_up", "concentrate_here", "low_priority", "possible_overkill")
    steps = [("step_not_observed", 1.0), *[("", 12.0 + i / 10) for i in range(12)], ("top_stage", 91.0)]
    return {
        "dose_response": [
            {"outcome": outcome, "bend_statistic": 1.1, "bend_numerator_df": 3, "bend_denominator_df": n - 1,
             "bend_p_value": 0.35, "reference_index": 52.0, "lowest_index": 12.0, "highest_index": 88.0,
             "lower_index": 34.0, "higher_index": 71.0, **slopes, "slope_difference": -size / 10,
             **_around(-size / 10, size, "slope_difference_"), "slope_difference_p_value": 0.4,
             "critical_value": 2.5, **counted}
        ],
        "dose_points": [
            {"outcome": outcome, "index": float(x), "estimate": size * (x - 52) / 10, "standard_error": size,
             **_around(size * (x - 52) / 10, size / 2)}
            for x in range(12, 89, 4)
        ],
        "flexible_controls": [
            {"outcome": outcome, "learner": learner, "estimate": size, "standard_error": size / 5,
             **_around(size, size / 2), "p_value": 0.001, "degrees_of_freedom": n - 1, "mde": size / 2,
             "spread": size / 90, **counted, "n_folds": 5, "n_repetitions": 3}
            for learner in ("ridge", "boosting")
        ],
        "corrected_slopes": [
            {"outcome": outcome, "raw": size, **_around(size, size / 2, "raw_"), "corrected": size * 1.04,
             **_around(size * 1.04, size / 2, "corrected_"), "reliability": 0.96,
             "n_observations": 4960, "n_organizations": n}
        ],
        "drivers": [
            {"outcome": outcome, "dimension_code": dimension.code, "share": 0.01 + 0.004 * k,
             **_around(0.01 + 0.004 * k, 0.006), "slope": size / 8, "performance": 48.0 + k,
             "quadrant": quadrants[k % 4], "r_squared": 0.19, "can_tell": k > 5,
             "n_observations": 4960, "n_organizations": n}
            for k, dimension in enumerate(dimensions)
        ],
        "what_if": [
            {"outcome": outcome, "organization_id": f"o{i:03d}", "index": index,
             "target": None if note else 20.0, "step": None if note else 20.0 - index,
             "expected": None if note else size * (20 - index) / 10,
             "low": None if note else size * (20 - index) / 20,
             "high": None if note else size * (20 - index) / 5, "note": note}
            for i, (note, index) in enumerate(steps)
        ],
    }  # fmt: skip


def _fragility(outcome: str, size: float, n: int) -> dict[str, list[dict[str, Any]]]:
    def check(name: str, subject: str, value: float, **more: Any) -> dict[str, Any]:
        empty = {"low": None, "high": None, "p_value": None, "holds": True}
        return {"outcome": outcome, "model": "M2", "check": name, "subject": subject, "value": value,
                **empty, **more}  # fmt: skip

    return {
        "robustness": [
            check("robustness_value", "", 0.11),
            check("robustness_value_interval", "", 0.07),
            check("control_bound", "period", size * 0.8, **_around(size * 0.8, size / 2)),
            check("industry_left_out", "media", size, **_around(size, size / 6)),
            check("shuffled_index", "", size, p_value=0.001),
            check("unmovable_outcome", "", 0.0002, low=-0.004, high=0.0044, p_value=0.8),
        ],
        "specifications": [
            {"outcome": outcome, "position": k + 1, "exposure": "index_per_10",
             "model": "M2" if k < 6 else "M1", "controls": "" if k < 6 else "log_employees", "sample": "all",
             "estimate": size * (0.9 + k / 10), "standard_error": size / 5,
             **_around(size * (0.9 + k / 10), size / 3), "p_value": 0.001, "n_observations": 4960,
             "n_organizations": n}
            for k in range(12)
        ],
        "specification_curves": [
            {"outcome": outcome, "n_specifications": 12, "n_failed": 0, "median": size * 1.4,
             "share_same_sign": 1.0, "share_significant": 0.92, "median_p": 0.002, "share_p": 0.002,
             "stouffer_p": 0.002, "n_permutations": 499}
        ],
        "health": [
            _health(check, outcome)
            for check in ("coverage", "missing_outcome", "clusters", "pretrends", "sensitivity", "stability",
                          "second_route")
        ],
    }  # fmt: skip


_FOUND = {"reliability": 0.94, "played_to": 1.0, "coverage": 0.97, "clusters": 160.0, "pretrends": 0.56,
          "missing_outcome": 0.001, "sensitivity": 0.03, "stability": 2.4}  # fmt: skip


def _health(check: str, outcome: str) -> dict[str, Any]:
    assert check in BOUNDS
    row = judged(check, outcome, _FOUND.get(check, 0.0))  # type: ignore[arg-type]  # asserted above
    return {name: getattr(row, name) for name in columns("health")}


def _measurement(n: int) -> dict[str, list[dict[str, Any]]]:
    return {
        "index_scores": [
            {"organization_id": f"o{i:03d}", "wave": wave, "integration_index": 90 - i / 2,
             "standard_error": 1.8, **_around(90 - i / 2, 3.5), "n_raters": 6, "rwg_j": 0.9,
             "is_low_agreement": False, "missing_share": 0.02, "rank": i + 1, "rank_median": i + 1,
             "rank_low": max(1, i - 5), "rank_high": i + 7, "top_probability": 0.4}
            for wave in ("2025-H1", "2025-H2") for i in range(n)
        ],
        "index_rank_sources": [
            {"wave": wave, "source": source, "first_order": first, **_around(first, 0.05, "first_"),
             "total": first + 0.05, **_around(first + 0.05, 0.05, "total_")}
            for wave in ("2025-H1", "2025-H2")
            for source, first in (("raters", 0.7), ("weights", 0.12), ("normalisation", 0.06))
        ],
        "index_watch": [
            {"check": check, "scope": scope, "share": share, **_around(share, 0.05), "threshold": 0.5,
             "p_value": 0.4, "p_adjusted": 0.8, "is_flagged": check == "heaping", "n_units": 128,
             "n_organizations": n, "reason": "as many above a cut-off as below"}
            for check, share in (("heaping", 0.64), ("last_week", 0.5))
            for scope in ("all", "2025-H1", "2025-H2")
        ],
    }  # fmt: skip
