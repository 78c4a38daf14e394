"""Keeps a scale whose items do not hang together from passing as one measure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import SCALES, bfi_scale, results, shrout_fleiss

from models.errors import AllMissingError, InputRefusedError, TooFewUnitsError
from models.index_quality import cronbach_alpha, item_statistics

PSYCH = results("bfi_psych")


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_alpha_is_that_of_psych(missing) -> None:
    for scale in SCALES:
        found = cronbach_alpha(bfi_scale(scale), missing=missing)
        for measure, value in (("raw", found.alpha), ("standardised", found.standardised)):
            expected = PSYCH[f"alpha_{measure}_{missing}"]
            assert value == pytest.approx(expected["value"][scale], abs=expected["abs_tol"])


def test_item_statistics_are_those_of_psych() -> None:
    expected = PSYCH["item_statistics_agreeableness"]
    found = item_statistics(bfi_scale("A"), missing="pairwise")
    for name, values in expected["value"].items():
        tolerance = 0.05 if name in ("mean", "standard_deviation") else expected["abs_tol"]
        assert [getattr(item, name) for item in found] == pytest.approx(values, abs=tolerance)


def test_item_statistics_by_leaving_the_item_out_in_earnest() -> None:
    items = bfi_scale("N").dropna().to_numpy(dtype=float)
    for item in item_statistics(items):
        rest = np.delete(items, item.position, axis=1)
        assert item.alpha_if_deleted == pytest.approx(cronbach_alpha(rest).alpha, abs=1e-12)
        r = np.corrcoef(items[:, item.position], rest.sum(axis=1))[0, 1]
        assert item.item_rest == pytest.approx(r, abs=1e-12)
        assert item.low < item.item_rest < item.high


def test_frames_arrays_integers_and_gaps_say_the_same() -> None:
    frame = shrout_fleiss()
    whole = cronbach_alpha(frame)
    assert whole == cronbach_alpha(frame.to_numpy()) == cronbach_alpha(frame.astype("Int64"))
    assert whole == cronbach_alpha(frame.to_numpy().tolist())
    gapped = pd.concat([frame.astype("Int64"), pd.DataFrame({"J1": [pd.NA], "J2": [3]}, dtype="Int64")])
    assert cronbach_alpha(gapped).alpha == whole.alpha
    assert cronbach_alpha(gapped).n_dropped == 1


def test_both_intervals_agree_on_independent_normal_rows_and_the_bootstrap_sees_clusters() -> None:
    rng = np.random.default_rng(1)
    items = rng.normal(size=(400, 1)) + rng.normal(size=(400, 4))
    feldt, bootstrap = (cronbach_alpha(items, interval=kind) for kind in ("feldt", "bootstrap"))
    assert (bootstrap.low, bootstrap.high) == pytest.approx((feldt.low, feldt.high), abs=0.015)
    # Each row five times over: as rows they look like five times the evidence, as groups they do not.
    copies, groups = np.repeat(items, 5, axis=0), np.repeat(np.arange(400), 5)
    as_rows = cronbach_alpha(copies, interval="bootstrap")
    as_groups = cronbach_alpha(copies, interval="bootstrap", groups=groups)
    assert as_rows.high - as_rows.low < 0.6 * (as_groups.high - as_groups.low)
    assert as_groups.high - as_groups.low == pytest.approx(bootstrap.high - bootstrap.low, rel=0.1)


def test_two_organisations_give_an_alpha_and_no_interval() -> None:
    """Their only other draw is the sample itself, which would look like an interval of no width."""
    found = cronbach_alpha(shrout_fleiss(), interval="bootstrap", groups=[1, 1, 1, 2, 2, 2])
    assert found.alpha == pytest.approx(cronbach_alpha(shrout_fleiss()).alpha)
    assert np.isnan([found.low, found.high]).all()
    items = item_statistics(shrout_fleiss(), groups=[1, 1, 1, 2, 2, 2])
    assert np.isnan([(one.low, one.high) for one in items]).all()
    assert np.isfinite([one.item_rest for one in items]).all()


def test_intervals_cover_the_planted_alpha() -> None:
    # Parallel items, half of the variance common: alpha 0.8 by Spearman and Brown. 200 worlds: the binomial
    # at 95 % lies in 181..198 with probability 0.997.
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(200):
        items = rng.normal(size=(80, 1)) + rng.normal(size=(80, 4))
        found = cronbach_alpha(items)
        hits += found.low <= 0.8 <= found.high
    assert 181 <= hits <= 198


def test_refusals() -> None:
    with pytest.raises(AllMissingError):
        cronbach_alpha(np.full((5, 3), np.nan))
    with pytest.raises(AllMissingError):
        cronbach_alpha(np.full((5, 3), np.nan), missing="pairwise")
    with pytest.raises(TooFewUnitsError, match="share fewer"):
        cronbach_alpha([[1, np.nan], [2, np.nan], [np.nan, 1], [np.nan, 2]], missing="pairwise")
    with pytest.raises(TooFewUnitsError, match="two columns"):
        cronbach_alpha([1.0, 2.0, 3.0])
    with pytest.raises(TooFewUnitsError, match="two groups"):
        cronbach_alpha(shrout_fleiss(), interval="bootstrap", groups=np.ones(6))
    for option in ({"missing": "drop"}, {"interval": "normal"}):
        with pytest.raises(InputRefusedError, match="is none of"):
            cronbach_alpha(shrout_fleiss(), **option)
    with pytest.raises(InputRefusedError, match="could not convert string to float: 'agree'"):
        cronbach_alpha(pd.DataFrame({"a": ["agree", "no"], "b": [1, 2]}))
    assert np.isnan(cronbach_alpha([[1, 1, 5], [2, 3, 5], [3, 2, 5]]).standardised)
    assert np.isnan(item_statistics([[1, 1], [2, 3], [3, 2]])[0].alpha_if_deleted)


def test_an_item_that_never_varies_has_no_correlation_and_no_interval() -> None:
    found = item_statistics([[1, 1, 5], [2, 3, 5], [3, 2, 5], [4, 4, 5]])[2]
    assert np.isnan([found.item_rest, found.low, found.high]).all()


answers = st.integers(0, 4)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(answers, min_size=4, max_size=4), min_size=5, max_size=30),
    st.integers(0, 10_000),
    st.floats(0.1, 50),
    st.floats(-100, 100),
)
def test_alpha_ignores_order_and_unit(rows, seed, scale, shift) -> None:
    items = np.array(rows, dtype=float)
    if items.sum(axis=1).var() == 0:
        with pytest.raises(TooFewUnitsError):
            cronbach_alpha(items)
        return
    rng = np.random.default_rng(seed)
    shuffled = items[rng.permutation(len(items))][:, rng.permutation(4)]
    alpha = cronbach_alpha(items)
    assert cronbach_alpha(shuffled).alpha == pytest.approx(alpha.alpha, abs=1e-9)
    rescaled = cronbach_alpha(items * scale + shift)
    assert (rescaled.alpha, rescaled.low) == pytest.approx((alpha.alpha, alpha.low), abs=1e-6)
    assert alpha.low <= alpha.alpha <= alpha.high <= 1
