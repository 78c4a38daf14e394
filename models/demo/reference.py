"""The two files a user keeps: organizations.csv and crosswalk.csv, and the native keys they join."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.demo.files import DemoFile, text_frame
from models.demo.identifiers import random_hex, salesforce_ids
from models.demo.spec import generator
from models.demo.world import LatentWorld

ACCOUNTS_PER_ORGANIZATION = 3
LARGE_FROM = 500
VALID_FROM = "2015-01-01"


@dataclass(frozen=True, slots=True)
class Keys:
    """Native keys by organisation position; ``accounts`` holds three in a row per organisation."""

    accounts: list[str]
    brands: list[str]
    supervisory_organizations: list[str]
    tracking_options: list[str]
    survey_units: list[str]
    departments: list[str]


def draw_keys(world: LatentWorld) -> Keys:
    """Give every organisation its keys in each vendor's system."""
    rng = generator(world.spec, "keys")
    n = world.spec.organizations
    numbers = rng.choice(62**4, size=n * ACCOUNTS_PER_ORGANIZATION, replace=False) + 62**4
    brands = rng.choice(9_000_000, size=n, replace=False) + 360_001_000_000
    departments = (
        generator(world.spec, "greenhouse-keys").choice(9_000_000, size=n, replace=False) + 4_000_000
    )
    return Keys(
        accounts=salesforce_ids("001", numbers.tolist()),
        brands=[str(b) for b in brands.tolist()],
        supervisory_organizations=random_hex(rng, n),
        tracking_options=world.organizations.name.tolist(),
        survey_units=[f"unit-{i + 1:04d}" for i in range(n)],
        departments=[str(d) for d in departments.tolist()],
    )


def organizations_file(world: LatentWorld) -> DemoFile:
    """Write organizations.csv, one row per organisation."""
    orgs = world.organizations
    n = world.spec.organizations
    columns = text_frame(
        {
            "organization_id": orgs.organization_id,
            "name": orgs.name,
            "industry": orgs.industry,
            "country": orgs.country,
            "customer_type": orgs.customer_type,
            "employees": orgs.employees.astype(str),
            "employees_band": np.where(orgs.employees >= LARGE_FROM, "500_and_over", "under_500"),
            "parent_organization_id": "",
            "currency": "EUR",
            "fiscal_year_start_month": "1",
            "valid_from": VALID_FROM,
            "valid_to": "",
        },
        n,
    )
    return DemoFile("reference/organizations.csv", columns)


def crosswalk_file(world: LatentWorld, keys: Keys) -> DemoFile:
    """Write crosswalk.csv, one row per native key."""
    ids = world.organizations.organization_id.tolist()
    systems = [
        ("salesforce", "account", keys.accounts, ACCOUNTS_PER_ORGANIZATION),
        ("zendesk", "brand", keys.brands, 1),
        ("workday", "supervisory_organization", keys.supervisory_organizations, 1),
        ("xero", "tracking_category_option", keys.tracking_options, 1),
        ("qualtrics", "embedded_organization_unit", keys.survey_units, 1),
        ("greenhouse", "department", keys.departments, 1),
    ]
    rows = [
        (system, kind, key, ids[i // per_organization])
        for system, kind, native, per_organization in systems
        for i, key in enumerate(native)
    ]
    source_system, unit_key_type, unit_key, organization_id = (list(c) for c in zip(*rows, strict=True))
    columns = text_frame(
        {
            "source_system": source_system,
            "unit_key_type": unit_key_type,
            "unit_key": unit_key,
            "organization_id": organization_id,
            "valid_from": VALID_FROM,
            "valid_to": "",
        },
        len(rows),
    )
    return DemoFile("reference/crosswalk.csv", columns)
