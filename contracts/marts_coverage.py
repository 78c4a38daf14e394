"""What the marts of coverage must look like: rows mapped and rows held back. Others stand in marts.py."""

from __future__ import annotations

from dataclasses import replace

from contracts import marts_columns as shared
from contracts.contract import Column, Contract
from contracts.entities import ENTITIES
from contracts.iso import CURRENCIES
from contracts.kpis import Kpi, load_kpis
from contracts.marts_rules import at_most, computed, first_of_month, mart_rule, spoil

COVERED_ENTITIES = (
    "assessment_answers",
    "assessment_scores",
    "practices",
    "channel_adoption",
    "tickets",
    "survey_responses",
    "employment_spells",
    "hires",
    "applications",
    "opportunities",
    "ledger_lines",
    "invoices",
    "marketing_spend",
)
"""Entities that carry a unit and a date; accounts, histories and reference data only help to read them."""
NO_CURRENCY = "XXX"
"""ISO 4217's code where no currency is involved."""
INDEX_CODE, INDEX_ENTITIES = "integration_index", ("assessment_answers", "assessment_scores")
"""The headline that is no KPI, and the entities it is made of."""
SHARED_REASONS = ("quarantined", "unmapped")
"""Why rows that were delivered are missing from every KPI of their entity."""
ORPHANED = "without_opportunity"
OWN_REASONS = ("no_average_rate", "no_closing_rate", "other_scale", ORPHANED)
"""Why from some of them only: those that add money, that ask for one scale, or that read the history."""
HELD_REASONS = (*SHARED_REASONS, *OWN_REASONS)
_SCALED, _HISTORY = ("nps", "enps"), "opportunity_history"


def kpi_entities() -> list[dict[str, str]]:
    """Rows of the seed that says which figure is made of which entities, and what may keep a row out."""
    rows = [
        {"kpi_code": kpi.code, "entity": entity, "own_reason": _own_reason(kpi, entity)}
        for kpi in load_kpis().kpis
        for entity in kpi.entities
    ]
    index = [{"kpi_code": INDEX_CODE, "entity": entity, "own_reason": ""} for entity in INDEX_ENTITIES]
    return rows + index


def _own_reason(kpi: Kpi, entity: str) -> str:
    """Money is converted at the average rate where it flows and at the closing rate where it stands."""
    if kpi.code in _SCALED:
        return "other_scale"
    if entity == _HISTORY:
        return ORPHANED
    is_money = "currency" in ENTITIES[entity].column_names and entity in kpi.money_entities
    if not is_money:
        return ""
    return "no_closing_rate" if kpi.aggregation == "balance" else "no_average_rate"


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
    return Contract(
        name="fct_join_coverage",
        layer="marts",
        description="How many accepted rows found an organisation, and how much of their money a rate.",
        grain="One row per source system, entity, month and currency.",
        key=("source_system", "entity", "period", "currency"),
        columns=(
            Column("source_system", "text", "System the rows come from.", example="zendesk"),
            entity,
            shared.PERIOD,
            Column(
                "currency",
                "text",
                f"Currency of the amounts; {NO_CURRENCY} where the rows carry no money.",
                allowed=(*CURRENCIES, NO_CURRENCY),
                unit="ISO 4217",
                example="EUR",
            ),
            Column("n_rows", "integer", "Accepted rows, deleted ones included.", minimum=1, example=10),
            Column("n_mapped", "integer", "Rows with an organisation.", minimum=0, example=8),
            Column("n_unmapped", "integer", "Rows without one.", minimum=0, example=2),
            Column("mapped_share", "share", "Rows with an organisation among all.", example=0.8),
            Column(
                "n_without_rate",
                "integer",
                "Rows with an amount for whose currency and month no average rate is declared.",
                minimum=0,
                example=0,
            ),
            _amount("amount", "Sum of the amounts, a control total.", "currency column"),
            _amount(
                "amount_without_rate", "Part of it without a rate: it is in no amount.", "currency column"
            ),
            _amount("reported_amount", "The rest, converted row by row.", "reporting currency"),
            _amount("reported_amount_mapped", "Part of that with an organisation.", "reporting currency"),
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
            at_most("n_without_rate", "n_rows"),
            mart_rule(
                "amount",
                "has_a_currency",
                "An amount has a currency.",
                lambda frame: frame["amount"].isna() | (frame["currency"] != NO_CURRENCY),
                spoil(currency=NO_CURRENCY, amount=1.0),
            ),
        ),
    )


def _amount(name: str, description: str, unit: str) -> Column:
    return Column(name, "money", description, nullable=True, unit=unit)


def quarantine_impact() -> Contract:
    """Contract of fct_quarantine_impact."""
    codes = (*(kpi.code for kpi in load_kpis().kpis), INDEX_CODE)
    why = (
        "Refused at the gate, without an organisation (accounts are not asked for one), without a declared "
        "rate (average for what flows, closing for what stands open at a month end and is of known worth "
        "then), on another scale than the figure asks for, or told of an opportunity that was never "
        "delivered."
    )
    month = (
        "First day of the month the rows belong to: an employment by its first day, an answer by its wave, "
        "what stands open by the month end. Of refused rows empty where no date can be read, and of entities "
        "that the ledger keeps without months (accounts, employments, assessment, reference data)."
    )
    rows = (
        "Rows held back: delivered ones where they were refused, else accepted ones. A survey response is "
        "one of the former, and of the latter as many as it has answers."
    )
    entity = (
        "Entity of the rows, as the ledger names it; several, by semicolon, where one delivered row feeds "
        "several."
    )
    return Contract(
        name="fct_quarantine_impact",
        layer="marts",
        description=(
            "What each headline figure misses: rows and money that were delivered and are held back. "
            "Of a refused row no organisation is known, since only accepted rows are mapped. What leaves a "
            "figure unknown as a whole (an amount that nobody knows, no rate of the year before) is told by "
            "explain and not here."
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
            Column("entity", "text", entity, example="tickets"),
            Column("reason", "text", why, allowed=HELD_REASONS, example="unmapped"),
            replace(shared.ORGANIZATION_ID, nullable=True, example=None),
            replace(shared.optional(shared.PERIOD), description=month),
            Column(
                "currency",
                "text",
                "Currency of the amount; empty where the rows carry no money that can be read.",
                nullable=True,
                allowed=CURRENCIES,
                unit="ISO 4217",
            ),
            Column("n_rows", "integer", rows, minimum=1, example=3),
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
                "known_of_mapped_rows",
                "What was refused, not mapped or lacks its opportunity has no organisation; all else has.",
                lambda frame: (
                    frame["organization_id"].isna() == frame["reason"].isin((*SHARED_REASONS, ORPHANED))
                ),
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
