"""A scale read from the wrong end turns a laggard into a leader: words and numbers mean what was declared."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from contracts.answers import key_of, read
from contracts.instrument import load_instrument
from contracts.items import plain
from contracts.survey_shape import Survey

ITEMS = {item.code: item for item in load_instrument().items}
ENDS = Survey(lowest_words=("Strongly disagree",), highest_words=("Strongly agree",))


def levels(
    *texts: str | None,
    survey: Survey | None = None,
    item: str = "LS1",
    declared: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> list[int | str | None]:
    key = key_of(ITEMS[item], survey or Survey(), load_instrument(), declared or {}, labels or {})
    answers = read(pd.Series(texts, dtype="str"), key)
    wrong = {name: np.flatnonzero(mask) for name, mask in answers.failures.items()}
    result: list[int | str | None] = [None if pd.isna(v) else int(v) for v in answers.values]
    for name, places in wrong.items():
        for place in places:
            result[int(place)] = name
    return result


def test_descriptions_of_one_item_are_five_different_texts() -> None:
    for item in ITEMS.values():
        for anchors in (item.anchors_en, item.anchors_nl):
            assert len({plain(anchor) for anchor in anchors}) == 5


def test_numbers_are_levels() -> None:
    assert levels("0", "4", " 3 ", "2.0", "1,0") == [0, 4, 3, 2, 1]


def test_numbers_off_the_scale_fail() -> None:
    assert levels("5", "-1", "2.5", "seven") == ["in_range", "in_range", "integer", "integer"]


def test_names_of_the_levels_are_read_in_both_languages() -> None:
    assert levels("Not at all", "slightly", "PARTLY", "Grotendeels", "volledig") == [0, 1, 2, 3, 4]


def test_an_items_own_descriptions_are_read_also_where_it_is_reversed() -> None:
    assert levels("Every department goes its own way.", item="OR5") == [4]
    assert levels("Dit komt niet voor; alle accounts volgen één plan.", item="OR5") == [0]


def test_word_and_number_together_have_to_agree() -> None:
    assert levels("4 - Fully", "1 = Een beetje", "Partly (2)", "3 - Fully") == [4, 1, 2, "integer"]


def test_no_answer_is_no_answer() -> None:
    assert (
        levels("", None, "N/A", "-99", "Don't know", survey=Survey(unanswered=("-99", "don't know")))
        == [None] * 5
    )


@pytest.mark.parametrize(
    ("scale", "texts"),
    [((1, 5), ["1", "3", "5"]), ((5, 1), ["5", "3", "1"]), ((0, 100), ["0", "50", "100"])],
)
def test_a_declared_scale_is_read_from_its_lowest_number(
    scale: tuple[float, float], texts: list[str]
) -> None:
    assert levels(*texts, survey=Survey(scale=scale)) == [0, 2, 4]


def test_a_number_between_two_levels_is_refused() -> None:
    assert levels("7", survey=Survey(scale=(1, 10))) == ["integer"]


def test_words_of_the_settings_go_first() -> None:
    declared = {"A1": "0", "A2": "1", "5": "4", "Helemaal mee eens": "4"}
    assert levels("a1", "A2", "5", "helemaal mee eens", declared=declared) == [0, 1, 4, 4]


def test_words_for_the_ends_count_beside_numbers_only() -> None:
    survey = Survey(scale=(1, 5), **ENDS.model_dump(include={"lowest_words", "highest_words"}))
    assert levels("Strongly agree", "4", "2", "strongly Disagree", survey=survey) == [4, 3, 1, 0]
    assert levels("Strongly agree", "Strongly disagree", survey=ENDS) == ["integer", "integer"]


def test_labels_of_the_file_are_trusted_and_not_its_codes() -> None:
    turned = {"1": "Fully", "2": "Largely", "3": "Partly", "4": "Slightly", "5": "Not at all"}
    assert levels("1", "5.0", "3", labels=turned) == [4, 0, 2]


def test_labels_of_both_ends_give_the_scale_between_them() -> None:
    assert levels("1", "2", "5", labels={"1": "Not at all", "5": "Fully"}) == [0, 1, 4]
    assert levels("1", "2", "5", labels={"5": "Helemaal niet", "1": "Volledig"}) == [4, 3, 0]


def test_a_label_for_no_answer_is_none() -> None:
    survey = Survey(unanswered=("Don't know",))
    assert levels("9", "1", labels={"9": "don't know"}, survey=survey) == [None, 1]
