"""Keeps the estimate of a large panel equal to the one that its rows would give."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import AllMissingError, ConstantExposureError, ConstantOutcomeError, TooFewUnitsError
from models.panel import two_way_within
from models.panel_moments import WithinSolution, meat_from_products
from models.planted import planted_panel
from orchestration.panel_moments import two_way_within_sql

OUTCOME = "csat_share_lead_3m"
KEYS = ("organization_id", "period")
TWO_ROUTES = 1e-9


def sql_fit(frame: pd.DataFrame, regressors=("index_per_10",)):
    connection = duckdb.connect()
    connection.register("given", frame)
    connection.execute("create table panel as select * from given")
    return two_way_within_sql(connection, "panel", OUTCOME, regressors, *KEYS)


def assert_equal_to_rows(frame: pd.DataFrame, regressors=("index_per_10",)) -> None:
    fit = sql_fit(frame, regressors)
    rows = two_way_within(frame, OUTCOME, regressors[0], list(regressors[1:]), *KEYS)
    for name in regressors:
        ours, theirs = fit.at(name), rows.at(name)
        assert (ours.estimate, ours.standard_error, ours.low, ours.high) == pytest.approx(
            (theirs.estimate, theirs.standard_error, theirs.low, theirs.high), rel=TWO_ROUTES
        )
    assert (fit.n_observations, fit.n_dropped, fit.n_clusters) == (
        rows.n_observations,
        rows.n_dropped,
        rows.n_clusters,
    )
    assert (fit.r_squared, fit.residual_sd) == pytest.approx((rows.r_squared, rows.residual_sd), rel=1e-8)


def world(seed: int = 0, **size: int) -> pd.DataFrame:
    size = {"n_organizations": 20, "n_months": 12} | size
    frame = planted_panel(seed, outcomes=("csat_share",), **size)
    rng = np.random.default_rng(seed)
    # As far from zero as log revenue is: sums of squares must not lose digits.
    frame[OUTCOME] = frame[OUTCOME] + 13
    return frame.assign(other=rng.normal(size=len(frame)) + frame["log_employees"])


def test_a_balanced_panel() -> None:
    assert_equal_to_rows(world())


class Counting:
    """A connection that keeps what was asked of the panel's rows."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.connection = duckdb.connect()
        self.connection.register("given", frame)
        self.connection.execute("create table panel as select * from given")
        self.passes: list[str] = []

    def execute(self, query: str):
        if "panel" in query and "limit" not in query:
            self.passes.append(query)
        return self.connection.execute(query)


@pytest.mark.parametrize("n_controls", [1, 2, 3, 4, 6])
def test_a_balanced_panel_with_controls(n_controls: int) -> None:
    """With up to three controls from two passes, with more from one pass more."""
    frame = world(4)
    rng = np.random.default_rng(4)
    names = [f"other_{j}" for j in range(n_controls)]
    frame = frame.assign(**{name: rng.normal(size=len(frame)) + frame["index_per_10"] for name in names})
    regressors = ("index_per_10", *names)
    assert_equal_to_rows(frame, regressors)
    counting = Counting(frame)
    two_way_within_sql(counting, "panel", OUTCOME, regressors, *KEYS)  # type: ignore[arg-type]  # as a connection
    assert len(counting.passes) == (2 if n_controls < 4 else 3)


@pytest.mark.parametrize("residual", [0.0, 1e-7, 1e-3])
def test_a_fit_that_leaves_next_to_nothing(residual: float) -> None:
    """Scores that are the small difference of large sums are summed from the rows instead."""
    frame = world(2)
    rng = np.random.default_rng(2)
    traits = frame.groupby("organization_id")["log_employees"].transform("first")
    noise = residual * rng.normal(size=len(frame))
    frame[OUTCOME] = 3 * frame["index_per_10"] + traits + noise
    ours, rows = (
        sql_fit(frame).at("index_per_10"),
        two_way_within(frame, OUTCOME, "index_per_10", [], *KEYS).at("index_per_10"),
    )
    assert ours.estimate == pytest.approx(rows.estimate, rel=TWO_ROUTES)
    # Residuals of 1e-7 have nine digits left beside outcomes of about ten, on either route.
    assert ours.standard_error == pytest.approx(rows.standard_error, rel=1e-6, abs=1e-14)


