"""What would undo an estimate, every way to put the question, and the health card, as facts. No wording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.facts_cells import Cells, Row, count, real

CHECKS = (
    "robustness_value", "robustness_value_interval", "control_bound", "industry_left_out", "shuffled_index",
    "unmovable_outcome",
)  # fmt: skip
HEALTH_ORDER = (
    "coverage", "missing_outcome", "reliability", "played_to", "clusters", "identification", "pretrends",
    "multiplicity", "sensitivity", "stability", "second_route",
)  # fmt: skip
_VALUES = ("value", "low", "high", "p_value")
_CURVE = ("median", "share_same_sign", "share_significant", "median_p", "share_p", "stouffer_p")
EVERYTHING = "all"


def robustness_facts(
    tables: Mapping[str, Cells], shown: Sequence[str], sizes: Mapping[str, int], minimum: int
) -> list[Row]:
    """Every check of fragility of the outcomes shown, adjusted model first.

    Parameters
    ----------
    tables, shown
        See `facts_results`.
    sizes : mapping of str to int
        Organisations behind each outcome.
    minimum : int
    """
    names = ("outcome", "model", "check", "subject", "holds", *_VALUES)
    rows = tables["robustness"].pick(names) if "robustness" in tables else []
    kept = [row for row in rows if row["outcome"] in shown and sizes.get(row["outcome"], 0) >= minimum]
    return [
        {
            "outcome": row["outcome"],
            "model": row["model"],
            "check": row["check"],
            "subject": row["subject"] or None,
            **{name: real(row[name]) for name in _VALUES},
            "holds": bool(row["holds"]),
        }
        for row in sorted(
            kept, key=lambda row: (shown.index(row["outcome"]), row["model"], CHECKS.index(row["check"]))
        )
    ]


def specification_facts(tables: Mapping[str, Cells], shown: Sequence[str], minimum: int) -> list[Row]:
    """What all ways to put the question say together, and the estimate of each."""
    if "specification_curves" not in tables:
        return []
    curves = {
        row["outcome"]: row
        for row in tables["specification_curves"].pick(
            ("outcome", "n_specifications", "n_failed", "n_permutations", *_CURVE)
        )
    }
    columns = ("outcome", "position", "exposure", "model", "controls", "sample", "estimate", "low", "high",
               "n_organizations")  # fmt: skip
    rows = tables["specifications"].pick(columns)
    found = []
    for outcome in [outcome for outcome in shown if outcome in curves]:
        own = sorted((row for row in rows if row["outcome"] == outcome), key=lambda row: row["position"])
        large = [row for row in own if count(row["n_organizations"]) >= minimum]
        if not large:
            continue
        curve = curves[outcome]
        found.append(
            {
                "outcome": outcome,
                **{n: count(curve[n]) for n in ("n_specifications", "n_failed", "n_permutations")},
                **{name: real(curve[name]) for name in _CURVE},
                "lowest": min(real(row["estimate"]) or 0.0 for row in large),
                "highest": max(real(row["estimate"]) or 0.0 for row in large),
                "specifications": [
                    {
                        **{name: row[name] for name in ("exposure", "model", "sample")},
                        "controls": row["controls"] or "",
                        **{name: real(row[name]) for name in ("estimate", "low", "high")},
                    }
                    for row in large
                ],
            }
        )
    return found


def health_facts(tables: Mapping[str, Cells], shown: Sequence[str]) -> list[Row]:
    """The health card, checks in reading order; those of the whole analysis have the outcome ``all``."""
    if "health" not in tables:
        return []
    values = ("value", "review_at", "fail_at")
    rows = tables["health"].pick(("check", "outcome", "status", "action", *values))
    subjects = [EVERYTHING, *shown]
    kept = [row for row in rows if row["outcome"] in subjects]
    return [
        {
            "check": row["check"],
            "outcome": row["outcome"],
            "status": row["status"],
            **{name: real(row[name]) for name in values},
            "action": row["action"] or None,
        }
        for row in sorted(
            kept, key=lambda row: (HEALTH_ORDER.index(row["check"]), subjects.index(row["outcome"]))
        )
    ]
