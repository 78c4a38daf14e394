"""A catalogue would show yesterday's contract if the data contracts or the dictionary drifted from them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from contracts.dictionary import render_dictionary
from contracts.odcs import API_VERSION, LOGICAL_TYPES, document, render_odcs
from contracts.profile import load_profiles
from contracts.profile_table import render_profiles
from contracts.registry import CONTRACTS
from orchestration.rendered import write_documents

DOCS = Path(__file__).parents[2] / "docs"
FILES = render_odcs()
# Of the published JSON schema of ODCS v3.1: what a document and a property must or may say.
REQUIRED = {"version", "apiVersion", "kind", "id", "status"}
TYPES = {"string", "date", "timestamp", "time", "number", "integer", "object", "array", "boolean"}
PROPERTY = {
    "name", "logicalType", "logicalTypeOptions", "physicalType", "description", "required", "primaryKey",
    "primaryKeyPosition", "partitioned", "partitionKeyPosition", "classification", "examples", "quality",
    "customProperties",
}  # fmt: skip
QUALITY = {"accuracy", "completeness", "conformity", "consistency", "coverage", "timeliness", "uniqueness"}


@pytest.mark.parametrize("path", FILES)
def test_data_contracts_on_disk_are_those_of_the_registry(path: str) -> None:
    assert (DOCS / "contracts" / path).read_text(encoding="utf-8") == FILES[path], "run make format"


def test_the_dictionary_is_that_of_the_registry() -> None:
    assert (DOCS / "dictionary.md").read_text(encoding="utf-8") == render_dictionary(), "run make format"


def test_the_table_of_profiles_is_that_of_the_profiles() -> None:
    text = (DOCS / "profiles.md").read_text(encoding="utf-8")
    assert text == render_profiles(), "run make format"
    for name, profile in load_profiles().items():
        (line,) = (line for line in text.splitlines() if f"| `{name}` |" in line)
        assert ("| a real file |" in line) == (profile.evidence == "sample")


def test_no_data_contract_is_left_over() -> None:
    written = {p.relative_to(DOCS / "contracts").as_posix() for p in (DOCS / "contracts").rglob("*.yaml")}
    assert written == set(FILES)


def test_writing_removes_what_is_no_contract_any_more(tmp_path: Path) -> None:
    stale = tmp_path / "contracts" / "marts" / "gone.odcs.yaml"
    stale.parent.mkdir(parents=True)
    stale.write_text("kind: DataContract\n")
    write_documents(tmp_path)
    assert not stale.exists()
    assert (tmp_path / "dictionary.md").read_text(encoding="utf-8") == render_dictionary()


@pytest.mark.parametrize("name", list(CONTRACTS))
def test_a_data_contract_has_the_shape_of_the_standard(name: str) -> None:
    contract = CONTRACTS[name]
    said = yaml.safe_load(FILES[f"{contract.layer}/{name}.odcs.yaml"])
    assert said == yaml.safe_load(yaml.safe_dump(document(contract)))
    assert set(said) >= REQUIRED
    (table,) = said["schema"]
    assert [column["name"] for column in table["properties"]] == list(contract.column_names)
    key = sorted(
        (c for c in table["properties"] if c.get("primaryKey")), key=lambda c: c["primaryKeyPosition"]
    )
    assert [column["name"] for column in key] == list(contract.key)
    for column in table["properties"]:
        assert set(column) <= PROPERTY
        assert column["logicalType"] in TYPES
        assert column["required"] == (not contract.column(column["name"]).nullable)
        assert all(rule["dimension"] in QUALITY for rule in column.get("quality", ()))


@cache
def standard() -> Any:
    """Validator of the standard's own JSON schema, as its package ships it."""
    schema = json.loads((files("open_data_contract_standard") / "schema.json").read_text(encoding="utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)


def faults(said: dict[str, Any]) -> list[str]:
    """What the standard says against a document; days are texts in JSON."""
    return [error.message for error in standard().iter_errors(json.loads(json.dumps(said, default=str)))]


@pytest.mark.parametrize("path", FILES)
def test_a_data_contract_is_valid_by_the_standard_s_own_schema_and_model(path: str) -> None:
    said = yaml.safe_load(FILES[path])
    assert said["apiVersion"] == API_VERSION == "v3.1.0"
    assert faults(said) == []
    read = OpenDataContractStandard.from_string(FILES[path]).model_dump(by_alias=True, exclude_none=True)
    assert nothing_lost(said, read) == []


def nothing_lost(said: Any, read: Any, place: str = "") -> list[str]:
    """Places of a document that the standard's model does not know or reads as something else."""
    if isinstance(said, dict):
        return [
            lost for key in said for lost in nothing_lost(said[key], (read or {}).get(key), f"{place}.{key}")
        ]
    if isinstance(said, list):
        pairs = zip(said, read or [None] * len(said), strict=True)
        return [
            lost for n, (one, other) in enumerate(pairs) for lost in nothing_lost(one, other, f"{place}[{n}]")
        ]
    return [] if str(said) == str(read) else [f"{place}: {said!r} is read as {read!r}"]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "Table"},
        {"apiVersion": "v9.9.9"},
        {"unheard_of": 1},
        {"schema": [{"name": "t", "properties": [{"name": "c", "logicalType": "varchar"}]}]},
        {"schema": [{"name": "t", "quality": [{"type": "library", "metric": "unheard_of"}]}]},
    ],
)
def test_the_standard_would_refuse_what_is_none(change: dict[str, Any]) -> None:
    assert faults({**document(next(iter(CONTRACTS.values()))), **change}) != []


@pytest.mark.parametrize("name", list(CONTRACTS))
def test_every_rule_stands_in_the_data_contract(name: str) -> None:
    (table,) = document(CONTRACTS[name])["schema"]
    named = {rule["name"] for column in table["properties"] for rule in column.get("quality", ())}
    named |= {rule["name"] for rule in table.get("quality", ())}
    named |= {f"{column['name']}:required" for column in table["properties"] if column["required"]}
    assert {rule.id for rule in CONTRACTS[name].rules} <= named


def test_every_kind_has_its_type() -> None:
    assert set(LOGICAL_TYPES.values()) <= TYPES


def test_the_dictionary_names_every_column_once_per_table() -> None:
    text = render_dictionary()
    for name, contract in CONTRACTS.items():
        part = text.split(f"\n### {name}\n")[1].split("\n### ")[0]
        assert all(part.count(f"\n| `{column}` |") == 1 for column in contract.column_names)
