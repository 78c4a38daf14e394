"""Tables of the build, copied into the file and the Parquet twins of an edition, with comments and views."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from contracts.semantic import METRIC_SCHEMA
from contracts.sql_rules import text
from orchestration import warehouse
from orchestration.editions import beliefs, views

if TYPE_CHECKING:
    import duckdb

STORAGE_VERSION = "v1.0.0"
"""Storage format of the published file: DuckDB 1.1 and newer open it (2.0 writes a newer one by default)."""

PUBLISHED_SCHEMAS: Mapping[str, str] = {"marts": "main", "analysis": "analysis"}
"""Schema of the build file to schema of the published one.

In a file called marts.duckdb the name `marts` is the database; a schema of that name makes `marts.fct_x`
ambiguous in every DuckDB (tried: 1.1.3 and 2.0.0), while in `main` both `marts.fct_x` and `fct_x` work.
"""
Comments = Mapping[tuple[str, str], tuple[str, Mapping[str, str]]]
"""(schema, table) to (text of the table, text per column)."""


def write_tables(
    home: Path,
    aside: Path,
    edition_id: str,
    moment: beliefs.Moment,
    comments: Comments,
    common: Sequence[views.View],
) -> dict[tuple[str, str], int]:
    """Copy what is published of the build into `marts.duckdb` and `parquet/` of a folder.

    Parameters
    ----------
    home : Path
        Folder of the installation; its build file is read.
    aside : Path
        Folder that becomes the edition; `parquet` must be in it.
    edition_id, moment
        Identity of the edition, and its place in the history of beliefs.
    comments : mapping
        Texts that go into the file.
    common : sequence of View
        Views for the common questions, each after those it reads.

    Returns
    -------
    dict
        Rows by (schema, table).
    """
    rows: dict[tuple[str, str], int] = {}
    with _both(home, aside) as connection:
        for schema, name in _published(connection):
            target_schema = PUBLISHED_SCHEMAS[schema]
            table = f'edition."{target_schema}"."{name}"'
            connection.execute(f'create schema if not exists edition."{target_schema}"')
            connection.execute(
                f'create table {table} as select * from build."{schema}"."{name}" order by all'
            )
            rows[schema, name] = _twin(connection, table, aside / "parquet" / f"{name}.parquet")
            _comment(connection, table, comments.get((schema, name)))
        if beliefs.carry_on(connection, aside.parent, edition_id, moment, "edition"):
            table = f"edition.main.{beliefs.TABLE}"
            place = aside / "parquet" / f"{beliefs.TABLE}.parquet"
            rows["edition", beliefs.TABLE] = _twin(connection, table, place)
            _comment(connection, table, beliefs.COMMENT)
        views.create(connection, "edition", common)
        if ("marts", "fct_kpi") in rows:
            views.create(connection, "edition", views.metric_views(), METRIC_SCHEMA)
    return rows


def _twin(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> int:
    """Write a table of the edition to Parquet as well; returns its rows."""
    connection.execute(f"copy (select * from {table} order by all) to {text(path)} (format parquet)")
    [(count,)] = connection.execute(f"select count(*) from {table}").fetchall()
    return int(count)


@contextmanager
def _both(home: Path, aside: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    warehouse.require_unlocked(home)
    with duckdb.connect() as connection:
        connection.execute(f"attach {text(warehouse.build_file(home))} as build (read_only)")
        target = text(aside / "marts.duckdb")
        connection.execute(f"attach {target} as edition (storage_version '{STORAGE_VERSION}')")
        yield connection
        connection.execute("checkpoint edition")
        connection.execute("detach edition")
        connection.execute("detach build")


def _published(connection: duckdb.DuckDBPyConnection) -> Sequence[tuple[str, str]]:
    wanted = ", ".join(text(schema) for schema in PUBLISHED_SCHEMAS)
    rows = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        f"where table_catalog = 'build' and table_schema in ({wanted}) order by 1, 2"
    ).fetchall()
    return [(str(schema), str(name)) for schema, name in rows]


def _comment(
    connection: duckdb.DuckDBPyConnection, table: str, said: tuple[str, Mapping[str, str]] | None
) -> None:
    if said is None:
        return
    description, columns = said
    connection.execute(f"comment on table {table} is {text(description)}")
    present = {row[0] for row in connection.execute(f"describe {table}").fetchall()}
    for column, meaning in columns.items():
        if column in present:
            connection.execute(f'comment on column {table}."{column}" is {text(meaning)}')
