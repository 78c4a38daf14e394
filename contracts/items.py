"""Which column of a survey is about which item, channel or practice: by code or text, never by position.

Matching is exact once case, punctuation and spaces are set aside; nothing is matched because it is alike.
How answers are read is not said here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from contracts.instrument import HIGHEST_LEVEL, Instrument, Label
from contracts.survey_shape import Survey

Kind = Literal["item", "channel", "practice"]

NONE = "-"
_LONGEST = 1000
"""Signs of the longest wording an item, option or question may have."""
_SEPARATORS = re.compile(r" \| |\s[-\u2013\u2014]\s|\[|\(|[.:?!)]\s+|[\r\n]+")
_NUMBERING = re.compile(r"^(q(uestion)?\s*)?[0-9]+[.):]?\s+", re.IGNORECASE)
_REMARK = re.compile(
    r"(^|[\s_\[|(.-])(text|comments?|remarks?|other|do|time|duration|toelichting|opmerking(en)?|anders"
    r"|why|waarom)(\s*[(,:].*)?[\])?.:]*$",
    re.IGNORECASE,
)
"""Ends of headings that stand beside an item and are not its answer: display order, timing, free text."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a column is about.

    Attributes
    ----------
    code : item, channel or practice; empty where one cell holds all options, `NONE` for "none of these".
    surely : 0 is the code alone, 1 code and text, 2 the text, 3 the code with other words.
    is_option : whether the cell is filled when the option was chosen and else empty.
    """

    column: str
    kind: Kind
    code: str
    surely: int = 0
    is_option: bool = False


@dataclass(frozen=True, slots=True)
class Places:
    """What the columns of a survey are about, and the columns whose code and text name different items."""

    found: tuple[Place, ...]
    contradictory: tuple[str, ...] = ()

    def columns(self, kind: Kind) -> dict[str, list[Place]]:
        """Columns by code, in the order of the file."""
        places: dict[str, list[Place]] = {}
        for place in self.found:
            if place.kind == kind:
                places.setdefault(place.code, []).append(place)
        return places


def places(names: Sequence[str], labels: Mapping[str, str], survey: Survey, instrument: Instrument) -> Places:
    """What each column of a survey is about; columns about nothing known are left out.

    Parameters
    ----------
    names : column names of the header.
    labels : second header row by column name: question texts or option labels; empty where there is none.
    """
    words, questions = _words(instrument), _questions(survey, instrument)
    found, contradictory = [], []
    for name in names:
        label = labels.get(name, "")
        option = next((place for q in questions if (place := q.place(name, label)) is not None), None)
        if option is not None:
            found.append(option)
            continue
        codes, texts = words.coded(name), words.texts(name) | words.texts(label)
        if _is_remark(name, words) or _is_remark(label, words):
            continue
        if len(codes | texts) > 1:
            contradictory.append(name)
        elif codes | texts:
            (code,) = codes | texts
            found.append(Place(name, "item", code, _surely(name, code, codes, texts)))
    return Places(tuple(_surest(found)), tuple(contradictory))


def item_of(heading: str, instrument: Instrument) -> str | None:
    """Item whose code or wording a text is; None where it is none, or where the two name different items."""
    words = _words(instrument)
    codes = words.coded(heading) | words.texts(heading)
    return codes.pop() if len(codes) == 1 else None


def plain(text: str) -> str:
    """Text without case, punctuation, mark-up and repeated spaces; equal texts are the same wording."""
    bare = unicodedata.normalize("NFKC", re.sub(r"<[^<>]{1,200}>", " ", text)).casefold()
    bare = re.sub("['\u2019]", "", bare)
    return " ".join("".join(sign if sign.isalnum() else " " for sign in bare).split())


@dataclass(frozen=True, slots=True)
class _Words:
    """Codes and wordings of an instrument's items, and the words answers are given in."""

    codes: Mapping[str, str]
    wordings: Mapping[str, str]
    answers: frozenset[str]

    def coded(self, heading: str) -> set[str]:
        """Items whose code a heading begins with, or ends with in brackets."""
        bare = _NUMBERING.sub("", heading.strip())
        first = re.split(r"[\s|]", bare, maxsplit=1)[0] if bare else ""
        last = re.search(r"[\[(]([A-Za-z]{2}[0-9])[\])]$", bare)
        tokens = [re.split(r"[\[_(.-]", first.rstrip("]).:-"))[-1], last[1] if last else ""]
        return {self.codes[token.casefold()] for token in tokens if token.casefold() in self.codes}

    def texts(self, heading: str) -> set[str]:
        """Items whose wording is the heading or its end; an answer (`question | Slightly`) is no end."""
        question, bar, option = heading.rpartition(" | ")
        parts = _ends(question) if bar and plain(option) in self.answers else _ends(heading)
        return {self.wordings[part] for part in parts if part in self.wordings}


