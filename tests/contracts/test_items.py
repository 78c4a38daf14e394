"""An answer counted under another item moves the index unseen: columns go by code or by wording."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.instrument import Item, load_instrument
from contracts.items import Place, Places, places, plain
from contracts.survey_shape import Survey

TEXT = {item.code: item.text_en for item in load_instrument().items}
TEXT_NL = {item.code: item.text_nl for item in load_instrument().items}


def found(*names: str, label: str = "") -> Places:
    return places(names, dict.fromkeys(names, label), Survey(), load_instrument())


def one(name: str, label: str = "") -> Place | None:
    places = found(name, label=label).found
    return places[0] if places else None


def test_no_two_items_have_the_same_wording() -> None:
    wordings = [plain(text) for item in load_instrument().items for text in (item.text_en, item.text_nl)]
    assert len(set(wordings)) == len(wordings)


@pytest.mark.parametrize(
    "heading",
    [
        "LS1",
        "ls1",
        "Q01[LS1]",
        "Q5_LS1",
        "Q12.LS1",
        "LS1.",
        f"LS1. {TEXT['LS1']}",
        f"[LS1] {TEXT_NL['LS1']}",
        f"7. LS1: {TEXT['LS1']} *",
        f"Q01[LS1]. How far is this true? [{TEXT_NL['LS1']}]",
        f"3) {TEXT['LS1']}",
        f"How far is this true of your organisation? | {TEXT['LS1']}",
        f"How far is this true? [{TEXT['LS1']}]",
        f"  {TEXT['LS1'].upper().rstrip('.')}  ",
        f"<b>{TEXT['LS1']}</b>",
        f"{TEXT['LS1']} (LS1)",
        f"{TEXT['LS1']} | Slightly",
        f"{TEXT['LS1']} | - 1",
    ],
)
def test_an_item_is_found_by_its_code_or_its_wording(heading: str) -> None:
    place = one(heading)
    assert place is not None
    assert (place.kind, place.code) == ("item", "LS1")


def test_an_item_is_found_by_the_wording_in_the_second_header_row() -> None:
    place = one("Q5_1", f"How far is this true? - {TEXT['DT3']}")
    assert place == Place("Q5_1", "item", "DT3", surely=2)


@pytest.mark.parametrize(
    "heading",
    [
        "LS1_TEXT",
        "Q5_LS1_TEXT",
        "LS1_DO_3",
        "LS1[comment]",
        "LS1Time. Question time: LS1",
        f"{TEXT['LS1']} | Other (please specify)",
        f"LS1. {TEXT['LS1']} [Comment]",
        "LS1. Toelichting",
        "LS9",
        "TOOLS1",
        TEXT["LS1"].replace("board", "staff"),
        TEXT["LS1"].removesuffix(" of it.") + " again",
        "Q1",
    ],
)
def test_free_text_timing_and_other_words_are_no_item(heading: str) -> None:
    assert one(heading) is None


def test_the_surest_column_speaks_for_an_item() -> None:
    both = found("LS1. What we asked last year", "LS1", f"OR1. {TEXT['OR1']}", TEXT_NL["OR1"])
    assert [place.column for place in both.found] == ["LS1", f"OR1. {TEXT['OR1']}"]


def test_wordings_in_two_languages_are_both_kept_for_the_answers_to_be_joined() -> None:
    assert [place.code for place in found(TEXT["OR1"], TEXT_NL["OR1"]).found] == ["OR1", "OR1"]


def test_a_code_beside_another_items_wording_is_a_contradiction() -> None:
    heading = f"LS2. {TEXT['LS1']}"
    assert found(heading, "LS3").contradictory == (heading,)


@pytest.mark.parametrize("item", load_instrument().items, ids=lambda item: item.code)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_wording_decides_whatever_the_place_case_and_punctuation(item: Item, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from((item.text_en, item.text_nl)))
    change = data.draw(st.sampled_from((str.upper, str.lower, str.title, lambda t: t.replace(" ", "  "))))
    lead = data.draw(st.sampled_from(("", "12. ", "How far? | ", "Q5 - ", "\u00a0")))
    assert {place.code for place in found("Timestamp", lead + change(text)).found} == {item.code}


@pytest.mark.parametrize(
    ("name", "label", "kind", "code", "is_option"),
    [
        ("CH_linkedin", "", "channel", "linkedin", False),
        ("PR_steering_committee", "", "practice", "steering_committee", False),
        ("CH[linkedin]", "", "channel", "linkedin", True),
        ("CH[SQ3]. Which do you use? [LinkedIn-bedrijfspagina]", "", "channel", "linkedin", True),
        ("CH_3", "Which do you use? - Selected Choice - LinkedIn company page", "channel", "linkedin", True),
        ("Q7_3", "Which channels does your organisation use? - YouTube channel", "channel", "youtube", True),
        ("Which channels does your organisation use? | Facebook page", "", "channel", "facebook", True),
        ("Twitteraccount", "", "channel", "twitter", True),
        ("CH", "", "channel", "", True),
        ("6. Which channels does your organisation use?", "", "channel", "", True),
        ("Welke van deze praktijken zijn er in uw organisatie?", "", "practice", "", True),
        ("PR[x]. Welke? [Verkoop gebruikt sociale media]", "", "practice", "social_in_sales", True),
    ],
)
def test_channels_and_practices_are_found_by_code_option_or_question(
    name: str, label: str, kind: str, code: str, is_option: bool
) -> None:
    place = one(name, label)
    assert place is not None
    assert (place.kind, place.code, place.is_option) == (kind, code, is_option)


@pytest.mark.parametrize(
    "heading", ["CH_other", "CH_5_TEXT", "How often do you post? | Facebook page", "facebook", "CHURN"]
)
def test_what_only_names_a_channel_is_none(heading: str) -> None:
    assert one(heading) is None


def test_another_instruments_codes_are_unknown() -> None:
    assert found("XX1", "Q1", "Q2 - Topics") == Places(())
