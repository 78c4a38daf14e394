"""Reading export profiles (YAML, schema-checked) and finding the one that fits a header. No conversion here.

What a profile may say: contracts/profile_shape.py as a whole, contracts/column_map.py per canonical column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import ValidationError

from contracts.column_map import Case, ColumnMap, Ordinal, WhenValue
from contracts.control_shape import Control
from contracts.profile_checks import faults
from contracts.profile_shape import Place, Profile, Refuse, Signature, Unit
from contracts.yaml_lines import line_of, repeated_key

__all__ = [
    "Case",
    "ColumnMap",
    "Control",
    "Ordinal",
    "Profile",
    "ProfileError",
    "Refuse",
    "Signature",
    "Unit",
    "WhenValue",
    "load_profiles",
    "match",
    "parse_profile",
]


# The parser in C reads all shipped profiles in 0.1 s, that in Python in 1 s.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


Faults = Callable[[Profile], Iterable[tuple[Place, str]]]
"""Place in the YAML and what is wrong there."""


class ProfileError(ValueError):
    """A profile that cannot be used; the message names file, line and what to change."""


def match(header: Iterable[str], profiles: Mapping[str, Profile]) -> list[Profile]:
    """Profiles that a header matches, the one with most required columns first."""
    columns = list(header)
    found = [profile for profile in profiles.values() if profile.matches(columns)]
    return sorted(found, key=lambda profile: (-len(profile.signature.required), profile.name))


def parse_profile(text: str, where: str, also: Faults = lambda _: ()) -> Profile:
    """Profile out of YAML text.

    Parameters
    ----------
    where : names the file in messages.
    also : finds what is faulty in a view that this room has not, such as that of the engine on `sql`.

    Raises
    ------
    ProfileError
        When the YAML cannot be read or says something unknown; names file, line, field and what is wrong.
    """
    try:
        loader = _LOADER(text)
        node = loader.get_single_node()
        content: Any = loader.construct_document(node) if node is not None else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        raise ProfileError(f"{where}:{line}: this is not YAML; check indentation and quotes") from error
    if (twice := repeated_key(node)) is not None:
        raise ProfileError(f"{where}:{twice[1]}: '{twice[0]}' is said twice; keep one")
    try:
        profile = Profile.model_validate(content)
    except ValidationError as error:
        found = [(item["loc"], _in_words(item["type"], item["msg"])) for item in error.errors()]
        raise ProfileError("; ".join(_told(found, node, where))) from error
    if wrong := list(faults(profile)) or list(also(profile)):
        raise ProfileError("; ".join(_told(wrong, node, where)))
    return profile


def _told(found: Iterable[tuple[Place, str]], node: yaml.Node | None, where: str) -> Iterator[str]:
    for place, fault in found:
        yield f"{where}:{line_of(node, place)}: {'.'.join(map(str, place)) or 'profile'}: {fault}"


def _in_words(kind: str, said: str) -> str:
    """What the schema says of a fault, in words for who writes profiles."""
    if kind == "extra_forbidden":
        return "a profile says nothing of this name here; correct or remove it"
    return said.removeprefix("Value error, ")


@lru_cache(maxsize=1)
def load_profiles() -> dict[str, Profile]:
    """Profiles of this package by name; read on first use.

    Raises
    ------
    ProfileError
        When a profile is faulty, or its name is not its file's name.
    """
    profiles = {}
    for path in sorted(files("contracts").joinpath("profiles").iterdir(), key=lambda entry: entry.name):
        if path.name.endswith(".yaml"):
            profile = parse_profile(path.read_text(encoding="utf-8"), f"contracts/profiles/{path.name}")
            if f"{profile.name}.yaml" != path.name:
                raise ProfileError(f"contracts/profiles/{path.name}: the name must be that of the file")
            profiles[profile.name] = profile
    return profiles
