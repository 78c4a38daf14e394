"""Money: ledger lines by account class, sales invoices, and what advertising cost on its platforms."""

from __future__ import annotations

from contracts.contract import Column, Contract
from contracts.fields import COMMON, currency, money

ACCOUNT_CLASSES = (
    "revenue",
    "cost_of_sales",
    "sales_and_marketing",
    "recruiting",
    "other_income",
    "other_expense",
    "balance_sheet",
)

LEDGER_LINES = Contract(
    name="ledger_lines",
    layer="accepted",
    description="Lines of the general ledger.",
    grain="One line of one entry.",
    key=("entry_key", "line_number"),
    period_column="posted_on",
    columns=(
        *COMMON,
        Column("entry_key", "text", "Ledger entry.", example="J1"),
        Column(
            "line_number",
            "integer",
            "Line within the entry, counted from 0 or 1 as its source does.",
            minimum=0,
            example=1,
        ),
        Column("posted_on", "date", "Posting date.", example="2024-05-01"),
        Column("account_code", "text", "Account in the chart of accounts.", example="8000"),
        Column("account_class", "text", "Class of the account.", allowed=ACCOUNT_CLASSES, example="revenue"),
        money("amount", "Net amount; positive increases the class of the account."),
        currency(),
    ),
)
INVOICES = Contract(
    name="invoices",
    layer="accepted",
    description="Invoices to customers; credit notes are negative. Bills of suppliers are no invoices.",
    grain="One invoice.",
    key=("invoice_key",),
    period_column="issued_on",
    columns=(
        *COMMON,
        Column("invoice_key", "text", "Invoice.", example="INV-1"),
        Column("customer_key", "text", "Customer it was sent to.", example="C1"),
        Column("issued_on", "date", "Day of issue.", example="2024-05-01"),
        money("amount", "Amount without tax; negative for a credit note."),
        currency(),
        Column(
            "status",
            "text",
            "State of the invoice; only open and paid ones are revenue.",
            allowed=("draft", "open", "paid", "voided"),
            example="paid",
        ),
        Column("is_deleted", "boolean", "Whether the source marks it as deleted.", example=False),
    ),
)
MARKETING_SPEND = Contract(
    name="marketing_spend",
    layer="accepted",
    description="What advertising cost; ledger and platforms tell the same money and are never added up.",
    grain="One cost of one channel on one day.",
    key=("spend_key",),
    period_column="spent_on",
    columns=(
        *COMMON,
        Column("spend_key", "text", "Cost, named by its source or by its content.", example="A1"),
        Column("channel", "text", "Channel it was spent on.", example="linkedin"),
        Column("spent_on", "date", "Day of the cost.", example="2024-05-01"),
        money("amount", "Cost; a correction is negative."),
        currency(),
        Column(
            "spend_source",
            "text",
            "Whether the ledger or the platform says so.",
            allowed=("ledger", "platform"),
            example="platform",
        ),
    ),
)
CONTRACTS = (LEDGER_LINES, INVOICES, MARKETING_SPEND)
