"""What is wrong with the settings, in words: key, cause and the names that are known in its place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from orchestration.errors import SettingsError


def explained(error: ValidationError, path: Path, settings: type[BaseModel]) -> SettingsError:
    """First fault of settings, and how many there are beside it.

    Parameters
    ----------
    error : faults of a file.
    path : the file.
    settings : its model.
    """
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"]) or "the file"
    if first["type"] == "extra_forbidden":
        known = ", ".join(sorted(_known_at(first["loc"][:-1], settings)))
        return SettingsError(
            f"'{key}' is no setting",
            f"{path}, key {key}",
            f"remove it or correct its name; known there: {known}",
        )
    message = first["msg"].removeprefix("Value error, ")
    more = f" (and {len(error.errors()) - 1} more)" if len(error.errors()) > 1 else ""
    return SettingsError(f"The setting '{key}' is not allowed{more}", f"{path}, key {key}", message)


def _known_at(place: Iterable[str | int], settings: type[BaseModel]) -> Iterable[str]:
    """Names that a part of the settings knows."""
    part: Any = settings
    for name in place:
        # A place in a list, or a name that a person gave.
        if name not in part.model_fields:
            continue
        said = part.model_fields[name].annotation
        part = next(one for one in (said, *get_args(said)) if hasattr(one, "model_fields"))
    return tuple(part.model_fields)
