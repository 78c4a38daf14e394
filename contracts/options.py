"""Ticks and joined cells of questions with several answers -> yes or no per option. No items here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from contracts.instrument import Label
from contracts.items import NONE, Place, plain
from contracts.refusals import Mask, Refusals
from contracts.survey_shape import Survey
from contracts.values import NO, YES, blank_to_null, parse_booleans

_TICKS = YES | {"x", "\u2713", "\u2714", "checked", "selected", "ticked", "quoted", "aangevinkt"}
_UNTICKED = NO | {"unchecked", "not selected", "not quoted", "niet aangevinkt"}


def flags(
    facts: pd.DataFrame,
    columns: Mapping[str, Sequence[Place]],
    options: Sequence[Label],
    survey: Survey,
    refusals: Refusals,
) -> tuple[pd.DataFrame, int]:
    """Yes and no per option (empty where nothing was answered), and how many options are unknown.

    An empty cell of an option means no where another option of the question was chosen; a question without
    any choice was not answered. Columns that say yes or no themselves are read as they stand.
    """
    said = {
        place.column: _said(facts[place.column], code, refusals)
        for code, places in columns.items()
        for place in places
        if code and not place.is_option
    }
    ticked, unknown = _ticked(facts, columns, options, survey, refusals)
    result = {}
    for option in options:
        own = [said[p.column] for p in columns.get(option.code, ()) if p.column in said]
        own += [ticked[option.code]] if option.code in ticked else []
        if own:
            result[option.code] = _joined(own, option.code, refusals)
    return pd.DataFrame(result, index=facts.index), unknown


def split_options(text: str, known: Mapping[str, str], separators: Sequence[str]) -> tuple[set[str], int]:
    """Codes of the options one cell holds, and how many it holds that are not known.

    An option that contains a separator is found by the list of options: the longest that fits counts.
    """
    found, unknown, rest = set(), 0, text.strip()
    ends = "|".join(re.escape(separator.strip()) for separator in separators)
    while rest:
        cuts = [match.start() for match in re.finditer(rf"\s*({ends})\s*", rest)] + [len(rest)]
        end = next((cut for cut in reversed(cuts) if plain(rest[:cut]) in known), cuts[0])
        word = plain(rest[:end])
        if word in known:
            found.add(known[word])
        elif word:
            unknown += 1
        rest = re.sub(rf"^\s*({ends})?\s*", "", rest[end:]) if end else rest[1:]
    return found, unknown


def _said(text: pd.Series, code: str, refusals: Refusals) -> pd.Series:
    parsed = parse_booleans(blank_to_null(text, typed=True))
    refusals.add(code, f"{code}:boolean", parsed.failures["boolean"])
    return parsed.values


def _ticked(
    facts: pd.DataFrame,
    columns: Mapping[str, Sequence[Place]],
    options: Sequence[Label],
    survey: Survey,
    refusals: Refusals,
) -> tuple[dict[str, pd.Series], int]:
    """Yes and no of options that have a column of ticks, or stand in a cell that holds several."""
    names = {plain(text): o.code for o in options for text in (o.name_en, o.name_nl, o.code)}
    none = {plain(word): "" for word in survey.none_words}
    chosen: dict[str, Mask] = {}
    answered, unknown = np.zeros(len(facts), dtype=bool), 0
    for place in (place for places in columns.values() for place in places if place.is_option):
        text = blank_to_null(facts[place.column], typed=True)
        if place.code == NONE:
            answered |= (text.notna() & ~text.str.lower().isin(_UNTICKED)).to_numpy(dtype=bool)
            continue
        if place.code:
            yes, no, wrong = _tick_of(text, place.code, names)
            refusals.add(place.code, f"{place.code}:boolean", wrong)
            chosen[place.code] = chosen.get(place.code, np.zeros(len(facts), dtype=bool)) | yes
            answered |= yes | no
            continue
        for row in np.flatnonzero(text.notna().to_numpy(dtype=bool)):
            codes, n_unknown = split_options(str(text.iloc[row]), {**none, **names}, survey.separators)
            unknown += n_unknown
            answered[row] = True
            for code in codes - {""}:
                chosen.setdefault(code, np.zeros(len(facts), dtype=bool))[row] = True
    if "" in columns:
        chosen |= {o.code: np.zeros(len(facts), dtype=bool) for o in options if o.code not in chosen}
    values = {
        code: pd.Series(mask, index=facts.index, dtype="boolean").mask(~answered)
        for code, mask in chosen.items()
    }
    return values, unknown


def _tick_of(text: pd.Series, code: str, names: Mapping[str, str]) -> tuple[Mask, Mask, Mask]:
    """Cells that choose an option, that say it was not chosen, and that say neither."""
    words, filled = text.str.lower(), text.notna().to_numpy(dtype=bool)
    own = {word for word, known in names.items() if known == code}
    is_own = np.array([plain(str(cell)) in own for cell in text], dtype=bool)
    yes = (words.isin(_TICKS).to_numpy(dtype=bool) | is_own) & filled
    no = words.isin(_UNTICKED).to_numpy(dtype=bool) & filled
    return yes, no, filled & ~yes & ~no


def _joined(series: Sequence[pd.Series], code: str, refusals: Refusals) -> pd.Series:
    """One answer out of several columns about the same option; two that differ refuse the response."""
    result = series[0]
    for other in series[1:]:
        differs = (result != other).fillna(False).to_numpy(dtype=bool)
        refusals.add(code, f"{code}:said_twice", differs)
        result = result.where(result.notna(), other)
    return result