@lru_cache(maxsize=4)
def _words(instrument: Instrument) -> _Words:
    wordings = {plain(text): item.code for item in instrument.items for text in (item.text_en, item.text_nl)}
    levels = {plain(name) for level in instrument.levels for name in (level.name_en, level.name_nl)}
    numbers = {str(number) for number in range(HIGHEST_LEVEL + 2)}
    codes = {item.code.casefold(): item.code for item in instrument.items}
    return _Words(codes, wordings, frozenset(levels | numbers | {"n a"}))


def _is_remark(heading: str, words: _Words) -> bool:
    return _REMARK.search(heading.strip()) is not None and not words.texts(heading)


def _surely(name: str, code: str, codes: set[str], texts: set[str]) -> int:
    if texts:
        return 1 if codes else 2
    return 0 if re.fullmatch(rf"\S*{code}[\])]?", name.strip(), re.IGNORECASE) else 3


def _surest(found: Iterable[Place]) -> Iterable[Place]:
    """Without columns of an item that another column names more surely."""
    held = list(found)
    best: dict[tuple[Kind, str], int] = {}
    for place in held:
        key = (place.kind, place.code)
        best[key] = min(best.get(key, place.surely), place.surely)
    return (place for place in held if place.surely == best[place.kind, place.code])


@dataclass(frozen=True, slots=True)
class _Question:
    """A question whose options are channels or practices: how it and its options are named."""

    kind: Kind
    prefix: str
    wordings: frozenset[str]
    codes: Mapping[str, str]
    names: Mapping[str, str]
    none_words: frozenset[str]

    def place(self, name: str, label: str) -> Place | None:
        """What a column is about, where it belongs to this question."""
        if name.startswith(self.prefix) and (own := self.codes.get(name[len(self.prefix) :].casefold())):
            return Place(name, self.kind, own)
        if (own := self.names.get(plain(name))) is not None:
            return Place(name, self.kind, own, is_option=True)
        by_code = re.match(rf"{re.escape(self.prefix.rstrip('_'))}(?=[_\[.(\s]|$)", name)
        if by_code is None and not any(
            f" {wording} " in _padded(heading) for wording in self.wordings for heading in (name, label)
        ):
            return None
        ends = _ends(name) | _ends(label)
        if ends & self.none_words:
            return Place(name, self.kind, NONE, is_option=True)
        chosen = {self.names[end] for end in ends if end in self.names}
        chosen |= {self.codes[end] for end in (bare.replace(" ", "_") for bare in ends) if end in self.codes}
        if len(chosen) == 1:
            return Place(name, self.kind, chosen.pop(), is_option=True)
        is_whole = by_code is not None and by_code.end() == len(name)
        if is_whole or ends & self.wordings or "selected choice" in ends:
            return Place(name, self.kind, "", is_option=True)
        return None


def _questions(survey: Survey, instrument: Instrument) -> tuple[_Question, _Question]:
    def question(kind: Kind, prefix: str, wordings: Sequence[str], options: Sequence[Label]) -> _Question:
        return _Question(
            kind,
            prefix,
            frozenset(plain(wording) for wording in wordings),
            {option.code.casefold(): option.code for option in options},
            {plain(text): option.code for option in options for text in (option.name_en, option.name_nl)},
            frozenset(plain(word) for word in survey.none_words),
        )

    return (
        question("channel", survey.channel_prefix, survey.channel_questions, instrument.channel_labels),
        question("practice", survey.practice_prefix, survey.practice_questions, instrument.practice_labels),
    )


@lru_cache(maxsize=8192)
def _ends(heading: str) -> frozenset[str]:
    """Plain text of a heading and of what follows each separator in it, as far as it may be a wording."""
    starts = [0, *(cut.end() for cut in _SEPARATORS.finditer(heading))]
    return frozenset(plain(heading[start:]) for start in starts if len(heading) - start <= _LONGEST)


@lru_cache(maxsize=8192)
def _padded(heading: str) -> str:
    """Plain text between spaces, so that whole words can be looked for in it."""
    return f" {plain(heading)} "
