"""Columns and rules that several analysis tables share; the tables stand in results*.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.contract import Column, FrameRule
from contracts.marts_rules import RELATIVE_TOLERANCE, spoil

if TYPE_CHECKING:
    import pandas as pd

OUTCOME = Column("outcome", "text", "What is explained: a KPI or its logarithm.", example="csat_share")
WAVE = Column("wave", "text", "Assessment wave.", example="2025-H1")
ORGANIZATION_ID = Column("organization_id", "text", "Organisation.", example="ORG-0001")
N_ORGANIZATIONS = Column("n_organizations", "integer", "Organisations behind it.", minimum=0, example=160)
N_OBSERVATIONS = Column("n_observations", "integer", "Rows behind it.", minimum=0, example=5000)
N_PERIODS = Column("n_periods", "integer", "Months behind it.", minimum=0, example=33)
REASON_COLUMNS = (
    Column("position", "integer", "Order in which it was looked at.", minimum=1, example=1),
    Column("code", "text", "The verdict in a word.", example="forward_clear"),
    Column("passed", "boolean", "Whether it was passed.", example=True),
    Column("detail", "text", "The numbers, as key=value, by comma.", nullable=True, example="n=160"),
)


def number(name: str, words: str, *, low: float | None = None, example: float = 0.02) -> Column:
    """Make a column of any real number that may be unknown."""
    return Column(name, "real", words, nullable=True, minimum=low, example=example)


def part(name: str, words: str, example: float = 0.5) -> Column:
    """Make a column of a share or probability that may be unknown."""
    return Column(name, "share", words, nullable=True, example=example)


def count(name: str, words: str, *, nullable: bool = False) -> Column:
    """Make a column of a count."""
    return Column(name, "integer", words, nullable=nullable, minimum=0, example=4)


def error(name: str = "standard_error") -> Column:
    """Make a column of a standard error."""
    return Column(name, "real", "Standard error.", nullable=True, minimum=0, example=0.005)


def bounds(prefix: str = "", of: str = "the 95 % interval", *, around: float = 0.02) -> tuple[Column, Column]:
    """Make the columns of both ends of an interval around the example of the estimate."""
    return (
        number(f"{prefix}low", f"Lower end of {of}.", example=around - abs(around) / 2),
        number(f"{prefix}high", f"Upper end of {of}.", example=around + abs(around) / 2),
    )


def within(value: str, prefix: str = "") -> FrameRule:
    """The value lies between both ends of its interval, up to rounding; unknown passes."""
    low, high = f"{prefix}low", f"{prefix}high"

    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        slack = RELATIVE_TOLERANCE * (1 + frame[value].abs())
        outside = (frame[value] < frame[low] - slack) | (frame[value] > frame[high] + slack)
        return ~outside.astype("boolean").fillna(False).astype(bool)

    name = "within_interval" if not prefix else f"within_{prefix}interval"
    return FrameRule(
        value,
        name,
        f"{value} lies between {low} and {high}.",
        holds,
        # Shares and probabilities must be broken without leaving their own bounds.
        spoil(**{value: 0.9, low: 0.1, high: 0.2}),
        "A model returned an impossible interval.",
    )
