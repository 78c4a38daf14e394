"""Keeps a fixed trait of an organisation from being read as an effect of its maturity."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from linearmodels.datasets import jobtraining, wage_panel
from linearmodels.panel import PanelOLS

from models.arrays import demean, dummies, group_codes
from models.errors import (
    AllMissingError,
    ConstantExposureError,
    ConstantOutcomeError,
    InputRefusedError,
    TooFewUnitsError,
)
from models.estimate import ols
from models.inference import cluster_covariance, satterthwaite_df, wild_cluster_bootstrap
from models.panel import two_way_within, within_design

FIXTURES = Path(__file__).parent / "fixtures"
PUBLISHED = json.loads((FIXTURES / "published_results.json").read_text())["grunfeld"]
# Callaway and Sant'Anna's counties, two-way fixed effects after treatment: computed by pyfixest 0.60.
TEENS = {"est": -0.036548937, "se_cluster_org_nested_rule(k=6)": 0.013265155}
GRUNFELD = ("inv", "value", ["capital"], "firm", "year")
TWO_ROUTES = 1e-8
# Wooldridge's tables print three digits (four for squared experience).
PRINTED = 5.1e-4


def grunfeld() -> pd.DataFrame:
    return pd.read_csv(FIXTURES / "Grunfeld.csv")


def unbalanced(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"unit": np.repeat(np.arange(9), 8), "period": np.tile(np.arange(8), 9), "z": rng.normal(size=72)}
    )
    frame["x"] = rng.normal(size=72) + 0.4 * frame["unit"]
    frame["y"] = 0.5 * frame["x"] + frame["unit"] + 0.1 * frame["period"] ** 2 + rng.normal(size=72)
    frame.loc[rng.choice(72, 15, replace=False), "x"] = np.nan
    return frame.sample(frac=1, random_state=seed)


def dummy_design(frame: pd.DataFrame):
    """Write out every dummy: the plain route."""
    rows = frame.dropna().sort_values(["unit", "period"])
    X = np.column_stack(
        [rows["x"], rows["z"], pd.get_dummies(rows["unit"]), pd.get_dummies(rows["period"]).iloc[:, 1:]]
    ).astype(float)
    return rows["y"].to_numpy(), X, rows["unit"].to_numpy()


def test_grunfeld_two_way() -> None:
    fit = two_way_within(grunfeld(), *GRUNFELD, covariance="classical")
    assert fit.names[:2] == ("value", "capital")
    np.testing.assert_allclose(fit.coefficients[:2], PUBLISHED["TWFE_coef"]["value"], atol=1e-9)
    np.testing.assert_allclose(fit.standard_errors[:2], PUBLISHED["TWFE_se"]["value"], atol=1e-9)
    assert fit.degrees_of_freedom[0] == 169


def test_grunfeld_one_way_by_the_same_parts() -> None:
    data = grunfeld()
    codes, n = group_codes(data["firm"])
    within = demean(data[["inv", "value", "capital"]].to_numpy(dtype=float), codes, n)
    y, X = within[:, 0], within[:, 1:]
    b = np.linalg.lstsq(X, y, rcond=None)[0]
    np.testing.assert_allclose(b, PUBLISHED["FE_coef"]["value"], atol=1e-9)
    arellano = np.sqrt(np.diag(cluster_covariance(X, y - X @ b, codes, "CR0")))
    np.testing.assert_allclose(arellano, PUBLISHED["FE_se_arellano_HC0"]["value"], atol=1e-8)


def test_training_grants_are_wooldridges() -> None:
    """Introductory Econometrics, table 14.1: 54 of 157 firms report scrap in all three years."""
    data = jobtraining.load()
    fit = two_way_within(data, "lscrap", "grant", "grant_1", "fcode", "year", "classical")
    printed = {
        "grant": (-0.252, 0.151),
        "grant_1": (-0.422, 0.210),
        "year=1988": (-0.080, 0.109),
        "year=1989": (-0.247, 0.133),
    }
    for name, values in printed.items():
        found = fit.at(name)
        assert (found.estimate, found.standard_error) == pytest.approx(values, abs=PRINTED)
    assert (fit.n_observations, fit.n_dropped, fit.degrees_of_freedom[0]) == (162, 309, 104)
    assert fit.r_squared == pytest.approx(0.201, abs=PRINTED)
    # Wooldridge (2010), example 10.5: robust errors by firm, without a small-sample factor.
    factor = 54 / 53 * 161 / (162 - 5)
    robust = two_way_within(data, "lscrap", "grant", ["grant_1"], "fcode", "year").standard_errors[:4]
    np.testing.assert_allclose(robust / np.sqrt(factor), [0.140, 0.276, 0.096, 0.193], atol=PRINTED)


def test_union_premium_is_wooldridges() -> None:
    """Introductory Econometrics, table 14.2, data of Vella and Verbeek (1998): 545 men over eight years."""
    controls = ["married", "expersq"]
    fit = two_way_within(wage_panel.load(), "lwage", "union", controls, "nr", "year", "classical")
    assert fit.n_observations == 4360
    np.testing.assert_allclose(fit.coefficients[:3], [0.080, 0.047, -0.0052], atol=PRINTED)
    np.testing.assert_allclose(fit.standard_errors[:3], [0.019, 0.018, 0.0007], atol=PRINTED)


def test_one_control_by_its_name_none_and_a_missing_column() -> None:
    frame = unbalanced(6)
    one, listed = (two_way_within(frame, "y", "x", z, "unit", "period") for z in ("z", ["z"]))
    assert one.coefficients.tolist() == listed.coefficients.tolist()
    assert two_way_within(frame, "y", "x", None, "unit", "period").names[:2] == ("x", "period=1")
    with pytest.raises(InputRefusedError, match="no column w, unit"):
        two_way_within(frame.set_index("unit"), "y", "x", ["w"], "unit", "period")
    with pytest.raises(InputRefusedError, match="'HC3' is none of cluster, CR2, classical"):
        two_way_within(frame, "y", "x", ["z"], "unit", "period", "HC3")


def test_teen_employment_counts_months_but_not_counties_nested_in_the_clusters() -> None:
    """The error by pyfixest changes with the hash seed, linearmodels' counts all 505 effects."""
    wide = pd.read_csv(FIXTURES / "mpdta.csv")
    data = wide.melt(["county", "first_treat", "lpop"], var_name="year", value_name="lemp")
    year = data["year"].astype(int)
    data["treated"] = ((data["first_treat"] > 0) & (year >= data["first_treat"])).astype(float)
    fit = two_way_within(data, "lemp", "treated", [], "county", "year").at("treated")
    assert fit.estimate == pytest.approx(TEENS["est"], abs=1e-8)
    assert fit.standard_error == pytest.approx(TEENS["se_cluster_org_nested_rule(k=6)"], abs=1e-8)
    other = PanelOLS.from_formula(
        "lemp ~ treated + EntityEffects + TimeEffects", data.assign(year=year).set_index(["county", "year"])
    ).fit(cov_type="clustered", cluster_entity=True, count_effects=True)
    assert other.std_errors["treated"] > 1.1 * fit.standard_error


