"""Harm prevented: rows are told as new that are late, as late that replace others, or not told at all."""

from __future__ import annotations

from typing import Any

import pytest

from orchestration.editions import arrivals
from orchestration.editions.cause import Cause, Family, Kind, Made
from orchestration.editions.causes import causes

Rows = dict[str, dict[str, dict[str, dict[str, int]]]]
TICKETS = frozenset({"tickets"})


def made(rows: Rows, **changed: Any) -> Made:
    """Edition whose deliveries came as files of their own name, read as `as-is`."""
    method = {"reading": "r", "marts": "m", "statistics": "s", "library pandas": "3.1.1"}
    code = {"version": "1.0", "commit": "abc", **changed.get("code", {})}
    code["method"] = method | changed.get("method", {})
    read_as = changed.get("read_as", {})
    files = {f"{name}.csv": (name, sorted(entities)) for name, entities in rows.items()}
    files |= {name: (name.partition(".")[0], []) for name in changed.get("gone", ())}
    return Made(
        {
            "inputs": [
                {
                    "file": file,
                    "delivery_id": name,
                    "entities": entities,
                    "read_as": read_as.get(name, "as-is"),
                }
                for file, (name, entities) in files.items()
            ],
            "code": code,
            "versions": {"instrument": "1", "method": "1", **changed.get("versions", {})},
            "settings": {
                "reporting_currency": "EUR",
                "memory_limit": "1GB",
                arrivals.GROUP: "10",
                **changed.get("settings", {}),
            },
        },
        rows,
    )


def told(before: Made, after: Made) -> list[tuple[Kind, str]]:
    return [(cause.kind, cause.said) for cause in causes(before, after)]


OLD: Rows = {"old": {"tickets": {"2026-01": {"accepted": 10}, "2026-02": {"accepted": 12, "quarantined": 2}}}}


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        (
            {"tickets": {"2026-03": {"accepted": 7}}},
            [(Kind.NEW_DATA, "7 rows of tickets in 2026-03 (more.csv)")],
        ),
        (
            {"tickets": {"2026-02": {"accepted": 7}}},
            [(Kind.LATE_DATA, "7 rows of tickets in 2026-02 (more.csv)")],
        ),
        (
            {"tickets": {"2025-12": {"accepted": 1}, "2026-01": {"accepted": 2}, "2026-03": {"accepted": 4}}},
            [
                (Kind.NEW_DATA, "4 rows of tickets in 2026-03 (more.csv)"),
                (Kind.LATE_DATA, "3 rows of tickets from 2025-12 to 2026-01 (more.csv)"),
            ],
        ),
        ({"tickets": {"2026-01": {"duplicate": 10}}}, []),
        (
            {"tickets": {"2026-03": {"quarantined": 3}}},
            [(Kind.QUARANTINE, "3 rows more held back of tickets in 2026-03 (more.csv)")],
        ),
        ({"invoices": {"": {"accepted": 3}}}, [(Kind.NEW_DATA, "3 rows of invoices (more.csv)")]),
        (
            {"invoices": {"2020-01": {"accepted": 3}}},
            [(Kind.NEW_DATA, "3 rows of invoices in 2020-01 (more.csv)")],
        ),
        (
            {"crosswalk": {"": {"accepted": 3}}},
            [(Kind.CONFIGURATION, "reference data was delivered anew: more.csv")],
        ),
    ],
    ids=["new", "late", "both", "again", "held", "no_months", "first_of_its_kind", "reference"],
)
def test_rows_of_a_new_delivery(more: Any, wanted: list[tuple[Kind, str]]) -> None:
    assert told(made(OLD), made({**OLD, "more": more})) == wanted


