"""Lines of a drafted profile for its canonical columns: where each comes from and how it seems to be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import yaml

from orchestration.ingest.tell.column_looks import ColumnLook, shown
from orchestration.ingest.tell.header_names import DURATIONS, words
from orchestration.ingest.tell.likeness import OURS, Likeness

if TYPE_CHECKING:
    from contracts.contract import Column, Contract
    from contracts.profile import Profile

_CURRENCY_SYMBOL: Final = re.compile(r"[€$£¥]|\b[A-Z]{3}\b")
_WORDS_NAMED: Final = 8
_WITH: Final = {"response_basis": ("first_response_minutes", "calendar")}
"""Columns that must be said where another is there, and what they most often are."""
_SHORT_YEAR: Final = re.compile(
    r"\d{1,2}(?P<sign>[/.-])\d{1,2}(?P=sign)\d{2}"
    r"(?:(?P<blank> )\d{1,2}:\d\d(?P<seconds>:\d\d)?(?P<half> ?[AaPp][Mm])?)?"
)
_KINDS_OF_DAYS: Final = ("date", "timestamp")


def column_lines(
    contract: Contract,
    found: Likeness,
    looks: Mapping[str, ColumnLook],
    profiles: Mapping[str, Profile],
) -> Iterator[str]:
    """YAML lines of every canonical column: mapped, borrowed, or said to be missing.

    Parameters
    ----------
    contract : the entity.
    found : canonical column to column of the file, and what is taken off the amount.
    looks : what the columns of the file look like.
    profiles : profiles of the same entity, whose words and decisions are borrowed.
    """
    own = [profile for profile in profiles.values() if profile.entity == contract.name]
    columns = found.columns
    for column in contract.columns:
        if column.name in columns:
            minus = found.subtracted if column.name == "amount" else None
            yield from _mapped(column, looks[columns[column.name]], own, minus)
        elif column.name == "is_deleted" or (column.name not in OURS and not column.nullable):
            yield from _required(column, contract, columns, own)
        elif column.name in _WITH and _WITH[column.name][0] in columns:
            said = flow({"default": _WITH[column.name][1]})
            yield f"  {column.name}: {said}  # CHECK: {column.description}"
        elif column.name not in OURS:
            yield f"  # {column.name}: nothing looks like it; it may be empty."


def _mapped(column: Column, look: ColumnLook, own: list[Profile], minus: str | None) -> Iterator[str]:
    said: dict[str, Any] = {"from": look.name, **({"minus": minus} if minus else {})}
    unknown: dict[str, int] = {}
    if column.is_hashed:
        domains = (p.columns[column.name].hmac for p in own if column.name in p.columns)
        said["hmac"] = next((domain for domain in domains if domain), "people")
    else:
        said |= _typing(column, look)
        if any(column.name in profile.columns and profile.columns[column.name].lower_case for profile in own):
            said["lower_case"] = True
    if column.allowed and look.words:
        values, unknown = _values(column, look.words, own)
        said |= {"values": values} if values else {}
    yield f"  {column.name}: {flow(said)}  # {look.said}"
    if unknown:
        named = [f"{flow(shown(word, look.is_personal))} ({n})" for word, n in unknown.items()]
        more = f" and {len(named) - _WORDS_NAMED} more" if len(named) > _WORDS_NAMED else ""
        yield f"  # CHECK {column.name}: map {', '.join(named[:_WORDS_NAMED])}{more}"
        yield f"  # (values: {{theirs: ours}}) to one of {', '.join(column.allowed[:_WORDS_NAMED])}."


def _values(
    column: Column, found: Mapping[str, int], own: list[Profile]
) -> tuple[dict[str, str], dict[str, int]]:
    """Words of the file whose meaning is known, and those that a person has to map."""
    known = {
        word.casefold(): value
        for profile in own
        if column.name in profile.columns
        for word, value in profile.columns[column.name].values.items()
    }
    known |= {word.casefold(): word for word in column.allowed}
    values = {word: known[word.casefold()] for word in found if word.casefold() in known}
    return (
        {word: value for word, value in values.items() if word != value},
        {word: n for word, n in found.items() if word not in values},
    )


def _typing(column: Column, look: ColumnLook) -> dict[str, Any]:
    if column.kind in _KINDS_OF_DAYS:
        return _day(column, look)
    if column.kind == "minutes":
        return _duration(look)
    if column.kind == "money" and _CURRENCY_SYMBOL.search(look.example):
        return {"strip_symbols": True}
    if column.kind == "share" and "%" in look.example:
        return {"percent": "sign"}
    return {}


def _duration(look: ColumnLook) -> dict[str, Any]:
    if look.kind == "time":
        return {"duration": "hms" if look.example.count(":") == 2 else "hm"}
    said = words(look.name).split()
    units = (unit for unit, known in DURATIONS.items() if unit != "minutes" and known & set(said))
    return next(({"duration": unit} for unit in units), {})


def _day(column: Column, look: ColumnLook) -> dict[str, Any]:
    """How a day or time is read, from its digits: YYYYMMDD, seconds since 1970, or sheet serials."""
    example = look.example
    if look.kind == "integer":
        forms = {8: "yyyymmdd", 10: "epoch_seconds", 13: "epoch_millis", 5: "excel_serial"}
        return {"reads": forms[len(example)]} if len(example) in forms else {}
    form = _short_year(look)
    said: dict[str, Any] = {"format": form} if form else {}
    local = [] if form else ["local"]
    if column.kind == "timestamp" and look.kind == "date":
        return said | {"reads": [*local, "start_of_day"]}
    if column.kind == "date" and look.kind == "time":
        return said | {"reads": [*local, "day_of_time"]}
    return said


def _short_year(look: ColumnLook) -> str:
    """Pattern of days whose year has two digits, which are read only so; empty where that is not proven."""
    found = _SHORT_YEAR.fullmatch(look.example)
    if found is None or look.order not in ("dmy", "mdy"):
        return ""
    day = found["sign"].join(("%d", "%m", "%y") if look.order == "dmy" else ("%m", "%d", "%y"))
    if not found["blank"]:
        return day
    half = found["half"]
    clock = ("%I:%M" if half else "%H:%M") + (":%S" if found["seconds"] else "")
    return f"{day} {clock}{half[:-2] + '%p' if half else ''}"


def _required(
    column: Column, contract: Contract, columns: Mapping[str, str], own: list[Profile]
) -> Iterator[str]:
    if column.name == "currency":
        yield "  currency: {default_setting: default_currency}  # CHECK: the file names none"
        return
    borrowed = _borrowed(column.name, columns, own)
    if borrowed is not None:
        yield f"  {column.name}: {flow({'cases': borrowed})}  # CHECK: as other profiles decide it"
    elif default := _agreed_default(column.name, own):
        yield f"  {column.name}: {flow({'default': default})}  # CHECK: as every other profile says it"
    elif contract.key == (column.name,) and columns and not column.is_hashed:
        content = flow({"content_key": list(columns.values())})
        yield f"  {column.name}: {content}  # CHECK: the file has no key; what its rows are told apart by"
    elif column.kind == "boolean":
        yield f"  {column.name}: {flow({'cases': [{'value': False}]})}  # CHECK: nothing in the file says it"
    else:
        yield f"  # CHECK {column.name}: required, and nothing looks like it. {column.description}"


def _agreed_default(name: str, own: list[Profile]) -> object:
    """What all other profiles say of a column that their files do not have; None where they do not agree."""
    said = [profile.columns[name] for profile in own if name in profile.columns]
    defaults = {mapping.default for mapping in said}
    is_unread = bool(said) and not any(mapping.sources or mapping.cases for mapping in said)
    return defaults.pop() if is_unread and len(defaults) == 1 else None


def _borrowed(name: str, columns: Mapping[str, str], own: list[Profile]) -> list[dict[str, Any]] | None:
    """Decision list of another profile, where it asks only for columns that this file has too."""
    for profile in own:
        cases = profile.columns[name].cases if name in profile.columns else ()
        sources = profile.columns.items()
        names = {source: canonical for canonical, mapping in sources for source in mapping.sources}
        asked = {source for case in cases for source in case.when}
        if asked and all(names.get(source) in columns for source in asked):
            renamed = [{columns[names[s]]: wanted for s, wanted in case.when.items()} for case in cases]
            return [
                {**({"when": when} if when else {}), "value": case.value}
                for when, case in zip(renamed, cases, strict=True)
            ]
    return None


def flow(value: Any) -> str:
    """A value as YAML on one line, quoted where it must be."""
    text: str = yaml.dump(
        value, Dumper=_OneLine, default_flow_style=True, allow_unicode=True, width=10**6, sort_keys=False
    )
    return text.removesuffix("\n").removesuffix("\n...")


class _OneLine(yaml.SafeDumper):
    """Writes a text of several lines on one, with escapes: also a comment must end where it began."""


def _text(dumper: _OneLine, text: str) -> yaml.ScalarNode:
    style = '"' if len(text.splitlines()) > 1 else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_OneLine.add_representer(str, _text)
