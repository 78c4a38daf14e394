"""Periods that a key of the crosswalk lacks, between two days. Reads and writes nothing."""

from collections.abc import Sequence

from contracts.contract import FIRST_DAY


def open_periods(
    first_day: str | None, last_day: str | None, known: Sequence[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """Periods between two days in which a key has no organisation; the last one may not end.

    Parameters
    ----------
    first_day, last_day : ISO days of its rows; None where they have none.
    known : its periods in the crosswalk, each ending on the day the next may begin; empty without an end.
    """
    begins = first_day or FIRST_DAY
    found = []
    for known_from, known_to in sorted(known):
        if begins < known_from:
            found.append((begins, known_from))
        begins = max(begins, known_to) if known_to else ""
        if not begins:
            break
    else:
        found.append((begins, ""))
    return tuple(period for period in found if last_day is None or period[0] <= last_day)
