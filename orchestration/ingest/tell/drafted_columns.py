"""Lines of a drafted profile for its canonical columns: where each comes from and how it seems to be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import yaml

from contracts.column_map import DOMAINS
from contracts.values import is_key
from orchestration.ingest.tell.column_looks import ColumnLook, shown
from orchestration.ingest.tell.drafted_reading import WHOSE_CURRENCY, reading
from orchestration.ingest.tell.header_names import is_of_a_key
from orchestration.ingest.tell.likeness import OURS, Likeness

if TYPE_CHECKING:
    from contracts.contract import Column, Contract
    from contracts.profile import Profile

_WORDS_NAMED: Final = 8
_WITH: Final = {"response_basis": ("first_response_minutes", "calendar")}
"""Columns that must be said where another is there, and what they most often are."""


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
    of_money = ["currency"] if any(contract.column(name).kind == "money" for name in columns) else []
    for column in contract.columns:
        if column.name in columns:
            minus = found.subtracted if column.name == "amount" else None
            yield from _mapped(column, looks[columns[column.name]], own, minus)
        elif column.name in ("is_deleted", *of_money) or (column.name not in OURS and not column.nullable):
            yield from _required(column, contract, found, looks, own)
        elif column.name in _WITH and _WITH[column.name][0] in columns:
            said = flow({"default": _WITH[column.name][1]})
            yield f"  {column.name}: {said}  # CHECK: {column.description}"
        elif column.name in found.unfit:
            yield _unfit(column, looks[found.unfit[column.name]])
        elif column.name not in OURS:
            yield f"  # {column.name}: nothing looks like it; it may be empty."


def _mapped(column: Column, look: ColumnLook, own: list[Profile], minus: str | None) -> Iterator[str]:
    said: dict[str, Any] = {"from": look.name, **({"minus": minus} if minus else {})}
    unknown: dict[str, int] = {}
    doubts: list[str] = []
    if column.is_hashed:
        said["hmac"] = DOMAINS[column.name]
    else:
        reads, doubts = reading(column, look)
        said |= reads
        # Ids may differ in their capitals alone, whatever those of another vendor do.
        if not is_key(column) and any(
            p.columns[column.name].lower_case for p in own if column.name in p.columns
        ):
            said["lower_case"] = True
    if column.allowed and look.words:
        values, unknown, lenders = _values(column, look.words, own)
        said |= {"values": values} if values else {}
        doubts += lenders
    if (sign := _sign(column, own)) is not None:
        said |= {"sign": sign} if minus else {}
        doubts.append(
            "these classes turn their sign"
            if minus
            else "revenue is positive here; else say sign or sign_from"
        )
    check = f"; CHECK: {'; '.join(doubts)}" if doubts else ""
    yield f"  {column.name}: {flow(said)}  # {look.said}{check}"
    if unknown:
        named = [f"{flow(shown(word, look.is_personal))} ({n})" for word, n in unknown.items()]
        more = f" and {len(named) - _WORDS_NAMED} more" if len(named) > _WORDS_NAMED else ""
        yield f"  # CHECK {column.name}: map {', '.join(named[:_WORDS_NAMED])}{more}"
        yield f"  # (values: {{theirs: ours}}) to one of {', '.join(column.allowed[:_WORDS_NAMED])}."


def _values(
    column: Column, found: Mapping[str, int], own: list[Profile]
) -> tuple[dict[str, str], dict[str, int], list[str]]:
    """Words of the file whose meaning is known, those that a person has to map, and who lent a meaning.

    A word that two profiles read in two ways is not known.
    """
    known = {word.casefold(): word for word in column.allowed}
    lent: dict[str, dict[str, str]] = {}
    for mapping, lender in ((p.columns[column.name], p.name) for p in own if column.name in p.columns):
        for word, value in mapping.values.items():
            lent.setdefault(word.casefold(), {}).setdefault(value, lender)
    borrowed = {
        word: next(iter(lent[word.casefold()].items()))
        for word in found
        if word.casefold() not in known and len(lent.get(word.casefold(), ())) == 1
    }
    values = {word: known[word.casefold()] for word in found if word.casefold() in known}
    values |= {word: value for word, (value, _) in borrowed.items()}
    lenders: dict[str, list[str]] = {}
    for word, (_, lender) in borrowed.items():
        lenders.setdefault(lender, []).append(word)
    return (
        {word: value for word, value in values.items() if word != value},
        {word: n for word, n in found.items() if word not in values},
        [f"as {lender} reads {', '.join(map(flow, words_))}" for lender, words_ in lenders.items()],
    )


def _sign(column: Column, own: list[Profile]) -> dict[str, Any] | None:
    """Classes that turn the sign of a column, as the first of the other profiles says that has any."""
    signs = (profile.columns[column.name].sign for profile in own if column.name in profile.columns)
    return next((sign.model_dump() for sign in signs if sign is not None), None)


def _unfit(column: Column, look: ColumnLook) -> str:
    kind = f"no {column.kind}" if look.kind == "text" else f"{look.kind}, no {column.kind}"
    what = f"{look.n_distinct} words" if column.allowed and look.kind == "text" else kind
    return f"  # CHECK {column.name}: {flow(look.name)} is named like it, but its first rows are {what}."


def _required(
    column: Column,
    contract: Contract,
    found: Likeness,
    looks: Mapping[str, ColumnLook],
    own: list[Profile],
) -> Iterator[str]:
    columns = found.columns
    if column.name == "currency":
        said = flow({"default_setting": "default_currency"})
        yield f"  currency: {said}  # CHECK: the file names none; {WHOSE_CURRENCY}"
        return
    if "account_code" in columns and any(
        p.columns[column.name].account_ranges for p in own if column.name in p.columns
    ):
        said = flow({"from": columns["account_code"], "account_ranges": True})
        yield f"  {column.name}: {said}  # CHECK: say the class of each range in account_classes"
        return
    borrowed = _borrowed(column.name, columns, own)
    if borrowed is not None:
        yield f"  {column.name}: {flow({'cases': borrowed})}  # CHECK: as other profiles decide it"
    elif default := _agreed_default(column.name, own):
        yield f"  {column.name}: {flow({'default': default})}  # CHECK: as every other profile says it"
    elif column.name in found.unfit:
        yield _unfit(column, looks[found.unfit[column.name]])
    elif contract.key == (column.name,) and (key := _key(looks, found)) is not None:
        yield f"  {column.name}: {flow({'from': key})}  # CHECK: no name is known, but its rows all differ"
    elif contract.key == (column.name,) and columns and not column.is_hashed:
        content = flow({"content_key": list(columns.values())})
        yield f"  {column.name}: {content}  # CHECK: the file has no key; what its rows are told apart by"
    elif column.kind == "boolean":
        yield f"  {column.name}: {flow({'cases': [{'value': False}]})}  # CHECK: nothing in the file says it"
    else:
        yield f"  # CHECK {column.name}: required, and nothing looks like it. {column.description}"


def _key(looks: Mapping[str, ColumnLook], found: Likeness) -> str | None:
    """Column that numbers the rows, by its name and its texts, where nothing else was made of it."""
    free = (one for one in looks.values() if one.name not in found.columns.values() and not one.is_personal)
    named = (
        one.name for one in free if one.is_key and one.kind in ("text", "integer") and is_of_a_key(one.name)
    )
    return next(named, None)


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
