"""The retail calendar that an installation may declare; its weeks are counted in SQL and not here."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class RetailCalendar(BaseModel):
    """Years of 52 or 53 whole weeks, whose quarters have months of four and five weeks.

    Attributes
    ----------
    pattern : weeks of the three months of a quarter; a 53rd week is of the last month of the year.
    year_end_month : 1..12; month by whose end the year ends.
    year_end_weekday : last day of every week, and so of the year.
    year_end_rule : the ``last`` such weekday of the month, or the one ``nearest`` to the month's end.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    pattern: Literal["4-4-5", "4-5-4", "5-4-4"] = "4-4-5"
    year_end_month: int = Field(1, ge=1, le=12)
    year_end_weekday: Weekday = "saturday"
    year_end_rule: Literal["last", "nearest"] = "nearest"


def retail_variables(calendar: RetailCalendar | None) -> dict[str, int | str]:
    """Variables of the dbt project; without a declaration those that make no retail calendar."""
    if calendar is None:
        return {"retail_pattern": "none"}
    return {
        "retail_pattern": calendar.pattern,
        "retail_year_end_month": calendar.year_end_month,
        "retail_year_end_weekday": WEEKDAYS.index(calendar.year_end_weekday) + 1,
        "retail_year_end_rule": calendar.year_end_rule,
    }
