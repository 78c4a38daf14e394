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


def create(connection: duckdb.DuckDBPyConnection, database: str, views: Sequence[View]) -> None:
    """Make views with their comments in the main schema of an attached database.

    Their queries are stored as they are written, without the name of the database, so that they hold under
    whatever name the file is opened.
    """
    connection.execute(f'use "{database}"."main"')
    try:
        for view in views:
            connection.execute(f'create view "{view.name}" as {view.query}')
            connection.execute(f'comment on view "{view.name}" is {_quoted(view.description)}')
            for column, meaning in view.columns.items():
                connection.execute(f'comment on column "{view.name}"."{column}" is {_quoted(meaning)}')
    finally:
        connection.execute('use "memory"."main"')


def _parsed(name: str, text: str) -> View:
    lines = text.strip().splitlines()
    n_said = next(place for place, line in enumerate(lines) if not line.startswith("--"))
    said = [line.removeprefix("--").strip() for line in lines[:n_said]]
    columns = {found[1]: found[2] for line in said if (found := _COLUMN.fullmatch(line))}
    description = " ".join(line for line in said if not _COLUMN.fullmatch(line))
    return View(name, description, columns, "\n".join(lines[n_said:]).strip())


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
