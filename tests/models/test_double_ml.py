"""Keeps flexible controls from bringing back the fixed traits that organisation effects take out."""

from __future__ import annotations

import warnings
from dataclasses import astuple

import doubleml
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, RidgeCV
from sklearn.model_selection import GroupKFold

from models.arrays import group_codes
from models.double_ml import double_ml
from models.errors import (
    AllMissingError,
    ConstantExposureError,
    ConstantOutcomeError,
    InputRefusedError,
    TooFewUnitsError,
)
from models.learners import PENALTIES, Basis, best_penalty, ridge
from models.panel import two_way_within
from models.planted import planted_panel

OUTCOME, LEAD = "csat_share", "csat_share_lead_3m"
EFFECT = 0.25


def world(
    seed: int, *, n: int = 60, months: int = 18, trait: float = 0.0, course: float = 0.0
) -> pd.DataFrame:
    """A fixed trait behind index and outcome, and industries that go their own way in both."""
    frame = planted_panel(
        seed, n_organizations=n, n_months=months, effect=EFFECT, trait=trait, outcomes=(OUTCOME,), noise=0.4
    )
    time = frame.groupby("organization_id").cumcount().to_numpy() / months
    own = course * frame["industry"].map({"media": 1.0, "retail": -1.0, "healthcare": 0.0}) * np.cos(4 * time)
    return frame.assign(index_per_10=frame["index_per_10"] + own, **{LEAD: frame[LEAD] + own})


def test_a_fixed_trait_fools_the_plain_form_and_not_ours() -> None:
    frame = world(1, trait=0.6)
    columns = ["log_employees", "industry", "country", "customer_type"]
    X = frame[columns].apply(lambda c: c if c.dtype == float else group_codes(c)[0])
    plain = doubleml.DoubleMLPLR(
        doubleml.DoubleMLData.from_arrays(X, frame[LEAD], frame["index_per_10"]),
        *(RandomForestRegressor(20, max_depth=4, random_state=1) for _ in range(2)),
        draw_sample_splitting=False,
    )
    folds = np.array_split(np.random.default_rng(0).permutation(len(frame)), 5)
    plain.set_sample_splitting([(np.setdiff1d(np.arange(len(frame)), f), np.sort(f)) for f in folds])
    plain.fit()
    assert plain.coef[0] > 2 * EFFECT
    for found in double_ml(frame, OUTCOME):
        assert found.low <= EFFECT <= found.high
        assert found.high < plain.coef[0]


def test_industries_that_go_their_own_way_fool_m2_and_not_m5() -> None:
    frame = world(2, n=90, course=1.0)
    m2 = two_way_within(frame, LEAD, "index_per_10", [], "organization_id", "period").at("index_per_10")
    assert m2.low > EFFECT
    for found in double_ml(frame, OUTCOME):
        assert found.low <= EFFECT <= found.high


@pytest.mark.parametrize("effect", [EFFECT, 0.0])
def test_intervals_cover_a_planted_effect_and_none(effect: float) -> None:
    covered = {"ridge": 0, "boosting": 0}
    for seed in range(8):
        frame = world(100 + seed, n=40, months=12, trait=0.6)
        frame[LEAD] += (effect - EFFECT) * frame["index_per_10"]
        for found in double_ml(frame, OUTCOME, n_repetitions=1):
            covered[found.learner] += found.low <= effect <= found.high
    # Of 8 at 95 %, fewer than 6 have probability 0.006.
    assert min(covered.values()) >= 6


def test_cross_fitting_by_hand_agrees() -> None:
    """Residual on residual, folds by organisation, without DoubleML: the same estimate and error."""
    frame = world(3, n=40)
    found = double_ml(frame, OUTCOME, learners=("ridge",), n_repetitions=1, seed=5)[0]
    rows = frame.sort_values(["organization_id", "period"])
    months = pd.get_dummies(rows["period"].astype(str)).to_numpy(dtype=float)
    units, n = group_codes(rows["organization_id"])
    dummies = np.column_stack([months, np.eye(n)[units]])
    pair = rows[[LEAD, "index_per_10"]].to_numpy()
    y, d = (pair - dummies @ np.linalg.lstsq(dummies, pair, rcond=None)[0]).T
    names = ["period", "log_employees", "industry", "country", "customer_type"]
    inputs = np.column_stack(
        [rows[c] if c == "log_employees" else group_codes(rows[c].astype(str))[0] for c in names]
    ).astype(float)
    machines = [ridge(inputs, target, units) for target in (y, d)]
    u, v = y.copy(), d.copy()
    for part in np.array_split(np.random.default_rng(5).permutation(n), 5):
        test = np.isin(units, part)
        for target, rest, machine in ((y, u, machines[0]), (d, v, machines[1])):
            rest[test] = target[test] - machine.fit(inputs[~test], target[~test]).predict(inputs[test])
    v -= (np.bincount(units, v) / np.bincount(units))[units]
    theta = (v @ u) / (v @ v)
    scores = np.bincount(units, v * (u - theta * v))
    assert found.estimate == pytest.approx(theta, rel=1e-6)
    assert found.standard_error == pytest.approx(np.sqrt((scores**2).sum() * n / (n - 1)) / (v @ v), rel=1e-6)


