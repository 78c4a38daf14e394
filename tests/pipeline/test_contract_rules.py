"""If these fail, a broken rule of a contract lets bad rows through to marts, estimates and leadership."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from contracts import Contract, Rule
from contracts.canary import corrupted
from contracts.entities import ENTITIES
from contracts.gate import split
from contracts.rules import ZONE_OF_CANARIES
from contracts.values import Manner, parse
from models.demo import WorldSpec, make_demo
from orchestration.demo_home import write_demo
from orchestration.ingest.gate.accept import AcceptResult, accept
from orchestration.runs import RunReport, run_home

RULES = [(contract, rule) for contract in ENTITIES.values() for rule in contract.rules]
TINY = WorldSpec(organizations=6, months=6, tickets_per_month=2, dirty=False)

# File, column, text put into its n-th last row, and the check that must fail; one row each.
TICKETS, OPPORTUNITIES = "zendesk/tickets_2023.csv", "salesforce/opportunities_2023.csv"
JOURNAL, ANSWERS = "xero/journal_lines_2023_h1.csv", "qualtrics/assessment_2023-H1.csv"
IN_FILES = [
    (TICKETS, "created_at", "31/12/2024 soon", "tickets", "created_at__timestamp"),
    (TICKETS, "created_at", "1850-01-01T00:00:00Z", "tickets", "created_at__in_range"),
    (TICKETS, "satisfaction_rating_score", "meh", "tickets", "satisfaction__known_value"),
    (TICKETS, "status", "exploded", "tickets", "status__known_value"),
    (TICKETS, "id", "", "tickets", "ticket_key__required"),
    (OPPORTUNITIES, "close_date", "2023-02-31", "opportunities", "closed_on__date"),
    (OPPORTUNITIES, "amount", "12,34,5x", "opportunities", "amount__number"),
    (OPPORTUNITIES, "is_won", "perhaps", "opportunities", "is_won__boolean"),
    ("salesforce/accounts.csv", "number_of_employees", "a few", "accounts", "employees__integer"),
    ("workday/workers.csv", "hire_date", "yesterday", "employment_spells", "started_on__date"),
    (JOURNAL, "journal_date", "2023-13-01", "ledger_lines", "posted_on__date"),
    (JOURNAL, "net_amount", "1.000001", "ledger_lines", "amount__decimals"),
    (ANSWERS, "LS1", "7", "assessment_answers", "other_refusals"),
    (ANSWERS, "mode", "guessed", "assessment_answers", "mode__known_value"),
]  # fmt: skip


def failed(report: RunReport) -> set[tuple[str, str]]:
    return {(check.asset, check.name) for check in report.failed_checks}


def made_layers(report: RunReport) -> set[str]:
    return {asset.split("/")[0] for asset in report.materialised}


def caught(contract: Contract, rule: Rule) -> set[str]:
    """What the gate itself says to the rule's bad value."""
    if rule.stage == "convert":
        text = pd.Series([rule.canary], dtype="str")
        parsed = parse(text, contract.column(rule.column), contract, Manner("en", ZONE_OF_CANARIES))
        return {f"{rule.column}:{name}" for name, mask in parsed.failures.items() if mask[0]}
    return set(split(corrupted(contract, rule), contract).counts)


def accept_with_canaries(home: Path, settings: Any, *, pseudonym_key: str | None = None) -> AcceptResult:
    """The real gate, its verdicts joined with what it says to one bad row per rule."""
    result = accept(home, settings, pseudonym_key=pseudonym_key)
    verdicts = dict(result.verdicts)
    for contract, rule in RULES:
        verdict = verdicts[contract.name]
        refused = {**verdict.refused, **dict.fromkeys(caught(contract, rule), verdict.n_delivered + 1)}
        verdicts[contract.name] = replace(verdict, refused=refused)
    return replace(result, verdicts=verdicts)


@pytest.fixture(scope="module")
def broken(made: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunReport]:
    home = tmp_path_factory.mktemp("broken") / "home"
    shutil.copytree(made.home, home, symlinks=True, ignore=shutil.ignore_patterns("dagster", "logs"))
    return home, run_home(home, overrides={"accept": accept_with_canaries})


@pytest.mark.parametrize(
    ("contract", "rule"), RULES, ids=[f"{contract.name}-{rule.id}" for contract, rule in RULES]
)
def test_the_named_check_fails(broken: tuple[Path, RunReport], contract: Contract, rule: Rule) -> None:
    _, report = broken
    assert (f"accepted/{contract.name}", rule.id.replace(":", "__")) in failed(report)


def test_nothing_after_a_broken_rule_was_made(
    broken: tuple[Path, RunReport], untouched: Callable[[Path], None]
) -> None:
    home, report = broken
    assert not report.is_success
    assert report.errors == ()
    assert made_layers(report) == {"landing", "accepted"}
    untouched(home)


@pytest.fixture(scope="module")
def corrupted_files(tmp_path_factory: pytest.TempPathFactory) -> RunReport:
    home = tmp_path_factory.mktemp("corrupted") / "home"
    write_demo(home, make_demo(TINY))
    settings = (home / "maturity.yaml").read_text().split("tolerated_share:")[0]
    (home / "maturity.yaml").write_text(settings)
    for place, (file, column, text, _, _) in enumerate(IN_FILES):
        spoil(home / "exports" / file, column, text, row=place)
    return run_home(home)


def spoil(path: Path, column: str, text: str, row: int) -> None:
    """Put a text into one cell of a delivered file; rows are counted from its end."""
    lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    lines[-1 - row][lines[0].index(column)] = text
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    path.write_text(out.getvalue(), encoding="utf-8")


@pytest.mark.parametrize(
    ("asset", "check"), [case[3:] for case in IN_FILES], ids=[f"{c[3]}-{c[4]}" for c in IN_FILES]
)
def test_a_bad_cell_in_a_file_fails_the_named_check(
    corrupted_files: RunReport, asset: str, check: str
) -> None:
    assert (f"accepted/{asset}", check) in failed(corrupted_files)


def test_bad_files_stop_the_run_at_the_gate(corrupted_files: RunReport) -> None:
    assert made_layers(corrupted_files) == {"landing", "accepted"}
    assert {(f"accepted/{asset}", check) for *_, asset, check in IN_FILES} == {
        (check.asset, check.name) for check in corrupted_files.blocked_by
    }


def test_a_lost_row_fails_the_ledger(copied: Path, untouched: Callable[[Path], None]) -> None:
    def loses_a_row(home: Path, settings: Any, *, pseudonym_key: str | None = None) -> AcceptResult:
        result = accept(home, settings, pseudonym_key=pseudonym_key)
        is_tickets = result.ledger["profile"] == "zendesk_ticket_api"
        return replace(
            result, ledger=result.ledger.assign(accepted=result.ledger["accepted"] - is_tickets.astype(int))
        )

    report = run_home(copied, overrides={"accept": loses_a_row})
    assert {(check.asset, check.name) for check in report.blocked_by} == {("accepted/tickets", "ledger")}
    assert made_layers(report) == {"landing", "accepted"}
    untouched(copied)
