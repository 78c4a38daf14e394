"""If these fail, what a home shows hangs on the runs it has behind it, and not on what was delivered."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from contracts.kpis import load_kpis
from contracts.marts import MARTS
from models.demo import WorldSpec, make_demo
from orchestration import warehouse
from orchestration.dbt import DBT_FOLDER, DbtProject
from orchestration.demo_home import write_demo
from orchestration.ingest.gate.accept import accept
from orchestration.ingest.land.deliveries import receive
from orchestration.settings import SETTINGS_FILE, load_settings

WORLD = WorldSpec(organizations=6, months=18, tickets_per_month=3, dirty=False)
YEARS = [Path(f"exports/zendesk/tickets_{year}.csv") for year in (2023, 2024)]
MISTAKE, CORRECTION = Path("exports/zendesk/mistake.csv"), Path("exports/zendesk/correction.csv")
CORRECTED = pd.Timestamp("2023-03-01")
OF_TICKETS = ["csat_share", "first_response_minutes", "ticket_volume"]
MADE_OF_TICKETS = {kpi.code for kpi in load_kpis().kpis if "tickets" in kpi.entities}
SUBJECT = ["organization_id", "kpi_code", "period"]

Marts = dict[str, pd.DataFrame]


def marts_of(home: Path) -> Marts:
    """Judge everything delivered to a home, build it, and read its marts."""
    accept(home, load_settings(home))
    results = DbtProject(DBT_FOLDER).build(home)
    assert [result.unique_id for result in results if result.status not in ("success", "pass")] == []
    return {name: warehouse.read_table(home, "marts", name) for name in MARTS}


def from_nothing(home: Path, folder: Path) -> Marts:
    """Marts of a new home that holds the same deliveries, and no other trace of the runs before."""
    folder.mkdir()
    shutil.copytree(home / "landing", folder / "landing")
    shutil.copy(home / SETTINGS_FILE, folder)
    return marts_of(folder)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def text_of(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def steps(home: Path) -> Iterator[str]:
    """Change a home step by step; the name of each step as it was taken."""
    write_demo(home, make_demo(WORLD))
    late = (home / YEARS[1]).read_bytes()
    (home / YEARS[1]).unlink()
    tickets = rows_of((home / YEARS[0]).read_text())
    (home / MISTAKE).write_text(text_of([{**row, "id": f"9{row['id']}"} for row in tickets[:40]]))
    yield "first"
    (home / YEARS[1]).write_bytes(late)
    march = [row for row in tickets if row["created_at"].startswith(f"{CORRECTED:%Y-%m}")]
    newer = {"satisfaction_rating_score": "good", "updated_at": "2025-01-01 00:00:00"}
    (home / CORRECTION).write_text(text_of([{**row, **newer} for row in march]))
    yield "late data and corrections"
    settings = home / SETTINGS_FILE
    settings.write_text(settings.read_text() + f"withdrawn: [{MISTAKE.as_posix()}]\n")
    crosswalk = home / "reference" / "crosswalk.csv"
    entries = rows_of(crosswalk.read_text())
    brand = next(entry for entry in entries if entry["source_system"] == "zendesk")
    brand["organization_id"] = entries[-1]["organization_id"]
    crosswalk.write_text(text_of(entries))
    yield "a delivery is withdrawn and a key mapped to another organisation"


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> list[Marts]:
    """Marts of a home after each step, and last those of a home that was built from nothing then."""
    folder = tmp_path_factory.mktemp("grown")
    home, found = folder / "home", []
    for _ in steps(home):
        receive(home, load_settings(home))
        found.append(marts_of(home))
    return [*found, from_nothing(home, folder / "anew")]


def test_a_home_that_grew_is_the_home_built_from_nothing(states: list[Marts]) -> None:
    *_, grown, anew = states
    for name in MARTS:
        pd.testing.assert_frame_equal(grown[name], anew[name], check_exact=True)


def changed(before: Marts, after: Marts) -> pd.DataFrame:
    """Cells of fct_kpi that differ between two states, with organisation, KPI and month."""
    old, new = (marts["fct_kpi"].set_index(SUBJECT)["value"] for marts in (before, after))
    old, new = old.align(new)
    return old[~((old == new) | (old.isna() & new.isna()))].reset_index()


def test_late_data_and_corrections_touch_only_their_months(states: list[Marts]) -> None:
    cells = changed(states[0], states[1])
    assert set(OF_TICKETS) <= set(cells["kpi_code"]) <= MADE_OF_TICKETS
    late = cells["period"] >= pd.Timestamp("2024-01-01")
    assert late.any()
    assert set(cells.loc[~late, "period"]) == {CORRECTED}
    # The rating that was put right had been no rating at all.
    assert set(cells.loc[~late, "kpi_code"]) == {"csat_share", "csat_response_share"}


def test_a_withdrawn_delivery_and_a_new_crosswalk_leave_their_trace(states: list[Marts]) -> None:
    cells = changed(states[1], states[2])
    assert set(OF_TICKETS) <= set(cells["kpi_code"]) <= MADE_OF_TICKETS
    assert cells["organization_id"].nunique() > 2
    assert cells["period"].min() < pd.Timestamp("2024-01-01") <= cells["period"].max()
