"""Harm prevented: an edition says wrongly, or to the wrong people, what it was made of."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from orchestration.editions import inputs
from orchestration.settings import Settings, Source

PERIODS = [
    ("a", "tickets", "2026-01-01", "accepted", 5),
    ("a", "tickets", "2026-01-01", "quarantined", 1),
    ("a", "tickets", "2026-03-01", "accepted", 2),
    ("b", "employment_spells", None, "accepted", 9),
    ("c", "assessment_answers", None, "accepted", 3),
    ("c", "assessment_answers", None, "quarantined", 4),
]


@pytest.fixture
def accepted(home: Path) -> Path:
    """Ledger of three deliveries, one of them an assessment, whose months are its waves."""
    folder = home / "accepted"
    (folder / "assessment_answers").mkdir(parents=True)
    names = ["delivery_id", "entity", "period", "fate", "n_rows"]
    pd.DataFrame(PERIODS, columns=names).to_parquet(folder / "ledger_periods.parquet")
    waves = pd.DataFrame(
        {"delivery_id": ["c"] * 3, "wave": ["2025-H2", "2025-H2", "2026-H1"], "x": [1, 2, 3]}
    )
    waves.to_parquet(folder / "assessment_answers" / "rows.parquet")
    landing = home / "landing"
    (landing / "a").mkdir(parents=True)
    (landing / "a" / "manifest.json").write_text('{"read_as": "as-is"}')
    receipt = {
        "source_system": "s",
        "received_at": "2026-01-01T00:00:00+00:00",
        "profile": "p",
        "delivered": 8,
        "warnings": [],
    }
    receipts = [
        {"file": "exports/a.csv", "delivery_id": "a", "status": "taken", "sequence": 1, **receipt},
        {"file": "exports/notes.csv", "delivery_id": "z", "status": "unknown", "sequence": 2, **receipt},
    ]
    (landing / "receipts.json").write_text(json.dumps(receipts))
    return home


def test_rows_are_told_by_delivery_entity_month_and_fate(accepted: Path) -> None:
    assert inputs.brought(accepted) == {
        "a": {"tickets": {"2026-01": {"accepted": 5, "quarantined": 1}, "2026-03": {"accepted": 2}}},
        "b": {"employment_spells": {"": {"accepted": 9}}},
        "c": {
            "assessment_answers": {
                "": {"quarantined": 4},
                "2025-07": {"accepted": 2},
                "2026-01": {"accepted": 1},
            }
        },
    }


def test_an_input_says_its_months_and_how_it_was_read(accepted: Path) -> None:
    taken, refused = inputs.inputs(accepted, inputs.brought(accepted))
    assert taken == {
        "file": "exports/a.csv", "delivery_id": "a", "status": "taken", "profile": "p", "read_as": "as-is",
        "entities": ["tickets"], "first_month": "2026-01", "last_month": "2026-03", "delivered": 8,
    }  # fmt: skip
    assert (refused["entities"], refused["first_month"], refused["read_as"]) == ([], None, None)


def test_a_home_before_its_first_gate_has_brought_nothing(home: Path) -> None:
    assert inputs.brought(home) == {}
    assert inputs.restated(home) == []


def test_settings_are_told_without_paths_and_every_change_shows() -> None:
    plain = Settings(drop_zone="/private/folder/of/somebody", sources=(Source(system="zendesk"),))
    told = inputs.settings_told(plain)
    assert told["reporting_currency"] == "EUR"
    assert told["thresholds.minimum_raters"] == "3"
    assert told["retention.keep_editions"] == "24"
    assert told["sources"].startswith("1 entries, ")
    assert "somebody" not in json.dumps(told)
    changed = {
        "drop_zone": "elsewhere",
        "sources": (Source(system="zendesk", locale="nl"),),
        "tolerated_share": {"rules": {"tickets": 0.5}},
        "rule_severity": {"tickets": "warn"},
        "primary_outcomes": ("csat_share",),
    }
    for name, value in changed.items():
        other = inputs.settings_told(Settings.model_validate({**plain.model_dump(), name: value}))
        moved = [key for key in told | other if told.get(key) != other.get(key)]
        assert [key.partition(".")[0] for key in moved] == [name]
