"""An explanation that lists other rows than the figure is made of sends people to correct the wrong file."""

from __future__ import annotations

import csv
import io
import json
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from contracts.entities import ENTITIES
from contracts.instrument import load_instrument
from contracts.kpi_rows import load_kpi_rows
from contracts.kpis import load_kpis
from models.demo import WorldSpec, make_demo
from orchestration.cli import cli
from orchestration.demo_home import write_demo
from orchestration.errors import MaturityImpactError
from orchestration.explain.asked import NothingAsked
from orchestration.explain.cell import explain_kpi
from orchestration.explain.claim import explain_claim
from orchestration.explain.index import explain_score, scores
from orchestration.explain.source import Source, opened
from orchestration.explain.words import in_words
from orchestration.ingest.gate.accepted import read_entity
from orchestration.runs import run_home
from tests.pipeline.by_hand import by_lines, require_that_rows_give_the_cell

CELLS = 200
SHAPE = {
    "kpi": ["version", "kind", "asked", "edition", "warnings", "cell", "reasons", "notes", "steps", "rows",
            "files", "rates", "held_back"],
    "score": ["version", "kind", "asked", "edition", "warnings", "cell", "reasons", "notes", "steps",
              "dimensions", "files", "held_back"],
    "claim": ["version", "kind", "asked", "edition", "warnings", "sentence", "basis", "effect", "method",
              "sample", "gates", "changes", "reasons", "steps"],
}  # fmt: skip
"""Keys of the JSON by kind; docs/explain.md says what they mean."""


@pytest.fixture(scope="module")
def source(made: Any) -> Iterator[Source]:
    with opened(made.home, None) as found:
        yield found


def test_rows_of_random_cells_add_up_to_the_cell(made: Any, source: Source) -> None:
    names = (
        "tickets", "opportunities", "opportunity_history", "ledger_lines", "employment_spells", "hires",
        "applications",
    )  # fmt: skip
    frames = {name: read_entity(made.home / "accepted", ENTITIES[name]) for name in names}
    rows = source.rows("select * from fct_organization_month")
    cells = [(row, kpi.code) for row in rows for kpi in load_kpis().kpis if row[kpi.code] is not None]
    for row, code in random.Random(7).sample(cells, CELLS):
        told = explain_kpi(source, code, row["organization_id"], row["period"].isoformat())
        require_that_rows_give_the_cell(told, row, code, frames)


def test_answers_behind_an_index_give_the_index(made: Any, source: Source) -> None:
    answers = read_entity(made.home / "accepted", ENTITIES["assessment_answers"])
    instrument = load_instrument()
    items = {item.code: item for item in instrument.items}
    share = instrument.minimum_answered_share
    least = {d: math.ceil(share * n) for d, n in Counter(i.dimension for i in instrument.items).items()}
    for cell in source.rows("select * from fct_assessment where integration_index is not null"):
        told = explain_score(source, "integration_index", cell["organization_id"], cell["wave"])
        own = by_lines(told, {"assessment_answers": answers})["assessment_answers"]
        own = own.dropna(subset=["answer_level"])
        assert len(own) == sum(one["n_answers"] for one in told["dimensions"])
        levels = own["answer_level"].astype(float) * 25
        reverse = own["item_code"].map(lambda code: items[code].is_reversed)
        own = own.assign(
            score=levels.where(~reverse, 100 - levels),
            dimension=own["item_code"].map(lambda code: items[code].dimension),
        )
        kinds: dict[str, list[float]] = {}
        for dimension in instrument.dimensions:
            raters = own[own["dimension"] == dimension.code].groupby("response_key")["score"]
            enough = raters.mean()[raters.count() >= least[dimension.code]]
            if len(enough):
                kinds.setdefault(dimension.kind, []).append(enough.mean())
        index = sum(sum(found) / len(found) for found in kinds.values()) / 3
        assert math.isclose(index, cell["integration_index"], abs_tol=1e-6), cell["organization_id"]
        assert "answer_level" not in json.dumps(told["files"])


def test_every_kpi_says_which_rows_feed_it() -> None:
    registry = load_kpi_rows()
    assert set(registry.kpis) == {kpi.code for kpi in load_kpis().kpis}
    for kpi in load_kpis().kpis:
        rows = registry.kpis[kpi.code]
        assert bool(rows.denominator) == (kpi.denominator != "one"), kpi.code
        assert {registry.models[term.model].entity for term in rows.terms} <= set(kpi.entities), kpi.code


# A world with gaps, each of its own kind.


