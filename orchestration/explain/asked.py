"""What is asked about: figure, organisation, month; for an unknown name the nearest ones."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from orchestration.errors import MaturityImpactError
from orchestration.nearest import nearest


class NothingAsked(MaturityImpactError):
    """A name that was asked about does not exist."""


def unknown(what: str, asked: str, known: Collection[str], otherwise: str) -> NothingAsked:
    """The error for a name that is not there."""
    like = nearest(asked, known)
    return NothingAsked(
        f"There is no {what} {asked}", "", f"perhaps {' or '.join(like)}" if like else otherwise
    )


def month_of(text: str) -> date | None:
    """First day of the month that 2024-03 or 2024-03-01 names; None for anything else."""
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])(-\d{2})?", text)
    return date(int(found[1]), int(found[2]), 1) if found else None


def shifted(month: date, months: int) -> date:
    """Month that lies so many months later."""
    count = month.year * 12 + month.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def last_day(month: date) -> date:
    """Last day of a month."""
    from datetime import timedelta

    return shifted(month, 1) - timedelta(days=1)
