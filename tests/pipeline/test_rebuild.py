"""If these fail, what a home shows hangs on the runs it has behind it, and not on what was delivered."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from contracts.kpis import load_kpis
from contracts.marts import MARTS
from models.demo import WorldSpec, make_demo
from orchestration import built, warehouse
from orchestration.dbt import DBT_FOLDER, DbtProject
from orchestration.demo_home import write_demo
from orchestration.ingest.gate.accept import accept
from orchestration.ingest.land.deliveries import receive
from orchestration.settings import SETTINGS_FILE, load_settings

WORLD = WorldSpec(organizations=6, months=18, tickets_per_month=3, dirty=False)
YEARS = [Path(f"exports/zendesk/tickets_{year}.csv") for year in (2023, 2024)]
MISTAKE, CORRECTION = Path("exports/zendesk/mistake.csv"), Path("exports/zendesk/correction.csv")
CORRECTED, LAST_MONTH = pd.Timestamp("2023-03-01"), pd.Timestamp("2024-06-01")
OF_TICKETS = ["csat_share", "first_response_minutes", "ticket_volume"]
MADE_OF_TICKETS = {kpi.code for kpi in load_kpis().kpis if "tickets" in kpi.entities}
SUBJECT = ["organization_id", "kpi_code", "period"]
SMALL_GROUPS = {"minimum_group_organizations": 2, "minimum_group_people": 2}
"""Of six organisations some groups are shown and others hidden then, also because of what was published."""

Marts = dict[str, pd.DataFrame]


def marts_of(home: Path, variables: dict[str, Any]) -> Marts:
    """Judge everything delivered to a home, build it, and read its marts and the months that it touched."""
    accept(home, load_settings(home))
    results = DbtProject(DBT_FOLDER).build(home, variables=variables)
    assert [result.unique_id for result in results if result.status not in ("success", "pass")] == []
    return {
        **{name: warehouse.read_table(home, "marts", name) for name in MARTS},
        "touched": warehouse.read_table(home, "intermediate", "int_month_state"),
    }


def published(home: Path) -> list[str]:
    """Benchmarks of the editions of a home."""
    return sorted(str(path) for path in home.glob("editions/*/parquet/fct_benchmark.parquet"))


def publish(home: Path, name: str, marts: Marts) -> None:
    """Leave what an edition leaves for the build after it."""
    folder = home / "editions" / name / "parquet"
    folder.mkdir(parents=True)
    for mart in MARTS:
        marts[mart].to_parquet(folder / f"{mart}.parquet")


def from_nothing(home: Path, folder: Path, editions: list[str]) -> Marts:
    """Marts of a new home that holds the same deliveries and editions, and no other trace of runs before."""
    folder.mkdir()
    shutil.copytree(home / "landing", folder / "landing")
    shutil.copy(home / SETTINGS_FILE, folder)
    return marts_of(folder, {**SMALL_GROUPS, "published_editions": editions})


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
    crosswalk = home / "reference" / "crosswalk.csv"
    entries = rows_of(crosswalk.read_text())
    brand = next(entry for entry in entries if entry["source_system"] == "zendesk")
    brand["organization_id"] = entries[-1]["organization_id"]
    crosswalk.write_text(text_of(entries))
    yield "mapped"
    (home / YEARS[1]).write_bytes(late)
    march = [row for row in tickets if row["created_at"].startswith(f"{CORRECTED:%Y-%m}")]
    newer = {"satisfaction_rating_score": "good", "updated_at": "2025-01-01 00:00:00"}
    (home / CORRECTION).write_text(text_of([{**row, **newer} for row in march]))
    yield "late"
    settings = home / SETTINGS_FILE
    settings.write_text(settings.read_text() + f"withdrawn: [{MISTAKE.as_posix()}]\n")
    with marked(home, LAST_MONTH):
        yield "withdrawn"
    yield "unchanged"


@contextmanager
def marked(home: Path, month: pd.Timestamp) -> Iterator[None]:
    """Turn a mark round in two months: the build must put it right in one and leave the other."""
    mark = "is_below_minimum_sample"
    flip = f"update marts.fct_kpi set {mark} = not {mark} where period in (?, ?)"
    first = pd.Timestamp("2023-01-01")
    with warehouse.connect(home) as connection:
        connection.execute(flip, [first, month])
    yield
    with warehouse.connect(home) as connection:
        connection.execute(flip, [month, month])


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Marts]:
    """Marts of a home after each step, each published; and those of a home built from nothing in the end."""
    folder = tmp_path_factory.mktemp("grown")
    home, found = folder / "home", {}
    for step in steps(home):
        receive(home, load_settings(home))
        editions = published(home)
        found[step] = marts_of(home, {**SMALL_GROUPS, "published_editions": editions})
        if step == "unchanged":
            found["anew"] = from_nothing(home, folder / "anew", editions)
        publish(home, f"{len(editions)}", found[step])
    return found


@pytest.mark.parametrize("name", MARTS)
def test_a_home_that_grew_is_the_home_built_from_nothing(states: dict[str, Marts], name: str) -> None:
    pd.testing.assert_frame_equal(states["unchanged"][name], states["anew"][name], check_exact=True)


def months_that_differ(before: Marts, after: Marts) -> set[pd.Timestamp]:
    """Months of which some row of the organisations' months differs between two states."""
    rows = pd.concat([before["fct_organization_month"], after["fct_organization_month"]])
    return set(rows[~rows.duplicated(keep=False)]["period"])


