"""Which canonical column a column of a file may be, by name and kind; for drafts that a person edits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from contracts.column_words import ABOUT, SUBTRACTED, load_column_words
from contracts.contract import Column, Contract
from contracts.contract import Kind as Canonical
from contracts.entities import ENTITIES
from contracts.profile import Profile
from orchestration.ingest.land.headers import Kind
from orchestration.ingest.tell.column_looks import WORDS_AT_MOST, ColumnLook
from orchestration.ingest.tell.header_names import core, words

OURS: Final = frozenset(
    {"source_system", "delivered_by", "delivery_id", "source_line", "source_updated_at", "organization_id"}
    | {"unit_key_type", "unit_key", "is_deleted", "employees_band"}
)
"""Columns that are written by us or follow from others; a file need not have them."""
# Below these nothing fits well: share of what is needed, and columns that only this entity has.
_FITS_WELL: Final = 0.5
_DISTINCT: Final = 1.0
# rapidfuzz's ratio on words, 0..100: Created/Created at is 82, Solved at/Created at 74 (other columns).
LIKE_ENOUGH: Final = 80.0
# So long a word is also known at the beginning of a longer one: Rechnung in Rechnungsdatum.
_LONG: Final = 6
# What only its core says counts a little less: of `Account` and `Account no.` the second is the number.
_LESS_SURE: Final = 1.0
_FITS: Final[Mapping[Canonical, frozenset[Kind]]] = {
    "text": frozenset({"text", "integer", "boolean", "decimal", "date", "time", "empty"}),
    "integer": frozenset({"integer", "empty"}),
    "date": frozenset({"date", "time", "integer", "decimal", "empty"}),
    "timestamp": frozenset({"date", "time", "integer", "decimal", "empty"}),
    "boolean": frozenset({"boolean", "integer", "empty"}),
    "minutes": frozenset({"integer", "decimal", "time", "empty"}),
}
_NUMBER: Final = frozenset[Kind]({"integer", "decimal", "empty"})
# A sheet's serial of a day; a shorter number is a duration or a count.
_SHORTEST_DAY: Final = 5


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a file fits one entity.

    Attributes
    ----------
    columns : canonical column to column of the file.
    subtracted : column of the file that is taken off the amount (credit beside debit); None for none.
    n_needed, n_there : required columns, and those of them that are there.
    n_recognised : columns of the file that are canonical, or speak of the entity in another way.
    n_columns : columns of the file.
    distinct : the recognised columns, each shared among the entities that recognise it: a key of its own
        says more than a status that four have.
    unfit : canonical column to the column of the file that has its name and holds something else.
    """

    entity: str
    columns: dict[str, str]
    subtracted: str | None
    n_needed: int
    n_there: int
    n_recognised: int
    n_columns: int
    distinct: float
    unfit: Mapping[str, str]

    @property
    def rank(self) -> float:
        """The larger the likelier: how much of the file is explained, up to doubled by what is needed."""
        return round(self.distinct * (1 + self.n_there / self.n_needed), 6)

    @property
    def is_doubtful(self) -> bool:
        """Whether too little is there, or all that is there could be of another entity."""
        return self.n_there < _FITS_WELL * self.n_needed or self.distinct < _DISTINCT

    @property
    def said(self) -> str:
        """The likeness in words."""
        return (
            f"{self.entity} ({self.n_there} of the {self.n_needed} columns it needs; "
            f"{self.n_recognised} of {self.n_columns} columns recognised)"
        )


class _Match(NamedTuple):
    """A column of the file that may be a canonical one; the most alike sort first."""

    unlike: float
    order: int
    place: int
    column: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """Places of the columns of a file in which one entity sees something."""

    contract: Contract
    matches: list[_Match]
    unfit: list[_Match]
    spoken: set[int]
    subtracted: list[int]

    @property
    def matched(self) -> set[int]:
        return {match.place for match in self.matches}


def likely_entities(looks: Sequence[ColumnLook], profiles: Mapping[str, Profile]) -> list[Likeness]:
    """Entities by how well the columns fit, the best first.

    Parameters
    ----------
    looks : columns of the file.
    profiles : profiles whose labels and aliases are learnt from.
    """
    seen = [_seen(looks, contract, profiles) for contract in ENTITIES.values()]
    n_matched = Counter(place for one in seen for place in one.matched)
    n_spoken = Counter(place for one in seen for place in one.spoken)
    found = [_likeness(looks, one, n_matched, n_spoken) for one in seen]
    return sorted(found, key=lambda one: (-one.rank, one.entity))


