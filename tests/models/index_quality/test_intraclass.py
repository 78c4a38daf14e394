"""Keeps agreement between judges from being overstated: six forms, each with its test and interval."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import results, shrout_fleiss
from scipy import stats

from models.errors import InputRefusedError, TooFewUnitsError
from models.index_quality import icc, icc_forms, icc_multilevel, multilevel_icc, rwg_j
from models.index_quality.agreement import expected_variance

PUBLISHED = results("shrout_fleiss")


def test_intervals_and_tests_are_those_of_psych() -> None:
    low_tolerance, high_tolerance = PUBLISHED["intervals"]["abs_tol"]
    forms = {form.form: form for form in icc_forms(shrout_fleiss())}
    for name, (low, high) in PUBLISHED["intervals"]["value"].items():
        assert forms[name].low == pytest.approx(low, abs=low_tolerance)
        assert forms[name].high == pytest.approx(high, abs=high_tolerance)
    for name, values in PUBLISHED["tests"]["value"].items():
        found = (forms[name].f, forms[name].df1, forms[name].df2, forms[name].p_value)
        assert found == pytest.approx(values, abs=PUBLISHED["tests"]["abs_tol"])


def test_one_way_f_is_scipys() -> None:
    ratings = shrout_fleiss().to_numpy()
    expected = stats.f_oneway(*ratings)
    found = icc_forms(ratings)[0]
    assert (found.f, found.p_value) == pytest.approx((expected.statistic, expected.pvalue), abs=1e-10)


@pytest.mark.parametrize("form", [0, 1, 2])
def test_intervals_cover_the_planted_truth(form) -> None:
    # Variances: targets 4, judges 1, rest 3. ICC1 and ICC2 are 4/8, ICC3 is 4/7. The judges' variance must be
    # redrawn for ICC2, kept for ICC3; for ICC1 each target has judges of its own.
    rng = np.random.default_rng(form)
    hits = 0
    for _ in range(200):
        judges = rng.normal(size=(30, 5) if form == 0 else (1, 5))
        ratings = 2 * rng.normal(size=(30, 1)) + judges + np.sqrt(3) * rng.normal(size=(30, 5))
        found = icc_forms(ratings)[form]
        hits += found.low <= (4 / 7 if form == 2 else 0.5) <= found.high
    # 200 worlds: the binomial at 95 % lies in 181..198 with probability 0.997.
    assert 181 <= hits <= 198


def test_perfect_agreement_and_incomplete_ratings() -> None:
    ratings = np.repeat(np.arange(5.0)[:, None], 3, axis=1)
    assert set(icc(ratings).values()) == {1.0}
    gapped = pd.concat([shrout_fleiss(), pd.DataFrame({"J1": [3.0]})])
    assert icc(gapped, missing="listwise") == icc(shrout_fleiss())
    with pytest.raises(TooFewUnitsError, match="same mean"):
        icc([[1, 2], [2, 1], [1, 2]])


def test_agreement_by_hand_for_every_null() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.integers(1, 4, size=(40, 6)), index=np.repeat(list("abcdefgh"), 5))
    for null, variance in (("uniform", 2.0), ("triangular", 4 / 3), ("slight_skew", 1.34)):
        found = rwg_j(frame, 5, null=null)
        for group, own in frame.groupby(level=0):
            within = np.mean([np.var(own[c], ddof=1) for c in own])
            share = min(within / variance, 1.0)
            assert found[group] == pytest.approx(6 * (1 - share) / (6 * (1 - share) + share))


def test_null_variances_are_those_of_their_distributions() -> None:
    levels = np.arange(1, 6)
    tables = {
        "uniform": [0.2] * 5,
        "slight_skew": [0.05, 0.15, 0.20, 0.35, 0.25],
        "moderate_skew": [0.0, 0.10, 0.15, 0.40, 0.35],
        "heavy_skew": [0.0, 0.0, 0.10, 0.40, 0.50],
    }
    for null, shares in tables.items():
        variance = np.average(levels**2, weights=shares) - np.average(levels, weights=shares) ** 2
        assert expected_variance(5, null) == pytest.approx(variance)
    triangle = np.array([1, 2, 3, 2, 1]) / 9
    assert expected_variance(5, "triangular") == pytest.approx((triangle * (levels - 3) ** 2).sum())
    triangle = np.array([1, 2, 2, 1]) / 6
    assert expected_variance(4, "triangular") == pytest.approx((triangle * (levels[:4] - 2.5) ** 2).sum())
    with pytest.raises(InputRefusedError, match="five levels"):
        expected_variance(7, "heavy_skew")
    with pytest.raises(InputRefusedError, match="two answer levels"):
        expected_variance(1)


def test_answers_that_the_scale_cannot_hold_are_refused() -> None:
    whole = [[1, 5], [5, 1]]
    assert rwg_j(whole, 5).tolist() == [0.0]
    with pytest.raises(InputRefusedError, match="lie 4 apart, and 4 levels reach 3"):
        rwg_j(whole, 4)


def test_an_array_is_one_group_and_gaps_are_left_out() -> None:
    ratings = np.array([[1, 2, 3], [2, 2, 4], [1, 3, 3]])
    named = pd.DataFrame(ratings, index=["a"] * 3)
    assert rwg_j(ratings, 5).tolist() == rwg_j(pd.DataFrame(ratings), 5).tolist() == rwg_j(named, 5).tolist()
    gapped = pd.DataFrame({"i": pd.array([1, 3, pd.NA], dtype="Int64"), "j": [2, 2, 2]}, index=["a"] * 3)
    # Variances 2 and 0, mean 1 of 2 expected: 2 (1 - .5) / (2 (1 - .5) + .5).
    assert rwg_j(gapped, 5)["a"] == pytest.approx(2 / 3)


def test_dyestuff_gives_the_published_variance_components() -> None:
    """Davies (1947), as fitted by lme4 (Bates and others 2015): 1764 between batches, 2451 within."""
    batches = {
        "A": [1545, 1440, 1440, 1520, 1580],
        "B": [1540, 1555, 1490, 1560, 1495],
        "C": [1595, 1550, 1605, 1510, 1560],
        "D": [1445, 1440, 1595, 1465, 1545],
        "E": [1595, 1630, 1515, 1635, 1625],
        "F": [1520, 1455, 1450, 1480, 1445],
    }
    long = pd.DataFrame(batches).melt(var_name="batch", value_name="grams")
    icc1, icc2 = icc_multilevel(long["grams"], long["batch"].astype("category"))
    assert icc1 == pytest.approx(1764 / (1764 + 2451), abs=1e-4)
    assert icc2 == pytest.approx(1764 / (1764 + 2451 / 5), abs=1e-4)
    forms = icc(pd.DataFrame(batches).T)
    assert (forms["ICC1"], forms["ICC1k"]) == pytest.approx((icc1, icc2))


def test_a_rater_without_a_group_is_left_out() -> None:
    values, groups = [1.0, 2, 4, 5, 9], list("aabbb")
    whole = multilevel_icc(values, groups)
    assert multilevel_icc([*values, 7, 8], [*groups, None, None]) == whole
    assert multilevel_icc(pd.DataFrame({"v": values}), pd.Series(groups)) == whole
    with pytest.raises(InputRefusedError, match="for"):
        multilevel_icc(values, groups[:3])


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(InputRefusedError, match="'omit' is none of refuse, listwise"):
        icc(shrout_fleiss(), missing="omit")
    with pytest.raises(InputRefusedError, match="'normal' is none of uniform"):
        rwg_j(shrout_fleiss(), 10, null="normal")
    with pytest.raises(InputRefusedError, match="labels as groups or in the index"):
        rwg_j(shrout_fleiss().assign(team="a"), 10)


def test_series_integers_and_gaps_are_read() -> None:
    values = pd.Series([1, 2, 4, 5, 9, pd.NA], dtype="Int64")
    groups = pd.Series(["a", "a", "b", "b", "b", "a"])
    assert multilevel_icc(values, groups) == multilevel_icc([1.0, 2, 4, 5, 9], list("aabbb"))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 50), st.floats(-100, 100))
def test_correlations_ignore_order_labels_and_unit(seed, scale, shift) -> None:
    rng = np.random.default_rng(seed)
    ratings = rng.normal(size=(8, 1)) + rng.normal(size=(8, 3))
    forms = icc(ratings)
    moved = icc(ratings[rng.permutation(8)][:, rng.permutation(3)] * scale + shift)
    assert moved == pytest.approx(forms, abs=1e-7)
    groups = rng.integers(0, 4, size=30)
    groups[:8] = np.repeat(np.arange(4), 2)
    values = rng.normal(size=30) + groups
    order = rng.permutation(30)
    found = multilevel_icc(values, groups)
    other = multilevel_icc(values[order] * scale + shift, np.array(list("dbca"))[groups[order]])
    assert (other.icc1, other.icc2, other.icc1_low) == pytest.approx(
        (found.icc1, found.icc2, found.icc1_low), abs=1e-7
    )
    assert found.icc1_low <= found.icc1 <= found.icc1_high
