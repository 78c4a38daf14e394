"""If these fail, a user's own profile is not used, an old one still is, or its faults are not named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from contracts.profile import load_profiles
from orchestration.errors import SettingsError
from orchestration.ingest.profiles import profiles_of, sql_faults
from tests.our_desk import our_desk

DESK = our_desk()


def put(home: Path, text: str, name: str = "our_desk.yaml", at: int = 1) -> Path:
    path = home / "profiles" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, ns=(at, at))
    return path


def test_without_a_home_the_shipped_profiles_stand_alone(tmp_path: Path) -> None:
    assert profiles_of(None) == load_profiles() == profiles_of(tmp_path)


def test_a_home_adds_its_own_and_a_change_is_seen(tmp_path: Path) -> None:
    put(tmp_path, DESK)
    assert set(profiles_of(tmp_path)) == {*load_profiles(), "our_desk"}
    put(tmp_path, DESK.replace("source_system: our_desk", "source_system: desk"), at=2)
    assert profiles_of(tmp_path)["our_desk"].source_system == "desk"
    assert "our_desk" not in load_profiles(), "the shipped ones are never changed"


def test_a_profile_of_the_home_replaces_the_shipped_one_of_its_name(tmp_path: Path) -> None:
    name = "zendesk_ticket_api"
    put(tmp_path, DESK.replace("name: our_desk", f"name: {name}"), f"{name}.yaml")
    assert profiles_of(tmp_path)[name].shape == "ui"
    assert load_profiles()[name].shape == "api"


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        (("shape: ui", "shape: screen"), "profiles/our_desk.yaml:6: shape"),
        (("name: our_desk", "name: other_desk"), "the file's name another"),
        (("entity: tickets", "entity: tickles"), "profiles/our_desk.yaml:5: entity"),
        (("status: {from", "state: {from"), "tickets has no column state"),
        (("shape: ui", "shape: ui\nzone: Europe/Amsterdm"), "our_desk.yaml:7: zone: 'Europe/Amsterdm' is no"),
        (
            ("{from: State}", "{from: State, values: {done: ready}}"),
            "our_desk.yaml:11: .*'ready' is no status",
        ),
        (
            ("{from: Opened}", "{from: Opened, sql: f(x}"),
            "our_desk.yaml:10: columns.created_at.sql: DuckDB cannot",
        ),
        (
            ("{from: Opened}", "{from: Opened, sql: State}"),
            "our_desk.yaml:10: columns.created_at.sql: DuckDB cannot",
        ),
    ],
)
def test_a_fault_names_file_and_line(tmp_path: Path, changed: tuple[str, str], named: str) -> None:
    put(tmp_path, DESK.replace(*changed))
    with pytest.raises(SettingsError, match=named):
        profiles_of(tmp_path)


def test_duckdb_can_read_what_the_shipped_profiles_ask_of_it() -> None:
    asked = [profile for profile in load_profiles().values() if profile.expressions]
    assert asked
    assert not [fault for profile in asked for fault in sql_faults(profile)]
