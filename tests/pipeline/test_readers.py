"""If these fail, an older DuckDB, pandas, polars or pyarrow cannot open an edition, or reads it otherwise."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from contracts.marts_benchmark import ASKED_OF_PEOPLE
from orchestration.editions.views import load_views
from orchestration.reader import connect
from tests.older_duckdb import LOCKS, ROOT, installed, version_of

# Estimates that need more organisations or waves than a small world has; all others are compared row by row.
# `tests/models/test_result_tables.py` shows that each of them gets rows from a world that is large enough.
MAY_BE_EMPTY = (
    "direction_paths",
    "dose_points",
    "dose_response",
    "flexible_controls",
    "granger",
    "index_changes",
    "lead_lag",
    "stage_rise_bounds",
    "stage_rise_quarters",
    "stage_rises",
    "what_if",
)
# Everything there is, as text: tables and views with their rows, comments of tables, views and columns.
SCRIPT = """
import json, sys
sys.path[:0] = [sys.argv[1]]
import duckdb
connection = duckdb.connect(sys.argv[2], read_only=True)
found = connection.execute(
    "select schema_name, table_name, comment from duckdb_tables() union all "
    "select schema_name, view_name, comment from duckdb_views() where not internal"
).fetchall()
told = {}
for schema, name, comment in found:
    answered = connection.execute(f'select * from "{schema}"."{name}"')
    names = [column[0] for column in answered.description]
    rows = [[None if v is None else str(v) for v in row] for row in answered.fetchall()]
    columns = dict(connection.execute(
        "select column_name, comment from duckdb_columns() where table_name = ? and schema_name = ?",
        [name, schema],
    ).fetchall())
    called = name if schema in ("main", "analysis") else f"{schema}.{name}"
    told[called] = {"names": names, "rows": rows, "comment": comment, "columns": columns}
qualified = connection.execute("select count(*) from marts.dim_organization").fetchall()[0][0]
print(json.dumps({"version": duckdb.__version__, "relations": told, "qualified": qualified}))
"""
BELIEVED = """
import json, sys
sys.path[:0] = [sys.argv[1]]
import duckdb
with duckdb.connect(sys.argv[2], read_only=True) as edition:
    days = ("from as_of(timestamp '2100-01-01')", "from as_of('2099-12-31')")
    rows, of_the_day = (edition.execute(f"{day} where measure_kind = 'kpi'").fetchall() for day in days)
assert sorted(rows) == sorted(of_the_day)
print(json.dumps([[None if v is None else str(v) for v in row] for row in rows]))
"""
# What an analyst with an older DuckDB gets from the reader itself, on a file in the format of today's.
NEWER = """
import sys
sys.path[:0] = [sys.argv[1], sys.argv[3]]
from orchestration.reader import UnreadableEdition, connect
with connect(sys.argv[2]) as edition:
    print(edition.execute("select count(*) from dim_organization").fetchall()[0][0])
    try:
        edition.execute("set enable_external_access = true")
    except Exception as error:
        print(type(error).__name__)
try:
    connect(sys.argv[2], "newer")
except UnreadableEdition as error:
    print(error)
