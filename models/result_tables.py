"""Result dataclasses -> data frames with the columns of schema `analysis`. No statistics here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import pandas as pd

from models.claims import Claim, Detail

FLOATS = frozenset(
    {
        "estimate",
        "standard_error",
        "low",
        "high",
        "p_value",
        "p_adjusted",
        "degrees_of_freedom",
        "mde",
        "naive_estimate",
        "share_mature",
        "share_less_mature",
        "risk_ratio",
        "published_ratio",
        "value",
    }
)
COUNTS = frozenset(
    {"n_observations", "n_organizations", "n_periods", "n_mature", "n_less_mature"},
)
DATES = frozenset({"first_period", "last_period"})


def result_frame(rows: Sequence[Any], kind: type) -> pd.DataFrame:
    """Make a frame with one column per field of `kind`, typed even when there are no rows.

    Figures are float64 (None becomes NaN), counts int64, periods datetime64[us], claims' reasons the text of
    `listed_reasons` joined by `;`.
    """
    columns: dict[str, pd.Series[Any]] = {}
    for name in (field.name for field in fields(kind)):
        values = [getattr(row, name) for row in rows]
        if name == "reasons":
            columns[name] = pd.Series([";".join(listed_reasons(row)) for row in rows], dtype="str")
        elif name in FLOATS:
            columns[name] = pd.Series(values, dtype="float64")
        elif name in COUNTS:
            columns[name] = pd.Series(values, dtype="int64")
        elif name in DATES:
            columns[name] = pd.Series(pd.to_datetime(values), dtype="datetime64[us]")
        elif name in ("is_primary", "withheld"):
            columns[name] = pd.Series(values, dtype="bool")
        else:
            columns[name] = pd.Series(values, dtype="str")
    return pd.DataFrame(columns)


def claim_reasons_frame(claims: Sequence[Claim]) -> pd.DataFrame:
    """List every gate of every claim: outcome, position, code, passed, detail (`key=value, ...`)."""
    rows = [
        (claim.outcome, position, reason.code, reason.passed, _detail(reason.detail.items()))
        for claim in claims
        for position, reason in enumerate(claim.reasons, start=1)
    ]
    frame = pd.DataFrame(rows, columns=["outcome", "position", "code", "passed", "detail"])
    types = {"outcome": "str", "position": "int64", "code": "str", "passed": "bool", "detail": "str"}
    return frame.astype(types)


def listed_reasons(claim: Claim) -> tuple[str, ...]:
    """List the codes for the table of claims: what failed, and a null that had the power to see an effect."""
    return tuple(
        reason.code
        for reason in claim.reasons
        if (not reason.passed or reason.code == "well_powered_null") and reason.code != "more_data_needed"
    )


def _detail(items: Any) -> str:
    return ", ".join(f"{key}={_short(value)}" for key, value in items)


def _short(value: Detail) -> str:
    return value if isinstance(value, str) else f"{float(value):.6g}"
