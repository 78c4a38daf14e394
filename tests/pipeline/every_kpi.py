"""A small world that delivers what the demo does not, so that every KPI is known. No tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from models.demo import WorldSpec, make_demo
from models.demo.spec import DemoExports
from orchestration.demo_home import write_demo
from orchestration.editions.publish import Edition, publish
from tests.pipeline import delivered
from tests.pipeline.by_hand import SALES_CYCLE_MONTHS

WORLD = WorldSpec(organizations=6, months=26, tickets_per_month=3, dirty=False)
READY = "ORG-0006"
"""Organisation that keeps no answers and delivers ready scores."""
NO_HISTORY = "ORG-0005"
"""Organisation whose opportunities have no history."""
UNTOLD = "exports/zendesk/tickets_2024.csv"
"""File with one ticket that is solved nobody knows when."""
FIRST, LAST = date(2023, 1, 1), date(2025, 2, 28)
# Of any survey tool: what was asked, of whom, and the scale stand in columns of their own.
SURVEYS = """\
name: our_survey
version: "1"
description: Answers of our survey tool
source_system: our_survey
entity: survey_responses
shape: ui
signature: {required: [answer, company, asked, score, low, high, at]}
unit: {type: company, from: company}
columns:
  response_key: {from: answer}
  survey_type: {from: asked}
  score: {from: score}
  scale_min: {from: low}
  scale_max: {from: high}
  answered_at: {from: at}
"""
Row = dict[str, Any]


def build(home: Path) -> None:
    """Write the home, make its marts, and publish them without facts: an explanation reads no more."""
    exports = make_demo(WORLD)
    files = dict(exports.files)
    organizations = [row["organization_id"] for row in rows_of(files["reference/organizations.csv"], skip=0)]
    random = Random(20260101)
    made = {
        "exports/delighted/responses.csv": [*_nps(organizations, random)],
        "exports/our_survey/answers.csv": [*_asked_of_people(organizations, random)],
        "exports/xero/invoices.csv": [*_invoices(organizations, random)],
        "exports/google_ads/spend.csv": [*_spend(organizations, random)],
        "exports/greenhouse/offers.csv": [*_offers(organizations, random)],
        "exports/greenhouse/applications.csv": [*_applications(organizations)],
        "exports/scores/scores.csv": [*_scores(random)],
        "exports/salesforce/opportunity_history.csv": [*_history(files, random)],
    }
    files |= {path: written(rows) for path, rows in made.items()}
    files["reference/crosswalk.csv"] = written(
        [*rows_of(files["reference/crosswalk.csv"], skip=0), *_keys(organizations)]
    )
    for path, content in files.items():
        if "/qualtrics/" in path:
            unit = _unit(exports, "qualtrics", READY)
            files[path] = _without(content, "organization_unit", unit)
    for path in sorted(files):
        if "/zendesk/tickets" in path:
            files[path] = _timed_otherwise(files[path])
    files["exports/workday/workers.csv"] = _share_untold(files["exports/workday/workers.csv"])
    files[UNTOLD] = _solved_nobody_knows_when(files[UNTOLD])
    settings = exports.settings_yaml.replace(
        "sources:\n",
        "sources:\n"
        + "".join(
            f'  - {{system: {system}, pattern: "{folder}/*.csv", zone: UTC}}\n'
            for system, folder in (
                ("delighted", "delighted"), ("our_survey", "our_survey"), ("google_ads", "google_ads"),
                ("survey", "scores"),
            )
        ),
        1,
    ).replace("default: 0.0", "default: 0.3")  # fmt: skip
    write_demo(home, replace(exports, files=files, settings_yaml=settings))
    (home / "profiles").mkdir()
    (home / "profiles" / "our_survey.yaml").write_text(SURVEYS, encoding="utf-8")
    delivered.build(home, {"sales_cycle_months": SALES_CYCLE_MONTHS})
    publish(home, Edition(b"{}", {}, {"inputs": []}), datetime(2025, 3, 1, tzinfo=UTC))


def rows_of(content: bytes, skip: int) -> list[Row]:
    """Rows of a CSV; the first ones are headers of their own."""
    return list(csv.DictReader(io.StringIO(content.decode())))[skip:]


def written(rows: list[Row]) -> bytes:
    """Rows as a CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _solved_nobody_knows_when(content: bytes) -> bytes:
    rows = rows_of(content, skip=0)
    last = [row for row in rows if row["status"] in ("solved", "closed")][-1]
    last["solved_at"] = ""
    return written(rows)


