"""The graph in a minute: layer -> what it holds -> who owns it -> the modules that make it. No assets here.

The layer name is one word everywhere: asset-key prefix, Dagster group, DuckDB schema and dbt folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contracts.profile import Profile


@dataclass(frozen=True, slots=True)
class Layer:
    """One column of the graph, read from left to right."""

    name: str
    holds: str
    owner: str
    kinds: frozenset[str]
    modules: tuple[str, ...]


_PLATFORM, _ANALYTICS, _RESEARCH = "team:data-platform", "team:analytics-engineering", "team:research"

LAYERS: tuple[Layer, ...] = (
    Layer(
        "exports",
        "files as the vendors delivered them; never written to",
        _PLATFORM,
        frozenset({"file"}),
        ("orchestration.assets.landing",),
    ),
    Layer(
        "landing",
        "each delivered file read once: every kept column as text, with delivery and line",
        _PLATFORM,
        frozenset({"python", "parquet"}),
        ("orchestration.ingest.land", "orchestration.assets.landing"),
    ),
    Layer(
        "accepted",
        "canonical entities, typed, contracted and de-duplicated; refused rows lie in quarantine",
        _PLATFORM,
        frozenset({"python", "pandera", "parquet"}),
        ("contracts", "orchestration.ingest.gate", "orchestration.assets.accepted"),
    ),
    Layer(
        "staging",
        "one view per accepted entity: names, units, deletes",
        _ANALYTICS,
        frozenset({"dbt", "duckdb"}),
        ("dbt_project/models/staging", "orchestration.assets.dbt"),
    ),
    Layer(
        "intermediate",
        "KPIs and the index brought to organisation and period",
        _ANALYTICS,
        frozenset({"dbt", "duckdb"}),
        ("dbt_project/models/intermediate", "orchestration.assets.dbt"),
    ),
    Layer(
        "marts",
        "what analysts query; contracts enforced",
        _ANALYTICS,
        frozenset({"dbt", "duckdb"}),
        ("dbt_project/models/marts", "contracts.marts", "orchestration.assets.dbt"),
    ),
    Layer(
        "analysis",
        "estimates with their intervals, index quality and the claims they allow",
        _RESEARCH,
        frozenset({"python", "statsmodels", "duckdb"}),
        ("models", "contracts.results", "orchestration.assets.analysis"),
    ),
    Layer(
        "edition",
        "facts, the summary for leadership, and the published folder",
        _RESEARCH,
        frozenset({"python", "duckdb", "html"}),
        ("models.facts", "models.page", "orchestration.editions", "orchestration.assets.edition"),
    ),
)

BY_NAME: dict[str, Layer] = {layer.name: layer for layer in LAYERS}

DOMAINS: tuple[str, ...] = ("reference", "assessment", "crm", "support", "hr", "finance")
"""Subjects that files are about; one asset each in exports and landing, however many vendors deliver."""

WAREHOUSE_POOL = "warehouse"
"""Pool of one slot: `build.duckdb` takes one writing process at a time."""


def domain_of(entity: str) -> str:
    """Subject of a canonical entity: the module of contracts/entities that holds its contract."""
    from contracts import entities

    modules = {name: getattr(entities, name) for name in DOMAINS}
    return next(
        name for name, module in modules.items() if entity in {contract.name for contract in module.CONTRACTS}
    )


def domain_of_profile(profile: Profile) -> str:
    """Subject of the files that an export profile reads."""
    return "assessment" if profile.entity is None else domain_of(profile.entity)
