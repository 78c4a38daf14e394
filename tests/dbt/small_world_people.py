"""Customers, surveys, spend, hires and ready scores of the small world."""

from __future__ import annotations

import numpy as np
import pandas as pd
from drawn import MONTHS, ORGANIZATIONS, Rows, days

from contracts.instrument import load_instrument


def customers_and_people(random: np.random.Generator, n: int = 300) -> Rows:
    """Invoices, marketing costs, surveys and hires, each with rows that must not count."""
    placed = random.choice([*ORGANIZATIONS, *ORGANIZATIONS, None], n)
    currency = random.choice(["EUR", "EUR", "EUR", "USD"], n)
    accepted = days(random, n)
    kinds = random.choice(["nps", "enps", "csat", "engagement"], n)
    of_ten = np.isin(kinds, ["nps", "enps"])
    return {
        "invoices": pd.concat(
            [
                pd.DataFrame(
                    {
                        "invoice_key": [f"I{i}" for i in range(n)],
                        "customer_key": [f"C{i}" for i in random.integers(0, 12, n)],
                        "issued_on": days(random, n),
                        "amount": [f"{cents / 100:.2f}" for cents in random.integers(-5_000, 90_000, n)],
                        "currency": currency,
                        "status": random.choice(["open", "paid", "paid", "draft", "voided"], n),
                        "is_deleted": random.random(n) < 0.1,
                        "organization_id": placed,
                    }
                ),
                _late_customers(),
            ],
            ignore_index=True,
        ),
        "marketing_spend": pd.DataFrame(
            {
                "spend_key": [f"M{i}" for i in range(n)],
                "spent_on": days(random, n),
                "amount": [f"{cents / 100:.2f}" for cents in random.integers(-500, 9_000, n)],
                "currency": currency,
                "spend_source": random.choice(["ledger", "platform"], n),
                "organization_id": placed,
            }
        ),
        "survey_responses": pd.DataFrame(
            {
                "response_key": [f"S{i}" for i in range(n)],
                "survey_type": kinds,
                "score": np.where(of_ten, random.integers(1, 11, n), random.integers(1, 6, n)),
                "scale_min": np.where(of_ten, random.choice([0, 0, 0, 1], n), 1),
                "scale_max": np.where(of_ten, 10, 5),
                "answered_at": MONTHS[0] + pd.to_timedelta(random.integers(0, 60, n), unit="D"),
                "organization_id": placed,
            }
        ),
        "hires": pd.DataFrame(
            {
                "requisition_key": [f"R{i}" for i in range(n)],
                "person_key": [f"{i:064x}" for i in range(n)],
                "accepted_on": accepted,
                "applied_on": (accepted - pd.to_timedelta(random.integers(1, 90, n), unit="D")).where(
                    random.random(n) < 0.9
                ),
                "opened_on": accepted - pd.to_timedelta(random.integers(-9, 120, n), unit="D"),
                "is_deleted": random.random(n) < 0.1,
                "organization_id": placed,
                "cost": pd.Series([f"{cents / 100:.2f}" for cents in random.integers(0, 400_000, n)]).where(
                    random.random(n) < 0.7
                ),
                "currency": currency,
            }
        ),
    }


def _late_customers() -> pd.DataFrame:
    """A first invoice every other month, so that there are new customers once a year is told."""
    late = [(organization, month) for organization in ORGANIZATIONS for month in MONTHS[13::2]]
    return pd.DataFrame(
        {
            "invoice_key": [f"L{i}" for i in range(len(late))],
            "customer_key": [f"N{i}" for i in range(len(late))],
            "issued_on": [month for _, month in late],
            "amount": "100.00",
            "currency": "EUR",
            "status": "paid",
            "is_deleted": False,
            "organization_id": [organization for organization, _ in late],
        }
    )


def applications(random: np.random.Generator, n: int = 900) -> pd.DataFrame:
    """Many in the first months and few in the others; deleted ones and units that nobody knows among them."""
    month = np.where(random.random(n) < 0.7, random.integers(0, 4, n), random.integers(4, 20, n))
    words = ["under_represented", "not_under_represented", "declined", "not_answered"]
    return pd.DataFrame(
        {
            "application_key": [f"{i:064x}" for i in range(n)],
            "applied_month": MONTHS[month],
            "self_identification": random.choice(words, n, p=[0.35, 0.35, 0.1, 0.2]),
            "is_deleted": random.random(n) < 0.1,
            "organization_id": random.choice([*ORGANIZATIONS, *ORGANIZATIONS, None], n),
        }
    )


def ready_scores() -> pd.DataFrame:
    """Scores of a wave without answers, from two units of one organisation; and of one that has answers."""
    codes = [dimension.code for dimension in load_instrument().dimensions]
    units = [
        ("org-c", "2023-H2", "3", 10.0, 2),
        ("org-c", "2023-H2", "4", 40.0, 4),
        ("org-a", "2022-H1", "1", 90.0, 9),
    ]
    return pd.DataFrame(
        [
            (organization, wave, unit, code, score + place, n)
            for organization, wave, unit, score, n in units
            for place, code in enumerate(codes)
        ],
        columns=["organization_id", "wave", "unit_key", "dimension_code", "score_0_100", "n_raters"],
    )
