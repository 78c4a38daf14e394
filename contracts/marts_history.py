"""What the mart of organisations through time must look like; organisations as of now stand in marts.py."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contracts import marts_columns as shared
from contracts.contract import Column, Contract, FrameRule
from contracts.entities.reference import ORGANIZATIONS
from contracts.marts_rules import mart_rule, spoil

if TYPE_CHECKING:
    import pandas as pd

_TRAITS = (
    "name",
    "industry",
    "country",
    "customer_type",
    "employees",
    "employees_band",
    "parent_organization_id",
    "currency",
    "fiscal_year_start_month",
)


def organization_history() -> Contract:
    """Contract of dim_organization_history."""
    until = "First day on which it no longer held; empty where it still holds."
    return Contract(
        name="dim_organization_history",
        layer="marts",
        description=(
            "Organisations as described at any time (type 2), from valid_from up to, not including, "
            "valid_to; a version holds until the next begins."
        ),
        grain="One row per organisation and version of its description.",
        key=("organization_id", "valid_from"),
        columns=(
            shared.ORGANIZATION_ID,
            Column("valid_from", "date", "First day on which the version held.", example="2020-01-01"),
            Column("valid_to", "date", until, nullable=True),
            Column(
                "is_current", "boolean", "The latest version, which dim_organization shows.", example=True
            ),
            Column(
                "is_prolonged",
                "boolean",
                "The file ended the version earlier and left days without any; it is taken to hold on.",
                example=False,
            ),
            *(_trait(name) for name in _TRAITS),
        ),
        frame_rules=(
            mart_rule(
                "valid_to",
                "after_valid_from",
                "A version ends after it began.",
                lambda frame: frame["valid_to"].isna() | (frame["valid_to"] > frame["valid_from"]),
                lambda frame: spoil(valid_to=frame["valid_from"].iloc[0])(frame),
            ),
            _without_hole(),
            mart_rule(
                "is_current",
                "is_the_last",
                "The version that began last is the current one, and no other.",
                lambda frame: frame["is_current"].astype(bool) == ~_has_next(frame),
                spoil(is_current=False),
            ),
        ),
    )


def _trait(name: str) -> Column:
    column = ORGANIZATIONS.column(name)
    if name == "fiscal_year_start_month":
        text = "Month in which its fiscal year begins, by default that of the installation."
        return replace(column, description=text, nullable=False)
    return replace(column, minimum=1, maximum=None) if name == "employees" else column


def _has_next(frame: pd.DataFrame) -> pd.Series[bool]:
    return _next_start(frame).notna()


def _next_start(frame: pd.DataFrame) -> pd.Series:
    """Day on which the next version of the same organisation begins, by row; unknown for the last.

    Two versions of one day are the key's to refuse, not what follows one another.
    """
    key = ["organization_id", "valid_from"]
    order = frame[key].drop_duplicates().sort_values(key)
    order["next_from"] = order.groupby("organization_id", sort=False, dropna=False)["valid_from"].shift(-1)
    return frame[key].merge(order, on=key, how="left").set_axis(frame.index)["next_from"]


def _without_hole() -> FrameRule:
    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        following = _next_start(frame)
        return following.isna() | (frame["valid_to"] == following)

    def corrupt(frame: pd.DataFrame) -> pd.DataFrame:
        import pandas as pd  # heavy

        start = frame["valid_from"].iloc[0]
        bad = frame.copy()
        bad.loc[bad.index[1], "organization_id"] = bad["organization_id"].iloc[0]
        bad.loc[bad.index[1], "valid_from"] = start + pd.Timedelta(days=10)
        bad.loc[bad.index[0], "valid_to"] = start + pd.Timedelta(days=9)
        return bad

    text = "A version ends on the day on which the next begins: no day has two, none in between has none."
    return mart_rule("valid_to", "meets_the_next", text, holds, corrupt)
