"""Half a response is another answer: where one answer makes no sense, the others wait with it."""

from __future__ import annotations

import pandas as pd

from contracts.convert import Converted, convert
from contracts.instrument import load_instrument
from contracts.manner import Manner
from contracts.profile import load_profiles

TEXT = {item.code: item.text_nl for item in load_instrument().items}
NAMES = ["response_id", "item", "answer", "answered_at", "organization_unit", "wave", "instrument_version"]


def converted(*answers: tuple[str, str, str], version: str = "1", **declared: str) -> Converted:
    rows = [(*answer, "2024-05-31 10:00:00", "unit-1", "2024-H1", version) for answer in answers]
    frame = pd.DataFrame(rows, columns=NAMES, dtype="str")
    frame = frame.assign(source_line=range(2, len(frame) + 2), delivery_id="d1")
    manner = Manner(values={"answer_level": declared})
    profile = load_profiles()["generic_assessment_answers"]
    return convert(frame, profile, manner=manner, instrument=load_instrument())


def levels(result: Converted) -> dict[tuple[str, str], int]:
    frame = result.frames["assessment_answers"]
    keys = zip(frame["response_key"], frame["item_code"], strict=True)
    return dict(zip(keys, (int(level) for level in frame["answer_level"]), strict=True))


def test_items_are_found_by_code_and_by_wording() -> None:
    result = converted(("a", "LS1", "0"), ("a", TEXT["OR5"], "volledig"), ("b", f"DT1. {TEXT['DT1']}", "3"))
    assert levels(result) == {("a", "LS1"): 0, ("a", "OR5"): 4, ("b", "DT1"): 3}
    assert result.counts == {}


def test_an_unknown_item_is_refused_alone() -> None:
    result = converted(
        ("a", "LS1", "0"), ("a", "ZZ1", "1"), ("a", "", "1"), ("a", f"LS2. {TEXT['LS1']}", "1")
    )
    assert levels(result) == {("a", "LS1"): 0}
    assert result.counts == {"item_code:known_value": 2, "item_code:required": 1}


def test_an_answer_off_the_scale_takes_its_response_with_it() -> None:
    result = converted(("a", "LS1", "0"), ("a", "LS2", "7"), ("b", "LS1", "2"))
    assert levels(result) == {("b", "LS1"): 2}
    assert dict(zip(result.refused["source_line"], result.refused["reasons"], strict=True)) == {
        2: ["items:response_refused"],
        3: ["answer_level:in_range"],
    }


def test_no_answer_is_told_and_takes_nothing_with_it() -> None:
    result = converted(("a", "LS1", "0"), ("a", "LS2", "N/A"), ("a", "LS3", ""))
    assert levels(result) == {("a", "LS1"): 0}
    assert result.counts == {"items:no_answers": 2}


def test_another_scale_is_refused_unless_it_is_declared() -> None:
    answers = [(str(n), "LS1", str(n)) for n in range(1, 6)]
    assert levels(converted(*answers)) == {}
    turned = converted(*answers, **{str(n): str(5 - n) for n in range(1, 6)})
    assert [level for _, level in sorted(levels(turned).items())] == [4, 3, 2, 1, 0]


def test_another_version_of_the_instrument_is_refused() -> None:
    assert converted(("a", "LS1", "0"), version="2").counts == {"instrument_version:known_value": 1}


def test_answers_without_a_response_are_refused_and_none_are_no_fault() -> None:
    assert converted(("", "LS1", "0"), ("", "LS2", "9")).counts["answer_level:in_range"] == 1
    assert converted().frames["assessment_answers"].empty
