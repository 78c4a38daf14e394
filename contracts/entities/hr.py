"""People at work and who applies: under keyed hashes; no name, number, address or group of a person."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.contract import Column, Contract, FrameRule
from contracts.fields import COMMON, CURRENCIES, money, not_before

if TYPE_CHECKING:
    import pandas as pd


def _reason_without_end(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd  # heavy

    frame = frame.copy()
    frame["ended_on"] = frame["ended_on"].where(frame.index != frame.index[0], pd.NaT)
    return frame


def _end_without_reason(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    frame["end_reason"] = frame["end_reason"].where(frame.index != frame.index[0], None)
    return frame


_PERSON = Column(
    "person_key",
    "text",
    "Keyed hash of the source's person number.",
    pattern="[0-9a-f]{64}",
    example="0" * 63 + "1",
    is_personal=True,
)

EMPLOYMENT_SPELLS = Contract(
    name="employment_spells",
    layer="accepted",
    description="Employments from the day of hire to the day of leaving.",
    grain="One person from one day of hire on.",
    key=("person_key", "started_on"),
    columns=(
        *COMMON,
        _PERSON,
        Column("started_on", "date", "First day of employment.", example="2023-01-01"),
        Column("ended_on", "date", "Last day of employment.", nullable=True, example="2024-05-01"),
        Column(
            "end_reason",
            "text",
            "Who ended it.",
            nullable=True,
            allowed=("voluntary", "involuntary", "other"),
            example="voluntary",
        ),
        Column(
            "fte_share", "share", "Share of full time.", nullable=True, unit="share", maximum=1.5, example=1.0
        ),
        Column(
            "worker_type",
            "text",
            "Employee, contingent worker, or not said by the source.",
            allowed=("employee", "contingent", "unknown"),
            example="employee",
        ),
    ),
    frame_rules=(
        not_before("ended_on", "started_on"),
        FrameRule(
            "end_reason",
            "only_with_end",
            "A reason for leaving needs a last day.",
            lambda frame: frame["ended_on"].notna() | frame["end_reason"].isna(),
            _reason_without_end,
            sql="ended_on is not null or end_reason is null",
        ),
        FrameRule(
            "end_reason",
            "given_with_end",
            "A last day needs a reason for leaving (other, when it is not known).",
            lambda frame: frame["ended_on"].isna() | frame["end_reason"].notna(),
            _end_without_reason,
            sql="ended_on is null or end_reason is not null",
        ),
    ),
)


def _cost_without_currency(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    frame["currency"] = frame["currency"].where(frame.index != frame.index[0], None)
    return frame


HIRES = Contract(
    name="hires",
    layer="accepted",
    description="Accepted offers and the days that led to them; times to hire and to fill come of these.",
    grain="One person accepted for one requisition.",
    key=("requisition_key", "person_key"),
    period_column="accepted_on",
    columns=(
        *COMMON,
        Column("requisition_key", "text", "Requisition (opening) that was filled.", example="REQ-1"),
        _PERSON,
        Column("opened_on", "date", "Day the requisition was opened.", nullable=True, example="2024-01-08"),
        Column("applied_on", "date", "Day of the application.", nullable=True, example="2024-02-05"),
        Column("accepted_on", "date", "Day the offer was accepted.", example="2024-03-04"),
        Column("started_on", "date", "First day of work.", nullable=True, example="2024-04-01"),
        money("cost", "What this hire cost outside the payroll.", nullable=True),
        Column(
            "currency",
            "text",
            "ISO 4217 code of the currency of the cost.",
            nullable=True,
            allowed=CURRENCIES,
            unit="ISO 4217",
            example="EUR",
        ),
        Column("is_deleted", "boolean", "Whether the source marks the record as deleted.", example=False),
    ),
    frame_rules=(
        not_before("accepted_on", "applied_on"),
        not_before("started_on", "applied_on"),
        FrameRule(
            "currency",
            "given_with_cost",
            "A cost needs its currency.",
            lambda frame: frame["cost"].isna() | frame["currency"].notna(),
            _cost_without_currency,
            sql="cost is null or currency is not null",
        ),
    ),
)


def _day_in_month(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd  # heavy

    frame = frame.copy()
    later = frame["applied_month"].iloc[0] + pd.Timedelta(days=4)
    frame["applied_month"] = frame["applied_month"].where(frame.index != frame.index[0], later)
    return frame


def _moment_of_change(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd  # heavy

    frame = frame.copy()
    moment = pd.Timestamp("2024-05-02 08:00:00")
    frame["source_updated_at"] = frame["source_updated_at"].where(frame.index != frame.index[0], moment)
    return frame


# Of special-category data one word passes the gate, and nothing ties it to a hire: another key, no day.
APPLICATIONS = Contract(
    name="applications",
    layer="accepted",
    description="Applications, and whether the applicant named an under-represented group; never which.",
    grain="One application.",
    key=("application_key",),
    period_column="applied_month",
    columns=(
        *(
            replace(column, example=None) if column.name == "source_updated_at" else column
            for column in COMMON
        ),
        Column(
            "application_key",
            "text",
            "Keyed hash of the application, under a key of its own: it meets no hash of a person.",
            pattern="[0-9a-f]{64}",
            example="0" * 63 + "1",
            is_personal=True,
        ),
        Column("applied_month", "date", "First day of the month of the application.", example="2024-02-01"),
        Column(
            "self_identification",
            "text",
            "What the applicant said of belonging to an under-represented group; which groups count is "
            "declared by the profile, and the group itself is not kept.",
            allowed=("under_represented", "not_under_represented", "declined", "not_answered"),
            example="not_under_represented",
            is_personal=True,
        ),
        Column("is_deleted", "boolean", "Whether the source marks the record as deleted.", example=False),
    ),
    frame_rules=(
        FrameRule(
            "applied_month",
            "first_of_month",
            "Only the month is kept: with the day an answer could be traced to who was hired.",
            lambda frame: frame["applied_month"].isna() | (frame["applied_month"].dt.day == 1),
            _day_in_month,
            remedy="Map the first day of the month, as the profile generic_applications does.",
            sql="day(applied_month) = 1",
        ),
        FrameRule(
            "source_updated_at",
            "not_told",
            "The moment of a change is not kept: with it an answer could be traced to who was hired.",
            lambda frame: frame["source_updated_at"].isna(),
            _moment_of_change,
            remedy="Declare no version_columns in the profile; the delivery that came last counts.",
            sql="source_updated_at is null",
        ),
    ),
)
CONTRACTS = (EMPLOYMENT_SPELLS, HIRES, APPLICATIONS)
