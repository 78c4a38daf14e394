"""First rows of an unknown file -> the draft of an export profile, for a person to edit. Nothing is mapped.

What the draft cannot know it says on a line with CHECK: a guess that nobody looked at must stand out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contracts.column_words import load_column_words
from contracts.entities import ENTITIES
from contracts.header_words import every
from contracts.instrument import load_instrument
from contracts.items import places
from contracts.survey_shape import Survey
from orchestration.ingest.tell.column_looks import NAME_WORD, ColumnLook, look
from orchestration.ingest.tell.drafted_columns import column_lines, flow
from orchestration.ingest.tell.header_names import core, words
from orchestration.ingest.tell.likeness import Likeness, likelihood_words, likely_entities

if TYPE_CHECKING:
    import pandas as pd

    from contracts.profile import Profile
    from orchestration.ingest.tell.samples import Sample

_ITEMS_OF_A_SURVEY: Final = 3
_DECIMAL_COMMA_LOCALE: Final = "de"
_ODD_AT_MOST: Final = 20
_WORDS_AT_MOST: Final = 6
_NO_UNIT: Final = (
    "# CHECK unit: no column says whose row it is; name one (unit: {type: brand, from: Brand}),",
    "# or a value for all (constants: {unit_key: ours, unit_key_type: file}); else unmapped.",
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted profile: its name, its YAML text, and what a person should know before using it."""

    name: str
    text: str
    notes: tuple[str, ...]


def draft(sample: Sample, stem: str, profiles: Mapping[str, Profile], *, entity: str | None = None) -> Draft:
    """Draft a profile for the file a sample comes from.

    Parameters
    ----------
    sample : first rows of the file, with all columns.
    stem : name of the file without its ending; the profile is named after it.
    profiles : profiles whose labels are learnt from.
    entity : canonical entity, when a person knows it; None takes the likeliest.
    """
    looks = looks_of(sample.rows, sample.lines, _of_persons(sample.profile))
    name = _slug(stem)
    notes = (
        [f"{sample.profile.name} reads this file already; a draft is hardly needed"] if sample.profile else []
    )
    header = list(_header(sample, name, len(looks)))
    if entity is None and _n_items(sample) >= _ITEMS_OF_A_SURVEY:
        lines = [*header, *_survey(looks)]
    else:
        found = likely_entities(looks, profiles)
        best = next((one for one in found if one.entity == entity), found[0])
        notes.append(likelihood_words(found[:3]))
        lines = [*header, *_facts(looks, best, profiles, notes[-1])]
    unread = list(_unread(sample, looks))
    return Draft(f"{name}_export", "\n".join([*lines, *unread]) + "\n", tuple(notes))


def looks_of(rows: pd.DataFrame, lines: Sequence[int], personal: Collection[str] = ()) -> list[ColumnLook]:
    """Look of every column of a frame of text; those known to be personal look so."""
    return [
        look(str(name), rows[name].tolist(), lines, is_personal=name in personal) for name in rows.columns
    ]


def _of_persons(profile: Profile | None) -> frozenset[str]:
    """Columns that the profile which reads a file already keeps out of landing."""
    return frozenset() if profile is None else frozenset(profile.personal) - frozenset(profile.hashed)


def _header(sample: Sample, name: str, n_columns: int) -> Iterator[str]:
    form = f", {sample.encoding}" if sample.encoding else ""
    yield f"# Draft of maturity-impact profile suggest: {len(sample.rows)} rows, {n_columns} columns{form}."
    yield "# Look at every line that says CHECK, then keep it as profiles/<name>.yaml in the home folder, and"
    yield "# try it: maturity-impact profile test FILE"
    yield f"name: {name}_export"
    yield 'version: "1"'
    yield f"description: {flow(f'Export {name}')}"
    yield f"source_system: {name}  # CHECK: the system it comes from, in small letters"


def _facts(
    looks: Sequence[ColumnLook],
    best: Likeness,
    profiles: Mapping[str, Profile],
    said: str,
) -> Iterator[str]:
    contract = ENTITIES[best.entity]
    by_name = {one.name: one for one in looks}
    yield f"entity: {best.entity}  # CHECK: {said}"
    is_internal = all(re.fullmatch("[a-z0-9_]+", one.name) for one in looks)
    yield (
        "shape: api  # CHECK: numbers are read as 1,234.56; with ui the file must prove its sign"
        if is_internal
        else "shape: ui"
    )
    yield "evidence: sample"
    yield from _manner([by_name[source] for source in best.columns.values()], looks)
    hashed = {source for column, source in best.columns.items() if contract.column(column).is_hashed}
    account = best.columns.get("account_key")
    unit = None
    if "unit_key" in contract.column_names:
        unit = _unit(looks, {*best.columns.values()} - {account}) or account
    is_versioned = "source_updated_at" in contract.column_names and all(
        rule.column != "source_updated_at" for rule in contract.frame_rules
    )
    version = next((one for one in looks if is_versioned and _is_version(one)), None)
    lines = list(column_lines(contract, best, by_name, profiles))
    also = [best.subtracted, unit, version.name if version else None]
    used = [*best.columns.values(), *(name for name in also if name)]
    personal = [one.name for one in looks if one.is_personal and one.name not in used]
    others = [one.name for one in looks if one.name not in (*used, *personal)]
    yield "signature:"
    yield f"  required: {flow(list(dict.fromkeys(used)) or [one.name for one in looks])}"
    if others:
        yield f"  optional: {flow(others)}"
    if unit is not None:
        kind = words(unit).replace(" ", "_")
        yield f"unit: {flow({'type': kind, 'from': unit})}  # CHECK: the column that says whose row it is"
    elif "unit_key" in contract.column_names:
        yield from _NO_UNIT
    if version is not None:
        yield f"version_columns: {flow([version.name])}"
    yield "columns:"
    yield from lines
    shown = [*personal, *hashed]
    if shown:
        yield f"personal: {flow(shown)}  # CHECK: never kept, unless hashed"
    keys = [one.name for one in looks if one.is_key and not one.is_personal]
    yield f"# Every row differs in: {', '.join(flow(name) for name in keys) or 'no column; see content_key'}."
    yield from _unused([by_name[name] for name in others])


