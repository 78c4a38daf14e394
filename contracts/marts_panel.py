"""Contracts of the two monthly marts, derived from the KPI registry; the other marts stand in marts.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

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
    logarithm,
    month_shifts,
    ratio_of_parts,
)

LEAD_MONTHS = 3
"""One quarter: the distance between the index and the outcome in the estimands (method.md, section 2)."""

# Sanity bounds, wide on purpose (2026), of what is no KPI; those of the KPIs stand in the registry.
_LOG_BOUNDS = (-50.0, 50.0)
_WAYS = ("", "_lead_3m", "_lag_3m")


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
    log_employees = Column(
        "log_employees", "real", "Natural logarithm of the number of employees.", maximum=20
    )
    per_10 = Column("index_per_10", "real", "The index divided by ten: the unit of every effect.", maximum=10)
    shifted = ("integration_index", *panel_outcomes())
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
            *(_shifted("integration_index", "Integration index", "points", way) for way in _WAYS[:0:-1]),
            CHANNEL_ADOPTION_SHARE,
            CHECKLIST_GAP,
            *(column for kpi in load_kpis().explained for column in _outcome_columns(kpi)),
            *(column for code in negative_controls() for column in _control_columns(code)),
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
            *(logarithm(kpi.code) for kpi in load_kpis().logged),
            *(month_shifts(shifted, sign * LEAD_MONTHS) for sign in (1, -1)),
        ),
    )


def panel_outcomes() -> tuple[str, ...]:
    """Columns with a lead and a lag: explained KPIs, their logarithms, negative controls."""
    registry = load_kpis()
    logged = {kpi.code for kpi in registry.logged}
    plain = (
        name
        for kpi in registry.explained
        for name in (kpi.code, *((f"log_{kpi.code}",) if kpi.code in logged else ()))
    )
    return (*plain, *negative_controls())


def negative_controls() -> tuple[str, ...]:
    """Outcomes that nothing can move; they are shares of tickets, and no KPI."""
    return load_kpis().outcomes_of("negative_control")


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


def _outcome_columns(kpi: Kpi) -> Iterator[Column]:
    """Figure, lead and lag of a KPI and of its logarithm; a ratio with its parts, to add over months."""
    yield _value(kpi.code, kpi.name_en, kpi.unit)
    yield from (_shifted(kpi.code, kpi.name_en, kpi.unit, way) for way in _WAYS[1:])
    if kpi in load_kpis().logged:
        name = f"log_{kpi.code}"
        words = f"Natural logarithm of {kpi.name_en.lower()} where it is positive"
        low, high = _LOG_BOUNDS
        text = f"{words}. Empty when unknown."
        yield Column(name, "real", text, nullable=True, unit="log points", minimum=low, maximum=high)
        yield from (_shifted(name, words, "log points", way) for way in _WAYS[1:])
    if kpi.is_ratio:
        top, bottom, _ = _kpi_columns(kpi)
        yield from (replace(part, minimum=None) for part in (top, bottom))


def _control_columns(code: str) -> Iterator[Column]:
    words = "Share of the tickets of the month whose hashed key is even, which nothing can move"
    text = f"{words}. Empty when unknown."
    yield Column(code, "real", text, nullable=True, unit="share", minimum=0, maximum=1)
    yield from (_shifted(code, words, "share", way) for way in _WAYS[1:])
    parts = {"numerator": "tickets with an even hashed key", "denominator": "tickets created"}
    for part, what in parts.items():
        yield Column(f"{code}_{part}", "integer", f"{part.capitalize()}: {what}.", nullable=True)


def _value(code: str, words: str, unit: str) -> Column:
    low, high = kpi_bounds(code)
    text = f"{words.rstrip('.')}. Empty when unknown."
    return Column(code, "real", text, nullable=True, unit=unit, minimum=low, maximum=high)


def _shifted(code: str, words: str, unit: str, way: str) -> Column:
    """A lead or lag, whose bounds are those of the column that it comes from."""
    when = "later" if way == "_lead_3m" else "earlier"
    text = f"{words.rstrip('.')}, {LEAD_MONTHS} calendar months {when}. Empty when unknown."
    return Column(f"{code}{way}", "real", text, nullable=True, unit=unit)


def kpi_bounds(code: str) -> tuple[float, float | None]:
    """Inclusive sanity bounds of a KPI, out of the registry."""
    kpi = load_kpis().kpi(code)
    return kpi.lowest, kpi.highest
