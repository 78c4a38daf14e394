"""Contract of revenue by the currency it was posted in, beside the rates that were declared."""

from __future__ import annotations

from contracts import marts_columns as shared
from contracts.contract import Column, Contract, FrameRule
from contracts.entities.reference import FX_RATES
from contracts.fields import currency
from contracts.marts_rules import first_of_month, mart_rule, spoil

_RATE = FX_RATES.column("rate_to_reporting")


def revenue_currency() -> Contract:
    """Contract of `fct_revenue_currency`."""
    return Contract(
        name="fct_revenue_currency",
        layer="marts",
        description=(
            "Revenue as it was posted, the declared average rate, and what it is at that rate and at the one "
            "of twelve months before; without a rate it is in no KPI."
        ),
        grain="One row per organisation, month and currency in which revenue was posted.",
        key=("organization_id", "period", "currency"),
        columns=(
            shared.ORGANIZATION_ID,
            shared.PERIOD,
            currency("Currency the revenue was posted in."),
            Column("n_lines", "integer", "Revenue lines.", minimum=1, example=12),
            Column("revenue", "money", "Sum of their amounts.", unit="currency column", example=1000),
            _rate("rate_to_reporting", "Average rate of the month, as declared."),
            _converted("reported_revenue", "Revenue line by line at that rate."),
            _rate("base_rate_to_reporting", "Average rate of twelve months before, as declared."),
            _converted(
                "reported_revenue_at_base_rate", "Revenue line by line at the rate of twelve months before."
            ),
        ),
        period_column="period",
        frame_rules=(
            first_of_month(),
            _known_with("reported_revenue", "rate_to_reporting"),
            _known_with("reported_revenue_at_base_rate", "base_rate_to_reporting"),
        ),
    )


def _rate(name: str, description: str) -> Column:
    return Column(
        name,
        "real",
        description,
        nullable=True,
        unit="reporting currency",
        minimum=_RATE.minimum,
        maximum=_RATE.maximum,
        example=0.92,
    )


def _converted(name: str, description: str) -> Column:
    return Column(name, "money", description, nullable=True, unit="reporting currency", example=920)


def _known_with(amount: str, rate: str) -> FrameRule:
    return mart_rule(
        amount,
        f"known_with_{rate}",
        f"{amount} is known where its rate is declared, and only there.",
        lambda frame: frame[amount].isna() == frame[rate].isna(),
        spoil(**{amount: None}),
    )
