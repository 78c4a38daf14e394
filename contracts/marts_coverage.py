"""What the marts of coverage must look like: rows mapped and rows held back. Others stand in marts.py."""

from __future__ import annotations

from dataclasses import replace

from contracts import marts_columns as shared
from contracts.contract import Column, Contract
from contracts.iso import CURRENCIES
from contracts.kpis import load_kpis
from contracts.marts_rules import at_most, computed, first_of_month, mart_rule, spoil

COVERED_ENTITIES = (
    "assessment_answers",
    "assessment_scores",
    "practices",
    "channel_adoption",
    "tickets",
    "employment_spells",
    "opportunities",
    "ledger_lines",
)
"""Entities that carry a unit and a date; accounts and the crosswalk only help to place them."""


INDEX_CODE, INDEX_ENTITIES = "integration_index", ("assessment_answers", "assessment_scores")
"""The headline that is no KPI, and the entities it is made of."""
HELD_REASONS = ("quarantined", "unmapped", "foreign_currency")
"""Why rows that were delivered are in no KPI."""


def kpi_entities() -> list[dict[str, str]]:
    """Rows of the seed that says which headline figure is made of which entities."""
    figures = (*((kpi.code, kpi.entities) for kpi in load_kpis().kpis), (INDEX_CODE, INDEX_ENTITIES))
    return [{"kpi_code": code, "entity": entity} for code, entities in figures for entity in entities]


def join_coverage() -> Contract:
    """Contract of fct_join_coverage."""
    entity = Column(
        "entity",
        "text",
        "Entity of the accepted rows.",
        allowed=COVERED_ENTITIES,
        pattern="[a-z_]+",
        example="tickets",
    )
    foreign = "Part of it in another currency than the reporting currency: it is never added to a KPI."
    return Contract(
        name="fct_join_coverage",
        layer="marts",
        description="How many accepted rows, and how much money, could be given to an organisation.",
        grain="One row per source system, entity and month.",
        key=("source_system", "entity", "period"),
        columns=(
            Column("source_system", "text", "System the rows come from.", example="zendesk"),
            entity,
            shared.PERIOD,
            Column("n_rows", "integer", "Accepted rows, deleted ones included.", minimum=1, example=10),
            Column("n_mapped", "integer", "Rows with an organisation.", minimum=0, example=8),
            Column("n_unmapped", "integer", "Rows without one.", minimum=0, example=2),
            Column("mapped_share", "share", "Rows with an organisation among all.", example=0.8),
            Column("n_foreign_currency", "integer", "Rows in another currency.", minimum=0, example=0),
            Column("amount", "money", "Nominal amount of all rows, a control total.", nullable=True),
            Column("amount_mapped", "money", "Part with organisation and reporting currency.", nullable=True),
            Column("amount_foreign_currency", "money", foreign, nullable=True),
        ),
        period_column="period",
        frame_rules=(
            first_of_month(),
            computed(
                "n_unmapped",
                "rest",
                "Mapped and unmapped rows add up to all rows.",
                lambda frame: frame["n_rows"] - frame["n_mapped"],
                7,
            ),
            computed(
                "mapped_share",
                "ratio_of_parts",
                "mapped_share is mapped rows divided by all rows.",
                lambda frame: frame["n_mapped"] / frame["n_rows"],
                0.123,
            ),
            at_most("n_foreign_currency", "n_rows"),
        ),
    )


def quarantine_impact() -> Contract:
    """Contract of fct_quarantine_impact."""
    codes = (*(kpi.code for kpi in load_kpis().kpis), INDEX_CODE)
    why = "Refused at the gate, without an organisation, or in a currency that is not added."
    return Contract(
        name="fct_quarantine_impact",
        layer="marts",
        description=(
            "What each headline figure misses: rows and money that were delivered and are held back. "
            "Of a refused row no organisation is known, since only accepted rows are mapped."
        ),
        grain="One row per KPI, source system, entity, reason, organisation, month and currency.",
        key=("impact_key",),
        columns=(
            Column("impact_key", "text", "All parts of the grain, by slash; - is unknown.", example="a/b"),
            Column(
                "kpi_code",
                "text",
                "KPI, or the index; empty for rows that no figure is made of, such as the crosswalk's.",
                nullable=True,
                allowed=codes,
                example="csat_share",
            ),
            Column("source_system", "text", "System the rows come from.", example="zendesk"),
            Column("entity", "text", "Entity of the rows, as the ledger names it.", example="tickets"),
            Column("reason", "text", why, allowed=HELD_REASONS, example="unmapped"),
            replace(shared.ORGANIZATION_ID, nullable=True, example=None),
            shared.optional(shared.PERIOD),
            Column(
                "currency",
                "text",
                "Currency of the amount; empty where the rows carry no money that can be read.",
                nullable=True,
                allowed=CURRENCIES,
                unit="ISO 4217",
            ),
            Column("n_rows", "integer", "Rows held back.", minimum=1, example=3),
            Column(
                "amount",
                "money",
                "Sum of their amounts that can be read.",
                nullable=True,
                unit="currency column",
            ),
            Column("n_amount_unknown", "integer", "Rows whose amount cannot be read.", minimum=0, example=0),
        ),
        period_column="period",
        frame_rules=(
            first_of_month(),
            at_most("n_amount_unknown", "n_rows"),
            mart_rule(
                "organization_id",
                "known_of_foreign_currency_only",
                "A refused or unmapped row has no organisation; a row in a foreign currency has one.",
                lambda frame: frame["organization_id"].notna() == (frame["reason"] == "foreign_currency"),
                spoil(organization_id="org-1", reason="unmapped"),
            ),
            mart_rule(
                "currency",
                "beside_an_amount",
                "An amount has its currency beside it.",
                lambda frame: frame["amount"].isna() | frame["currency"].notna(),
                spoil(currency=None, amount=1.0),
            ),
        ),
    )
