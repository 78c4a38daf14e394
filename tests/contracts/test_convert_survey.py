"""An answer under the wrong item moves the index: items go by code, a doubtful response is refused."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from contracts.convert import Converted, convert
from contracts.entities import ENTITIES
from contracts.gate import split
from contracts.instrument import load_instrument
from contracts.profile import load_profiles

Convert = Callable[..., Converted]
SURVEY = "qualtrics_survey_ui"


def answers(result: Converted) -> dict[str, int]:
    frame = result.frames["assessment_answers"]
    return dict(zip(frame["item_code"], frame["answer_level"], strict=True))


def test_one_response_becomes_its_answers_practices_and_channels(converted: Convert) -> None:
    result = converted(SURVEY, zone="Europe/Amsterdam")
    assert (result.counts, result.warnings) == ({}, ())
    for entity, frame in result.frames.items():
        assert split(frame, ENTITIES[entity]).counts == {}
    codes = [item.code for item in load_instrument().items]
    assert answers(result) == {code: place % 5 for place, code in enumerate(codes)}
    row = result.frames["assessment_answers"].iloc[0]
    assert row["answered_at"] == pd.Timestamp("2024-07-18 08:28:48")
    assert (row["wave"], row["mode"], row["unit_key"], row["unit_key_type"]) == (
        "2024-H2",
        "self",
        "unit-7",
        "embedded_organization_unit",
    )
    channels = result.frames["channel_adoption"].set_index("channel")["is_active"].to_dict()
    practices = result.frames["practices"].set_index("practice_code")["is_in_place"].to_dict()
    assert channels == {"facebook": True, "linkedin": False}
    assert practices == {"executive_sponsor": True}, "an empty practice was not answered"


def test_items_are_found_by_code_in_any_order(rows: Callable[..., pd.DataFrame]) -> None:
    plain = rows(SURVEY, {"LS1": "4", "LS2": "0"})
    profile, instrument = load_profiles()[SURVEY], load_instrument()
    turned = plain[list(reversed(plain.columns))]
    assert answers(convert(turned, profile, instrument=instrument)) == answers(
        convert(plain, profile, instrument=instrument)
    )


def test_a_level_off_the_scale_refuses_the_whole_response_and_names_the_item(converted: Convert) -> None:
    result = converted(SURVEY, {"ResponseId": "R_1", "LS2": "5"}, {"ResponseId": "R_2"})
    assert result.counts == {"LS2:in_range": 1}
    assert {line for frame in result.frames.values() for line in frame["source_line"]} == {3}


def test_unanswered_items_give_no_answer(converted: Convert) -> None:
    given = answers(converted(SURVEY, {"LS1": "", "LS2": "-99"}))
    assert {"LS1", "LS2"}.isdisjoint(given)
    assert len(given) == len(load_instrument().items) - 2


def test_a_response_without_wave_is_refused_whole(converted: Convert) -> None:
    result = converted(SURVEY, {"wave": ""}, {"wave": "spring"})
    assert list(result.refused["reasons"]) == [["wave:required"], ["wave:well_formed"]]


def test_missing_items_and_unknown_channels_are_told(
    converted: Convert, rows: Callable[..., pd.DataFrame]
) -> None:
    assert converted(SURVEY, drop=("LS1",)).warnings == ("items of the instrument that the file lacks: LS1",)
    frame = rows(SURVEY).assign(CH_myspace="1")
    result = convert(frame, load_profiles()[SURVEY], instrument=load_instrument())
    assert result.warnings == ("channels or practices the instrument does not know: CH_myspace",)


def test_previews_are_no_responses(converted: Convert) -> None:
    result = converted(
        SURVEY, {"Status": "1"}, {"DistributionChannel": "preview"}, {"Status": "Survey Preview"}
    )
    assert result.counts == {"status:preview": 3}