"""


@pytest.fixture(scope="module")
def tables(made: Any) -> dict[str, pd.DataFrame]:
    folder = made.home / "editions" / "current" / "parquet"
    return {path.stem: pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}


@pytest.mark.parametrize("lock", LOCKS, ids=version_of)
def test_an_older_duckdb_reads_every_table_and_view(
    lock: Path, made: Any, tables: dict[str, pd.DataFrame]
) -> None:
    marts = made.home / "editions" / "current" / "marts.duckdb"
    said = subprocess.run(
        [sys.executable, "-I", "-c", SCRIPT, str(installed(lock)), str(marts)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    told = json.loads(said.stdout)
    assert told["version"] == version_of(lock)
    assert told["qualified"] == len(tables["dim_organization"]) > 0
    with connect(made.home) as today:
        views = {
            name if schema == "main" else f"{schema}.{name}": comment
            for schema, name, comment in today.execute(
                "select schema_name, view_name, comment from duckdb_views() where not internal"
            ).fetchall()
        }
    ours = {view.name: view for view in load_views()}
    assert set(ours) <= set(views)
    assert set(told["relations"]) == set(tables) | set(views)
    for name, frame in tables.items():
        found = told["relations"][name]
        assert found["names"] == list(frame.columns)
        assert found["comment"], name
        assert all(found["columns"].values()), name
        assert len(found["rows"]) == len(frame), name
        texts = pd.DataFrame(found["rows"], columns=frame.columns, dtype=object)
        for column in frame.columns:
            assert same(texts[column], frame[column]), f"{name}.{column}"
    assert {name for name, frame in tables.items() if frame.empty} <= set(MAY_BE_EMPTY)
    with connect(made.home) as today:
        for name, description in views.items():
            found = told["relations"][name]
            assert found["comment"] == description
            assert found["names"] == list(found["columns"]), name
            assert all(found["columns"].values()), name
            if name in ours:
                assert found["columns"] == ours[name].columns
            rows = today.execute(f"from {name}").fetchall()
            assert len(found["rows"]) == len(rows), name
            assert all(
                alike(one, other)
                for before, after in zip(found["rows"], rows, strict=True)
                for one, other in zip(before, after, strict=True)
            ), name


def test_four_minor_versions_are_tried() -> None:
    versions = {".".join(version.split(".")[:2]) for version in [*map(version_of, LOCKS), duckdb.__version__]}
    assert versions == {"1.1", "1.4", "1.5", "2.0"}


@pytest.mark.parametrize("lock", LOCKS, ids=version_of)
def test_the_reader_works_with_an_older_duckdb_and_names_a_newer_format(
    lock: Path, copied: Path, made: Any
) -> None:
    newer = copied / "editions" / "newer"
    newer.mkdir()
    with duckdb.connect(str(newer / "marts.duckdb")) as file:
        file.execute("create table dim_organization as select 1 as one")
    said = subprocess.run(
        [sys.executable, "-I", "-c", NEWER, str(installed(lock)), str(copied), str(ROOT)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    count, refused, told = said.stdout.splitlines()
    assert int(count) == len(
        pd.read_parquet(made.home / "editions" / "current" / "parquet" / "dim_organization.parquet")
    )
    assert refused == "InvalidInputException"
    assert "storage format" in told
    assert "Parquet files beside it" in told


def test_the_parquet_twins_hold_the_rows_of_the_tables(made: Any, tables: dict[str, pd.DataFrame]) -> None:
    folder = made.home / "editions" / "current" / "parquet"
    with connect(made.home) as edition:
        listed = edition.execute(
            "select schema_name || '.' || table_name, table_name from duckdb_tables()"
        ).fetchall()
        assert {name for _, name in listed} == set(tables)
        for qualified, name in listed:
            answered = edition.execute(f"from {qualified} order by all")
            names, rows = [column[0] for column in answered.description or ()], answered.fetchall()
            arrow = pq.read_table(folder / f"{name}.parquet")
            assert arrow.column_names == names
            assert list(zip(*(arrow.column(one).to_pylist() for one in names), strict=True)) == rows, name
            assert pl.read_parquet(folder / f"{name}.parquet").rows() == rows, name
            assert pl.scan_parquet(folder / f"{name}.parquet").collect_schema().names() == names
            texts = pd.DataFrame(
                [[None if v is None else str(v) for v in row] for row in rows], columns=names
            )
            for column in names:
                assert same(texts[column].astype(object), tables[name][column]), f"{name}.{column}"


@pytest.mark.parametrize("lock", LOCKS, ids=version_of)
def test_an_older_duckdb_asks_what_was_believed(lock: Path, made: Any) -> None:
    edition = made.home / "editions" / "current"
    said = subprocess.run(
        [sys.executable, "-I", "-c", BELIEVED, str(installed(lock)), str(edition / "marts.duckdb")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    kpis = pd.read_parquet(edition / "parquet" / "fct_kpi.parquet").dropna(subset=["value"])
    assert kpis["kpi_code"].isin(ASKED_OF_PEOPLE).any()
    kpis = kpis[~kpis["kpi_code"].isin(ASKED_OF_PEOPLE)]
    found = sorted((row[2], row[1], row[3], float(row[4])) for row in json.loads(said.stdout))
    names = ["organization_id", "kpi_code", "period", "value"]
    assert found == sorted((who, code, str(day), value) for who, code, day, value in kpis[names].to_numpy())


def same(texts: pd.Series, values: pd.Series) -> bool:
    """Whether the text of a column says what another reader has, row by row."""
    present = values.notna().to_numpy()
    if not (texts.notna().to_numpy() == present).all():
        return False
    texts, values = texts[present], values[present]
    if pd.api.types.is_bool_dtype(values):
        return bool((texts == values.astype(str)).all())
    if pd.api.types.is_numeric_dtype(values):
        return bool((texts.astype(float).to_numpy() == values.astype(float).to_numpy()).all())
    return bool((texts.str[:10] == values.astype(str).str[:10]).all()) if len(values) else True


def alike(text: str | None, value: Any) -> bool:
    """Whether a text says a value; sums may be added up in another order."""
    if value is None or text is None:
        return text is value
    if isinstance(value, float):
        return math.isclose(float(text), value, rel_tol=1e-12)
    return text == str(value)