def test_linearmodels_agrees_but_for_its_own_factor() -> None:
    data = grunfeld()
    fit = two_way_within(data, *GRUNFELD)
    other = PanelOLS.from_formula(
        "inv ~ value + capital + EntityEffects + TimeEffects", data.set_index(["firm", "year"])
    ).fit(
        cov_type="clustered",
        cluster_entity=True,
        debiased=False,
        group_debias=False,
        auto_df=False,
        count_effects=False,
    )
    np.testing.assert_allclose(fit.coefficients[:2], other.params, rtol=TWO_ROUTES)
    # k = 2 slopes, 19 periods and the constant; linearmodels was told to use no factor at all.
    ours = 10 / 9 * 199 / (200 - 22)
    np.testing.assert_allclose(np.diag(fit.covariance)[:2], ours * np.diag(other.cov), rtol=1e-7)


def test_unbalanced_panel_equals_writing_out_every_dummy() -> None:
    frame = unbalanced()
    y, X, units = dummy_design(frame)
    b = np.linalg.lstsq(X, y, rcond=None)[0]
    fit = two_way_within(frame, "y", "x", ["z"], "unit", "period")
    np.testing.assert_allclose(fit.coefficients[:2], b[:2], rtol=TWO_ROUTES)
    plain = cluster_covariance(X, y - X @ b, units, "CR0")[:2, :2]
    factor = 9 / 8 * (len(y) - 1) / (len(y) - (2 + 7 + 1))
    np.testing.assert_allclose(fit.covariance[:2, :2], factor * plain, rtol=1e-7)
    cr2 = two_way_within(frame, "y", "x", ["z"], "unit", "period", covariance="CR2")
    np.testing.assert_allclose(
        cr2.covariance[:2, :2], cluster_covariance(X, y - X @ b, units, "CR2")[:2, :2], rtol=1e-6
    )
    np.testing.assert_allclose(cr2.degrees_of_freedom[:2], satterthwaite_df(X, units)[:2], rtol=1e-6)


def test_bootstrap_on_demeaned_data_equals_bootstrap_with_the_dummies() -> None:
    frame = unbalanced(2)
    y, X, units = dummy_design(frame)
    design = within_design(frame, "y", "x", ["z"], unit="unit", period="period")
    a = wild_cluster_bootstrap(y, X, units, 0, 600, 1, "rademacher")
    b = wild_cluster_bootstrap(design.y, design.X, design.units, 0, 600, 1, "rademacher")
    assert a.is_enumerated
    assert a.p_value == b.p_value


def test_singletons_go_until_none_is_left() -> None:
    frame = unbalanced(1).dropna()
    alone = pd.DataFrame(
        {"unit": [90, 91, 91], "period": [3, 3, 99], "z": 0.0, "x": [50.0, -60.0, 70.0], "y": 1.0}
    )
    design = within_design(pd.concat([frame, alone]), "y", "x", ["z"], unit="unit", period="period")
    # Period 99 has one row; without it unit 91 has one row; unit 90 has one row from the start.
    assert design.n_dropped == 3
    assert "91" not in design.unit_labels
    fits = [two_way_within(f, "y", "x", ["z"], "unit", "period") for f in (frame, pd.concat([frame, alone]))]
    np.testing.assert_array_equal(fits[0].coefficients, fits[1].coefficients)


