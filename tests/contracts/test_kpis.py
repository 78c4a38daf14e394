"""A KPI without unit, direction or basis would be read the wrong way round or added up where it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

import contracts.kpis
from contracts.entities import ENTITIES
from contracts.kpis import load_kpis, parse_kpis
from models.robustness.rows import UNMOVABLE

TEXT = Path(contracts.kpis.__file__).with_name("kpis.yaml").read_text(encoding="utf-8")
BARRED = ("causes", "drives", "boosts", "leads to", "impacts", "because of", "veroorzaakt", "leidt tot")


def test_every_kpi_is_an_outcome_or_says_why_not() -> None:
    registry = load_kpis()
    assert registry.primary_outcomes == ("csat_share", "log_revenue")
    assert registry.outcomes_of("secondary") == (
        "first_response_minutes",
        "ticket_volume",
        "win_rate",
        "revenue_growth",
        "gross_margin",
        "headcount",
        "attrition",
    )
    told = {kpi.code for kpi in registry.explained}
    assert told | set(registry.not_outcomes) == {kpi.code for kpi in registry.kpis}
    assert set(registry.not_outcomes) == {
        "applicant_diversity",
        "applicant_answer_share",
        "attrition_annualised",
        "customer_acquisition_cost_lagged",
        "customer_churn",
        "fte",
    }
    assert registry.kpi("attrition").direction == "lower_is_better"


def test_money_that_adds_up_is_explained_on_a_logarithmic_scale() -> None:
    registry = load_kpis()
    money = {
        kpi.code for kpi in registry.explained if kpi.numerator_kind == "money" and kpi.denominator == "one"
    }
    assert {kpi.code for kpi in registry.logged} == money
    assert registry.outcome("log_revenue").transform == "log"


def test_a_negative_control_is_no_kpi_and_is_the_outcome_that_nothing_can_move() -> None:
    registry = load_kpis()
    assert registry.outcomes_of("negative_control") == (UNMOVABLE,)
    assert UNMOVABLE not in [kpi.code for kpi in registry.kpis]


def test_kpis_come_from_entities_that_exist_and_never_from_the_assessment() -> None:
    named = {entity for kpi in load_kpis().kpis for entity in kpi.entities}
    assert named <= set(ENTITIES)
    assert not any("assessment" in entity for entity in named)


def test_a_kpi_without_outcome_is_reported_and_not_explained() -> None:
    text = "\n".join(line for line in TEXT.splitlines() if "{code: win_rate," not in line)
    with pytest.raises(ValueError, match="win_rate"):
        parse_kpis(text)
    registry = parse_kpis(f"{text}\n  win_rate: Another figure says the same.\n")
    assert "win_rate" in [kpi.code for kpi in registry.kpis]
    assert "win_rate" not in [kpi.code for kpi in registry.explained]


def test_effects_are_worded_without_cause() -> None:
    for outcome in load_kpis().outcomes:
        words = f"{outcome.effect_unit_en} {outcome.effect_unit_nl}".lower()
        assert not any(barred in words for barred in BARRED)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  - code: win_rate\n", "  - code: csat_share\n"),
        ("kpi: win_rate,", "kpi: lose_rate,"),
        ("code: log_revenue,", "code: revenue_in_logs,"),
        ("kpi: win_rate, role: secondary", "role: secondary"),
        ("role: negative_control", "kpi: csat_share, role: negative_control"),
        ("  customer_churn: One", "  customer_retention: One"),
        ("entities: [opportunities, accounts]", "entities: [assessment_answers]"),
        ("direction: lower_is_better", "direction: down"),
        ("minimum_sample: 10", "minimum_sample: 0"),
        ("    unit: minutes", "    unit: hours"),
        ("    aggregation: total", "    aggregation: ratio"),
        ("    aggregation: ratio", "    aggregation: median"),
        ("    aggregation: ratio", "    aggregation: balance"),
        ("kpis:\n", "kpis:\n  - {}\n"),
    ],
)
def test_a_broken_registry_is_refused(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(ValueError, match=r"."):
        parse_kpis(TEXT.replace(old, new, 1))
