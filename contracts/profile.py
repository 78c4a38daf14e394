"""What an export profile may say (YAML, schema-checked) and how the profiles are read. No conversion here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, Self

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from contracts.strict import Strict
from contracts.survey_shape import Survey
from contracts.yaml_lines import line_of, repeated_key

WhenValue = bool | list[str] | Literal["*"] | None
"""Yes or no, one of these texts, `*` for any text, null for no text."""


class ProfileError(ValueError):
    """A profile that cannot be used; the message names file, line and what to change."""


class Case(Strict):
    """One line of a decision list: the first case whose conditions all hold gives the value."""

    when: dict[str, WhenValue] = Field(default_factory=dict)
    value: str | bool | None


class Ordinal(Strict):
    """Number of a row within its group, counted from 1 in the order of a column."""

    group: str
    order: str


class Threshold(Strict):
    """Word for a number: `below` under `at`, else `reached`."""

    column: str
    at: float
    below: str
    reached: str


class Sign(Strict):
    """Classes whose amounts change sign, so that positive increases the class."""

    column: str
    negate: list[str]


class ColumnMap(Strict):
    """Where a canonical column comes from; several sources mean the first that is not empty.

    `values` maps source words (compared without case) to canonical words; a word that is neither mapped nor
    canonical is refused. `cases` is a decision list on source columns. `default` stands for an empty source,
    `default_setting` takes it from the settings. `divide_by` converts the unit. `case_safe_id` brings
    15-character Salesforce ids to 18. `listed_in` gives the key of the row that lists this row's key.
    """

    sources: tuple[str, ...] = Field(default=(), alias="from")
    values: dict[str, str] = Field(default_factory=dict)
    cases: tuple[Case, ...] = ()
    default: str | bool | int | None = None
    default_setting: Literal["default_currency"] | None = None
    divide_by: int | None = Field(default=None, gt=0)
    lower_case: bool = False
    case_safe_id: bool = False
    listed_in: str | None = None
    ordinal: Ordinal | None = None
    threshold: Threshold | None = None
    sign: Sign | None = None
    hmac: Literal["people"] | None = None

    @field_validator("sources", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @property
    def used(self) -> set[str]:
        """Source columns that the mapping reads."""
        used = {*self.sources, *(name for case in self.cases for name in case.when)}
        if self.ordinal is not None:
            used |= {self.ordinal.group, self.ordinal.order}
        if self.listed_in is not None:
            used.add(self.listed_in)
        if self.threshold is not None:
            used.add(self.threshold.column)
        return used


class Signature(Strict):
    """Header columns by which a file is known."""

    required: tuple[str, ...] = Field(min_length=1)
    optional: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


class Unit(Strict):
    """Native key of the organisation: its type and the source column that holds it."""

    type: str
    source: str = Field(alias="from")
    case_safe_id: bool = False


class Refuse(Strict):
    """Rows that are not facts: refused with a reason when the conditions hold."""

    when: dict[str, WhenValue] = Field(min_length=1)
    reason: str = Field(pattern=r"^\w+:\w+$")
    description: str


class Profile(Strict):
    """One export shape of one vendor object."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]+$")
    version: str
    description: str
    source_system: str
    entity: str | None = None
    survey: Survey | None = None
    shape: Literal["api", "ui", "reference"]
    header_rows: int = Field(default=1, ge=1, le=3)
    zone_header_row: int | None = None
    signature: Signature
    unit: Unit | None = None
    version_columns: tuple[str, ...] = ()
    columns: dict[str, ColumnMap] = Field(min_length=1)
    refuse: tuple[Refuse, ...] = ()
    footer: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()

    @field_validator("footer")
    @classmethod
    def _patterns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in value:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"footer pattern {pattern!r} is no regular expression: {error}") from error
        return value

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if (self.entity is None) == (self.survey is None):
            raise ValueError("say either entity or survey")
        known = {*self.signature.required, *self.signature.optional}
        if unknown := sorted(self.used - known):
            raise ValueError(f"columns used but not in the signature: {', '.join(unknown)}")
        if leaked := sorted(set(self.personal) & self.used - self._hashed):
            raise ValueError(f"personal columns may not be kept: {', '.join(leaked)}")
        return self

    @property
    def used(self) -> set[str]:
        """Header columns that the profile reads, items of a survey apart."""
        used = set().union(*(column.used for column in self.columns.values()))
        used |= {name for rule in self.refuse for name in rule.when} | set(self.version_columns)
        return used | ({self.unit.source} if self.unit is not None else set())

    @property
    def _hashed(self) -> set[str]:
        return {name for column in self.columns.values() if column.hmac for name in column.sources}

    def version_column(self, header: Iterable[str]) -> str | None:
        """First declared version column that the header has."""
        present = set(header)
        return next((name for name in self.version_columns if name in present), None)

    def kept(self, header: Iterable[str], item_codes: Iterable[str] = ()) -> list[str]:
        """Columns of a header that may be kept, in the header's order; all others are dropped unread."""
        used, items = self.used, set(item_codes)
        prefixes = (self.survey.channel_prefix, self.survey.practice_prefix) if self.survey else ()
        return [
            name
            for name in header
            if name in used or (self.survey is not None and (name in items or name.startswith(prefixes)))
        ]

    def missing(self, header: Iterable[str]) -> list[str]:
        """Required columns that a header lacks."""
        present = set(header)
        return [name for name in self.signature.required if name not in present]

    def forbidden(self, header: Iterable[str]) -> list[str]:
        """Columns of a header that say the file is something else."""
        present = set(header)
        return [name for name in self.signature.forbidden if name in present]

    def matches(self, header: Iterable[str]) -> bool:
        """Whether a header has every required and no forbidden column."""
        columns = list(header)
        return not self.missing(columns) and not self.forbidden(columns)


def match(header: Iterable[str], profiles: Mapping[str, Profile]) -> list[Profile]:
    """Profiles that a header matches, the one with most required columns first."""
    columns = list(header)
    found = [profile for profile in profiles.values() if profile.matches(columns)]
    return sorted(found, key=lambda profile: (-len(profile.signature.required), profile.name))


def nearest(header: Iterable[str], profiles: Mapping[str, Profile]) -> tuple[Profile, list[str]]:
    """Profile with the largest share of its required columns present, and the columns that are missing.

    Likeness is judged without case, spaces and punctuation (`Close Date` is like `close_date`); missing
    columns are those whose exact name is not there.
    """
    columns = list(header)
    bare = {_bare(name) for name in columns}

    def unlike(profile: Profile) -> tuple[float, str]:
        required = profile.signature.required
        return (sum(_bare(name) not in bare for name in required) / len(required), profile.name)

    best = min(profiles.values(), key=unlike)
    return best, best.missing(columns)


def _bare(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "", name.casefold())


def parse_profile(text: str, where: str) -> Profile:
    """Profile out of YAML text; `where` names the file in messages.

    Raises
    ------
    ProfileError
        When the YAML cannot be read or says something unknown; names file, line, field and what is wrong.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        raise ProfileError(f"{where}:{line}: this is not YAML; check indentation and quotes") from error
    if (twice := repeated_key(node)) is not None:
        raise ProfileError(f"{where}:{twice[1]}: '{twice[0]}' is said twice; keep one")
    try:
        return Profile.model_validate(content)
    except ValidationError as error:
        said = "; ".join(
            f"{where}:{line_of(node, item['loc'])}: "
            f"{'.'.join(str(part) for part in item['loc']) or 'profile'}: {item['msg']}"
            for item in error.errors()
        )
        raise ProfileError(said) from error


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
