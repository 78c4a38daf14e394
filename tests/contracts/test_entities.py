"""A contract that two rooms read differently is none: names, keys, types and words agree."""

from __future__ import annotations

import subprocess
import sys

import pyarrow
import pytest

from contracts.contract import Contract
from contracts.entities import ENTITIES

COMMON = {"source_system", "delivery_id", "source_line", "source_updated_at"}
UNIT = {"unit_key_type", "unit_key", "organization_id"}
KEYS = {
    "organizations": ("organization_id", "valid_from"),
    "crosswalk": ("source_system", "unit_key_type", "unit_key", "valid_from"),
    "assessment_answers": ("response_key", "item_code"),
    "practices": ("response_key", "practice_code"),
    "channel_adoption": ("response_key", "channel"),
    "assessment_scores": ("unit_key_type", "unit_key", "wave", "dimension_code"),
    "accounts": ("account_key",),
    "opportunities": ("opportunity_key",),
    "opportunity_history": ("opportunity_key", "changed_at"),
    "tickets": ("ticket_key",),
    "survey_responses": ("response_key",),
    "employment_spells": ("person_key", "started_on"),
    "hires": ("requisition_key", "person_key"),
    "applications": ("application_key",),
    "ledger_lines": ("entry_key", "line_number"),
    "invoices": ("invoice_key",),
    "marketing_spend": ("spend_key",),
    "fx_rates": ("currency", "period", "rate_kind"),
}
PERIODS = {
    "opportunities": "closed_on",
    "opportunity_history": "changed_at",
    "tickets": "created_at",
    "survey_responses": "answered_at",
    "hires": "accepted_on",
    "applications": "applied_month",
    "ledger_lines": "posted_on",
    "invoices": "issued_on",
    "marketing_spend": "spent_on",
}


def test_entities_have_the_agreed_keys_and_periods() -> None:
    assert {name: contract.key for name, contract in ENTITIES.items()} == KEYS
    periods = {name: contract.period_column for name, contract in ENTITIES.items()}
    assert {name: column for name, column in periods.items() if column} == PERIODS


@pytest.mark.parametrize("contract", ENTITIES.values(), ids=list(ENTITIES))
def test_every_entity_says_what_it_is(contract: Contract) -> None:
    names = contract.column_names
    assert len(set(names)) == len(names)
    assert set(names) >= COMMON
    if contract.name not in ("organizations", "crosswalk", "fx_rates"):
        assert set(names) >= UNIT
    assert contract.grain.endswith(".")
    for column in contract.columns:
        assert column.description.endswith("."), column.name
        if column.kind in ("money", "minutes", "share", "score", "timestamp"):
            assert column.unit, column.name
    for name in contract.key:
        assert not contract.column(name).nullable, "a key is never empty"


def test_money_is_decimal_and_times_are_utc_microseconds_in_parquet() -> None:
    schema = ENTITIES["tickets"].arrow_schema()
    assert schema.field("first_response_minutes").type == pyarrow.decimal128(14, 2)
    assert schema.field("created_at").type == pyarrow.timestamp("us")
    assert ENTITIES["ledger_lines"].arrow_schema().field("amount").type == pyarrow.decimal128(18, 2)
    assert ENTITIES["ledger_lines"].arrow_schema().field("posted_on").type == pyarrow.date32()


def test_importing_contracts_loads_nothing_heavy() -> None:
    code = "import contracts, sys; print([m for m in ('pandas', 'pandera', 'pyarrow') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
