"""If these fail, what an applicant said of belonging to a group can be traced to whoever was hired."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.profile import load_profiles
from orchestration.ingest.gate import corrections, quarantine
from orchestration.ingest.tell.trial import try_profile
from orchestration.ingest.tell.violations import MASKED, violations

# The application and the candidate have the same number, the same day and the same department.
APPLICATIONS = """\
application_id,candidate_id,applied_at,status,department_id,gender_description,race_description
4711,4711,2024-02-09 06:00:00,hired,B1,Female,Asian
4712,4712,2024-02-09 06:00:00,active,B1,unheard of,White
4713,4713,2024-02-30 06:00:00,active,B1,Male,White
"""
OFFERS = """\
candidate_id,job_id,status,applied_at,resolved_at,starts_at,department_id,updated_at
4711,7,accepted,2024-02-09 06:00:00,2024-03-01 06:00:00,2024-04-01,B1,2024-03-01 06:00:00
"""
GROUPS = ("female", "asian", "unheard of", "white", "male")
DAYS = """\
name: our_ats
version: "1"
description: A profile of our own that keeps the day and when a row changed
source_system: our_ats
entity: applications
shape: ui
signature: {required: [number, applied, asked, team, changed]}
unit: {type: team, from: team}
version_columns: [changed]
columns:
  application_key: {from: number, hmac: applications}
  applied_month: {from: applied}
  self_identification: {from: asked, values: {"yes": under_represented}}
  is_deleted: {default: false}
personal: [number]
"""


@pytest.fixture
def home(exports: Any) -> Path:
    exports.put("maturity.yaml", "is_simulated: true\n")
    exports.put("exports/greenhouse/applications.csv", APPLICATIONS)
    exports.put("exports/greenhouse/offers.csv", OFFERS)
    exports.run()
    folder: Path = exports.home
    return folder


def test_an_application_and_a_hire_have_nothing_in_common_but_month_and_department(
    home: Path, exports: Any
) -> None:
    assert exports.home == home
    [answer] = exports.entity("applications").to_dict("records")
    [hire] = exports.entity("hires").to_dict("records")
    assert answer["application_key"] != hire["person_key"]
    told = {str(value) for value in answer.values()} & {str(value) for value in hire.values()}
    assert told <= {"greenhouse", "2", "department", "B1", "False", "nan"}
    assert str(answer["applied_month"])[:10] == "2024-02-01"
    assert answer["source_updated_at"] is None or answer["source_updated_at"] != answer["source_updated_at"]


def test_the_group_that_was_named_is_kept_nowhere_behind_landing(home: Path) -> None:
    for folder in ("accepted", "quarantine"):
        for path in (path for path in (home / folder).rglob("*") if path.is_file()):
            content = path.read_bytes().lower()
            assert not [word for word in GROUPS if word.encode() in content], path


def test_a_refused_answer_is_masked_and_not_handed_out_for_correction(home: Path, tmp_path: Path) -> None:
    held = quarantine.read(home / "quarantine")
    assert held["reasons"].tolist() == ["self_identification:known_value", "applied_month:date"]
    assert {one.value for one in violations(home, held) if one.column == "self_identification"} == {MASKED}
    assert all(not set(json.loads(raw)) & {"gender_description", "race_description"} for raw in held["raw"])
    path = tmp_path / "refused.csv"
    assert corrections.export(home, path, held) == 2
    assert not [word for word in GROUPS if word in path.read_text(encoding="utf-8").lower()]


def test_a_day_and_a_moment_of_change_are_refused_whoever_maps_them(exports: Any) -> None:
    exports.put("maturity.yaml", "is_simulated: true\n")
    exports.put("profiles/our_ats.yaml", DAYS)
    exports.put(
        "exports/our_ats.csv", "number,applied,asked,team,changed\n1,2024-02-09,yes,B1,2024-02-10 08:00\n"
    )
    exports.run()
    held = quarantine.read(exports.home / "quarantine")
    assert held["reasons"].tolist() == ["applied_month:first_of_month;source_updated_at:not_told"]


@pytest.mark.parametrize("name", [n for n, p in load_profiles().items() if p.entity == "applications"])
def test_shipped_profiles_keep_neither_day_nor_moment(name: str) -> None:
    profile = load_profiles()[name]
    assert profile.version_columns == ()
    assert profile.columns["application_key"].hmac == "applications"


def test_a_profile_that_is_tried_shows_no_answer(home: Path) -> None:
    [part] = try_profile(home / "exports" / "greenhouse" / "applications.csv")
    told = json.dumps([row.before for row in part.rows]).casefold()
    assert MASKED in told
    assert not [group for group in GROUPS if group in told]
