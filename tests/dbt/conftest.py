"""Mocks alone would hide what real Parquet does to the SQL: a tiny world, built once by dbt."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from contracts.entities import ENTITIES
from orchestration.dbt import release_connections
from orchestration.ingest.gate.ledger import PERIOD_COLUMNS, write_periods

sys.path.insert(0, str(Path(__file__).parent))  # modules shared by the tests of this folder

PROJECT = Path(__file__).parents[2] / "dbt_project"
SALES_CYCLE_MONTHS = 2
"""As this world declares it."""
LOOK_BACK_A_YEAR = {
    "customer_retention",
    "customer_churn",
    "revenue_retention_gross",
    "revenue_retention_net",
}
"""KPIs for which this world's customers are not known long enough; test_kpis_second_route.py has others."""


def write_accepted(root: Path, rows: dict[str, pd.DataFrame]) -> None:
    """Write every entity as Parquet; columns that are not given take the contract's example or stay empty."""
    for name, entity in ENTITIES.items():
        frame = rows.get(name, pd.DataFrame()).copy()
        for column in entity.columns:
            if column.name not in frame:
                frame[column.name] = None if column.nullable else column.example
        frame["source_line"] = np.arange(2, len(frame) + 2)
        folder = root / name / ("period=2022-01-01" if entity.period_column else "")
        folder.mkdir(parents=True)
        pq.write_table(entity.to_arrow(frame.reset_index(drop=True)), folder / "rows.parquet")
    write_ledger(root / "ledger_periods.parquet", rows.get("ledger_periods", pd.DataFrame()))


def write_ledger(path: Path, rows: pd.DataFrame) -> None:
    """Write the ledger by month, as the gate leaves it beside the entities."""
    frame = rows.reindex(columns=list(PERIOD_COLUMNS))
    write_periods(path, frame.astype({**PERIOD_COLUMNS, "amount": "object"}))


def invoke(command: list[str], accepted: Path, build: Path, target: Path) -> Any:
    """Run one dbt command in this process and let go of the file; returns dbt's result object."""
    from dbt.cli.main import dbtRunner

    names = {
        "MATURITY_ACCEPTED": accepted,
        "MATURITY_BUILD_PATH": build,
        "MATURITY_REPORTING_CURRENCY": "EUR",
    }
    before = {name: os.environ.get(name) for name in names}
    os.environ.update({name: str(value) for name, value in names.items()})
    places = {
        "--project-dir": PROJECT,
        "--profiles-dir": PROJECT,
        "--target-path": target,
        "--log-path": target,
    }
    flags = [str(part) for pair in places.items() for part in pair]
    try:
        return dbtRunner().invoke([*command, *flags, "--quiet", "--log-level-file", "none"])
    finally:
        release_connections()
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A built file, what it was built from, and what dbt said."""

    path: Path
    accepted: Path
    target: Path
    rows: dict[str, pd.DataFrame]
    result: Any

    @property
    def manifest(self) -> dict[str, Any]:
        """Dbt's manifest of the build."""
        return json.loads((self.target / "manifest.json").read_text(encoding="utf-8"))

    def frame(self, query: str) -> pd.DataFrame:
        """Result of a query on the built file, opened read-only."""
        import duckdb

        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(query).df()


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    from small_world import world

    root = tmp_path_factory.mktemp("warehouse")
    rows = world()
    write_accepted(root / "accepted", rows)
    path, target = root / "build.duckdb", root / "target"
    declared = f"{{sales_cycle_months: {SALES_CYCLE_MONTHS}}}"
    command = ["build", "--exclude-resource-type", "unit_test", "--vars", declared]
    result = invoke(command, root / "accepted", path, target)
    return Warehouse(path, root / "accepted", target, rows, result)


@pytest.fixture(scope="session")
def run_dbt() -> Any:
    return invoke


@pytest.fixture(scope="session")
def write_world() -> Any:
    return write_accepted
