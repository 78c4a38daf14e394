"""Gives a public function the number, the second route or the planted truth that its own file lacks.

Which test holds which function to what is listed in docs/estimators.md.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from models.direction import lead_placebo
from models.estimate import ols
from models.index_quality import icc_multilevel, rwg_j
from models.inference import cluster_covariance, satterthwaite_df, wild_cluster_bootstrap
from models.multiplicity import adjust
from models.power import minimum_detectable_effect
from models.robustness import e_value

FIXTURES = Path(__file__).parent / "fixtures"
WORLDS = 400


def within_binomial(hits: int, share: float, total: int = WORLDS) -> bool:
    """One honest run in a thousand falls outside."""
    low, high = stats.binom.ppf([0.0005, 0.9995], total, share)
    return bool(low <= hits <= high)


def test_multilevel_icc_is_what_scipys_analysis_of_variance_gives() -> None:
    """ICC(1) and ICC(2) from F alone, with the mean group size of unequal groups (Bliese 2000)."""
    rng = np.random.default_rng(2)
    groups = np.repeat(np.arange(30), rng.integers(2, 9, size=30))
    values = rng.normal(size=30)[groups] + rng.normal(size=len(groups))
    f = stats.f_oneway(*(values[groups == g] for g in range(30))).statistic
    sizes = np.bincount(groups)
    size = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / 29
    one, many = icc_multilevel(values, groups)
    assert one == pytest.approx((f - 1) / (f - 1 + size))
    assert many == pytest.approx((f - 1) / f)


def test_planted_agreement_is_recovered() -> None:
    """Raters who choose between two neighbouring levels have a quarter of variance where chance has two."""
    rng = np.random.default_rng(3)
    n_groups, n_raters, n_items = 400, 12, 6
    true = rng.integers(0, 4, size=(n_groups, 1, n_items))
    levels = true + rng.integers(0, 2, size=(n_groups, n_raters, n_items))
    frame = pd.DataFrame(levels.reshape(-1, n_items), index=np.repeat(np.arange(n_groups), n_raters))
    share = 0.25 / 2
    planted = n_items * (1 - share) / (n_items * (1 - share) + share)
    assert rwg_j(frame, 5).mean() == pytest.approx(planted, abs=0.003)


def test_least_squares_by_hand_with_its_sandwich() -> None:
    rng = np.random.default_rng(4)
    groups = np.repeat(np.arange(25), rng.integers(3, 9, size=25))
    X = np.column_stack([rng.normal(size=(len(groups), 2)), np.ones(len(groups))])
    y = X @ [0.4, -1.0, 2.0] + rng.normal(size=25)[groups] + rng.normal(size=len(groups))
    coefficients = np.linalg.lstsq(X, y, rcond=None)[0]
    matrix = cluster_covariance(X, y - X @ coefficients, groups, "CR1")
    fit = ols(y, X, ["a", "b", "constant"], groups)
    np.testing.assert_allclose(fit.coefficients, coefficients, rtol=1e-10)
    np.testing.assert_allclose(fit.covariance, matrix, rtol=1e-10)
    half = stats.t.ppf(0.975, 24) * np.sqrt(np.diag(matrix))
    np.testing.assert_allclose([fit.low, fit.high], [coefficients - half, coefficients + half], rtol=1e-10)
    p_values = 2 * stats.t.sf(np.abs(coefficients) / np.sqrt(np.diag(matrix)), 24)
    np.testing.assert_allclose(fit.p_values, p_values, rtol=1e-8)


def test_clustered_intervals_hold_a_planted_slope() -> None:
    rng = np.random.default_rng(5)
    groups, held = np.repeat(np.arange(80), 6), 0
    for _ in range(WORLDS):
        x = rng.normal(size=80)[groups] + rng.normal(size=len(groups))
        y = 0.3 * x + rng.normal(size=80)[groups] + rng.normal(size=len(groups))
        found = ols(y, np.column_stack([x, np.ones(len(y))]), ["x", "constant"], groups).at("x")
        held += found.low <= 0.3 <= found.high
    assert within_binomial(held, 0.95)


def test_wildboottest_on_petersens_ten_years() -> None:
    """All 1,024 sign patterns; wildboottest 0.3.2 has 222, without the two that are the sample itself."""
    data = pd.read_csv(FIXTURES / "PetersenCL.csv")
    X = np.column_stack([np.ones(len(data)), data["x"]])
    test = wild_cluster_bootstrap(data["y"], X, data["year"], 0, 9999, 1, "rademacher")
    assert (test.is_enumerated, test.n_draws) == (True, 1024)
    assert test.t_value == pytest.approx(1.269084306705713, rel=1e-10)
    assert test.p_value == pytest.approx(0.216796875 + 2 / 1024)


@pytest.mark.parametrize(("few", "many"), [(3, 27), (5, 45), (10, 10)])
def test_degrees_of_freedom_of_two_samples_are_imbens_and_kolesars(few: int, many: int) -> None:
    """Imbens and Kolesar (2016), section II: a difference of two means; 2.5 for 3 against 27."""
    x = np.repeat([1.0, 0.0], [few, many])
    found = satterthwaite_df(np.column_stack([x, np.ones(few + many)]), np.arange(few + many))[0]
    n = few + many
    expected = n**2 * (few - 1) * (many - 1) / (many**2 * (many - 1) + few**2 * (few - 1))
    assert found == pytest.approx(expected, rel=1e-8)
    if few == 3:
        assert found == pytest.approx(2.5, abs=0.05)


def test_the_placebo_is_the_regression_with_every_dummy() -> None:
    rng = np.random.default_rng(6)
    units, periods = 40, 5
    x = rng.normal(size=(units, periods)).cumsum(axis=1)
    y = rng.normal(size=(units, periods)) + 0.2 * x
    fit = lead_placebo(x, y)
    i, t = (index.ravel() for index in np.indices((units, periods - 1)))
    dummies = [(i == unit).astype(float) for unit in range(units)]
    dummies += [(t == period).astype(float) for period in range(1, periods - 1)]
    X = np.column_stack([x[:, 1:].ravel(), x[:, :-1].ravel(), *dummies])
    outcome = y[:, :-1].ravel()
    coefficients = np.linalg.lstsq(X, outcome, rcond=None)[0]
    np.testing.assert_allclose(fit.coefficients[:2], coefficients[:2], rtol=1e-9)
    matrix = cluster_covariance(X, outcome - X @ coefficients, i, "CR0")[:2, :2]
    # Effects of units are nested in the clusters and not counted: two slopes, a constant, dummies of periods.
    factor = units / (units - 1) * (len(i) - 1) / (len(i) - 3 - (periods - 2))
    np.testing.assert_allclose(fit.covariance[:2, :2], factor * matrix, rtol=1e-8)


def test_an_effect_of_the_detectable_size_is_seen_in_four_worlds_of_five() -> None:
    rng = np.random.default_rng(7)
    n, found = 200, 0
    x = rng.normal(size=n)
    x -= x.mean()
    error = 1 / np.sqrt(x @ x)
    effect = minimum_detectable_effect(error)
    for _ in range(WORLDS):
        y = effect * x + rng.normal(size=n)
        slope = x @ y / (x @ x)
        found += abs(slope / error) > stats.norm.ppf(0.975)
    assert within_binomial(found, 0.8)


def test_false_findings_are_as_rare_as_each_adjustment_promises() -> None:
    """Five true effects among twenty questions: Holm errs anywhere in 5 %, one in twenty of BH's is false."""
    rng = np.random.default_rng(8)
    worlds, nothing = 2000, np.arange(20) >= 5
    p = 2 * stats.norm.sf(np.abs(rng.normal(size=(worlds, 20)) + np.where(nothing, 0.0, 3.0)))
    holm = np.array([adjust(row, "holm") for row in p]) < 0.05
    assert holm[:, nothing].any(axis=1).sum() <= stats.binom.ppf(0.9995, worlds, 0.05)
    bh = np.array([adjust(row, "bh") for row in p]) < 0.05
    false = bh[:, nothing].sum(axis=1) / np.maximum(bh.sum(axis=1), 1)
    assert false.mean() <= 0.05 + 3.3 * false.std() / np.sqrt(worlds)
    assert bh[:, ~nothing].mean() > holm[:, ~nothing].mean() > (p[:, ~nothing] * 20 < 0.05).mean() - 1e-12


@pytest.mark.parametrize("rr", [1.3, 2.0, 3.9])
def test_a_planted_confounder_of_that_strength_makes_the_ratio_out_of_nothing(rr: float) -> None:
    """Exposure does nothing; its confounder makes E times the risk, E times as common among the exposed."""
    strength = e_value(rr)
    risk_without = 0.01
    # The bound is reached where all that are exposed have it, and one in E of the others.
    exposed = risk_without * strength
    others = risk_without * (strength / strength + (1 - 1 / strength))
    assert exposed / others == pytest.approx(rr, rel=1e-9)
    weaker = 0.95 * strength
    assert risk_without * weaker / (risk_without * (1 + (1 - 1 / weaker))) < rr
