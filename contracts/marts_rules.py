"""Rules over several columns of a mart with the corruption each must catch; columns stand in marts*.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.contract import Corrupt, FrameRule, Holds

if TYPE_CHECKING:
    import pandas as pd

RELATIVE_TOLERANCE = 1e-9
"""Two ways to the same double differ by a few units in the last place, never by a billionth."""


def mart_rule(column: str, name: str, description: str, holds: Holds, corrupt: Corrupt) -> FrameRule:
    """Make a rule over the columns of a mart, with the remedy that all of them share."""
    remedy = "The formula in dbt_project and this contract disagree: correct the model and build again."
    return FrameRule(column, name, description, holds, corrupt, remedy)


def spoil(**values: Any) -> Corrupt:
    """Return a function that puts bad values into the first row of a copy."""

    def corrupt(frame: pd.DataFrame) -> pd.DataFrame:
        bad = frame.copy()
        for column, value in values.items():
            bad.loc[bad.index[0], column] = value
        return bad

    return corrupt


def equal(left: pd.Series, right: pd.Series) -> pd.Series[bool]:
    """Row by row: both unknown, or both known and equal up to rounding."""
    a, b = left.astype("float64"), right.astype("float64")
    return ((a - b).abs() <= RELATIVE_TOLERANCE * (1 + b.abs())) | (a.isna() & b.isna())


def first_of_month() -> FrameRule:
    """`period` is the first day of its month."""
    return mart_rule(
        "period",
        "first_of_month",
        "A period is the first day of its month.",
        lambda frame: frame["period"].isna() | (frame["period"].dt.day == 1),
        lambda frame: spoil(period=frame["period"].iloc[0].replace(day=2))(frame),
    )


def computed(column: str, name: str, description: str, of: Holds, bad: object) -> FrameRule:
    """`column` equals what `of` computes from the same row; `bad` is a value that does not."""
    return mart_rule(
        column, name, description, lambda frame: equal(frame[column], of(frame)), spoil(**{column: bad})
    )


def log_of_revenue() -> FrameRule:
    """`log_revenue` is the logarithm of a positive revenue."""

    def expected(frame: pd.DataFrame) -> pd.Series:
        import numpy as np  # heavy

        revenue = frame["revenue"].astype("float64")
        return revenue.where(revenue > 0).map(np.log)

    text = "log_revenue is the natural logarithm of revenue, and unknown where revenue is not positive."
    return computed("log_revenue", "log_of_revenue", text, expected, -49.0)


def ratio_of_parts(kpi: str) -> FrameRule:
    """A KPI is its numerator divided by its denominator, and unknown without a positive denominator."""

    def expected(frame: pd.DataFrame) -> pd.Series:
        bottom = frame[f"{kpi}_denominator"].astype("float64")
        return frame[f"{kpi}_numerator"].astype("float64") / bottom.where(bottom > 0)

    text = f"{kpi} is its numerator divided by its denominator, and unknown without a positive one."
    return computed(kpi, "ratio_of_parts", text, expected, 0.987654)


def known_with_values(kpi: str) -> FrameRule:
    """A median or percentile is known only where there are values to read it off."""
    return mart_rule(
        kpi,
        "known_with_values",
        f"{kpi} is read off the single values, and unknown where there is none.",
        lambda frame: frame[kpi].isna() | (frame[f"{kpi}_denominator"] > 0).astype("boolean").fillna(False),
        spoil(**{kpi: 12.5}),
    )


def at_most(part: str, whole: str) -> FrameRule:
    """A part never exceeds its whole; unknown passes."""
    return mart_rule(
        part,
        f"at_most_{whole}",
        f"{part} is at most {whole}.",
        lambda frame: ~(frame[part] > frame[whole]).astype("boolean").fillna(False).astype(bool),
        spoil(**{part: 2, whole: 1}),
    )


def month_shift(column: str, months: int) -> FrameRule:
    """A lead or lag is the value of the same organisation that many calendar months away, else unknown."""
    way, when = ("lead", "later") if months > 0 else ("lag", "earlier")
    name = f"{column}_{way}_{abs(months)}m"

    def expected(frame: pd.DataFrame) -> pd.Series:
        import pandas as pd  # heavy

        organizations = frame["organization_id"].tolist()
        here = frame["period"].astype("int64").tolist()
        there = (frame["period"] + pd.DateOffset(months=months)).astype("int64").tolist()
        values = frame[column].astype("float64").tolist()
        known = dict(zip(zip(organizations, here, strict=True), values, strict=True))
        found = [known.get(key) for key in zip(organizations, there, strict=True)]
        return pd.Series(found, index=frame.index, dtype="float64")

    text = f"{name} is {column} {abs(months)} calendar months {when}, else unknown."
    return computed(name, "calendar_shift", text, expected, 0.123456789)
