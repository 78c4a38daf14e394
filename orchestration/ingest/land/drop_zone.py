"""Drop zone and reference folder -> the files in them, by the names they are known under. Reads none."""

import os
from pathlib import Path

from orchestration.settings import Settings

EXPORTS, REFERENCE = "exports", "reference"


def delivered_files(home: Path, settings: Settings) -> dict[str, Path]:
    """Files of the drop zone and the reference folder, by the names they are known under, in order."""
    zone = home / settings.drop_zone
    found = {f"{REFERENCE}/{shown(path.name)}": path for path in (home / REFERENCE).glob("*.csv")}
    found |= {f"{EXPORTS}/{shown(path.relative_to(zone).as_posix())}": path for path in zone.rglob("*")}
    return {name: found[name] for name in sorted(found) if is_delivered(name, found[name])}


def shown(name: str) -> str:
    """Name of a file as text; a byte of it that is no UTF-8 is written by its number."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def is_delivered(name: str, path: Path) -> bool:
    """Whether a path counts as a file; hidden files and folders do not.

    What no file can be read from counts too, and is refused: a link into nothing, a folder that is not looked
    into because it is a link or its rights forbid it.
    """
    is_looked_into = os.path.isdir(path) and not path.is_symlink() and os.access(path, os.R_OK | os.X_OK)
    return not is_looked_into and not any(part.startswith(".") for part in name.split("/"))
