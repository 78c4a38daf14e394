"""The private build file of a home: opening, counting, reading and writing tables. No SQL business rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.failures import warehouse_in_use

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

BUILD_FILE = "build.duckdb"


def build_file(home: Path) -> Path:
    """Path of the private build file of a home."""
    return home / BUILD_FILE


@contextmanager
def connect(home: Path, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the build file and close it afterwards.

    Parameters
    ----------
    home : Path
        Folder of the installation.
    read_only : bool
        Open without the right to write; the file must exist.

    Raises
    ------
    WarehouseLocked
        When another process holds the file (DuckDB lets one process in at a time).
    """
    import duckdb  # opens in 0.1 s, only where a table is needed

    path = build_file(home)
    try:
        connection = duckdb.connect(str(path), read_only=read_only)
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise warehouse_in_use(path) from error
        raise
    try:
        yield connection
    finally:
        connection.close()


def require_unlocked(home: Path) -> None:
    """Open and close the build file, so that a lock is told in one sentence before any work is done."""
    with connect(home):
        pass


def row_counts(home: Path, relations: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Rows of each (schema, name) that exists, tables and views alike."""
    with connect(home, read_only=True) as connection:
        known = set(relations_in(connection))
        return {relation: _count(connection, *relation) for relation in relations if relation in known}


def relations_in(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Every (schema, name) of the current database, in order."""
    rows = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = current_database() order by 1, 2"
    ).fetchall()
    return [(str(schema), str(name)) for schema, name in rows]


def _count(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> int:
    [(count,)] = connection.execute(f'select count(*) from "{schema}"."{name}"').fetchall()
    return int(count)


def read_table(home: Path, schema: str, name: str, columns: Sequence[str] = ()) -> pd.DataFrame:
    """Table as a frame, in total order, so that the same rows always come in the same order.

    Parameters
    ----------
    columns : sequence of str
        Only these, each combination of theirs once; empty means the whole table.
    """
    wanted = f"distinct {', '.join(columns)}" if columns else "*"
    with connect(home, read_only=True) as connection:
        return connection.execute(f'select {wanted} from "{schema}"."{name}" order by all').df()


def write_tables(home: Path, schema: str, tables: dict[str, pd.DataFrame]) -> dict[str, int]:
    """Replace tables of one schema in one transaction.

    Returns
    -------
    dict of str to int
        Rows written per table.
    """
    with connect(home) as connection:
        connection.execute("begin")
        connection.execute(f'create schema if not exists "{schema}"')
        for name, frame in tables.items():
            connection.register("incoming", frame)
            connection.execute(f'create or replace table "{schema}"."{name}" as select * from incoming')
            connection.unregister("incoming")
        connection.execute("commit")
    return {name: len(frame) for name, frame in tables.items()}
