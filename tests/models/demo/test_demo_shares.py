"""A demo that does not look like the published studies would make the comparison with them empty."""

import numpy as np
import pytest

from models.demo import DemoExports, WorldSpec
from models.demo.organizations import quota
from models.demo.world import MATURITY_CEILING, MATURITY_FLOOR, draw_world

PUBLISHED_STAGES = np.array([12, 26, 24, 23, 14])
PUBLISHED_ADOPTION = {"facebook": 0.68, "twitter": 0.56, "linkedin": 0.47}
# One organisation of 160.
ROUNDING = 1 / 160
RARE_SHOCK = 10_019
RATIOS = {
    "social_in_customer_service": 2.2,
    "social_in_recruiting": 2.0,
    "executive_sponsor": 5.0,
    "social_differentiates_brand": 1.4,
}


def test_first_wave_stages_follow_the_published_quotas(default_demo: DemoExports) -> None:
    shares = default_demo.truth["stage_shares"]
    expected = PUBLISHED_STAGES / PUBLISHED_STAGES.sum()
    assert np.abs(np.array(shares["latent"]) - expected).max() <= ROUNDING
    # Raters shift an organisation over a cut-off now and then.
    assert np.abs(np.array(shares["observed"]) - expected).max() <= 3 * ROUNDING


@pytest.mark.parametrize(("channel", "share"), PUBLISHED_ADOPTION.items())
def test_first_wave_adoption_is_the_published(default_demo: DemoExports, channel: str, share: float) -> None:
    assert default_demo.truth["adoption"]["first_wave"][channel] == pytest.approx(share, abs=ROUNDING)


@pytest.mark.parametrize(("practice", "ratio"), RATIOS.items())
def test_mature_organisations_do_more_by_the_published_ratios(
    default_demo: DemoExports, practice: str, ratio: float
) -> None:
    realised = default_demo.truth["practices"][practice]
    found = realised["first_wave_mature"] / realised["first_wave_less_mature"]
    assert found == pytest.approx(ratio, rel=0.1)


def test_size_is_unrelated_to_maturity_and_trait() -> None:
    orgs = draw_world(WorldSpec()).organizations
    found = np.corrcoef([np.log(orgs.employees), orgs.maturity, orgs.trait])
    assert np.abs(found[0, 1:]).max() < 0.02
    assert found[1, 2] == pytest.approx(0.65, abs=1e-9)
    assert (orgs.employees >= 500).mean() == 0.2
    assert len(set(orgs.industry)) == 12
    assert set(orgs.country) == {"NL", "BE", "GB", "US", "DE", "FR"}
    assert set(orgs.customer_type) == {"b2b", "b2c", "both"}
    assert len(set(orgs.name)) == 160


def test_maturity_moves_within_organisations_and_stays_on_the_scale() -> None:
    maturity = draw_world(WorldSpec()).maturity
    assert 8 < maturity.std(axis=1, ddof=1).mean() < 12
    assert maturity.min() >= MATURITY_FLOOR
    assert maturity.max() <= MATURITY_CEILING


def test_planted_shares_are_shares() -> None:
    world = draw_world(WorldSpec(organizations=600))
    for share in (world.csat_share, world.win_rate, world.cost_share):
        assert share.min() > 0
        assert share.max() < 1
    assert world.first_response_minutes.min() > 30


def test_a_rare_shock_leaves_a_share_a_share() -> None:
    # In this world a trait and a shock add up to more than all customers.
    share = draw_world(WorldSpec(seed=RARE_SHOCK, world="reverse")).csat_share
    assert share.max() == 1.0
    assert share.min() >= 0.0


def test_quota_gives_the_remainder_to_the_largest() -> None:
    assert quota(np.array([12.0, 26, 24, 23, 14]), 160).tolist() == [19, 42, 39, 37, 23]
