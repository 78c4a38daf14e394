"""Keeps scores of few or moody raters from looking exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.errors import TooFewUnitsError
from models.estimate import ols
from models.index_quality import measure_precision, rater_mood
from models.planted_survey import SurveySpec, planted_survey

BASE = SurveySpec(n_organizations=150, n_raters=(3, 8), between=8.0)


def test_pooled_covariance_is_that_of_pandas_when_nothing_is_missing() -> None:
    responses = planted_survey(replace(BASE, unanswered=0.0, mood=4.0)).responses()
    scores = pd.DataFrame(responses.respondent_dimensions())
    cells = scores.groupby(responses.cell)
    n = cells.size()
    within = sum(own.cov().to_numpy() * (len(own) - 1) for _, own in cells)
    found = measure_precision(responses)
    np.testing.assert_allclose(found.rater_covariance, within / (n - 1).sum(), atol=1e-9)
    # The variance of a cell's index: that of its raters' indices over their number.
    index = pd.Series(scores.to_numpy() @ weights(responses)).groupby(responses.cell)
    np.testing.assert_allclose(found.index_variance, index.var() / n, atol=1e-9)


def weights(responses) -> np.ndarray:
    sizes = np.bincount(responses.kind_of)
    return 1 / (len(sizes) * sizes[responses.kind_of])


def test_covariance_is_unbiased_when_answers_are_missing() -> None:
    full = measure_precision(planted_survey(replace(BASE, mood=6.0, unanswered=0.0)).responses())
    gaps = measure_precision(planted_survey(replace(BASE, mood=6.0, unanswered=0.25)).responses())
    off = ~np.eye(8, dtype=bool)
    # Mood of variance 36 is all that dimensions share, whoever answered what.
    assert full.rater_covariance[off].mean() == pytest.approx(36, rel=0.12)
    assert gaps.rater_covariance[off].mean() == pytest.approx(36, rel=0.12)
    assert gaps.missing_share.mean() == pytest.approx(0.25, abs=0.01)


def test_stated_variances_are_those_of_the_errors_made() -> None:
    survey = planted_survey(replace(BASE, n_organizations=400, mood=5.0))
    responses = survey.responses()
    found = measure_precision(responses)
    error = responses.cell_dimensions() @ weights(responses) - survey.index[:, 0]
    # Squared errors average to the stated variances.
    assert (error**2).mean() == pytest.approx(found.index_variance.mean(), rel=0.2)


def test_one_rater_takes_the_pooled_variance() -> None:
    responses = planted_survey(replace(BASE, n_raters=(1, 3), unanswered=0.0)).responses()
    found = measure_precision(responses)
    w = weights(responses)
    alone = found.n_raters == 1
    assert alone.any()
    expected = w @ found.rater_covariance @ w
    np.testing.assert_allclose(found.index_variance[alone], expected, rtol=1e-9)
    with pytest.raises(TooFewUnitsError, match="two raters"):
        measure_precision(planted_survey(replace(BASE, n_raters=(1, 1))).responses())


def test_planted_mood_is_found_and_none_is_not() -> None:
    hits = 0
    for seed in range(20):
        found = rater_mood(planted_survey(replace(BASE, seed=seed)).responses(), n_draws=200)
        hits += found.low <= 0 <= found.high
    # The binomial at 95 % is at least 15 of 20 with probability 0.9997.
    assert hits >= 15
    moody = rater_mood(planted_survey(replace(BASE, mood=8.0)).responses(), n_draws=200)
    assert moody.low > 0.4
    with pytest.raises(TooFewUnitsError):
        rater_mood(planted_survey(replace(BASE, n_raters=(1, 1))).responses())


def test_mood_makes_an_outcome_of_the_same_raters_look_related_and_no_other() -> None:
    """Rater mood: why an outcome may not come from the assessment. Nothing is planted but mood."""
    same, other = [], []
    for seed in range(12):
        spec = replace(BASE, seed=seed, between=0.0, dimensions=0.0, mood=10.0, n_raters=(2, 4))
        survey = planted_survey(spec)
        responses = survey.responses()
        n = np.bincount(responses.cell)
        mood = np.bincount(responses.cell, weights=survey.mood) / n
        index = responses.cell_dimensions() @ weights(responses)
        rng = np.random.default_rng(seed)
        X = np.column_stack([index, np.ones(len(index))])
        for outcomes, y in ((same, mood + rng.normal(0, 5, len(n))), (other, rng.normal(0, 5, len(n)))):
            fit = ols(y, X, ["index", "constant"], covariance="HC3").at("index")
            outcomes.append(fit.low > 0)
    assert all(same)
    # One-sided 2.5 %: more than 3 of 12 has probability 0.0002.
    assert sum(other) <= 3
    assert rater_mood(responses).low > 0.4
