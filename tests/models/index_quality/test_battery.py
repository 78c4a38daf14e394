"""Keeps the tables about the index whole: every measure there, typed, the same whatever the order of rows."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from contracts.instrument import load_instrument
from models.errors import InputRefusedError
from models.index_quality import RankSpec, cronbach_alpha, omega_total
from models.index_quality.battery import assess_index
from models.index_quality.spec import QualitySpec
from models.index_quality.tables import quality_tables
from models.planted_survey import SurveySpec, planted_survey
from models.raters import measure_index
from models.responses import read_responses

INSTRUMENT = load_instrument()
SMALL = QualitySpec(ranks=RankSpec(n_draws=100), n_sobol_runs=64, n_bootstrap=60)
SURVEY = planted_survey(SurveySpec(seed=11, n_organizations=45, n_waves=2, mood=3.0))


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return SURVEY.frame()


@pytest.fixture(scope="module")
def found(answers):
    return assess_index(answers, INSTRUMENT, SMALL)


def test_reading_the_frame_gives_the_matrices(answers) -> None:
    read, direct = read_responses(answers.sample(frac=1, random_state=1), INSTRUMENT), SURVEY.responses()
    for field in fields(read):
        one, two = getattr(read, field.name), getattr(direct, field.name)
        if isinstance(one, np.ndarray) and one.dtype.kind == "f":
            np.testing.assert_array_equal(one, two)
        else:
            assert np.all(one == two), field.name


def test_every_measure_is_there(found, answers) -> None:
    by_key = {(row.measure, row.scope): row for row in found.quality}
    scopes = {"index", *(dimension.code for dimension in INSTRUMENT.dimensions)}
    for measure in ("alpha", "omega_total"):
        assert {scope for name, scope in by_key if name == measure} == scopes
        for scope in scopes:
            row = by_key[measure, scope]
            assert row.low < row.value < row.high
    index_only = ("icc1", "icc2", "rwg_j_median", "n_raters_mean", "rater_mood_share", "low_agreement_share")
    assert {(measure, "index") for measure in index_only} <= set(by_key)
    assert {("n_components", "items"), ("n_components", "dimensions")} <= set(by_key)
    assert set(measure_index(answers, INSTRUMENT)) <= set(found.quality)
    own = SURVEY.responses().items[:, :5]
    assert by_key["alpha", "leadership_strategy"].value == cronbach_alpha(own).alpha
    assert by_key["omega_total", "leadership_strategy"].value == pytest.approx(omega_total(own))
    # One factor only was planted: a general one above group factors would be an accident.
    assert by_key["n_components", "items"].value == 1
    assert ("omega_hierarchical", "index") not in by_key


def test_a_general_factor_above_several_is_reported() -> None:
    spec = SurveySpec(seed=12, n_organizations=60, between=8.0, dimensions=14.0, raters=3.0)
    assessed = assess_index(planted_survey(spec).frame(), INSTRUMENT, SMALL)
    by_key = {(row.measure, row.scope): row.value for row in assessed.quality}
    assert by_key["n_components", "items"] >= 3
    assert 0 < by_key["omega_hierarchical", "index"] < by_key["omega_total", "index"]
    kept = {row.component for row in assessed.loadings if row.scope == "items"}
    assert len(kept) == by_key["n_components", "items"]


def test_tables_fit_together(found) -> None:
    tables = quality_tables(found, INSTRUMENT)
    assert {name: len(table) for name, table in tables.items()} == {
        "index_quality": len(found.quality),
        "index_items": 37,
        "index_components": 45,
        "index_loadings": 45,
        "index_scores": 90,
        "index_rank_sources": 5,
        "index_changes": 104,
        "index_watch": 12,
        "index_parts": 90 * 48,
    }
    scores = tables["index_scores"].set_index(["organization_id", "wave"])
    parts = tables["index_parts"].groupby(["level", "organization_id", "wave"])
    sums = parts[["contribution", "possible"]].sum()
    for level in ("kind", "dimension", "item"):
        own = sums.loc[level].reindex(scores.index)
        np.testing.assert_allclose(own["contribution"], scores["integration_index"], atol=1e-9)
        np.testing.assert_allclose(own["possible"], 100, atol=1e-9)
    assert (scores["low"] <= scores["integration_index"]).all()
    assert (scores["rank_low"] <= scores["rank_high"]).all()
    assert scores["rank"].groupby("wave").max().tolist() == [45, 45]
    assert tables["index_items"]["n_answers"].dtype == "int64"
    assert tables["index_watch"]["is_flagged"].dtype == "bool"
    assert tables["index_scores"]["wave"].dtype == "str"


def test_order_of_rows_does_not_matter_to_the_last_byte(found, answers) -> None:
    other = assess_index(answers.sample(frac=1, random_state=2), INSTRUMENT, SMALL)
    for name, table in quality_tables(other, INSTRUMENT).items():
        pd.testing.assert_frame_equal(table, quality_tables(found, INSTRUMENT)[name], check_exact=True)


def test_most_of_the_index_interval_holds_the_truth(found) -> None:
    truth = SURVEY.index.ravel()
    hits = sum(row.low <= t <= row.high for row, t in zip(found.scores, truth, strict=True))
    # The binomial at 95 % is at least 78 of 90 with probability 0.999.
    assert hits >= 78


def test_thin_answers_leave_out_what_they_cannot_carry() -> None:
    lone = replace(SurveySpec(), n_organizations=4, n_raters=(1, 1))
    thin = assess_index(planted_survey(lone).frame(), INSTRUMENT, SMALL)
    measures = {row.measure for row in thin.quality}
    assert not measures & {"icc1", "rwg_j_median", "low_agreement_share", "rater_mood_share"}
    assert all(np.isnan(row.standard_error) for row in thin.scores)
    assert [row.rank for row in thin.scores] != []
    nobody = assess_index(SURVEY.frame().assign(organization_id=None), INSTRUMENT, SMALL)
    tables = quality_tables(nobody, INSTRUMENT)
    assert all(table.empty for table in tables.values())
    assert tables["index_scores"]["rank"].dtype == "float64"


def test_refusals(answers) -> None:
    two_waves = answers.copy()
    two_waves.loc[0, "wave"] = "2030-H1"
    with pytest.raises(InputRefusedError, match="two organisations or waves"):
        assess_index(two_waves, INSTRUMENT, SMALL)


def test_components_are_counted_from_one_and_fall_in_size(found) -> None:
    components = quality_tables(found, INSTRUMENT)["index_components"]
    for _, own in components.groupby("scope"):
        assert own["component"].tolist() == list(range(1, len(own) + 1))
        assert own["eigenvalue"].is_monotonic_decreasing
