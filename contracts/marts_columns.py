"""Columns that several marts share; what only one mart has stands with that mart."""

from __future__ import annotations

from dataclasses import replace

from contracts.contract import Column
from contracts.entities.reference import ORGANIZATIONS
from contracts.fields import WAVE


def optional(column: Column, minimum: float | None = None, example: object = None) -> Column:
    """Return the column as one that may be empty, with a lower bound or example where given."""
    return replace(
        column,
        nullable=True,
        minimum=column.minimum if minimum is None else minimum,
        example=column.example if example is None else example,
    )


ORGANIZATION_ID = Column("organization_id", "text", "Organisation, by the user's own code.", example="org-1")
PERIOD = Column("period", "date", "First day of the calendar month.", example="2024-05-01")
WAVE_PERIOD = Column("period", "date", "First month of the wave.", example="2024-01-01")
N_RATERS = Column("n_raters", "integer", "Respondents who answered.", minimum=0, example=5)
INDEX = Column(
    "integration_index",
    "score",
    "Integration index, 0 to 100; empty when a kind of change is missing or no assessment is in force.",
    nullable=True,
    unit="points",
    example=62.5,
)
STAGE = Column(
    "stage",
    "integer",
    "Stage of the index, 1 (doing nothing) to 5 (integrated).",
    nullable=True,
    minimum=1,
    maximum=5,
    example=4,
)
LOW_RELIABILITY = Column(
    "is_low_reliability", "boolean", "Fewer respondents than the instrument asks for.", example=False
)
CHANNEL_ADOPTION_SHARE = Column(
    "channel_adoption_share",
    "share",
    "Share of the instrument's channels that are active; empty unless all were answered.",
    nullable=True,
    example=0.75,
)
CHECKLIST_GAP = Column(
    "checklist_gap",
    "real",
    "Channel adoption in per cent minus the index: accounts opened beyond what is integrated.",
    nullable=True,
    unit="points",
    minimum=-100,
    maximum=100,
    example=12.5,
)
INDUSTRY = ORGANIZATIONS.column("industry")
COUNTRY = ORGANIZATIONS.column("country")
CUSTOMER_TYPE = ORGANIZATIONS.column("customer_type")
EMPLOYEES_BAND = ORGANIZATIONS.column("employees_band")
TRAITS = (INDUSTRY, COUNTRY, CUSTOMER_TYPE, EMPLOYEES_BAND)

__all__ = [
    "CHANNEL_ADOPTION_SHARE",
    "CHECKLIST_GAP",
    "COUNTRY",
    "CUSTOMER_TYPE",
    "EMPLOYEES_BAND",
    "INDEX",
    "INDUSTRY",
    "LOW_RELIABILITY",
    "N_RATERS",
    "ORGANIZATION_ID",
    "PERIOD",
    "STAGE",
    "TRAITS",
    "WAVE",
    "WAVE_PERIOD",
    "optional",
]
