"""Customers and sales: accounts, opportunities and what opportunities were before."""

from __future__ import annotations

from contracts.contract import Column, Contract
from contracts.fields import COMMON, currency, money, not_itself

_DELETED = Column("is_deleted", "boolean", "Whether the source marks the record as deleted.", example=False)

ACCOUNTS = Contract(
    name="accounts",
    layer="accepted",
    description="Customer accounts and what they belong to or were merged into.",
    grain="One account.",
    key=("account_key",),
    columns=(
        *COMMON,
        Column("account_key", "text", "Account.", example="001A"),
        Column("parent_account_key", "text", "Account it belongs to.", nullable=True, example="001P"),
        Column("master_account_key", "text", "Account it was merged into.", nullable=True, example="001M"),
        Column("industry", "text", "Industry in the source's own words.", nullable=True, example="Retail"),
        Column(
            "employees",
            "integer",
            "Employees of the account.",
            nullable=True,
            unit="persons",
            minimum=0,
            maximum=5_000_000,
            example=120,
        ),
        _DELETED,
    ),
    frame_rules=(
        not_itself("parent_account_key", "account_key"),
        not_itself("master_account_key", "account_key"),
    ),
)
OPPORTUNITIES = Contract(
    name="opportunities",
    layer="accepted",
    description="Sales opportunities with their outcome.",
    grain="One opportunity.",
    key=("opportunity_key",),
    period_column="closed_on",
    columns=(
        *COMMON,
        Column("opportunity_key", "text", "Opportunity.", example="006A"),
        Column("account_key", "text", "Account it belongs to.", example="001A"),
        Column("created_at", "timestamp", "When it was entered.", unit="UTC", example="2024-04-01 09:00:00"),
        # A close date before the creation is allowed: sales people enter won deals after the fact.
        Column("closed_on", "date", "Day it was closed, or is expected to close.", example="2024-05-01"),
        Column("status", "text", "Outcome.", allowed=("open", "won", "lost"), example="won"),
        money("amount", "Value of the opportunity.", nullable=True),
        currency(),
        Column("probability_share", "share", "Chance of winning.", nullable=True, unit="share", example=0.6),
        Column("opportunity_type", "text", "Type in the source's words.", nullable=True, example="New"),
        Column("lead_source", "text", "Origin in the source's words.", nullable=True, example="Web"),
        _DELETED,
    ),
)
OPPORTUNITY_HISTORY = Contract(
    name="opportunity_history",
    layer="accepted",
    description="What opportunities became at each change; the pipeline of a past day is read from it.",
    grain="One opportunity from one change on.",
    key=("opportunity_key", "changed_at"),
    period_column="changed_at",
    columns=(
        *COMMON,
        Column("opportunity_key", "text", "Opportunity.", example="006A"),
        Column("changed_at", "timestamp", "When it became so.", unit="UTC", example="2024-04-02 09:00:00"),
        Column("stage", "text", "Stage in the source's words.", nullable=True, example="Proposal"),
        Column(
            "status",
            "text",
            "Outcome, where the stage says it.",
            nullable=True,
            allowed=("open", "won", "lost"),
            example="open",
        ),
        money("amount", "Value of the opportunity.", nullable=True),
        currency(),
        Column("probability_share", "share", "Chance of winning.", nullable=True, unit="share", example=0.6),
        _DELETED,
    ),
)
CONTRACTS = (ACCOUNTS, OPPORTUNITIES, OPPORTUNITY_HISTORY)
