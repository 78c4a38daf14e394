"""Keeps reversed items, skipped items and lone raters from faking a reliable index."""

from __future__ import annotations

import numpy as np
import pytest

from contracts.instrument import load_instrument
from models.errors import InputRefusedError
from models.index_quality import cronbach_alpha
from models.planted import planted_answers
from models.raters import measure_index, rater_scores, reliability_of

INSTRUMENT = load_instrument()


def test_scores_turn_reversed_items_and_follow_the_index() -> None:
    answers = planted_answers(1, n_organizations=1, n_raters=1)
    answers["answer_level"] = np.where(answers["item_code"].isin(["OR5", "DT5", "OV4"]), 1, 3)
    items, scores = rater_scores(answers, INSTRUMENT)
    assert (items == 75).all(axis=None)
    assert scores["integration_index"].tolist() == [75.0]
    # Data and tools at 25 instead of 75: one of four structural dimensions, one of three kinds.
    low = answers["item_code"].str.startswith("DT")
    answers.loc[low, "answer_level"] = 4 - answers.loc[low, "answer_level"]
    assert rater_scores(answers, INSTRUMENT)[1]["integration_index"].iloc[0] == pytest.approx(75 - 50 / 4 / 3)


def test_a_dimension_needs_two_thirds_of_its_answers() -> None:
    answers = planted_answers(1, n_organizations=1, n_raters=1)
    enough = answers.loc[~answers["item_code"].isin(["LS1"])]
    too_few = answers.loc[~answers["item_code"].isin(["LS1", "LS2"])]
    assert rater_scores(enough, INSTRUMENT)[1]["leadership_strategy"].notna().all()
    assert rater_scores(too_few, INSTRUMENT)[1]["leadership_strategy"].isna().all()


def test_measures_and_their_scopes() -> None:
    answers = planted_answers(2)
    rows = measure_index(answers, INSTRUMENT)
    by_key = {(row.measure, row.scope): row for row in rows}
    assert {scope for measure, scope in by_key if measure == "alpha"} == {
        "index",
        *(dimension.code for dimension in INSTRUMENT.dimensions),
    }
    items, _ = rater_scores(answers, INSTRUMENT)
    assert by_key["alpha", "index"].value == cronbach_alpha(items.to_numpy()).alpha
    assert by_key["icc2", "index"].low < by_key["icc2", "index"].value < by_key["icc2", "index"].high
    assert by_key["n_raters_mean", "index"].value == 5
    assert reliability_of(rows)[0] > 0.7


def test_raters_who_answer_at_random_are_not_reliable() -> None:
    answers = planted_answers(3)
    rng = np.random.default_rng(0)
    answers["answer_level"] = rng.integers(0, 5, size=len(answers))
    value, _ = reliability_of(measure_index(answers, INSTRUMENT))
    assert value < 0.7


def test_one_rater_each_leaves_out_what_needs_two() -> None:
    measures = {row.measure for row in measure_index(planted_answers(4, n_raters=1), INSTRUMENT)}
    assert "icc2" not in measures
    assert "alpha" in measures
    assert measure_index(planted_answers(4).assign(organization_id=None), INSTRUMENT) == ()
    assert reliability_of(()) == (None, "")


def test_row_order_does_not_matter() -> None:
    answers = planted_answers(5)
    assert measure_index(answers, INSTRUMENT) == measure_index(
        answers.sample(frac=1, random_state=1), INSTRUMENT
    )


@pytest.mark.parametrize(
    ("corrupt", "message"),
    [
        (lambda f: f.drop(columns="wave"), "wave"),
        (lambda f: f.assign(item_code=f["item_code"].replace("LS1", "XX9")), "XX9"),
        (lambda f: f.assign(answer_level=f["answer_level"] + 1), "leaves 0..4"),
        (lambda f: f.assign(response_key="r"), "twice"),
    ],
)
def test_refusals(corrupt, message) -> None:
    with pytest.raises(InputRefusedError, match=message):
        measure_index(corrupt(planted_answers(6)), INSTRUMENT)
