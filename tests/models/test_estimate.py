"""Keeps a wrong coefficient or standard error, or a silently dropped column, from reaching a claim."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyfixest
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linearmodels.datasets import wage_panel
from statsmodels.datasets import longley

from models.errors import (
    AllMissingError,
    CollinearColumnsError,
    ConstantExposureError,
    InputRefusedError,
    TooFewUnitsError,
)
from models.estimate import ols
from models.inference import cluster_covariance

FIXTURES = Path(__file__).parent / "fixtures"
PUBLISHED = json.loads((FIXTURES / "published_results.json").read_text())
# statsmodels' pseudo-inverse reaches 9 digits on Longley, the classic ill-conditioned design.
LONGLEY_TOLERANCE = 1e-7
# Two float routes to one number.
ROUNDING = 1e-9


def published(study: str, result: str):
    entry = PUBLISHED[study][result]
    return np.array(entry["value"]), entry["abs_tol"]


def petersen():
    data = pd.read_csv(FIXTURES / "PetersenCL.csv")
    return data["y"], np.column_stack([np.ones(len(data)), data["x"]]), data["firm"], data["year"]


def test_longley_matches_the_certified_values() -> None:
    data = longley.load_pandas()
    X = np.column_stack([np.ones(16), data.exog])
    fit = ols(data.endog, X, ["constant", *data.exog.columns], covariance="classical")
    for values, key in (
        (fit.coefficients, "B"),
        (fit.standard_errors, "SE"),
        (fit.residual_sd, "resid_sd"),
        (fit.r_squared, "R2"),
    ):
        np.testing.assert_allclose(values, published("longley", key)[0], rtol=LONGLEY_TOLERANCE)
    f = (fit.r_squared / 6) / ((1 - fit.r_squared) / 9)
    np.testing.assert_allclose(f, published("longley", "F")[0], rtol=LONGLEY_TOLERANCE)
    np.testing.assert_allclose(fit.residual_sd**2 * 9, published("longley", "RSS")[0], rtol=LONGLEY_TOLERANCE)


@pytest.mark.parametrize(
    ("covariance", "by", "result"),
    [
        ("classical", None, "se_classical"),
        ("HC3", None, "se_HC3"),
        ("cluster", "firm", "se_cluster_firm"),
        ("cluster", "year", "se_cluster_year"),
    ],
)
def test_petersen_standard_errors(covariance, by, result) -> None:
    y, X, firm, year = petersen()
    fit = ols(y, X, ["constant", "x"], {"firm": firm, "year": year, None: None}[by], covariance)
    values, tolerance = published("petersen", result)
    np.testing.assert_allclose(fit.standard_errors, values, atol=tolerance)
    coefficients, tolerance = published("petersen", "coef_full")
    np.testing.assert_allclose(fit.coefficients, coefficients, atol=tolerance)


def test_two_way_clusters_are_petersens_where_pyfixests_are_larger() -> None:
    """Libraries differ in the factor of each part; ours is the published one."""
    y, X, firm, year = petersen()
    both = np.column_stack([firm, year])
    fit = ols(y, X, ["constant", "x"], both)
    values, tolerance = published("petersen", "se_two_way_petersen")
    np.testing.assert_allclose(fit.standard_errors, values, atol=tolerance)
    assert fit.n_clusters == 10
    assert fit.degrees_of_freedom.tolist() == [9, 9]
    errors = np.asarray(y) - X @ fit.coefficients
    second_route = np.sqrt(np.diag(cluster_covariance(X, errors, both)))
    np.testing.assert_allclose(second_route, fit.standard_errors, rtol=ROUNDING)
    data = pd.DataFrame({"y": y, "x": X[:, 1], "firm": firm, "year": year})
    other = pyfixest.feols("y ~ x", data, vcov={"CRV1": "firm + year"}).se()["x"]
    assert other > 1.03 * values[1]
    with pytest.raises(InputRefusedError, match="two ways"):
        ols(y, X, ["constant", "x"], both, "CR2")


def test_petersen_cluster_and_small_sample_matrices() -> None:
    y, X, firm, _ = petersen()
    for kind, result in (
        ("cluster", "vcov_cluster_firm"),
        ("CR2", "vcov_cluster_firm_HC2(Bell-McCaffrey CR2)"),
    ):
        fit = ols(y, X, ["constant", "x"], firm, kind)
        values, tolerance = published("petersen", result)
        np.testing.assert_allclose(fit.covariance, values, atol=tolerance)
        assert fit.standard_error_kind == kind
        assert fit.n_clusters == 500


def test_clustered_intervals_use_clusters_minus_one() -> None:
    y, X, _, year = petersen()
    fit = ols(y, X, ["constant", "x"], year)
    assert fit.at("x").degrees_of_freedom == 9
    # t(0.975, 9) = 2.262157 from any table.
    np.testing.assert_allclose((fit.high - fit.low) / fit.standard_errors, 2 * 2.262157, rtol=1e-6)


def test_grunfeld_pooled() -> None:
    data = pd.read_csv(FIXTURES / "Grunfeld.csv")
    X = np.column_stack([np.ones(200), data["value"], data["capital"]])
    for covariance, result in (("classical", "pooled_se"), ("HC3", "pooled_se_HC3")):
        fit = ols(data["inv"], X, ["constant", "value", "capital"], covariance=covariance)
        for values, key in ((fit.coefficients, "pooled_coef"), (fit.standard_errors, result)):
            expected, tolerance = published("grunfeld", key)
            np.testing.assert_allclose(values, expected, atol=tolerance)


def test_wages_are_wooldridges_and_a_frame_names_its_columns() -> None:
    """Introductory Econometrics, table 14.2, pooled: printed with three digits, one of which is cut."""
    data = wage_panel.load()
    printed = {
        "educ": (0.091, 0.005),
        "black": (-0.139, 0.024),
        "hisp": (0.016, 0.021),
        "exper": (0.067, 0.014),
        "expersq": (-0.0024, 0.0008),
        "married": (0.108, 0.016),
        "union": (0.182, 0.017),
    }
    years = pd.get_dummies(data["year"], drop_first=True)
    design = pd.concat([data[list(printed)], years], axis=1).assign(constant=1)
    fit = ols(data[["lwage"]], design, covariance="classical")
    assert fit.names == (*printed, *(str(year) for year in range(1981, 1988)), "constant")
    for name, values in printed.items():
        found = fit.at(name)
        assert (found.estimate, found.standard_error) == pytest.approx(values, abs=5.5e-4)


@pytest.mark.parametrize("covariance", ["CR1", "CR3", "HC1", "hc3"])
def test_another_covariance_is_never_taken_for_one_of_ours(covariance) -> None:
    y, X, firm, _ = petersen()
    with pytest.raises(InputRefusedError, match="is none of cluster, HC3, CR2, classical"):
        ols(y, X, ["constant", "x"], firm, covariance)


def test_refusals_name_the_cause() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=20)
    y, ones, groups = rng.normal(size=20), np.ones(20), np.arange(20) % 5
    with pytest.raises(CollinearColumnsError, match="twice x") as caught:
        ols(y, np.column_stack([ones, x, 2 * x, x**2]), ["constant", "x", "twice x", "square"], groups)
    assert caught.value.columns == ("twice x",)
    with pytest.raises(ConstantExposureError, match="index does not vary"):
        ols(y, np.column_stack([ones, 3 * ones]), ["constant", "index"], groups)
    with pytest.raises(TooFewUnitsError, match="2 complete rows"):
        ols(y[:2], np.column_stack([ones, x])[:2], ["constant", "x"], groups[:2])
    with pytest.raises(TooFewUnitsError, match="two clusters"):
        ols(y, np.column_stack([ones, x]), ["constant", "x"], ones)
    with pytest.raises(AllMissingError):
        ols(np.full(20, np.nan), np.column_stack([ones, x]), ["constant", "x"], groups)
    with pytest.raises(InputRefusedError, match="groups"):
        ols(y, np.column_stack([ones, x]), ["constant", "x"])
    with pytest.raises(InputRefusedError, match="shapes"):
        ols(y, np.column_stack([ones, x]), ["constant"], groups)
    with pytest.raises(InputRefusedError, match="rows"):
        ols(y, np.column_stack([ones, x]), ["constant", "x"], groups[:3])
    with pytest.raises(KeyError):
        ols(y, np.column_stack([ones, x]), ["constant", "x"], groups).at("z")


def test_rows_with_a_missing_value_are_dropped_and_counted() -> None:
    y, X, firm, _ = petersen()
    holed = y.to_numpy().copy()
    holed[:7] = np.nan
    fit, rest = ols(holed, X, ["constant", "x"], firm), ols(y[7:], X[7:], ["constant", "x"], firm[7:])
    assert (fit.n_observations, fit.n_dropped) == (4993, 7)
    np.testing.assert_array_equal(fit.coefficients, rest.coefficients)


def test_results_are_read_only() -> None:
    y, X, firm, _ = petersen()
    with pytest.raises(ValueError, match="read-only"):
        ols(y, X, ["constant", "x"], firm).coefficients[0] = 1.0


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    scale=st.floats(1e-3, 1e3),
    shift=st.floats(-100, 100),
    kind=st.sampled_from(["cluster", "CR2", "HC3", "classical"]),
)
def test_row_order_labels_and_units_do_not_matter(seed, scale, shift, kind) -> None:
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(8), 5)
    X = np.column_stack([rng.normal(size=40), np.ones(40)])
    y = X[:, 0] + rng.normal(size=8)[groups] + rng.normal(size=40)
    base = ols(y, X, ["x", "constant"], groups, kind).at("x")
    order, names = rng.permutation(40), rng.permutation(8)
    moved = ols(
        scale * y[order] + shift, X[order], ["x", "constant"], [f"g{names[g]}" for g in groups[order]], kind
    ).at("x")
    wider = ols(y, X * [scale, 1.0], ["x", "constant"], groups, kind).at("x")
    np.testing.assert_allclose(
        [moved.estimate, moved.standard_error, moved.low],
        np.multiply(scale, [base.estimate, base.standard_error, base.low]),
        rtol=1e-7,
        atol=scale * ROUNDING,
    )
    np.testing.assert_allclose(moved.p_value, base.p_value, rtol=1e-6)
    np.testing.assert_allclose(wider.estimate * scale, base.estimate, rtol=1e-7, atol=ROUNDING)
    np.testing.assert_allclose(wider.t_value, base.t_value, rtol=1e-6, atol=ROUNDING)
