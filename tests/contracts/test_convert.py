"""A value read wrongly is a wrong figure that nobody sees: each vendor's shape gives exactly its row."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from contracts.convert import Converted, convert
from contracts.entities import ENTITIES
from contracts.gate import split
from contracts.instrument import load_instrument
from contracts.profile import load_profiles
from contracts.pseudonym import PseudonymKeyError

Convert = Callable[..., Converted]
AT = pd.Timestamp

EXPECTED: dict[str, dict[str, Any]] = {
    "salesforce_account_api": {
        "account_key": "001500000012345AAB",
        "parent_account_key": "001500000099999AAB",
        "master_account_key": None,
        "industry": "Retail",
        "employees": 120,
        "is_deleted": False,
        "unit_key_type": "account",
        "unit_key": "001500000012345AAB",
        "source_updated_at": AT("2024-05-11 16:52:50"),
    },
    "salesforce_opportunity_api": {
        "opportunity_key": "006500000012345AAB",
        "account_key": "001500000012345AAB",
        "created_at": AT("2024-04-01 09:00"),
        "closed_on": AT("2024-05-31"),
        "status": "won",
        "amount": Decimal("1250.50"),
        "currency": "GBP",
        "probability_share": 1.0,
        "opportunity_type": "New",
        "lead_source": "Web",
        "is_deleted": False,
        "unit_key": "001500000012345AAB",
        "source_updated_at": AT("2024-06-01 10:00"),
    },
    "zendesk_ticket_api": {
        "ticket_key": "1966",
        "created_at": AT("2024-05-01 08:00"),
        "first_response_at": AT("2024-05-01 09:30"),
        "first_response_minutes": Decimal("90.00"),
        "response_basis": "calendar",
        "solved_at": AT("2024-05-02 08:00:30"),
        "resolution_minutes": Decimal("1440.50"),
        "status": "hold",
        "channel": "twitter",
        "is_social_channel": True,
        "priority": "urgent",
        "satisfaction": "good",
        "reopens": 1,
        "merged_into_key": None,
        "is_deleted": False,
        "unit_key_type": "brand",
        "unit_key": "36000",
    },
    "workday_worker_api": {
        "started_on": AT("2020-03-01"),
        "ended_on": AT("2024-11-13"),
        "end_reason": "voluntary",
        "fte_share": 0.8,
        "worker_type": "employee",
        "unit_key_type": "supervisory_organization",
        "unit_key": "SUP-1",
        "source_updated_at": AT("2024-01-01"),
    },
    "xero_journal_line_api": {
        "entry_key": "J1",
        "line_number": 1,
        "posted_on": AT("2024-05-31"),
        "account_code": "200",
        "account_class": "revenue",
        "amount": Decimal("1000.25"),
        "currency": "EUR",
        "unit_key": "North",
    },
    "reference_organizations": {
        "organization_id": "org-1",
        "employees": 800,
        "employees_band": "500_and_over",
        "fiscal_year_start_month": 4,
        "valid_to": None,
    },
    "reference_crosswalk": {
        "source_system": "zendesk",
        "delivered_by": "reference",
        "unit_key": "36000",
        "valid_from": AT("2020-01-01"),
        "valid_to": None,
    },
}


def only_row(result: Converted, entity: str) -> pd.Series:
    verdict = split(result.frames[entity], ENTITIES[entity])
    assert verdict.counts == {}
    assert result.counts == {}
    (row,) = (verdict.accepted.iloc[place] for place in range(len(verdict.accepted)))
    return row


def reasons(result: Converted) -> list[list[str]]:
    return list(result.refused["reasons"])


@pytest.mark.parametrize("name", list(EXPECTED))
def test_a_good_row_becomes_exactly_what_it_says(name: str, converted: Convert) -> None:
    row = only_row(converted(name), str(load_profiles()[name].entity))
    for column, value in EXPECTED[name].items():
        if value is None:
            assert pd.isna(row[column]), column
        else:
            assert row[column] == value, column


def test_every_profile_has_an_expected_row(good: dict[str, dict[str, str]]) -> None:
    """Those of the demo; tests/profiles holds files of all."""
    assert {*EXPECTED, "qualtrics_survey_ui"} == set(good)


def test_frames_can_be_written_as_parquet_types(converted: Convert) -> None:
    for name in EXPECTED:
        entity = str(load_profiles()[name].entity)
        table = ENTITIES[entity].to_arrow(converted(name).frames[entity])
        assert table.schema == ENTITIES[entity].arrow_schema()


def test_probability_of_1000_percent_is_refused_by_name(converted: Convert) -> None:
    frame = converted("salesforce_opportunity_api", {"probability": "1000"}).frames["opportunities"]
    assert split(frame, ENTITIES["opportunities"]).counts == {"probability_share:in_range": 1}


@pytest.mark.parametrize(
    ("closed", "won", "status"), [("true", "true", "won"), ("TRUE", "f", "lost"), ("0", "No", "open")]
)
def test_flags_decide_the_outcome(closed: str, won: str, status: str, converted: Convert) -> None:
    result = converted("salesforce_opportunity_api", {"is_closed": closed, "is_won": won})
    assert only_row(result, "opportunities")["status"] == status


def test_won_but_not_closed_is_refused(converted: Convert) -> None:
    result = converted("salesforce_opportunity_api", {"is_closed": "false", "is_won": "true"})
    assert reasons(result) == [["status:known_value"]]


def test_currency_comes_from_the_settings_where_the_file_has_none(converted: Convert) -> None:
    bare = ("currency_iso_code",)
    result = converted("salesforce_opportunity_api", drop=bare, currency="USD")
    assert only_row(result, "opportunities")["currency"] == "USD"
    nowhere = converted("salesforce_opportunity_api", drop=bare, currency=None)
    frame = nowhere.frames["opportunities"]
    assert split(frame, ENTITIES["opportunities"]).counts == {"currency:required": 1}


def test_short_salesforce_ids_become_case_safe(converted: Convert) -> None:
    # 0015500000Xyy06AAB is a real id with its checksum.
    row = only_row(converted("salesforce_account_api", {"id": "0015500000Xyy06"}), "accounts")
    assert row["account_key"] == row["unit_key"] == "0015500000Xyy06AAB"


def test_soft_deletes_are_marked_and_not_lost(converted: Convert) -> None:
    assert only_row(converted("salesforce_account_api", {"is_deleted": "true"}), "accounts")["is_deleted"]
    assert only_row(converted("zendesk_ticket_api", {"status": "deleted"}), "tickets")["is_deleted"]


def test_merged_tickets_point_to_their_survivor(converted: Convert) -> None:
    result = converted(
        "zendesk_ticket_api", {"merged_ticket_ids": "[1967, 1968]"}, {"id": "1967"}, {"id": "5"}
    )
    merged = result.frames["tickets"].set_index("ticket_key")["merged_into_key"]
    assert merged.dropna().to_dict() == {"1967": "1966"}


def test_all_reasons_of_a_row_are_told_at_once(converted: Convert) -> None:
    bad = {"created_at": "yesterday", "priority": "solved", "reopens": "-1", "via_channel": ""}
    assert reasons(converted("zendesk_ticket_api", bad)) == [
        ["channel:required", "created_at:timestamp", "priority:known_value", "reopens:in_range"]
    ]


def test_who_ended_an_employment(converted: Convert) -> None:
    def reason(**cells: str) -> Any:
        return only_row(converted("workday_worker_api", cells), "employment_spells")["end_reason"]

    assert reason(termination_involuntary="true") == "involuntary"
    assert reason(primary_termination_category="Retirement") == "other"
    assert pd.isna(reason(termination_date=""))
    assert pd.isna(reason(termination_date="9999-12-31"))


def test_person_numbers_are_keyed_and_never_kept(converted: Convert) -> None:
    first = only_row(converted("workday_worker_api"), "employment_spells")["person_key"]
    again = only_row(converted("workday_worker_api"), "employment_spells")["person_key"]
    other = only_row(converted("workday_worker_api", pseudonym_key=b"other"), "employment_spells")[
        "person_key"
    ]
    assert first == again != other
    assert "3aa5550b" not in first
    with pytest.raises(PseudonymKeyError):
        converted("workday_worker_api", pseudonym_key=None)


@pytest.mark.parametrize(
    ("cells", "account_class", "amount"),
    [
        (
            {"account_name": "Marketing", "account_type": "EXPENSE", "net_amount": "50"},
            "sales_and_marketing",
            "50.00",
        ),
        (
            {"account_name": "Recruitment", "account_type": "OVERHEADS", "net_amount": "(5)"},
            "recruiting",
            "-5.00",
        ),
        ({"account_type": "directcosts", "net_amount": "1,234.56"}, "cost_of_sales", "1234.56"),
        ({"account_type": "OTHERINCOME", "net_amount": "-7.125"}, "other_income", "7.12"),
        ({"account_type": "BANK", "net_amount": "12.50-"}, "balance_sheet", "-12.50"),
    ],
)
def test_ledger_lines_have_class_and_sign(
    cells: dict[str, str], account_class: str, amount: str, converted: Convert
) -> None:
    row = only_row(converted("xero_journal_line_api", cells), "ledger_lines")
    assert (row["account_class"], row["amount"]) == (account_class, Decimal(amount))


def test_an_account_type_nobody_declared_is_refused(converted: Convert) -> None:
    result = converted("xero_journal_line_api", {"account_type": "MYSTERY"})
    assert reasons(result) == [["account_class:undeclared"]]


def test_line_numbers_are_made_within_the_entry(converted: Convert) -> None:
    lines = [{"journal_line_id": i, "journal_id": j} for i, j in (("10", "A"), ("9", "A"), ("1", "B"))]
    frame = converted("xero_journal_line_api", *lines, drop=("line_number",)).frames["ledger_lines"]
    assert list(frame["line_number"]) == [2, 1, 1]


def test_decimal_commas_need_the_locale(converted: Convert) -> None:
    cells = {"net_amount": "-1.234,56", "journal_date": "31-05-2024"}
    row = only_row(converted("xero_journal_line_api", cells, locale="nl"), "ledger_lines")
    assert (row["amount"], row["posted_on"]) == (Decimal("1234.56"), AT("2024-05-31"))
    undeclared = converted("xero_journal_line_api", {**cells, "journal_date": "03-05-2024"})
    assert reasons(undeclared) == [["amount:number", "posted_on:ambiguous_date"]]


def test_local_times_become_utc_and_doubtful_ones_are_refused(converted: Convert) -> None:
    result = converted(
        "zendesk_ticket_api",
        {"created_at": "2024-01-15 08:00:00"},
        {"created_at": "2023-10-29 02:30:00"},
        {"created_at": "2024-03-31 02:30:00"},
        zone="Europe/Amsterdam",
    )
    assert list(result.frames["tickets"]["created_at"]) == [AT("2024-01-15 07:00")]
    assert reasons(result) == [["created_at:ambiguous_time"], ["created_at:nonexistent_time"]]
    nowhere = converted(
        "zendesk_ticket_api", {"created_at": "2024-01-15 08:00:00", "solved_at": ""}, zone=None
    )
    assert reasons(nowhere) == [["created_at:timestamp"]]


def test_lines_are_in_one_place_only(converted: Convert) -> None:
    changes: list[dict[str, str]] = [{}, {"status": "unheard of"}, {"id": "7"}]
    result = converted("zendesk_ticket_api", *changes)
    kept, held = set(result.frames["tickets"]["source_line"]), set(result.refused["source_line"])
    assert (kept, held) == ({2, 4}, {3})


def test_an_empty_file_gives_empty_typed_frames() -> None:
    for profile in load_profiles().values():
        nothing = pd.DataFrame({name: [] for name in profile.signature.required}, dtype="str")
        nothing = nothing.assign(source_line=[], delivery_id=[])
        result = convert(nothing, profile, pseudonym_key=b"key", instrument=load_instrument())
        assert result.counts == {}
        for entity, frame in result.frames.items():
            assert list(frame.columns) == list(ENTITIES[entity].column_names)
            assert frame.empty
