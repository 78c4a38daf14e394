"""Rows of two editions' deliveries -> causes: new, late, restated, quarantined. No settings, no method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from contracts.marts_benchmark import entities_about_people
from orchestration.counted import counted
from orchestration.editions.cause import Cause, Kind, Made
from orchestration.editions.inputs import Brought

GROUP = "thresholds.minimum_group_people"
"""Setting of fewest people of whom a number is told, by its name in the manifest."""
REFERENCE = frozenset({"organizations", "crosswalk", "fx_rates"})
"""Entities kept by the user beside the settings: a change of theirs is configuration, not data."""
_FILES_NAMED = 3


def data_causes(before: Made, after: Made) -> Iterator[Cause]:
    """Rows that came between two editions, were replaced, or are held back otherwise than before.

    Rows of a delivery that only the later edition has are new where they lie after the last month the
    earlier one knew of that entity, late where they lie before it, and restated where they replace accepted
    rows. Rows of earlier deliveries whose quarantine changed are told as quarantine. How many rows about
    people there are is told from the smallest group on that figures about people are shown of.
    """
    about_people, smallest = entities_about_people(), int(after.manifest["settings"][GROUP])
    found: dict[Kind, list[Cause]] = {kind: [] for kind in Kind}
    files = {entry["delivery_id"]: str(entry["file"]) for entry in after.manifest["inputs"]}
    arrived = [delivery for delivery in after.brought if delivery not in before.brought]
    for entity in sorted({name for made in (before, after) for e in made.brought.values() for name in e}):
        if entity in REFERENCE:
            continue
        for kind, months in _rows(before.brought, after.brought, arrived, entity).items():
            n_rows = sum(months.values())
            if n_rows:
                named = _named(files[d] for d in arrived if entity in after.brought[d])
                entities = frozenset(entity.split(";"))
                least = 0 if entities.isdisjoint(about_people) else smallest
                said = f"{_told(kind, n_rows, least)} of {entity}{_span(months)}{named}"
                found[kind].append(Cause(kind, said, entities))
    for kind in Kind:
        yield from found[kind]


def _rows(before: Brought, after: Brought, arrived: list[str], entity: str) -> dict[Kind, Counter[str]]:
    """Rows by kind of cause and month; the month is empty where rows have none."""
    gained, held, replaced, released = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for delivery in arrived:
        for month, fates in after[delivery].get(entity, {}).items():
            gained[month] += fates.get("accepted", 0)
            held[month] += fates.get("quarantined", 0)
    for delivery in before.keys() & after.keys():
        old, new = before[delivery].get(entity, {}), after[delivery].get(entity, {})
        for month in old.keys() | new.keys():
            change = {
                fate: new.get(month, {}).get(fate, 0) - old.get(month, {}).get(fate, 0)
                for fate in ("accepted", "superseded", "quarantined")
            }
            replaced[month] += max(0, change["superseded"] - _came_again(change))
            released[month] += change["quarantined"]
    known = [
        month
        for d in before.values()
        for month, f in d.get(entity, {}).items()
        if f.get("accepted") and month
    ]
    last = max(known, default="")
    fresh = {month: n for month, n in gained.items() if n}
    is_new = {month: month > last or not month or not last for month in fresh}
    extra = {month: n - replaced[month] for month, n in fresh.items()}
    return {
        Kind.NEW_DATA: Counter({month: n for month, n in extra.items() if is_new[month] and n > 0}),
        Kind.LATE_DATA: Counter({month: n for month, n in extra.items() if not is_new[month] and n > 0}),
        Kind.RESTATED: Counter({month: n for month, n in replaced.items() if n}),
        Kind.QUARANTINE: Counter({m: n for m in {*held, *released} if (n := held[m] + released[m])}),
    }


def _came_again(change: Mapping[str, int]) -> int:
    """Refused rows of a delivery in whose place others came: they did not count, so nothing is restated.

    Where rows of it came to be accepted, they were replayed: what left quarantine is taken for these.
    """
    is_replayed = change["accepted"] > 0
    return 0 if is_replayed else max(0, min(-change["quarantined"], change["superseded"]))


def _told(kind: Kind, n_rows: int, least: int) -> str:
    n = abs(n_rows)
    rows = f"fewer than {least} rows" if n < least else counted(n, "row")
    if kind is not Kind.QUARANTINE:
        return rows
    return f"{rows} {'more' if n_rows > 0 else 'fewer'} held back"


def _span(months: Mapping[str, int]) -> str:
    known = sorted(month for month in months if month)
    if not known:
        return ""
    return f" in {known[0]}" if known[0] == known[-1] else f" from {known[0]} to {known[-1]}"


def _named(files: Iterable[str]) -> str:
    names = sorted(set(files))
    more = f" and {len(names) - _FILES_NAMED} more" if len(names) > _FILES_NAMED else ""
    return f" ({', '.join(names[:_FILES_NAMED])}{more})" if names else ""
