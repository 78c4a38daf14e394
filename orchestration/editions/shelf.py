"""The editions of a home: which there are, and which is in force. Going back and making room: keeping.py."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.errors import MaturityImpactError

EDITIONS, CURRENT, MANIFEST = "editions", "current", "manifest.json"
PREVIOUS = "previous"
PROVENANCE = "provenance"
"""Folder of a home with a file per edition: rows by delivery and month. Private, since small groups of people
stand in it; `editions diff` reads it."""
_PATIENCE_SECONDS = 60.0
_NAMED_AT_MOST = 8


class NoEdition(MaturityImpactError):
    """Nothing was published in this home yet, or `current` points to nothing."""


class UnknownEdition(MaturityImpactError):
    """The edition that was asked for is not there, or more than one fits the name."""


class DamagedEdition(MaturityImpactError):
    """An edition's files are not what its manifest says."""


class EditionsBusy(MaturityImpactError):
    """Another process is publishing, going back or pruning in the same home."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One edition as a line of the list.

    Attributes
    ----------
    rows, size
        Rows of all tables; bytes of all files. None where the manifest cannot be read.
    is_readable
        Its manifest could be read.
    """

    edition_id: str
    created_at: str
    facts_hash: str
    rows: int | None
    size: int
    is_current: bool
    is_readable: bool


@contextmanager
def one_at_a_time(home: Path) -> Iterator[None]:
    """Hold the home's lock on its editions; readers never need it.

    Raises
    ------
    EditionsBusy
        Another process holds it and does not let go within a minute.
    """
    from filelock import FileLock, Timeout

    folder = home / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "editions.lock", timeout=_PATIENCE_SECONDS)
    try:
        lock.acquire()
    except Timeout:
        raise EditionsBusy(
            "Another process is changing the editions", str(home / EDITIONS), "wait until it has ended"
        ) from None
    try:
        yield
    finally:
        lock.release()


def current_id(home: Path) -> str | None:
    """Edition that `current` points to; None where it points to nothing."""
    try:
        name = os.readlink(home / EDITIONS / CURRENT)
    except OSError:
        return None
    return name if (home / EDITIONS / name).is_dir() else None


def manifest_of(folder: Path) -> dict[str, Any]:
    """Manifest of an edition.

    Raises
    ------
    DamagedEdition
        It is missing or is no JSON object.
    """
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        content = None
    if not isinstance(content, dict):
        raise DamagedEdition(
            "The manifest of this edition cannot be read",
            str(path),
            "choose another one; maturity-impact editions list shows them",
        )
    return content


def provenance_file(folder: Path) -> Path:
    """Where the home keeps what an edition was made of, row by row counted; it is no part of the edition."""
    return folder.parents[1] / PROVENANCE / f"{folder.name}.json"


def listed(home: Path) -> list[Listed]:
    """Every edition of a home, the newest first."""
    current = current_id(home)
    return [_listed(folder, folder.name == current) for folder in _newest_first(home)]


def resolve(home: Path, edition: str | None = None) -> Path:
    """Folder of an edition.

    Parameters
    ----------
    home : Path
        Folder of the installation.
    edition : str, optional
        Id or the beginning of one; `current` (also when left out) or `previous`, the one published before it.

    Raises
    ------
    NoEdition
        Nothing was published yet, or `current` points to nothing.
    UnknownEdition
        No edition of that name, or several begin with it.
    """
    folders = _newest_first(home)
    if not folders:
        raise NoEdition(
            "There is no edition yet",
            str(home / EDITIONS),
            f"maturity-impact run --home {home} publishes one",
        )
    wanted = edition or CURRENT
    if wanted in {CURRENT, PREVIOUS}:
        return _in_force(home, folders, wanted)
    found = [folder for folder in folders if folder.name == wanted] or [
        folder for folder in folders if folder.name.startswith(wanted)
    ]
    if len(found) != 1:
        said = f"{len(found)} editions begin with '{wanted}'" if found else f"There is no edition '{wanted}'"
        names = ", ".join(folder.name for folder in (found or folders)[:_NAMED_AT_MOST])
        raise UnknownEdition(said, str(home / EDITIONS), f"name one of {names}")
    return found[0]


def _in_force(home: Path, folders: Sequence[Path], wanted: str) -> Path:
    current = current_id(home)
    if current is None:
        raise NoEdition(
            "'current' points to no edition",
            str(home / EDITIONS / CURRENT),
            f"maturity-impact editions rollback {folders[0].name} --home {home} puts one in force",
        )
    if wanted == CURRENT:
        return home / EDITIONS / current
    before = [folder for folder in folders[[f.name for f in folders].index(current) + 1 :]]
    if not before:
        raise UnknownEdition(
            "There is no edition before the current one", str(home / EDITIONS), "name one of the others"
        )
    return before[0]


def _newest_first(home: Path) -> list[Path]:
    """Folders of the editions by time of publication; what is being made or removed is none of them."""
    shelf = home / EDITIONS
    if not shelf.is_dir():
        return []
    folders = [
        path
        for path in shelf.iterdir()
        if not path.name.startswith(".") and not path.is_symlink() and path.is_dir()
    ]
    return sorted(folders, key=_published_at, reverse=True)


def _published_at(folder: Path) -> tuple[str, int, str]:
    """Time of publication; two within one second are told apart by when their manifest was written."""
    manifest = folder / MANIFEST
    try:
        written = manifest.stat().st_mtime_ns
    except OSError:
        written = 0
    return folder.name.partition("-")[0], written, folder.name


def _listed(folder: Path, is_current: bool) -> Listed:
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    try:
        manifest = manifest_of(folder)
        return Listed(
            folder.name,
            str(manifest["created_at"]),
            str(manifest["facts_hash"]),
            sum(manifest["rows"].values()),
            size,
            is_current,
            is_readable=True,
        )
    except (DamagedEdition, KeyError, AttributeError, TypeError):
        return Listed(folder.name, "", "", None, size, is_current, is_readable=False)
