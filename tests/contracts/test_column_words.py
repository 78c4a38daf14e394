"""Harm prevented: a word stands under a column that no contract has, and a language goes without a word."""

import pytest

from contracts.column_words import ABOUT, SUBTRACTED, load_column_words
from contracts.entities import ENTITIES
from contracts.header_words import Words

WORDS = load_column_words()
FIVE = {"en", "nl", "de", "fr", "es"}


def all_words() -> dict[str, Words]:
    own = {f"{entity}.{name}": said for entity, one in WORDS.entities.items() for name, said in one.items()}
    units = {f"units.{place}": said for place, said in enumerate(WORDS.units)}
    return {**own, **units, **WORDS.common, "versions": WORDS.versions}


def test_every_word_is_of_a_column_that_a_contract_has() -> None:
    for entity, own in WORDS.entities.items():
        assert set(own) <= {*ENTITIES[entity].column_names, ABOUT, SUBTRACTED}
    assert set(WORDS.common) <= {name for contract in ENTITIES.values() for name in contract.column_names}


@pytest.mark.parametrize("name", all_words())
def test_each_language_has_a_word_of_its_own(name: str) -> None:
    said = all_words()[name]
    assert set(said) == FIVE
    assert all(words and all(word.strip() == word != "" for word in words) for words in said.values())
