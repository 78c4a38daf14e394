"""Keeps sentences of the page from being told where their opposite is true."""

from __future__ import annotations

from typing import Any

from facts_fixture import make_facts
from test_narrative import changed_claim, statement

from models.formats import decimals_for
from models.narrative_context import contrast_sentences, settles
from models.wording import Words, is_silent


def test_a_claim_without_a_level_prints_no_size_even_where_an_estimate_stands_beside() -> None:
    said = {"withheld": False, "level": "L1", "estimate": 0.1}
    assert not is_silent(said)
    for change in ({"withheld": True}, {"level": "none"}, {"estimate": None}):
        assert is_silent(said | change)


def test_level_one_below_nothing_is_lower() -> None:
    facts = changed_claim(level="L1", grade="C", estimate=-0.0362, low=-0.045, high=-0.027)
    assert "3.6 percentage points lower" in statement(facts)


def test_two_digits_that_differ_are_shown() -> None:
    shown = {0.05: 3, 0.1: 2, 0.9: 2, 1.0: 1, 99.0: 1, 100.0: 0, 0.0: 1}
    assert {value: decimals_for(value) for value in shown} == shown
    assert decimals_for(None, -0.05, 0.01) == 3


def test_contrasts_that_are_all_hidden_are_said_to_be_none_and_named() -> None:
    words = Words(make_facts(), "en")
    rows = [row | {"is_suppressed": False} for row in words.facts["contrasts"]]
    opening, none = words.text("contrasts.text", confidence=words.confidence), words.text("contrasts.empty")

    def said(contrasts: list[dict[str, Any]]) -> tuple[str, ...]:
        return contrast_sentences(Words({**words.facts, "contrasts": contrasts}, "en"))

    assert said(rows) == (opening,)
    hidden = said([row | {"is_suppressed": True} for row in rows])
    assert hidden[0] == none
    assert opening not in hidden
    assert len(hidden) == 2


def test_a_claim_on_too_few_organisations_waits_for_the_minimum_and_others_do_not() -> None:
    words = Words(make_facts(), "en")
    entry = {
        "n_organizations": 12, "minimum": 30, "organizations_needed": 30, "periods_needed": None,
    }  # fmt: skip
    few = settles(words, entry)
    assert few == words.text("withheld.settle_minimum", needed="30", n="12")
    enough = settles(words, entry | {"n_organizations": 30, "organizations_needed": 120})
    assert enough == words.text("withheld.settle_half_organizations", needed="120", n="30")
