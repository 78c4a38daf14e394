"""Turns low-level errors into one clear sentence with a next step. Clear errors are raised where they are."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.errors import DiskFull, MaturityImpactError, NoRight, WarehouseLocked

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system calls a full disk, a used-up quota and a file over its limit."""
_NO_RIGHT = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_NO_ROOM_WORDS = (
    "no space left",
    "disk quota",
    "file too large",
    "could not write",
    # SQLite, which keeps Dagster's history.
    "disk i/o error",
    "disk is full",
)


def no_room(home: Path) -> DiskFull:
    """The sentence for a full disk."""
    return DiskFull(
        "The disk is full, so the run stopped; the current edition is as it was",
        str(home),
        "make room on that disk, then run again",
    )


def no_right(path: Path) -> NoRight:
    """The sentence for a file or folder that may not be read or written."""
    return NoRight(
        "The user who runs this may not read or write it; the current edition is as it was",
        str(path),
        "give that user the right to it, then run again",
    )


def warehouse_in_use(path: Path) -> WarehouseLocked:
    """The sentence for a build file that another process holds."""
    return WarehouseLocked(
        "The warehouse is in use by another process",
        str(path),
        "wait until the other run ends, or close the program that has the file open, then run again",
    )


def clear_error(error: BaseException, home: Path) -> MaturityImpactError | None:
    """The clear form of an error, or None when it is none that a user can do something about.

    Parameters
    ----------
    error : BaseException
        What was raised; its chain of causes is looked at too.
    home : Path
        Folder of the installation, named in the sentence.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, MaturityImpactError) and type(seen).__name__ != "DbtError":
            return seen
        if isinstance(seen, OSError) and seen.errno in NO_ROOM:
            return no_room(home)
        if isinstance(seen, OSError) and seen.errno in _NO_RIGHT:
            # Of a move the second path is the one to write to.
            return no_right(Path(str(seen.filename2 or seen.filename or home)))
        if (found := clear_message(str(seen), home)) is not None:
            return found
        seen = seen.__cause__ or seen.__context__
    return error if isinstance(error, MaturityImpactError) else None


def clear_message(message: str, home: Path) -> MaturityImpactError | None:
    """The clear form of an engine's message (DuckDB and dbt hand errors on as text), or None."""
    text = message.lower()
    if any(words in text for words in _NO_ROOM_WORDS):
        return no_room(home)
    if "could not set lock" in text or "conflicting lock" in text:
        return warehouse_in_use(home / "build.duckdb")
    return None


@contextmanager
def told_plainly(home: Path) -> Iterator[None]:
    """Raise what a user can do something about as a MaturityImpactError, everything else as it is."""
    try:
        yield
    except MaturityImpactError:
        raise
    except Exception as error:
        clear = clear_error(error, home)
        if clear is None:
            raise
        raise clear from error
