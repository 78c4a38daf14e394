"""What an export profile may say as a whole; the single column is column_map.py, reading YAML profile.py.

A profile speaks of header columns by their canonical names: those of `signature`. Other spellings of a header
(translations, API names) are `aliases`, by language; the reader renames before anything else looks at names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from contracts.account_ranges import AccountRanges
from contracts.column_map import ColumnMap, WhenValue
from contracts.control_shape import Balance, Control, Total, regular
from contracts.header_words import Known, Language, Words, by_language, every, faults
from contracts.instrument import load_instrument
from contracts.items import places
from contracts.strict import Strict
from contracts.survey_shape import Survey, Zone

DateOrder = Literal["dmy", "mdy", "ymd"]
Place = tuple[str | int, ...]
"""Where something stands in the YAML of a profile."""


class Signature(Strict):
    """Header columns by which a file is known."""

    required: tuple[str, ...] = Field(min_length=1)
    optional: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()

    @property
    def known(self) -> set[str]:
        """Columns that a mapping may name."""
        return {*self.required, *self.optional}


class Unit(Strict):
    """Native key of the organisation: its type and the source column that holds it.

    Where the column is empty or absent, the constant `unit_key` of the settings or the profile counts.
    """

    type: str
    source: str = Field(alias="from")
    case_safe_id: bool = False


class Refuse(Strict):
    """Rows that are not facts: refused with a reason when the conditions hold."""

    when: dict[str, WhenValue] = Field(min_length=1)
    reason: str = Field(pattern=r"^\w+:\w+$")
    description: str


class Profile(Strict):
    """One export shape of one vendor object.

    Attributes
    ----------
    entity, survey : what the rows are; one of the two.
    shape : `api` (internal names, ISO times), `ui` (what a person downloads), `reference` (the user's own).
    evidence : `sample` when the shape was tried on a real file, else `documentation`.
    locale, zone, date_order : how the export itself writes, where it is always the same; the settings beat
        them. Without a locale an api shape is read as English; any other must prove its decimal sign, and
        every shape its order of day and month, by the file.
    header_rows, zone_header_row : rows of the header; the one that states the zone.
    signature : canonical header columns.
    spoken : in YAML `aliases`: other names of these columns, a list or by language (`{nl: Bedrag}`); a
        language that is left out has the canonical name. The property `aliases` is all of them.
    header_languages : language of the header to how well its words are known.
    unit : the organisation in the source's own terms.
    version_columns : when the source last changed a row; the first that the header has.
    columns : canonical column to where it comes from.
    constants : canonical column (also `unit_key`, `unit_key_type`) to the value where the source has none.
    account_classes : account code or range (`8000-8999`) to class, for charts that are standard.
    refuse : rows that are no facts. footer : first cells of lines below the records (regular expressions).
    control : a control total, or several.
    personal : columns about persons; never kept, unless hashed.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]+$")
    version: str
    description: str
    source_system: str
    entity: str | None = None
    survey: Survey | None = None
    shape: Literal["api", "ui", "reference"]
    evidence: Literal["sample", "documentation"] = "documentation"
    locale: str | None = Field(default=None, pattern=r"^[a-z]{2}(_[A-Z]{2})?$")
    zone: Zone | None = None
    date_order: DateOrder | None = None
    header_rows: int = Field(default=1, ge=1, le=3)
    zone_header_row: int | None = None
    signature: Signature
    spoken: dict[str, Words] = Field(default_factory=dict, alias="aliases")
    header_languages: dict[Language, Known] = Field(default_factory=dict)
    unit: Unit | None = None
    version_columns: tuple[str, ...] = ()
    columns: dict[str, ColumnMap] = Field(min_length=1)
    constants: dict[str, str] = Field(default_factory=dict)
    account_classes: dict[str, str] = Field(default_factory=dict)
    refuse: tuple[Refuse, ...] = ()
    footer: tuple[str, ...] = ()
    control: tuple[Control, ...] = ()
    personal: tuple[str, ...] = ()

    @field_validator("spoken", mode="before")
    @classmethod
    def _by_language(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        return {name: by_language(said) for name, said in value.items()}

    @field_validator("control", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return (value,) if isinstance(value, Mapping | Total | Balance) else value

    @field_validator("footer")
    @classmethod
    def _patterns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(regular(pattern, "footer pattern") for pattern in value)

    @field_validator("account_classes")
    @classmethod
    def _ranges(cls, value: dict[str, str]) -> dict[str, str]:
        AccountRanges.of(value)
        return value

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if (self.entity is None) == (self.survey is None):
            raise ValueError("say either entity or survey")
        if leaked := sorted({*self.personal, *self.hashed} & self._kept_plainly):
            raise ValueError(f"personal columns may not be kept: {', '.join(leaked)}")
        pairs = {(name, one.hmac) for one in self.columns.values() if one.hmac for name in one.sources}
        if linked := sorted(name for name, domain in pairs if domain != self.hashed[name]):
            raise ValueError(
                f"columns hashed under two keys, by which they could be linked: {', '.join(linked)}"
            )
        named = self.signature.known | set(self.signature.forbidden) | set(self.personal)
        if strange := sorted(set(self.aliases) - named):
            raise ValueError(f"aliases of columns that are not in the signature: {', '.join(strange)}")
        labels = [label for said in self.aliases.values() for label in said]
        if twice := sorted({label for label in labels if labels.count(label) > 1 or label in named}):
            raise ValueError(f"aliases that stand for two columns: {', '.join(twice)}")
        for fault in faults(self.spoken, self.header_languages):
            raise ValueError(fault)
        return self

    @cached_property
    def aliases(self) -> dict[str, tuple[str, ...]]:
        """Other names of the columns, in whatever language."""
        return {column: every(words) for column, words in self.spoken.items()}

    @property
    def reads(self) -> Iterator[tuple[Place, Iterable[str]]]:
        """Each place of the profile that reads header columns, and their names."""
        yield from ((("columns", name), mapping.used) for name, mapping in self.columns.items())
        yield from ((("refuse", place), rule.when) for place, rule in enumerate(self.refuse))
        yield ("version_columns",), self.version_columns
        yield ("unit",), (self.unit.source,) if self.unit is not None else ()
        yield ("survey",), self.survey.used if self.survey is not None else ()
        yield from ((("control",), one.used) for one in self.control if isinstance(one, Balance))

    @property
    def used(self) -> set[str]:
        """Header columns that the profile reads; columns of a survey's single items apart."""
        return {name for _, names in self.reads for name in names}

    @property
    def hashed(self) -> dict[str, str]:
        """Header columns of which only a keyed hash may be kept, and the domain of its key."""
        return {
            name: column.hmac for column in self.columns.values() if column.hmac for name in column.sources
        }

    @property
    def _kept_plainly(self) -> set[str]:
        """Header columns that are read for something else than a keyed hash."""
        hashing = {("columns", name) for name, column in self.columns.items() if column.hmac}
        return {name for place, names in self.reads if place not in hashing for name in names}

    @property
    def expressions(self) -> dict[str, str]:
        """Canonical columns that are DuckDB expressions; their text goes by `sql:<canonical>`."""
        return {name: column.sql for name, column in self.columns.items() if column.sql is not None}

    def renaming(self, header: Iterable[str]) -> dict[str, str]:
        """Names of a header that stand for another canonical name, raw to canonical; all others stay.

        An exact name counts before an alias, an alias before a likeness without case and spaces, which counts
        only where one column has it. A canonical name is given once: to the alias that is listed first.
        """
        raw = list(dict.fromkeys(header))
        present = set(raw)
        loose: dict[str, list[str]] = {}
        for name in raw:
            loose.setdefault(_bare(name), []).append(name)
        named = (
            *self.signature.required,
            *self.signature.optional,
            *self.signature.forbidden,
            *self.personal,
        )
        named = tuple(dict.fromkeys(named))
        found: dict[str, str] = {}
        for canonical in named:
            aliases = [alias for alias in self.aliases.get(canonical, ()) if alias in present - set(found)]
            if canonical not in present and aliases:
                found[aliases[0]] = canonical
        taken = present & set(named) | set(found)
        for canonical in (name for name in named if name not in present and name not in found.values()):
            like = {
                name
                for label in (canonical, *self.aliases.get(canonical, ()))
                for name in loose.get(_bare(label), ())
            } - taken
            if len(like) == 1:
                found[like.pop()] = canonical
                taken |= set(found)
        return found

    def canonical(self, header: Iterable[str]) -> list[str]:
        """Header in canonical names, in its order."""
        columns = list(header)
        renamed = self.renaming(columns)
        return [renamed.get(name, name) for name in columns]

    def version_column(self, header: Iterable[str]) -> str | None:
        """First declared version column that the header has."""
        present = set(header)
        return next((name for name in self.version_columns if name in present), None)

    def kept(self, header: Iterable[str], item_codes: Iterable[str] = ()) -> list[str]:
        """Columns of a canonical header that may be kept, in its order; all others are dropped unread."""
        columns, kept = list(header), self.used
        if self.survey is not None:
            found = places(columns, {}, self.survey, load_instrument())
            kept |= {*item_codes, *(place.column for place in found.found), *found.contradictory}
        return [name for name in columns if name in kept]

    def missing(self, header: Iterable[str]) -> list[str]:
        """Required columns that a header lacks, in whatever spelling."""
        present = set(self.canonical(header))
        return [name for name in self.signature.required if name not in present]

    def forbidden(self, header: Iterable[str]) -> list[str]:
        """Columns of a header that say the file is something else."""
        present = set(self.canonical(header))
        return [name for name in self.signature.forbidden if name in present]

    def matches(self, header: Iterable[str]) -> bool:
        """Whether a header has every required and no forbidden column."""
        columns = list(header)
        return not self.missing(columns) and not self.forbidden(columns)


def _bare(name: str) -> str:
    return "".join(name.casefold().split())
