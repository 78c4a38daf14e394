"""Exit codes and options that every verb shares. No verbs here."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

DONE, HELD_BACK, COULD_NOT = 0, 1, 2


def _of_environment(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """A secret that stands in the environment; a command line is seen by everybody on the machine."""
    if context.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE:
        raise click.UsageError(f"a secret is taken from the environment only: set {option.envvar}")
    return value


HOME: Final[dict[str, Any]] = {
    "envvar": "MATURITY_HOME",
    "type": click.Path(path_type=Path, file_okay=False),
    "metavar": "DIR",
}
OF_INSTALLATION: Final[dict[str, Any]] = {**HOME, "required": True, "help": "Folder of the installation."}
KEY: Final[dict[str, Any]] = {
    "envvar": "MATURITY_PSEUDONYM_KEY",
    "hidden": True,
    "default": None,
    "callback": _of_environment,
}
JSON: Final[dict[str, Any]] = {"is_flag": True, "help": "Tell it as JSON on standard output."}
