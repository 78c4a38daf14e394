"""A KPI without unit, direction or basis would be read the wrong way round or added up where it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

import contracts.kpis
from contracts.entities import ENTITIES
from contracts.kpis import load_kpis, parse_kpis

TEXT = Path(contracts.kpis.__file__).with_name("kpis.yaml").read_text(encoding="utf-8")
BARRED = ("causes", "drives", "boosts", "leads to", "impacts", "because of", "veroorzaakt", "leidt tot")


def test_the_nine_explained_kpis_and_the_two_primary_outcomes() -> None:
    registry = load_kpis()
    assert [kpi.code for kpi in registry.explained] == [
        "csat_share",
        "first_response_minutes",
        "ticket_volume",
        "win_rate",
        "revenue",
        "revenue_growth",
        "gross_margin",
        "headcount",
        "attrition",
    ]
    assert registry.primary_outcomes == ("csat_share", "log_revenue")
    assert registry.kpi("attrition").direction == "lower_is_better"
    assert registry.outcome("log_revenue").transform == "log"
    assert [kpi.code for kpi in registry.explained if not kpi.is_ratio] == [
        "ticket_volume",
        "revenue",
        "headcount",
    ]
    assert [kpi.code for kpi in registry.explained if kpi.is_additive] == ["ticket_volume", "revenue"]


def test_kpis_come_from_entities_that_exist_and_never_from_the_assessment() -> None:
    named = {entity for kpi in load_kpis().kpis for entity in kpi.entities}
    assert named <= set(ENTITIES)
    assert not any("assessment" in entity for entity in named)


def test_a_kpi_without_outcome_is_reported_and_not_explained() -> None:
    text = "\n".join(line for line in TEXT.splitlines() if "{code: win_rate" not in line)
    registry = parse_kpis(text)
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
        ("kpi: win_rate", "kpi: lose_rate"),
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
