"""What an edition's manifest says of its making: inputs, code, versions, ledger. Hashes: folder.py."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any

from orchestration.dbt import DbtProject
from orchestration.editions import inputs
from orchestration.editions.fingerprint import ROOT, method_of
from orchestration.settings import SETTINGS_FILE, Settings

_ROOMS = ("contracts", "models", "orchestration")
_SOURCES = {".py", ".yaml", ".yml", ".sql", ".html", ".css", ".j2", ".csv"}
METHOD_VERSION = "1"


def package_version() -> str:
    """Version of the installed distribution."""
    from importlib.metadata import version

    return version("maturity-impact")


def sources_hash(root: Path = ROOT) -> str:
    """Hash of every source file of the three Python rooms, in order of their paths."""
    digest = hashlib.sha256()
    for room in _ROOMS:
        for path in sorted((root / room).rglob("*")):
            if path.is_file() and path.suffix in _SOURCES:
                digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def commit() -> str | None:
    """Commit the code stands at, with `-dirty` when it was changed since; None outside a checkout."""
    if not (ROOT / ".git").exists():
        return None
    try:
        said = subprocess.run(
            ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12"],
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return said.stdout.strip()


def manifest_parts(home: Path, settings: Settings, dbt: DbtProject, rows: inputs.Brought) -> dict[str, Any]:
    """Inputs, code, versions, settings and ledger of what is about to be published.

    Parameters
    ----------
    home : Path
        Folder of the installation.
    settings : Settings
    dbt : DbtProject
        Project that made the marts.
    rows : mapping
        What each delivery brought; see `orchestration.editions.inputs.brought`.
    """
    return {
        "is_simulated": settings.is_simulated,
        "inputs": inputs.inputs(home, rows),
        "n_restated": len(inputs.restated(home)),
        "code": {
            "version": package_version(),
            "commit": commit(),
            "sources_hash": sources_hash(),
            "dbt_hash": dbt.content_hash(),
            "method": method_of(dbt_folder=dbt.folder),
        },
        "versions": {"instrument": settings.instrument_version, "method": METHOD_VERSION},
        "settings": inputs.settings_told(settings),
        "settings_hash": hashlib.sha256((home / SETTINGS_FILE).read_bytes()).hexdigest(),
        "ledger": _ledger(home),
    }


def _ledger(home: Path) -> list[dict[str, Any]]:
    import pandas as pd

    ledger = pd.read_parquet(home / "accepted" / "ledger.parquet").astype(object)
    rows = ledger.where(ledger.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]
