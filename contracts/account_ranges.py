"""Account codes and ranges with their classes, as a profile or the settings declare them. No rows here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

_RANGE = re.compile(r"\s*([0-9]+)\s*(?:-|–|\.\.)\s*([0-9]+)\s*")


@dataclass(frozen=True, slots=True)
class AccountRanges:
    """Class of an account: its exact code counts first, then the narrowest range that holds it.

    Attributes
    ----------
    codes : dict of str to str
        Class by code, compared without case.
    ranges : tuple of (int, int, str)
        First code, last code and class, narrowest first; only codes of digits lie in ranges.
    """

    codes: Mapping[str, str]
    ranges: tuple[tuple[int, int, str], ...]

    @classmethod
    def of(cls, declared: Mapping[str, str]) -> Self:
        """Ranges out of `{"8000-8999": revenue, "4400": recruiting}`.

        Raises
        ------
        ValueError
            When a range runs backwards, or two of different classes overlap without one lying in the other.
        """
        codes, ranges = {}, []
        for said, account_class in declared.items():
            if (found := _RANGE.fullmatch(said)) is None:
                codes[said.strip().casefold()] = account_class
                continue
            first, last = int(found[1]), int(found[2])
            if last < first:
                raise ValueError(f"account range {said} runs backwards")
            ranges.append((first, last, account_class))
        ranges.sort(key=lambda one: (one[1] - one[0], one))
        for place, (first, last, account_class) in enumerate(ranges):
            for low, high, other in ranges[place + 1 :]:
                is_within = low <= first and last <= high and (low, high) != (first, last)
                if other != account_class and first <= high and low <= last and not is_within:
                    raise ValueError(f"account ranges {first}-{last} and {low}-{high} overlap")
        return cls(codes, tuple(ranges))

    def class_of(self, code: str) -> str | None:
        """Class of an account code; None where none is declared."""
        bare = code.strip()
        if (exact := self.codes.get(bare.casefold())) is not None:
            return exact
        if not (bare.isascii() and bare.isdigit()):
            return None
        number = int(bare)
        return next((named for first, last, named in self.ranges if first <= number <= last), None)
