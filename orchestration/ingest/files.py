"""Writing whole or not at all: folders swapped, Parquet and JSON with stable bytes. No content rules."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow
import pyarrow.parquet
from filelock import FileLock, Timeout

from orchestration.errors import DiskFull, IngestBusy, LandingDamaged
from orchestration.failures import NO_ROOM

# pyarrow carries no types; named so that this is said once.
pa: Any = pyarrow
pq: Any = pyarrow.parquet

# A column whose first rows hold each text this often is written as a dictionary. All rows of a piece, up to
# ten times as many, hold each more often still, and DuckDB types a text of a dictionary once.
_LOOKED_AT: Final = 10_000
_REPEATED: Final = 2
_ID_LENGTH: Final = 64


@contextmanager
def room_to_write(where: Path) -> Iterator[None]:
    """Turn "no space left" into one clear sentence; other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise DiskFull(
                "There is no room left to write; what stood before is untouched",
                str(where),
                "free space and run again",
            ) from error
        raise


@contextmanager
def one_at_a_time(home: Path) -> Iterator[None]:
    """Hold the home's ingest lock.

    Raises
    ------
    IngestBusy
        Another process holds it.
    """
    folder = home / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "ingest.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise IngestBusy(
            "Another run is taking in deliveries", str(home), "wait until it has ended and run again"
        ) from None
    try:
        yield
    finally:
        lock.release()


def fresh(folder: Path) -> Path:
    """Empty folder to build in; what an interrupted run left there is removed."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def swap(made: Path, target: Path) -> None:
    """Put a finished folder in the place of another; the old one is removed after.

    Parameters
    ----------
    made : finished folder on the same file system.
    target : place to take; may be empty.
    """
    old = made.with_name(f"{target.name}.old")
    if old.exists():
        shutil.rmtree(old)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        os.replace(target, old)
    os.replace(made, target)
    if old.exists():
        shutil.rmtree(old)


def restore(aside: Path, target: Path) -> None:
    """Bring back what a swap interrupted between its two moves left aside."""
    old = aside / f"{target.name}.old"
    if old.exists() and not target.exists():
        os.replace(old, target)


def tidy(aside: Path, landing: Path) -> None:
    """Bring back what an interrupted run was about to replace, and remove what else it left aside."""
    replaced = [*aside.glob(f"{'?' * _ID_LENGTH}.old")]
    for old in replaced:
        restore(aside, landing / old.stem)
    for left in (*replaced, *aside.glob("landing-*")):
        if left.exists():
            shutil.rmtree(left)


def write_json(path: Path, content: Any) -> None:
    """Write JSON whole or not at all, keys sorted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(
        json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    os.replace(beside, path)


def read_json(path: Path, remedy: str = "remove that file's folder and run again") -> Any:
    """Content of a JSON file that we wrote.

    Raises
    ------
    LandingDamaged
        It cannot be read back; `remedy` is the next step.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise LandingDamaged("What was written earlier cannot be read back", str(path), remedy) from None


def write_parquet(path: Path, table: Any) -> None:
    """Write a `pyarrow.Table` to one Parquet file; the same table gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.replace_schema_metadata(None), path, compression="zstd", version="2.6")


def write_text_table(path: Path, table: Any) -> None:
    """Write a `pyarrow.Table` of texts to one Parquet file, quickly: it is read soon and often."""
    first = table.slice(0, _LOOKED_AT)
    repeated = [
        name for name in table.column_names if len(first.column(name).unique()) * _REPEATED <= first.num_rows
    ]
    pq.write_table(
        table.replace_schema_metadata(None),
        path,
        compression="snappy",
        version="2.6",
        use_dictionary=repeated or False,
        # Nobody looks for a text by its size: statistics would take a fifth of the time.
        write_statistics=False,
    )


def read_text_rows(path: Path) -> pd.DataFrame:
    """Rows written by `write_text_table`.

    Raises
    ------
    LandingDamaged
        The file is gone or is no Parquet.
    """
    try:
        table = pq.read_table(path)
    except (OSError, ValueError):
        raise LandingDamaged(
            "Landed rows cannot be read back",
            str(path),
            "remove that folder, put the file back and run again",
        ) from None
    frame: pd.DataFrame = table.to_pandas()
    return frame
