"""Keeps one item or one dimension from deciding a ranking unseen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from contracts.instrument import load_instrument
from models.drivers import lmg
from models.index_quality import decompose, rank_changes
from models.index_quality.scoring import index_of
from models.planted_survey import SurveySpec, planted_survey
from models.raters import rater_scores

INSTRUMENT = load_instrument()


def test_changes_against_dropping_the_answers_in_earnest() -> None:
    survey = planted_survey(SurveySpec(seed=2, n_organizations=15, n_waves=2))
    found = {(row.wave, row.change, row.name): row for row in rank_changes(survey.responses())}
    frame = survey.frame()

    def index(answers) -> np.ndarray:
        _, scores = rater_scores(answers, shorter)
        own = scores[scores["wave"] == "2023-H2"].groupby("organization_id")
        dimensions = own[[d.code for d in INSTRUMENT.dimensions]].mean().to_numpy()
        kinds = np.array(
            [["cultural", "personal", "structural"].index(d.kind) for d in INSTRUMENT.dimensions]
        )
        return index_of(dimensions, kinds)

    shorter = INSTRUMENT
    declared = index(frame)
    shorter = replace_items(INSTRUMENT, "ST2")
    without = index(frame[frame["item_code"] != "ST2"])
    row = found["2023-H2", "item", "ST2"]
    assert row.spearman == pytest.approx(stats.spearmanr(declared, without).statistic)
    assert row.kendall == pytest.approx(stats.kendalltau(declared, without).statistic)
    shift = np.abs(stats.rankdata(declared) - stats.rankdata(without))
    assert (row.mean_shift, row.max_shift) == pytest.approx((shift.mean(), shift.max()))
    assert row.max_change == pytest.approx(np.abs(declared - without).max())
    assert row.n_organizations == 15


def replace_items(instrument, code):
    # Four items are left of five: the instrument itself would allow it.
    return replace(instrument, items=tuple(i for i in instrument.items if i.code != code))


def test_what_is_there() -> None:
    rows = rank_changes(planted_survey(SurveySpec(n_organizations=12)).responses())
    names = {change: [row.name for row in rows if row.change == change] for change in ("item", "dimension")}
    assert names["item"] == [item.code for item in INSTRUMENT.items]
    assert names["dimension"] == [dimension.code for dimension in INSTRUMENT.dimensions]
    variants = {row.name: row for row in rows if row.change == "variant"}
    assert set(variants) == {
        "equal_dimensions",
        "pca",
        "geometric",
        "geometric_of_kinds",
        "min_max",
        "z_score",
        "percentile",
    }
    assert np.isnan(variants["z_score"].mean_change)
    assert variants["geometric"].mean_change > 0
    assert rank_changes(planted_survey(SurveySpec(n_organizations=2)).responses()) == ()


def test_organisations_that_lose_their_index_are_not_compared() -> None:
    responses = planted_survey(SurveySpec(n_organizations=4)).responses()
    levels = responses.items.copy()
    # Two organisations have no other personal dimension than the one that is left out.
    advocacy = responses.dimension_of == responses.dimensions.index("employee_advocacy")
    levels[np.ix_(responses.cell < 2, advocacy)] = np.nan
    rows = {row.name: row for row in rank_changes(replace(responses, items=levels))}
    assert rows["skills_training"].n_organizations == 2
    assert np.isnan(rows["skills_training"].spearman)
    assert rows["employee_advocacy"].n_organizations == 4


def test_when_one_dimension_alone_differs_leaving_it_out_takes_the_ranking_with_it() -> None:
    """One dimension only: the others hold noise, and every route finds the one."""
    spec = SurveySpec(seed=3, between=25.0, only_dimension="data_tools", n_raters=(8, 8))
    responses = planted_survey(spec).responses()
    by_name = {row.name: row for row in rank_changes(responses) if row.change == "dimension"}
    assert min(by_name, key=lambda name: by_name[name].kendall) == "data_tools"
    # What is left of the correlation is the noise that both indices share.
    assert by_name["data_tools"].spearman < 0.5
    assert min(row.spearman for name, row in by_name.items() if name != "data_tools") > 0.85
    # The decomposition's covariance shares: what part of the index's variance each dimension brings.
    split = decompose(responses)
    shares = [np.cov(split.dimensions[:, d], split.index)[0, 1] / split.index.var(ddof=1) for d in range(8)]
    assert sum(shares) == pytest.approx(1)
    assert responses.dimensions[int(np.argmax(shares))] == "data_tools"
    assert max(shares) > 0.6


def test_an_outcome_of_one_dimension_only_is_traced_to_it() -> None:
    """One dimension only: shares of R squared point at the dimension that was planted."""
    survey = planted_survey(SurveySpec(seed=4, n_organizations=150, between=6.0, dimensions=12.0))
    responses = survey.responses()
    planted = responses.dimensions.index("openness_values")
    noise = np.random.default_rng(4).normal(0, 8, 150)
    scores = pd.DataFrame(responses.cell_dimensions(), columns=list(responses.dimensions))
    shares = lmg(survey.truth[:, 0, planted] + noise, scores)
    assert shares.idxmax() == "openness_values"
    assert shares.max() > 0.5 * shares.sum()


def test_weights_by_component_are_those_of_the_largest_eigenvalue() -> None:
    responses = planted_survey(SurveySpec(seed=6, n_organizations=40, n_waves=1)).responses()
    scores = responses.cell_dimensions()
    loading = np.abs(np.linalg.eigh(np.corrcoef(scores.T))[1][:, -1])
    by_hand = scores @ (loading / loading.sum())
    declared = index_of(scores, responses.kind_of)
    moved = np.abs(stats.rankdata(by_hand) - stats.rankdata(declared)).mean()
    found = {row.name: row for row in rank_changes(responses) if row.change == "variant"}["pca"]
    assert found.mean_shift == pytest.approx(moved)
