"""What a header calls a column in which language, and how well that is known. Looking: profile_shape.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

Language = Literal["en", "nl", "de", "fr", "es"]
Known = Literal["vendor", "seen", "translated"]
"""Vendor's documentation or a real file; public programs that read such exports; our own translation."""
Words = dict[Language | Literal["any"], tuple[str, ...]]
"""Names of one column by language; `any` where the language makes no difference."""


def by_language(said: object) -> object:
    """Names of one column as they stand in YAML, by language: a word and a list are of any language."""
    if not isinstance(said, Mapping):
        return {"any": _listed(said)}
    return {language: _listed(words) for language, words in said.items()}


def every(words: Words) -> tuple[str, ...]:
    """All names of one column, each once, in the order given."""
    return tuple(dict.fromkeys(word for said in words.values() for word in said))


def faults(columns: Mapping[str, Words], known: Mapping[Language, Known]) -> Iterator[str]:
    """What does not fit between the languages of the words and those that are said to be known."""
    spoken = {language for words in columns.values() for language in words if language != "any"}
    if unsaid := _joined(spoken - set(known)):
        yield f"header_languages does not say how well these languages of aliases are known: {unsaid}"
    # The columns' own names are in one language; every other needs words.
    if len(empty := set(known) - spoken) > 1:
        yield f"header_languages names several languages without a word in aliases: {_joined(empty)}"


def _joined(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _listed(said: object) -> object:
    return (said,) if isinstance(said, str) else said
