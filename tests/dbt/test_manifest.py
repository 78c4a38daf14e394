"""A model in the wrong layer, or without grain or words, is trusted by people who cannot know what it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[2] / "dbt_project"
MAY_READ = {
    "staging": {"source"},
    "intermediate": {"staging", "intermediate", "seeds"},
    "marts": {"intermediate", "seeds"},
}
NAMES = {
    "staging": r"stg_[a-z]+__[a-z_]+",
    "intermediate": r"int_[a-z_]+",
    "marts": r"(fct|dim)_[a-z_]+",
}
MARTS = [
    "dim_date",
    "dim_instrument",
    "dim_kpi",
    "dim_organization",
    "dim_organization_history",
    "dim_organization_period",
    "dim_period",
    "fct_assessment",
    "fct_benchmark",
    "fct_channel_adoption",
    "fct_item_distribution",
    "fct_join_coverage",
    "fct_kpi",
    "fct_maturity_contrast",
    "fct_maturity_impact",
    "fct_organization_month",
    "fct_practice",
    "fct_published_benchmark",
    "fct_quarantine_impact",
    "fct_revenue_currency",
]
WITHOUT_FORMULA = {"int_organization_period"}
"""A cross join; every other intermediate model holds a formula and has a unit test."""


@pytest.fixture(scope="module")
def manifest(warehouse: Any) -> dict[str, Any]:
    return warehouse.manifest


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def test_layers_are_called_the_same_everywhere(models: list[dict[str, Any]]) -> None:
    for model in models:
        layer, domain = Path(model["original_file_path"]).parts[1:3]
        assert model["schema"] == layer
        assert re.fullmatch(NAMES[layer], model["name"])
        if layer == "staging":
            assert model["name"].startswith(f"stg_{domain}__")


def test_a_layer_reads_only_the_layers_before_it(
    manifest: dict[str, Any], models: list[dict[str, Any]]
) -> None:
    for model in models:
        parents = model["depends_on"]["nodes"]
        read = {"source" if p.startswith("source.") else manifest["nodes"][p]["schema"] for p in parents}
        assert read <= MAY_READ[model["schema"]], model["name"]


def test_marts_are_those_of_the_design_with_enforced_contracts(models: list[dict[str, Any]]) -> None:
    marts = [m for m in models if m["schema"] == "marts"]
    assert sorted(m["name"] for m in marts) == MARTS
    assert all(m["config"]["contract"]["enforced"] for m in marts)
    assert all(c["data_type"] for m in marts for c in m["columns"].values())


def test_every_column_is_described_and_every_described_column_exists(
    warehouse: Any, manifest: dict[str, Any]
) -> None:
    columns = warehouse.frame("select table_schema, table_name, column_name from information_schema.columns")
    built = columns.groupby(["table_schema", "table_name"])["column_name"].apply(set)
    for node in manifest["nodes"].values():
        if node["resource_type"] in ("model", "seed"):
            assert set(node["columns"]) == built[(node["schema"], node["alias"])], node["name"]
            assert all(column["description"] for column in node["columns"].values()), node["name"]


def test_the_grain_is_the_first_sentence_and_is_tested(
    manifest: dict[str, Any], models: list[dict[str, Any]]
) -> None:
    grains = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "unique_grain"
    }
    assert [m["name"] for m in models if m["unique_id"] not in grains] == []
    assert [m["name"] for m in models if not m["description"].startswith("One ")] == []


def test_every_formula_has_a_unit_test(manifest: dict[str, Any], models: list[dict[str, Any]]) -> None:
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    formulas = {m["name"] for m in models if m["schema"] == "intermediate"} - WITHOUT_FORMULA
    assert formulas - tested == set()


def test_one_yml_stands_beside_each_sql() -> None:
    for sql in (PROJECT / "models").rglob("*.sql"):
        assert sql.with_suffix(".yml").exists(), sql.name
        assert sql.read_text(encoding="utf-8").rstrip().endswith("select * from final"), sql.name


def test_usage_statistics_are_off() -> None:
    text = (PROJECT / "dbt_project.yml").read_text(encoding="utf-8")
    assert "send_anonymous_usage_stats: false" in text
