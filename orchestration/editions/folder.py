"""An edition as files: hashed, made durable, put in force by one swap, swept away when left half done."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from orchestration.editions.shelf import CURRENT, MANIFEST, PROVENANCE

ASIDE, GOING, SWAPPED = ".making-", ".pruned-", ".current-"
"""Beginnings: being written, removed (renamed first, so that none is seen half gone), swapped in."""


def point_current_to(editions: Path, edition_id: str) -> None:
    """Swap `editions/current` to another edition in one step; readers see the old one or the new one."""
    link = editions / f"{SWAPPED}{edition_id}"
    link.unlink(missing_ok=True)
    try:
        link.symlink_to(edition_id, target_is_directory=True)
        link.replace(editions / CURRENT)
    finally:
        link.unlink(missing_ok=True)
    _fsync(editions)


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by relative path, the manifest itself excepted."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }


def file_sizes(folder: Path) -> dict[str, int]:
    """Bytes of every file below a folder, by relative path; the manifest is written after it."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def sweep(editions: Path) -> None:
    """Remove what an interrupted publication, swap or removal left behind."""
    for left_over in [path for name in (ASIDE, GOING, SWAPPED) for path in editions.glob(f"{name}*")]:
        if left_over.is_symlink():
            left_over.unlink()
        else:
            shutil.rmtree(left_over, ignore_errors=True)
    for kept in (editions.parent / PROVENANCE).glob("*.json"):
        if not (editions / kept.stem).is_dir():
            kept.unlink()


def keep(path: Path, text: str) -> None:
    """Write a small file so that it outlives a power cut, its folder with it."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    _fsync(path)
    _fsync(path.parent)


def make_durable(folder: Path) -> None:
    """Have every file below a folder, and the folder itself, on the disk before anything points to it."""
    for path in sorted(folder.rglob("*"), reverse=True):
        _fsync(path)
    _fsync(folder)


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
