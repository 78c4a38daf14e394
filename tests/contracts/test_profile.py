"""A profile that takes the wrong file, or lets a personal column through, spoils everything after it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from contracts.entities import ENTITIES
from contracts.profile import ProfileError, load_profiles, match, parse_profile

NAMES = {
    "qualtrics_survey_ui",
    "salesforce_account_api",
    "salesforce_opportunity_api",
    "zendesk_ticket_api",
    "workday_worker_api",
    "xero_journal_line_api",
    "reference_organizations",
    "reference_crosswalk",
}
GOOD = """\
name: example
version: "1"
description: Example
source_system: xero
entity: ledger_lines
shape: api
signature:
  required: [id, amount]
columns:
  entry_key: {from: id}
"""
CLASSES = "  account_class: {from: id, "


def test_the_named_profiles_are_there_and_map_known_columns_only() -> None:
    assert set(load_profiles()) >= NAMES
    for profile in load_profiles().values():
        contract = ENTITIES[profile.entity or "assessment_answers"]
        assert set(profile.columns) <= set(contract.column_names), profile.name


def test_every_required_column_of_an_entity_is_mapped() -> None:
    given = {"source_system", "delivered_by", "delivery_id", "source_line", "unit_key_type"}
    for profile in load_profiles().values():
        if profile.entity is not None:
            given_here = given | ({"unit_key"} if profile.unit is not None else set())
            needed = {c.name for c in ENTITIES[profile.entity].columns if not c.nullable} - given_here
            assert needed <= set(profile.columns), profile.name


def test_each_profile_matches_its_own_header_and_no_other() -> None:
    profiles = load_profiles()
    for profile in profiles.values():
        assert match(profile.signature.required, profiles) == [profile]


def test_each_profile_matches_its_header_in_every_language_it_knows() -> None:
    profiles = load_profiles()
    for profile in profiles.values():
        for place in range(max((len(labels) for labels in profile.aliases.values()), default=0)):
            labels = {name: profile.aliases.get(name, (name,)) for name in profile.signature.required}
            header = [said[min(place, len(said) - 1)] for said in labels.values()]
            assert match(header, profiles)[0] == profile, header


def test_history_tables_are_not_taken_for_their_object() -> None:
    profile = load_profiles()["salesforce_opportunity_api"]
    history = [*profile.signature.required, "_fivetran_start"]
    assert match(history, load_profiles()) == []
    assert profile.forbidden(history) == ["_fivetran_start"]


def test_only_mapped_columns_are_kept() -> None:
    for profile in load_profiles().values():
        header = [*profile.signature.required, *profile.signature.optional, "comment", "email"]
        kept = profile.kept(header, ["LS1"])
        assert {"comment", "email"}.isdisjoint(kept)
        hashed = {name for column in profile.columns.values() if column.hmac for name in column.sources}
        assert (set(kept) & set(profile.personal)) <= hashed, profile.name
    survey = load_profiles()["qualtrics_survey_ui"]
    assert survey.kept(["ResponseId", "IPAddress", "LS1", "LS1_TEXT", "CH_x", "CH_linkedin"]) == [
        "ResponseId",
        "LS1",
        "CH_linkedin",
    ], "what is no item, channel or practice may be free text"


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (("shape: api", "shape: cloud"), 6, "shape"),
        (("{from: id}", "{form: id}"), 10, "form"),
        (("{from: id}", "{from: nowhere}"), 10, "nowhere"),
        (("columns:", "version_columns: [nowhere]\ncolumns:"), 9, "nowhere"),
        (("columns:", "unit: {type: a, from: nowhere}\ncolumns:"), 9, "nowhere"),
        (("columns:", "zone: Europe/Amsterdm\ncolumns:"), 9, "'Europe/Amsterdm' is no time zone"),
        (
            ("{from: id}", f"{{from: id}}\n{CLASSES}cases: [{{value: revenu}}]}}"),
            11,
            "'revenu' is no account_class",
        ),
        (("{from: id}", f"{{from: id}}\n{CLASSES}values: {{a: b}}}}"), 11, "'b' is no account_class"),
        (("{from: id}", f"{{from: id}}\n{CLASSES}default: b}}"), 11, "'b' is no account_class"),
        (("columns:", "constants: {account_class: b}\ncolumns:"), 9, "'b' is no account_class"),
        (
            ("columns:", f'account_classes: {{"1": b}}\ncolumns:\n{CLASSES}account_ranges: true}}'),
            9,
            "'b' is no",
        ),
        (('version: "1"', "version: [1"), 3, "not YAML"),
        (("shape: api", "shape: api\nshape: ui"), 7, "said twice"),
        (("entity: ledger_lines\n", ""), 1, "either entity or survey"),
        (("columns:", "footer: ['(']\ncolumns:"), 9, "regular expression"),
        (("columns:", "personal: [id]\ncolumns:"), 1, "personal columns may not be kept: id"),
        (("{from: id}", "{from: id, hmac: people}\nunit: {type: a, from: id}"), 1, "may not be kept: id"),
        (("{from: id}", f"{{from: id, hmac: people}}\n{CLASSES}cases: []}}"), 1, "may not be kept: id"),
        (
            ("{from: id}", "{from: id, hmac: people}\n  account_code: {from: id, hmac: customers}"),
            1,
            "hashed under two keys, by which they could be linked: id",
        ),
        (("entity: ledger_lines", "entity: ledger"), 5, "ledger is none of organizations"),
        (("{from: id}", "{from: id}\n  colour: {from: id}"), 11, "ledger_lines has no column colour"),
        (("{from: id}", "{from: id, reads: yyyymmdd}"), 10, "a text is not read so; reads is for date"),
        (("{from: id}", "{from: id}\n  amount: {from: amount, duration: hm}"), 11, "a money is not read so"),
        (("columns:", "constants: {colour: blue}\ncolumns:"), 9, "ledger_lines has no column colour"),
        (("columns:", "control: {total_of: id, label: Sum}\ncolumns:"), 9, "id is no amount"),
        (("columns:", "control: {total_of: amount, label: Sum}\ncolumns:"), 9, "amount is no amount"),
        (("columns:", "control: {total_of: rows}\ncolumns:"), 9, "by its label or by its reason"),
        (("{from: id}", "{from: id, sql: ''}"), 10, "sql"),
        (("{from: id}", "{from: id, sql: x, content_key: id}"), 10, "say one of sql, content_key"),
        (("{from: id}", "{sql: x}"), 10, "name them"),
    ],
)
def test_a_faulty_profile_names_file_line_and_fault(change: tuple[str, str], line: int, said: str) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(GOOD.replace(*change), "mine.yaml")
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"mine.yaml:{line}: ")


@pytest.mark.parametrize(
    "mapping",
    [
        "{from: id}",
        "{content_key: id, hmac: people}",
        "{default: nobody}",
        "{from: id, hmac: applications}",
    ],
)
def test_a_person_number_is_refused_where_no_profile_says_that_it_is_hashed(mapping: str) -> None:
    hires = GOOD.replace("ledger_lines", "hires").replace("entry_key: {from: id}", f"person_key: {mapping}")
    with pytest.raises(ProfileError, match=r"mine\.yaml:10: columns\.person_key: .* say from, and hmac"):
        parse_profile(hires, "mine.yaml")


@pytest.mark.parametrize(
    ("entity", "column"),
    [(name, c.name) for name, contract in ENTITIES.items() for c in contract.columns if c.is_hashed],
)
def test_every_column_of_persons_has_a_key_of_its_own(entity: str, column: str) -> None:
    mapped = f"{column}: {{from: id, hmac: customers}}"
    profile = GOOD.replace("ledger_lines", entity).replace("entry_key: {from: id}", mapped)
    with pytest.raises(ProfileError, match=f"{column} names a person; say from, and hmac"):
        parse_profile(profile, "mine.yaml")


def test_every_shipped_profile_says_what_it_was_tried_on() -> None:
    for path in (Path(__file__).parents[2] / "contracts/profiles").glob("*.yaml"):
        assert "evidence" in yaml.safe_load(path.read_text(encoding="utf-8")), path.name


def test_a_good_profile_is_read() -> None:
    assert parse_profile(GOOD, "mine.yaml").columns["entry_key"].sources == ("id",)
