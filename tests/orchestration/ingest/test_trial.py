"""If these fail, a profile is tried on something else than what a delivery would meet, or leaves traces."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from orchestration.cli import cli
from orchestration.errors import SettingsError, UnreadableFile
from orchestration.ingest.tell.check_path import check_path
from orchestration.ingest.tell.trial import try_profile
from orchestration.ingest.tell.violations import MASKED
from orchestration.settings import Settings, Source
from tests.our_desk import DEFAULTS, our_desk

OWN = our_desk(**DEFAULTS, created_at="{from: Opened, reads: [local, start_of_day]}")
ROWS = "Ticket,Opened,State\nT1,13/05/2024,open\nT2,05/06/2024,open\nT3,31/12/2024,waiting\n"


def test_the_header_finds_the_profile_and_nothing_is_kept(exports: Any) -> None:
    path = exports.tickets("tickets.csv", [{"id": "1"}, {"id": "2", "created_at": "never"}, {"id": "1"}])
    before = exports.digest(".")
    (part,) = try_profile(path, n=3)
    assert exports.digest(".") == before
    assert part.profile == "zendesk_ticket_api"
    assert part.counts == {"delivered": 3, "accepted": 1, "quarantined": 1, "duplicate": 1, "superseded": 0}
    assert [row.line for row in part.rows] == [2, 3, 4]
    assert part.rows[0].after["tickets"][0]["ticket_key"] == "1"
    assert part.rows[1].reasons == ["created_at:timestamp"]
    assert part.rows[2].after == {}
    assert [one.value for one in part.refused] == ["created_at: never"]


def test_persons_are_not_shown(exports: Any) -> None:
    path = exports.workers("workers.csv", ["w1,u1,2020-01-01,,,,0,B1,2024-01-01 00:00:00"])
    (part,) = try_profile(path)
    assert part.rows[0].before["id"] == MASKED
    # Under the demo's public key a hash is worked out by trying all numbers.
    assert part.rows[0].after["employment_spells"][0]["person_key"] == MASKED
    assert "w1" not in str(part)


def test_a_profile_in_a_file_is_tried_without_being_installed(tmp_path: Path) -> None:
    (tmp_path / "draft.yaml").write_text(OWN)
    path = tmp_path / "tickets.csv"
    path.write_text(ROWS)
    (part,) = try_profile(path, profile=str(tmp_path / "draft.yaml"), n=2)
    assert part.counts["accepted"] == 2
    assert part.rows[1].after["tickets"][0]["created_at"] == "2024-06-05", "31/12 proves that days come first"
    assert [one.rule for one in part.refused] == ["status:known_value"]


@pytest.mark.parametrize("tried", [try_profile, check_path])
def test_a_faulty_profile_of_the_home_is_named_where_it_lies(exports: Any, tried: Callable[..., Any]) -> None:
    exports.put("profiles/our_desk.yaml", OWN)
    faulty = exports.put("profiles/other.yaml", "name: [")
    path = exports.put("exports/desk/tickets.csv", ROWS)
    with pytest.raises(SettingsError, match=re.escape("other.yaml:2: this is not YAML")) as said:
        tried(path, home=exports.home)
    assert said.value.where == str(faulty.resolve())


def test_a_profile_in_a_file_replaces_one_of_the_home_for_the_trial_alone(exports: Any) -> None:
    kept = exports.put("profiles/our_desk.yaml", OWN)
    draft = exports.put("draft.yaml", OWN.replace("Ticket", "Case"))
    path = exports.put("exports/desk/tickets.csv", ROWS.replace("Ticket", "Case"))
    (part,) = try_profile(path, profile=str(draft), home=exports.home)
    assert part.counts["accepted"] == 2
    assert kept.read_text(encoding="utf-8") == OWN


@pytest.mark.parametrize("channel", [None, "{from: Via}"])
def test_what_no_column_of_the_file_can_say_is_not_to_be_corrected_at_the_source(
    tmp_path: Path, channel: str | None
) -> None:
    columns = {**DEFAULTS, **({"channel": channel} if channel else {})}
    if channel is None:
        del columns["channel"]
    text = our_desk(**columns).replace("State]}", "State], optional: [Via]}")
    (tmp_path / "draft.yaml").write_text(text)
    path = tmp_path / "tickets.csv"
    path.write_text("Ticket,Opened,State\nT1,2024-05-13 08:00:00,open\n,2024-05-13 08:00:00,open\n")
    (part,) = try_profile(path, profile=str(tmp_path / "draft.yaml"))
    told = {(one.source_line, one.rule): one.remedy for one in part.refused}
    assert "name one in the profile, or the right value for all rows" in told[2, "channel:required"]
    assert told[3, "ticket_key:required"] == "Correct the record in the source system and deliver it again."


def test_a_constant_is_not_to_be_corrected_at_the_source_either(tmp_path: Path) -> None:
    (tmp_path / "draft.yaml").write_text(OWN.replace("columns:", 'constants: {reopens: "-1"}\ncolumns:'))
    path = tmp_path / "tickets.csv"
    path.write_text(ROWS)
    (part, *_) = try_profile(path, profile=str(tmp_path / "draft.yaml"))
    told = {one.rule: one.remedy for one in part.refused}
    assert "the right value for all rows" in told["reopens:in_range"]
    assert "declare its meaning" in told["status:known_value"]


def test_profiles_and_declarations_of_the_home_count(exports: Any) -> None:
    exports.put("profiles/our_desk.yaml", OWN)
    path = exports.put("exports/desk/tickets.csv", ROWS)
    values = {"status": {"waiting": "pending"}}
    settings = Settings(sources=(Source(system="our_desk", pattern="desk/*", values=values),))
    (part,) = try_profile(path, home=exports.home, settings=settings)
    assert (part.profile, part.counts["accepted"]) == ("our_desk", 3)
    (named,) = try_profile(path, profile="our_desk", home=exports.home, settings=settings)
    assert named.counts == part.counts


def test_a_file_that_no_profile_fits_says_why(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    (part,) = try_profile(path)
    assert part.profile is None
    assert "No export profile fits" in part.problem
    said = CliRunner().invoke(cli, ["profile", "test", str(path)])
    assert (said.exit_code, "No export profile fits" in said.output) == (2, True)


@pytest.mark.parametrize(
    ("profile", "named"), [("nothing", "no export profile"), ("gone.yaml", "cannot be used")]
)
def test_an_unknown_profile_is_named(tmp_path: Path, profile: str, named: str) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text(ROWS)
    with pytest.raises(SettingsError, match=named):
        try_profile(path, profile=profile)
    with pytest.raises(UnreadableFile, match="no such file"):
        try_profile(tmp_path / "gone.csv")


def test_list_names_entity_shape_and_evidence(exports: Any) -> None:
    exports.put("profiles/our_desk.yaml", OWN)
    said = CliRunner().invoke(cli, ["profile", "list", "--home", str(exports.home)])
    assert said.exit_code == 0
    lines = {line.split()[0]: line.split()[1:] for line in said.output.splitlines()}
    assert lines["our_desk"] == ["tickets", "ui", "your", "own"]
    assert lines["salesforce_opportunity_api"] == ["opportunities", "api", "seen"]
    assert lines["pipedrive_deal_ui"][:2] == ["opportunities", "ui"]
