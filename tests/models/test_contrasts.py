"""Keeps the comparison with the published ratios on the right practices and the right organisations."""

from __future__ import annotations

import pandas as pd
import pytest

from contracts.instrument import load_instrument
from contracts.results import CONTRAST_FIGURES
from models.contrasts import _e_value, contrast_practices
from models.errors import InputRefusedError
from models.prevalence import AdjustedRatio

INSTRUMENT = load_instrument()
BENCHMARKS = pd.DataFrame(
    {
        "segment_type": ["contrast", "all"],
        "metric": ["has_executive_sponsor", "has_executive_sponsor"],
        "value": [5.0, 9.0],
        "unit": ["ratio", "percent"],
    }
)


def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Organisations 0-9 mature, 10-29 not, 30 without a stage; six and three have a sponsor; two waves."""
    organizations = [f"org_{i:02d}" for i in range(31)]
    stages = [4.0] * 10 + [2.0] * 20 + [None]
    sponsor = [i < 6 or 10 <= i < 13 for i in range(31)]
    waves = ["2022-H1", "2022-H2"]
    assessment = pd.DataFrame(
        [(o, w, s) for w in waves for o, s in zip(organizations, stages, strict=True)],
        columns=["organization_id", "wave", "stage"],
    )
    practices = pd.DataFrame(
        [
            (o, w, "executive_sponsor", has)
            for w in waves
            for o, has in zip(organizations, sponsor, strict=True)
        ],
        columns=["organization_id", "wave", "practice_code", "is_in_place"],
    )
    return practices, assessment


def test_counts_shares_and_the_published_ratio() -> None:
    rows = contrast_practices(*tables(), INSTRUMENT, BENCHMARKS)
    assert [row.practice_code for row in rows] == list(INSTRUMENT.practices)
    row = next(row for row in rows if row.practice_code == "executive_sponsor")
    assert (row.n_mature, row.n_less_mature) == (10, 20)
    assert (row.share_mature, row.share_less_mature, row.risk_ratio) == pytest.approx((0.6, 0.15, 4.0))
    assert (row.published_ratio, row.published_relation) == (5.0, "ratio")
    assert row.low < 4 < row.high


def test_a_side_of_too_few_organisations_hides_both_sides_and_the_ratio() -> None:
    """The less mature side and the ratio would tell the mature one."""
    shown = contrast_practices(*tables(), INSTRUMENT, BENCHMARKS)
    least = min(min(row.n_mature, row.n_less_mature) for row in shown if row.n_mature)
    kept = contrast_practices(*tables(), INSTRUMENT, BENCHMARKS, minimum_group=least)
    hidden = contrast_practices(*tables(), INSTRUMENT, BENCHMARKS, minimum_group=least + 1)
    for before, same, after in zip(shown, kept, hidden, strict=True):
        if min(before.n_mature, before.n_less_mature) != least:
            continue
        assert same == before
        assert after.is_suppressed
        assert {getattr(after, name) for name in CONTRAST_FIGURES} == {None}
        assert (after.n_mature, after.published_ratio) == (before.n_mature, before.published_ratio)
    assert any(row.share_mature is not None for row in shown)


def test_a_practice_nobody_was_asked_about_has_no_figures() -> None:
    row = next(
        r for r in contrast_practices(*tables(), INSTRUMENT) if r.practice_code == "steering_committee"
    )
    assert (row.n_mature, row.share_mature, row.risk_ratio, row.published_ratio) == (0, None, None, None)


def test_refusals() -> None:
    practices, assessment = tables()
    with pytest.raises(InputRefusedError, match="stage"):
        contrast_practices(practices, assessment.drop(columns="stage"), INSTRUMENT)
    with pytest.raises(InputRefusedError, match="twice"):
        contrast_practices(practices, pd.concat([assessment, assessment]), INSTRUMENT)
    with pytest.raises(InputRefusedError, match="fct_published_benchmark"):
        contrast_practices(practices, assessment, INSTRUMENT, BENCHMARKS[["metric"]])


@pytest.mark.parametrize(
    "found",
    [
        AdjustedRatio(None, None, None, "no_controls"),
        AdjustedRatio(2.0, None, 3.0, ""),
        AdjustedRatio(2.0, 1.5, None, ""),
        AdjustedRatio(0.0, 0.0, 1.0, ""),
    ],
)
def test_a_ratio_that_is_not_known_or_nought_has_no_e_value(found: AdjustedRatio) -> None:
    assert _e_value(found) is None
    assert _e_value(AdjustedRatio(2.0, 1.5, 3.0, "")) == pytest.approx(1.5 + (1.5 * 0.5) ** 0.5)
