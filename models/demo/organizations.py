"""The organisations of a demo world: who they are, how mature at first, and their fixed trait."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.demo.aliases import Floats, Integers, Strings
from models.demo.spec import WorldSpec, generator

INDUSTRIES = (
    "technology_telecom", "media", "retail", "financial_services", "healthcare", "travel_hospitality",
    "consumer_goods", "manufacturing", "energy_utilities", "public_sector", "education",
    "professional_services",
)  # fmt: skip
COUNTRIES = {"NL": 0.22, "BE": 0.16, "GB": 0.20, "US": 0.18, "DE": 0.13, "FR": 0.11}
CUSTOMER_TYPES = {"b2b": 0.40, "b2c": 0.35, "both": 0.25}
# Published: reference/published_benchmarks.csv, insites_smis 2011-12, rows all/all.
STAGE_PERCENT = (12.0, 26.0, 24.0, 23.0, 14.0)
STAGE_BANDS = ((4.0, 17.5), (22.5, 37.5), (42.5, 57.5), (62.5, 77.5), (82.5, 96.0))
TRAIT_CORRELATION = 0.65
SMALL_SHARE = 0.8

FIRST = (
    "Noordlicht", "Fjordvik", "Lumière", "Brüggen", "Ardenne", "Kestrel", "Blauwhuis", "Harcourt", "Édelmont",
    "Silverpine", "Oostkaap", "Marlowe", "Grünwald", "Château", "Vlinder", "Redwater", "Pinehurst", "Köhler",
    "Zandvoort", "Beaulieu", "Thornbury", "Müritz", "Waterkant", "Larkfield",
)  # fmt: skip
SECOND = (
    "Group", "Services", "Partners", "Works", "Collective", "Holding", "Network", "Industries", "Studio",
    "Company",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Organizations:
    """Fixed facts of the organisations; every array has shape (organizations,).

    ``maturity`` is the latent index of the first wave (0 to 100), ``trait`` is standardised in the sample.
    """

    organization_id: Strings
    name: Strings
    industry: Strings
    country: Strings
    customer_type: Strings
    employees: Integers
    maturity: Floats
    trait: Floats


def quota(weights: Floats, total: int) -> Integers:
    """Split a total by weights with the largest-remainder rule."""
    exact = np.asarray(weights, dtype=float) / np.sum(weights) * total
    counts = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - counts), kind="stable")
    counts[order[: total - int(counts.sum())]] += 1
    return counts


def standardise(values: Floats) -> Floats:
    """Bring values to mean 0 and standard deviation 1 in the sample."""
    scaled: Floats = (values - values.mean()) / values.std()
    return scaled


def draw_organizations(spec: WorldSpec) -> Organizations:
    """Draw the organisations with stage shares at the published quotas."""
    rng = generator(spec, "organizations")
    n = spec.organizations
    stage = rng.permutation(np.repeat(np.arange(5), quota(np.array(STAGE_PERCENT), n)))
    low, high = np.array(STAGE_BANDS).T
    maturity = rng.uniform(low[stage], high[stage])
    z = standardise(maturity)
    noise = rng.standard_normal(n)
    noise = standardise(noise - z * (noise @ z) / (z @ z))
    trait = TRAIT_CORRELATION * z + np.sqrt(1 - TRAIT_CORRELATION**2) * noise
    names = [f"{a} {b}" for a in FIRST for b in SECOND]
    picked = rng.permutation(len(names))
    return Organizations(
        organization_id=np.array([f"ORG-{i + 1:04d}" for i in range(n)]),
        name=np.array([_name(names, picked, i) for i in range(n)]),
        industry=_by_quota(rng, dict.fromkeys(INDUSTRIES, 1.0), n),
        country=_by_quota(rng, COUNTRIES, n),
        customer_type=_by_quota(rng, CUSTOMER_TYPES, n),
        employees=_employees(rng, np.column_stack([np.ones(n), z, standardise(trait)])),
        maturity=maturity,
        trait=standardise(trait),
    )


def _name(names: list[str], picked: Integers, i: int) -> str:
    round_, position = divmod(i, len(names))
    base = names[int(picked[position])]
    return base if round_ == 0 else f"{base} {round_ + 1}"


def _by_quota(rng: np.random.Generator, shares: dict[str, float], n: int) -> Strings:
    return rng.permutation(np.repeat(np.array(list(shares)), quota(np.array(list(shares.values())), n)))


def _employees(rng: np.random.Generator, design: Floats) -> Integers:
    """Draw employees with log employees uncorrelated with first maturity and trait in this sample.

    The grid of sizes is fixed; which organisation gets which size is the rank of a residual. Without this the
    raw slope of log revenue would be swamped by the chance correlation of size and maturity.
    """
    n = len(design)
    small = round(SMALL_SHARE * n)
    grid = np.concatenate(
        [
            np.linspace(np.log(25), np.log(300), small),
            np.linspace(np.log(500), np.log(900), n - small),
        ]
    )
    values = rng.permutation(grid)
    projection = design @ np.linalg.pinv(design)
    for _ in range(200):
        residual = values - projection @ values
        values = grid[np.argsort(np.argsort(residual, kind="stable"), kind="stable")]
    employees: Integers = np.rint(np.exp(values)).astype(np.int64)
    return employees
