"""All that is written in a folder, as text, whatever packs it: for searches for persons. No assertions."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Path and text of every file below a folder; links are followed once, by the folder they lead to."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield str(path), "".join(_texts(path))


def _texts(path: Path) -> Iterator[str]:
    content = path.read_bytes()
    yield content.decode("utf-8", errors="replace")
    # JSON and SQLite may hold a letter beyond ASCII as its escape.
    if b"\\u" in content and path.suffix in (".json", ".log", ".jsonl"):
        yield content.decode("latin-1").encode("latin-1").decode("unicode_escape", errors="replace")
    if path.suffix == ".parquet":
        yield _csv(pd.read_parquet(path, partitioning=None))
    elif content.startswith(b"SQLite format 3"):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as con:
            yield from con.iterdump()
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as warehouse:
            yield from _tables(warehouse)


def _tables(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Every table; a view shows what tables or files hold."""
    names = con.execute(
        "select table_catalog, table_schema, table_name "
        "from information_schema.tables where table_type = 'BASE TABLE'"
    ).fetchall()
    for catalog, schema, name in names:
        yield _csv(con.execute(f'select * from "{catalog}"."{schema}"."{name}"').df())
    yield str(con.execute("select comment from duckdb_columns() where comment is not null").fetchall())


def _csv(frame: pd.DataFrame) -> str:
    written = io.StringIO()
    frame.to_csv(written)
    return written.getvalue()
