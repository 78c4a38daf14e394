"""Without these a card says an order in time, or a rise, that its evidence does not carry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from facts_fixture import make_facts, tables
from results_fixture import GATES, VERDICTS, result_tables
from test_narrative import BARRED

from models.analysis.health import BOUNDS
from models.direction.evidence import Remedy
from models.formats import LANGUAGES, NBSP, Language
from models.index_quality.signs import Check as Sign
from models.narrative import build_narrative
from models.narrative_claims import _order_notes
from models.robustness.rows import RobustnessCheck
from models.sections import result_sections
from models.sections.health import _values
from models.sections.verdict import order_of, settlement_text, shown_verdict
from models.wording import Words, load_locale

LEVELS = ("L0", "L1", "L2", "L3", "L4")
# Words of each rung, which may not stand on a lower one (method, section 5).
RUNG_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "L1": r"\bassociated\b|\bhigher\b|\blower\b",
        "L2": r"\brose\b|\bfell\b|moved together",
        "L3": r"(?<!Which )came (?:before|first)\b|moved first",
        "L4": r"moved up a stage|moving up a stage",
    },
    "nl": {
        "L1": r"hangt samen|gaat samen|\bhoger\b|\blager\b",
        "L2": r"\bsteeg\b|\bdaalde\b|bewoog mee",
        "L3": r"kwamen (?:vóór|eerst)|bewoog eerst",
        "L4": r"een fase hoger kwam|stap naar een hogere fase",
    },
}


def facts_at(level: str, verdict: str = "maturity_first") -> dict[str, Any]:
    claims = tables()["claims"].assign(level=level)
    claims.loc[claims["is_primary"], ["grade", "withheld"]] = ["C", False]
    return make_facts(claims=claims, verdict=verdict)


def card(facts: dict[str, Any], language: Language) -> str:
    """Everything a leader reads of the first claim without unfolding."""
    one = build_narrative(facts, language).primary[0]
    parts = (one.statement, one.order, one.interval, one.level_name, one.basis)
    return " ".join(parts).replace(NBSP, " ")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("level", LEVELS)
def test_no_card_uses_a_word_above_its_rung(level: str, verdict: str, language: Language) -> None:
    facts = facts_at(level, verdict)
    said = card(facts, language)
    if level not in ("L3", "L4") and verdict in ("outcome_first", "both"):
        # That the outcome came first is an answer of its own, and no rung of the claim.
        order = build_narrative(facts, language).primary[0].order
        said = said.replace(order.replace(NBSP, " "), "")
    for rung, words in RUNG_WORDS[language].items():
        if rung > level:
            assert not re.search(words, said), (rung, said)
    assert not BARRED[language].search(said)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", LEVELS[1:])
def test_each_rung_says_its_own_words(level: str, language: Language) -> None:
    assert re.search(RUNG_WORDS[language][level], card(facts_at(level), language))


def test_level_three_says_which_came_first_and_level_four_what_followed_a_rise() -> None:
    third = build_narrative(facts_at("L3"), "en")
    assert third.lede == (
        "Changes in integration came before changes in both outcomes, and not the other way round."
    )
    assert third.primary[0].order == "Changes in the index came first, and not the other way round."
    fourth = build_narrative(facts_at("L4"), "en").primary[0]
    assert fourth.statement.replace(NBSP, " ") == (
        "After an organisation moved up a stage, its share of satisfied customers rose: by 1.8 percentage "
        "points for 10 index points, measured 3 months later."
    )
    assert any("In the quarter after a rise to a higher stage" in note for note in fourth.notes)


@pytest.mark.parametrize("level", ["none", "L0", "L1", "L2"])
def test_an_order_that_the_claim_does_not_carry_is_not_stated(level: str) -> None:
    facts = facts_at(level)
    assert shown_verdict(Words(facts, "en"), "csat_share") == "not_claimed"
    section = result_sections(Words(facts, "en"))["direction"]
    said = " ".join(sentence for panel in section.panels for sentence in panel.sentences)
    assert "no order is stated" in said
    assert "came before" not in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verdict", VERDICTS[1:])
def test_other_verdicts_are_first_class_answers(verdict: str, language: Language) -> None:
    facts = facts_at("L2", verdict)
    story, locale = build_narrative(facts, language), load_locale(language)
    assert locale["lede"]["order"][verdict] in story.lede
    assert story.primary[0].order_kind == verdict
    panel = result_sections(Words(facts, language))["direction"].panels[0]
    for code in GATES[verdict]:
        assert locale["reasons"][code] in " ".join(panel.folded)
    assert locale["direction"]["verdicts"][verdict]["short"] in story.gists["direction"]


def test_cannot_tell_says_what_would_settle_it() -> None:
    said = " ".join(
        result_sections(Words(facts_at("L2", "cannot_tell"), "en"))["direction"].panels[0].sentences
    )
    assert "about 310 organisations in all, or 11 assessment waves in all, 10 quarters from now" in said


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (
            {"remedy": "more_data", "waves_needed": None, "quarters_needed": None},
            "about 310 organisations in all.",
        ),
        ({"remedy": "more_data", "organizations_needed": None}, "settle it: 11 assessment waves in all"),
        ({"remedy": "another_design"}, "by lot or by plan"),
        ({"remedy": "another_model"}, "another model"),
        ({"remedy": "none"}, "neither path is as large as would matter"),
    ],
)
def test_every_plan_has_its_words(plan: dict[str, Any], words: str) -> None:
    results = result_tables("cannot_tell")
    results["direction"] = results["direction"].assign(**plan)
    section = result_sections(Words(make_facts(results=results), "en"))["direction"]
    assert words in " ".join(section.panels[0].sentences)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_the_results_has_words(language: Language) -> None:
    locale = load_locale(language)
    assert set(locale["health"]["checks"]) == set(BOUNDS)
    assert {bound.action for bound in BOUNDS.values()} == set(locale["health"]["actions"])
    assert set(locale["health"]["statuses"]) == {"PASS", "REVIEW", "FAIL"}
    assert set(locale["fragility"]["checks"]) == set(RobustnessCheck.__args__)
    assert set(locale["measurement"]["signs"]) == set(Sign.__args__)
    assert set(Remedy.__args__) <= set(locale["direction"]["plans"])
    assert set(VERDICTS) <= set(locale["direction"]["verdicts"])
    assert set(locale["claims"]["order"]) == set(locale["direction"]["verdicts"])


def test_a_withheld_claim_shows_no_curve_and_no_path() -> None:
    claims = tables()["claims"]
    claims.loc[claims["outcome"] == "csat_share", ["grade", "withheld", "level"]] = ["D", True, "L0"]
    sections = result_sections(Words(make_facts(claims=claims), "en"))
    silent, spoken = sections["direction"].panels
    assert (silent.figure, silent.table) == (None, None)
    assert spoken.figure is not None
    for name in ("rises", "dose", "drivers", "what_if", "fragility"):
        assert len(sections[name].panels) == 1, name


def test_what_is_not_passed_says_what_to_do_and_the_rest_is_folded() -> None:
    section = result_sections(Words(make_facts(), "en"))["health"]
    first, folded = section.panels
    assert first.more == ""
    assert folded.more
    assert {row[-2] for row in first.table.rows} == {"Failed", "Look at it"}
    assert all(len(row[-1]) > 3 for row in first.table.rows)
    assert {row[-2] for row in folded.table.rows} == {"Passed"}
    assert ("Moved since the last half year (standard errors)", "Revenue") in {
        r[:2] for r in first.table.rows
    }


def test_the_planted_line_says_truth_estimate_naive_and_by_how_much_it_is_wrong() -> None:
    first, second = (
        claim.planted.replace(NBSP, " ") for claim in build_narrative(make_facts(), "en").primary
    )
    assert (
        first
        == "Planted in this world: 1.5 percentage points. Estimated: 1.8. Unadjusted: 4.0, wrong by 2.5."
    )
    # exp(0.312) is 36.6 % more and exp(0.03) 3.0 %: 33.6 apart.
    assert second == "Planted in this world: 3.0 %. Estimated: 3.0 %. Unadjusted: 36.6 %, wrong by 33.6 %."
    assert build_narrative(make_facts(is_simulated=False), "en").primary[0].planted == ""


def test_dimensions_that_cannot_be_told_apart_get_no_place_on_the_map() -> None:
    results = result_tables()
    results["drivers"] = results["drivers"].assign(can_tell=False)
    figure = result_sections(Words(make_facts(results=results), "en"))["drivers"].panels[0].figure
    assert {row[-1] for row in figure.rows} == {"not told apart"}
    assert "cannot be told apart" in figure.reading
    clear = result_sections(Words(make_facts(), "en"))["drivers"].panels[0].figure
    assert "look here first" in {row[-1] for row in clear.rows}


@pytest.mark.parametrize("verdict", ["outcome_first", "both", "cannot_tell"])
def test_what_would_settle_an_order_is_told_with_the_claim_where_it_is_open_and_only_there(
    verdict: str,
) -> None:
    words = Words(facts_at("L2", verdict), "en")
    outcome = words.facts["claims"][0]["outcome"]
    plan = settlement_text(words, order_of(words, outcome))
    told = any(plan in note for note in _order_notes(words, outcome))
    assert told == (verdict == "cannot_tell")


def test_counts_of_the_health_card_are_printed_whole_and_others_with_two_digits() -> None:
    words = Words(make_facts(), "en")
    row = {"status": "PASS", "value": 160.0, "review_at": 40.0, "fail_at": 30.0}
    assert _values(words, {"check": "clusters", **row}) == ("160", "40", "30")
    assert _values(words, {"check": "pretrends", **row, "value": 0.5})[0] == "0.50"
