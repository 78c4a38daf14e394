"""A file read in another manner than declared gives other figures: who says what, and who beats whom."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from contracts.convert import convert
from contracts.profile import Profile, load_profiles, parse_profile
from orchestration.ingest.gate.typing_rows import manner_of
from orchestration.settings import Settings, Source

API = load_profiles()["zendesk_ticket_api"]
UI = parse_profile(
    """\
name: desk_ui
version: "1"
description: A desk
source_system: desk
entity: tickets
shape: ui
signature: {required: [id, created]}
columns: {ticket_key: {from: id}, created_at: {from: created}}
constants: {channel: email, status: open}
""",
    "desk_ui.yaml",
)
GERMAN = UI.model_copy(update={"locale": "de", "zone": "Europe/Berlin", "date_order": "dmy"})


def declared(**said: Any) -> Settings:
    return Settings(sources=(Source(system="desk", pattern="desk/*.csv", **said),), reporting_currency="GBP")


def manner(profile: Profile, settings: Settings | None = None, **manifest: Any) -> Any:
    return manner_of({"file": "exports/desk/a.csv", **manifest}, profile, settings or Settings())


def test_an_api_shape_is_english_unless_a_spreadsheet_wrote_it_anew() -> None:
    assert manner(API).locale == "en"
    assert manner(API, delimiter=";").decimal_sign is None, "the file must prove it"
    assert manner(UI).decimal_sign is None


def test_settings_beat_the_profile() -> None:
    assert (manner(GERMAN).locale, manner(GERMAN).zone, manner(GERMAN).date_order) == (
        "de",
        "Europe/Berlin",
        "dmy",
    )
    mine = manner(GERMAN, declared(locale="en_US", zone="UTC", date_order="mdy", constants={"status": "new"}))
    assert (mine.locale, mine.zone, mine.date_order) == ("en_US", "UTC", "mdy")
    assert mine.constants == {"channel": "email", "status": "new"}


def test_the_zone_of_the_header_beats_what_is_declared() -> None:
    assert manner(GERMAN, declared(zone="UTC"), zone="America/Denver").zone == "America/Denver"


def test_the_currency_is_that_of_the_source_then_the_reporting_one() -> None:
    assert manner(UI, declared()).currency == "GBP"
    assert manner(UI, declared(currency="USD")).currency == "USD"


def test_a_declaration_for_other_files_is_not_used() -> None:
    elsewhere = Settings(sources=(Source(system="desk", pattern="other/*.csv", locale="nl"),))
    assert manner(UI, elsewhere).locale is None


@pytest.mark.parametrize(("settings", "is_told"), [(Settings(), True), (declared(zone="UTC"), False)])
def test_a_zone_that_nobody_said_is_told(settings: Settings, is_told: bool) -> None:
    rows = pd.DataFrame({"id": ["1"], "created": ["2024-05-01 08:00"]}, dtype="str")
    rows = rows.assign(source_line=2, delivery_id="d1")
    result = convert(rows, UI, manner=manner(UI, settings))
    told = "no zone is declared: times without an offset are read as UTC"
    assert (told in result.warnings) == is_told
