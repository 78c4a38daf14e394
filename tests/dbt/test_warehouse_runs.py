"""A build that breaks on nothing delivered, or that keeps its file locked, stops the whole pipeline."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from contracts.marts import MARTS

DECLARED = ("dim_kpi", "fct_published_benchmark")
"""Marts that hold what we declare and not what was delivered."""


def test_marts_keep_their_contracts(warehouse: Any) -> None:
    for name, contract in MARTS.items():
        frame = warehouse.frame(f"select * from marts.{name}")
        assert len(frame) > 0, name
        assert contract.schema.validate(frame, lazy=True).columns.tolist() == list(contract.column_names)


def test_marts_are_in_the_order_of_their_key(warehouse: Any) -> None:
    for name, contract in MARTS.items():
        keys = warehouse.frame(f"select {', '.join(contract.key)} from marts.{name}")
        assert keys.equals(keys.sort_values(list(contract.key)).reset_index(drop=True)), name


def test_unit_tests_pass(warehouse: Any, run_dbt: Any) -> None:
    command = ["test", "--select", "test_type:unit"]
    result = run_dbt(command, warehouse.accepted, warehouse.path, warehouse.target)
    assert {r.node.name: str(r.message) for r in result.result.results if r.status != "pass"} == {}
    assert len(result.result.results) > 20


def test_the_file_is_free_after_a_run(warehouse: Any) -> None:
    script = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('select 1').fetchall()"
    subprocess.run([sys.executable, "-c", script, str(warehouse.path)], check=True, timeout=60)


def test_nothing_delivered_gives_empty_marts(tmp_path: Path, run_dbt: Any, write_world: Any) -> None:
    import duckdb

    write_world(tmp_path / "accepted", {})
    command = ["build", "--exclude-resource-type", "unit_test"]
    result = run_dbt(command, tmp_path / "accepted", tmp_path / "build.duckdb", tmp_path / "target")
    assert result.success
    with duckdb.connect(str(tmp_path / "build.duckdb"), read_only=True) as connection:
        for name, contract in MARTS.items():
            frame = connection.execute(f"select * from marts.{name}").df()
            assert (len(frame) == 0) == (name not in DECLARED), name
            contract.schema.validate(frame, lazy=True)
