"""The declared grid of the specification curve, read from specifications.yaml. Estimation is in models/."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass

_STRICT = ConfigDict(extra="forbid")
Sample = Literal["all", "five_raters", "last_two_years"]


@dataclass(frozen=True, slots=True, config=_STRICT)
class Specifications:
    """Choices whose product is the grid; see the comments of specifications.yaml."""

    exposures: Annotated[tuple[str, ...], Field(min_length=1)]
    models: Annotated[tuple[Literal["naive", "M1", "M2"], ...], Field(min_length=1)]
    control_sets: Annotated[tuple[tuple[str, ...], ...], Field(min_length=1)]
    samples: Annotated[tuple[Sample, ...], Field(min_length=1)]


def parse_specifications(text: str) -> Specifications:
    """Read a grid out of YAML text; ValueError when a choice is missing, unknown or of the wrong type."""
    return TypeAdapter(Specifications).validate_python(yaml.safe_load(text))


@cache
def load_specifications() -> Specifications:
    """Return the grid in force, read from specifications.yaml on first use."""
    return parse_specifications(Path(__file__).with_name("specifications.yaml").read_text(encoding="utf-8"))
