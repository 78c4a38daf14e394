"""Mocks alone would hide what real Parquet does to the SQL: a tiny world, built once by dbt."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from contracts.entities import ENTITIES
from contracts.instrument import load_instrument
from orchestration.ingest.gate.ledger import PERIOD_COLUMNS, write_periods

sys.path.insert(0, str(Path(__file__).parent))  # modules shared by the tests of this folder

PROJECT = Path(__file__).parents[2] / "dbt_project"
ORGANIZATIONS = ("org-a", "org-b", "org-c")
MONTHS = pd.date_range("2022-01-01", periods=20, freq="MS")
SALES_CYCLE_MONTHS = 2
"""As this world declares it."""
LOOK_BACK_A_YEAR = {
    "customer_retention",
    "customer_churn",
    "revenue_retention_gross",
    "revenue_retention_net",
}
"""KPIs for which this world's customers are not known long enough; test_kpis_second_route.py has others."""

Rows = dict[str, pd.DataFrame]


def release_connections() -> None:
    """Let go of the build file that dbt keeps open after an in-process invocation."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager._ENV.close()
    DuckDBConnectionManager.close_all_connections()


def write_accepted(root: Path, rows: Rows) -> None:
    """Write every entity as Parquet; columns that are not given take the contract's example or stay empty."""
    for name, entity in ENTITIES.items():
        frame = rows.get(name, pd.DataFrame()).copy()
        for column in entity.columns:
            if column.name not in frame:
                frame[column.name] = None if column.nullable else column.example
        frame["source_line"] = np.arange(2, len(frame) + 2)
        folder = root / name / ("period=2022-01-01" if entity.period_column else "")
        folder.mkdir(parents=True)
        pq.write_table(entity.to_arrow(frame.reset_index(drop=True)), folder / "rows.parquet")
    write_ledger(root / "ledger_periods.parquet", rows.get("ledger_periods", pd.DataFrame()))


def write_ledger(path: Path, rows: pd.DataFrame) -> None:
    """Write the ledger by month, as the gate leaves it beside the entities."""
    frame = rows.reindex(columns=list(PERIOD_COLUMNS))
    write_periods(path, frame.astype({**PERIOD_COLUMNS, "amount": "object"}))


def invoke(command: list[str], accepted: Path, build: Path, target: Path) -> Any:
    """Run one dbt command in this process and let go of the file; returns dbt's result object."""
    from dbt.cli.main import dbtRunner

    names = {
        "MATURITY_ACCEPTED": accepted,
        "MATURITY_BUILD_PATH": build,
        "MATURITY_REPORTING_CURRENCY": "EUR",
    }
    before = {name: os.environ.get(name) for name in names}
    os.environ.update({name: str(value) for name, value in names.items()})
    places = {
        "--project-dir": PROJECT,
        "--profiles-dir": PROJECT,
        "--target-path": target,
        "--log-path": target,
    }
    flags = [str(part) for pair in places.items() for part in pair]
    try:
        return dbtRunner().invoke([*command, *flags, "--quiet", "--log-level-file", "none"])
    finally:
        release_connections()
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A built file, what it was built from, and what dbt said."""

    path: Path
    accepted: Path
    target: Path
    rows: Rows
    result: Any

    @property
    def manifest(self) -> dict[str, Any]:
        """Dbt's manifest of the build."""
        return json.loads((self.target / "manifest.json").read_text(encoding="utf-8"))

    def frame(self, query: str) -> pd.DataFrame:
        """Result of a query on the built file, opened read-only."""
        import duckdb

        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(query).df()


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    root = tmp_path_factory.mktemp("warehouse")
    rows = _world()
    write_accepted(root / "accepted", rows)
    path, target = root / "build.duckdb", root / "target"
    declared = f"{{sales_cycle_months: {SALES_CYCLE_MONTHS}}}"
    command = ["build", "--exclude-resource-type", "unit_test", "--vars", declared]
    result = invoke(command, root / "accepted", path, target)
    return Warehouse(path, root / "accepted", target, rows, result)


@pytest.fixture(scope="session")
def run_dbt() -> Any:
    return invoke


@pytest.fixture(scope="session")
def write_world() -> Any:
    return write_accepted


def _world() -> Rows:
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
        **_customers_and_people(np.random.default_rng(20221102)),
        "applications": _applications(np.random.default_rng(20221103)),
        "assessment_scores": _ready_scores(),
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


def _days(random: np.random.Generator, n: int) -> pd.Series:
    return pd.Series(MONTHS[0] + pd.to_timedelta(random.integers(0, 20 * 30, n), unit="D"))


def _some_minutes(n: int, seed: int) -> pd.Series:
    """Minutes of most tickets, of draws of their own, so that the rest of the world stays as it is."""
    random = np.random.default_rng(seed)
    minutes = pd.Series(random.integers(1, 90_000, n)).map(lambda cents: f"{cents / 100:.2f}").astype(object)
    return minutes.where(random.random(n) < 0.6, None)


def _tickets(random: np.random.Generator, n: int = 400) -> pd.DataFrame:
    deleted = random.random(n) < 0.1
    business = random.random(n) < 0.1
    created = _days(random, n) + pd.to_timedelta(random.integers(0, 86_400, n), unit="s")
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
    closed = _days(random, n)
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
            "posted_on": _days(random, n),
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


def _customers_and_people(random: np.random.Generator, n: int = 300) -> Rows:
    """Invoices, marketing costs, surveys and hires, each with rows that must not count."""
    placed = random.choice([*ORGANIZATIONS, *ORGANIZATIONS, None], n)
    currency = random.choice(["EUR", "EUR", "EUR", "USD"], n)
    accepted = _days(random, n)
    kinds = random.choice(["nps", "enps", "csat", "engagement"], n)
    of_ten = np.isin(kinds, ["nps", "enps"])
    return {
        "invoices": pd.concat(
            [
                pd.DataFrame(
                    {
                        "invoice_key": [f"I{i}" for i in range(n)],
                        "customer_key": [f"C{i}" for i in random.integers(0, 12, n)],
                        "issued_on": _days(random, n),
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
                "spent_on": _days(random, n),
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


def _applications(random: np.random.Generator, n: int = 900) -> pd.DataFrame:
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


def _ready_scores() -> pd.DataFrame:
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
