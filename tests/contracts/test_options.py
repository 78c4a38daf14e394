"""A channel that nobody was asked about is not an absent one, and an option with a comma is one option."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from contracts.instrument import Label, load_instrument
from contracts.items import places
from contracts.options import flags, split_options
from contracts.refusals import Refusals
from contracts.survey_shape import Survey

QUESTION = "Which channels does your organisation use?"
KNOWN = {"a b": "ab", "a": "a", "c d": "cd"}


def channels(columns: dict[str, list[str]]) -> tuple[dict[str, list[Any]], int, dict[int, Any]]:
    facts = pd.DataFrame(columns, dtype="str")
    refusals = Refusals(len(facts))
    instrument, survey = load_instrument(), Survey()
    found = places(list(facts.columns), {}, survey, instrument).columns("channel")
    frame, unknown = flags(facts, found, instrument.channel_labels, survey, refusals)
    said = {
        name: [None if pd.isna(value) else bool(value) for value in frame[name]] for name in frame.columns
    }
    return said, unknown, refusals.by_row()


def test_columns_of_yes_and_no_are_read_as_they_stand() -> None:
    said, *_ = channels({"CH_facebook": ["1", "no", ""], "CH_linkedin": ["", "Ja", "0"]})
    assert said == {"facebook": [True, False, None], "linkedin": [None, True, False]}


def test_an_empty_tick_is_no_where_something_else_is_ticked() -> None:
    said, *_ = channels(
        {
            f"{QUESTION} | Facebook page": ["Facebook page", "", ""],
            f"{QUESTION} | YouTube channel": ["", "Y", ""],
        }
    )
    assert said == {"facebook": [True, False, None], "youtube": [False, True, None]}


def test_a_tick_that_is_some_other_text_is_refused() -> None:
    _, _, refused = channels({"CH[facebook]": ["https://a.example", "1"]})
    assert refused == {0: {"facebook": {"facebook:boolean"}}}


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("Facebook page, LinkedIn company page", {"facebook", "linkedin"}),
        ("Facebookpagina;YouTube-kanaal", {"facebook", "youtube"}),
        (" / twitter / Facebook page", {"twitter", "facebook"}),
        ("None of these", set()),
    ],
)
def test_one_cell_may_hold_several_options(cell: str, codes: set[str]) -> None:
    said, unknown, refused = channels({QUESTION: [cell, ""]})
    assert {code for code, (first, _) in said.items() if first} == codes
    assert all(first is not None and second is None for first, second in said.values())
    assert (unknown, refused) == (0, {})


def test_options_the_instrument_does_not_know_are_counted() -> None:
    said, unknown, _ = channels({QUESTION: ["Facebook page, Hyves", "Hyves"]})
    assert (said["facebook"], unknown) == ([True, False], 2)


def test_an_option_that_contains_the_separator_is_found_by_the_list() -> None:
    assert split_options("A, b, c, d", {"a b": "ab", "c d": "cd"}, (",",)) == ({"ab", "cd"}, 0)
    assert split_options("A, x, a, b", KNOWN, (",",)) == ({"a", "ab"}, 1)
    assert split_options("c / d / a", KNOWN, (" / ",)) == ({"cd", "a"}, 0)
    assert split_options(" , ,", KNOWN, (",",)) == (set(), 0)


def test_columns_that_say_different_things_refuse_the_response() -> None:
    said, _, refused = channels({"CH_facebook": ["0", "1"], "Facebook page": ["x", "x"]})
    assert refused == {0: {"facebook": {"facebook:said_twice"}}}
    assert said["facebook"][1] is True


def test_labels_of_options_are_distinct() -> None:
    instrument = load_instrument()
    for labels in (instrument.channel_labels, instrument.practice_labels):
        names = [text.casefold() for label in labels for text in _names(label)]
        assert len(set(names)) == len(names)


def _names(label: Label) -> tuple[str, str]:
    return label.name_en, label.name_nl
