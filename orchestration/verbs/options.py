"""Exit codes and options that every verb shares. No verbs here."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

DONE, HELD_BACK, COULD_NOT = 0, 1, 2

HOME: Final[dict[str, Any]] = {
    "envvar": "MATURITY_HOME",
    "type": click.Path(path_type=Path, file_okay=False),
    "metavar": "DIR",
}
OF_INSTALLATION: Final[dict[str, Any]] = {**HOME, "required": True, "help": "Folder of the installation."}
KEY: Final[dict[str, Any]] = {"envvar": "MATURITY_PSEUDONYM_KEY", "hidden": True, "default": None}
JSON: Final[dict[str, Any]] = {"is_flag": True, "help": "Tell it as JSON on standard output."}