def test_rows_that_replace_others_are_restated_and_the_rest_is_late() -> None:
    after: Rows = {
        "old": {
            "tickets": {
                "2026-01": {"accepted": 6, "superseded": 4},
                "2026-02": OLD["old"]["tickets"]["2026-02"],
            }
        },
        "more": {"tickets": {"2026-01": {"accepted": 5}}},
    }
    assert told(made(OLD), made(after)) == [
        (Kind.LATE_DATA, "1 row of tickets in 2026-01 (more.csv)"),
        (Kind.RESTATED, "4 rows of tickets in 2026-01 (more.csv)"),
    ]


def test_rows_that_are_released_are_told_as_quarantine() -> None:
    after: Rows = {"old": {"tickets": {**OLD["old"]["tickets"], "2026-02": {"accepted": 14}}}}
    assert told(made(OLD), made(after)) == [(Kind.QUARANTINE, "2 rows fewer held back of tickets in 2026-02")]
    assert told(made(after), made(OLD)) == [(Kind.QUARANTINE, "2 rows more held back of tickets in 2026-02")]


def test_a_refused_row_that_came_again_restates_nothing() -> None:
    after: Rows = {
        "old": {
            "tickets": {**OLD["old"]["tickets"], "2026-02": {"accepted": 11, "superseded": 3}},
        },
        "more": {"tickets": {"2026-02": {"accepted": 3}}},
    }
    assert told(made(OLD), made(after)) == [
        (Kind.LATE_DATA, "2 rows of tickets in 2026-02 (more.csv)"),
        (Kind.RESTATED, "1 row of tickets in 2026-02 (more.csv)"),
        (Kind.QUARANTINE, "2 rows fewer held back of tickets in 2026-02 (more.csv)"),
    ]


@pytest.mark.parametrize(
    "entity", ["employment_spells", "hires", "applications", "assessment_answers", "survey_responses"]
)
def test_how_few_rows_about_people_came_is_not_told(entity: str) -> None:
    few: Rows = {"few": {entity: {"2026-03": {"accepted": 9, "quarantined": 1}}}}
    enough: Rows = {"few": {entity: {"2026-03": {"accepted": 10, "quarantined": 12}}}}
    assert told(made(OLD), made(OLD | few)) == [
        (Kind.NEW_DATA, f"fewer than 10 rows of {entity} in 2026-03 (few.csv)"),
        (Kind.QUARANTINE, f"fewer than 10 rows more held back of {entity} in 2026-03 (few.csv)"),
    ]
    assert told(made(OLD), made(OLD | enough)) == [
        (Kind.NEW_DATA, f"10 rows of {entity} in 2026-03 (few.csv)"),
        (Kind.QUARANTINE, f"12 rows more held back of {entity} in 2026-03 (few.csv)"),
    ]


def test_how_few_rows_about_people_changed_is_not_told() -> None:
    before: Rows = {"old": {"hires": {"2026-01": {"accepted": 20, "quarantined": 3}}}}
    after: Rows = {"old": {"hires": {"2026-01": {"accepted": 21, "superseded": 1, "quarantined": 1}}}}
    assert told(made(before), made(after)) == [
        (Kind.RESTATED, "fewer than 10 rows of hires in 2026-01"),
        (Kind.QUARANTINE, "fewer than 10 rows fewer held back of hires in 2026-01"),
    ]


def test_how_few_are_too_few_is_what_the_home_declares() -> None:
    after = made(OLD | {"few": {"hires": {"": {"accepted": 4}}}}, settings={arrivals.GROUP: "4"})
    assert (Kind.NEW_DATA, "4 rows of hires (few.csv)") in told(made(OLD), after)


def test_rows_about_several_entities_reach_each_of_them() -> None:
    more = {"practices;channel_adoption": {"": {"quarantined": 2}}}
    [cause] = causes(made(OLD), made({**OLD, "more": more}))
    assert cause.entities == {"practices", "channel_adoption"}


