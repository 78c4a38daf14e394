"""Customer service: tickets with response times and satisfaction, and answers to short surveys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.contract import Column, Contract, FrameRule
from contracts.fields import COMMON, not_before, not_itself

if TYPE_CHECKING:
    import pandas as pd


def _without_basis(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    frame["response_basis"] = frame["response_basis"].where(frame.index != frame.index[0], None)
    return frame


def _deleted_but_kept(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    frame["status"] = frame["status"].where(frame.index != frame.index[0], "deleted")
    frame["is_deleted"] = frame["is_deleted"].where(frame.index != frame.index[0], False)
    return frame


TICKETS = Contract(
    name="tickets",
    layer="accepted",
    description="Service tickets with response times and the customer's rating.",
    grain="One ticket.",
    key=("ticket_key",),
    period_column="created_at",
    columns=(
        *COMMON,
        Column("ticket_key", "text", "Ticket.", example="T1"),
        Column("created_at", "timestamp", "When it was opened.", unit="UTC", example="2024-05-01 08:00:00"),
        Column(
            "first_response_at",
            "timestamp",
            "First public answer.",
            nullable=True,
            unit="UTC",
            example="2024-05-01 09:30:00",
        ),
        Column(
            "first_response_minutes",
            "minutes",
            "Time to the first public answer; empty until it happened.",
            nullable=True,
            unit="minutes",
            example="90",
        ),
        Column(
            "response_basis",
            "text",
            "Whether the time to the first answer is counted by the clock or by opening hours.",
            nullable=True,
            allowed=("calendar", "business"),
            example="calendar",
        ),
        Column(
            "solved_at",
            "timestamp",
            "When it was last solved.",
            nullable=True,
            unit="UTC",
            example="2024-05-02 08:00:00",
        ),
        Column(
            "resolution_minutes",
            "minutes",
            "Time to the last solution, by the clock.",
            nullable=True,
            unit="minutes",
            example="1440",
        ),
        Column(
            "first_resolution_minutes",
            "minutes",
            "Time to the first solution, by the clock, whether or not it was opened again.",
            nullable=True,
            unit="minutes",
            example="1200",
        ),
        Column(
            "office_response_minutes",
            "minutes",
            "Time to the first public answer, by opening hours.",
            nullable=True,
            unit="minutes",
            example="30",
        ),
        Column(
            "office_resolution_minutes",
            "minutes",
            "Time to the last solution, by opening hours.",
            nullable=True,
            unit="minutes",
            example="480",
        ),
        Column(
            "status",
            "text",
            "State of the ticket.",
            allowed=("new", "open", "pending", "hold", "solved", "closed", "deleted"),
            example="solved",
        ),
        Column("channel", "text", "Channel it came through.", example="email"),
        Column("is_social_channel", "boolean", "Whether that is a social medium.", example=False),
        Column(
            "priority",
            "text",
            "Priority.",
            nullable=True,
            allowed=("low", "normal", "high", "urgent"),
            example="normal",
        ),
        Column(
            "satisfaction",
            "text",
            "The customer's rating.",
            nullable=True,
            allowed=("good", "bad", "offered", "not_offered"),
            example="good",
        ),
        Column(
            "reopens",
            "integer",
            "Times it was opened again.",
            nullable=True,
            unit="count",
            minimum=0,
            example=0,
        ),
        Column("merged_into_key", "text", "Ticket it was merged into.", nullable=True, example="T9"),
        Column("is_deleted", "boolean", "Whether the source marks it as deleted.", example=False),
    ),
    frame_rules=(
        not_before("solved_at", "created_at"),
        not_before("first_response_at", "created_at"),
        not_itself("merged_into_key", "ticket_key"),
        FrameRule(
            "response_basis",
            "given_with_minutes",
            "A response time must say whether it is counted by the clock or by opening hours.",
            lambda frame: frame["first_response_minutes"].isna() | frame["response_basis"].notna(),
            _without_basis,
            sql="first_response_minutes is null or response_basis is not null",
        ),
        FrameRule(
            "is_deleted",
            "agrees_with_status",
            "A ticket with status deleted must be marked as deleted.",
            lambda frame: (frame["status"] != "deleted").fillna(True) | frame["is_deleted"].fillna(True),
            _deleted_but_kept,
            sql="status <> 'deleted' or is_deleted",
        ),
    ),
)


def _turned_scale(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    frame["scale_max"] = frame["scale_max"].where(frame.index != frame.index[0], frame["scale_min"].iloc[0])
    return frame


def _off_the_scale(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    frame["score"] = frame["score"].where(frame.index != frame.index[0], frame["scale_max"].iloc[0] + 1)
    return frame


SURVEY_RESPONSES = Contract(
    name="survey_responses",
    layer="accepted",
    description="Answers to one-question surveys of customers or employees, with the scale of the question.",
    grain="One response.",
    key=("response_key",),
    period_column="answered_at",
    columns=(
        *COMMON,
        Column("response_key", "text", "Response of one respondent.", example="S1"),
        Column(
            "survey_type",
            "text",
            "What was asked.",
            allowed=("csat", "nps", "ces", "enps", "engagement"),
            example="nps",
        ),
        Column("score", "real", "Answer on the scale of the question.", example=9),
        Column("scale_min", "real", "Lowest answer of the scale.", example=0),
        Column("scale_max", "real", "Highest answer of the scale.", example=10),
        Column(
            "answered_at", "timestamp", "When it was answered.", unit="UTC", example="2024-05-01 09:00:00"
        ),
    ),
    frame_rules=(
        FrameRule(
            "scale_max",
            "above_scale_min",
            "The highest answer of a scale must lie above its lowest.",
            lambda frame: frame["scale_max"] > frame["scale_min"],
            _turned_scale,
            remedy="Declare the scale of the question, for instance 0 and 10.",
            sql="scale_max > scale_min",
        ),
        FrameRule(
            "score",
            "on_scale",
            "The score must lie on the scale of its question.",
            lambda frame: (frame["score"] >= frame["scale_min"]) & (frame["score"] <= frame["scale_max"]),
            _off_the_scale,
            remedy="Correct the score, or declare the scale that was used.",
            sql="score between scale_min and scale_max",
        ),
    ),
)
CONTRACTS = (TICKETS, SURVEY_RESPONSES)
