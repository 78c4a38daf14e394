"""Writes a demo world's files into a home folder. What stands in them is made by models/demo."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.errors import MaturityImpactError
from orchestration.settings import SETTINGS_FILE, load_settings

if TYPE_CHECKING:
    from models.demo.spec import DemoExports

_DELIVERED = ("exports", "reference")
_MADE_FROM_THEM = ("landing", "accepted", "quarantine", "tmp")


class NotADemoError(MaturityImpactError):
    """The folder holds an installation with real data, which a demo must not touch."""


def write_demo(home: Path, exports: DemoExports) -> bool:
    """Write the files of a demo world, its truth and its dirt.

    Parameters
    ----------
    home : Path
        Folder of the demo; made when it is not there.
    exports : DemoExports
        Files in memory.

    Returns
    -------
    bool
        True when another world lay there: then what was made from it is removed, editions excepted.

    Raises
    ------
    NotADemoError
        The folder holds settings that do not say `is_simulated: true`.
    """
    if (home / SETTINGS_FILE).exists() and not load_settings(home).is_simulated:
        raise NotADemoError(
            "This folder holds an installation that is not simulated, and a demo would overwrite it",
            str(home),
            "name another folder with --home",
        )
    home.mkdir(parents=True, exist_ok=True)
    is_other = _lies_there(home) not in ({}, exports.files)
    if is_other:
        for name in (*_DELIVERED, *_MADE_FROM_THEM):
            shutil.rmtree(home / name, ignore_errors=True)
        for left_over in home.glob("build.duckdb*"):
            left_over.unlink()
    for relative, content in exports.files.items():
        _write(home / relative, content)
    _write(home / SETTINGS_FILE, exports.settings_yaml.encode())
    _write(home / "truth.json", _json(exports.truth))
    _write(home / "dirt.json", _json(exports.dirt))
    return is_other


def _lies_there(home: Path) -> dict[str, bytes]:
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for folder in _DELIVERED
        for path in (home / folder).rglob("*")
        if path.is_file()
    }


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)


def _json(content: object) -> bytes:
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"
