"""One canonical column read by a profile of one column, for tests of single declarations. No tests here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from contracts.column_map import ColumnMap
from contracts.contract import Column
from contracts.convert import Converted, convert
from contracts.entities import ENTITIES
from contracts.manner import Manner
from contracts.profile import Profile

Cells = Mapping[str, str | None]
PLAIN = Manner(currency="EUR")


def profile_of(entity: str, columns: Mapping[str, Mapping[str, Any]], **said: Any) -> Profile:
    """Profile of some columns; what they read is its signature."""
    used = set().union(*(ColumnMap.model_validate(mapping).used for mapping in columns.values()))
    content: dict[str, Any] = {
        "name": "one_column",
        "version": "1",
        "description": "One column",
        "source_system": "example",
        "entity": entity,
        "shape": "ui",
        "signature": {"required": sorted(used) or ["a"]},
        "columns": columns,
        **said,
    }
    return Profile.model_validate(content)


def converted(profile: Profile, rows: Sequence[Cells], manner: Manner = PLAIN, **given: Any) -> Converted:
    """Conversion of rows, which stand in the lines from 2 on."""
    frame = pd.DataFrame([dict(row) for row in rows], dtype="str")
    frame = frame.assign(source_line=range(2, len(frame) + 2), delivery_id="d1")
    return convert(frame, profile, manner=manner, **given)


def read(
    column: str,
    mapping: Mapping[str, Any],
    cells: Sequence[str | Cells | None],
    manner: Manner = PLAIN,
    *,
    beside: Mapping[str, Mapping[str, Any]] | None = None,
    **said: Any,
) -> list[Any]:
    """What becomes of cells of the column `a` in `entity.column`: values, or reasons as text."""
    entity, name = column.split(".")
    profile = profile_of(entity, {name: {"from": "a", **mapping}, **(beside or {})}, **said)
    rows = [{"a": cell} if cell is None or isinstance(cell, str) else cell for cell in cells]
    result = converted(profile, [{"id": str(place), **row} for place, row in enumerate(rows)], manner)
    outcome: dict[int, Any] = {}
    for _, row in result.frames[entity].iterrows():
        outcome[int(row["source_line"])] = _plain(row[name], ENTITIES[entity].column(name))
    for line, reasons in zip(result.refused["source_line"], result.refused["reasons"], strict=True):
        own = [reason for reason in reasons if reason.startswith(f"{name}:")]
        outcome[int(line)] = " ".join(own) or " ".join(reasons)
    return [outcome[line] for line in sorted(outcome)]


def _plain(value: Any, column: Column) -> Any:
    if pd.isna(value):
        return None
    match column.kind:
        case "date":
            return value.date().isoformat()
        case "timestamp":
            return value.isoformat(sep=" ")
        case "money" | "minutes":
            return str(Decimal(str(value)))
        case "share" | "score" | "real":
            return float(value)
        case "boolean":
            return bool(value)
        case "integer":
            return int(value)
        case _:
            return str(value)