def edited(content: bytes, change: Callable[[dict[str, str]], dict[str, str] | None], skip: int = 0) -> bytes:
    """Rows of a CSV after a change; one that becomes None is left out, the first `skip` stay as they are."""
    reader = csv.DictReader(io.StringIO(content.decode()))
    out = io.StringIO()
    writer = csv.DictWriter(out, reader.fieldnames or [], lineterminator="\n")
    writer.writeheader()
    for place, row in enumerate(reader):
        changed = row if place < skip else change(row)
        if changed is not None:
            writer.writerow(changed)
    return out.getvalue().encode()


@pytest.fixture(scope="module")
def gappy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    world = make_demo(WorldSpec(organizations=12, months=14, tickets_per_month=4, dirty=False))
    files = {name: content for name, content in world.files.items() if "opportunities" not in name}
    unit = {
        (row["source_system"], row["organization_id"]): row["unit_key"]
        for row in csv.DictReader(io.StringIO(files["reference/crosswalk.csv"].decode()))
    }

    def tickets(row: dict[str, str]) -> dict[str, str] | None:
        at = (row["brand_id"], row["created_at"][:7])
        if at == (unit["zendesk", "ORG-0004"], "2023-04"):
            return row | {"status": "deleted"}
        if at == (unit["zendesk", "ORG-0005"], "2023-06"):
            return row | {"status": "(undeclared)"}
        if at == (unit["zendesk", "ORG-0011"], "2023-05"):
            return row | {"satisfaction_rating_score": "unoffered"}
        return None if at == (unit["zendesk", "ORG-0006"], "2023-08") else row

    def journals(row: dict[str, str]) -> dict[str, str]:
        at = (row["tracking_category_option"], row["journal_date"][:7])
        return row | {"currency_code": "USD"} if at == (unit["xero", "ORG-0003"], "2023-05") else row

    def workers(row: dict[str, str]) -> dict[str, str] | None:
        is_early = row["hire_date"] < "2023-07-01"
        is_own = row["supervisory_organization_id"] == unit["workday", "ORG-0007"]
        return None if is_early and is_own else row

    def crosswalk(row: dict[str, str]) -> dict[str, str]:
        late = {("zendesk", "ORG-0002"): "2023-03-01", ("qualtrics", "ORG-0009"): "2023-07-01"}
        return row | {
            "valid_from": late.get((row["source_system"], row["organization_id"]), row["valid_from"])
        }

    def answers(row: dict[str, str]) -> dict[str, str]:
        if row["organization_unit"] == unit["qualtrics", "ORG-0010"]:
            return {
                name: "" if name[:2] in ("ST", "EA") and name[2:].isdigit() else v for name, v in row.items()
            }
        return row

    def later_answers(row: dict[str, str]) -> dict[str, str] | None:
        return None if row["organization_unit"] == unit["qualtrics", "ORG-0008"] else row

    changes = {
        "zendesk/": tickets,
        "journal_lines_2023": journals,
        "workers": workers,
        "crosswalk": crosswalk,
    }
    for name, content in files.items():
        for part, change in changes.items():
            if part in name:
                files[name] = edited(content, change)
        if "assessment_2023-H1" in name:
            files[name] = edited(content, answers, skip=2)
        if "assessment_2023-H2" in name:
            files[name] = edited(content, later_answers, skip=2)
    settings = world.settings_yaml.replace("default: 0.0", "default: 0.2")
    settings = settings.replace("  sales_cycle_months: 2\n", "")
    home = tmp_path_factory.mktemp("gappy") / "home"
    write_demo(home, replace(world, files=files, settings_yaml=settings))
    report = run_home(home)
    assert (report.errors, report.blocked_by) == ((), ())
    with opened(home, None) as found:
        yield found


EMPTY = [
    ("win_rate", "ORG-0001", "2023-05", "not_delivered", "opportunities"),
    ("csat_share", "ORG-0002", "2023-01", "unmapped", "zendesk brand"),
    ("revenue", "ORG-0003", "2023-05", "no_rate", "USD average"),
    ("revenue_growth", "ORG-0003", "2023-06", "outside_window", "2022-06"),
    ("revenue_growth", "ORG-0003", "2024-02", None, ""),
    ("ticket_volume", "ORG-0004", "2023-04", "set_aside", "deleted"),
    ("ticket_volume", "ORG-0005", "2023-06", "quarantined", "status:"),
    ("first_response_minutes", "ORG-0006", "2023-08", "no_rows_in_month", "none of ORG-0006"),
    ("headcount", "ORG-0007", "2023-03", "source_silent", "2023-07"),
    ("attrition", "ORG-0007", "2023-07", "source_silent", "2023-06"),
    ("csat_share", "ORG-0011", "2023-05", "denominator_not_positive", "is 0"),
    ("csat_share", "ORG-0001", "2030-01", "outside_window", "2030-01"),
    ("customer_acquisition_cost_lagged", "ORG-0001", "2023-05", "not_declared", "sales_cycle_months"),
    ("customer_acquisition_cost_marketing", "ORG-0001", "2023-05", "not_delivered", "marketing_spend"),
]


