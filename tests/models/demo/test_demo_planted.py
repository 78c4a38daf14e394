"""A demo whose truth cannot be found again would teach its readers to trust wrong numbers."""

from collections.abc import Callable

import numpy as np
import pytest

from models.demo import DemoExports, World, WorldSpec
from models.demo.spec import PLANTED
from models.demo.truth import naive_bias
from models.demo.world import draw_world

PRIMARY = ("csat_share", "log_revenue")
N_SEEDS = 20
# Of 20 intervals at 95 %, fewer than 16 cover with probability 0.003 if the coverage is right.
FEWEST_COVERED = 16
LARGEST_ATTENUATION = 0.03


@pytest.fixture(scope="module")
def many(observe: Callable[[WorldSpec], object]) -> list:
    return [observe(WorldSpec(seed=seed)) for seed in range(N_SEEDS)]


@pytest.mark.parametrize("outcome", PRIMARY)
def test_default_exports_give_back_the_planted_effect(
    seen_in_exports, default_demo: DemoExports, outcome: str
) -> None:
    truth = default_demo.truth["effects"][outcome]
    assert seen_in_exports.slope(outcome, within=True).covers(truth)


@pytest.mark.parametrize("outcome", PRIMARY)
def test_naive_slope_of_the_default_exports_is_wrong_by_the_stated_amount(
    seen_in_exports, default_demo: DemoExports, outcome: str
) -> None:
    truth = default_demo.truth["effects"][outcome]
    naive = seen_in_exports.slope(outcome, within=False)
    assert not naive.covers(truth)
    assert naive.covers(truth + default_demo.truth["naive_bias"][outcome])


@pytest.mark.parametrize("outcome", [*PRIMARY, "first_response_minutes"])
def test_within_interval_covers_over_seeds(many: list, outcome: str) -> None:
    truth = getattr(PLANTED["forward"], outcome)
    covered = sum(seen.slope(outcome, within=True).covers(truth) for seen in many)
    assert covered >= FEWEST_COVERED


@pytest.mark.parametrize("outcome", PRIMARY)
def test_naive_interval_misses_over_seeds(many: list, outcome: str) -> None:
    truth = getattr(PLANTED["forward"], outcome)
    assert sum(seen.slope(outcome, within=False).covers(truth) for seen in many) <= 2


@pytest.mark.parametrize("outcome", PRIMARY)
def test_naive_estimate_is_effect_plus_stated_bias(many: list, outcome: str) -> None:
    truth = getattr(PLANTED["forward"], outcome)
    for seen in many:
        naive = seen.slope(outcome, within=False, latent=True)
        assert naive.covers(truth + naive_bias(seen.world, outcome))


def test_raters_hardly_attenuate_the_index(many: list) -> None:
    ratios = []
    for seen in many:
        latent, index = (v - v.mean(axis=1, keepdims=True) for v in (seen.latent_per_10, seen.index_per_10))
        ratios.append((latent * index).sum() / (index**2).sum())
    assert 1 - LARGEST_ATTENUATION < np.mean(ratios) <= 1.0


@pytest.mark.parametrize(
    ("world", "naive_is_fooled"), [("null", False), ("trait_only", True), ("reverse", True)]
)
def test_worlds_without_effect_show_none_within(
    observe: Callable[[WorldSpec], object], world: World, naive_is_fooled: bool
) -> None:
    seen = [observe(WorldSpec(seed=seed, world=world)) for seed in range(8)]
    for outcome in PRIMARY:
        # 8 intervals: fewer than 6 cover with probability 0.006.
        assert sum(s.slope(outcome, within=True).covers(0.0) for s in seen) >= 6
        fooled = sum(not s.slope(outcome, within=False).covers(0.0) for s in seen)
        assert fooled >= 6 if naive_is_fooled else fooled <= 2


def test_common_shock_fools_the_within_estimate(observe: Callable[[WorldSpec], object]) -> None:
    seen = [observe(WorldSpec(seed=seed, world="common_shock")) for seed in range(6)]
    assert np.mean([s.slope("log_revenue", within=True).estimate for s in seen]) > 0.005


@pytest.mark.parametrize(("world", "comes_before"), [("reverse", True), ("trait_only", False)])
def test_outcomes_move_later_maturity_only_in_the_reverse_world(world: World, comes_before: bool) -> None:
    found = []
    for seed in range(6):
        truth = draw_world(WorldSpec(seed=seed, world=world))
        steps = np.diff(truth.maturity, axis=1)
        revenue = truth.log_revenue - truth.log_revenue.mean(axis=1, keepdims=True)
        revenue -= revenue.mean(axis=0)
        before = np.stack([revenue[:, 6 * w - 3 : 6 * w].mean(axis=1) for w in range(1, 6)], axis=1)
        found.append(np.corrcoef(before.ravel(), steps.ravel())[0, 1])
    assert np.mean(found) > 0.3 if comes_before else abs(np.mean(found)) < 0.1
