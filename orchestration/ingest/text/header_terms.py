"""Words beyond ASCII that headers of known exports have, for telling encodings apart. No bytes, no files."""

import re
from functools import cache
from typing import Final

from contracts.column_words import load_column_words
from contracts.profile import load_profiles

_WORD: Final = re.compile(r"[^\W\d_]{4,}")
"""Shorter ones come about by chance."""


def n_header_terms(text: str) -> int:
    """How many different words of a text are beyond ASCII and stand in headers of known exports."""
    return len(_header_terms().intersection(_beyond_ascii(text)))


@cache
def _header_terms() -> frozenset[str]:
    said = load_column_words()
    profiles = load_profiles().values()
    labels = [
        *(label for profile in profiles for labels in profile.aliases.values() for label in labels),
        *(
            label
            for profile in profiles
            for label in (*profile.signature.required, *profile.signature.optional)
        ),
        *(
            word
            for entity in said.entities
            for column in said.entities[entity]
            for word in said.of(entity, column)
        ),
    ]
    return frozenset(word for label in labels for word in _beyond_ascii(label))


def _beyond_ascii(text: str) -> set[str]:
    return {word for word in _WORD.findall(text.casefold()) if not word.isascii()}