def test_with_nothing_to_learn_it_is_two_way_fixed_effects() -> None:
    frame = world(4).assign(industry="media", country="NL", customer_type="b2b", log_employees=6.0)
    m2 = two_way_within(frame, LEAD, "index_per_10", [], "organization_id", "period").at("index_per_10")
    for found in double_ml(frame, OUTCOME):
        assert found.estimate == pytest.approx(m2.estimate, abs=0.3 * m2.standard_error)
        assert found.standard_error == pytest.approx(m2.standard_error, rel=0.15)


def test_same_seed_same_result_whatever_the_row_order() -> None:
    frame = world(5, n=30, months=12)
    first = double_ml(frame, OUTCOME, n_repetitions=2, seed=3)
    assert first == double_ml(frame.sample(frac=1, random_state=1), OUTCOME, n_repetitions=2, seed=3)
    other = double_ml(frame, OUTCOME, n_repetitions=2, seed=4)
    for one, two in zip(first, other, strict=True):
        assert one.estimate != two.estimate
        assert abs(one.estimate - two.estimate) < one.standard_error


def test_estimates_scale_with_the_outcome() -> None:
    frame = world(6, n=30, months=12)
    plain = double_ml(frame, OUTCOME, n_repetitions=1)
    moved = double_ml(frame.assign(**{LEAD: 100 * frame[LEAD] + 7}), OUTCOME, n_repetitions=1)
    for ours, other in zip(plain, moved, strict=True):
        np.testing.assert_allclose(astuple(other)[2:6], 100 * np.array(astuple(ours)[2:6]), rtol=1e-4)


def test_gaps_and_missing_controls_leave_rows_out() -> None:
    frame = world(7, n=30, months=12)
    frame.loc[frame.index[:12], "industry"] = None
    frame = frame.drop(index=frame.index[14::9])
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.simplefilter("error", RuntimeWarning)
        found = double_ml(frame, OUTCOME, n_repetitions=1)[0]
    assert found.n_organizations == 29
    assert found.n_observations == frame["industry"].notna().sum()


def test_the_basis_of_ridge_fits_a_plain_line_where_months_are_few() -> None:
    basis = Basis(month_knots=np.empty(0), size_knots=np.empty(0), n_levels=(2,))
    inputs = np.array([[0, 5.0, 0], [1, 5.0, 1], [2, 6.0, 1]])
    np.testing.assert_array_equal(basis.design(inputs), [[0, 5, 0, 0, 0], [1, 5, 1, 5, 1], [2, 6, 1, 12, 2]])
    assert (
        LinearRegression().fit(basis.design(inputs), inputs[:, 1]).score(basis.design(inputs), inputs[:, 1])
        == 1
    )


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda f: f.assign(**{LEAD: np.nan}), AllMissingError, "no row has"),
        (lambda f: f.assign(log_employees=np.nan), AllMissingError, "every control"),
        (lambda f: f.assign(**{LEAD: 0.5}), ConstantOutcomeError, "never changes"),
        (lambda f: f.assign(index_per_10=5.0), ConstantExposureError, "never changes"),
        (lambda f: f.loc[f["organization_id"] < "org_010"], TooFewUnitsError, "10 organisations"),
        (lambda f: f.drop_duplicates("organization_id"), TooFewUnitsError, "two periods"),
    ],
)
def test_refusals_name_the_cause(change, error, message: str) -> None:
    with pytest.raises(error, match=message):
        double_ml(change(world(8, n=25, months=12)), OUTCOME)


@pytest.mark.parametrize("strength", [0.0, 0.1, 2.0])
def test_the_penalty_is_the_one_that_a_grid_search_finds(strength: float) -> None:
    rng = np.random.default_rng(3)
    units = np.repeat(np.arange(40), 6)
    design = rng.normal(size=(240, 12)) + 5
    target = strength * design[:, :3].sum(axis=1) + rng.normal(size=240)
    folds = list(GroupKFold(5).split(design, target, units))
    expected = RidgeCV(PENALTIES, cv=folds).fit(design, target).alpha_
    assert best_penalty(design, target, folds) == expected


def test_an_unknown_learner_is_refused() -> None:
    with pytest.raises(InputRefusedError, match="forest"):
        double_ml(world(9, n=25, months=12), OUTCOME, learners=("forest",))
