"""Contract -> Open Data Contract (ODCS v3) text, for catalogues that speak it. Rules are made elsewhere.

orchestration/rendered.py writes the files; a test fails when they drift from the contracts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import yaml

from contracts.contract import Column, Contract, Kind, Layer, Rule
from contracts.registry import CONTRACTS

API_VERSION: Final = "v3.1.0"
HEADER: Final = "# Written by contracts/odcs.py out of the contracts; change them there, not here.\n"
LOGICAL_TYPES: Final[Mapping[Kind, str]] = {
    "text": "string",
    "integer": "integer",
    "real": "number",
    "share": "number",
    "score": "number",
    "money": "number",
    "minutes": "number",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}
_PHYSICAL_TYPES: Final[Mapping[Kind, str]] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "real": "DOUBLE",
    "share": "DOUBLE",
    "score": "DOUBLE",
    "money": "DOUBLE",
    "minutes": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "boolean": "BOOLEAN",
}
_ACCEPTED_TYPES: Final[Mapping[Kind, str]] = {"money": "DECIMAL(18,2)", "minutes": "DECIMAL(14,2)"}
_PLACES: Final[Mapping[Layer, str]] = {
    "accepted": "accepted/{name}/**/*.parquet",
    "marts": "editions/current/parquet/{name}.parquet",
    "analysis": "editions/current/parquet/{name}.parquet",
    "edition": "editions/current/parquet/{name}.parquet",
}
_DIMENSIONS: Final = {"required": "completeness", "unique_key": "uniqueness", "no_overlap": "uniqueness"}
_STATED: Final = {"required", "unique_key"}
"""Rules that ODCS states by a property of its own."""


def render_odcs() -> dict[str, str]:
    """Text of every data contract by its path below docs/contracts."""
    return {f"{contract.layer}/{name}.odcs.yaml": _text(contract) for name, contract in CONTRACTS.items()}


def _text(contract: Contract) -> str:
    return HEADER + yaml.safe_dump(document(contract), sort_keys=False, allow_unicode=True, width=110)


def document(contract: Contract) -> dict[str, Any]:
    """Open Data Contract of one table, as plain data."""
    return {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": f"maturity-impact.{contract.layer}.{contract.name}",
        "name": contract.name,
        "version": f"{contract.version}.0.0",
        "status": "active" if contract.deprecated_on is None else "deprecated",
        "domain": contract.layer,
        "description": {"purpose": contract.description},
        "servers": [
            {
                "server": "home",
                "type": "local",
                "description": "Below the home folder of an installation.",
                "path": _PLACES[contract.layer].format(name=contract.name),
                "format": "parquet",
            }
        ],
        "schema": [_table(contract)],
        "customProperties": [{"property": "owner", "value": contract.owner}],
    }


def _table(contract: Contract) -> dict[str, Any]:
    own = [rule for rule in contract.rules if rule.stage == "key" or _is_of_several(rule, contract)]
    quality = [_quality(rule) for rule in own]
    return {
        "name": contract.name,
        "logicalType": "object",
        "physicalType": "table",
        "physicalName": contract.name,
        "description": contract.description,
        "dataGranularityDescription": contract.grain,
        "properties": [_property(contract, column) for column in contract.columns],
        **({"quality": quality} if quality else {}),
    }


def _is_of_several(rule: Rule, contract: Contract) -> bool:
    return rule.id in {f"{own.column}:{own.name}" for own in contract.frame_rules}


def _property(contract: Contract, column: Column) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": column.name,
        "logicalType": LOGICAL_TYPES[column.kind],
        "physicalType": _physical_type(contract, column),
        "description": column.description,
        "required": not column.nullable,
    }
    if column.name in contract.key:
        said |= {"primaryKey": True, "primaryKeyPosition": contract.key.index(column.name) + 1}
    if column.name == contract.period_column:
        said |= {"partitioned": True, "partitionKeyPosition": 1}
    if column.is_personal:
        said["classification"] = "personal"
    if options := _options(column):
        said["logicalTypeOptions"] = options
    if column.example is not None:
        said["examples"] = [column.example]
    if column.unit:
        said["customProperties"] = [{"property": "unit", "value": column.unit}]
    rules = [rule for rule in contract.rules if rule.column == column.name]
    if quality := [_quality(rule) | _metric(rule, column) for rule in rules if _is_of_column(rule, contract)]:
        said["quality"] = quality
    return said


def _is_of_column(rule: Rule, contract: Contract) -> bool:
    return rule.name not in _STATED and rule.stage != "key" and not _is_of_several(rule, contract)


def _physical_type(contract: Contract, column: Column) -> str:
    types = {**_PHYSICAL_TYPES, **(_ACCEPTED_TYPES if contract.layer == "accepted" else {})}
    return types[column.kind]


def _options(column: Column) -> dict[str, Any]:
    low, high = column.bounds
    options = {"pattern": column.pattern, "minimum": low, "maximum": high}
    return {name: value for name, value in options.items() if value is not None}


def _metric(rule: Rule, column: Column) -> dict[str, Any]:
    """The standard's own metric where it has one: values outside a list."""
    if rule.name != "known_value" or not column.allowed:
        return {}
    values = {"validValues": list(column.allowed)}
    return {"type": "library", "metric": "invalidValues", "arguments": values, "mustBe": 0}


def _quality(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.id,
        "type": "text",
        "description": f"Refused: {rule.description} {rule.remedy}".strip(),
        "dimension": _DIMENSIONS.get(rule.name, "conformity" if rule.stage == "convert" else "consistency"),
        "severity": "error",
    }
