"""Contract of accepted/ledger_periods.parquet: what became of delivered rows. The gate makes it."""

from __future__ import annotations

from contracts.contract import Column, Contract
from contracts.fields import SOURCE_SYSTEM
from contracts.iso import CURRENCIES

FATES = ("accepted", "quarantined", "duplicate", "superseded")
"""What can become of a delivered row."""

LEDGER_PERIODS = Contract(
    name="ledger_periods",
    layer="accepted",
    description="The gate's ledger by month: how many delivered rows, and how much money, met which fate.",
    grain="One fate of one entity, month and currency in one delivery.",
    key=("line_number",),
    columns=(
        Column("line_number", "integer", "Place in the ledger, which has one order.", minimum=1, example=1),
        Column("file", "text", "Delivered file.", example="exports/a.csv"),
        Column("delivery_id", "text", "Delivery (hash of the file's bytes).", example="d1"),
        SOURCE_SYSTEM,
        Column("entity", "text", "Entity of the rows; several, by semicolon, where one row feeds several."),
        Column(
            "period",
            "date",
            "First day of the month; empty where no date can be read, or the entity has no months.",
            nullable=True,
        ),
        Column(
            "currency",
            "text",
            "Currency of the amounts; empty where there is none that can be read.",
            nullable=True,
            allowed=CURRENCIES,
        ),
        Column("fate", "text", "What became of the rows.", allowed=FATES),
        Column("n_rows", "integer", "Delivered rows.", minimum=1),
        Column("amount", "money", "Sum of the amounts that can be read.", nullable=True),
        Column("n_amount_unknown", "integer", "Rows whose amount cannot be read.", minimum=0),
    ),
)
