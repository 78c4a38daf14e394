"""Keeps a league table from hiding that it hangs on choices, on raters and on who did not answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.errors import ConstantOutcomeError, InputRefusedError, TooFewUnitsError
from models.index_quality import RankSpec, measure_precision, rank_sobol, rank_uncertainty
from models.index_quality.rank_draws import draw, rank_model, ranks_in
from models.index_quality.variants import AGGREGATIONS, NORMALISATIONS, fill, ranks_of
from models.planted_survey import SurveySpec, planted_survey

KINDS = ("s", "s", "p", "c")
# Nothing is uncertain in these: options are switched on one by one.
CERTAIN = RankSpec(
    kinds=KINDS,
    weight_range=0.0,
    normalisations=("goalposts",),
    aggregations=("arithmetic",),
    missing_shift=0.0,
    n_draws=300,
)


def scores(seed: int = 1, n: int = 12) -> np.ndarray:
    return np.random.default_rng(seed).uniform(5, 95, size=(n, 4))


def test_without_uncertainty_every_draw_is_the_declared_rank() -> None:
    matrix = scores()
    found = rank_uncertainty(matrix, CERTAIN)
    index = (matrix[:, :2].mean(axis=1) + matrix[:, 2] + matrix[:, 3]) / 3
    np.testing.assert_allclose(found.index, index)
    np.testing.assert_array_equal(found.rank, stats.rankdata(-index))
    for bound in (found.low, found.median, found.high):
        np.testing.assert_array_equal(bound, found.rank)
    assert found.top_probability.tolist() == (found.rank <= 3).astype(float).tolist()
    assert not found.mean_shift.any()
    with pytest.raises(ConstantOutcomeError):
        rank_sobol(matrix, CERTAIN)


def test_draws_by_hand() -> None:
    """Second route: one draw at a time, in plain Python."""
    matrix = scores(2)
    matrix[3, 1] = np.nan
    spec = RankSpec(
        kinds=KINDS, rater_covariance=np.diag([50.0, 40, 30, 20]), n_raters=np.arange(12) + 2, seed=3
    )
    _, model = rank_model(matrix, spec)
    draws = draw(model, spec, np.random.default_rng(3), 40)
    found = ranks_in(model, draws, spec)
    filled = [fill(matrix, np.array([2, 2, 1, 0]), how) for how in spec.imputations]
    for d in range(40):
        x = filled[int(draws.imputation[d, 0])].copy()
        x[3, 1] += draws.imputation[d, 4]
        x += draws.raters[d] * np.sqrt([50.0, 40, 30, 20]) / np.sqrt(np.arange(12) + 2)[:, None]
        x = np.clip(x, 0, 100)
        how = NORMALISATIONS[draws.normalisation[d]]
        if how == "min_max":
            x = 100 * (x - x.min(axis=0)) / np.ptp(x, axis=0)
        elif how == "z_score":
            x = 50 + 20 * (x - x.mean(axis=0)) / x.std(axis=0)
        elif how == "percentile":
            x = 100 * (stats.rankdata(x, axis=0) - 0.5) / 12
        w, how = draws.weights[d], AGGREGATIONS[draws.aggregation[d]]
        if how == "arithmetic":
            index = x @ w
        elif how == "geometric":
            index = stats.gmean(np.maximum(x, 1), weights=w, axis=1)
        else:
            parts = [np.average(x[:, c], weights=w[c], axis=1) for c in ([0, 1], [2], [3])]
            index = stats.gmean(
                np.maximum(parts, 1), weights=np.array([w[:2].sum(), w[2], w[3]])[:, None], axis=0
            )
        np.testing.assert_array_equal(found[d], stats.rankdata(-index))


def test_each_source_alone_widens_the_intervals() -> None:
    matrix = scores(4)
    gapped = matrix.copy()
    gapped[::3, 0] = np.nan
    sources = {
        "weights": (matrix, replace(CERTAIN, weight_range=0.6)),
        "dirichlet": (matrix, replace(CERTAIN, weight_distribution="dirichlet", concentration=10.0)),
        "normalisation": (matrix, replace(CERTAIN, normalisations=NORMALISATIONS)),
        "aggregation": (matrix, replace(CERTAIN, aggregations=AGGREGATIONS)),
        "imputation": (gapped, replace(CERTAIN, missing_shift=30.0)),
        "raters": (matrix, replace(CERTAIN, rater_covariance=200 * np.eye(4), n_raters=[4] * 12)),
    }
    for name, (given_scores, spec) in sources.items():
        found = rank_uncertainty(given_scores, spec)
        assert (found.high - found.low).sum() > 0, name
        shares = {share.name: share for share in rank_sobol(given_scores, spec, n_runs=128)}
        own = shares["weights" if name == "dirichlet" else name]
        # One source alone carries all of the variance.
        assert own.total == pytest.approx(1, abs=0.25), name
        others = [share.total for share in shares.values() if share is not own]
        assert max(others) < 1e-12, name


def test_sobol_of_ranks_against_brute_force() -> None:
    spec = RankSpec(kinds=KINDS, weight_range=0.5, rater_covariance=60 * np.eye(4), n_raters=[5] * 12)
    matrix = scores(5)
    _, model = rank_model(matrix, spec)
    reference = ranks_of(model.declared)
    rng = np.random.default_rng(6)
    means, all_runs = [], []
    for _ in range(200):
        fixed = draw(model, spec, rng, 1)
        draws = draw(model, spec, rng, 200)
        draws = replace(draws, raters=np.repeat(fixed.raters, 200, axis=0))
        shift = np.abs(ranks_in(model, draws, spec) - reference).mean(axis=1)
        means.append(shift.mean())
        all_runs.append(shift)
    brute = (np.var(means) - np.mean([np.var(r) for r in all_runs]) / 200) / np.var(all_runs)
    raters = rank_sobol(matrix, spec, n_runs=4096)[-1]
    assert raters.name == "raters"
    assert raters.first_order == pytest.approx(brute, abs=0.07)


@pytest.mark.parametrize("missingness", ["at_random", "low_scores"])
def test_missing_answers_widen_the_intervals_and_keep_them_honest(missingness) -> None:
    """Answers missing not at random: who skips low answers looks better, and the interval must know."""
    covered, widths = {}, {}
    full = SurveySpec(n_organizations=50, n_raters=(1, 3))
    worlds = {"full": full, "gaps": replace(full, unanswered=0.3, missingness=missingness)}
    for name, shift in (("full", 15.0), ("gaps", 15.0), ("ignored", 0.0)):
        hits, width = [], []
        for seed in range(8):
            survey = planted_survey(replace(worlds.get(name, worlds["gaps"]), seed=seed))
            responses = survey.responses()
            precision = measure_precision(responses)
            spec = replace(
                CERTAIN,
                kinds=tuple(responses.kinds[k] for k in responses.kind_of),
                rater_covariance=precision.rater_covariance,
                n_raters=precision.n_raters,
                missing_share=precision.missing_share,
                missing_shift=shift,
            )
            found = rank_uncertainty(responses.cell_dimensions(), spec)
            ranked = np.isfinite(found.rank)
            truth = ranks_of(survey.index[ranked, 0])
            hits.append(((found.low[ranked] <= truth) & (truth <= found.high[ranked])).mean())
            width.append((found.high - found.low)[ranked].mean())
        covered[name], widths[name] = np.mean(hits), np.mean(width)
    assert widths["gaps"] > 1.15 * widths["full"]
    assert covered["full"] >= 0.93
    assert covered["gaps"] >= 0.93
    assert covered["ignored"] < covered["gaps"]


def test_frames_mappings_and_gaps() -> None:
    frame = pd.DataFrame(scores(7), index=[f"org_{i}" for i in range(12)], columns=list("abcd"))
    found = rank_uncertainty(frame, {"kinds": KINDS, "n_draws": 50})
    assert found.labels[3] == "org_3"
    same = rank_uncertainty(frame.to_numpy(), RankSpec(kinds=KINDS, n_draws=50))
    assert found.low.tobytes() == same.low.tobytes()
    gapped = frame.copy()
    gapped.loc["org_0", "c"] = np.nan
    missing_kind = rank_uncertainty(gapped, {"kinds": KINDS, "n_draws": 50})
    assert np.isnan(missing_kind.rank[0])
    assert np.nanmax(missing_kind.rank) == 11
    # Without kinds one dimension is enough for an index; a dimension nobody has is filled from the others.
    gapped["d"] = np.nan
    assert np.isfinite(rank_uncertainty(gapped).rank).all()


def test_refusals() -> None:
    with pytest.raises(InputRefusedError, match="no colour"):
        rank_uncertainty(scores(), {"colour": 1})
    with pytest.raises(InputRefusedError, match="kinds has 2 entries"):
        rank_uncertainty(scores(), {"kinds": ("a", "b")})
    with pytest.raises(InputRefusedError, match="positive"):
        rank_uncertainty(scores(), {"weights": (1.0, 1.0, 1.0, 0.0)})
    with pytest.raises(InputRefusedError, match="needs n_raters"):
        rank_uncertainty(scores(), {"rater_covariance": np.eye(4)})
    for way in ("weight_distribution", "aggregations"):
        with pytest.raises(InputRefusedError, match="'normal' is none of"):
            rank_uncertainty(scores(), {way: "normal" if way == "weight_distribution" else ("normal",)})
    with pytest.raises(InputRefusedError, match=r"a score leaves 0\.\.100"):
        rank_uncertainty(scores() * 2)
    with pytest.raises(TooFewUnitsError, match="three organisations"):
        rank_uncertainty(scores(n=2))
    with pytest.raises(TooFewUnitsError, match="three organisations"):
        rank_uncertainty(np.full((5, 3), np.nan))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 20))
def test_properties_of_rank_intervals(seed, n) -> None:
    matrix = scores(seed, n)
    spec = RankSpec(kinds=KINDS, n_draws=60)
    found = rank_uncertainty(matrix, spec)
    assert ((found.low >= 1) & (found.low <= found.median) & (found.median <= found.high)).all()
    assert (found.high <= n).all()
    assert found.rank.sum() == pytest.approx(n * (n + 1) / 2)
    again = rank_uncertainty(matrix, spec)
    assert found.median.tobytes() == again.median.tobytes()
    # An organisation that is best in everything is first in every draw.
    matrix[0] = 99.0
    best = rank_uncertainty(matrix, spec)
    assert (best.low[0], best.high[0], best.top_probability[0]) == (1.0, 1.0, 1.0)
    # Where nothing depends on chance between organisations, their order in the table does not matter.
    order = np.random.default_rng(seed).permutation(n)
    shuffled = rank_uncertainty(matrix[order], replace(spec, missing_shift=0.0))
    np.testing.assert_allclose(
        shuffled.median, rank_uncertainty(matrix, replace(spec, missing_shift=0.0)).median[order]
    )