@pytest.mark.parametrize("far", [1e3, 1e6, 1e9])
def test_numbers_far_from_zero(far: float) -> None:
    """Against the rows of the same numbers brought near again, which takes no digit away."""
    frame = world(3)
    names = [OUTCOME, "index_per_10"]
    frame[names] += far
    near = frame.assign(**{name: frame[name] - far for name in names})
    ours, rows = (
        sql_fit(frame).at("index_per_10"),
        two_way_within(near, OUTCOME, "index_per_10", [], *KEYS).at("index_per_10"),
    )
    expected = pytest.approx((rows.estimate, rows.standard_error), rel=TWO_ROUTES)
    assert (ours.estimate, ours.standard_error) == expected


def test_as_many_rows_in_each_period_and_nobody_always() -> None:
    """Counts by period look like those of a balanced panel; every organisation misses another month."""
    frame = world(5, n_organizations=24)
    codes = frame["organization_id"].rank(method="dense").astype(int)
    months = frame["period"].rank(method="dense").astype(int)
    left = frame.loc[codes % 12 != months % 12]
    assert left.groupby("period").size().nunique() == 1
    assert_equal_to_rows(left)


def test_scores_without_digits_are_not_summed_from_products() -> None:
    solution = WithinSolution(np.array([1.0]), np.eye(1), np.zeros((2, 2)), 0.0, 1.0, 3)
    # One unit with w = (w_yx, w_xx): the score is their difference.
    for gap, kept in ((0.5, True), (1e-3, False)):
        w = np.array([1.0 + gap, 1.0])
        meat = meat_from_products(solution, np.outer(w, w))
        assert (meat is not None) == kept
        if meat is not None:
            assert meat == pytest.approx(gap**2)
    assert meat_from_products(solution, None) is None


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.05, 0.7))
def test_an_unbalanced_panel_with_a_control_and_rows_alone(seed: int, missing: float) -> None:
    frame = world(seed)
    rng = np.random.default_rng(seed)
    frame.loc[rng.random(len(frame)) < missing, OUTCOME] = np.nan
    frame.loc[frame["organization_id"] == frame["organization_id"].iloc[0], OUTCOME] = np.nan
    frame.loc[0, OUTCOME] = 13.5
    assert_equal_to_rows(frame, ("index_per_10", "other"))


def test_parts_that_share_no_period() -> None:
    """Half of the organisations stopped before the others began, so two period effects are redundant."""
    frame = world(n_months=24)
    early = frame["organization_id"] < sorted(frame["organization_id"].unique())[10]
    late = frame["period"] >= sorted(frame["period"].unique())[12]
    assert_equal_to_rows(frame.loc[early ^ late])


def test_more_periods_than_a_machine_word_has_bits() -> None:
    assert_equal_to_rows(world(1, n_organizations=6, n_months=140))


@pytest.mark.parametrize(
    ("error", "change"),
    [
        (AllMissingError, lambda f: f.assign(**{OUTCOME: np.nan})),
        (TooFewUnitsError, lambda f: f.drop_duplicates("organization_id")),
        (TooFewUnitsError, lambda f: f.loc[f["organization_id"] == f["organization_id"].iloc[0]]),
        (ConstantOutcomeError, lambda f: f.assign(**{OUTCOME: 7.0})),
        (
            ConstantExposureError,
            lambda f: f.assign(index_per_10=f.groupby("organization_id")["index_per_10"].transform("first")),
        ),
        (
            ConstantExposureError,
            lambda f: f.assign(index_per_10=f["period"].map(lambda day: float(day.month))),
        ),
    ],
)
def test_refuses_what_the_fit_on_rows_refuses(error, change) -> None:
    with pytest.raises(error):
        sql_fit(change(world()))


def test_leaves_no_rows_behind_but_the_panel() -> None:
    connection = duckdb.connect()
    connection.register("given", world())
    connection.execute("create table panel as select * from given")
    first = two_way_within_sql(connection, "panel", OUTCOME, ("index_per_10",), *KEYS)
    second = two_way_within_sql(connection, "panel", OUTCOME, ("index_per_10",), *KEYS)
    assert first.at("index_per_10").estimate == pytest.approx(second.at("index_per_10").estimate, rel=1e-12)
    tables = connection.execute("select table_name from duckdb_tables() where not temporary").fetchall()
    assert tables == [("panel",)]
