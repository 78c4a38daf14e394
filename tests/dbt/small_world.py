"""A company group small enough to be computed twice, with the rows that tempt a KPI to count wrongly."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from drawn import MONTHS, ORGANIZATIONS, Rows, days
from small_world_people import applications, customers_and_people, ready_scores

from contracts.instrument import load_instrument


def world() -> Rows:
    """Rows by entity."""
    random = np.random.default_rng(20221101)
    return {
        "organizations": _organizations(),
        "crosswalk": pd.DataFrame({"organization_id": ORGANIZATIONS, "unit_key": ["1", "2", "3"]}),
        "fx_rates": _rates(np.random.default_rng(20221103)),
        "tickets": _tickets(random),
        "accounts": _accounts(),
        "opportunities": (opportunities := _opportunities(random)),
        "opportunity_history": _opportunity_history(opportunities),
        "employment_spells": _spells(random),
        "ledger_lines": _ledger(random),
        **_assessment(random),
        **customers_and_people(np.random.default_rng(20221102)),
        "applications": applications(np.random.default_rng(20221103)),
        "assessment_scores": ready_scores(),
        "ledger_periods": _ledger_periods(),
    }


def _organizations() -> pd.DataFrame:
    """Three organisations, of which one grew and another left a hole in its description."""
    return pd.DataFrame(
        [
            ("org-a", 600, "2020-01-01", None),
            ("org-b", 650, "2019-01-01", "2021-01-01"),
            ("org-b", 700, "2021-01-01", None),
            ("org-c", 4000, "2018-01-01", "2019-06-01"),
            ("org-c", 5000, "2020-01-01", "2030-01-01"),
        ],
        columns=["organization_id", "employees", "valid_from", "valid_to"],
    ).assign(valid_from=_dates("valid_from"), valid_to=_dates("valid_to"))


def _dates(name: str) -> Any:
    return lambda frame: pd.to_datetime(frame[name])


def _rates(random: np.random.Generator) -> pd.DataFrame:
    """Dollars in euros; of one month the average and of another the closing rate is missing."""
    keys = [(period, kind) for period in MONTHS for kind in ("average", "closing")]
    frame = pd.DataFrame(keys, columns=["period", "rate_kind"])
    frame["rate_to_reporting"] = random.uniform(0.8, 1.1, len(frame)).round(6)
    gaps = [("2022-06-01", "average"), ("2022-09-01", "closing")]
    missing = [(pd.Timestamp(day), kind) for day, kind in gaps]
    return frame[[key not in missing for key in keys]].assign(currency="USD")


def _ledger_periods() -> pd.DataFrame:
    """What the gate did with rows that never came as far as the tables above."""
    rows = [
        ("a.csv", "zendesk", "tickets", "2022-01-01", None, "quarantined", 3, None, 0),
        ("a.csv", "zendesk", "tickets", None, None, "quarantined", 2, None, 0),
        ("b.csv", "zendesk", "tickets", "2022-01-01", None, "quarantined", 4, None, 0),
        ("c.csv", "xero", "ledger_lines", "2022-02-01", "EUR", "quarantined", 2, Decimal("10.25"), 1),
        ("c.csv", "xero", "ledger_lines", "2022-02-01", "USD", "quarantined", 1, Decimal("-4.00"), 0),
        ("c.csv", "xero", "ledger_lines", "2022-02-01", "EUR", "accepted", 90, Decimal("900.00"), 0),
        ("d.csv", "survey", "assessment_answers;practices", None, None, "quarantined", 5, None, 0),
        ("e.csv", "reference", "crosswalk", None, None, "quarantined", 1, None, 0),
    ]
    names = ["file", "source_system", "entity", "period", "currency", "fate", "n_rows", "amount"]
    frame = pd.DataFrame(rows, columns=[*names, "n_amount_unknown"])
    return frame.assign(delivery_id=frame["file"])


def _some_minutes(n: int, seed: int) -> pd.Series:
    """Minutes of most tickets, of draws of their own, so that the rest of the world stays as it is."""
    random = np.random.default_rng(seed)
    minutes = pd.Series(random.integers(1, 90_000, n)).map(lambda cents: f"{cents / 100:.2f}").astype(object)
    return minutes.where(random.random(n) < 0.6, None)


def _tickets(random: np.random.Generator, n: int = 400) -> pd.DataFrame:
    deleted = random.random(n) < 0.1
    business = random.random(n) < 0.1
    created = days(random, n) + pd.to_timedelta(random.integers(0, 86_400, n), unit="s")
    later = pd.to_timedelta(random.integers(60, 90 * 86_400, n), unit="s")
    solved = pd.Series(created + later).where(random.random(n) < 0.7)
    minutes = pd.Series(random.integers(1, 90_000, n)).map(lambda cents: f"{cents / 100:.2f}").astype(object)
    return pd.DataFrame(
        {
            "ticket_key": [f"T{i}" for i in range(n)],
            "created_at": created,
            "solved_at": solved,
            "is_social_channel": random.random(n) < 0.3,
            "satisfaction": random.choice(["good", "bad", "offered", "not_offered"], n),
            "first_response_minutes": minutes.where(random.random(n) < 0.8, None),
            "response_basis": np.where(business, "business", "calendar"),
            "first_resolution_minutes": _some_minutes(n, seed=1),
            "office_response_minutes": _some_minutes(n, seed=2),
            "office_resolution_minutes": _some_minutes(n, seed=3),
            "is_deleted": deleted,
            "status": np.where(deleted, "deleted", np.where(solved.isna(), "open", "solved")),
            "merged_into_key": pd.Series(["T0"] * n, dtype=object).where(random.random(n) < 0.1, None),
            "organization_id": random.choice([*ORGANIZATIONS, None], n),
        }
    )


def _accounts() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "account_key": ["A1", "A2", "A3", "A4"],
            "master_account_key": [None, "A1", "A2", None],
            "organization_id": ["org-a", None, None, None],
        }
    )


def _opportunities(random: np.random.Generator, n: int = 200) -> pd.DataFrame:
    closed = days(random, n)
    return pd.DataFrame(
        {
            "opportunity_key": [f"O{i}" for i in range(n)],
            "account_key": random.choice(["A1", "A2", "A3", "A4", "A9"], n),
            "created_at": closed - pd.to_timedelta(random.integers(-5, 120, n), unit="D"),
            "closed_on": closed,
            "status": random.choice(["won", "lost", "open"], n),
            "is_deleted": random.random(n) < 0.1,
            "amount": random.integers(1, 9999, n),
            "currency": random.choice(["EUR", "USD"], n),
            "organization_id": random.choice(["org-b", None, None], n),
        }
    )


def _opportunity_history(opportunities: pd.DataFrame) -> pd.DataFrame:
    """What each opportunity was at its entry and twenty days later; one in forty has no history."""
    told = opportunities[opportunities.index % 40 != 0]
    first = told.assign(changed_at=told["created_at"], amount=told["amount"] + 7, probability_share=0.25)
    second = told.assign(
        changed_at=told["created_at"] + pd.Timedelta(days=20),
        amount=told["amount"] + 3,
        probability_share=0.5,
    )
    never_came = first.head(6).assign(opportunity_key=[f"gone-{place % 2}" for place in range(6)])
    names = ["opportunity_key", "changed_at", "amount", "currency", "probability_share", "organization_id"]
    return pd.concat([first, second, never_came])[names].assign(status="open", is_deleted=False)


def _spells(random: np.random.Generator, n: int = 150) -> pd.DataFrame:
    started = pd.Series(pd.Timestamp("2021-06-01") + pd.to_timedelta(random.integers(0, 700, n), unit="D"))
    ended = started + pd.to_timedelta(random.integers(0, 400, n), unit="D")
    ended = ended.where(random.random(n) < 0.6)
    frame = pd.DataFrame(
        {
            "person_key": [f"{i % 100:064x}" for i in range(n)],
            "started_on": started,
            "ended_on": ended,
            "end_reason": np.where(
                ended.isna(), None, random.choice(["voluntary", "involuntary", "other"], n)
            ),
            "worker_type": random.choice(["employee", "employee", "employee", "contingent"], n),
            "organization_id": random.choice([*ORGANIZATIONS, None], n),
            "fte_share": [None if i % 40 == 39 else (1.0, 0.8, 0.55)[i % 3] for i in range(n)],
        }
    )
    return frame.drop_duplicates(["person_key", "started_on"])


def _ledger(random: np.random.Generator, n: int = 500) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "entry_key": [f"J{i}" for i in range(n)],
            "posted_on": days(random, n),
            "account_class": random.choice(
                ["revenue", "revenue", "cost_of_sales", "recruiting", "sales_and_marketing"], n
            ),
            "amount": [f"{cents / 100:.2f}" for cents in random.integers(-20_000, 900_000, n)],
            "currency": random.choice(["EUR", "EUR", "EUR", "USD"], n),
            "organization_id": random.choice([*ORGANIZATIONS, None], n),
        }
    )


def _assessment(random: np.random.Generator) -> Rows:
    instrument = load_instrument()
    heads = [
        (f"{organization}-{wave}-{rater}", wave, organization)
        for organization in (*ORGANIZATIONS, None)
        for wave in ("2022-H1", "2022-H2", "2023-H1")
        for rater in range(2 if organization == "org-b" else 4)
    ]

    def table(codes: tuple[str, ...], code: str, value: str, values: tuple[Any, ...]) -> pd.DataFrame:
        rows = [
            (*head, each, values[random.integers(0, len(values))])
            for head in heads
            for each in codes
            if random.random() < 0.85
        ]
        return pd.DataFrame(rows, columns=["response_key", "wave", "organization_id", code, value])

    items = tuple(item.code for item in instrument.items)
    return {
        "assessment_answers": table(items, "item_code", "answer_level", (0, 1, 2, 3, 4)),
        "practices": table(instrument.practices, "practice_code", "is_in_place", (True, False)),
        "channel_adoption": table(instrument.channels, "channel", "is_active", (True, False)),
    }
