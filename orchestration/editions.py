"""Publishing: an edition is written aside, made durable, then `current` is swapped at once. No computing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts.semantic import METRIC_SCHEMA
from contracts.sql_rules import text
from orchestration import beliefs, edition_views, shelf, warehouse

if TYPE_CHECKING:
    import duckdb

STORAGE_VERSION = "v1.0.0"
"""Storage format of the published file: DuckDB 1.1 and newer open it (2.0 writes a newer one by default)."""

PUBLISHED_SCHEMAS: Mapping[str, str] = {"marts": "main", "analysis": "analysis"}
"""Schema of the build file to schema of the published one.

In a file called marts.duckdb the name `marts` is the database; a schema of that name makes `marts.fct_x`
ambiguous in every DuckDB (tried: 1.1.3 and 2.0.0), while in `main` both `marts.fct_x` and `fct_x` work.
"""
_ASIDE = ".making-"


@dataclass(frozen=True, slots=True)
class Edition:
    """What goes into an edition beside the tables.

    Attributes
    ----------
    facts : bytes
        `facts.json` as it is hashed: no clock, keys in order.
    documents : mapping of str to bytes
        Further files by name: pages and the schema of the facts.
    manifest : mapping
        What the manifest says beside identity, row counts and file hashes.
    comments : mapping
        (schema, table) to (text of the table, text per column).
    views : sequence of View
        Views made beside the tables, each after those it reads.
    """

    facts: bytes
    documents: Mapping[str, bytes]
    manifest: Mapping[str, Any]
    comments: Mapping[tuple[str, str], tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    views: Sequence[edition_views.View] = ()

    @property
    def facts_hash(self) -> str:
        """SHA-256 of the facts."""
        return hashlib.sha256(self.facts).hexdigest()


def publish(home: Path, edition: Edition, now: datetime) -> Path:
    """Write an edition aside, make it durable and let `editions/current` point to it.

    Parameters
    ----------
    home : Path
        Folder of the installation; its build file is read.
    edition : Edition
        Facts, pages, manifest and comments.
    now : datetime
        Time of publication, UTC; part of the identity.

    Returns
    -------
    Path
        Folder of the new edition.

    Raises
    ------
    OSError, duckdb.Error
        Whatever stopped the writing; nothing of it stays behind and `current` is as it was.
    EditionsBusy
        Another process is changing the editions.
    """
    with shelf.one_at_a_time(home):
        return _published_alone(home, edition, now)


def _published_alone(home: Path, edition: Edition, now: datetime) -> Path:
    editions = home / shelf.EDITIONS
    editions.mkdir(parents=True, exist_ok=True)
    _sweep(editions)
    edition_id = _free_id(editions, f"{now:%Y%m%dT%H%M%SZ}-{edition.facts_hash[:8]}")
    aside = editions / f"{_ASIDE}{edition_id}"
    try:
        (aside / "parquet").mkdir(parents=True)
        moment = beliefs.moment_of(editions, now)
        rows = _write_tables(home, aside, edition, moment)
        for name, content in {"facts.json": edition.facts, **edition.documents}.items():
            (aside / name).write_bytes(content)
        manifest = {
            "edition_id": edition_id,
            "created_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "replaces": shelf.current_id(home),
            "facts_hash": edition.facts_hash,
            "rows": {f"{schema}.{name}": count for (schema, name), count in rows.items()},
            "beliefs": moment.as_json(),
            "views": {view.name: view.description for view in edition.views},
            **edition.manifest,
            "bytes": _file_sizes(aside),
            "files": file_hashes(aside),
        }
        (aside / shelf.MANIFEST).write_text(
            json.dumps(manifest, indent=1, ensure_ascii=False), encoding="utf-8"
        )
        _make_durable(aside)
        aside.rename(editions / edition_id)
        point_current_to(editions, edition_id)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return editions / edition_id


def point_current_to(editions: Path, edition_id: str) -> None:
    """Swap `editions/current` to another edition in one step; readers see the old one or the new one."""
    link = editions / f".current-{edition_id}"
    link.unlink(missing_ok=True)
    try:
        link.symlink_to(edition_id, target_is_directory=True)
        link.replace(editions / shelf.CURRENT)
    finally:
        link.unlink(missing_ok=True)
    _fsync(editions)


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by relative path, the manifest itself excepted."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != shelf.MANIFEST
    }


def _file_sizes(folder: Path) -> dict[str, int]:
    """Bytes of every file below a folder, by relative path; the manifest is written after it."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _free_id(editions: Path, wanted: str) -> str:
    candidate, number = wanted, 1
    while (editions / candidate).exists():
        number += 1
        candidate = f"{wanted}-{number}"
    return candidate


def _sweep(editions: Path) -> None:
    for left_over in [
        path for name in (_ASIDE, shelf.GOING, ".current-") for path in editions.glob(f"{name}*")
    ]:
        if left_over.is_symlink():
            left_over.unlink()
        else:
            shutil.rmtree(left_over, ignore_errors=True)


def _write_tables(
    home: Path, aside: Path, edition: Edition, moment: beliefs.Moment
) -> dict[tuple[str, str], int]:
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
            _comment(connection, table, edition.comments.get((schema, name)))
        edition_id = aside.name.removeprefix(_ASIDE)
        if beliefs.carry_on(connection, aside.parent, edition_id, moment, "edition"):
            table = f"edition.main.{beliefs.TABLE}"
            place = aside / "parquet" / f"{beliefs.TABLE}.parquet"
            rows["edition", beliefs.TABLE] = _twin(connection, table, place)
            _comment(connection, table, beliefs.COMMENT)
        edition_views.create(connection, "edition", edition.views)
        if ("marts", "fct_kpi") in rows:
            edition_views.create(connection, "edition", edition_views.metric_views(), METRIC_SCHEMA)
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
    connection: duckdb.DuckDBPyConnection, table: str, comments: tuple[str, Mapping[str, str]] | None
) -> None:
    if comments is None:
        return
    said, columns = comments
    connection.execute(f"comment on table {table} is {text(said)}")
    present = {row[0] for row in connection.execute(f"describe {table}").fetchall()}
    for column, meaning in columns.items():
        if column in present:
            connection.execute(f'comment on column {table}."{column}" is {text(meaning)}')


def _make_durable(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        _fsync(path)
    _fsync(folder)


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
