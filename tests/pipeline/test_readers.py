"""If these fail, analysts with an older DuckDB or with pandas cannot open it, or read other rows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
OLD_DUCKDB = ROOT / ".venv" / "duckdb-1.1.3"
TABLES = ("fct_maturity_impact", "fct_organization_month", "dim_organization", "fct_join_coverage")
SCRIPT = """
import json, sys
sys.path.insert(0, sys.argv[1])
import duckdb
connection = duckdb.connect(sys.argv[2], read_only=True)
rows = connection.execute(f"select * from marts.{sys.argv[3]} order by all").fetchall()
asked = "select comment from duckdb_tables() where table_name = ?"
comment = connection.execute(asked, [sys.argv[3]]).fetchall()
print(json.dumps([duckdb.__version__, [[str(v) for v in row] for row in rows], comment]))
"""


@pytest.mark.parametrize("table", TABLES)
def test_duckdb_1_1_3_and_pandas_read_the_same_rows(made: Any, table: str) -> None:
    edition = made.home / "editions" / "current"
    said = subprocess.run(
        [sys.executable, "-I", "-c", SCRIPT, str(OLD_DUCKDB), str(edition / "marts.duckdb"), table],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    version, rows, [[comment]] = json.loads(said.stdout)
    assert version == "1.1.3"
    assert comment
    frame = pd.read_parquet(edition / "parquet" / f"{table}.parquet")
    assert len(rows) == len(frame) > 0
    found = pd.DataFrame(rows, columns=frame.columns)
    for name in frame.columns:
        assert same(found[name], frame[name]), f"{table}.{name}"


def test_duckdb_1_1_3_asks_what_was_believed(made: Any) -> None:
    edition = made.home / "editions" / "current"
    asked = SCRIPT.replace("marts.{sys.argv[3]} order by all", "as_of(timestamp '2100-01-01') order by all")
    said = subprocess.run(
        [sys.executable, "-I", "-c", asked, str(OLD_DUCKDB), str(edition / "marts.duckdb"), "fct_belief"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    version, rows, [[comment]] = json.loads(said.stdout)
    kpis = pd.read_parquet(edition / "parquet" / "fct_kpi.parquet").dropna(subset=["value"])
    found = sorted((row[2], row[1], row[3], float(row[4])) for row in rows if row[0] == "kpi")
    names = ["organization_id", "kpi_code", "period", "value"]
    assert version == "1.1.3"
    assert comment
    assert found == sorted((who, code, str(day), value) for who, code, day, value in kpis[names].to_numpy())


def same(text: pd.Series, values: pd.Series) -> bool:
    """Whether the text of a column says what the other reader has, row by row."""
    present = values.notna().to_numpy()
    if not ((text != "None").to_numpy() == present).all():
        return False
    text, values = text[present], values[present]
    if pd.api.types.is_bool_dtype(values):
        return bool((text == values.astype(str)).all())
    if pd.api.types.is_numeric_dtype(values):
        return bool((text.astype(float).to_numpy() == values.astype(float).to_numpy()).all())
    return bool((text.str[:10] == values.astype(str).str[:10]).all()) if len(values) else True
