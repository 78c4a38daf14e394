"""A drop zone for files as vendors really write them, and what became of their rows. No assertions here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from orchestration.ingest.gate import quarantine
from orchestration.ingest.gate.accept import accept
from orchestration.ingest.land.deliveries import Delivery, receive
from orchestration.settings import Settings, Source

HEADER = ("id", "brand_id", "created_at", "updated_at", "status", "priority", "via_channel")
ORGANIZATIONS = (
    "organization_id,name,industry,country,customer_type,employees,currency,valid_from\n"
    "org-B1,Org B1,retail,NL,b2c,800,EUR,2020-01-01\n"
)
CROSSWALK = (
    "source_system,unit_key_type,unit_key,organization_id,valid_from,valid_to\n"
    "zendesk,brand,B1,org-B1,2020-01-01,\n"
)


def ticket(number: int, **cells: str) -> dict[str, str]:
    """One good ticket; cells of other columns may be added or replaced."""
    return {
        "id": str(number),
        "brand_id": "B1",
        "created_at": "2024-05-01T08:00:00Z",
        "updated_at": "2024-05-02T08:00:00Z",
        "status": "solved",
        "priority": "normal",
        "via_channel": "email",
        **cells,
    }


def tickets(rows: Sequence[dict[str, str]], delimiter: str = ",", end: str = "\n") -> str:
    """Text of a file of tickets; cells are written as they are, quotes and all."""
    names = list(dict.fromkeys([*HEADER, *(name for row in rows for name in row)]))
    lines = [delimiter.join(names), *(delimiter.join(row.get(name, "") for name in names) for row in rows)]
    return end.join(lines) + end


@dataclass
class Outcome:
    """What became of everything that was delivered."""

    deliveries: dict[str, Delivery]
    ledger: pd.DataFrame
    held: pd.DataFrame
    home: Path

    def entity(self, name: str) -> pd.DataFrame:
        """Accepted rows of an entity, by key."""
        files = sorted((self.home / "accepted" / name).rglob("*.parquet"))
        return pd.concat([pd.read_parquet(file, partitioning=None) for file in files], ignore_index=True)

    def reasons(self) -> dict[int, str]:
        """Reasons of the rows held back, by line."""
        return dict(zip(self.held["source_line"].astype(int), self.held["reasons"], strict=True))

    def line(self, file: str) -> dict[str, Any]:
        """Ledger line of a file."""
        return dict(self.ledger.set_index("file").loc[file])

    def said(self, file: str) -> str:
        """All that was told about a file, in one text."""
        delivery = self.deliveries[file]
        return " ".join((delivery.problem, *delivery.warnings))


@dataclass
class Drop:
    """A home whose drop zone is filled by hand."""

    home: Path
    settings: Settings = field(default_factory=lambda: Settings(is_simulated=True))

    def declare(self, **declared: Any) -> None:
        """Declare something about every file of a system."""
        source = Source(**{"system": "zendesk", **declared})
        self.settings = self.settings.model_copy(update={"sources": (*self.settings.sources, source)})

    ticket = staticmethod(ticket)
    text_of = staticmethod(tickets)

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def take(self, content: str | bytes, name: str = "exports/zendesk/tickets.csv") -> Outcome:
        """Deliver one file and run."""
        self.put(name, content)
        return self.run()

    def run(self) -> Outcome:
        received = receive(self.home, self.settings, now=lambda: datetime(2026, 1, 1, tzinfo=UTC))
        result = accept(self.home, self.settings)
        lost = result.ledger["delivered"] - result.ledger[
            ["accepted", "quarantined", "duplicate", "superseded"]
        ].sum(axis=1)
        assert not lost.any(), result.ledger
        held = quarantine.read(self.home / "quarantine")
        own = held[~held["file"].str.startswith("reference/")]
        return Outcome({d.file: d for d in received}, result.ledger, own, self.home)


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    zone = Drop(tmp_path / "home")
    zone.put("reference/organizations.csv", ORGANIZATIONS)
    zone.put("reference/crosswalk.csv", CROSSWALK)
    return zone
