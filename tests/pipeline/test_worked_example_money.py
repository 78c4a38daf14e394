"""Retention in foreign money or a share of applicants could be wrong on both routes alike: here by hand.

The paper is docs/worked-example-money.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from contracts.marts import MARTS
from orchestration.editions.publish import Edition, publish
from orchestration.explain.cell import explain_kpi
from orchestration.explain.source import Source, opened
from orchestration.explain.words import in_words
from orchestration.warehouse import build_file
from tests.pipeline import delivered
from tests.pipeline.paper import Table, built_table, differences, paper_table, write_files

PAPER = Path(__file__).parents[2] / "docs" / "worked-example-money.md"


@pytest.fixture(scope="module")
def text() -> str:
    return PAPER.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def home(text: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the page, with its marts built and published."""
    folder = tmp_path_factory.mktemp("money") / "home"
    write_files(text, folder)
    declared = {"customer_carried_months": 1, "minimum_group_people": 3, "sales_cycle_months": 1}
    delivered.build(folder, declared)
    publish(folder, Edition(b"{}", {}, {"inputs": []}), datetime(2024, 3, 1, tzinfo=UTC))
    return folder


@pytest.fixture(scope="module")
def source(home: Path) -> Iterator[Source]:
    with opened(home, None) as found:
        yield found


def test_every_month_on_paper_is_as_worked_out(text: str, home: Path) -> None:
    key = MARTS["fct_organization_month"].key
    paper = paper_table(text, "fct_organization_month", key)
    with duckdb.connect(str(build_file(home)), read_only=True) as connection:
        built = built_table(connection, "marts.fct_organization_month", key)
    assert len(paper.cells) > 5
    said = Table(built.columns, {row: built.cells[row] for row in paper.cells})
    assert list(differences("fct_organization_month", paper, said, every_column=False)) == []


def test_every_invoice_keeps_its_money_and_its_rate(text: str, home: Path) -> None:
    paper = paper_table(text, "invoices", ("source_line",))
    invoices = (
        "(select staged.source_line, found.* from intermediate.int_invoice as found "
        "inner join staging.stg_finance__invoices as staged using (source_system, invoice_key))"
    )
    with duckdb.connect(str(build_file(home)), read_only=True) as connection:
        built = built_table(connection, invoices, ("source_line",))
    assert list(differences("invoices", paper, built, every_column=False)) == []


def test_explain_names_the_rates_of_invoices_and_the_currency_without_one(source: Source) -> None:
    told = explain_kpi(source, "revenue_retention_net", "dock", "2024-02")
    assert told["cell"]["value"] == pytest.approx(1568 / 1865)
    assert [
        (one["entity"], one["currency"], one["rate"], one["rate_kind"], one["rate_date"], one["n_rows"])
        for one in told["rates"]
    ] == [
        ("invoices", "EUR", 1.0, "average", "2023-01-01", 1),
        ("invoices", "EUR", 1.0, "average", "2023-02-01", 1),
        ("invoices", "EUR", 1.0, "average", "2024-01-01", 1),
        ("invoices", "EUR", 1.0, "average", "2024-02-01", 1),
        ("invoices", "GBP", 1.13, "average", "2023-01-01", 1),
        ("invoices", "GBP", 1.17, "average", "2024-02-01", 1),
        ("invoices", "USD", None, "average", "2024-02-01", 1),
    ]
    words = list(in_words(told, 9, False))
    assert "  GBP: 1.13 (average of 2023-01), 1 row of invoices" in words
    assert "  USD: no declared rate (average of 2024-02), 1 row of invoices" in words
    assert not any(line.startswith("  EUR:") for line in words)


def test_figures_that_add_no_money_name_no_rate(source: Source) -> None:
    assert explain_kpi(source, "active_customers", "dock", "2024-02")["rates"] == []


def test_explain_walks_to_the_expense_of_one_cycle_earlier(source: Source) -> None:
    told = explain_kpi(source, "customer_acquisition_cost_lagged", "dock", "2024-02")
    assert told["cell"]["value"] == 900
    assert [(one["entity"], one["lines"]) for one in told["files"]] == [
        ("invoices", [8]),
        ("ledger_lines", [3]),
    ]
    [lacking] = [one for one in told["held_back"] if one["cause"] == "no_average_rate"]
    assert (lacking["entity"], lacking["month"], lacking["lines"]) == ("ledger_lines", "2024-01-01", [4])


def test_explain_says_which_earlier_month_an_acquisition_waits_for(source: Source) -> None:
    told = explain_kpi(source, "customer_acquisition_cost_lagged", "dock", "2024-01")
    assert [one["code"] for one in told["reasons"]] == ["no_rows_in_month"]
    assert "2023-12" in told["reasons"][0]["what"]


@pytest.mark.parametrize(
    ("organization", "month", "reason"),
    [("dock", "2024-01", "below_minimum_sample"), ("yard", "2024-02", "suppressed")],
)
def test_why_a_share_of_applicants_is_hidden(
    source: Source, organization: str, month: str, reason: str
) -> None:
    told = explain_kpi(source, "applicant_diversity", organization, month)
    assert [one["code"] for one in told["reasons"]] == [reason]
