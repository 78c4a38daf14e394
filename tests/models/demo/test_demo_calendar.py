"""Keeps the seasons of a demo world in their months, and its half-years in theirs."""

import numpy as np
import pandas as pd

from models.demo.calendar import make_calendar
from models.demo.spec import WorldSpec


def test_months_and_half_years_are_those_of_the_dates() -> None:
    calendar = make_calendar(WorldSpec())
    days = pd.DatetimeIndex(calendar.months.astype("datetime64[ns]"))
    np.testing.assert_array_equal(calendar.month_of_year, days.month)
    halves = [f"{day.year}-H{1 if day.month <= 6 else 2}" for day in days]
    assert [calendar.waves[wave] for wave in calendar.wave_of_month] == halves
    assert set(pd.DatetimeIndex(calendar.wave_starts.astype("datetime64[ns]")).month) == {1, 7}
