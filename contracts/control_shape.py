"""What a profile says of the totals that its file prints, and of amounts that add up to nothing."""

from __future__ import annotations

import re
from typing import Self

from pydantic import field_validator, model_validator

from contracts.strict import Strict

ROWS = "rows"
"""A printed total may also count the rows."""


class Total(Strict):
    """Printed total: what it sums up, and where it stands.

    Attributes
    ----------
    total_of : canonical amount, each of whose source columns is tied by itself; or `ROWS`.
    label : what a line below the records begins with (regular expression).
    reason : why a line among the records is refused that is the total of the others.
    """

    total_of: str
    label: str | None = None
    reason: str | None = None

    @field_validator("label")
    @classmethod
    def _pattern(cls, value: str | None) -> str | None:
        return None if value is None else regular(value, "label")

    @model_validator(mode="after")
    def _placed(self) -> Self:
        if (self.label is None) == (self.reason is None):
            raise ValueError("a total stands by its label or by its reason: say one of them")
        return self


class Balance(Strict):
    """Amounts of a source column that add up to nothing: over the file, or per value of another column."""

    balances_to_zero: str
    per: str | None = None

    @property
    def used(self) -> set[str]:
        """Source columns that it reads."""
        return {name for name in (self.balances_to_zero, self.per) if name is not None}


Control = Total | Balance
"""A control total of the file; the gate ties it to the rows delivered."""


def regular(pattern: str, what: str) -> str:
    """Regular expression as it stands.

    Raises
    ------
    ValueError
        It is none.
    """
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{what} {pattern!r} is no regular expression: {error}") from error
    return pattern