def _timed_otherwise(content: bytes) -> bytes:
    """First solutions and office hours beside the minutes by the clock, of most tickets."""
    rows = rows_of(content, skip=0)
    for place, row in enumerate(rows):
        reply, full = row["reply_time_in_minutes_calendar"], row["full_resolution_time_in_minutes_calendar"]
        is_told = bool(reply and full) and place % 5 != 0
        row["reply_time_in_minutes_business"] = int(reply) // 3 if is_told else ""
        row["full_resolution_time_in_minutes_business"] = int(full) // 4 if is_told else ""
        row["first_resolution_time_in_minutes_calendar"] = int(full) // 2 if is_told else ""
    return written(rows)


def _share_untold(content: bytes) -> bytes:
    """One employment without a share of full time."""
    rows = rows_of(content, skip=0)
    rows[-1]["full_time_equivalent_percentage"] = ""
    return written(rows)


def _without(content: bytes, column: str, value: str) -> bytes:
    head, *lines = csv.reader(io.StringIO(content.decode()))
    place = head.index(column)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([head, *(line for line in lines if line[place] != value)])
    return out.getvalue().encode()


def _unit(exports: DemoExports, system: str, organization: str) -> str:
    rows = rows_of(exports.files["reference/crosswalk.csv"], skip=0)
    return next(
        str(row["unit_key"])
        for row in rows
        if (row["source_system"], row["organization_id"]) == (system, organization)
    )


def _keys(organizations: list[str]) -> Iterator[Row]:
    """Every new source names an organisation by its id; the ready scores come from two offices."""
    kinds = (("delighted", "company"), ("our_survey", "company"), ("xero", "organisation"),
             ("google_ads", "customer"), ("greenhouse", "department"))  # fmt: skip
    known = [(system, kind, one, one) for system, kind in kinds for one in organizations]
    known += [("survey", "unit", office, READY) for office in ("East", "West")]
    for system, kind, key, organization in known:
        yield {
            "source_system": system, "unit_key_type": kind, "unit_key": key,
            "organization_id": organization, "valid_from": "2015-01-01", "valid_to": "",
        }  # fmt: skip


def _day(random: Random) -> date:
    return FIRST + timedelta(days=random.randrange((LAST - FIRST).days + 1))


def _nps(organizations: list[str], random: Random) -> Iterator[Row]:
    for number in range(900):
        kind = random.choice(["nps", "csat", "csat", "ces"])
        at = f"{_day(random)}T10:00:00Z"
        yield {
            "id": f"s{number}",
            "survey_type": kind,
            "score": random.randint(0, 10) if kind == "nps" else random.randint(1, 5),
            "created_at": at,
            "updated_at": at,
            "person_properties_company": random.choice([*organizations, "Nobody knows"]),
        }


def _asked_of_people(organizations: list[str], random: Random) -> Iterator[Row]:
    """Some months are answered by many and some by few; a few eNPS answers are on another scale."""
    for number in range(2400):
        day = _day(random)
        if day.month % 3 == 0 and random.random() < 0.8:
            continue
        kind = random.choice(["enps", "engagement"])
        low, high = (1, 5) if kind == "engagement" or random.random() < 0.03 else (0, 10)
        yield {
            "answer": f"a{number}",
            "company": random.choice(organizations),
            "asked": kind,
            "score": random.randint(low, high),
            "low": low,
            "high": high,
            "at": f"{day} 09:00:00",
        }


def _invoices(organizations: list[str], random: Random) -> Iterator[Row]:
    """Customers come, pause and go; drafts, voided invoices, credit notes and another currency among them."""
    number = 0
    for organization in organizations:
        for customer in range(9):
            begins, ends = sorted((_day(random), _day(random)))
            for _ in range(random.randint(1, 9)):
                number += 1
                day = begins + timedelta(days=random.randrange((ends - begins).days + 1))
                amount = random.choice([-120.5, 80.25, 990.0, 4300.75, 12000.0])
                yield {
                    "invoice_id": f"i-{number}",
                    "contact_id": f"c-{organization[-1]}-{customer}",
                    "date": day,
                    "type": "ACCREC",
                    "status": random.choice(["PAID"] * 8 + ["AUTHORISED", "DRAFT", "VOIDED"]),
                    "sub_total": amount,
                    "total": amount,
                    "total_tax": 0,
                    "currency_code": random.choice(["EUR"] * 9 + ["SEK"]),
                    "updated_date_utc": f"{day} 08:00:00",
                    "organisation_id": organization,
                }


