"""A query of the guide that fails, or gives other columns than it says, loses the analyst on day one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from orchestration.reader import connect

TEXT = (Path(__file__).parents[2] / "docs" / "analysts.md").read_text(encoding="utf-8")
QUESTIONS = {
    int(number): (title, body)
    for number, title, body in re.findall(r"^## (\d+)\. (.*?)\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S)
}


def sql(number: int) -> str:
    [query] = re.findall(r"```sql\n(.*?)```", QUESTIONS[number][1], re.DOTALL)
    return str(query)


@pytest.fixture(scope="module")
def edition(made: Any) -> Iterator[Any]:
    with connect(made.home) as connection:
        yield connection


def answer(edition: Any, number: int) -> pd.DataFrame:
    return edition.execute(sql(number)).df()


def test_there_are_ten_questions_each_with_how_to_read_it_and_its_pitfalls() -> None:
    assert list(QUESTIONS) == list(range(1, 11))
    for title, body in QUESTIONS.values():
        assert title.endswith("?")
        assert "\nRead it: " in body
        assert "\nPitfalls: " in body


@pytest.mark.parametrize("number", QUESTIONS)
def test_each_query_gives_the_columns_that_the_guide_says(edition: Any, number: int) -> None:
    [said] = re.findall(r"^Result: (.*?);", QUESTIONS[number][1], re.MULTILINE)
    found = answer(edition, number)
    assert list(found.columns) == re.findall(r"`(\w+)`", said)
    assert len(found) > 0
    assert found.notna().any().all() or number == 10


def test_the_python_examples_run(made: Any) -> None:
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert len(blocks) == 4
    names: dict[str, Any] = {"home": made.home}
    for block in blocks:
        exec(block, names)
    assert names["share"].between(0, 1).all()
    assert len(names["observed"]) == 18
    by_polars = dict(names["by_polars"].iter_rows())
    assert by_polars == pytest.approx(names["share"].to_dict())
    assert names["fiscal"].column_names == ["period", "fiscal_year"]


def test_the_command_for_a_spreadsheet_gives_the_answer(made: Any, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from orchestration.cli import cli

    [query] = re.findall(r'query --home my-home --format csv "([^"]+)"', TEXT)
    said = CliRunner().invoke(cli, ["query", "--home", str(made.home), "--format", "csv", query])
    assert said.exit_code == 0, said.output
    path = tmp_path / "latest.csv"
    path.write_text(said.stdout, encoding="utf-8")
    assert len(pd.read_csv(path)) == 16


def test_satisfaction_by_industry_is_made_of_added_parts(edition: Any, made: Any) -> None:
    folder = made.home / "editions" / "current" / "parquet"
    kpis = pd.read_parquet(folder / "fct_kpi.parquet").query("kpi_code == 'csat_share'")
    industry = pd.read_parquet(folder / "dim_organization.parquet").set_index("organization_id")["industry"]
    quarters = pd.PeriodIndex(kpis["period"], freq="Q").strftime("%Y-Q%q")
    added = kpis.groupby([kpis["organization_id"].map(industry), quarters])[
        ["numerator", "denominator"]
    ].sum()
    added = added[added["denominator"] >= 5]
    found = answer(edition, 2).set_index(["industry", "calendar_quarter"])["csat_share"]
    expected = added["numerator"] / added["denominator"]
    np.testing.assert_allclose(found.sort_index(), expected.sort_index(), rtol=1e-12)


def test_the_slope_is_that_of_centred_values(edition: Any, made: Any) -> None:
    folder = made.home / "editions" / "current" / "parquet"
    panel = pd.read_parquet(folder / "fct_maturity_impact.parquet")
    pair = panel.dropna(subset=["index_per_10", "csat_share_lead_3m"])
    centred = pair[["index_per_10", "csat_share_lead_3m"]] - pair.groupby("organization_id")[
        ["index_per_10", "csat_share_lead_3m"]
    ].transform("mean")
    x, y = centred["index_per_10"].astype(float), centred["csat_share_lead_3m"].astype(float)
    [slope] = answer(edition, 9)["slope_within"]
    assert slope == pytest.approx((x * y).sum() / (x * x).sum(), rel=1e-9)


def test_disagreement_is_the_spread_of_the_answers(edition: Any, made: Any) -> None:
    folder = made.home / "editions" / "current" / "parquet"
    rows = pd.read_parquet(folder / "fct_item_distribution.parquet").query("not is_suppressed")
    answers = rows.loc[rows.index.repeat(rows["n_answers"].astype(int))]
    expected = answers.groupby(["item_code", "wave"])["answer_level"].std(ddof=0)
    found = answer(edition, 6).set_index(["item_code", "wave"])["spread"]
    np.testing.assert_allclose(found.sort_index(), expected.sort_index(), rtol=1e-9, atol=1e-9)


def test_a_distribution_below_the_minimum_is_not_published(edition: Any) -> None:
    least = edition.execute("select max(minimum_raters) from dim_instrument").fetchall()[0][0]
    leaked = edition.execute(
        "select count(*) from fct_item_distribution where n_raters < ? and n_answers is not null", [least]
    ).fetchall()
    assert leaked == [(0,)]