def test_refusals_name_the_cause() -> None:
    frame = unbalanced(3).dropna()
    with pytest.raises(AllMissingError):
        two_way_within(frame.assign(y=np.nan), "y", "x", [], "unit", "period")
    with pytest.raises(ConstantExposureError, match="never changes"):
        two_way_within(frame.assign(x=frame["unit"] * 1.1), "y", "x", [], "unit", "period")
    with pytest.raises(ConstantExposureError, match="in step"):
        two_way_within(frame.assign(x=frame["unit"] + frame["period"] * 0.3), "y", "x", [], "unit", "period")
    with pytest.raises(ConstantExposureError, match="x is told by z: nothing is left"):
        two_way_within(frame.assign(z=3 * frame["x"]), "y", "x", ["z"], "unit", "period")
    with pytest.raises(ConstantOutcomeError):
        two_way_within(frame.assign(y=3.3), "y", "x", [], "unit", "period")
    with pytest.raises(TooFewUnitsError, match="two periods"):
        two_way_within(frame.drop_duplicates("unit"), "y", "x", [], "unit", "period")
    with pytest.raises(TooFewUnitsError, match="two periods"):
        two_way_within(frame.loc[frame["unit"] == 1], "y", "x", [], "unit", "period")


def test_a_redundant_control_is_left_out_and_counted() -> None:
    frame = unbalanced(4).dropna()
    plain = two_way_within(frame, "y", "x", ["z"], "unit", "period")
    doubled = within_design(
        frame.assign(w=2 * frame["z"]), "y", "x", ["z", "w"], unit="unit", period="period"
    )
    assert doubled.n_redundant == 1
    assert doubled.names == plain.names


def test_row_order_and_labels_do_not_matter() -> None:
    frame = unbalanced(5)
    a = two_way_within(frame, "y", "x", ["z"], "unit", "period")
    shuffled = frame.sample(frac=1, random_state=9)
    b = two_way_within(shuffled, "y", "x", ["z"], "unit", "period")
    np.testing.assert_array_equal(a.coefficients, b.coefficients)
    renamed = two_way_within(
        frame.assign(unit=frame["unit"].map(lambda u: f"org {9 - u}")), "y", "x", ["z"], "unit", "period"
    )
    np.testing.assert_allclose(a.covariance[:2, :2], renamed.covariance[:2, :2], rtol=TWO_ROUTES)


def test_dummies_leave_out_the_first_level() -> None:
    columns, names = dummies(["b", "a", "c", "a"], "k")
    assert names == ["k=b", "k=c"]
    np.testing.assert_array_equal(columns, [[1, 0], [0, 0], [0, 1], [0, 0]])


def test_an_exposure_that_changes_by_rounding_only_is_refused() -> None:
    units, periods = np.repeat(np.arange(6), 5), np.tile(np.arange(5), 6)
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"unit": units, "period": periods, "y": rng.normal(size=30)})
    for size, moved in ((1e12, 1.0), (1e-3, 1e-15)):
        frame["x"] = size * (1 + units) + moved * rng.random(30)
        with pytest.raises(ConstantExposureError):
            two_way_within(frame, "y", "x", (), "unit", "period")


def test_an_outcome_that_changes_by_rounding_only_is_refused() -> None:
    units, periods = np.repeat(np.arange(6), 5), np.tile(np.arange(5), 6)
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"unit": units, "period": periods, "x": rng.normal(size=30)})
    frame["y"] = 1e12 * (1 + units) + rng.random(30)
    with pytest.raises(ConstantOutcomeError):
        two_way_within(frame, "y", "x", (), "unit", "period")


@pytest.mark.parametrize("missing", [None, np.nan])
def test_rows_without_a_label_are_left_out(missing: object) -> None:
    rng = np.random.default_rng(5)
    units, periods = np.repeat([f"o{k}" for k in range(8)], 6), np.tile(np.arange(6), 8)
    frame = pd.DataFrame(
        {"unit": units, "period": periods, "x": rng.normal(size=48), "y": rng.normal(size=48)}
    )
    holed = frame.assign(unit=frame["unit"].where(frame.index >= 9, missing))
    found = two_way_within(holed, "y", "x", (), "unit", "period")
    whole = two_way_within(frame.iloc[9:], "y", "x", (), "unit", "period")
    assert found.coefficients.tolist() == whole.coefficients.tolist()
    assert found.n_dropped == whole.n_dropped + 9
    design = np.column_stack([frame["x"], np.ones(48)])
    by_hand = ols(frame["y"][9:], design[9:], ["x", "constant"], units[9:])
    assert ols(frame["y"], design, ["x", "constant"], holed["unit"]).standard_errors.tolist() == (
        by_hand.standard_errors.tolist()
    )