@pytest.mark.parametrize(("code", "organization_id", "period", "reason", "words"), EMPTY)
def test_an_empty_cell_says_the_reason_that_holds(
    gappy: Source, code: str, organization_id: str, period: str, reason: str | None, words: str
) -> None:
    told = explain_kpi(gappy, code, organization_id, period)
    if reason is None:
        assert told["reasons"] == []
        assert told["cell"]["value"] is not None
        return
    assert told["cell"]["value"] is None
    assert told["reasons"][0]["code"] == reason
    assert words in told["reasons"][0]["what"]
    assert told["reasons"][0]["remedy"]


def test_what_was_held_back_is_told_by_line_and_never_by_value(gappy: Source) -> None:
    told = explain_kpi(gappy, "ticket_volume", "ORG-0005", "2023-06")
    [held] = [one for one in told["held_back"] if one["cause"] == "quarantined"]
    path = gappy.home / held["file"]
    delivered = path.read_text(encoding="utf-8").splitlines()
    assert held["n_rows"] == len(held["lines"]) > 0
    assert all("(undeclared)" in delivered[line - 1] for line in held["lines"])
    assert "undeclared" not in json.dumps(told)
    unmapped = explain_kpi(gappy, "csat_share", "ORG-0002", "2023-01")["reasons"][0]
    own = explain_kpi(gappy, "ticket_volume", "ORG-0002", "2023-03")
    assert unmapped["n_rows"] > 0
    assert own["reasons"] == []


SCORES = [
    ("integration_index", "ORG-0008", "2023-H2", "no_rows_in_month"),
    ("integration_index", "ORG-0009", "2023-H1", "unmapped"),
    ("personal_score", "ORG-0010", "2023-H1", "too_few_answers"),
    ("integration_index", "ORG-0001", "2019-H1", "outside_window"),
]


@pytest.mark.parametrize(("score", "organization_id", "wave", "reason"), SCORES)
def test_an_empty_score_says_the_reason_that_holds(
    gappy: Source, score: str, organization_id: str, wave: str, reason: str
) -> None:
    told = explain_score(gappy, score, organization_id, wave)
    assert told["cell"]["value"] is None
    assert told["reasons"][0]["code"] == reason
    assert list(told) == SHAPE["score"]


def test_a_month_takes_the_wave_that_is_carried_into_it(source: Source) -> None:
    assert explain_score(source, "integration_index", "ORG-0001", "2023-09")["asked"]["wave"] == "2023-H2"


def test_few_rows_are_noted(source: Source) -> None:
    few = "csat_share_denominator between 1 and 4"
    sql = f"select organization_id, period from fct_organization_month where {few}"
    cell = source.rows(sql + " order by all")[0]
    told = explain_kpi(source, "csat_share", cell["organization_id"], cell["period"].isoformat())
    assert "minimum sample" in told["notes"][0]


# Claims.


def test_a_claim_tells_its_sentence_sample_and_every_gate(source: Source) -> None:
    for row in source.rows("select * from analysis.claims"):
        told = explain_claim(source, row["outcome"])
        gates = source.rows(
            "select code from analysis.claim_reasons where outcome = ? order by position", [row["outcome"]]
        )
        assert list(told) == SHAPE["claim"]
        assert [gate["code"] for gate in told["gates"]] == [gate["code"] for gate in gates]
        assert told["sample"]["n_organizations"] == row["n_organizations"]
        assert told["steps"][0]["model"] == "fct_maturity_impact"
        page = (source.edition / "summary.en.html").read_text(encoding="utf-8")
        assert not row["is_primary"] or told["sentence"] in page
        assert told["changes"]


def test_a_withheld_claim_shows_no_size_of_an_effect(source: Source) -> None:
    told = explain_claim(source, "csat_share")
    assert told["effect"]["withheld"]
    assert [reason["code"] for reason in told["reasons"]] == ["withheld"]
    assert told["method"]["estimates"] == []
    said = json.dumps(told)
    assert "saw=" not in said
    [naive] = source.rows(
        "select estimate from analysis.effects where outcome = 'csat_share' and model = 'M1'"
    )
    assert f"{naive['estimate']:.4f}" not in said


def test_a_group_too_small_to_publish_is_told_as_suppressed(source: Source) -> None:
    facts = json.loads((source.edition / "facts.json").read_text(encoding="utf-8"))
    small = [row["practice_code"] for row in facts["contrasts"] if row["is_suppressed"]]
    assert small
    told = explain_claim(source, small[0])
    assert [reason["code"] for reason in told["reasons"]] == ["suppressed"]
    assert list(told) == SHAPE["claim"]


