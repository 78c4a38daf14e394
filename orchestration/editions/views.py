"""Views for the common questions, kept as SQL in dbt_project/views and made inside the published file.

A file is one view: comment lines `-- ` at its top say what it answers, `-- @column text` what each column is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

from contracts.kpis import load_kpis
from contracts.marts import MARTS
from contracts.semantic import METRIC_COLUMNS
from contracts.semantic import metric_views as queries_of_metrics
from contracts.sql_rules import text
from orchestration.dbt import DBT_FOLDER

if TYPE_CHECKING:
    import duckdb

FOLDER = DBT_FOLDER / "views"
_COLUMN = re.compile(r"@(\w+) (.+)")


@dataclass(frozen=True, slots=True)
class View:
    """One view: its name, what it answers, what each column is, and its query on unqualified names."""

    name: str
    description: str
    columns: Mapping[str, str]
    query: str


def load_views(folder: Path = FOLDER) -> list[View]:
    """Views of a folder, each after those it reads."""
    views = {path.stem: _parsed(path.stem, path.read_text(encoding="utf-8")) for path in folder.glob("*.sql")}
    reads = {
        name: sorted(other for other in views if other != name and re.search(rf"\b{other}\b", view.query))
        for name, view in sorted(views.items())
    }
    return [views[name] for name in TopologicalSorter(reads).static_order()]


def metric_views() -> list[View]:
    """One view per KPI of the registry on `fct_kpi`; what they select is said in `contracts.semantic`."""
    kpis, facts = load_kpis(), MARTS["fct_kpi"]
    columns = {name: facts.column(name).description for name in METRIC_COLUMNS}
    return [
        View(code, f"{kpi.name_en} by organisation and month. {kpi.formula}", columns, query)
        for code, query in queries_of_metrics().items()
        for kpi in (kpis.kpi(code),)
    ]


def create(
    connection: duckdb.DuckDBPyConnection, database: str, views: Sequence[View], schema: str = "main"
) -> None:
    """Make views with their comments in a schema of an attached database.

    Their queries are stored as they are written, without the name of the database, so that they hold under
    whatever name the file is opened; they read tables of the main schema.
    """
    connection.execute(f'use "{database}"."main"')
    try:
        connection.execute(f'create schema if not exists "{schema}"')
        for view in views:
            name = f'"{schema}"."{view.name}"'
            connection.execute(f"create view {name} as {view.query}")
            connection.execute(f"comment on view {name} is {text(view.description)}")
            for column, meaning in view.columns.items():
                connection.execute(f'comment on column {name}."{column}" is {text(meaning)}')
    finally:
        connection.execute('use "memory"."main"')


def _parsed(name: str, content: str) -> View:
    lines = content.strip().splitlines()
    n_said = next(place for place, line in enumerate(lines) if not line.startswith("--"))
    said = [line.removeprefix("--").strip() for line in lines[:n_said]]
    columns = {found[1]: found[2] for line in said if (found := _COLUMN.fullmatch(line))}
    description = " ".join(line for line in said if not _COLUMN.fullmatch(line))
    return View(name, description, columns, "\n".join(lines[n_said:]).strip())
