"""Words and numbers of answers -> levels of the instrument. Which column is which item is not said here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.instrument import HIGHEST_LEVEL, Instrument, Item
from contracts.items import plain
from contracts.survey_shape import Survey
from contracts.values import blank_to_null

Mask = npt.NDArray[np.bool_]

_NUMBER = re.compile(r"[-+]?[0-9]{1,6}([.,][0-9]{1,6})?")
_BULLET = re.compile(r"-\s+(?=[0-9])")
_NUMBER_FIRST = re.compile(r"([0-9]{1,3})\s*[-\u2013\u2014.:=)]\s*([^0-9].*)")
_NUMBER_LAST = re.compile(r"([^0-9].*?)\s*[\[(]([0-9]{1,3})[\])]")


@dataclass(frozen=True, slots=True)
class Key:
    """How answers to one item are written.

    Attributes
    ----------
    words : level by plain text: names of the levels, the item's own descriptions, words declared.
    ends : level by plain text of words that count only beside numbers.
    blank : plain words for no answer.
    labels : text by code, where the file brings value labels.
    scale : numbers of the lowest and the highest level.
    """

    words: Mapping[str, int]
    ends: Mapping[str, int] = field(default_factory=dict)
    blank: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)
    scale: tuple[float, float] = (0, HIGHEST_LEVEL)


@dataclass(frozen=True, slots=True)
class Levels:
    """Answers of one column as levels, and what is wrong with the others.

    Attributes
    ----------
    values : Series of Int64, shape (n,)
    failures : masks of shape (n,) by rule name.
    numbers : array of float, shape (n,)
        The number that was written, where one was.
    """

    values: pd.Series
    failures: dict[str, Mask]
    numbers: npt.NDArray[np.float64]


def key_of(
    item: Item,
    survey: Survey,
    instrument: Instrument,
    declared: Mapping[str, str],
    labels: Mapping[str, str],
) -> Key:
    """How answers to an item are written.

    Parameters
    ----------
    declared : canonical level by word of the source, from the settings; goes before everything else.
    labels : text by code, where the file brings value labels; they go before the codes' own numbers.
    """
    words = {
        plain(name): level.level for level in instrument.levels for name in (level.name_en, level.name_nl)
    }
    for anchors in (item.anchors_en, item.anchors_nl):
        words |= {plain(anchor): level for level, anchor in enumerate(anchors)}
    words |= {_word(word): int(level) for word, level in declared.items() if level.strip().isdigit()}
    blank = frozenset(_word(word) for word in survey.unanswered)
    ends = {plain(word): 0 for word in survey.lowest_words}
    ends |= {plain(word): HIGHEST_LEVEL for word in survey.highest_words}
    return Key(words, ends, blank, labels, _scale(labels, words, survey))


def read(text: pd.Series, key: Key) -> Levels:
    """Levels out of the text of one column; what is neither word nor number of the scale fails."""
    clean = blank_to_null(text, typed=True)
    codes, known = pd.factorize(clean, use_na_sentinel=True)
    if any(_read(str(word), key)[1] is not None for word in known):
        key = replace(key, words={**key.ends, **key.words})
    levels = np.full(len(known) + 1, np.nan)
    numbers = np.full(len(known) + 1, np.nan)
    wrong: dict[str, Mask] = {name: np.zeros(len(known) + 1, dtype=bool) for name in ("integer", "in_range")}
    for place, word in enumerate(known):
        level, number, failure = _read(str(word), key)
        levels[place] = np.nan if level is None else level
        numbers[place] = np.nan if number is None else number
        if failure is not None:
            wrong[failure][place] = True
    values = pd.Series(levels[codes], index=text.index).astype("Int64")
    return Levels(values, {name: mask[codes] for name, mask in wrong.items()}, numbers[codes])


def _read(text: str, key: Key) -> tuple[int | None, float | None, str | None]:
    """Level, number written, and the rule that is broken, of one answer."""
    text = _BULLET.sub("", text, count=1) if _BULLET.match(text) else text
    word = _word(text)
    if word in key.blank:
        return None, None, None
    if word in key.words:
        return key.words[word], None, None
    label = key.labels.get(text, key.labels.get(text.removesuffix(".0")))
    if label is not None and plain(label) in key.words:
        return key.words[plain(label)], None, None
    if label is not None and _word(label) in key.blank:
        return None, None, None
    if _NUMBER.fullmatch(text):
        return _on_scale(float(text.replace(",", ".")), key.scale)
    return _word_and_number(text, key)


def _word_and_number(text: str, key: Key) -> tuple[int | None, float | None, str | None]:
    """Level of `4 - Fully` or `Fully (4)`; word and number have to mean the same."""
    if match := _NUMBER_FIRST.fullmatch(text):
        number, word = match[1], match[2]
    elif match := _NUMBER_LAST.fullmatch(text):
        word, number = match[1], match[2]
    else:
        return None, None, "integer"
    level, value, failure = _on_scale(float(number), key.scale)
    said = {**key.ends, **key.words}.get(plain(word))
    return (level, value, failure) if said is not None and said == level else (None, None, "integer")


def _on_scale(number: float, scale: tuple[float, float]) -> tuple[int | None, float, str | None]:
    place = (number - scale[0]) / (scale[1] - scale[0]) * HIGHEST_LEVEL
    if not 0 <= place <= HIGHEST_LEVEL:
        return None, number, "in_range"
    return (int(place), number, None) if place == int(place) else (None, number, "integer")


def _scale(labels: Mapping[str, str], words: Mapping[str, int], survey: Survey) -> tuple[float, float]:
    """Scale that labels of both ends give to the codes between them; else the declared one."""
    ends = {words.get(plain(label)): code for code, label in labels.items() if _NUMBER.fullmatch(code)}
    if 0 in ends and HIGHEST_LEVEL in ends:
        low, high = float(ends[0]), float(ends[HIGHEST_LEVEL])
        return (low, high) if low != high else survey.scale
    return survey.scale


def _word(text: str) -> str:
    """Plain text that keeps the sign of a number: -99 is not 99."""
    return text.strip() if _NUMBER.fullmatch(text.strip()) else plain(text)
