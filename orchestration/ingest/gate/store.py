"""The gate's DuckDB connection: bounded memory, spilling below HOME/tmp, nothing outside the home. No SQL."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from contracts.sql_rules import text
from orchestration.errors import LandingDamaged
from orchestration.ingest.land.deliveries import LANDING

_UNREAD = (duckdb.IOException, duckdb.InvalidInputException)


@contextmanager
def opened(home: Path, memory_limit: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """In-memory database for one run of the gate; what it spills lies in HOME/tmp and is removed after.

    Parameters
    ----------
    home : folder of the installation; no file outside it can be read or written.
    memory_limit : as in the settings, such as ``1GB``.
    """
    spill = (home / "tmp" / "gate").resolve()
    con = duckdb.connect()
    try:
        con.execute(f"set memory_limit = {text(memory_limit)}")
        con.execute(f"set temp_directory = {text(spill)}")
        con.execute("set preserve_insertion_order = true")
        con.execute(f"set allowed_directories = [{text(str(home.resolve()))}]")
        con.execute("set enable_external_access = false")
        con.execute("set lock_configuration = true")
        yield con
    finally:
        con.close()
        shutil.rmtree(spill, ignore_errors=True)


@contextmanager
def landing_read(home: Path) -> Iterator[None]:
    """Turn landed rows that cannot be read back into one clear sentence.

    Raises
    ------
    LandingDamaged
        A file below landing/ is gone or is no Parquet.
    """
    try:
        yield
    except duckdb.Error as error:
        # Of damaged pages DuckDB raises the bare class, which is never used for a fault of a query.
        if not isinstance(error, _UNREAD) and type(error) is not duckdb.Error:
            raise
        raise LandingDamaged(
            "Landed rows cannot be read back",
            str(home / LANDING),
            f"remove the delivery's folder, put the file back and run again ({_first_line(error)})",
        ) from error


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
