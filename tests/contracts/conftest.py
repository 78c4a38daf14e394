"""Good rows of every profile, by hand in the vendors' shapes; each test makes of them what it needs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from contracts.convert import Converted, convert
from contracts.instrument import load_instrument
from contracts.manner import Manner
from contracts.profile import load_profiles

sys.path.insert(0, str(Path(__file__).parent))

Cells = dict[str, str]

GOOD: dict[str, Cells] = {
    "salesforce_account_api": {
        "id": "001500000012345AAB",
        "is_deleted": "false",
        "name": "Example",
        "parent_id": "001500000099999AAB",
        "master_record_id": "",
        "industry": "Retail",
        "number_of_employees": "120",
        "system_modstamp": "2024-05-11T16:52:50.000+0000",
    },
    "salesforce_opportunity_api": {
        "id": "006500000012345AAB",
        "account_id": "001500000012345AAB",
        "amount": "1250.50",
        "close_date": "2024-05-31",
        "created_date": "2024-04-01T09:00:00.000+0000",
        "is_closed": "true",
        "is_deleted": "false",
        "is_won": "true",
        "probability": "100",
        "stage_name": "Closed Won",
        "type": "New",
        "lead_source": "Web",
        "currency_iso_code": "GBP",
        "last_modified_date": "2024-06-01T10:00:00Z",
    },
    "zendesk_ticket_api": {
        "id": "1966",
        "brand_id": "36000",
        "created_at": "2024-05-01T08:00:00Z",
        "updated_at": "2024-05-03T08:00:00Z",
        "status": "on-hold",
        "priority": "urgent",
        "via_channel": "Twitter",
        "merged_ticket_ids": "[]",
        "satisfaction_rating_score": "good_with_comment",
        "first_response_at": "2024-05-01T09:30:00Z",
        "reply_time_in_minutes_calendar": "90",
        "full_resolution_time_in_minutes_calendar": "1440.5",
        "solved_at": "2024-05-02 08:00:30",
        "reopens": "1",
        "subject": "do not keep",
    },
    "workday_worker_api": {
        "id": "3aa5550b",
        "hire_date": "2020-03-01",
        "termination_date": "2024-11-13",
        "termination_involuntary": "false",
        "primary_termination_category": "Terminate_Employee_Voluntary",
        "hire_rescinded": "No",
        "supervisory_organization_id": "SUP-1",
        "employee_type": "Regular",
        "full_time_equivalent_percentage": "80",
        "_fivetran_start": "2024-01-01 00:00:00",
        "_fivetran_deleted": "false",
    },
    "xero_journal_line_api": {
        "journal_line_id": "L1",
        "journal_id": "J1",
        "journal_date": "2024-05-31",
        "account_code": "200",
        "account_name": "Sales",
        "account_type": "REVENUE",
        "net_amount": "-1000.25",
        "currency_code": "EUR",
        "tracking_category_option": "North",
        "line_number": "1",
        "updated_date_utc": "2024-06-01T00:00:00Z",
    },
    "reference_organizations": {
        "organization_id": "org-1",
        "name": "Example",
        "industry": "retail",
        "country": "NL",
        "customer_type": "b2c",
        "employees": "800",
        "currency": "EUR",
        "valid_from": "2020-01-01",
        "employees_band": "",
        "parent_organization_id": "",
        "fiscal_year_start_month": "4",
        "valid_to": "",
    },
    "reference_crosswalk": {
        "source_system": "zendesk",
        "unit_key_type": "brand",
        "unit_key": "36000",
        "organization_id": "org-1",
        "valid_from": "2020-01-01",
        "valid_to": "9999-12-31",
    },
    "qualtrics_survey_ui": {
        "StartDate": "2024-07-18 08:28:09",
        "EndDate": "2024-07-18 08:28:48",
        "Status": "0",
        "IPAddress": "192.0.2.4",
        "Progress": "100",
        "Finished": "1",
        "RecordedDate": "2024-07-18 10:28:48",
        "ResponseId": "R_1",
        "DistributionChannel": "email",
        "UserLanguage": "NL",
        "organization_unit": "unit-7",
        "wave": "2024-H2",
        "instrument_version": "1",
        "mode": "",
        "respondent_role": "manager",
        **{item.code: str(place % 5) for place, item in enumerate(load_instrument().items)},
        "CH_facebook": "1",
        "CH_linkedin": "0",
        "PR_executive_sponsor": "1",
        "PR_steering_committee": "",
    },
}


def text_rows(profile: str, *changes: Cells, drop: tuple[str, ...] = ()) -> pd.DataFrame:
    """Rows as the reader of files gives them: one per change, kept columns only, lines from 2 on."""
    cells = [{**GOOD[profile], **change} for change in (changes or ({},))]
    frame = pd.DataFrame(cells, dtype="str").drop(columns=list(drop))
    items = [item.code for item in load_instrument().items]
    frame = frame[load_profiles()[profile].kept(frame.columns, items)]
    return frame.assign(source_line=range(2, len(frame) + 2), delivery_id="d1")


@pytest.fixture
def good() -> dict[str, Cells]:
    """Good cells of each profile."""
    return GOOD


@pytest.fixture
def rows() -> Callable[..., pd.DataFrame]:
    """Maker of text rows."""
    return text_rows


@pytest.fixture
def converted() -> Callable[..., Converted]:
    """Conversion of changed good rows under plain settings."""

    def run(profile: str, *changes: Cells, drop: tuple[str, ...] = (), **settings: Any) -> Converted:
        given: dict[str, Any] = {"pseudonym_key": b"key", "instrument": load_instrument()}
        given |= {name: settings.pop(name) for name in tuple(given) if name in settings}
        manner = Manner(**{"currency": "EUR", **settings})
        rows = text_rows(profile, *changes, drop=drop)
        return convert(rows, load_profiles()[profile], manner=manner, **given)

    return run
