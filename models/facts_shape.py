"""Form, dimensions, flexible controls and what goes with a stage up, as facts. No wording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from contracts.instrument import load_instrument
from models.facts_cells import Cells, Row, by_outcome, count, real

_DOSE = (
    "bend_p_value", "reference_index", "lowest_index", "highest_index", "lower_index", "lower_slope",
    "lower_slope_low", "lower_slope_high", "higher_index", "higher_slope", "higher_slope_low",
    "higher_slope_high", "slope_difference", "slope_difference_low", "slope_difference_high",
    "slope_difference_p_value",
)  # fmt: skip
_DRIVER = ("share", "low", "high", "slope", "performance")
_FLEXIBLE = ("estimate", "low", "high", "p_value", "mde", "spread")
_CORRECTED = ("raw", "raw_low", "raw_high", "corrected", "corrected_low", "corrected_high", "reliability")
_EXPECTED = ("step", "expected", "low", "high")


def dose_facts(tables: Mapping[str, Cells], shown: Sequence[str], minimum: int) -> list[Row]:
    """The curve in the index of each outcome shown, and the test against the line."""
    points = by_outcome(tables, "dose_points", ("outcome", "index", "estimate", "low", "high"))
    return [
        {
            "outcome": row["outcome"],
            "n_organizations": count(row["n_organizations"]),
            **{name: real(row[name]) for name in _DOSE},
            "points": [
                {name: real(point[name]) for name in ("index", "estimate", "low", "high")}
                for point in sorted(points.get(row["outcome"], []), key=lambda point: point["index"])
            ],
        }
        for row in _enough(tables, "dose_response", ("outcome", "n_organizations", *_DOSE), shown, minimum)
    ]


def driver_facts(tables: Mapping[str, Cells], shown: Sequence[str], minimum: int) -> list[Row]:
    """Importance and performance of the dimensions for each outcome shown, in the instrument's order."""
    names = ("outcome", "dimension_code", *_DRIVER, "quadrant", "r_squared", "can_tell", "n_organizations")
    order = [dimension.code for dimension in load_instrument().dimensions]
    found: dict[str, Row] = {}
    for row in _enough(tables, "drivers", names, shown, minimum):
        entry = found.setdefault(
            row["outcome"],
            {
                "outcome": row["outcome"],
                "n_organizations": count(row["n_organizations"]),
                "r_squared": real(row["r_squared"]),
                "dimensions": [],
            },
        )
        entry["dimensions"].append(
            {
                "dimension": row["dimension_code"],
                **{name: real(row[name]) for name in _DRIVER},
                "quadrant": row["quadrant"],
                "can_tell": bool(row["can_tell"]),
            }
        )
    for entry in found.values():
        entry["dimensions"].sort(
            key=lambda row: (
                order.index(row["dimension"]) if row["dimension"] in order else len(order),
                row["dimension"],
            )
        )
    return list(found.values())


def flexible_facts(tables: Mapping[str, Cells], shown: Sequence[str], minimum: int) -> list[Row]:
    """The within estimate when controls may act in any shape."""
    names = ("outcome", "learner", "n_organizations", *_FLEXIBLE)
    rows = _enough(tables, "flexible_controls", names, shown, minimum)
    return sorted(
        (
            {
                "outcome": row["outcome"],
                "learner": row["learner"],
                "n_organizations": count(row["n_organizations"]),
                **{name: real(row[name]) for name in _FLEXIBLE},
            }
            for row in rows
        ),
        key=lambda row: (shown.index(row["outcome"]), row["learner"]),
    )


def corrected_facts(tables: Mapping[str, Cells], shown: Sequence[str], minimum: int) -> list[Row]:
    """The within slope, raw and corrected for what the disagreement of raters takes from it."""
    names = ("outcome", "n_organizations", *_CORRECTED)
    return [
        {
            "outcome": row["outcome"],
            "n_organizations": count(row["n_organizations"]),
            **{name: real(row[name]) for name in _CORRECTED},
        }
        for row in _enough(tables, "corrected_slopes", names, shown, minimum)
    ]


def what_if_facts(tables: Mapping[str, Cells], shown: Sequence[str], minimum: int) -> list[Row]:
    """What goes with one stage up, by present stage; stages of too few organisations are counted only.

    Per outcome and present stage: organisations, for how many something like the step was observed, and the
    medians of their steps and ranges. Single organisations stand in the table `what_if`.
    """
    if "what_if" not in tables:
        return []
    stages = load_instrument().stages
    rows = tables["what_if"].pick(("outcome", "index", "note", *_EXPECTED))
    found = []
    for outcome in shown:
        own = [row for row in rows if row["outcome"] == outcome and row["index"] is not None]
        for stage in stages[:-1]:
            upper = min(other.lower for other in stages if other.lower > stage.lower)
            here = [row for row in own if stage.lower <= row["index"] < upper]
            seen = [row for row in here if not row["note"]]
            told = len(seen) >= minimum
            if here:
                found.append(
                    {
                        "outcome": outcome,
                        "stage_code": stage.code,
                        "next_stage_code": next(s.code for s in stages if s.lower == upper),
                        "n_organizations": len(here),
                        "n_observed": len(seen),
                        "is_suppressed": not told,
                        **{name: median(row[name] for row in seen) if told else None for name in _EXPECTED},
                    }
                )
    return found


def _enough(
    tables: Mapping[str, Cells], name: str, columns: Sequence[str], shown: Sequence[str], minimum: int
) -> list[Row]:
    """Rows of the outcomes shown, in their order, that rest on enough organisations."""
    rows = tables[name].pick(columns) if name in tables else []
    kept = [row for row in rows if row["outcome"] in shown and count(row["n_organizations"]) >= minimum]
    return sorted(kept, key=lambda row: shown.index(row["outcome"]))
