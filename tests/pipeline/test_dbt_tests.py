"""If these fail, a dbt test that should stop the run lets wrong marts through to what is published."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestration.assets.dbt import LayerTranslator, attached
from orchestration.dbt import DBT_FOLDER, DbtProject
from orchestration.runs import RunReport, run_home

Node = dict[str, Any]
LAYERS_AFTER_THE_GATE = ("staging", "intermediate", "marts", "analysis", "edition")
# What breaks a test that speaks of several models; the others break by the rows that the generic tests need.
IN_SINGULAR_TESTS = {
    "assert_every_answer_has_its_item": {"item_code": "'ZZ9'"},
    "assert_every_score_has_its_dimension": {"dimension_code": "'nothing'"},
    "assert_rates_are_to_the_reporting_currency": {"currency": "'EUR'", "rate_to_reporting": "2"},
    "assert_no_small_group_can_be_worked_out": {"is_suppressed": "false", "group_size": "1"},
    "assert_distributions_hold_every_answer": {"n_raters": "n_raters + 5"},
    "assert_headcount_is_who_is_employed": {"headcount_numerator": "headcount_numerator + 5"},
    "assert_every_organization_has_one_version_on_every_day": {"valid_to": "valid_from"},
    "assert_the_current_version_is_the_organization": {"employees": "employees + 1"},
}


def manifest() -> dict[str, Any]:
    return attached(DbtProject(DBT_FOLDER).manifest())


def error_tests(content: dict[str, Any]) -> dict[str, list[Node]]:
    """Tests of severity error by the unique id of the model that they hold to account."""
    by_model: dict[str, list[Node]] = defaultdict(list)
    named = {node["name"]: unique_id for unique_id, node in content["nodes"].items()}
    for node in content["nodes"].values():
        if node["resource_type"] != "test" or node["config"]["severity"].lower() != "error":
            continue
        ref = node["config"].get("meta", {}).get("dagster", {}).get("ref", {}).get("name")
        owner = named[ref] if ref else node.get("attached_node") or node["depends_on"]["nodes"][0]
        by_model[owner].append(node)
    return dict(by_model)


def depths(content: dict[str, Any]) -> dict[str, int]:
    found: dict[str, int] = {}

    def depth(unique_id: str) -> int:
        if unique_id not in found:
            parents = [
                p for p in content["nodes"][unique_id]["depends_on"].get("nodes", []) if p in content["nodes"]
            ]
            found[unique_id] = 1 + max((depth(parent) for parent in parents), default=0)
        return found[unique_id]

    for unique_id, node in content["nodes"].items():
        if node["resource_type"] in ("model", "seed"):
            depth(unique_id)
    return found


CONTENT = manifest()
TESTS = error_tests(CONTENT)
DEPTH = depths(CONTENT)
LEVELS = sorted({DEPTH[owner] for owner in TESTS})
NAMES = [
    (level, node["name"]) for level in LEVELS for o, ts in TESTS.items() if DEPTH[o] == level for node in ts
]


def bad_rows(tests: list[Node]) -> Iterator[str]:
    """Select lists of rows that break the tests of one model; duplicates of all rows break its grain."""
    yield "*"
    for node in tests:
        arguments = (node.get("test_metadata") or {}).get("kwargs", {})
        kind = (node.get("test_metadata") or {}).get("name", node["name"])
        if kind == "filled":
            yield f"* replace (null as {arguments['columns'][0]})"
        elif kind == "within_bounds":
            column, (low, high) = next(iter(arguments["bounds"].items()))
            bad = f"{low} - 1" if low is not None else f"{high} + 1"
            yield f"* replace ({bad} as {column})"
        elif kind == "known_values":
            yield f"* replace ('zz' as {next(iter(arguments['values']))})"
        elif kind == "known_organization":
            yield "* replace ('nobody' as organization_id)"
        if kind in IN_SINGULAR_TESTS:
            bad = ", ".join(f"{value} as {column}" for column, value in IN_SINGULAR_TESTS[kind].items())
            yield f"* replace ({bad})"


def corrupt(project: Path, owner: str) -> None:
    """Wrap a model so that rows are added which break each of its tests; a seed gets a row twice."""
    path = project / CONTENT["nodes"][owner]["original_file_path"]
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".csv":
        path.write_text(text.rstrip("\n") + "\n" + text.splitlines()[1] + "\n", encoding="utf-8")
        return
    # A model of which this world has no rows gets one without a value, so that there is one to break.
    filled = "filled as (select original.* from (select 1) left join original on true)"
    rows = "\nunion all\n".join(f"select {columns} from filled" for columns in bad_rows(TESTS[owner]))
    path.write_text(
        f"with original as (\n{text}\n),\n{filled}\nselect * from original\nunion all\n{rows}\n",
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def levels(made: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[int, tuple[Path, RunReport]]:
    """One run per level of the graph, with every model of that level corrupted."""
    found = {}
    for level in LEVELS:
        folder = tmp_path_factory.mktemp(f"level{level}")
        home, project = folder / "home", folder / "dbt_project"
        shutil.copytree(made.home, home, symlinks=True, ignore=shutil.ignore_patterns("dagster", "logs"))
        shutil.copytree(DBT_FOLDER, project)
        for owner in TESTS:
            if DEPTH[owner] == level:
                corrupt(project, owner)
        report = run_home(home, select=LAYERS_AFTER_THE_GATE, overrides={"dbt": DbtProject(project)})
        found[level] = (home, report)
    return found


@pytest.mark.parametrize(("level", "name"), NAMES, ids=[name for _, name in NAMES])
def test_the_named_check_fails(levels: dict[int, tuple[Path, RunReport]], level: int, name: str) -> None:
    _, report = levels[level]
    assert name in {check.name for check in report.blocked_by}


@pytest.mark.parametrize("level", LEVELS)
def test_nothing_after_it_was_made(
    levels: dict[int, tuple[Path, RunReport]], level: int, untouched: Any
) -> None:
    home, report = levels[level]
    assert not report.is_success
    translator = LayerTranslator()
    after = {
        translator.get_asset_key(node).to_user_string()
        for unique_id, node in CONTENT["nodes"].items()
        if node["resource_type"] == "model"
        and any(
            DEPTH.get(parent) == level and parent in TESTS for parent in node["depends_on"].get("nodes", [])
        )
    }
    made_anyway = set(report.materialised)
    assert not made_anyway & after
    assert not {asset.split("/")[0] for asset in made_anyway} & {"analysis", "edition"}
    untouched(home)


def test_every_test_of_the_project_is_a_check_here() -> None:
    blocking = {node["name"] for tests in TESTS.values() for node in tests}
    every = {node["name"] for node in CONTENT["nodes"].values() if node["resource_type"] == "test"}
    warnings = {
        node["name"]
        for node in CONTENT["nodes"].values()
        if node["resource_type"] == "test" and node["config"]["severity"].lower() == "warn"
    }
    assert blocking | warnings == every, json.dumps(sorted(every - blocking - warnings))