def _likeness(
    looks: Sequence[ColumnLook], seen: _Seen, n_matched: Mapping[int, int], n_spoken: Mapping[int, int]
) -> Likeness:
    """How the columns of a file fit one entity; each column is used once, the most alike pairs first."""
    columns: dict[str, int] = {}
    for match in sorted(seen.matches):
        if match.column not in columns and match.place not in columns.values():
            columns[match.column] = match.place
    needed = [
        column.name
        for column in seen.contract.columns
        if column.name not in OURS and not column.nullable and column.kind != "boolean"
    ]
    free = [looks[place].name for place in seen.subtracted if place not in columns.values()]
    return Likeness(
        entity=seen.contract.name,
        columns={name: looks[columns[name]].name for name in seen.contract.column_names if name in columns},
        subtracted=free[0] if free and "amount" in columns else None,
        n_needed=len(needed),
        n_there=sum(name in columns for name in needed),
        n_recognised=len({*columns.values(), *seen.spoken}),
        n_columns=len(looks),
        distinct=sum(1 / n_matched[place] for place in columns.values())
        + sum(1 / n_spoken[place] for place in seen.spoken),
        unfit={
            match.column: looks[match.place].name
            for match in sorted(seen.unfit, reverse=True)
            if match.column not in columns and match.place not in columns.values()
        },
    )


def _seen(looks: Sequence[ColumnLook], contract: Contract, profiles: Mapping[str, Profile]) -> _Seen:
    named = [
        _Match(-score, contract.column_names.index(name), place, name)
        for name, labels in labels_of(contract, profiles).items()
        for place, look in enumerate(looks)
        if (contract.column(name).is_personal or not look.is_personal)
        and (score := _alike(look.name, labels)) >= LIKE_ENOUGH
    ]
    fits = [_fits(looks[match.place], contract.column(match.column)) for match in named]
    said = load_column_words()
    about = {core(word) for word in said.of(contract.name, ABOUT)}
    off = {core(word) for word in said.of(contract.name, SUBTRACTED)}
    return _Seen(
        contract,
        [match for match, is_fit in zip(named, fits, strict=True) if is_fit],
        [match for match, is_fit in zip(named, fits, strict=True) if not is_fit],
        spoken={place for place, look in enumerate(looks) if _speaks_of(core(look.name), about)},
        subtracted=[place for place, look in enumerate(looks) if core(look.name) in off],
    )


def _speaks_of(name: str, about: Iterable[str]) -> bool:
    return any(
        f" {word}" in f" {name}" if len(word) >= _LONG else f" {word} " in f" {name} " for word in about
    )


def labels_of(contract: Contract, profiles: Mapping[str, Profile]) -> dict[str, set[str]]:
    """Canonical column to every label that the profiles know for it, and its own name."""
    said = load_column_words()
    found = {
        name: {name, *said.of(contract.name, name)} for name in contract.column_names if name not in OURS
    }
    for profile in profiles.values():
        if profile.entity == contract.name:
            for name, mapping in profile.columns.items():
                # What an expression reads is not the column itself: one tag tells of a merged ticket.
                for source in mapping.sources if name in found and mapping.sql is None else ():
                    found[name] |= {source, *profile.aliases.get(source, ())}
    return found


def _fits(look: ColumnLook, column: Column) -> bool:
    """Whether what a column holds can be of a canonical kind, whatever its name is."""
    if look.kind not in _FITS.get(column.kind, _NUMBER):
        return False
    if column.allowed and look.n_distinct > WORDS_AT_MOST:
        return False
    is_day = column.kind in ("date", "timestamp")
    return not (is_day and look.kind in ("integer", "decimal") and len(look.example) < _SHORTEST_DAY)


def _alike(name: str, labels: set[str]) -> float:
    from rapidfuzz import fuzz

    own, about = words(name), core(name)
    return max(
        max(fuzz.ratio(own, words(label)), fuzz.token_sort_ratio(about, core(label)) - _LESS_SURE)
        for label in labels
    )


def likelihood_words(found: Sequence[Likeness]) -> str:
    """The likeliest entities in words, and whether none fits well."""
    doubt = "nothing fits well; " if found[0].is_doubtful else ""
    then = [one.said for one in found[1:] if one.distinct]
    return f"{doubt}likest {found[0].said}" + (f", then {', '.join(then)}" if then else "")
