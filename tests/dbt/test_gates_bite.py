"""A dbt test that cannot fail protects nobody: each one is shown to find its own corruption."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

SINGULAR = {
    "assert_no_deleted_row_counts": (
        "update marts.fct_organization_month set ticket_volume_numerator = ticket_volume_numerator + 1"
    ),
    "assert_every_closed_opportunity_counts_once": (
        "update marts.fct_organization_month set win_rate_denominator = win_rate_denominator - 1"
    ),
    "assert_revenue_is_conserved": (
        "update marts.fct_organization_month set revenue_numerator = revenue_numerator + 0.01"
    ),
    "assert_rates_are_to_the_reporting_currency": (
        "update staging.stg_reference__fx_rates set currency = 'EUR'"
    ),
    "assert_every_answer_has_its_item": "delete from seeds.instrument_items where item_code = 'LS1'",
    "assert_every_score_has_its_dimension": (
        "update staging.stg_assessment__assessment_scores set dimension_code = 'nothing'"
    ),
    "assert_coverage_counts_every_row": "delete from marts.fct_join_coverage where entity = 'tickets'",
    "assert_no_small_group_can_be_worked_out": (
        "update marts.fct_benchmark set is_suppressed = false, group_size = 1"
    ),
    "assert_distributions_hold_every_answer": (
        "update marts.fct_item_distribution set n_answers = n_answers + 1 where not is_suppressed"
    ),
    "assert_headcount_is_who_is_employed": (
        "update marts.fct_organization_month set headcount_numerator = headcount_numerator + 1"
    ),
    "assert_held_back_ties_out_with_the_ledger": (
        "update marts.fct_quarantine_impact set n_rows = n_rows + 1 where reason = 'quarantined'"
    ),
    "assert_every_organization_has_one_version_on_every_day": (
        "update marts.dim_organization_history set valid_to = valid_to - 1"
    ),
    "assert_the_current_version_is_the_organization": "update marts.dim_organization set employees = 1",
}
"""One corruption for each test that is written as an assertion of its own."""


def _repeat_row(relation: str, _: dict[str, Any]) -> str:
    """A row twice; where there is none, one without a value."""
    one = f"(select * from {relation} limit 1)"
    return f"insert into {relation} select original.* from (select 1) left join {one} as original on true"


def _update(relation: str, assignment: str) -> str:
    """All rows changed; where there is none, one without a value is put there to be changed."""
    filler = (
        f"insert into {relation} select original.* from (select 1) left join {relation} as original on true"
    )
    return f"{filler} where not exists (from {relation}); update {relation} set {assignment}"


def _empty_cell(relation: str, arguments: dict[str, Any]) -> str:
    return _update(relation, f"{arguments['columns'][-1]} = null")


def _beyond(relation: str, arguments: dict[str, Any]) -> str:
    column, (low, high) = list(arguments["bounds"].items())[-1]
    value = low - 1 if low is not None else high + 1
    return _update(relation, f"{column} = {value}")


def _unknown_code(relation: str, arguments: dict[str, Any]) -> str:
    return _update(relation, f"{next(iter(arguments['values']))} = '(undeclared)'")


def _nobody(relation: str, _: dict[str, Any]) -> str:
    return _update(relation, "organization_id = 'nobody'")


GENERIC: dict[str, Callable[[str, dict[str, Any]], str]] = {
    "unique_grain": _repeat_row,
    "rows_conserved": _repeat_row,
    "filled": _empty_cell,
    "within_bounds": _beyond,
    "known_values": _unknown_code,
    "known_organization": _nobody,
}


@pytest.fixture(scope="module")
def copy(warehouse: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Copy of the build whose staging views are tables, so that they can be corrupted and rolled back."""
    path: Path = tmp_path_factory.mktemp("copy") / warehouse.path.name
    shutil.copy(warehouse.path, path)
    with duckdb.connect(str(path)) as connection:
        names = connection.execute(
            "select view_name from duckdb_views() where schema_name = 'staging'"
        ).fetchall()
        for (name,) in names:
            connection.execute(f"create table staging.{name}_rows as select * from staging.{name}")
            connection.execute(f"drop view staging.{name}")
            connection.execute(f"alter table staging.{name}_rows rename to {name}")
        yield connection


def _tests(warehouse: Any) -> list[tuple[str, str, str]]:
    nodes = warehouse.manifest["nodes"]
    compiled = {
        r.node.unique_id: getattr(r.node, "compiled_code", "") for r in warehouse.result.result.results
    }
    found = []
    for unique_id, node in nodes.items():
        if node["resource_type"] == "test" and node["config"]["severity"].lower() == "error":
            found.append((node["name"], _corruption(nodes, node), compiled[unique_id]))
    return found


def _corruption(nodes: dict[str, Any], node: dict[str, Any]) -> str:
    generic = node.get("test_metadata")
    if generic is None:
        return SINGULAR[node["name"]]
    model = nodes[node["attached_node"]]
    return GENERIC[generic["name"]](f"{model['schema']}.{model['alias']}", generic["kwargs"])


def test_every_error_test_finds_its_corruption(warehouse: Any, copy: Any) -> None:
    blind = []
    tests = _tests(warehouse)
    for name, corruption, sql in tests:
        assert copy.execute(sql).fetchall() == [], name
        copy.execute("begin")
        copy.execute(corruption)
        if copy.execute(sql).fetchall() == []:
            blind.append(name)
        copy.execute("rollback")
    assert blind == []
    assert len(tests) > 80


def test_every_test_is_of_severity_error(warehouse: Any) -> None:
    nodes = warehouse.manifest["nodes"].values()
    mild = [
        n["name"]
        for n in nodes
        if n["resource_type"] == "test" and n["config"]["severity"].lower() != "error"
    ]
    assert mild == []
