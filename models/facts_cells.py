"""Result tables as plain rows: missing values, dates and numbers as JSON has them; no choice of facts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]


def plain(value: Any) -> Any:
    """Turn one cell into a JSON-able value: missing is None, dates are ISO days, numbers are Python's."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if hasattr(value, "isoformat"):
        text = str(value.isoformat())
        return None if text == "NaT" else text[:10]
    if hasattr(value, "item"):
        value = value.item()
        if isinstance(value, str | bool):
            return value
    if isinstance(value, int):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


class Cells:
    """Rows of a frame as plain dictionaries; asking for a column that is absent is an error with its name."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.columns = [str(name) for name in frame.columns]
        names = self.columns
        records = frame.to_numpy(dtype=object).tolist()
        self.rows: list[Row] = [
            {name: plain(value) for name, value in zip(names, record, strict=True)} for record in records
        ]

    def pick(self, names: Sequence[str]) -> list[Row]:
        """Return the rows with exactly these columns."""
        missing = sorted(set(names) - set(self.columns))
        if missing:
            raise ValueError(f"facts need the columns {', '.join(missing)}; found {', '.join(self.columns)}")
        return [{name: row[name] for name in names} for row in self.rows]


def real(value: Any) -> float | None:
    return None if value is None else float(value)


def count(value: Any) -> int:
    return 0 if value is None else round(float(value))


def mean(values: Iterable[float | None]) -> float | None:
    known = sorted(v for v in values if v is not None)
    return math.fsum(known) / len(known) if known else None


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def typed(row: Row, reals: Sequence[str], counts: Sequence[str]) -> Row:
    row.update({name: real(row[name]) for name in reals})
    row.update({name: count(row[name]) for name in counts})
    return row


def by_outcome(tables: Mapping[str, Cells], name: str, columns: Sequence[str]) -> dict[str, list[Row]]:
    """Rows of a table by their outcome; none where there is no such table."""
    found: dict[str, list[Row]] = {}
    for row in tables[name].pick(columns) if name in tables else []:
        found.setdefault(str(row["outcome"]), []).append(row)
    return found