# The command.


def test_the_command_tells_words_and_json_and_ends_with_its_code(made: Any) -> None:
    def run(*arguments: str) -> Any:
        return CliRunner().invoke(cli, ["explain", *arguments, "--home", str(made.home)])

    words = run("revenue", "ORG-0001", "2023-05", "--lines", "1")
    assert words.exit_code == 0
    assert "exports/xero/journal_lines_2023_h1.csv:" in words.output
    assert "int_ledger_line.sql" in words.output
    assert "decimal" not in words.output
    assert "decimal" in run("revenue", "ORG-0001", "2023-05", "--sql").output
    told = json.loads(run("revenue", "ORG-0001", "2023-05", "--json").output)
    assert list(told) == SHAPE["kpi"]
    assert all(step["sql"] for step in told["steps"] if step["layer"] != "accepted")
    assert run("revenue_growth", "ORG-0001", "2023-05").exit_code == 1
    assert run("claim", "csat_share").exit_code == 1
    assert "tevreden" in run("claim", "csat_share", "--language", "nl").output.lower()
    assert run("revenue", "ORG-0001").exit_code == 2


UNKNOWN = [
    (("revnue", "ORG-0001", "2023-05"), "revenue"),
    (("revenue", "ORG-001", "2023-05"), "ORG-0001"),
    (("revenue", "ORG-0001", "2023-13"), "2023-1"),
    (("integration_index", "ORG-0001", "2023-H3"), "2023-H2"),
    (("claim", "csat_shar"), "csat_share"),
]


@pytest.mark.parametrize(("arguments", "nearest"), UNKNOWN)
def test_an_unknown_name_is_told_with_the_nearest(
    made: Any, arguments: tuple[str, ...], nearest: str
) -> None:
    outcome = CliRunner().invoke(cli, ["explain", *arguments, "--home", str(made.home)])
    assert isinstance(outcome.exception, NothingAsked)
    assert nearest in outcome.exception.remedy


def test_an_unknown_edition_is_told_with_the_nearest(made: Any) -> None:
    wrong = made.current[:-1] + "?"
    with pytest.raises(MaturityImpactError, match=made.current), opened(made.home, wrong):
        pass


def test_the_walk_ends_where_the_build_is_no_longer_that_of_the_edition(copied: Path) -> None:
    import duckdb

    with duckdb.connect(str(copied / "build.duckdb")) as build:
        build.execute("update marts.fct_organization_month set revenue = revenue + 1")
    with opened(copied, None) as source:
        told = explain_kpi(source, "revenue", "ORG-0001", "2023-05")
        other = explain_kpi(source, "headcount", "ORG-0001", "2023-05")
        [empty] = source.rows(
            "select organization_id, period from fct_organization_month where csat_share is null limit 1"
        )
    assert "not the one that made this edition" in told["warnings"][0]
    assert told["rows"] == []
    assert told["cell"]["value"] is not None
    assert len(other["rows"]) == other["cell"]["value"]
    (copied / "build.duckdb").unlink()
    with opened(copied, None) as source:
        told = explain_kpi(source, "csat_share", empty["organization_id"], empty["period"].isoformat())
    assert told["reasons"][0]["code"] == "not_walked"
    assert "gone" in told["warnings"][0]


def test_the_walk_ends_where_the_build_is_of_another_version(copied: Path) -> None:
    import duckdb

    with duckdb.connect(str(copied / "build.duckdb")) as build:
        build.execute("alter table intermediate.int_ticket rename column is_rated_good to of_old")
    arguments = ["explain", "csat_share", "ORG-0001", "2023-05", "--home", str(copied), "--json"]
    told = json.loads(CliRunner().invoke(cli, arguments).output)
    assert "another version of the software" in told["warnings"][-1]
    assert told["rows"] == []


def test_words_say_what_json_says(gappy: Source) -> None:
    told = explain_kpi(gappy, "csat_share", "ORG-0002", "2023-01")
    said = "\n".join(in_words(told, 5, with_sql=False))
    for reason in told["reasons"]:
        assert reason["what"] in said
        assert reason["remedy"] in said
    assert {"integration_index", "personal_score", "checklist_gap"} <= set(scores())


def test_words_of_a_median_tell_no_numerator(gappy: Source) -> None:
    told = explain_kpi(gappy, "first_response_minutes_median", "ORG-0001", "2023-05")
    words = [line.strip() for line in in_words(told, 5, with_sql=False)]
    assert any(line.startswith("tickets with a first answer: ") for line in words)
    assert not any(line.startswith("none: ") for line in words)
