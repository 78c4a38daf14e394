"""People at work: employment spells under keyed hashes; no name, number or address of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.contract import Column, Contract, FrameRule
from contracts.fields import COMMON, not_before

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


EMPLOYMENT_SPELLS = Contract(
    name="employment_spells",
    layer="accepted",
    description="Employments from the day of hire to the day of leaving.",
    grain="One person from one day of hire on.",
    key=("person_key", "started_on"),
    columns=(
        *COMMON,
        Column(
            "person_key",
            "text",
            "Keyed hash of the source's person number.",
            pattern="[0-9a-f]{64}",
            example="0" * 63 + "1",
            is_personal=True,
        ),
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
CONTRACTS = (EMPLOYMENT_SPELLS,)
