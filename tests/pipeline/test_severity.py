"""If these fail, a rule declared a warning stops a month's figures, or another lets them out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.progress import Progress
from orchestration.runs import RunReport, run_home
from orchestration.telling import told
from tests.pipeline.conftest import points_to

TOLERATED_NOTHING = "tolerated_share: {}\nrule_severity:\n"


def declare(home: Path, *names: str) -> None:
    """Tolerate nothing in a home, and let some rules warn."""
    text = (home / "maturity.yaml").read_text().split("tolerated_share:")[0]
    (home / "maturity.yaml").write_text(
        text + TOLERATED_NOTHING + "".join(f'  "{name}": warn\n' for name in names)
    )


def failed(report: RunReport, *, is_blocking: bool) -> set[str]:
    return {
        f"{check.asset} {check.name}" for check in report.failed_checks if check.is_blocking is is_blocking
    }


def test_rules_declared_as_warnings_are_told_and_the_rest_is_published(
    made: Any, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declare(copied, "tickets.created_at:timestamp", "closed_on:date", "ledger_lines")
    report = run_home(copied)
    assert report.is_success, failed(report, is_blocking=True)
    assert failed(report, is_blocking=False) >= {
        "accepted/tickets created_at__timestamp",
        "accepted/opportunities closed_on__date",
        "accepted/ledger_lines posted_on__date",
    }
    told(copied, report, Progress(stream=None), as_json=False)
    assert "Warning: accepted/tickets created_at__timestamp (" in capsys.readouterr().out
    edition = copied / "editions" / points_to(copied)
    assert (edition / "facts.json").read_bytes() == (
        made.home / "editions" / made.current / "facts.json"
    ).read_bytes()
    checks = json.loads((edition / "manifest.json").read_text())["checks"]
    assert checks["accepted/tickets created_at__timestamp"] is False
    assert checks["accepted/tickets status__known_value"] is True


def test_one_rule_left_as_it_is_still_stops_everything_after_the_gate(copied: Path, untouched: Any) -> None:
    declare(copied, "tickets.created_at:timestamp", "ledger_lines")
    report = run_home(copied)
    assert failed(report, is_blocking=True) == {"accepted/opportunities closed_on__date"}
    assert {asset.split("/")[0] for asset in report.materialised} == {"landing", "accepted"}
    untouched(copied)


@pytest.mark.parametrize("key", ["rule_severity", "tolerated_share: {rules"])
def test_a_mistyped_rule_stops_before_any_row_is_judged(copied: Path, key: str) -> None:
    text = (copied / "maturity.yaml").read_text().split("tolerated_share:")[0]
    end = "}" if "{" in key else ""
    value = "0.1" if end else "warn"
    (copied / "maturity.yaml").write_text(f'{text}{key}: {{"tickets.staus:known_value": {value}}}{end}\n')
    report = run_home(copied, select=["accepted"])
    assert report.materialised == ()
    assert "'tickets.staus:known_value' is neither a rule nor an entity" in report.errors[0]
