"""The demo delivers no surveys, invoices or spend: here explain is held to them, and to every KPI."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from contracts.entities import ENTITIES
from contracts.instrument import load_instrument
from contracts.kpi_rows import load_kpi_rows
from contracts.kpis import load_kpis
from orchestration.explain.cell import explain_kpi
from orchestration.explain.index import explain_score
from orchestration.explain.source import Source, opened
from orchestration.ingest.gate.accepted import read_entity
from tests.pipeline import every_kpi
from tests.pipeline.by_hand import MINIMUM_GROUP, by_lines, require_that_rows_give_the_cell

CODES = [kpi.code for kpi in load_kpis().kpis]
KNOWN_CELLS, EMPTY_CELLS = 5, 3
REASONS = {
    "denominator_not_positive", "no_rate", "no_rows_in_month", "not_settled", "nothing_adds",
    "outside_window", "set_aside", "source_silent", "suppressed", "unmapped", "window_not_full",
    "quarantined", "below_minimum_sample",
}  # fmt: skip


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    home = tmp_path_factory.mktemp("every") / "home"
    every_kpi.build(home)
    with opened(home, None) as found:
        yield found


@pytest.fixture(scope="module")
def frames(source: Source) -> dict[str, pd.DataFrame]:
    entities = {model.entity for model in load_kpi_rows().models.values()} | {"opportunity_history"}
    return {name: read_entity(source.home / "accepted", ENTITIES[name]) for name in sorted(entities)}


@pytest.fixture(scope="module")
def months(source: Source) -> list[dict[str, Any]]:
    return source.rows("select * from fct_organization_month order by organization_id, period")


def some(cells: list[dict[str, Any]], n: int, seed: str) -> list[dict[str, Any]]:
    return random.Random(seed).sample(cells, min(n, len(cells)))


@pytest.mark.parametrize("code", CODES)
def test_rows_of_random_cells_add_up_to_the_cell(
    source: Source, frames: dict[str, pd.DataFrame], months: list[dict[str, Any]], code: str
) -> None:
    known = [cell for cell in months if cell[code] is not None]
    assert known, "the world must deliver every KPI"
    for cell in some(known, KNOWN_CELLS, code):
        told = explain_kpi(source, code, cell["organization_id"], cell["period"].isoformat())
        require_that_rows_give_the_cell(told, cell, code, frames)


def own_months(frames: dict[str, pd.DataFrame], entity: str, day: str, organization: str) -> set[str]:
    """Months in which accepted rows of an organisation lie."""
    rows = frames[entity]
    own = rows[rows["organization_id"] == organization]
    return set(pd.to_datetime(own[day]).dt.strftime("%Y-%m"))


@pytest.mark.parametrize("code", CODES)
def test_an_empty_cell_says_a_reason_that_holds(
    source: Source, frames: dict[str, pd.DataFrame], months: list[dict[str, Any]], code: str
) -> None:
    days = {
        "tickets": "created_at", "survey_responses": "answered_at", "hires": "accepted_on",
        "marketing_spend": "spent_on", "ledger_lines": "posted_on", "applications": "applied_month",
    }  # fmt: skip
    empty = [cell for cell in months if cell[code] is None]
    for cell in some(empty, EMPTY_CELLS, code):
        organization, month = cell["organization_id"], f"{cell['period']:%Y-%m}"
        told = explain_kpi(source, code, organization, month)
        named = (code, organization, month, told["reasons"])
        assert told["cell"]["value"] is None
        assert told["reasons"], named
        assert {reason["code"] for reason in told["reasons"]} <= REASONS, named
        for reason in told["reasons"]:
            entity = reason["what"].split(" ")[0]
            if reason["code"] == "no_rows_in_month" and " with " not in reason["what"] and entity in days:
                asked = reason["what"].rsplit(" ", 1)[1]
                assert asked not in own_months(frames, entity, days[entity], organization), named
            if reason["code"] == "below_minimum_sample":
                assert 0 < cell[f"{code}_denominator"] < MINIMUM_GROUP, named
            if reason["code"] == "suppressed":
                assert cell[f"{code}_denominator"] >= MINIMUM_GROUP, named
                assert least_side(told, code, frames) < MINIMUM_GROUP, named


def least_side(told: dict[str, Any], code: str, frames: dict[str, pd.DataFrame]) -> int:
    """Applicants on the smaller side of their answer, of whom a shown figure would tell."""
    assert code == "applicant_diversity", "one edition hides nothing else of which enough answered"
    said = by_lines(told, frames)["applications"]["self_identification"].value_counts()
    assert set(said.index) <= {"under_represented", "not_under_represented"}
    return int(min(said.get("under_represented", 0), said.get("not_under_represented", 0)))


EMPTY = [
    ("open_pipeline", every_kpi.NO_HISTORY, "2024-01", "not_settled", "no history that says"),
    ("customer_retention", "ORG-0001", "2024-03", "window_not_full", "looks back"),
    ("new_customers", "ORG-0001", "2023-05", "window_not_full", "looks back"),
    ("active_customers", "ORG-0001", "2022-01", "outside_window", "2022-01"),
    ("customer_acquisition_cost_lagged", "ORG-0001", "2023-02", "outside_window", "2022-12"),
]


@pytest.mark.parametrize(("code", "organization_id", "period", "reason", "words"), EMPTY)
def test_what_a_figure_waits_for_is_told(
    source: Source, code: str, organization_id: str, period: str, reason: str, words: str
) -> None:
    told = explain_kpi(source, code, organization_id, period)
    assert told["cell"]["value"] is None
    assert [one["code"] for one in told["reasons"]][:1] == [reason], told["reasons"]
    assert words in told["reasons"][0]["what"]


def test_an_opportunity_without_history_is_named_with_its_line(
    source: Source, frames: dict[str, pd.DataFrame]
) -> None:
    told = explain_kpi(source, "open_pipeline", every_kpi.NO_HISTORY, "2024-01")
    held = [one for one in told["held_back"] if one["cause"] == "unsettled"]
    assert sum(one["n_rows"] for one in held) == told["reasons"][0]["n_rows"] > 0
    deals = frames["opportunities"]
    for one in held:
        lines = deals[(deals["delivery_id"] == one["delivery_id"]) & deals["source_line"].isin(one["lines"])]
        assert (pd.to_datetime(lines["created_at"]).dt.strftime("%Y-%m") <= "2024-01").all()
        assert len(lines) == one["n_rows"]


def test_a_backlog_is_unknown_after_a_ticket_that_is_solved_nobody_knows_when(source: Source) -> None:
    rows = every_kpi.rows_of((source.home / every_kpi.UNTOLD).read_bytes(), skip=0)
    [(number, ticket)] = [
        (place + 2, row)
        for place, row in enumerate(rows)
        if row["status"] in ("solved", "closed") and not row["solved_at"]
    ]
    cells = source.rows(
        "select organization_id, period from fct_organization_month where backlog is null order by all"
    )
    assert f"{cells[0]['period']:%Y-%m}" == ticket["created_at"][:7]
    told = explain_kpi(source, "backlog", cells[0]["organization_id"], cells[0]["period"].isoformat())
    assert [reason["code"] for reason in told["reasons"]] == ["not_settled"]
    assert "solved and nobody knows when" in told["reasons"][0]["what"]
    [held] = [one for one in told["held_back"] if one["cause"] == "unsettled"]
    assert (held["file"], held["lines"]) == (every_kpi.UNTOLD, [number])


def test_employees_answers_are_told_by_line_and_never_by_what_they_add(source: Source) -> None:
    [cell] = source.rows(
        "select organization_id, period, enps_denominator from fct_organization_month "
        "where enps is null and enps_denominator > 0 order by all limit 1"
    )
    told = explain_kpi(source, "enps", cell["organization_id"], cell["period"].isoformat())
    [reason] = told["reasons"]
    assert (reason["code"], reason["n_rows"]) == ("below_minimum_sample", cell["enps_denominator"])
    assert "below the minimum sample of 10" in reason["what"]
    assert told["rows"] == []
    assert sum(file["n_lines"] for file in told["files"]) == cell["enps_denominator"]


def test_applicants_are_hidden_for_the_smaller_side_of_their_answer(
    source: Source, frames: dict[str, pd.DataFrame]
) -> None:
    cells = source.rows(
        "select organization_id, period, applicant_diversity_denominator as n from fct_organization_month "
        "where applicant_diversity is null and applicant_diversity_denominator > 0 order by all"
    )
    enough = [cell for cell in cells if cell["n"] >= MINIMUM_GROUP]
    assert 0 < len(enough) < len(cells), "some have too few answers, and some too few on one side"
    for cell in (enough[0], next(cell for cell in cells if cell["n"] < MINIMUM_GROUP)):
        told = explain_kpi(source, "applicant_diversity", cell["organization_id"], cell["period"].isoformat())
        is_enough = cell["n"] >= MINIMUM_GROUP
        [reason] = told["reasons"]
        assert reason["code"] == ("suppressed" if is_enough else "below_minimum_sample")
        assert (least_side(told, "applicant_diversity", frames) < MINIMUM_GROUP) is True
        assert told["rows"] == []


def test_ready_scores_behind_an_index_give_the_index(source: Source) -> None:
    scores = read_entity(source.home / "accepted", ENTITIES["assessment_scores"])
    kinds = {dimension.code: dimension.kind for dimension in load_instrument().dimensions}
    cells = source.rows("select * from fct_assessment where score_basis = 'ready_scores'")
    assert {cell["organization_id"] for cell in cells} == {every_kpi.READY}
    for cell in cells:
        told = explain_score(source, "integration_index", every_kpi.READY, cell["wave"])
        own = by_lines(told, {"assessment_scores": scores})["assessment_scores"]
        weighted = own["score_0_100"].astype(float) * own["n_raters"].astype(float)
        sums = pd.DataFrame({"score": weighted, "n": own["n_raters"].astype(float)})
        by_dimension = sums.groupby(own["dimension_code"]).sum()
        dimension_scores = by_dimension["score"] / by_dimension["n"]
        index = dimension_scores.groupby(dimension_scores.index.map(kinds)).mean().mean()
        assert index == pytest.approx(cell["integration_index"], abs=1e-6)
