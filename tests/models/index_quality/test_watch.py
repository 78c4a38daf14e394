"""Keeps a measure that became a target from being trusted unwatched, and honest answers from suspicion."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from gaming import (
    CUTOFFS,
    copy_colleagues,
    fill_in_straight,
    lift_over_cutoffs,
    push_the_last_week,
    with_levels,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

from models.errors import TooFewUnitsError
from models.index_quality import watch
from models.index_quality.scoring import index_of
from models.index_quality.shares import clustered_share
from models.index_quality.signs import heaping, last_week, straight_lining
from models.index_quality.watch import REASONS, THRESHOLDS
from models.planted_survey import SurveySpec, planted_survey

GAMES = {
    "heaping": lambda r: lift_over_cutoffs(r, share=0.7),
    "last_week": lambda r: push_the_last_week(r, share=0.6, strength=0.5),
    "straight_lining": lambda r: fill_in_straight(r, share=0.08),
    "duplicate_patterns": lambda r: copy_colleagues(r, share=0.3),
}
# Clean worlds of the false-alarm count, and the chance with which its bound may fail.
WORLDS, CHANCE = 80, 0.001


def flagged(rows) -> set[str]:
    return {row.check for row in rows if row.is_flagged}


@pytest.mark.parametrize("sign", GAMES)
def test_each_sign_catches_its_game_and_no_other(sign) -> None:
    for seed in range(3):
        clean = planted_survey(SurveySpec(seed=seed, n_organizations=120, n_waves=4)).responses()
        assert flagged(watch(GAMES[sign](clean), CUTOFFS)) == {sign}


def test_false_alarms_are_as_rare_as_stated() -> None:
    """One in a hundred for each sign, over waves and all of them together."""
    alarms: Counter[str] = Counter()
    for seed in range(WORLDS):
        spec = SurveySpec(seed=seed + 1000, n_organizations=40, n_waves=2, n_raters=(3, 6), mood=3.0)
        alarms.update(flagged(watch(planted_survey(spec).responses(), CUTOFFS)))
    most = int(binom.ppf(1 - CHANCE, WORLDS, 0.01))
    assert all(alarms[sign] <= most for sign in GAMES), alarms


def test_rows_say_what_was_expected_and_why() -> None:
    rows = watch(planted_survey(SurveySpec(n_waves=2)).responses(), CUTOFFS)
    assert {row.check for row in rows} == set(GAMES)
    scopes = [row.scope for row in rows if row.check == "last_week"]
    assert scopes == ["2023-H1", "2023-H2", "all"]
    for row in rows:
        assert row.low <= row.share <= row.high
        assert row.p_adjusted >= row.p_value
        assert (row.threshold, row.reason) == (THRESHOLDS[row.check], REASONS[row.check])


def test_a_density_that_slopes_is_not_heaping() -> None:
    """On the slope of N(50, 12) at 35 more scores lie above than below without anybody's doing."""
    spec = SurveySpec(
        seed=1, n_organizations=30_000, between=12.0, dimensions=0.0, raters=0.0, n_raters=(1, 1)
    )
    responses = planted_survey(spec).responses()
    counts = heaping(responses, [35.0])
    distance = index_of(responses.cell_dimensions(), responses.kind_of) - 35
    above, near = ((distance >= 0) & (distance < 2)).sum(), (np.abs(distance) < 2).sum()
    assert near == counts.units.sum()
    # The density rises by a tenth per point: 55 % lie above. About 1,800 scores: standard errors of 0.012.
    assert above / near == pytest.approx(0.55, abs=0.035)
    assert counts.hits.sum() / near == pytest.approx(0.5, abs=0.04)


def test_honest_respondents_at_either_end_or_in_the_middle_draw_no_straight_line() -> None:
    responses = planted_survey(SurveySpec(n_organizations=10)).responses()
    for score in (0.0, 50.0, 100.0):
        levels = np.where(responses.is_reversed, 4 - score / 25, score / 25)
        honest = with_levels(responses, np.tile(levels, (len(responses.cell), 1)))
        assert straight_lining(honest).hits.sum() == 0
    for level in (0.0, 1.0, 3.0, 4.0):
        counts = straight_lining(fill_in_straight(responses, 1.0, level))
        assert counts.hits.sum() == counts.units.sum() == len(responses.cell)


def test_without_dates_or_reversed_items_the_sign_is_left_out() -> None:
    responses = planted_survey(SurveySpec()).responses()
    undated = replace(responses, answered_at=None)
    assert last_week(undated) is None
    assert {row.check for row in watch(undated, CUTOFFS)} == set(GAMES) - {"last_week"}
    plain = replace(responses, is_reversed=np.zeros_like(responses.is_reversed))
    assert {row.check for row in watch(plain, CUTOFFS)} == set(GAMES) - {"straight_lining"}


def test_one_straggler_does_not_hide_the_last_week() -> None:
    responses = push_the_last_week(
        planted_survey(SurveySpec(n_organizations=150, n_waves=2)).responses(), 0.6, 0.5
    )
    dates = responses.answered_at.copy()
    dates[:3] += np.timedelta64(60, "D")
    assert "last_week" in flagged(watch(replace(responses, answered_at=dates), CUTOFFS))


def test_shares_of_independent_units_are_clopper_and_pearsons() -> None:
    hits = np.array([1] * 7 + [0] * 43)
    found = clustered_share(hits, np.ones(50), np.arange(50), 0.1)
    low, high = proportion_confint(7, 50, method="beta")
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.p_value == pytest.approx(binom.sf(6, 50, 0.1))
    none = clustered_share(np.zeros(50), np.ones(50), np.arange(50), 0.1)
    assert (none.low, none.high) == pytest.approx(proportion_confint(0, 50, method="beta"))
    assert none.p_value == 1
    assert clustered_share(np.ones(50), np.ones(50), np.arange(50), 0.1).high == 1
    with pytest.raises(TooFewUnitsError):
        clustered_share([0.0], [0.0], ["a"], 0.1)


def test_shares_of_clusters_cover_the_planted_share() -> None:
    hits = 0
    rng = np.random.default_rng(9)
    for _ in range(200):
        own = rng.beta(1.2, 4.8, size=40)
        found = clustered_share(rng.binomial(10, own), np.full(40, 10), np.arange(40), 0.2)
        assert found.n_effective < 400
        hits += found.low <= 0.2 <= found.high
    # The binomial at 95 % is at least 180 of 200 with probability 0.998; exact intervals cover more.
    assert hits >= 180


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 5)), min_size=2, max_size=20), st.integers(0, 999)
)
def test_shares_ignore_order_and_labels(counts, seed) -> None:
    units = np.array([max(hit, n) for hit, n in counts])
    hits = np.array([hit for hit, _ in counts])
    clusters = np.arange(len(hits)) // 2
    found = clustered_share(hits, units, clusters, 0.3)
    order = np.random.default_rng(seed).permutation(len(hits))
    labels = np.array([f"c{9 - c}" for c in clusters])
    assert clustered_share(hits[order], units[order], labels[order], 0.3).low == pytest.approx(found.low)
    assert 0 <= found.low <= found.share <= found.high <= 1
