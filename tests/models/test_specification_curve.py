"""Keeps a finding from resting on the one specification that shows it."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from models.errors import InputRefusedError
from models.estimate import ols
from models.panel import two_way_within
from models.planted import planted_panel
from models.robustness import Specification, SpecificationGrid, specification_curve
from models.robustness.permuted import filled

OUTCOME = "csat_share_lead_3m"
GRID = SpecificationGrid(
    outcomes=(OUTCOME,),
    exposures=("index_per_10", "other_index"),
    control_sets=(("log_employees",), ("log_employees", "industry", "country")),
    samples=("all", "is_large"),
)
TWO_ROUTES = 1e-8


def world(seed: int = 0, **planted: float) -> pd.DataFrame:
    frame = planted_panel(seed, n_organizations=30, n_months=12, outcomes=("csat_share",), **planted)
    rng = np.random.default_rng(seed)
    frame["other_index"] = frame["index_per_10"] + rng.normal(0, 0.2, len(frame))
    frame["is_large"] = frame["log_employees"] > frame["log_employees"].quantile(0.2)
    return frame


def test_the_grid_is_the_product_of_its_choices() -> None:
    specifications = GRID.specifications()
    # Two exposures and two samples; naive, M2, and M1 with either set of controls.
    assert len(specifications) == 2 * 2 * (1 + 1 + 2) == len(set(specifications))
    assert {s.controls for s in specifications if s.model != "M1"} == {()}


def test_each_point_is_the_plain_fit_of_its_specification() -> None:
    frame = world()
    frame.loc[frame.index % 11 == 0, OUTCOME] = np.nan
    curve = specification_curve(GRID, frame, n_permutations=3)
    assert not curve.failures
    by_specification = {one.specification: one for one in curve.estimates}
    within = by_specification[Specification(OUTCOME, "other_index", "M2", (), "is_large")]
    rows = frame.loc[frame["is_large"]]
    fit = two_way_within(rows, OUTCOME, "other_index", [], "organization_id", "period").at("other_index")
    assert (within.estimate, within.standard_error, within.p_value) == pytest.approx(
        (fit.estimate, fit.standard_error, fit.p_value), rel=TWO_ROUTES
    )
    naive = by_specification[Specification(OUTCOME, "index_per_10", "naive")]
    known = frame.dropna(subset=[OUTCOME, "index_per_10"])
    design = np.column_stack([known["index_per_10"], np.ones(len(known))])
    plain = ols(known[OUTCOME], design, ("x", "one"), known["organization_id"]).at("x")
    assert (naive.estimate, naive.low, naive.high) == pytest.approx(
        (plain.estimate, plain.low, plain.high), rel=TWO_ROUTES
    )
    adjusted = by_specification[Specification(OUTCOME, "index_per_10", "M1", ("log_employees",))]
    months = pd.get_dummies(known["period"], drop_first=True, dtype=float).to_numpy()
    design = np.column_stack([known["index_per_10"], np.ones(len(known)), known["log_employees"], months])
    names = [str(j) for j in range(design.shape[1])]
    plain = ols(known[OUTCOME], design, names, known["organization_id"]).at("0")
    assert (adjusted.estimate, adjusted.standard_error) == pytest.approx(
        (plain.estimate, plain.standard_error), rel=TWO_ROUTES
    )


def test_a_shuffle_is_a_refit_with_exposures_swapped() -> None:
    """Second route: swap whole trajectories by hand and refit; the joint p-values follow."""
    frame = world(2, effect=0.004)
    grid = replace(GRID, exposures=("index_per_10",), models=("M2",), samples=("all",))
    curve = specification_curve(grid, frame, n_permutations=19, seed=4)
    generator, labels = np.random.default_rng(4), np.unique(frame["organization_id"])
    wide = frame.pivot(index="organization_id", columns="period", values="index_per_10")
    as_extreme = 0
    for _ in range(19):
        swapped = wide.to_numpy()[generator.permutation(len(labels))]
        moved = frame.copy()
        moved["index_per_10"] = swapped[
            wide.index.get_indexer(frame["organization_id"]), wide.columns.get_indexer(frame["period"])
        ]
        fit = two_way_within(moved, OUTCOME, "index_per_10", [], "organization_id", "period")
        as_extreme += abs(fit.coefficients[0]) >= abs(curve.median)
    assert curve.median_p == pytest.approx((1 + as_extreme) / 20)


def test_a_planted_effect_is_seen_by_all_three_tests() -> None:
    curve = specification_curve(GRID, world(1, effect=0.03), n_permutations=99)
    assert curve.median == pytest.approx(0.03, abs=0.01)
    assert curve.share_same_sign == 1.0
    assert max(curve.median_p, curve.share_p, curve.stouffer_p) < 0.05


def test_without_an_effect_the_tests_reject_as_often_as_they_say() -> None:
    """60 null worlds at 10 %: more than 13 rejections have a chance below 1 % (binomial)."""
    grid = replace(GRID, exposures=("index_per_10",), samples=("all",))
    rejected = np.zeros(3)
    for seed in range(60):
        curve = specification_curve(grid, world(seed, effect=0.0), n_permutations=19, seed=seed)
        rejected += np.array([curve.median_p, curve.share_p, curve.stouffer_p]) <= 0.1
    assert rejected.max() <= 13


def test_row_order_and_labels_change_nothing() -> None:
    frame = world(3)
    moved = frame.sample(frac=1, random_state=1)
    moved["organization_id"] = "x" + moved["organization_id"]
    assert specification_curve(GRID, moved, n_permutations=9) == specification_curve(
        GRID, frame, n_permutations=9
    )


def test_what_cannot_be_estimated_is_named_and_the_rest_goes_on() -> None:
    frame = world(4)
    frame["other_index"] = frame.groupby("organization_id")["index_per_10"].transform("first")
    curve = specification_curve(GRID, frame, n_permutations=3)
    assert {(one.model, code) for one, code in curve.failures} == {("M2", "exposure_constant")}
    assert len(curve.estimates) == len(GRID.specifications()) - 2


def test_gaps_are_filled_from_the_same_organisation_only() -> None:
    cells = np.array([[np.nan, 1.0, np.nan, 2.0, np.nan], [np.nan] * 5])
    np.testing.assert_array_equal(filled(cells)[0], [1, 1, 1, 2, 2])
    assert np.isnan(filled(cells)[1]).all()


def test_a_grid_may_be_a_mapping_of_lists() -> None:
    frame = world(3)
    given = {field.name: getattr(GRID, field.name) for field in fields(GRID)}
    given |= {"control_sets": [list(controls) for controls in GRID.control_sets], "models": list(GRID.models)}
    found = specification_curve(given, frame, n_permutations=9)
    assert found == specification_curve(GRID, frame, n_permutations=9)


def test_two_rows_of_a_unit_in_a_period_are_refused() -> None:
    """Shuffled trajectories would hold one of the two, whichever comes last."""
    frame = world(5)
    with pytest.raises(InputRefusedError, match="one organization_id has two rows in one period"):
        specification_curve(GRID, pd.concat([frame, frame.iloc[:1]]), n_permutations=9)


@pytest.mark.parametrize(
    ("grid", "n", "what"),
    [
        (replace(GRID, exposures=("nothing",)), 9, "nothing"),
        (GRID, 0, "permutations"),
        (replace(GRID, models=()), 9, "empty"),
        (replace(GRID, models=("OLS",)), 9, "'OLS' is none of naive, M1, M2"),
        (replace(GRID, samples=("all", "all")), 9, "twice"),
        (replace(GRID, exposures=("flat",), models=("M2",)), 9, "exposure_constant"),
    ],
)
def test_a_grid_that_asks_nothing_is_refused(grid: SpecificationGrid, n: int, what: str) -> None:
    frame = world(5).assign(flat=1.0)
    with pytest.raises(InputRefusedError, match=what):
        specification_curve(grid, frame, n_permutations=n)
