"""Harm prevented: a number moves between two editions and the reader is given a wrong reason, or none."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from orchestration.cli import cli
from orchestration.dbt import DBT_FOLDER, DbtProject
from orchestration.editions.cause import Family, Kind
from orchestration.editions.diff import Change, Difference, compare
from orchestration.editions.manifest import commit
from orchestration.editions.shelf import provenance_file, resolve
from orchestration.ingest.gate import corrections, quarantine
from orchestration.ingest.gate.gate_again import judge_again
from orchestration.runs import run_home
from orchestration.settings import load_settings

FORMULA = ("coalesce(satisfaction in ('good', 'bad'), false)", "coalesce(satisfaction = 'good', false)")
SOURCE = "exports/zendesk/tickets_2023.csv"
TICKET_KPIS = {"csat_share", "first_response_minutes", "ticket_volume"}


@dataclass(frozen=True)
class Chain:
    """Editions of one home, each published by the job after one thing was changed."""

    home: Path
    editions: Mapping[str, Path]

    def after(self, step: str) -> Difference:
        names = list(self.editions)
        return compare(self.editions[names[names.index(step) - 1]], self.editions[step])


def rows_of(home: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Header and rows of the first year's tickets that were accepted and are rated."""
    with (home / SOURCE).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    accepted = pd.read_parquet(home / "accepted" / "tickets", columns=["ticket_key"], partitioning=None)
    keys = {key.rpartition(":")[2] for key in accepted["ticket_key"].astype(str)}
    names = [str(name) for name in reader.fieldnames or ()]
    return names, [
        row for row in rows if row["id"] in keys and row["satisfaction_rating_score"] in {"good", "bad"}
    ]


def deliver(home: Path, name: str, header: list[str], rows: list[dict[str, str]]) -> None:
    with (home / "exports" / "zendesk" / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(rows)


def in_month(row: dict[str, str], number: int, month: str) -> dict[str, str]:
    """The ticket under another number, made and answered in another month."""
    days = {
        name: f"{month}-1{day} 09:00:00" for day, name in enumerate(("created_at", "solved_at", "updated_at"))
    }
    return {**row, **days, "id": str(number)}


def published(home: Path, **parts: Any) -> Path:
    report = run_home(home, overrides=parts)
    assert report.is_success, report.errors
    return resolve(home)


def correct_one_ticket(home: Path) -> None:
    """Correct one held back ticket, as a person does with export and replay."""
    held = quarantine.read(home / "quarantine")
    held = held[held["entity"] == "tickets"].head(1)
    path = home / "tmp" / "corrections.csv"
    assert corrections.export(home, path, held) == 1
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame["created_at"] = "2023-05-10 09:00:00"
    frame.to_csv(path, index=False)
    assert corrections.take(home, path).n_corrected == 1
    judge_again(home, load_settings(home), None)


def another_formula(folder: Path) -> DbtProject:
    """The dbt project with a remark more, and ratings that count otherwise."""
    shutil.copytree(DBT_FOLDER, folder, ignore=shutil.ignore_patterns("target", "logs"))
    model = folder / "models" / "intermediate" / "support" / "int_ticket.sql"
    sql = model.read_text(encoding="utf-8")
    model.write_text(f"-- A remark.\n{sql.replace(*FORMULA)}", encoding="utf-8")
    return DbtProject(folder)


@pytest.fixture(scope="module")
def chain(made: Any, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    home = tmp_path_factory.mktemp("chain") / "home"
    shutil.copytree(made.home, home, symlinks=True, ignore=shutil.ignore_patterns("dagster", "logs"))
    found = {"before": resolve(home)}
    header, rows = rows_of(home)
    deliver(
        home, "later.csv", header, [in_month(row, 900_000 + n, "2025-03") for n, row in enumerate(rows[:4])]
    )
    found["new data"] = published(home)
    deliver(
        home, "late.csv", header, [in_month(row, 910_000 + n, "2023-04") for n, row in enumerate(rows[:5])]
    )
    found["late data"] = published(home)
    turned = {"good": "bad", "bad": "good"}
    anew = [
        {
            **row,
            "updated_at": "2025-03-20 09:00:00",
            "satisfaction_rating_score": turned[row["satisfaction_rating_score"]],
        }
        for row in rows[:1]
    ]
    deliver(home, "restated.csv", header, anew)
    found["restated data"] = published(home)
    correct_one_ticket(home)
    found["quarantine"] = published(home)
    settings = home / "maturity.yaml"
    settings.write_text(settings.read_text().replace("reporting_currency: EUR", "reporting_currency: USD"))
    found["configuration"] = published(home)
    found["method change"] = published(home, dbt=another_formula(home.parent / "dbt_project"))
    return Chain(home, found)


def by_name(found: Difference) -> dict[str, Change]:
    return {change.name: change for change in found.changes if change.family is Family.KPI}


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (Kind.NEW_DATA, "4 rows of tickets in 2025-03 (exports/zendesk/later.csv)"),
        (Kind.LATE_DATA, "5 rows of tickets in 2023-04 (exports/zendesk/late.csv)"),
        (Kind.RESTATED, "1 row of tickets in 2023-01 (exports/zendesk/restated.csv)"),
        (Kind.QUARANTINE, "1 row fewer held back of tickets"),
        (Kind.CONFIGURATION, "reporting_currency went from EUR to USD in maturity.yaml"),
        (Kind.METHOD, f"the SQL of the marts changed (commit {commit()} to {commit()})"),
    ],
)
def test_exactly_what_was_done_is_named(step: Kind, said: str, chain: Chain) -> None:
    found = chain.after(step)
    assert [(cause.kind, cause.said) for cause in found.causes] == [(step, said)]
    assert found.changes
    assert found.unexplained == ()
    assert {cause.kind for change in found.changes for cause in change.causes} == {step}


