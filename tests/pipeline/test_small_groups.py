"""Somebody who holds every published file, of two editions, tries to learn what fewer than k people said."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from contracts.entities import ENTITIES
from contracts.marts_benchmark import ASKED_OF_PEOPLE
from orchestration.editions import views
from orchestration.editions.publish import Edition, publish
from orchestration.explain.cell import explain_kpi
from orchestration.explain.source import opened
from orchestration.ingest.gate.accepted import read_entity
from orchestration.reader import connect
from tests.pipeline import delivered, every_kpi

if TYPE_CHECKING:
    import duckdb

K, RATERS = 10, 3
WAVE = "2024-H2"
KEYS = {
    "employment_spells": "person_key", "hires": "person_key", "survey_responses": "response_key",
    "applications": "application_key",
    "assessment_answers": "response_key",
}  # fmt: skip


@dataclass(frozen=True)
class Attacked:
    """A home with two editions, between which one employee, one rater and one applicant answered."""

    home: Path
    first: Path
    second: Path
    organization: str
    period: str


def published(home: Path, day: int) -> Path:
    parts = Edition(b"{}", {}, {"inputs": []}, views=views.load_views())
    return publish(home, parts, datetime(2025, 3, day, tzinfo=UTC))


def frame(edition: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(edition / "parquet" / f"{name}.parquet")


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Attacked:
    home = tmp_path_factory.mktemp("attacked") / "home"
    every_kpi.build(home)
    first = published(home, 2)
    kpis = frame(first, "fct_kpi")
    shown = kpis[(kpis["kpi_code"] == "enps") & kpis["value"].notna()].sort_values("denominator").iloc[0]
    answer_late(home, str(shown["organization_id"]), str(shown["period"])[:7])
    rate_late(home)
    applicants = kpis[(kpis["kpi_code"] == "applicant_diversity") & kpis["value"].notna()].iloc[0]
    apply_late(home, str(applicants["organization_id"]), str(applicants["period"])[:7])
    kept = [str(first / "parquet" / "fct_benchmark.parquet")]
    delivered.build(home, {"published_editions": kept})
    second = published(home, 3)
    return Attacked(home, first, second, str(shown["organization_id"]), str(shown["period"])[:10])


def answer_late(home: Path, organization: str, month: str) -> None:
    row = {"answer": "late", "company": organization, "asked": "enps", "score": 0, "low": 0, "high": 10}
    path = home / "exports" / "our_survey" / "late.csv"
    path.write_bytes(every_kpi.written([row | {"at": f"{month}-15 09:00:00"}]))


def apply_late(home: Path, organization: str, month: str) -> None:
    row = {"application_id": "late", "applied_at": f"{month}-15 09:00:00", "status": "active"}
    row |= {"department_id": organization, "gender_description": "Female", "race_description": ""}
    path = home / "exports" / "greenhouse" / "late.csv"
    path.write_bytes(every_kpi.written([row]))


def rate_late(home: Path) -> None:
    """One more response to the assessment, of whoever answered first."""
    path = home / "exports" / "qualtrics" / f"assessment_{WAVE}.csv"
    lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    late = list(lines[3])
    late[lines[0].index("ResponseId")] = "R_late"
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([*lines[:3], late])
    path.with_name("late.csv").write_text(out.getvalue(), encoding="utf-8")


@pytest.fixture(scope="module")
def tables(attacked: Attacked) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(attacked.home, attacked.second.name) as connection:
        yield connection


def relations(connection: duckdb.DuckDBPyConnection, *columns: str) -> list[str]:
    """Tables and views that have all these columns."""
    rows = connection.execute(
        "select schema_name || '.' || table_name, list(column_name) from duckdb_columns() "
        "where not internal group by all order by 1"
    ).fetchall()
    return [name for name, found in rows if set(columns) <= set(found)]


def test_answers_of_few_employees_stand_in_no_table_and_no_view(tables: duckdb.DuckDBPyConnection) -> None:
    long = relations(tables, "kpi_code", "denominator", "value")
    assert {"main.fct_kpi", "main.kpi_by_quarter", "main.kpi_of_all_by_month"} <= set(long)
    n_hidden = 0
    for name in long:
        rows = tables.execute(
            f"select * from {name} where kpi_code in {ASKED_OF_PEOPLE} and denominator < {K}"
        ).df()
        n_hidden += len(rows)
        for column in {"numerator", "value"} & set(rows):
            assert rows[column].isna().all(), (name, column)
    assert n_hidden > 20, "there are few answers to be hidden"
    for code in ASKED_OF_PEOPLE:
        for name in relations(tables, f"{code}_denominator"):
            rows = tables.execute(f"select * from {name} where {code}_denominator < {K}").df()
            assert (
                rows[[column for column in (code, f"{code}_numerator") if column in rows]]
                .isna()
                .all(axis=None)
            )
        [(n,)] = tables.execute(
            f"select count(*) from metrics.{code} where denominator < {K} and value >= -100"
        ).fetchall()
        assert n == 0


def test_no_side_of_few_applicants_is_told(attacked: Attacked) -> None:
    for edition in (attacked.first, attacked.second):
        kpis = frame(edition, "fct_kpi")
        told = kpis[(kpis["kpi_code"] == "applicant_diversity") & kpis["numerator"].notna()]
        assert len(told) > 10
        assert told["numerator"].ge(K).all()
        assert (told["denominator"] - told["numerator"]).ge(K).all()
    assert not {"applications", "self_identification", "is_under_represented"} & {
        name for edition in (attacked.first, attacked.second) for path in (edition / "parquet").iterdir()
        for name in (path.stem, *pd.read_parquet(path).columns)
    }  # fmt: skip


def test_two_editions_do_not_tell_what_one_applicant_said(attacked: Attacked) -> None:
    key = ["organization_id", "period"]
    first, second = (
        frame(edition, "fct_kpi").query("kpi_code == 'applicant_diversity'").set_index(key)
        for edition in (attacked.first, attacked.second)
    )
    came = second["denominator"] - first["denominator"]
    [late] = came[came != 0].index
    assert came[late] == 1
    assert first.loc[late, "numerator"] >= K
    assert pd.isna(second.loc[late, "numerator"])
    assert pd.isna(second.loc[late, "value"])
    with opened(attacked.home, None) as source:
        told = explain_kpi(source, "applicant_diversity", late[0], str(late[1])[:10])
    assert [reason["code"] for reason in told["reasons"]] == ["suppressed"]
    assert "stand on one side, or came" in told["reasons"][0]["what"]
    assert told["rows"] == []


def test_no_total_holds_the_answers_that_are_hidden(tables: duckdb.DuckDBPyConnection) -> None:
    shown = tables.execute(
        f"select period, kpi_code, sum(numerator) as numerator, sum(denominator) as denominator from fct_kpi "
        f"where kpi_code in {ASKED_OF_PEOPLE} and numerator is not null group by all order by all"
    ).df()
    totals = tables.execute(
        f"select period, kpi_code, numerator, denominator from kpi_of_all_by_month "
        f"where kpi_code in {ASKED_OF_PEOPLE} order by all"
    ).df()
    pd.testing.assert_frame_equal(shown, totals, check_dtype=False)
    groups = tables.execute(f"select * from fct_benchmark where kpi_code in {ASKED_OF_PEOPLE}").df()
    assert groups.loc[~groups["is_suppressed"], "group_size"].ge(K).all()


def test_two_editions_do_not_tell_what_few_said_who_came_between(attacked: Attacked) -> None:
    key = ["organization_id", "period", "kpi_code"]
    both = frame(attacked.first, "fct_kpi").merge(
        frame(attacked.second, "fct_kpi"), on=key, suffixes=("", "_now")
    )
    both = both[both["kpi_code"].isin(ASKED_OF_PEOPLE)]
    seen = both[both["numerator"].notna() & both["numerator_now"].notna()]
    moved = seen[seen["numerator"] != seen["numerator_now"]]
    assert ((moved["denominator_now"] - moved["denominator"]).abs() >= K).all()
    assert len(seen) > 10, "what did not change is shown on"
    late = both[
        (both["organization_id"] == attacked.organization)
        & (both["period"].astype(str).str[:10] == attacked.period)
        & (both["kpi_code"] == "enps")
    ].iloc[0]
    assert late["denominator_now"] == late["denominator"] + 1
    assert pd.isna(late["numerator_now"])
    assert pd.isna(late["value_now"])
    with opened(attacked.home, None) as source:
        told = explain_kpi(source, "enps", attacked.organization, attacked.period)
    assert [reason["code"] for reason in told["reasons"]] == ["suppressed"]
    assert "both together would tell" in told["reasons"][0]["what"]


def test_two_editions_do_not_tell_what_one_rater_answered(attacked: Attacked) -> None:
    key = ["organization_id", "wave", "instrument_version", "item_code", "answer_level"]
    first, second = (frame(edition, "fct_item_distribution") for edition in (attacked.first, attacked.second))
    both = first.merge(second, on=key, suffixes=("", "_now"))
    changed = both[both["n_raters"] != both["n_raters_now"]]
    assert not changed.empty, "somebody answered between"
    assert changed["n_answers_now"].isna().all()
    seen = both.dropna(subset=["n_answers", "n_answers_now"])
    by_item = (
        (seen["n_answers"] - seen["n_answers_now"]).abs().groupby([seen[name] for name in key[:4]]).sum()
    )
    assert ((by_item == 0) | (by_item >= RATERS)).all()
    assert (by_item == 0).any()


def test_what_few_raters_answered_is_hidden_with_their_dimension(attacked: Attacked) -> None:
    for edition in (attacked.first, attacked.second):
        items = frame(edition, "fct_item_distribution")
        fewest = items.groupby(["organization_id", "wave", "instrument_version", "dimension_code"])[
            "n_raters"
        ]
        small = items[fewest.transform("min") < RATERS]
        assert small[["n_answers", "share_of_answers"]].isna().all(axis=None)
        practices = frame(edition, "fct_practice")
        assert practices.loc[practices["n_raters"] < RATERS, "share_in_place"].isna().all()


def test_what_was_believed_tells_nothing_of_employees_answers(attacked: Attacked) -> None:
    for edition in (attacked.first, attacked.second):
        believed = frame(edition, "fct_belief")
        assert not set(believed["measure_code"]) & set(ASKED_OF_PEOPLE)
        assert {"csat_share", "integration_index"} <= set(believed["measure_code"])


def test_rows_by_delivery_and_month_are_not_published(attacked: Attacked) -> None:
    for edition in (attacked.first, attacked.second):
        documents = {path.name for path in edition.iterdir() if path.is_file()}
        assert documents == {"facts.json", "marts.duckdb", "manifest.json"}
        manifest = json.loads((edition / "manifest.json").read_text(encoding="utf-8"))
        assert not {"deliveries", "restated"} & set(manifest)
        assert (attacked.home / "provenance" / f"{edition.name}.json").is_file()


def test_no_key_of_a_person_or_of_an_answer_is_published(
    attacked: Attacked, tables: duckdb.DuckDBPyConnection
) -> None:
    keys: set[str] = set()
    for entity, column in KEYS.items():
        keys |= set(read_entity(attacked.home / "accepted", ENTITIES[entity])[column].astype(str))
    assert len(keys) > 1000
    tables_of_text = tables.execute(
        "select schema_name || '.' || table_name, column_name from duckdb_columns() "
        "where not internal and data_type = 'VARCHAR'"
    ).fetchall()
    for name, column in tables_of_text:
        values = {value for (value,) in tables.execute(f'select distinct "{column}" from {name}').fetchall()}
        assert not keys & values, (name, column)