@pytest.mark.parametrize(
    ("changed", "said", "families"),
    [
        ({"versions": {"instrument": "2"}}, "the instrument went from version 1 to 2", {"index", "claim"}),
        ({"versions": {"method": "2"}}, "the method went from version 1 to 2", {"claim"}),
        (
            {"code": {"version": "1.1", "commit": "def"}, "method": {"marts": "n"}},
            "the SQL of the marts changed (version 1.0 to 1.1, commit abc to def)",
            {"index", "claim", "kpi"},
        ),
        (
            {"method": {"reading": "q"}},
            "the code that reads deliveries changed (commit abc to abc)",
            {"index", "claim", "kpi"},
        ),
        (
            {"method": {"statistics": "t"}},
            "the code of the estimates changed (commit abc to abc)",
            {"index", "claim"},
        ),
        (
            {"method": {"library pandas": "3.2.0"}},
            "pandas went from version 3.1.1 to 3.2.0",
            {"index", "claim", "kpi"},
        ),
    ],
)
def test_a_change_of_method(changed: Any, said: str, families: set[str]) -> None:
    [cause] = causes(made(OLD), made(OLD, **changed))
    assert (cause.kind, cause.said, set(cause.families)) == (Kind.METHOD, said, families)
    assert cause.entities is None


def test_another_version_of_the_same_method_is_no_cause() -> None:
    assert causes(made(OLD), made(OLD, code={"version": "1.1", "commit": "def"})) == []


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({"reporting_currency": "USD"}, ["reporting_currency went from EUR to USD in maturity.yaml"]),
        ({"sources": "2 entries, abc"}, ["sources went from unset to 2 entries, abc in maturity.yaml"]),
        ({"memory_limit": "2GB", "retention.keep_editions": "3", "instrument_version": "9"}, []),
    ],
)
def test_a_change_of_configuration(settings: dict[str, str], wanted: list[str]) -> None:
    found = causes(made(OLD), made(OLD, settings=settings))
    assert [(cause.kind, cause.said) for cause in found] == [(Kind.CONFIGURATION, said) for said in wanted]


def test_thresholds_are_no_reason_for_a_kpi_to_move() -> None:
    [cause] = causes(made(OLD), made(OLD, settings={"thresholds.minimum_raters": "5"}))
    assert cause.families == {Family.CLAIM, Family.INDEX}
    assert not cause.reaches(Family.KPI, TICKETS)
    assert cause.reaches(Family.CLAIM, TICKETS)
    [group] = causes(made(OLD), made(OLD, settings={"thresholds.minimum_group_people": "5"}))
    assert group.reaches(Family.KPI, frozenset({"survey_responses"})), "few answers are hidden by it"


def test_a_file_read_another_way_and_one_that_counts_no_more() -> None:
    assert told(made(OLD), made(OLD, read_as={"old": "otherwise"})) == [
        (Kind.CONFIGURATION, "old.csv is read another way: its profile or what is declared about it changed")
    ]
    [cause] = causes(made(OLD), made({}, gone=["old.csv"]))
    assert (cause.said, cause.entities) == ("old.csv counts no more", TICKETS)


def test_a_file_that_was_replaced_under_its_name_is_a_delivery_like_any_other() -> None:
    after = made({**OLD, "more": {"tickets": {"2026-03": {"accepted": 1}}}})
    after.manifest["inputs"][1]["file"] = "old.csv"
    assert told(made(OLD), after) == [(Kind.NEW_DATA, "1 row of tickets in 2026-03 (old.csv)")]


def test_a_cause_reaches_numbers_made_of_what_it_touched() -> None:
    cause = Cause(Kind.NEW_DATA, "", TICKETS)
    assert cause.reaches(Family.KPI, frozenset({"tickets", "accounts"}))
    assert not cause.reaches(Family.KPI, frozenset({"ledger_lines"}))
    assert Cause(Kind.CONFIGURATION, "").reaches(Family.KPI, frozenset({"ledger_lines"}))


def test_nothing_lies_between_an_edition_and_itself() -> None:
    assert causes(made(OLD), made(OLD)) == []
