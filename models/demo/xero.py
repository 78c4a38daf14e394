"""The ledger as Xero journal lines, one file per half-year; every journal sums to zero."""

from __future__ import annotations

import numpy as np

from models.demo.aliases import Dates, Floats, Integers
from models.demo.files import DemoFile, cents, days, text_frame, times
from models.demo.identifiers import random_uuids
from models.demo.reference import Keys
from models.demo.spec import WAVE_MONTHS, generator
from models.demo.world import LatentWorld

# code, name, type; net amounts follow Xero: credits (revenue) are negative.
ACCOUNTS = (
    ("4000", "Sales", "REVENUE"),
    ("5000", "Cost of Goods Sold", "DIRECTCOSTS"),
    ("6000", "Advertising", "EXPENSE"),
    ("6010", "Marketing", "EXPENSE"),
    ("6400", "Recruitment", "EXPENSE"),
    ("7000", "Wages and Salaries", "OVERHEADS"),
    ("2200", "VAT", "CURRLIAB"),
    ("1000", "Business Bank Account", "BANK"),
)
SALES, COST, ADVERTISING, MARKETING, RECRUITMENT, WAGES, VAT, BANK = range(len(ACCOUNTS))
VAT_SHARE = 0.21


def journal_files(world: LatentWorld, keys: Keys) -> list[DemoFile]:
    """Write ``exports/xero/journal_lines_<year>_h<half>.csv``; one journal per organisation and month."""
    rng = generator(world.spec, "xero")
    months = world.spec.months
    amounts = _amounts(rng, world)
    n_journals = len(amounts)
    last_day = (world.calendar.months + 1).astype("datetime64[D]") - 1
    posted: Dates = np.tile(last_day, n_journals // months) - rng.integers(0, 5, n_journals).astype(
        "timedelta64[D]"
    )
    # Journals are numbered through time, as Xero does, not organisation by organisation.
    order = np.argsort(posted, kind="stable")
    number = np.empty(n_journals, dtype=np.int64)
    number[order] = 5000 + np.arange(n_journals)
    used = amounts != 0
    journal, account = np.nonzero(used[order])
    journal = order[journal]
    n = len(journal)
    net = amounts[journal, account]
    tax = np.where(account == SALES, amounts[journal, VAT], 0)
    updated: Dates = posted.astype("datetime64[s]") + rng.integers(86_400, 5 * 86_400, n_journals).astype(
        "timedelta64[s]"
    )
    line_number = (np.cumsum(used, axis=1))[journal, account]
    accounts = np.array(ACCOUNTS)
    frame = text_frame(
        {
            "journal_line_id": random_uuids(rng, n),
            "journal_id": np.array(random_uuids(rng, n_journals))[journal],
            "journal_number": number[journal].astype(str),
            "journal_date": days(posted[journal]),
            "line_number": line_number.astype(str),
            "source_type": "MANJOURNAL",
            "account_id": np.array(random_uuids(rng, len(ACCOUNTS)))[account],
            "account_code": accounts[account, 0],
            "account_name": accounts[account, 1],
            "account_type": accounts[account, 2],
            "net_amount": cents(net),
            "gross_amount": cents(net + tax),
            "tax_amount": cents(tax),
            "currency_code": "EUR",
            "tracking_category_option": np.array(keys.tracking_options)[journal // months],
            "updated_date_utc": times(updated[journal]),
        },
        n,
    )
    half = posted[journal].astype("datetime64[M]").astype(np.int64) // WAVE_MONTHS
    return [
        DemoFile(
            f"exports/xero/journal_lines_{1970 + h // 2}_h{h % 2 + 1}.csv",
            frame[half == h].reset_index(drop=True),
        )
        for h in np.unique(half).tolist()
    ]


def _amounts(rng: np.random.Generator, world: LatentWorld) -> Integers:
    """Give net cents by journal (organisation-major) and account; each row sums to zero."""
    revenue = np.exp(world.log_revenue.ravel())
    n = len(revenue)
    month = np.tile(np.arange(world.spec.months), world.spec.organizations)
    amounts = np.zeros((n, len(ACCOUNTS)), dtype=np.int64)

    def in_cents(values: Floats) -> Integers:
        return np.rint(values * 100).astype(np.int64)

    amounts[:, SALES] = -in_cents(revenue)
    amounts[:, COST] = in_cents(revenue * world.cost_share.ravel())
    spend = in_cents(revenue * rng.uniform(0.01, 0.05, n))
    amounts[:, ADVERTISING] = np.where(month % 2 == 0, spend, 0)
    amounts[:, MARKETING] = np.where(month % 2 == 1, spend, 0)
    amounts[:, RECRUITMENT] = np.where(month % 3 == 2, in_cents(revenue * rng.uniform(0.002, 0.01, n)), 0)
    amounts[:, WAGES] = in_cents(revenue * rng.uniform(0.22, 0.28, n))
    amounts[:, VAT] = in_cents(-revenue * VAT_SHARE)
    amounts[:, BANK] = -amounts.sum(axis=1)
    return amounts
