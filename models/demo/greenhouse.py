"""Applications and offers as Greenhouse exports; who applies and how fast hiring goes respond to nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.demo.aliases import Booleans, Dates, Integers, Strings
from models.demo.files import DemoFile, cents, days, month_of, text_frame, times
from models.demo.reference import Keys
from models.demo.spec import generator
from models.demo.world import LatentWorld

OTHERS_PER_HIRE = 4.0
# Shape and mean part of gamma distributions: 16 days from opening to application, 36 on to acceptance.
DAYS_TO_APPLY, DAYS_TO_HIRE = (2.0, 8.0), (4.0, 9.0)
NOTICE_DAYS = (14, 60)
LOG_COST_EUR = (7.3, 0.6)
DAY = 86_400
FIRST_OPENING, FIRST_CANDIDATE, FIRST_APPLICATION = 300_001, 50_000_001, 90_000_001
ANSWERED_SHARE = 0.8
DECLINED = "Decline To Self Identify"
GENDERS = {"Female": 0.40, "Male": 0.53, "Non-Binary": 0.01, DECLINED: 0.06}
RACES = {
    "White": 0.72,
    "Asian": 0.08,
    "Black or African American": 0.06,
    "Hispanic or Latino": 0.06,
    "Two or More Races": 0.03,
    DECLINED: 0.05,
}


@dataclass(frozen=True, slots=True)
class Openings:
    """Openings that were filled, in the order in which offers were accepted; times to the second."""

    department: Strings
    opened: Dates
    applied: Dates
    accepted: Dates


def hiring_files(world: LatentWorld, keys: Keys) -> list[DemoFile]:
    """Write ``exports/greenhouse/applications.csv`` and ``exports/greenhouse/offers.csv``.

    As many are hired as leave on average. Each hire has an opening, an application and an accepted offer, and
    others apply for the same opening; applications before the first month are left out.
    """
    rng = generator(world.spec, "greenhouse")
    openings = _openings(rng, world, keys)
    n = len(openings.accepted)
    opening = np.repeat(np.arange(n), 1 + rng.poisson(OTHERS_PER_HIRE, n))
    is_hired = np.zeros(len(opening), dtype=bool)
    is_hired[np.unique(opening, return_index=True)[1]] = True
    candidate = FIRST_CANDIDATE + np.arange(len(opening))
    offers = text_frame(
        {
            "offer_id": (1 + np.arange(n)).astype(str),
            "candidate_id": candidate[is_hired].astype(str),
            "job_id": (FIRST_OPENING + np.arange(n)).astype(str),
            "status": "accepted",
            "department_id": openings.department,
            "opened_at": times(openings.opened),
            "applied_at": times(openings.applied),
            "resolved_at": times(openings.accepted),
            "starts_at": days(openings.accepted + rng.integers(*NOTICE_DAYS, n) * DAY),
            "recruiting_cost": cents(np.rint(np.exp(rng.normal(*LOG_COST_EUR, n)) * 100).astype(np.int64)),
            "currency": "EUR",
        },
        n,
    )
    applications = _applications(rng, world, openings, opening, is_hired, candidate)
    return [
        DemoFile("exports/greenhouse/applications.csv", applications),
        DemoFile("exports/greenhouse/offers.csv", offers),
    ]


def _openings(rng: np.random.Generator, world: LatentWorld, keys: Keys) -> Openings:
    leavers = world.monthly_hazard * world.organizations.employees
    counts = rng.poisson(leavers[:, None], world.exposure.shape)
    organization, month = np.divmod(np.repeat(np.arange(counts.size), counts.ravel()), world.spec.months)
    accepted = month_of(rng, world.calendar.months[month])
    order = np.argsort(accepted, kind="stable")
    accepted = accepted[order]
    applied = _earlier(rng, accepted, DAYS_TO_HIRE)
    return Openings(
        np.array(keys.departments)[organization[order]],
        _earlier(rng, applied, DAYS_TO_APPLY),
        applied,
        accepted,
    )


def _earlier(rng: np.random.Generator, moments: Dates, gamma: tuple[float, float]) -> Dates:
    earlier: Dates = moments - (rng.gamma(*gamma, len(moments)) * DAY).astype(np.int64)
    return earlier


def _applications(
    rng: np.random.Generator,
    world: LatentWorld,
    openings: Openings,
    opening: Integers,
    is_hired: Booleans,
    candidate: Integers,
) -> pd.DataFrame:
    """Let others apply at any time while an opening stands open; ids follow the order of application."""
    opened = openings.opened[opening]
    seconds = (openings.accepted[opening] - opened).astype(np.int64)
    later = opened + (rng.random(len(opening)) * seconds).astype(np.int64)
    applied = np.where(is_hired, openings.applied[opening], later)
    order = np.argsort(applied, kind="stable")
    order = order[applied[order] >= world.calendar.months[0].astype("datetime64[s]")]
    n = len(order)
    is_asked = rng.random(n) < ANSWERED_SHARE
    return text_frame(
        {
            "application_id": (FIRST_APPLICATION + np.arange(n)).astype(str),
            "candidate_id": candidate[order].astype(str),
            "job_id": (FIRST_OPENING + opening[order]).astype(str),
            "department_id": openings.department[opening[order]],
            "applied_at": times(applied[order]),
            "status": np.where(is_hired[order], "hired", "rejected"),
            "prospect": "false",
            "gender_description": np.where(is_asked, _drawn(rng, GENDERS, n), ""),
            "race_description": np.where(is_asked, _drawn(rng, RACES, n), ""),
        },
        n,
    )


def _drawn(rng: np.random.Generator, shares: dict[str, float], n: int) -> Strings:
    drawn: Strings = rng.choice(np.array(list(shares)), n, p=np.array(list(shares.values())))
    return drawn
