"""Rules for the text of surveys: what may be wrong with a file or a response, beside the contracts' rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from contracts.contract import Rule
from contracts.instrument import Instrument
from contracts.survey_shape import Survey

FILE_RULES: Final = frozenset(
    {"items:no_instrument_items", "items:code_and_text_differ", "items:other_scale", "items:response_refused"}
)
"""Rules that more than one row breaks together; their canaries are files, not rows."""
_ANSWER = "Export numeric values 0 to 4 or choice texts, or declare other words under values, answer_level."
_ONCE = "Keep the right one of the columns, or correct the response in the survey tool."


def survey_rules(survey: Survey, instrument: Instrument) -> Iterator[Rule]:
    """Rules of a survey profile; a canary is a dict of column to text, or says what is done to a file."""
    yield from _file_rules(survey)
    yield _rule(
        "instrument_version:known_value",
        "The answers were given to another version of the instrument.",
        "Declare that version of the instrument.",
        {"instrument_version": "0"},
    )
    if survey.item_column is not None:
        yield _rule(
            "item_code:known_value",
            "The text is neither code nor wording of an item of the instrument.",
            "Correct the item, or leave the answer out of the export.",
            {survey.item_column: "ZZ1"},
        )
        return
    for item in instrument.items:
        said = f"The answer to {item.code} is not on the scale 0..4."
        yield _rule(f"{item.code}:in_range", said, _ANSWER, {item.code: "7"})
        said = f"The answer to {item.code} is neither a number of the scale nor a word of it."
        yield _rule(f"{item.code}:integer", said, _ANSWER, {item.code: "Strongly agree"})
        said = f"Two columns about {item.code} hold different answers."
        yield _rule(f"{item.code}:said_twice", said, _ONCE, {item.code: "0", f"Q[{item.code}]": "1"})
    options = ((survey.channel_prefix, instrument.channels), (survey.practice_prefix, instrument.practices))
    for prefix, codes in options:
        for code in codes:
            name, tick = f"{prefix}{code}", f"{prefix.rstrip('_')}[{code}]"
            said = f"The text about {code} says neither yes nor no."
            remedy = "Export options as 1 and 0, yes and no, or their own text and nothing."
            yield _rule(f"{code}:boolean", said, remedy, {name: "perhaps"})
            said = f"Two columns about {code} say different things."
            yield _rule(f"{code}:said_twice", said, _ONCE, {name: "0", tick: "1"})


def _file_rules(survey: Survey) -> Iterator[Rule]:
    if survey.item_column is None:
        yield _rule(
            "items:no_instrument_items",
            "The file holds no item of the instrument; it is another survey.",
            "Export the assessment with its item codes or its question texts.",
            "drop items",
        )
        yield _rule(
            "items:code_and_text_differ",
            "Code and text of a column name different items; the file is of another version.",
            "Declare that version of the instrument, or correct the codes in the survey tool.",
            "swap a text",
        )
    else:
        yield _rule(
            "items:response_refused",
            "Another answer of the response is off the scale; it is taken whole or not at all.",
            "Correct the other answer.",
            "another answer",
        )
    yield _rule(
        "items:no_answers", "No item was answered.", "Nothing to do: nothing was said.", "empty items"
    )
    yield _rule(
        "items:other_scale",
        "The numbers of the file are of another scale than 0..4, such as 1..5.",
        "Declare what they mean under values, answer_level, in maturity.yaml, or export the texts.",
        "shift numbers",
    )


def _rule(reason: str, description: str, remedy: str, canary: object) -> Rule:
    column, name = reason.split(":")
    return Rule(reason, column, name, "source", description, remedy, canary)
