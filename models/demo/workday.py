"""Employment spells as a Workday worker export; one supervisory organisation per organisation."""

from __future__ import annotations

import numpy as np

from models.demo.aliases import Integers
from models.demo.files import DemoFile, days, text_frame
from models.demo.identifiers import random_hex
from models.demo.reference import Keys
from models.demo.spec import generator
from models.demo.world import LatentWorld

DAYS_PER_MONTH = 30.44
MAXIMUM_TENURE_DAYS = 12 * 365
VACANCY_DAYS = (10, 50)
INVOLUNTARY_SHARE = 0.3
PART_TIME_SHARE = 0.2
VOLUNTARY, INVOLUNTARY = "Terminate_Employee_Voluntary", "Terminate_Employee_Involuntary"


def worker_file(world: LatentWorld, keys: Keys) -> DemoFile:
    """Write ``exports/workday/workers.csv``, one row per person; headcount starts at organizations.csv."""
    rng = generator(world.spec, "workday")
    start = world.calendar.months[0].astype("datetime64[D]")
    end = (world.calendar.months[-1] + 1).astype("datetime64[D]") - 1
    organization, hired, left = _spells(rng, world, int((end - start).astype(np.int64)))
    n = len(organization)
    is_left = left >= 0
    hire_date = days(start + hired)
    end_date = np.where(is_left, days(start + left), "")
    involuntary = rng.random(n) < INVOLUNTARY_SHARE
    frame = text_frame(
        {
            "id": random_hex(rng, n),
            "_fivetran_active": "true",
            "_fivetran_start": np.where(is_left, end_date, hire_date),
            "_fivetran_end": "9999-12-31 23:59:59",
            "_fivetran_deleted": "false",
            "_fivetran_synced": f"{end} 23:00:00",
            "worker_code": (10_000 + np.arange(n)).astype(str),
            "active": np.where(is_left, "false", "true"),
            "hire_date": hire_date,
            "original_hire_date": hire_date,
            "hire_rescinded": "false",
            "rehire": "false",
            "terminated": np.where(is_left, "true", "false"),
            "termination_date": end_date,
            "termination_involuntary": np.where(is_left, np.where(involuntary, "true", "false"), ""),
            "primary_termination_category": np.where(
                is_left, np.where(involuntary, INVOLUNTARY, VOLUNTARY), ""
            ),
            "supervisory_organization_id": np.array(keys.supervisory_organizations)[organization],
            "employee_type": "Regular",
            "full_time_equivalent_percentage": np.where(rng.random(n) < PART_TIME_SHARE, "60", "100"),
        },
        n,
    )
    frame["_fivetran_start"] = frame["_fivetran_start"] + " 00:00:00"
    return DemoFile("exports/workday/workers.csv", frame)


def _spells(
    rng: np.random.Generator, world: LatentWorld, last_day: int
) -> tuple[Integers, Integers, Integers]:
    """Draw who holds each position when: days since the first day; -1 for those who stay.

    Every position is filled on the first day; a leaver is followed by a new hire after a vacancy.
    """
    organization = np.repeat(np.arange(world.spec.organizations), world.organizations.employees)
    mean_stay = DAYS_PER_MONTH / world.monthly_hazard
    hired = -rng.integers(1, MAXIMUM_TENURE_DAYS, len(organization))
    begun = np.zeros(len(organization), dtype=np.int64)
    parts = []
    while len(organization):
        left = begun + np.ceil(rng.exponential(mean_stay[organization])).astype(np.int64)
        parts.append((organization, hired, np.where(left <= last_day, left, -1)))
        hired = left + rng.integers(*VACANCY_DAYS, len(left))
        going_on = hired <= last_day
        organization, hired = organization[going_on], hired[going_on]
        begun = hired
    organization, hired, left = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((hired, organization))
    return organization[order], hired[order], left[order]
