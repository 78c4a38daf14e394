"""Keeps an explanation of a score from adding up to something else than the score."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.instrument import load_instrument
from models.demo.assessment import Answers
from models.demo.index import observed_index
from models.index_quality import decompose
from models.planted_survey import SurveySpec, planted_survey

ADDITIVE = 1e-9


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 0.6))
def test_every_level_adds_up_to_the_index(seed, unanswered) -> None:
    spec = SurveySpec(seed=seed, n_organizations=6, n_waves=2, n_raters=(1, 4), unanswered=unanswered)
    survey = planted_survey(spec)
    responses = survey.responses()
    split = decompose(responses)
    known = np.isfinite(split.index)
    for part in (split.kinds, split.dimensions, split.items):
        np.testing.assert_allclose(part.sum(axis=1)[known], split.index[known], atol=ADDITIVE)
        assert np.isnan(part[~known]).all()
    for part in (split.possible_kinds, split.possible_dimensions, split.possible_items):
        np.testing.assert_allclose(part.sum(axis=1)[known], 100, atol=ADDITIVE)
    of_answers = np.bincount(responses.cell, weights=split.answers.sum(axis=1))
    np.testing.assert_allclose(of_answers[known], split.index[known], atol=ADDITIVE)
    # Second route: the demo's own index formula.
    answers = Answers(
        survey.organization,
        survey.wave,
        np.nan_to_num(survey.levels, nan=-1).astype(np.int64),
        *([np.zeros(0, dtype=bool)] * 4),
    )
    with np.errstate(invalid="ignore"):
        other = observed_index_quietly(answers, spec)
    np.testing.assert_allclose(split.index, other, atol=ADDITIVE)


def observed_index_quietly(answers: Answers, spec: SurveySpec) -> np.ndarray:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return observed_index(answers, load_instrument(), spec.n_organizations, spec.n_waves).ravel()


def test_an_answer_is_worth_what_raising_it_brings() -> None:
    responses = planted_survey(SurveySpec(seed=5, n_organizations=4)).responses()
    split = decompose(responses)
    row, column = np.argwhere(responses.items < 100)[7]
    items = responses.items.copy()
    items[row, column] += 25
    raised = decompose(replace(responses, items=items))
    cell = responses.cell[row]
    gain = raised.index - split.index
    assert abs(gain[cell] - 25 * split.weights[row, column]) < ADDITIVE
    assert not np.delete(gain, cell).any()


def test_an_answer_of_a_dimension_with_too_few_counts_nothing() -> None:
    responses = planted_survey(SurveySpec(seed=6, n_organizations=3, unanswered=0.0)).responses()
    items = responses.items.copy()
    own = np.flatnonzero(responses.dimension_of == 0)
    items[0, own[:2]] = np.nan
    split = decompose(replace(responses, items=items))
    assert not split.answers[0, own].any()
    assert split.answers[1, own].any()
