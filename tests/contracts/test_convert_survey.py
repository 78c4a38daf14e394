"""An answer under the wrong item moves the index: items go by code, a doubtful response is refused."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from contracts.convert import Converted, convert
from contracts.entities import ENTITIES
from contracts.entities.assessment import ASSESSMENT_SCORES
from contracts.gate import split
from contracts.instrument import load_instrument
from contracts.manner import Manner
from contracts.profile import load_profiles
from contracts.survey_shape import Survey

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


def test_a_file_on_another_scale_is_refused_whole(converted: Convert) -> None:
    items = [item.code for item in load_instrument().items]
    one_to_five = {code: str(1 + place % 5) for place, code in enumerate(items)}
    result = converted(
        SURVEY, {"ResponseId": "R_1", **one_to_five}, {"ResponseId": "R_2", **dict.fromkeys(items, "2")}
    )
    assert all(frame.empty for frame in result.frames.values())
    assert result.counts["items:other_scale"] == 2


def test_a_code_far_off_the_scale_refuses_its_own_response_only(converted: Convert) -> None:
    items = [item.code for item in load_instrument().items]
    result = converted(
        SURVEY, {"ResponseId": "R_1", **dict.fromkeys(items, "2")}, {**dict.fromkeys(items, "3"), "LS1": "9"}
    )
    assert result.counts == {"LS1:in_range": 1}


def test_levels_below_a_declared_scale_are_another_scale(rows: Callable[..., pd.DataFrame]) -> None:
    items = [item.code for item in load_instrument().items]
    profile = load_profiles()[SURVEY]
    declared = profile.model_copy(update={"survey": Survey(scale=(1, 5))})
    frame = rows(SURVEY, {"ResponseId": "R_1", **dict.fromkeys(items, "0")}, {**dict.fromkeys(items, "3")})
    assert convert(frame, declared, instrument=load_instrument()).counts["items:other_scale"] == 2


def test_numbers_that_never_are_the_lowest_are_told(converted: Convert) -> None:
    items = [item.code for item in load_instrument().items]
    rows = [{"ResponseId": f"R_{n}", **{code: str(1 + n) for code in items}} for n in range(3)]
    assert "is the lowest of the scale (0)" in " ".join(converted(SURVEY, *rows).warnings)


def test_files_are_judged_apart(rows: Callable[..., pd.DataFrame]) -> None:
    items = [item.code for item in load_instrument().items]
    good = rows(SURVEY, {"ResponseId": "R_1"})
    other = rows(SURVEY, {"ResponseId": "R_2", **dict.fromkeys(items, "5")}).assign(delivery_id="d2")
    both = pd.concat([good, other], ignore_index=True)
    result = convert(both, load_profiles()[SURVEY], instrument=load_instrument())
    assert set(result.frames["assessment_answers"]["delivery_id"]) == {"d1"}
    assert list(result.refused["delivery_id"]) == ["d2"]


def test_a_file_whose_codes_and_texts_disagree_is_another_version(rows: Callable[..., pd.DataFrame]) -> None:
    texts = {item.code: item.text_en for item in load_instrument().items}
    frame = rows(SURVEY).rename(columns={"LS1": f"LS1. {texts['LS2']}"})
    result = convert(frame, load_profiles()[SURVEY], instrument=load_instrument())
    assert result.counts == {"items:code_and_text_differ": 1}
    assert "name different items" in " ".join(result.warnings)


def test_words_declared_for_levels_go_before_the_numbers(rows: Callable[..., pd.DataFrame]) -> None:
    turned = {str(number): str(4 - number) for number in range(5)}
    frame = rows(SURVEY, {"LS1": "4", "LS2": "0"})
    manner = Manner(values={"answer_level": turned})
    given = answers(convert(frame, load_profiles()[SURVEY], manner=manner, instrument=load_instrument()))
    assert (given["LS1"], given["LS2"]) == (0, 4)


def test_dimensions_of_ready_scores_are_those_of_the_instrument() -> None:
    dimensions = load_instrument().dimensions
    assert ASSESSMENT_SCORES.column("dimension_code").allowed == tuple(d.code for d in dimensions)
    words = load_profiles()["generic_assessment_scores"].columns["dimension_code"].values
    assert words == {word.lower(): d.code for d in dimensions for word in (d.prefix, d.name_en, d.name_nl)}