def _survey(looks: Sequence[ColumnLook]) -> Iterator[str]:
    known = [one.name for one in looks]
    yield "# Items of the instrument stand in the header: an assessment. Items are found by code or text."
    yield "survey:"
    yield "  scale: [0, 4]  # CHECK: numbers of the lowest and the highest answer"
    yield "shape: ui"
    yield "evidence: sample"
    yield from _order(looks)
    said = load_column_words()
    wanted = {
        "response_key": ("response", "id", "token", "#", *said.of("survey_responses", "response_key")),
        "answered_at": (
            *("recorded", "submit", "timestamp", "date", "end"),
            *said.of("survey_responses", "answered_at"),
        ),
        "wave": ("wave",),
        "instrument_version": ("version",),
    }
    columns: dict[str, str] = {}
    for column, labels in wanted.items():
        fitting = (n for label in labels for n in known if label in words(n).split() or label in n.casefold())
        found = next((n for n in fitting if n not in columns.values()), None)
        if found is not None:
            columns[column] = found
    unit = _unit(looks, set(columns.values()))
    personal = [one.name for one in looks if one.is_personal and one.name not in (*columns.values(), unit)]
    required = [*columns.values(), *([unit] if unit else [])] or known[:1]
    yield "signature:"
    yield f"  required: {flow(required)}  # CHECK"
    if unit is not None:
        yield f"unit: {flow({'type': words(unit).replace(' ', '_'), 'from': unit})}  # CHECK"
    else:
        yield from _NO_UNIT
    yield "columns:"
    for column in wanted:
        if column in columns:
            yield f"  {column}: {flow({'from': columns[column]})}  # CHECK"
        else:
            yield f"  # CHECK {column}: no column looks like it; a constant can stand for it."
    yield "  mode: {default: self}"
    if personal:
        yield f"personal: {flow(personal)}  # CHECK: never kept"


def _n_items(sample: Sample) -> int:
    names = [str(name) for name in sample.rows.columns]
    found = places(names, sample.labels, Survey(), load_instrument())
    return len(found.columns("item"))


def _manner(mapped: Sequence[ColumnLook], looks: Sequence[ColumnLook]) -> Iterator[str]:
    decimals = {one.decimal for one in mapped if one.decimal}
    if decimals == {","}:
        yield f"locale: {_DECIMAL_COMMA_LOCALE}  # CHECK: numbers have a decimal comma; which language?"
    elif "," in decimals:
        yield "# CHECK locale: some columns have a decimal comma, others a point."
    yield from _order(looks)


def _order(looks: Sequence[ColumnLook]) -> Iterator[str]:
    orders = {one.order for one in looks if one.order}
    proven = orders & {"dmy", "mdy"}
    if len(proven) == 1 and "mixed" not in orders:
        yield f"date_order: {proven.pop()}  # proven by these rows"
    elif orders:
        proof = "neither" if orders == {"open"} else "both"
        yield f"# CHECK date_order: dmy or mdy; these rows prove {proof}. Say it here or in maturity.yaml."


def _unit(looks: Sequence[ColumnLook], taken: Collection[str]) -> str | None:
    free = [
        one
        for one in looks
        if one.n_filled and not one.is_key and not one.is_personal and one.name not in taken
    ]
    for wanted in load_column_words().units:
        known = {core(word) for word in every(wanted)}
        for one in free:
            if NAME_WORD.sub("", core(one.name)).strip() in known:
                return one.name
    return None


def _is_version(one: ColumnLook) -> bool:
    said = core(one.name)
    versions = (core(word) for word in every(load_column_words().versions))
    return one.kind in ("date", "time") and any(word in said for word in versions)


def _unused(looks: Sequence[ColumnLook]) -> Iterator[str]:
    if looks:
        yield "# Nothing was made of these columns:"
    for one in looks:
        words_ = [f"{flow(text)} ({n})" for text, n in list(one.words.items())[:_WORDS_AT_MOST]]
        yield f"#   {flow(one.name)}: {one.said}" + (f": {', '.join(words_)}" if words_ else "")


def _unread(sample: Sample, looks: Sequence[ColumnLook]) -> Iterator[str]:
    odd = [(one.name, one.kind, line, text) for one in looks for line, text in one.odd]
    if odd:
        yield "# Cells that are not like the others of their column (first ones):"
        for name, kind, line, text in odd[:_ODD_AT_MOST]:
            yield f"#   line {line}, {flow(name)} (else {kind}): {flow(text)}"
    if sample.problem and sample.rows.empty:
        yield f"# Could not be read: {flow(sample.problem)}"


def _slug(stem: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "_", stem.casefold()).strip("_")
    slug = re.sub(r"_?\d+(_\d+)*$", "", slug)
    return slug if re.match(r"[a-z]", slug) else f"source_{slug}".rstrip("_")
