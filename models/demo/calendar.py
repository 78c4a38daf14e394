"""Dates and assessment waves of a demo world; no randomness here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.demo.aliases import Dates, Integers
from models.demo.spec import WAVE_MONTHS, WorldSpec


@dataclass(frozen=True, slots=True)
class Calendar:
    """The observed months and the half-yearly waves that cover them.

    Attributes
    ----------
    months : datetime64[M] of shape (months,)
    wave_of_month : int64 of shape (months,), position in ``waves``
    waves : names such as ``2023-H1``
    wave_starts : datetime64[M] of shape (waves,), January or July
    """

    months: Dates
    wave_of_month: Integers
    waves: tuple[str, ...]
    wave_starts: Dates

    @property
    def month_of_year(self) -> Integers:
        """Month of the year, 1 to 12, shape (months,)."""
        return self.months.astype(np.int64) % 12 + 1


def make_calendar(spec: WorldSpec) -> Calendar:
    """Lay out the months of a world and the half-years they belong to."""
    months = np.datetime64(spec.start, "M") + np.arange(spec.months)
    half = months.astype(np.int64) // WAVE_MONTHS
    distinct = np.unique(half)
    starts = (distinct * WAVE_MONTHS).astype("datetime64[M]")
    names = tuple(f"{1970 + int(h) // 2}-H{int(h) % 2 + 1}" for h in distinct)
    return Calendar(months=months, wave_of_month=half - distinct[0], waves=names, wave_starts=starts)
