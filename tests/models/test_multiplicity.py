"""Keeps many questions from turning chance into findings."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from models.errors import InputRefusedError
from models.multiplicity import adjust

PUBLISHED = json.loads((Path(__file__).parent / "fixtures" / "published_results.json").read_text())[
    "multitest"
]
SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=20)


@pytest.mark.parametrize(("method", "result"), [("holm", "holm"), ("bh", "BH")])
def test_thrombolysis(method, result) -> None:
    adjusted = adjust(PUBLISHED["p_values"]["value"], method)
    np.testing.assert_allclose(adjusted, PUBLISHED[result]["value"], atol=PUBLISHED[result]["abs_tol"])


@settings(max_examples=30, deadline=None)
@given(SHARES)
def test_statsmodels_agrees(p) -> None:
    for ours, theirs in (("holm", "holm"), ("bh", "fdr_bh")):
        np.testing.assert_allclose(adjust(p, ours), multipletests(p, method=theirs)[1], atol=1e-12)


@given(SHARES)
def test_adjusting_never_helps_and_keeps_the_order(p) -> None:
    for method in ("holm", "bh"):
        adjusted = adjust(p, method)
        assert (adjusted >= np.array(p) - 1e-12).all()
        assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= -1e-12).all()


def test_unknown_p_values_are_not_counted() -> None:
    np.testing.assert_allclose(adjust([0.01, np.nan, 0.04]), [0.02, np.nan, 0.04])
    assert adjust([]).shape == (0,)


def test_a_frame_of_one_column_is_read() -> None:
    frame = pd.DataFrame({"p": pd.array([0.01, None, 0.04], dtype="Float64")})
    np.testing.assert_allclose(adjust(frame), [0.02, np.nan, 0.04])


def test_refusals() -> None:
    with pytest.raises(InputRefusedError):
        adjust([1.2])
    with pytest.raises(InputRefusedError):
        adjust([0.1], "none")