@pytest.mark.parametrize(("before", "after"), [*pairwise(["first", "mapped", "late", "withdrawn"])])
def test_only_months_that_data_touched_are_made_anew(
    states: dict[str, Marts], before: str, after: str
) -> None:
    state = states[after]["touched"]
    touched = set(state.loc[state["is_touched"], "period"])
    assert touched == months_that_differ(states[before], states[after])
    assert 0 < len(touched) < len(state)


def test_a_month_that_no_data_touched_keeps_its_very_rows(states: dict[str, Marts]) -> None:
    marks = states["withdrawn"]["fct_kpi"].set_index(SUBJECT)["is_below_minimum_sample"]
    right = states["anew"]["fct_kpi"].set_index(SUBJECT)["is_below_minimum_sample"]
    assert set(marks[marks != right].reset_index()["period"]) == {LAST_MONTH}


def test_where_nothing_changed_no_month_is_made_anew(states: dict[str, Marts]) -> None:
    assert states["first"]["touched"]["is_touched"].all()
    assert not states["unchanged"]["touched"]["is_touched"].any()
    hidden = states["unchanged"]["fct_benchmark"]["is_suppressed"]
    assert 0 < hidden.mean() < 1
    reasons = set(states["unchanged"]["fct_benchmark"]["suppression_reason"].dropna())
    assert {"changed_by_few", "complementary"} <= reasons, reasons


def changed(before: Marts, after: Marts) -> pd.DataFrame:
    """Cells of fct_kpi that differ between two states, with organisation, KPI and month."""
    old, new = (marts["fct_kpi"].set_index(SUBJECT)["value"] for marts in (before, after))
    old, new = old.align(new)
    return old[~((old == new) | (old.isna() & new.isna()))].reset_index()


def test_late_data_and_corrections_touch_only_their_months(states: dict[str, Marts]) -> None:
    cells = changed(states["mapped"], states["late"])
    assert set(OF_TICKETS) <= set(cells["kpi_code"]) <= MADE_OF_TICKETS
    late = cells["period"] >= pd.Timestamp("2024-01-01")
    assert late.any()
    assert set(cells.loc[~late, "period"]) == {CORRECTED}
    # The rating that was put right had been no rating at all.
    assert set(cells.loc[~late, "kpi_code"]) == {"csat_share", "csat_response_share"}


@pytest.mark.parametrize(("before", "after"), [("first", "mapped"), ("late", "withdrawn")])
def test_a_new_crosswalk_and_a_withdrawn_delivery_leave_their_trace(
    states: dict[str, Marts], before: str, after: str
) -> None:
    cells = changed(states[before], states[after])
    assert set(OF_TICKETS) <= set(cells["kpi_code"]) <= MADE_OF_TICKETS
    assert cells["organization_id"].nunique() > 1


def test_other_code_settings_or_a_pruned_edition_make_every_month_anew() -> None:
    before = built.made_from("project", "EUR", {"lead_months": 3, "published_editions": ["1", "2"]})
    assert before.keeps_months_of(before)
    assert replace(before, editions=("1", "2", "3")).keeps_months_of(before)
    others = [
        built.made_from("another project", "EUR", {"lead_months": 3, "published_editions": ["1", "2"]}),
        built.made_from("project", "GBP", {"lead_months": 3, "published_editions": ["1", "2"]}),
        built.made_from("project", "EUR", {"lead_months": 4, "published_editions": ["1", "2"]}),
        replace(before, editions=("2",)),
    ]
    assert [other for other in others if other.keeps_months_of(before)] == []
    assert not before.keeps_months_of(None)
