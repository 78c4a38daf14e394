"""Properties of dbt sources, staging models and marts out of their contracts, as plain mappings."""

from __future__ import annotations

from typing import Any

from contracts.contract import Column, Contract, Kind
from contracts.entities import ENTITIES
from contracts.exposures import GROUP
from contracts.ledger_periods import LEDGER_PERIODS

ACCEPTED = {**ENTITIES, LEDGER_PERIODS.name: LEDGER_PERIODS}
_DATA_TYPES: dict[Kind, str] = {
    "text": "string",
    "integer": "bigint",
    "real": "double",
    "share": "double",
    "score": "double",
    "money": "decimal(18,2)",
    "minutes": "decimal(18,2)",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}
_LONGEST_LIST = 20
"""Code lists of countries and currencies are checked by pandera; in dbt they would drown the rest."""
_PERIOD = "First day of the month the row belongs to."


def source_properties() -> dict[str, Any]:
    """Accepted entities as a dbt source, with the place of their Parquet."""
    folder = "{{ env_var('MATURITY_ACCEPTED', 'accepted') | replace(\"'\", \"''\") }}"
    location = (
        f"read_parquet('{folder}/{{name}}/**/*.parquet', hive_partitioning = false, union_by_name = true)"
    )
    ledger = {"config": {"meta": {"external_location": f"read_parquet('{folder}/{{name}}.parquet')"}}}
    return {
        "name": "accepted",
        "description": "Canonical entities as the gate accepted them; Parquet, one folder per entity.",
        "config": {"meta": {"external_location": location}},
        "tables": [
            {"name": e.name, "description": _said(e), **own, "columns": [_documented(c) for c in e.columns]}
            for e in ACCEPTED.values()
            for own in (ledger if e is LEDGER_PERIODS else {},)
        ],
    }


def staging_properties(name: str, entity: Contract) -> dict[str, Any]:
    """Description, columns and tests of the staging model of an entity."""
    columns = [_documented(column) for column in entity.columns]
    tests = [dbt_test("unique_grain", name, columns=_accepted_key(entity))]
    has_wave = "wave" in entity.column_names
    if entity.period_column or has_wave or entity.name == "employment_spells":
        columns.append({"name": "period", "description": "First month of the wave." if has_wave else _PERIOD})
    if "organization_id" in entity.column_names and entity.name != "organizations":
        tests.append(dbt_test("known_organization", name))
    return {"name": name, "description": _said(entity), "columns": columns, "data_tests": tests}


def _accepted_key(entity: Contract) -> list[str]:
    """Key of accepted rows: each system numbers its records by itself, as the gate takes them."""
    own = ["source_system"] if "source_system" in entity.column_names else []
    return list(dict.fromkeys((*own, *entity.key)))


def mart_properties(mart: Contract) -> dict[str, Any]:
    """Description, typed columns and tests of a mart."""
    filled = [column.name for column in mart.columns if not column.nullable]
    bounds = {c.name: list(c.bounds) for c in mart.columns if _is_bounded(c)}
    values = {c.name: list(c.allowed) for c in mart.columns if 0 < len(c.allowed) <= _LONGEST_LIST}
    tests = [
        dbt_test("unique_grain", mart.name, columns=list(mart.key)),
        dbt_test("filled", mart.name, columns=filled),
    ]
    if bounds:
        tests.append(dbt_test("within_bounds", mart.name, bounds=bounds))
    if values:
        tests.append(dbt_test("known_values", mart.name, values=values))
    return {
        "name": mart.name,
        "description": _said(mart),
        "config": {"group": GROUP, "access": "public"},
        "latest_version": mart.version,
        "versions": [_version(mart)],
        "columns": [
            {"name": c.name, "data_type": _DATA_TYPES[c.kind], "description": _words(c)} for c in mart.columns
        ],
        "data_tests": tests,
    }


def _version(mart: Contract) -> dict[str, Any]:
    """The version in force; in the file it goes by the plain name of the mart."""
    found: dict[str, Any] = {"v": mart.version, "defined_in": mart.name, "config": {"alias": mart.name}}
    if mart.deprecated_on is not None:
        found["deprecation_date"] = mart.deprecated_on
    return found


def panel_properties(mart: Contract) -> dict[str, Any]:
    """Description, columns and tests of the model behind `fct_maturity_impact`, whose columns are its own."""
    name = "int_maturity_impact"
    return {
        "name": name,
        "description": _said(mart),
        "columns": [_documented(column) for column in mart.columns],
        "data_tests": [
            dbt_test("unique_grain", name, columns=list(mart.key)),
            dbt_test("rows_conserved", name, source_model="ref('int_kpi_month')"),
        ],
    }


def _is_bounded(column: Column) -> bool:
    return column.kind not in ("date", "timestamp", "text") and any(b is not None for b in column.bounds)


def dbt_test(name: str, relation: str, **arguments: Any) -> dict[str, Any]:
    """A generic test of a model or seed, under a name of its own."""
    body: dict[str, Any] = {"name": f"{name}_{relation}"}
    if arguments:
        body["arguments"] = arguments
    return {name: body}


def _said(contract: Contract) -> str:
    return f"{contract.grain} {contract.description}"


def _documented(column: Column) -> dict[str, str]:
    return {"name": column.name, "description": _words(column)}


def _words(column: Column) -> str:
    return f"{column.description} Unit: {column.unit}." if column.unit else column.description
