"""Harm prevented: whoever may read an edition writes to it, reads other files, or fails without a word."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration import reader
from orchestration.editions.shelf import NoEdition, UnknownEdition
from orchestration.reader import UnreadableEdition, connect

Publisher = Callable[[int], Path]
# Every way out of a database that DuckDB has; {out} is a place to write to, {own} a file that is there.
ESCAPES = {
    "attach": "attach '{out}' as other",
    "attach_memory": "attach ':memory:' as another",
    "attach_itself": "attach '{own}' as other",
    "copy_to": "copy (select 1) to '{out}'",
    "copy_to_pipe": "copy (select 1) to '/dev/stdout'",
    "copy_from": "copy dim_one from '{own}'",
    "export": "export database '{out}'",
    "import": "import database '{out}'",
    "read_csv": "select * from read_csv('{own}')",
    "read_text": "select * from read_text('{own}')",
    "read_blob": "select * from read_blob('{own}')",
    "read_parquet": "select * from read_parquet('{twin}')",
    "parquet_metadata": "select * from parquet_metadata('{twin}')",
    "file_as_table": "select * from '{twin}'",
    "glob": "select * from glob('{folder}/*')",
    "sniff": "select * from sniff_csv('{own}')",
    "install": "install httpfs",
    "load": "load httpfs",
    "load_file": "load '{own}'",
    "update_extensions": "update extensions",
    "set_access": "set enable_external_access = true",
    "set_lock": "set lock_configuration = false",
    "reset_lock": "reset lock_configuration",
    "set_memory": "set memory_limit = '90GB'",
    "set_temporary": "set temp_directory = '{folder}'",
    "profile_to_file": "pragma profiling_output = '{out}'",
    "log_to_file": "call enable_logging(storage = 'file', storage_config = {{'path': '{out}'}})",
    "log": "call enable_logging()",
    "secret": "create persistent secret s (type http, bearer_token 'x')",
    "environment": "select getenv('HOME')",
    "create": "create table other as select 1",
    "create_view": "create view other as select 1",
    "create_macro": "create macro other() as 1",
    "replace": "create or replace table dim_one as select 1",
    "insert": "insert into dim_one values (1, 1)",
    "update": "update dim_one set number = 0",
    "delete": "delete from dim_one",
    "truncate": "truncate dim_one",
    "drop": "drop table dim_one",
    "alter": "alter table dim_one rename to other",
    "comment": "comment on table dim_one is 'other'",
    "detach": "detach marts",
}


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("escape", list(ESCAPES))
def test_there_is_no_way_out(escape: str, home: Path, published: Publisher, tmp_path: Path) -> None:
    edition = published(1)
    before = files_of(tmp_path)
    sql = ESCAPES[escape].format(
        out=tmp_path / "out", own=home / "maturity.yaml", folder=tmp_path,
        twin=edition / "parquet" / "dim_one.parquet",
    )  # fmt: skip
    with connect(home) as connection:
        with pytest.raises(duckdb.Error):
            connection.execute(sql).fetchall()
        assert connection.execute("select count(*) from dim_one").fetchall() == [(11,)]
    assert files_of(tmp_path) == before


def test_the_escapes_work_on_a_plain_connection(home: Path, published: Publisher, tmp_path: Path) -> None:
    """Without the lock they do what they are feared for: the test above shows the lock, no typing error."""
    edition = published(1)
    places = {
        "out": tmp_path / "out",
        "own": home / "maturity.yaml",
        "folder": tmp_path,
        "twin": edition / "parquet" / "dim_one.parquet",
    }
    readable = ("read_csv", "read_text", "read_blob", "read_parquet", "file_as_table", "glob", "attach",
                "attach_memory", "set_memory", "set_temporary", "create", "create_macro")  # fmt: skip
    with duckdb.connect() as connection:
        for name in readable:
            connection.execute(ESCAPES[name].format(**places)).fetchall()


def test_variables_of_the_program_are_no_tables(home: Path, published: Publisher) -> None:
    import pandas as pd

    published(1)
    secret_frame = pd.DataFrame({"salary": [1]})
    with connect(home) as connection, pytest.raises(duckdb.CatalogException):
        connection.execute("select * from secret_frame")
    assert len(secret_frame) == 1


def test_both_names_of_a_table_work_and_a_large_sort_writes_nothing(
    home: Path, published: Publisher, tmp_path: Path
) -> None:
    published(1)
    before = files_of(tmp_path)
    with connect(str(home)) as connection:
        for name in ("dim_one", "marts.dim_one", "analysis.two"):
            assert connection.execute(f"select count(*) from {name}").fetchall() == [(11,)]
        connection.execute("select range from range(300000) order by hash(range)").fetchall()
        assert files_of(tmp_path) == before


def test_a_connection_stays_on_its_edition(home: Path, published: Publisher) -> None:
    first = published(1)
    with connect(home) as old:
        published(2)
        with connect(home) as new, connect(home, first.name) as again, connect(home, "previous") as before:
            found = [
                one.execute("select max(number) from dim_one").fetchall() for one in (old, new, again, before)
            ]
    assert found == [[(1,)], [(2,)], [(1,)], [(1,)]]


def test_no_edition_and_an_unknown_one(home: Path, published: Publisher) -> None:
    with pytest.raises(NoEdition, match=r"no edition yet .*maturity-impact run"):
        connect(home)
    published(1)
    with pytest.raises(UnknownEdition, match="no edition 'x'"):
        connect(home, "x")


def test_an_edition_held_by_a_writer(home: Path, published: Publisher) -> None:
    edition = published(1)
    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(edition / "marts.duckdb")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(UnreadableEdition, match=r"open for writing .*close it there"):
            connect(home)
        holder.communicate("\n")


def test_a_damaged_and_a_missing_file(home: Path, published: Publisher) -> None:
    path = published(1) / "marts.duckdb"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(UnreadableEdition, match="cannot be opened"):
        connect(home)
    path.unlink()
    with pytest.raises(UnreadableEdition, match="has no marts file"):
        connect(home)


def test_an_edition_open_in_another_way(home: Path, published: Publisher) -> None:
    path = published(1) / "marts.duckdb"
    with (
        duckdb.connect(str(path), read_only=True),
        pytest.raises(UnreadableEdition, match="open in another way"),
    ):
        connect(home)


def test_an_edition_that_goes_while_it_is_opened_gives_way_to_the_current_one(
    home: Path, published: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(2)
    gone = [home / "editions" / "pruned"]
    resolve = reader.resolve
    monkeypatch.setattr(reader, "resolve", lambda *named: gone.pop() if gone else resolve(*named))
    with connect(home) as connection:
        assert connection.execute("select max(number) from dim_one").fetchall() == [(2,)]