def _spend(organizations: list[str], random: Random) -> Iterator[Row]:
    for number in range(700):
        yield {
            "customer_id": random.choice(organizations),
            "date": _day(random),
            "campaign_id": number,
            "cost_micros": random.randrange(0, 900_000_000, 10_000),
            "currency_code": random.choice(["EUR"] * 11 + ["SEK"]),
        }


def _offers(organizations: list[str], random: Random) -> Iterator[Row]:
    for number in range(320):
        accepted = _day(random)
        applied = accepted - timedelta(days=random.randint(5, 70))
        opened = applied - timedelta(days=random.randint(0, 60))
        yield {
            "candidate_id": f"p{number}",
            "job_id": f"j{number}",
            "requisition_id": f"r{number}",
            "status": random.choice(["accepted"] * 9 + ["rejected"]),
            "opened_at": "" if random.random() < 0.2 else f"{opened} 09:00:00",
            "applied_at": f"{applied} 09:00:00",
            "resolved_at": f"{accepted} 09:00:00",
            "starts_at": accepted + timedelta(days=30),
            "department_id": random.choice(organizations),
            "recruiting_cost": random.choice([900.0, 4500.5]),
            "currency": "EUR",
            "is_deleted": random.random() < 0.04,
        }


def _applications(organizations: list[str]) -> Iterator[Row]:
    """Many and few by turns; of other draws than the rest of the world, which is to stay as it is."""
    random = Random(20260202)
    for number in range(6000):
        day = _day(random)
        if day.month % 3 == 0 and random.random() < 0.9:
            continue
        answers = random.choice(
            [("Female", ""), ("Male", "White"), ("Decline To Self Identify", ""), ("", "")]
        )
        yield {
            "application_id": number,
            "candidate_id": f"p{number}",
            "applied_at": f"{day} 09:00:00",
            "status": "active",
            "prospect": "false",
            "department_id": random.choice(organizations),
            "gender_description": answers[0],
            "race_description": answers[1],
            "is_deleted": random.random() < 0.04,
        }


def _scores(random: Random) -> Iterator[Row]:
    for wave in ("2023-H1", "2023-H2", "2024-H1"):
        for office in ("East", "West"):
            for dimension in ("LS", "OR", "DT", "DR", "ST", "EA", "OV", "RA"):
                yield {
                    "unit": office,
                    "wave": wave,
                    "dimension": dimension,
                    "score": random.randint(0, 100),
                    "n_raters": random.randint(1, 9),
                    "instrument_version": "1",
                }


def _history(files: dict[str, bytes], random: Random) -> Iterator[Row]:
    """Two changes of each opportunity, but for one organisation's: its entry, and one on the way."""
    accounts = {
        row["unit_key"]: row["organization_id"]
        for row in rows_of(files["reference/crosswalk.csv"], skip=0)
        if row["source_system"] == "salesforce"
    }
    number = 0
    for path in sorted(files):
        for deal in rows_of(files[path], skip=0) if "/opportunities" in path else ():
            if accounts.get(deal["account_id"], NO_HISTORY) == NO_HISTORY:
                continue
            entered = datetime.fromisoformat(deal["created_date"][:19])
            for step, share in ((0, 0.5), (random.randint(1, 40), 0.8)):
                number += 1
                at = (entered + timedelta(days=step)).isoformat()
                yield {
                    "Id": f"008{number:09d}",
                    "OpportunityId": deal["id"],
                    "CreatedDate": f"{at}.000+0000",
                    "StageName": "Negotiation",
                    "Amount": round(float(deal["amount"] or 0) * share, 2),
                    "Probability": int(100 * share * 0.5),
                    "ForecastCategory": "Pipeline",
                    "SystemModstamp": f"{at}.000+0000",
                    "IsDeleted": "false",
                    "CurrencyIsoCode": "EUR",
                    "AccountId": deal["account_id"],
                }
