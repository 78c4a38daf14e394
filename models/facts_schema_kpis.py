"""Parts of facts.json about single figures: groups compared, coverage and rows held back per KPI."""

from __future__ import annotations

from models.facts_schema_parts import Count, Part, Period, Share


class Group(Part):
    """Quartiles of one figure over the organisations of a group."""

    segment: str
    n_organizations: Count
    first_quartile: float
    median: float
    third_quartile: float


class Kind(Part):
    """Groups of one kind that are shown, by falling median, and how many are hidden."""

    segment_type: str
    n_hidden: Count
    groups: list[Group]


class Benchmark(Part):
    """How groups compare in one figure, in the latest month in which a group is shown."""

    kpi: str
    period: Period
    kinds: list[Kind]


class HeldAmount(Part):
    """Money held back in one currency."""

    currency: str
    amount: float


class HeldBack(Part):
    """Rows and money that one KPI misses for one reason."""

    reason: str
    n_rows: Count
    n_amount_unknown: Count
    amounts: list[HeldAmount]


class KpiCoverage(Part):
    """Where one KPI is known, on how little, and what it misses."""

    kpi: str
    n_possible: Count
    n_known: Count
    n_below_minimum: Count
    n_organizations: Count
    share_known: Share | None
    first_period: Period | None
    last_period: Period | None
    held_back: list[HeldBack]
