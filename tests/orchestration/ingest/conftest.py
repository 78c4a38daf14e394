"""A small home with hand-written exports in vendor shapes, for the tests of ingest. No assertions here."""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from orchestration.ingest.gate.accept import AcceptResult, accept
from orchestration.ingest.land.deliveries import Delivery, receive
from orchestration.settings import Settings

PERSONS = (
    "Quirina Vandersmissen",
    "quirina.v@example.org",
    "203.0.113.77",
    "QVandersmissen",
    "wkr-4711-quirina",
)
NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)


class Exports:
    """A home folder and the ways a user puts files into it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.settings = Settings(is_simulated=True)

    def put(self, file: str, text: str | bytes) -> Path:
        path = self.home / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def references(self, brands: Sequence[str] = ("B1", "B2")) -> None:
        self.put(
            "reference/organizations.csv",
            "organization_id,name,industry,country,customer_type,employees,currency,valid_from\n"
            + "".join(f"org-{b},Org {b},retail,NL,b2c,800,EUR,2020-01-01\n" for b in brands),
        )
        self.put(
            "reference/crosswalk.csv",
            "source_system,unit_key_type,unit_key,organization_id,valid_from,valid_to\n"
            + "".join(f"zendesk,brand,{b},org-{b},2020-01-01,\n" for b in brands)
            + "".join(f"qualtrics,embedded_organization_unit,{b},org-{b},2020-01-01,\n" for b in brands)
            + "".join(f"workday,supervisory_organization,{b},org-{b},2020-01-01,\n" for b in brands),
        )

    def tickets(self, name: str, rows: Sequence[Mapping[str, str]], footer: str = "") -> Path:
        written = io.StringIO(newline="")
        blank = dict.fromkeys(TICKET_COLUMNS, "")
        writer = csv.DictWriter(written, TICKET_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({**blank, **TICKET, **row} for row in rows)
        return self.put(f"exports/zendesk/{name}", written.getvalue() + footer)

    def survey(self, name: str, rows: Sequence[Mapping[str, str]]) -> Path:
        written = io.StringIO(newline="")
        writer = csv.writer(written, lineterminator="\n")
        writer.writerow(SURVEY)
        writer.writerow([f"Question, {column}" for column in SURVEY])
        zone = '{"ImportId":"x","timeZone":"Europe/Amsterdam"}'
        writer.writerow([zone if column.endswith("Date") else '{"ImportId":"y"}' for column in SURVEY])
        writer.writerows([{**SURVEY, **row}[column] for column in SURVEY] for row in rows)
        return self.put(f"exports/qualtrics/{name}", written.getvalue())

    def workers(self, name: str, rows: Sequence[str]) -> Path:
        header = (
            "id,user_id,hire_date,termination_date,termination_involuntary,primary_termination_category,"
            "hire_rescinded,supervisory_organization_id,_fivetran_start\n"
        )
        return self.put(f"exports/workday/{name}", header + "".join(f"{row}\n" for row in rows))

    def receive(self) -> list[Delivery]:
        return receive(self.home, self.settings, now=lambda: NOON)

    def run(self) -> AcceptResult:
        self.receive()
        return accept(self.home, self.settings)

    def entity(self, name: str) -> pd.DataFrame:
        files = sorted((self.home / "accepted" / name).rglob("*.parquet"))
        return pd.concat([pd.read_parquet(file, partitioning=None) for file in files], ignore_index=True)

    def digest(self, *folders: str) -> dict[str, str]:
        return {
            path.relative_to(self.home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for folder in folders
            for path in sorted((self.home / folder).rglob("*"))
            if path.is_file()
        }


TICKET = {
    "id": "1",
    "brand_id": "B1",
    "created_at": "2024-05-01 08:00:00",
    "updated_at": "2024-05-02 08:00:00",
    "status": "solved",
    "priority": "normal",
    "via_channel": "email",
    "satisfaction_rating_score": "good",
    "subject": f"About {PERSONS[0]}",
    "description": f"Call {PERSONS[1]}",
    "recipient": PERSONS[1],
}
TICKET_COLUMNS = [*TICKET, "requester_name"]
SURVEY = {
    "StartDate": "2024-05-01 10:00:00",
    "EndDate": "2024-05-01 10:20:00",
    "Status": "0",
    "IPAddress": PERSONS[2],
    "Progress": "100",
    "Finished": "1",
    "RecordedDate": "2024-05-01 10:20:01",
    "ResponseId": "R_1",
    "RecipientLastName": PERSONS[3],
    "RecipientEmail": PERSONS[1],
    "DistributionChannel": "anonymous",
    "UserLanguage": "NL",
    "LS1": "3",
    "LS2": "4",
    "CH_linkedin": "1",
    "PR_executive_sponsor": "0",
    "Q99_TEXT": f"Ask {PERSONS[0]}",
    "organization_unit": "B1",
    "wave": "2024-H1",
    "instrument_version": "1",
    "mode": "self",
    "respondent_role": "manager",
}


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    """A home with its two reference files."""
    made = Exports(tmp_path / "home")
    made.references()
    return made
