"""Good rows of a contract and rows made bad on purpose, to show that every rule bites. No rules here."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from contracts.contract import Column, Contract, Corrupt, Rule
from contracts.frames import dtype_of


def example(contract: Contract, rows: int = 3) -> pd.DataFrame:
    """Typed frame of good rows; one of their keys differs, all else is each column's example."""
    keys = _numbered(contract)
    columns: dict[str, pd.Series] = {}
    for column in contract.columns:
        values = [_value(column, row if column.name in keys else 0) for row in range(rows)]
        columns[column.name] = pd.Series(values, dtype="object")
    return contract.typed(pd.DataFrame(columns))


def corrupted(contract: Contract, rule: Rule, rows: int = 3) -> pd.DataFrame:
    """Good rows of which the first (or first two) break one rule of stage `check` or `key`."""
    frame = example(contract, rows)
    if callable(rule.canary):
        return cast("Corrupt", rule.canary)(frame)
    column = contract.column(rule.column)
    bad = pd.Series([rule.canary], dtype="object").astype(cast("Any", dtype_of(contract, column)))
    frame[rule.column] = pd.concat([bad, frame[rule.column].iloc[1:]], ignore_index=True)
    return frame


def _numbered(contract: Contract) -> set[str]:
    texts = [contract.column(name) for name in contract.key if contract.column(name).kind == "text"]
    if not texts:
        return {name for name in contract.key if contract.column(name).kind == "date"}
    free = [column for column in texts if column.pattern is None and not column.allowed]
    counted = [contract.column(name) for name in contract.key if contract.column(name).kind == "integer"]
    wide = sorted(texts, key=lambda column: len(column.allowed))
    return {column.name for column in (free or counted or wide)[-1:]}


def _value(column: Column, row: int) -> object:
    if column.example is None or row == 0:
        return column.example
    if column.allowed:
        return column.allowed[(column.allowed.index(str(column.example)) + row) % len(column.allowed)]
    if column.kind == "date":
        return pd.Timestamp(str(column.example)) + pd.DateOffset(months=row)
    if column.kind == "integer":
        return int(str(column.example)) + row
    text = str(column.example)
    return f"{row + 1:x}".rjust(len(text), "0") if column.pattern == "[0-9a-f]{64}" else f"{text}{row}"
