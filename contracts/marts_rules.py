"""Rules over several columns of a mart with the corruption each must catch; columns stand in marts*.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.contract import Corrupt, FrameRule, Holds

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def logarithm(kpi: str) -> FrameRule:
    """`log_<kpi>` is the logarithm of a positive figure."""

    def expected(frame: pd.DataFrame) -> pd.Series:
        import numpy as np  # heavy

        figure = frame[kpi].astype("float64")
        return figure.where(figure > 0).map(np.log)

    text = f"log_{kpi} is the natural logarithm of {kpi}, and unknown where {kpi} is not positive."
    return computed(f"log_{kpi}", f"log_of_{kpi}", text, expected, -49.0)


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


def month_shifts(columns: Sequence[str], months: int) -> FrameRule:
    """A lead or lag is the value of the same organisation that many calendar months away, else unknown.

    One rule for all columns: it looks up the rows once, and the panel has some fifty of them.
    """
    way, when = ("lead", "later") if months > 0 else ("lag", "earlier")
    suffix = f"_{way}_{abs(months)}m"

    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        import pandas as pd  # heavy

        key = ["organization_id", "period"]
        values = frame[list(columns)].astype("float64").set_index(pd.MultiIndex.from_frame(frame[key]))
        there = pd.MultiIndex.from_arrays([frame[key[0]], frame[key[1]] + pd.DateOffset(months=months)])
        # Keys that stand twice break the key of the mart, which says so; here the first one is taken.
        found = values[~values.index.duplicated()].reindex(there).to_numpy()
        told = frame[[name + suffix for name in columns]].astype("float64").to_numpy()
        near = abs(told - found) <= RELATIVE_TOLERANCE * (1 + abs(found))
        unknown = pd.isna(told) & pd.isna(found)
        return pd.Series((near | unknown).all(axis=1), index=frame.index)

    text = f"What ends in {suffix} is its column {abs(months)} calendar months {when}, else unknown."
    first = columns[0] + suffix
    return mart_rule(first, "calendar_shift", text, holds, spoil(**{first: 0.123456789}))
