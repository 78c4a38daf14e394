"""If these fail, answers change with the columns and words of a survey tool (exports.md N21 to N53)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from contracts.instrument import load_instrument

if TYPE_CHECKING:
    from conftest import Drop, Outcome

TEXT = {item.code: item.text_en for item in load_instrument().items}
QUESTION = "Which channels does your organisation use?"
CONSTANTS = {"wave": "2024-H1", "instrument_version": "1", "unit_key": "B1", "unit_key_type": "brand"}
SURVEYMONKEY = ["Respondent ID", "Collector ID", "Start Date", "End Date"]
TYPEFORM = ["#", "Submit Date (UTC)"]


def deliver(drop: Drop, system: str, rows: Sequence[Sequence[str]], **declared: object) -> Outcome:
    """Deliver one survey of one organisation and run."""
    drop.declare(system=system, constants=CONSTANTS, **declared)
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return drop.take(buffer.getvalue(), f"exports/{system}/survey.csv")


def levels(outcome: Outcome) -> dict[tuple[str, str], int]:
    frame = outcome.entity("assessment_answers")
    keys = zip(frame["response_key"], frame["item_code"], strict=True)
    return dict(zip(keys, (int(level) for level in frame["answer_level"]), strict=True))


def channels(outcome: Outcome) -> dict[str, bool]:
    frame = outcome.entity("channel_adoption")
    return dict(zip(frame["channel"], (bool(value) for value in frame["is_active"]), strict=True))


def response(number: str, *answers: str) -> list[str]:
    return [number, "7", "2024-05-18 08:00:00", "2024-05-18 08:20:00", *answers]


def test_n21_two_header_rows_name_question_and_option(drop: Drop) -> None:
    rows = [
        [*SURVEYMONKEY, TEXT["LS1"], "", "", "", ""],
        ["", "", "", "", "Not at all", "Slightly", "Partly", "Largely", "Fully"],
        response("1", "", "", "", "", "Fully"),
        response("2", "Not at all", "", "", "", ""),
    ]
    assert levels(deliver(drop, "surveymonkey", rows)) == {("1", "LS1"): 4, ("2", "LS1"): 0}


def test_n22_of_three_header_rows_the_third_states_the_zone(drop: Drop) -> None:
    names = ["StartDate", "EndDate", "Status", "Progress", "Finished", "RecordedDate", "ResponseId"]
    names += ["DistributionChannel", "UserLanguage", "LS1"]
    texts = [*names[:-1], f"How far is this true?\n- {TEXT['LS1']}"]
    imports = [f'{{"ImportId":"{name}","timeZone":"America/Denver"}}' for name in names]
    moment = "2024-07-18 08:20:00"
    row = [moment, moment, "0", "100", "1", moment, "R_1", "email", "NL", "3"]
    outcome = deliver(drop, "qualtrics", [names, texts, imports, row])
    assert levels(outcome) == {("R_1", "LS1"): 3}
    assert outcome.entity("assessment_answers")["answered_at"].astype(str).tolist() == ["2024-07-18 14:20:00"]


@pytest.mark.parametrize(
    ("names", "cells"),
    [
        (["Facebook page", "LinkedIn company page"], ["Facebook page", ""]),
        ([QUESTION], ["Facebook page / YouTube videos"]),
    ],
)
def test_n33_options_in_columns_or_in_one_cell_are_the_same_answer(
    drop: Drop, names: list[str], cells: list[str]
) -> None:
    rows = [[*TYPEFORM, TEXT["LS1"], *names], ["t1", "2024-05-18 08:20:00", "2", *cells]]
    outcome = deliver(drop, "typeform", rows)
    said = channels(outcome)
    assert (said["facebook"], said["linkedin"]) == (True, False)
    assert levels(outcome) == {("t1", "LS1"): 2}


def test_n34_an_option_that_contains_the_separator_is_not_torn(drop: Drop) -> None:
    rows = [
        [*TYPEFORM, TEXT["LS1"], QUESTION],
        ["t1", "2024-05-18 08:20:00", "2", "Video, live / on demand, Facebook page"],
    ]
    outcome = deliver(drop, "typeform", rows)
    assert {code for code, is_active in channels(outcome).items() if is_active} == {"facebook"}


def test_n53_ends_in_words_stand_beside_numbers_in_any_case(drop: Drop) -> None:
    rows = [
        [*SURVEYMONKEY, TEXT["LS1"]],
        ["", "", "", "", "Response"],
        response("1", "Strongly agree"),
        response("2", "Strongly Disagree"),
        response("3", "2"),
        response("4", "Not at all"),
    ]
    found = levels(deliver(drop, "surveymonkey", rows))
    assert {key[0]: level for key, level in found.items()} == {"1": 4, "2": 0, "3": 2, "4": 0}


def test_n53_a_reversed_scale_is_declared(drop: Drop) -> None:
    rows = [[*TYPEFORM, "LS1"], *([f"t{n}", "2024-05-18 08:20:00", str(n)] for n in range(1, 6))]
    turned = {str(number): str(5 - number) for number in range(1, 6)}
    outcome = deliver(drop, "typeform", rows, values={"answer_level": turned})
    assert [level for _, level in sorted(levels(outcome).items())] == [4, 3, 2, 1, 0]


def test_n53_another_scale_that_nobody_declared_is_refused_whole(drop: Drop) -> None:
    rows = [[*TYPEFORM, "LS1"], *([f"t{n}", "2024-05-18 08:20:00", str(n)] for n in range(1, 6))]
    outcome = deliver(drop, "typeform", rows)
    assert outcome.line("exports/typeform/survey.csv")["accepted"] == 0
    assert all("items:other_scale" in reasons for reasons in outcome.reasons().values())


def test_n53_the_code_for_no_answer_is_no_answer(drop: Drop) -> None:
    rows = [[*TYPEFORM, "LS1", "LS2"], ["t1", "2024-05-18 08:20:00", "N/A", "0"]]
    assert levels(deliver(drop, "typeform", rows)) == {("t1", "LS2"): 0}
