"""Contracts -> the data dictionary (docs/dictionary.md). What the tables must hold is said in the contracts.

orchestration/rendered.py writes the file; a test fails when it drifts from the contracts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from contracts.contract import Column, Contract, Layer
from contracts.registry import CONTRACTS

_LAYERS: Final[dict[Layer, str]] = {
    "accepted": "Canonical entities, as the gate accepted them.",
    "marts": "What analysts query.",
    "analysis": "Estimates and what may be claimed.",
    "edition": "What is made when an edition is published, out of it and the one before.",
}
_LONGEST_LIST: Final = 12


def render_dictionary() -> str:
    """Text of the data dictionary, every table of every layer."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "<!-- Written by contracts/dictionary.py out of the contracts; change them there, not here. -->"
    yield "# Data dictionary"
    yield ""
    yield "Every table and column, with its unit and its rules. The same contracts as machine-readable files"
    yield "(Open Data Contract Standard) lie in [contracts/](contracts/)."
    for layer, said in _LAYERS.items():
        tables = [contract for contract in CONTRACTS.values() if contract.layer == layer]
        yield from ("", f"## {layer}", "", said)
        for contract in tables:
            yield from _table(contract)


def _table(contract: Contract) -> Iterator[str]:
    yield from ("", f"### {contract.name}", "", f"{contract.description} Grain: {contract.grain}")
    if contract.key:
        yield f"Key: {', '.join(f'`{name}`' for name in contract.key)}."
    yield from ("", "| column | kind | empty | unit | description |", "|---|---|---|---|---|")
    for column in contract.columns:
        empty = "may be" if column.nullable else "never"
        yield f"| `{column.name}` | {column.kind} | {empty} | {column.unit} | {_described(column)} |"
    rules = [f"- `{rule.column}:{rule.name}`: {rule.description}" for rule in contract.frame_rules]
    if rules:
        yield from ("", "Rules over several columns:", "", *rules)


def _described(column: Column) -> str:
    low, high = column.bounds
    said = [column.description]
    if column.is_hashed:
        said.append("Keyed hash of what names a person.")
    elif column.is_personal:
        said.append("Said by a person of himself or herself.")
    if column.allowed:
        more = (
            f" and {len(column.allowed) - _LONGEST_LIST} more" if len(column.allowed) > _LONGEST_LIST else ""
        )
        said.append(f"One of {', '.join(column.allowed[:_LONGEST_LIST])}{more}.")
    if column.pattern is not None:
        said.append(f"Of the form `{column.pattern}`.")
    if (column.minimum, column.maximum) != (None, None):
        parts = (f"at least {low}" if low is not None else "", f"at most {high}" if high is not None else "")
        said.append(f"{' and '.join(part for part in parts if part).capitalize()}.")
    return " ".join(said).replace("|", "\\|")
