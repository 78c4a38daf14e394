"""Rows held back from a cell, as ledger and quarantine tell them; accepted ones: held_rows.py. No values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

UNMAPPED, UNSETTLED = "unmapped", "unsettled"
NO_RATE = ("no_average_rate", "no_closing_rate", "no_base_rate")
"""Causes of rows whose money has no declared rate: of its month, its month end, or twelve months before."""
UNIT_KEY = "concat_ws(' ', source_system, unit_key_type, coalesce(unit_key, '(no key)'))"
"""SQL of the key that has no organisation, as people read it."""
_LEDGER_FATES = ("duplicate", "superseded")


@dataclass(frozen=True, slots=True)
class Held:
    """Rows that did not count, of one file for one cause.

    Attributes
    ----------
    entity : accepted entity they belong to.
    cause : disposition of the row model (deleted, merged, open, contingent, unmapped), one of `NO_RATE`, fate
        in the ledger (duplicate, superseded, quarantined), or `unsettled` for what makes the figure unknown.
    rule : rule that refused them, key that has no organisation, or currency without a rate; None where the
        cause says all.
    month : first day of the month they fall in; None where that cannot be read of them.
    is_own : they are known to be of the organisation asked about.
    lines : lines of the file, where they are known.
    """

    entity: str
    cause: str
    file: str
    delivery_id: str
    rule: str | None
    month: date | None
    is_own: bool
    n_rows: int
    lines: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        """It in plain lists and words."""
        month = self.month.isoformat() if self.month else None
        return {**asdict(self), "month": month, "lines": list(self.lines)}


def refused(home: Path, entities: Collection[str], months: Collection[date]) -> list[Held]:
    """Rows of these entities that lie in quarantine and fall in these months, or in none that can be read.

    A row in quarantine has no organisation: its key was never judged. Values of its cells are not shown.
    """
    import pandas as pd

    paths = sorted((home / "quarantine").glob("*.parquet"))
    shown = ["delivery_id", "file", "source_line", "entity", "reasons"]
    parts = [pd.read_parquet(path, columns=shown) for path in paths]
    if not parts:
        return []
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[[bool(_entities(said) & set(entities)) for said in rows["entity"]]]
    possible = _months_of_refused(home, entities, months)
    found: list[Held] = []
    rules = rows.assign(rule=rows["reasons"].str.split(";")).explode("rule")
    for (delivery_id, file, said, rule), part in rules.groupby(
        ["delivery_id", "file", "entity", "rule"], sort=True
    ):
        found += [
            Held(
                entity=str(said),
                cause="quarantined",
                file=str(file),
                delivery_id=str(delivery_id),
                rule=str(rule),
                month=month,
                is_own=False,
                n_rows=len(part),
                lines=tuple(sorted(int(line) for line in part["source_line"])),
            )
            for month in possible.get(str(delivery_id), ())
        ]
    return found


def _months_of_refused(
    home: Path, entities: Collection[str], months: Collection[date]
) -> dict[str, list[date | None]]:
    """By delivery whether rows of it were refused in one of the months; the ledger knows no line's month."""
    rows = [row for row in _ledger(home, entities) if row["fate"] == "quarantined"]
    found: dict[str, list[date | None]] = {}
    for row in rows:
        month = _month(row["period"])
        if month is None or month in months:
            # Lines of one delivery are told once: under no month as soon as one of them has none.
            found.setdefault(str(row["delivery_id"]), [])
            if not found[str(row["delivery_id"])]:
                found[str(row["delivery_id"])] = [month]
            elif month is None:
                found[str(row["delivery_id"])] = [None]
    return found


def repeated(home: Path, entities: Collection[str], months: Collection[date]) -> list[Held]:
    """Rows that repeat another, or that a newer version replaced, in these months or in none."""
    return [
        Held(
            entity=str(row["entity"]),
            cause=str(row["fate"]),
            file=str(row["file"]),
            delivery_id=str(row["delivery_id"]),
            rule=None,
            month=_month(row["period"]),
            is_own=False,
            n_rows=int(row["n_rows"]),
            lines=(),
        )
        for row in _ledger(home, entities)
        if row["fate"] in _LEDGER_FATES and (_month(row["period"]) in {*months, None})
    ]


def n_delivered(home: Path, entity: str) -> int:
    """Rows of an entity that were ever delivered, whatever became of them."""
    return sum(int(row["n_rows"]) for row in _ledger(home, (entity,)))


def _ledger(home: Path, entities: Collection[str]) -> Sequence[dict[str, Any]]:
    import pandas as pd

    path = home / "accepted" / "ledger_periods.parquet"
    if not path.exists():
        return []
    ledger: pd.DataFrame = pd.read_parquet(path)
    own = ledger[[bool(_entities(said) & set(entities)) for said in ledger["entity"]]]
    return [{str(name): value for name, value in row.items()} for row in own.to_dict("records")]


def _entities(said: object) -> set[str]:
    return set(str(said).split(";"))


def _month(said: object) -> date | None:
    return date.fromisoformat(said[:10]) if isinstance(said, str) else None