def test_only_what_tickets_are_in_moves_with_tickets(chain: Chain) -> None:
    moved = by_name(chain.after("late data"))
    assert set(moved) >= TICKET_KPIS
    assert not {"revenue", "win_rate", "headcount"} & set(moved)
    volume = moved["ticket_volume"]
    assert volume.before is not None
    assert volume.after is not None
    assert volume.after["value"] - volume.before["value"] == 5
    turned = by_name(chain.after("restated data"))
    assert set(turned) & TICKET_KPIS == {"csat_share"}
    assert abs(turned["csat_share"].after["numerator"] - turned["csat_share"].before["numerator"]) == 1


def test_another_currency_moves_money_and_no_tickets(chain: Chain) -> None:
    moved = by_name(chain.after("configuration"))
    assert "revenue" in moved
    assert not TICKET_KPIS & set(moved)


def test_another_formula_moves_what_it_is_in(chain: Chain) -> None:
    moved = by_name(chain.after("method change"))
    assert set(moved) == {"csat_share", "csat_response_share"}


def test_several_causes_are_all_named(chain: Chain) -> None:
    found = compare(chain.editions["before"], chain.editions["configuration"])
    assert [cause.kind for cause in found.causes] == [
        Kind.NEW_DATA, Kind.LATE_DATA, Kind.RESTATED, Kind.QUARANTINE, Kind.CONFIGURATION,
    ]  # fmt: skip
    revenue = by_name(found)["revenue"]
    assert [cause.kind for cause in revenue.causes] == [Kind.CONFIGURATION]


def test_an_edition_is_the_same_as_itself(chain: Chain) -> None:
    found = compare(chain.editions["before"], chain.editions["before"])
    assert (found.causes, found.changes) == ((), ())
    assert found.n_same > 20


def changed_copy(edition: Path, folder: Path, **manifest: Mapping[str, Any]) -> Path:
    """The edition under another instrument, with other ticket figures, which it cannot have moved."""
    shutil.copytree(edition, folder)
    shutil.copy(provenance_file(edition), provenance_file(folder))
    content = json.loads((folder / "manifest.json").read_text())
    for part, values in manifest.items():
        content[part].update(values)
    (folder / "manifest.json").write_text(json.dumps(content))
    path = folder / "parquet" / "fct_kpi.parquet"
    rows = pd.read_parquet(path)
    rows.loc[rows["kpi_code"] == "csat_share", ["numerator", "value"]] *= 0.5
    rows.to_parquet(path)
    return folder


def test_what_nothing_explains_is_said_and_ends_in_one(chain: Chain) -> None:
    before = chain.editions["before"]
    # A new instrument moves the index and claims; it is no reason for a KPI to move.
    folder = changed_copy(before, before.with_name("20990101T000000Z-changed"), versions={"instrument": "2"})
    try:
        found = compare(before, folder)
        assert [cause.said for cause in found.causes] == ["the instrument went from version 1 to 2"]
        assert [change.name for change in found.unexplained] == ["csat_share"]
        said = CliRunner().invoke(
            cli, ["editions", "diff", before.name, folder.name, "--home", str(chain.home)]
        )
        assert said.exit_code == 1
        assert "NOT EXPLAINED" in said.output
    finally:
        shutil.rmtree(folder)
        provenance_file(folder).unlink()


def test_diff_tells_in_words_and_in_json(chain: Chain) -> None:
    names = [chain.editions[step].name for step in ("new data", "late data")]
    words = CliRunner().invoke(cli, ["editions", "diff", *names, "--home", str(chain.home)])
    assert words.exit_code == 0
    assert "late data: 5 rows of tickets in 2023-04" in words.output
    assert "kpi ticket_volume: value" in words.output
    told = json.loads(
        CliRunner().invoke(cli, ["editions", "diff", *names, "--home", str(chain.home), "--json"]).output
    )
    assert told["n_unexplained"] == 0
    assert [cause["kind"] for cause in told["causes"]] == ["late data"]
    volume = next(change for change in told["changes"] if change["name"] == "ticket_volume")
    assert [cause["entities"] for cause in volume["causes"]] == [["tickets"]]


def test_show_says_what_an_edition_is_made_of(chain: Chain) -> None:
    said = CliRunner().invoke(
        cli, ["editions", "show", chain.editions["before"].name, "--home", str(chain.home)]
    )
    assert said.exit_code == 0
    for words in ("Simulated data", "Inputs: ", "Checks: ", "marts.fct_kpi", "kpi_by_quarter", "delivered"):
        assert words in said.output


def test_an_edition_that_does_not_say_how_it_was_made_is_not_compared(chain: Chain, tmp_path: Path) -> None:
    before = chain.editions["before"]
    elsewhere = tmp_path / "editions" / before.name
    shutil.copytree(before, elsewhere)
    with pytest.raises(Exception, match="cannot be compared"):
        compare(elsewhere, before)
