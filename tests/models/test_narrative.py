"""Without these leadership reads a word stronger than the evidence, or a figure that was withheld."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from string import Formatter as Fields
from typing import Any, get_args

import pytest
from facts_fixture import make_facts, small_facts, tables

from contracts.fields import INDUSTRIES
from contracts.kpis import load_kpis
from contracts.marts_benchmark import SEGMENT_TYPES
from contracts.marts_coverage import HELD_REASONS
from models.claims import GATES
from models.direction.verdict import State
from models.errors import ModelError
from models.facts import FactsSettings, build_facts
from models.formats import LANGUAGES, NBSP, Formatter, Language, effect_display
from models.narrative import build_narrative
from models.narrative_kpis import held_rows
from models.sections import result_sections
from models.wording import Words, load_locale

BARRED: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(drives?|impacts?|leads? to|boosts?|because of|causes?|caused|raises?)\b", re.I),
    "nl": re.compile(r"\b(zorgt voor|leidt tot|veroorzaakt|door|zorgen voor|leiden tot)\b", re.I),
}


DIRECTION_CODES = {
    "enough_waves", "too_few_waves", "model_fits", "model_does_not_fit", "solution_proper",
    "solution_improper", "moved_together", "not_moved_together", "outcome_moved_before", "outcome_not_before",
    *(f"{path}_{state}" for path in ("forward", "reverse", "placebo") for state in get_args(State)),
}  # fmt: skip


def texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from texts(value)
    else:
        for value in node:
            yield from texts(value)


def keys(node: Any, prefix: str = "") -> dict[str, tuple[str, ...]]:
    if isinstance(node, Mapping):
        return {k: v for name, value in node.items() for k, v in keys(value, f"{prefix}.{name}").items()}
    if isinstance(node, list):
        return {k: v for i, value in enumerate(node) for k, v in keys(value, f"{prefix}.{i}").items()}
    return {prefix: tuple(sorted({field for _, field, _, _ in Fields().parse(str(node)) if field}))}


def changed_claim(**changes: Any) -> dict[str, Any]:
    claims = tables()["claims"]
    row = claims.index[claims["outcome"] == "csat_share"][0]
    for name, value in changes.items():
        claims.loc[row, name] = value
    return make_facts(claims=claims)


def statement(facts: dict[str, Any], language: Language = "en") -> str:
    return build_narrative(facts, language).primary[0].statement.replace(NBSP, " ")


def test_both_languages_have_the_same_texts_and_blanks() -> None:
    assert keys(load_locale("en")) == keys(load_locale("nl"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_and_no_barred_word_stands_in_the_wording(language: Language) -> None:
    for text in texts(load_locale(language)):
        assert not re.search(r"\d", text), text
        assert not BARRED[language].search(text.replace("maturity impact", "")), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_outcome_gate_and_error_has_words(language: Language) -> None:
    locale = load_locale(language)
    assert {outcome.code for outcome in load_kpis().outcomes} <= set(locale["outcomes"])
    stopped = {failed for _, failed in GATES.values()}
    passed = {passed for passed, _ in GATES.values()}
    errors = {error.code for error in ModelError.__subclasses__()}
    assert stopped | passed | errors | DIRECTION_CODES <= set(locale["reasons"])


def test_level_two_says_rose_and_nothing_more() -> None:
    assert statement(make_facts()) == (
        "When an organisation's index rose by 10 points, its share of satisfied customers rose by "
        "1.8 percentage points, measured 3 months later."
    )
    assert statement(make_facts(), "nl") == (
        "Als de index van een organisatie met 10 punten steeg, steeg haar aandeel tevreden klanten met "
        "1,8 procentpunt, gemeten 3 maanden later."
    )


def test_a_negative_effect_fell() -> None:
    facts = changed_claim(estimate=-0.0183, low=-0.0244, high=-0.0122)
    assert "satisfied customers fell by 1.8 percentage points" in statement(facts)
    assert "daalde haar aandeel" in statement(facts, "nl")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Reservations: the health of the analysis asks for a look first."),
        ("nl", "Voorbehoud: de gezondheid van de analyse vraagt eerst om een blik."),
    ],
)
def test_what_keeps_a_claim_from_the_best_grade_is_said(language: Language, words: str) -> None:
    """Rungs that were not reached are no reservation about the one that was."""
    changes = {"grade": "B", "reasons": "rise_interval_includes_zero;health_card_asks"}
    notes = build_narrative(changed_claim(**changes), language).primary[0].notes
    assert words in notes
    without = build_narrative(changed_claim(grade="B", reasons="rise_interval_includes_zero"), language)
    assert not any(note.startswith(words[:10]) for note in without.primary[0].notes)


def test_level_one_is_associated_after_adjusting() -> None:
    said = statement(changed_claim(level="L1"))
    assert "is associated with a share of satisfied customers 1.8 percentage points higher" in said
    assert "after adjusting for size, industry, country, customer type and period" in said
    assert "rose" not in said
    assert "gaat samen met" in statement(changed_claim(level="L1"), "nl")


def test_a_null_says_what_could_have_been_detected_and_what_was_seen() -> None:
    said = statement(changed_claim(level="L0", grade="C", estimate=0.002, low=-0.004, high=0.008))
    assert "could have detected 0.87 percentage points per 10 index points and saw 0.20 " in said
    assert "[−0.40 to 0.80]" in said
    assert "no effect" not in said


def test_a_withheld_claim_prints_no_effect_size_anywhere() -> None:
    facts = changed_claim(grade="D", withheld=True, estimate=0.01234, low=0.00345, high=0.02123)
    story = build_narrative(facts, "en")
    claim = story.primary[0]
    assert claim.is_withheld
    assert claim.interval == ""
    spoken = " ".join((claim.statement, claim.basis, *claim.notes, *story.withheld))
    for figure in ("1.2 ", "0.3", "2.1", "4.0", "4.05"):
        assert figure not in spoken
    assert "What would settle it" in " ".join(story.withheld)


def test_naive_stands_beside_and_says_why_it_differs() -> None:
    notes = " ".join(build_narrative(make_facts(), "en").primary[0].notes)
    assert "differ by 4.0 percentage points" in notes or "differ by 4.1 percentage points" in notes
    assert "Organisations that are mature also differ in other fixed ways" in notes
    assert "does not contain the figure above" in notes


def test_logarithms_are_shown_as_per_cent_and_say_so() -> None:
    claim = build_narrative(make_facts(), "en").primary[1]
    assert effect_display("log_percent", 0.0291) == pytest.approx(2.9527, abs=1e-3)
    assert f"rose by 3.0{NBSP}%" in claim.statement
    assert any("exp(b) minus one" in note for note in claim.notes)


def test_direction_is_said_to_be_untested_with_what_it_takes() -> None:
    facts = make_facts(results={})
    assert "Which came first has not been tested" in build_narrative(facts, "en").lede
    assert "at least 3 assessment waves" in " ".join(result_sections(Words(facts, "en"))["direction"].prose)


def test_small_groups_are_said_to_be_suppressed() -> None:
    story = build_narrative(small_facts(), "en")
    assert "it needs at least 10 organisations and there are 8" in story.stages[0]
    assert story.lede.startswith("The data at hand is not enough")


def test_unbalanced_ledger_warns() -> None:
    bad = tables()["ledger"].assign(accepted=1)
    assert "treat every figure with care" in build_narrative(make_facts(ledger=bad), "en").coverage[-1]


def test_real_data_carries_no_simulated_line() -> None:
    assert build_narrative(make_facts(is_simulated=False), "en").banner is None
    assert str(build_narrative(make_facts(), "en").banner).startswith("Simulated data")


def test_numbers_follow_the_language() -> None:
    assert Formatter("nl").decimal(-1234.5) == "−1.234,5"
    assert Formatter("en").decimal(-1234.5) == "−1,234.5"
    assert Formatter("en").decimal(-0.04) == "0.0"
    assert Formatter("nl").month("2024-03-01") == f"maart{NBSP}2024"


def test_unknown_outcome_is_said_by_its_code() -> None:
    assert Words(make_facts(), "en").outcome("new_kpi") == "new kpi"


def test_rows_without_a_rate_are_said() -> None:
    coverage = tables()["join_coverage"].assign(n_without_rate=1)
    said = build_narrative(make_facts(join_coverage=coverage), "en").coverage
    assert any("another currency than EUR" in sentence for sentence in said)


def test_what_more_data_would_not_settle_says_so() -> None:
    facts = changed_claim(grade="D", withheld=True, estimate=None, reasons="index_not_reliable")
    said = build_narrative(facts, "en").withheld[0]
    assert "the index is not reliable enough" in said
    assert "More organisations or months alone would not settle it" in said


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.97, "97.0"), (0.9996, "99.96"), (0.99998, "99.998"), (1.0, "100.0"), (0.9, "90.0")],
)
def test_nearly_all_is_never_printed_as_all(share: float, shown: str) -> None:
    assert Words(make_facts(), "en").coverage_share(share) == f"{shown}{NBSP}%"


def test_a_simulated_world_says_what_was_planted_and_who_found_it() -> None:
    notes = " ".join(build_narrative(make_facts(), "en").primary[0].notes)
    assert "Planted in this simulated world: 1.5 percentage points per 10 points." in notes.replace(NBSP, " ")
    assert "The interval above contains it. The unadjusted interval misses it." in notes


def test_real_data_have_no_planted_truth() -> None:
    facts = make_facts(is_simulated=False)
    assert facts["planted"] == []
    assert "planted" not in " ".join(build_narrative(facts, "en").primary[0].notes)
    with pytest.raises(ValueError, match="simulated data only"):
        build_facts(
            **tables(),
            n_organization_months=1,
            settings=FactsSettings(is_simulated=False),
            truth={"csat_share": 0.0},
        )


def test_a_claim_on_nothing_says_so_instead_of_empty_dates() -> None:
    claims = tables()["claims"].assign(
        level="none", grade="E", withheld=True, n_organizations=0, first_period=None, last_period=None
    )
    said = build_narrative(make_facts(claims=claims), "en").primary[0].basis
    assert said == "No organisation has both an index and this outcome a quarter later."


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_group_kind_and_reason_has_words(language: Language) -> None:
    locale = load_locale(language)
    assert set(locale["segments"]) == set(locale["kinds"]) == set(SEGMENT_TYPES)
    assert set(locale["segments"]["industry"]) == set(INDUSTRIES)
    assert set(locale["held_reasons"]) == set(HELD_REASONS)


def test_groups_are_told_by_their_medians_and_hidden_ones_are_said_to_be_hidden() -> None:
    said = build_narrative(make_facts(), "en").benchmarks
    assert "Customer satisfaction, December 2025: the median runs from 40.0 % (retail)" in said[2].replace(
        NBSP, " "
    )
    assert "not shown" in said[-1]
    assert "No group of organisations is large enough" in build_narrative(small_facts(), "en").benchmarks[0]


def test_figures_that_miss_rows_are_told_with_their_money() -> None:
    rows = held_rows(Words(make_facts(), "en"))
    assert ("refused when it was read", "4", f"2,411{NBSP}EUR; 1 without an amount", "Revenue") in rows
    assert ("belongs to no known organisation", "2", "–", "Customer satisfaction") in rows
    n = len(load_kpis().kpis)
    assert f"9 of {n} figures could be made" in build_narrative(make_facts(), "en").kpis[0]
