"""dbt would check yesterday's contract if its YAML and seeds drifted from the registry."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
import yaml

from contracts.instrument import load_instrument
from contracts.kpis import load_kpis
from contracts.render import HEADER, render_dbt
from orchestration.rendered import write_rendered

PROJECT = Path(__file__).parents[2] / "dbt_project"
FILES = render_dbt()


@pytest.mark.parametrize("path", FILES)
def test_machine_written_files_are_those_of_the_contracts(path: str) -> None:
    assert (PROJECT / path).read_text(encoding="utf-8") == FILES[path], "run make format"


def test_no_machine_written_file_is_left_over() -> None:
    written = {
        p.relative_to(PROJECT).as_posix() for p in PROJECT.rglob("*.yml") if p.is_file() and _is_rendered(p)
    }
    assert written <= set(FILES)


def _is_rendered(path: Path) -> bool:
    return path.read_text(encoding="utf-8").startswith(HEADER)


def test_rendering_writes_every_file(tmp_path: Path) -> None:
    write_rendered(tmp_path)
    assert {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.*")} == set(FILES)


def test_equal_keys_of_two_systems_are_two_records() -> None:
    for path, text in FILES.items():
        for model in (yaml.safe_load(text).get("models") or ()) if "/staging/" in path else ():
            names = [column["name"] for column in model["columns"]]
            grain = next(test["unique_grain"] for test in model["data_tests"] if "unique_grain" in test)
            assert "source_system" not in names or grain["arguments"]["columns"][0] == "source_system"


def test_settings_of_the_project_follow_the_instrument() -> None:
    variables = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    assert variables["minimum_raters"] == load_instrument().minimum_raters


def test_sql_lists_the_dimensions_and_kpis_of_the_registry() -> None:
    index = (PROJECT / "models/intermediate/assessment/int_integration_index.sql").read_text(encoding="utf-8")
    for dimension in load_instrument().dimensions:
        assert re.search(rf"'{dimension.kind}': \[[^\]]*'{dimension.code}'", index)
    month = (PROJECT / "models/intermediate/panel/int_kpi_month.sql").read_text(encoding="utf-8")
    assert all(kpi.code in month for kpi in load_kpis().kpis)


def test_macros_list_the_outcomes_of_the_registry() -> None:
    registry = load_kpis()
    found = re.findall(r"macro (\w+)\(\) -%}\n(.*?)\n{%- endmacro", FILES["macros/kpi_codes.sql"], re.DOTALL)
    macros = {name: body.split() for name, body in found}
    logged = [o.kpi for o in registry.outcomes if o.transform == "log"]
    assert set(macros["panel_outcome_codes"]) == {*(o.code for o in registry.outcomes), *logged}
    assert set(macros["logged_kpi_codes"]) == set(logged)
    assert macros["negative_control_codes"] == ["even_key_share"]
    panel = (PROJECT / "models/intermediate/panel/int_maturity_impact.sql").read_text(encoding="utf-8")
    assert not [code for code in macros["panel_outcome_codes"] if code in panel]


def test_two_thirds_of_four_or_five_items() -> None:
    rows = csv.DictReader(FILES["seeds/instrument_dimensions.csv"].splitlines())
    assert {(row["n_items"], row["minimum_answered_items"]) for row in rows} == {("5", "4"), ("4", "3")}


def test_benchmarks_are_as_published() -> None:
    rows = list(csv.DictReader(FILES["seeds/published_benchmarks.csv"].splitlines()))
    values = {(r["wave"], r["segment"], r["metric"]): float(r["value"]) for r in rows}
    assert len(rows) == 57
    assert values[("2011-12", "all", "stage_integrated")] == 14
    assert values[("2020", "mature_vs_less_mature", "has_executive_sponsor")] == 5
