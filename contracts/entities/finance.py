"""Money: ledger lines by account class, positive where they increase their class."""

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
        Column("line_number", "integer", "Line within the entry.", minimum=1, example=1),
        Column("posted_on", "date", "Posting date.", example="2024-05-01"),
        Column("account_code", "text", "Account in the chart of accounts.", example="8000"),
        Column("account_class", "text", "Class of the account.", allowed=ACCOUNT_CLASSES, example="revenue"),
        money("amount", "Net amount; positive increases the class of the account."),
        currency(),
    ),
)
CONTRACTS = (LEDGER_LINES,)
