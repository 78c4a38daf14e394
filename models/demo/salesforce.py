"""Accounts and opportunities as Salesforce API exports; three accounts per organisation."""

from __future__ import annotations

import numpy as np

from models.demo.aliases import Booleans
from models.demo.files import DemoFile, Texts, cents, days, month_of, text_frame, times
from models.demo.identifiers import salesforce_ids
from models.demo.reference import ACCOUNTS_PER_ORGANIZATION, Keys
from models.demo.spec import generator
from models.demo.world import LatentWorld

CLOSED_PER_MONTH = 2.95
OPEN_SHARE = 0.05
DELETED_SHARE = 0.02
STAMP = "{}T{}.000+0000"
BRANCHES = ("", "Benelux", "Export")
OPEN_STAGES = {"Prospecting": 10, "Qualification": 20, "Proposal/Price Quote": 60, "Negotiation/Review": 80}
LEAD_SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Social Media", "Other", "")


def account_file(world: LatentWorld, keys: Keys) -> DemoFile:
    """Write ``exports/salesforce/accounts.csv``; the first account of an organisation is the parent."""
    orgs = world.organizations
    names = [f"{name} {branch}".strip() for name in orgs.name.tolist() for branch in BRANCHES]
    position = np.arange(len(names))
    parent = np.array(keys.accounts)[position - position % ACCOUNTS_PER_ORGANIZATION]
    employees = orgs.employees[position // ACCOUNTS_PER_ORGANIZATION]
    is_parent = position % ACCOUNTS_PER_ORGANIZATION == 0
    frame = text_frame(
        {
            "id": keys.accounts,
            "is_deleted": "false",
            "master_record_id": "",
            "name": names,
            "type": "Customer",
            "parent_id": np.where(is_parent, "", parent),
            "industry": orgs.industry[position // ACCOUNTS_PER_ORGANIZATION],
            "number_of_employees": np.where(is_parent, employees.astype(str), ""),
            "created_date": "2019-03-04T09:00:00.000+0000",
            "last_modified_date": "2022-12-01T09:00:00.000+0000",
            "system_modstamp": "2022-12-01T09:00:00.000+0000",
        },
        len(names),
    )
    return DemoFile("exports/salesforce/accounts.csv", frame)


def opportunity_files(world: LatentWorld, keys: Keys) -> list[DemoFile]:
    """Write ``exports/salesforce/opportunities_<year>.csv`` by year of the close date."""
    rng = generator(world.spec, "salesforce")
    months = world.spec.months
    counts = rng.poisson(CLOSED_PER_MONTH, world.win_rate.shape)
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    closed = month_of(rng, world.calendar.months[cell % months])
    order = np.argsort(closed, kind="stable")
    cell, closed = cell[order], closed[order]
    n = len(cell)
    won = rng.random(n) < world.win_rate.ravel()[cell]
    # Open ones are overdue: their expected date lies in the last months, so no month after the end appears.
    is_open = (rng.random(n) < OPEN_SHARE * min(1.0, months / 4)) & (cell % months >= months - 4)
    created = closed - (rng.gamma(2.0, 40.0, n) * 86_400).astype(np.int64)
    modified = closed + rng.integers(600, 86_400, n)
    amount = np.rint(np.exp(rng.normal(9.4, 0.8, n)) * 100).astype(np.int64)
    organization = cell // months
    account = organization * ACCOUNTS_PER_ORGANIZATION + rng.integers(0, ACCOUNTS_PER_ORGANIZATION, n)
    stage, probability = _stages(rng, won, is_open)
    modstamps = times(modified, STAMP)
    frame = text_frame(
        {
            "id": salesforce_ids("006", (62**4 + np.cumsum(rng.integers(1, 9, n))).tolist()),
            "is_deleted": np.where(rng.random(n) < DELETED_SHARE, "true", "false"),
            "account_id": np.array(keys.accounts)[account],
            "name": [f"Simulated deal {i + 1}" for i in range(n)],
            "stage_name": stage,
            "amount": cents(amount),
            "currency_iso_code": "EUR",
            "probability": probability,
            "close_date": days(closed),
            "type": np.array(["New Business", "Existing Business"])[rng.integers(0, 2, n)],
            "lead_source": np.array(LEAD_SOURCES)[rng.integers(0, len(LEAD_SOURCES), n)],
            "is_closed": np.where(is_open, "false", "true"),
            "is_won": np.where(won & ~is_open, "true", "false"),
            "forecast_category": np.where(is_open, "Pipeline", "Closed"),
            "created_date": times(created, STAMP),
            "last_modified_date": modstamps,
            "system_modstamp": modstamps,
        },
        n,
    )
    year = closed.astype("datetime64[Y]")
    return [
        DemoFile(f"exports/salesforce/opportunities_{y}.csv", frame[year == y].reset_index(drop=True))
        for y in np.unique(year)
    ]


def _stages(rng: np.random.Generator, won: Booleans, is_open: Booleans) -> tuple[Texts, Texts]:
    """Give stage and probability in percent; the pipeline reads is_won and is_closed, not these labels."""
    open_names = list(OPEN_STAGES)
    pick = rng.integers(0, len(open_names), len(won)).tolist()
    stage = [
        open_names[k] if o else ("Closed Won" if w else "Closed Lost")
        for w, o, k in zip(won.tolist(), is_open.tolist(), pick, strict=True)
    ]
    chances = OPEN_STAGES | {"Closed Won": 100, "Closed Lost": 0}
    return stage, [str(chances[s]) for s in stage]
