"""Contracts of the two monthly marts, derived from the KPI registry; the other marts stand in marts.py."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.contract import Column, Contract
from contracts.iso import CURRENCIES
from contracts.kpis import Kpi, load_kpis
from contracts.marts_columns import (
    CHANNEL_ADOPTION_SHARE,
    CHECKLIST_GAP,
    INDEX,
    LOW_RELIABILITY,
    ORGANIZATION_ID,
    PERIOD,
    STAGE,
    TRAITS,
    WAVE,
    optional,
)
from contracts.marts_rules import (
    at_most,
    computed,
    first_of_month,
    known_with_values,
    log_of_revenue,
    month_shift,
    ratio_of_parts,
)

LEAD_MONTHS = 3
"""One quarter: the distance between the index and the outcome in the estimands (method.md, section 2)."""

# Sanity bounds, wide on purpose (2026), of what is no KPI; those of the KPIs stand in the registry.
_BOUNDS: dict[str, tuple[float, float | None]] = {
    "log_revenue": (-50.0, 50.0),
    "integration_index": (0, 100.0),
}


def organization_month() -> Contract:
    """Contract of `fct_organization_month`: every KPI as numerator, denominator and ratio."""
    kpis = load_kpis().kpis
    return Contract(
        name="fct_organization_month",
        layer="marts",
        description="The KPIs of an organisation in a month, as numerator, denominator and ratio.",
        grain="One row per organisation and observed month, whether or not anything was delivered for it.",
        key=("organization_id", "period"),
        columns=(
            ORGANIZATION_ID,
            PERIOD,
            *(column for kpi in kpis for column in _kpi_columns(kpi)),
            Column(
                "reporting_currency", "text", "Currency of every amount.", allowed=CURRENCIES, example="EUR"
            ),
            INDEX,
            STAGE,
        ),
        period_column="period",
        frame_rules=(
            first_of_month(),
            *(
                known_with_values(kpi.code) if kpi.is_distribution else ratio_of_parts(kpi.code)
                for kpi in kpis
            ),
            *(at_most(f"{kpi.code}_numerator", f"{kpi.code}_denominator") for kpi in kpis if _is_part(kpi)),
        ),
    )


def maturity_impact() -> Contract:
    """Contract of `fct_maturity_impact`: the regressions' input, index and outcomes with leads and lags."""
    outcomes = _outcomes()
    log_employees = Column(
        "log_employees", "real", "Natural logarithm of the number of employees.", maximum=20
    )
    per_10 = Column("index_per_10", "real", "The index divided by ten: the unit of every effect.", maximum=10)
    shifted = (("integration_index", "Integration index", "points"), *outcomes)
    return Contract(
        name="fct_maturity_impact",
        layer="marts",
        description="What the regressions read: index in force, outcomes of the month and a quarter away.",
        grain="One row per organisation and observed month.",
        key=("organization_id", "period"),
        columns=(
            ORGANIZATION_ID,
            PERIOD,
            *TRAITS,
            optional(log_employees, minimum=0, example=6.2),
            optional(WAVE),
            INDEX,
            optional(per_10, minimum=0, example=6.25),
            STAGE,
            Column(
                "n_raters", "integer", "Respondents behind the index.", nullable=True, minimum=0, example=5
            ),
            optional(LOW_RELIABILITY),
            *(_value(*shifted[0], way) for way in ("_lag_3m", "_lead_3m")),
            CHANNEL_ADOPTION_SHARE,
            CHECKLIST_GAP,
            *(_value(*outcome, way) for outcome in outcomes for way in ("", "_lead_3m", "_lag_3m")),
        ),
        period_column="period",
        frame_rules=(
            first_of_month(),
            computed(
                "index_per_10",
                "tenth_of_index",
                "index_per_10 is the index divided by ten.",
                lambda frame: frame["integration_index"] / 10,
                9.99,
            ),
            log_of_revenue(),
            *(month_shift(name, sign * LEAD_MONTHS) for name, _, _ in shifted for sign in (1, -1)),
        ),
    )


def _is_part(kpi: Kpi) -> bool:
    """Whether the KPI counts some among all, so that its numerator never exceeds its denominator."""
    counts = (kpi.numerator_kind, kpi.denominator_kind) == ("integer", "integer")
    return kpi.is_ratio and counts and (kpi.lowest, kpi.highest) == (0, 1)


def _kpi_columns(kpi: Kpi) -> Iterator[Column]:
    name = kpi.name_en.lower()
    if not kpi.is_distribution:
        is_signed = kpi.numerator_kind == "money" or kpi.lowest < 0
        text = f"Numerator of {name}: {kpi.numerator}."
        low = None if is_signed else 0
        yield Column(f"{kpi.code}_numerator", kpi.numerator_kind, text, nullable=True, minimum=low)
    text = f"Denominator of {name}: {kpi.denominator}."
    low = None if kpi.denominator_kind == "money" else 0
    yield Column(f"{kpi.code}_denominator", kpi.denominator_kind, text, nullable=True, minimum=low)
    yield _value(kpi.code, kpi.formula, kpi.unit)


def _outcomes() -> tuple[tuple[str, str, str], ...]:
    """Code, words and unit of every explained KPI, and of log revenue beside revenue."""
    plain = [(kpi.code, kpi.name_en, kpi.unit) for kpi in load_kpis().explained]
    after = [code for code, _, _ in plain].index("revenue") + 1
    log = ("log_revenue", "Natural logarithm of revenue where it is positive", "log points")
    return (*plain[:after], log, *plain[after:])


def _value(code: str, words: str, unit: str, way: str = "") -> Column:
    when = {"": "", "_lead_3m": f", {LEAD_MONTHS} calendar months later"}.get(
        way, f", {LEAD_MONTHS} calendar months earlier"
    )
    text = f"{words.rstrip('.')}{when}. Empty when unknown."
    low, high = _BOUNDS.get(code) or kpi_bounds(code)
    return Column(f"{code}{way}", "real", text, nullable=True, unit=unit, minimum=low, maximum=high)


def kpi_bounds(code: str) -> tuple[float, float | None]:
    """Inclusive sanity bounds of a KPI, out of the registry."""
    kpi = load_kpis().kpi(code)
    return kpi.lowest, kpi.highest
