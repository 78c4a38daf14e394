"""Which came first, and what follows a rise: verdicts, paths and curves as facts. No wording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.facts_cells import Cells, Row, by_outcome, count, real
from models.facts_gates import gate_facts

PATHS = ("forward", "reverse", "placebo", "comovement", "movement_order")
MODEL_READ = "accumulating"
"""The model whose paths the verdict reads."""
_FIT = ("chi2", "df", "cfi", "rmsea")
_RISE_REALS = (
    "estimate", "low", "high", "p_value", "mde", "index_rise", "pretrend_p_value", "placebo_mde",
    "relative_breakdown",
)  # fmt: skip
_RISE_COUNTS = ("n_organizations", "n_risen", "n_never", "n_fell_back")


def direction_facts(tables: Mapping[str, Cells], shown: Sequence[str], minimum: int) -> list[Row]:
    """Verdict on order in time of every outcome, with its checks and what would settle it.

    Parameters
    ----------
    tables : mapping of str to Cells
        direction, direction_reasons, direction_paths, lead_lag, granger.
    shown : sequence of str
        Outcomes whose curve by quarter is kept, in the order of the facts.
    minimum : int
        Organisations below which no size is told.
    """
    if "direction" not in tables:
        return []
    gates = gate_facts(tables.get("direction_reasons"))
    names = [f"{path}{part}" for path in PATHS for part in ("", "_low", "_high", "_p_value")] + [
        f"{path}_mde" for path in PATHS[:3]
    ]
    rows = tables["direction"].pick(
        ("outcome", "is_primary", "verdict", "n_organizations", "n_waves", "first_wave", "last_wave",
         "remedy", "organizations_needed", "waves_needed", "quarters_needed", *names)
    )  # fmt: skip
    fits = by_outcome(tables, "direction_paths", ("outcome", "model", "path", *_FIT))
    curves = by_outcome(tables, "lead_lag", ("outcome", "quarter", *_CURVE, "before_p_value"))
    series = by_outcome(tables, "granger", ("outcome", "direction", "p_value", "n_lags", "n_organizations"))
    found = []
    for row in rows:
        outcome, enough = row["outcome"], count(row["n_organizations"]) >= minimum
        curve = curves.get(outcome, []) if outcome in shown and enough else []
        fit = next((f for f in fits.get(outcome, []) if f["model"] == MODEL_READ), None)
        found.append(
            {
                "outcome": outcome,
                "is_primary": bool(row["is_primary"]),
                "verdict": row["verdict"],
                "n_organizations": count(row["n_organizations"]),
                "n_waves": count(row["n_waves"]),
                "first_wave": row["first_wave"] or None,
                "last_wave": row["last_wave"] or None,
                "gates": _checks(gates.get(outcome, []), enough=enough),
                "paths": [_path(row, path) for path in PATHS if enough and row[path] is not None],
                "fit": None if fit is None or not enough else {name: real(fit[name]) for name in _FIT},
                "settlement": {
                    "remedy": row["remedy"],
                    **{
                        part: None if row[f"{part}_needed"] is None else count(row[f"{part}_needed"])
                        for part in ("organizations", "waves", "quarters")
                    },
                },
                "lead_lag": [
                    {"quarter": int(point["quarter"]), **{name: real(point[name]) for name in _CURVE}}
                    for point in sorted(curve, key=lambda point: int(point["quarter"]))
                ],
                "before_p_value": real(curve[0]["before_p_value"]) if curve else None,
                "granger": [
                    {
                        "direction": test["direction"],
                        "p_value": real(test["p_value"]),
                        "n_lags": count(test["n_lags"]),
                    }
                    for test in sorted(series.get(outcome, []), key=lambda test: test["direction"])
                    if count(test["n_organizations"]) >= minimum
                ],
            }
        )
    return sorted(found, key=lambda row: (not row["is_primary"], row["outcome"]))


def rise_facts(tables: Mapping[str, Cells], shown: Sequence[str], minimum: int) -> list[Row]:
    """What follows a rise to a higher stage, by outcome; quarters of too few organisations have no figure."""
    if "stage_rises" not in tables:
        return []
    quarters = by_outcome(
        tables,
        "stage_rise_quarters",
        ("outcome", "event_quarter", "estimate", "low", "high", "n_organizations"),
    )
    bounds = by_outcome(tables, "stage_rise_bounds", ("outcome", "restriction", "m", "low", "high"))
    names = ("outcome", *_RISE_REALS, *_RISE_COUNTS, "first_quarter", "last_quarter")
    rows = {row["outcome"]: row for row in tables["stage_rises"].pick(names)}
    found = []
    for outcome in [outcome for outcome in shown if outcome in rows]:
        row = rows[outcome]
        counts = {name: count(row[name]) for name in _RISE_COUNTS}
        enough = min(counts["n_risen"], counts["n_never"]) >= minimum
        found.append(
            {
                "outcome": outcome,
                **{name: real(row[name]) if enough else None for name in _RISE_REALS},
                **counts,
                "first_quarter": row["first_quarter"],
                "last_quarter": row["last_quarter"],
                "quarters": [
                    {
                        "quarter": int(point["event_quarter"]),
                        "n_organizations": count(point["n_organizations"]),
                        **{name: real(point[name]) for name in ("estimate", "low", "high")},
                    }
                    for point in sorted(quarters.get(outcome, []), key=lambda one: one["event_quarter"])
                    if enough and count(point["n_organizations"]) >= minimum
                ],
                "bounds": [
                    {"restriction": one["restriction"], **{n: real(one[n]) for n in ("m", "low", "high")}}
                    for one in sorted(bounds.get(outcome, []), key=lambda one: (one["restriction"], one["m"]))
                    if enough
                ],
            }
        )
    return found


_CURVE = ("estimate", "low", "high", "joint_low", "joint_high")


def _path(row: Row, path: str) -> Row:
    return {
        "path": path,
        "estimate": real(row[path]),
        **{part: real(row[f"{path}_{part}"]) for part in ("low", "high", "p_value")},
        "mde": real(row.get(f"{path}_mde")),
    }


def _checks(gates: Sequence[Row], *, enough: bool) -> list[Row]:
    return [row if enough else {**row, "numbers": {}} for row in gates]
