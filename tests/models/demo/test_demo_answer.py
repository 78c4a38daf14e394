"""Keeps the demo honest: each planted world gets its own answer, and the truth stands beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from demo_panel import OUTCOMES, demo_panel
from facts_fixture import tables

from models.analysis import analyse
from models.demo.spec import PLANTED, WorldSpec
from models.demo.world import draw_world
from models.facts import FactsSettings, build_facts, canonical_json
from models.facts_results import RESULT_TABLES
from models.formats import LANGUAGES, NBSP
from models.narrative import Narrative, build_narrative
from models.page import render_summary

WORLDS = {
    "forward": WorldSpec(),
    "reverse": WorldSpec(world="reverse"),
    "short": WorldSpec(months=12),
}
# ICC(2) of the default world, measured; the answers themselves are left out to be quick.
RELIABILITY = 0.99


def answer(spec: WorldSpec) -> dict[str, Any]:
    """Facts of a demo world: effects, claims and direction; everything else is of the fixture."""
    world = draw_world(spec)
    panel = demo_panel(spec)
    waves = np.array(world.calendar.waves)[world.calendar.wave_of_month]
    panel["wave"] = np.tile(waves, panel["organization_id"].nunique())
    found = analyse(
        panel, primary=OUTCOMES, exploratory=(), reliability=RELIABILITY, parts=("direction",)
    ).frames()
    planted = PLANTED[spec.world]
    return build_facts(
        **{**tables(), "effects": found["effects"], "claims": found["claims"]},
        reasons=found["claim_reasons"],
        results={name: found[name] for name in RESULT_TABLES},
        n_organization_months=160 * 36,
        settings=FactsSettings(is_simulated=True),
        truth={"csat_share": planted.csat_share, "log_revenue": planted.log_revenue},
    )


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, Any]]:
    return {name: answer(spec) for name, spec in WORLDS.items()}


def story(facts: dict[str, Any]) -> Narrative:
    return build_narrative(facts, "en")


def test_forward_is_told_as_maturity_first_on_the_rung_that_carries_it(answers: dict[str, Any]) -> None:
    facts = answers["forward"]
    assert {row["verdict"] for row in facts["direction"]} == {"maturity_first"}
    assert {claim["level"] for claim in facts["claims"]} == {"L3"}
    assert story(facts).lede.startswith("Changes in integration came before changes in both outcomes")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_forward_shows_the_truth_beside_an_estimate_that_holds_it_and_a_naive_one_that_does_not(
    answers: dict[str, Any], outcome: str
) -> None:
    planted = {row["outcome"]: row for row in answers["forward"]["planted"]}[outcome]
    assert planted["effect"] == {"csat_share": 0.015, "log_revenue": 0.03}[outcome]
    assert planted["is_in_interval"]
    assert planted["is_in_naive_interval"] is False
    assert abs(planted["naive_wrong_by"]) > 3 * abs(planted["wrong_by"])
    claim = next(c for c in story(answers["forward"]).primary if c.outcome == outcome)
    said = claim.planted.replace(NBSP, " ")
    assert said.startswith(f"Planted in this world: {'1.5' if outcome == 'csat_share' else '3.0'}")
    assert "wrong by" in said


def test_reverse_is_told_as_outcome_first_and_climbs_no_further(answers: dict[str, Any]) -> None:
    facts = answers["reverse"]
    assert {row["verdict"] for row in facts["direction"]} == {"outcome_first"}
    assert not {claim["level"] for claim in facts["claims"]} & {"L3", "L4"}
    assert not {claim["grade"] for claim in facts["claims"]} & {"A", "B"}
    page = render_summary(facts, "en")
    assert page.count('class="order order-outcome-first"') == 2
    assert "Changes in the index came first" not in page
    assert "The outcomes moved first; the index followed." in page or "no claim is made" in page.lower()


def test_short_cannot_tell_and_says_how_many_waves_would(answers: dict[str, Any]) -> None:
    facts = answers["short"]
    assert {row["verdict"] for row in facts["direction"]} == {"cannot_tell"}
    assert not {claim["level"] for claim in facts["claims"]} & {"L3", "L4"}
    settled = facts["direction"][0]["settlement"]
    assert settled["remedy"] == "more_data"
    assert settled["waves"] > facts["direction"][0]["n_waves"]
    page = render_summary(facts, "en")
    assert page.count('class="order order-cannot-tell"') == 2
    assert f"{settled['waves']} assessment waves in all, {settled['quarters']} quarters from now" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_world_has_a_page(answers: dict[str, Any], language: Any) -> None:
    assert len({render_summary(facts, language) for facts in answers.values()}) == len(WORLDS)


def test_the_same_seed_gives_the_same_bytes(answers: dict[str, Any]) -> None:
    assert canonical_json(answer(WORLDS["short"])) == canonical_json(answers["short"])
