"""If these fail, a bad cell in a delivered file passes the gate, or is refused under another name."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from contracts import Rule
from contracts.entities import ENTITIES
from contracts.profile import ColumnMap, load_profiles
from models.demo import WorldSpec, make_demo
from orchestration.demo_home import write_demo
from orchestration.runs import RunReport, run_home

WORLD = WorldSpec(organizations=40, months=6, tickets_per_month=2, dirty=False)
FILES = {
    "reference_organizations": "reference/organizations.csv",
    "reference_crosswalk": "reference/crosswalk.csv",
    "salesforce_account_api": "exports/salesforce/accounts.csv",
    "salesforce_opportunity_api": "exports/salesforce/opportunities_2023.csv",
    "zendesk_ticket_api": "exports/zendesk/tickets_2023.csv",
    "workday_worker_api": "exports/workday/workers.csv",
    "xero_journal_line_api": "exports/xero/journal_lines_2023_h1.csv",
    "greenhouse_application_api": "exports/greenhouse/applications.csv",
    "greenhouse_offer_api": "exports/greenhouse/offers.csv",
}
SPOILT = {"required": "", "known_value": "(undeclared)", "well_formed": "?!"}


@dataclass(frozen=True)
class Case:
    """One cell of one file that breaks one rule; all cells that an expression reads, where there is one."""

    file: str
    columns: tuple[str, ...]
    text: str
    entity: str
    check: str


def cases() -> Iterator[Case]:
    """Every rule that one cell of a source file can break, for every profile of the demo."""
    exports = make_demo(WORLD).files
    for name, file in FILES.items():
        profile = load_profiles()[name]
        entity, header = str(profile.entity), header_of(exports[file])
        for rule in ENTITIES[entity].rules:
            mapping = profile.columns.get(rule.column)
            text = spoilt_text(rule, mapping) if mapping is not None else None
            read = [name for name in mapping.sources if name in header] if mapping is not None else []
            if mapping is not None and text is not None and read:
                # What an expression makes of one cell can hang on the others that it reads.
                columns = tuple(read) if mapping.sql else (read[0],)
                yield Case(file, columns, text, entity, rule.id.replace(":", "__"))


def header_of(content: bytes) -> list[str]:
    return next(csv.reader(io.StringIO(content.decode("cp1252"))))


def spoilt_text(rule: Rule, mapping: ColumnMap) -> str | None:
    """Source text that breaks a rule; None where the column is derived, or the rule speaks of several."""
    is_read_directly = len(mapping.sources) > 0 and not (mapping.cases or mapping.hmac or mapping.ordinal)
    has_default = mapping.default is not None or mapping.default_setting is not None or mapping.threshold
    if not is_read_directly or (rule.name == "required" and (has_default or says_a_word_of_nothing(mapping))):
        return None
    if rule.stage == "convert":
        return str(rule.canary)
    if rule.name == "in_range":
        canary = rule.canary
        if mapping.sql is not None and isinstance(canary, pd.Timestamp):
            # Of a day an expression may keep the month alone.
            canary += pd.DateOffset(months=1)
        return text_of(canary, mapping.divide_by or 1, is_time=rule.column.endswith("_at"))
    return SPOILT.get(rule.name) if rule.stage == "check" else None


def says_a_word_of_nothing(mapping: ColumnMap) -> bool:
    """Whether an expression makes a text of cells that are all empty.

    Then no file can leave the column missing: an applicant who said nothing is `not_answered`. That the
    rule bites on a row that lacks it is shown in tests/contracts/test_canaries.py, as of every rule.
    """
    if mapping.sql is None:
        return False
    empty = ", ".join(f"'' as {name}" for name in mapping.sources)
    [(made,)] = duckdb.execute(f"select {mapping.sql} from (select {empty})").fetchall()
    return bool(made)


def text_of(canary: object, factor: int, *, is_time: bool) -> str:
    if isinstance(canary, pd.Timestamp):
        return canary.isoformat(sep=" ") if is_time else canary.date().isoformat()
    return str(float(str(canary)) * factor).removesuffix(".0")


CASES = list(cases())


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> RunReport:
    home = tmp_path_factory.mktemp("spoilt") / "home"
    write_demo(home, make_demo(WORLD))
    settings = home / "maturity.yaml"
    # Canaries of local times are bad in this zone; nothing is tolerated.
    text = settings.read_text().split("tolerated_share:")[0].replace("zone: UTC", "zone: Europe/Amsterdam")
    settings.write_text(text)
    rows: Counter[str] = Counter()
    for case in CASES:
        rows[case.file] += 1
        spoil(home / case.file, case, rows[case.file])
    return run_home(home)


def spoil(path: Path, case: Case, row: int) -> None:
    encoding = "cp1252" if path.name == "accounts.csv" else "utf-8"
    lines = list(csv.reader(io.StringIO(path.read_text(encoding=encoding))))
    for column in case.columns:
        lines[row][lines[0].index(column)] = case.text
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    path.write_text(out.getvalue(), encoding=encoding)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.entity}-{case.check}" for case in CASES])
def test_a_bad_cell_fails_the_check_of_its_rule(report: RunReport, case: Case) -> None:
    assert (f"accepted/{case.entity}", case.check) in {(c.asset, c.name) for c in report.blocked_by}


def test_nothing_downstream_ran(report: RunReport) -> None:
    assert {asset.split("/")[0] for asset in report.materialised} == {"landing", "accepted"}


def test_most_rules_are_broken_in_a_file() -> None:
    """Guards against this file thinning out: what one cell cannot break is about keys or several columns."""
    one_cell = {(c.entity, c.check) for c in CASES}
    assert len(one_cell) == len(CASES) > 90
    assert {load_profiles()[name].entity for name in FILES} == {case.entity for case in CASES}


def test_only_what_is_said_of_nothing_cannot_be_left_out() -> None:
    """Guards the exception: every other column that an expression makes is broken in a file, too."""
    made = {
        (str(profile.entity), column): says_a_word_of_nothing(mapping)
        for profile in (load_profiles()[name] for name in FILES)
        for column, mapping in profile.columns.items()
        if mapping.sql is not None
    }
    assert [column for column, is_always_said in made.items() if is_always_said] == [
        ("applications", "self_identification")
    ]
    assert ("applications", "self_identification__required") not in {(c.entity, c.check) for c in CASES}
    broken = {(c.entity, c.check.partition("__")[0]) for c in CASES}
    assert made.keys() <= broken
