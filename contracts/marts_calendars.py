"""Contracts of declared calendars: fiscal years by organisation, and the weeks of a retail calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts import marts_columns as shared
from contracts.contract import Column, Contract, FrameRule
from contracts.marts_rules import computed, first_of_month, mart_rule, spoil

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    Reader = Callable[[pd.DataFrame], pd.Series]

_RETAIL = ("retail_year", "retail_quarter", "retail_month", "retail_week", "weeks_of_retail_year")


def organization_period() -> Contract:
    """Contract of `dim_organization_period`: the fiscal period of each organisation that a month is of."""
    return Contract(
        name="dim_organization_period",
        layer="marts",
        description="Fiscal month, quarter and year of an organisation by its own fiscal year.",
        grain="One row per organisation and calendar month of dim_period.",
        key=("organization_id", "period"),
        columns=(
            shared.ORGANIZATION_ID,
            shared.PERIOD,
            *fiscal_columns(
                "Month in which its fiscal year begins, by the list of organisations or else maturity.yaml.",
                "Fiscal year, called after the calendar year in which it ends.",
            ),
        ),
        period_column="period",
        frame_rules=(
            first_of_month(),
            *fiscal_rules(
                lambda frame: frame["period"].dt.year,
                lambda frame: frame["period"].dt.month,
            ),
            computed(
                "quarter_of_fiscal_year",
                "of_its_month",
                "The quarter is that of the fiscal month.",
                lambda frame: (frame["fiscal_month"] + 2) // 3,
                1,
            ),
        ),
    )


def dim_date() -> Contract:
    """Contract of `dim_date`: which week and month of the declared retail calendar a day is of."""
    year = "Retail year, called after the calendar year in whose closing month it ends."
    return Contract(
        name="dim_date",
        layer="marts",
        description=(
            "Days with the week, month and quarter of the retail calendar that maturity.yaml declares "
            "(retail_calendar); without one these are empty. Facts are kept by calendar month."
        ),
        grain="One row per day of the calendar years of dim_period.",
        # The month follows from the day (month_of_the_day), so that the pair is unique where the day is.
        key=("calendar_day", "period"),
        columns=(
            Column("calendar_day", "date", "The day.", example="2024-05-14"),
            shared.PERIOD,
            Column("retail_year", "integer", year, nullable=True, minimum=1989, maximum=2101, example=2024),
            place("retail_quarter", "Quarter of the retail year, of 13 or at the end 14 weeks.", 4, 3, True),
            place("retail_month", "Month of the retail year, of four or five weeks.", 12, 8, True),
            place("retail_week", "Week of the retail year.", 53, 33, True),
            Column(
                "weeks_of_retail_year",
                "integer",
                "Weeks of the retail year.",
                nullable=True,
                minimum=52,
                maximum=53,
                example=52,
            ),
        ),
        frame_rules=(
            mart_rule(
                "period",
                "month_of_the_day",
                "period is the month of the day.",
                lambda frame: frame["period"] == frame["calendar_day"].dt.to_period("M").dt.start_time,
                lambda frame: spoil(period=frame["period"].iloc[0].replace(year=2001))(frame),
            ),
            mart_rule(
                "retail_year",
                "known_together",
                "Where a retail calendar is declared every day has its year, quarter, month and week.",
                lambda frame: frame[list(_RETAIL)].isna().sum(axis=1).isin([0, len(_RETAIL)]),
                spoil(retail_year=None),
            ),
            computed(
                "retail_quarter",
                "of_13_weeks",
                "A retail quarter has 13 weeks; a 53rd week is of the last.",
                lambda frame: ((frame["retail_week"] + 12) // 13).clip(upper=4),
                1,
            ),
            mart_rule(
                "retail_month",
                "of_its_quarter",
                "A retail quarter has three retail months.",
                lambda frame: (
                    frame["retail_month"].isna()
                    | ((frame["retail_month"] + 2) // 3 == frame["retail_quarter"])
                ),
                spoil(retail_month=1),
            ),
            mart_rule(
                "retail_week",
                "within_its_year",
                "No week lies beyond those of its year.",
                lambda frame: (
                    frame["retail_week"].isna() | (frame["retail_week"] <= frame["weeks_of_retail_year"])
                ),
                spoil(retail_week=53, weeks_of_retail_year=52, retail_quarter=4, retail_month=12),
            ),
        ),
    )


def fiscal_columns(start: str, year: str) -> tuple[Column, ...]:
    """Columns of the fiscal period that a month is of; `start` and `year` say whose fiscal year it is."""
    return (
        place("fiscal_year_start_month", start, 12, 7),
        Column("fiscal_year", "integer", year, minimum=1990, maximum=2101, example=2024),
        place("fiscal_month", "Month of the fiscal year.", 12, 11),
        place("quarter_of_fiscal_year", "Quarter of the fiscal year.", 4, 4),
        Column("fiscal_quarter", "text", "Fiscal quarter.", pattern=r"FY\d{4}-Q[1-4]", example="FY2024-Q4"),
        Column(
            "is_observed",
            "boolean",
            "Lies between the first and the last month in which anything was observed.",
            example=True,
        ),
    )


def fiscal_rules(year_of: Reader, month_of: Reader) -> tuple[FrameRule, FrameRule]:
    """Rules that fiscal month and year follow from the calendar, which two functions read from the rows."""

    def fiscal_year(frame: pd.DataFrame) -> pd.Series:
        start, month = frame["fiscal_year_start_month"], month_of(frame)
        years: pd.Series = year_of(frame) + ((start > 1) & (month >= start)).astype("int64")
        return years

    return (
        computed(
            "fiscal_month",
            "counted_from_the_start",
            "Fiscal months are counted from the month in which the fiscal year begins.",
            lambda frame: (month_of(frame) - frame["fiscal_year_start_month"] + 12) % 12 + 1,
            2,
        ),
        computed(
            "fiscal_year",
            "ends_in_it",
            "A fiscal year is called after the calendar year in which it ends.",
            fiscal_year,
            2001,
        ),
    )


def place(name: str, text: str, last: int, example: int, nullable: bool = False) -> Column:
    """Make the column of a place counted from 1."""
    return Column(name, "integer", text, nullable=nullable, minimum=1, maximum=last, example=example)
