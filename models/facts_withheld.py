"""What is not said: claims withheld and groups too small to publish, and what would settle each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from models.facts_cells import Cells

# What more organisations or months of the same kind cannot mend.
NOT_MENDED_BY_MORE = frozenset(
    {
        "index_not_reliable",
        "signs_conflict",
        "exposure_constant",
        "outcome_constant",
        "outcome_missing",
        "columns_collinear",
        "input_refused",
        "all_missing",
    }
)


def needs(reasons: Cells | None) -> dict[str, dict[str, float]]:
    """Read the numbers of ``more_data_needed`` out of the table of gates, by outcome."""
    if reasons is None:
        return {}
    found: dict[str, dict[str, float]] = {}
    for row in reasons.pick(("outcome", "code", "detail")):
        if row["code"] == "more_data_needed" and row["detail"]:
            parts = (part.split("=", 1) for part in str(row["detail"]).split(", "))
            found[str(row["outcome"])] = {key: float(value) for key, value in parts}
    return found


def withheld_facts(
    claims: Sequence[Mapping[str, Any]],
    groups: Sequence[Mapping[str, Any]],
    *,
    more: Mapping[str, Mapping[str, float]],
    n_waves: int,
    months_between_waves: float | None,
    minimum_organizations: int,
    minimum_group: int,
) -> list[dict[str, Any]]:
    """List what is not said and what would settle it.

    For a claim below the minimum of organisations that minimum is what is needed; where the gates tell how
    many more organisations or periods are needed, that; where more of the same would not help, nothing. For
    others it is what brings the minimum detectable
    effect down to a half: standard errors fall with the root of the count of organisations, so four times as
    many (or, at best, four times as many periods). Periods are also told as waves in all, and as quarters to
    wait for them.
    """
    entries: list[dict[str, Any]] = []
    for claim in claims:
        if not claim["withheld"]:
            continue
        n, n_periods = int(claim["n_organizations"]), int(claim["n_periods"])
        need = more.get(claim["outcome"], {})
        organizations: int | None = 4 * n
        periods: int | None = 4 * n_periods or None
        if NOT_MENDED_BY_MORE.intersection(claim["reasons"]):
            organizations, periods = None, None
        elif n < minimum_organizations:
            organizations, periods = minimum_organizations, None
        elif "organizations" in need:
            organizations, periods = (n + round(need["organizations"]), n_periods + round(need["periods"]))
            if need["organizations"] == 0:
                organizations, periods = None, None
        entries.append(
            {
                "kind": "claim",
                "subject": claim["outcome"],
                "reasons": list(claim["reasons"]),
                "unit": claim["unit"],
                "mde": claim["mde"],
                "n_organizations": n,
                "n_periods": n_periods,
                "minimum": minimum_organizations,
                "organizations_needed": organizations,
                "periods_needed": periods,
                "to_see": need.get("to_see"),
                **_waiting(periods, n_periods, n_waves, months_between_waves),
            }
        )
    return entries + [
        {
            "unit": None,
            "mde": None,
            "n_periods": 0,
            "minimum": minimum_group,
            "organizations_needed": minimum_group,
            "periods_needed": None,
            "to_see": None,
            "waves_needed": None,
            "quarters_needed": None,
            "reasons": ["group_below_minimum"],
            **group,
        }
        for group in groups
    ]


def _waiting(
    periods: int | None, n_periods: int, n_waves: int, months_between_waves: float | None
) -> dict[str, int | None]:
    """Months that are needed as assessment waves in all and as quarters to wait."""
    if periods is None:
        return {"waves_needed": None, "quarters_needed": None}
    months = max(0, periods - n_periods)
    waves = None if not months_between_waves else n_waves + math.ceil(months / months_between_waves)
    return {"waves_needed": waves, "quarters_needed": math.ceil(months / 3)}


def suppressed_groups(
    stages: Mapping[str, Any], contrasts: Sequence[Mapping[str, Any]], adoption: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Name every group too small to publish, once each."""
    groups: list[dict[str, Any]] = []
    if stages["is_suppressed"]:
        groups.append(
            {"kind": "stages", "subject": "stages", "n_organizations": int(stages["n_organizations"])}
        )
    groups += [
        {
            "kind": "contrast",
            "subject": row["practice_code"],
            "n_organizations": min(int(row["n_mature"]), int(row["n_less_mature"])),
        }
        for row in contrasts
        if row["is_suppressed"]
    ]
    groups += [
        {"kind": "adoption", "subject": row["channel"], "n_organizations": int(row["n_organizations"])}
        for row in adoption
        if row["is_suppressed"]
    ]
    return groups
