"""Whoever finds a column without an explanation guesses; the published dictionary explains them all."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pandas as pd

from contracts.kpis import load_kpis
from orchestration import warehouse
from orchestration.reader import connect
from orchestration.runs import run_home


def published(made: Any) -> list[tuple[str, str]]:
    with connect(made.home) as edition:
        return edition.execute(
            "select table_name, column_name from duckdb_columns() "
            "where not internal and schema_name <> 'metrics' order by all"
        ).fetchall()


def test_every_published_table_and_column_is_in_it(made: Any) -> None:
    page = (made.home / "editions" / "current" / "dictionary.html").read_text(encoding="utf-8")
    columns = published(made)
    assert len(columns) > 200
    assert [name for name in columns if f'id="column-{name[0]}-{name[1]}"' not in page] == []
    explained = re.findall(r'id="column-([^"]+)"', page)
    assert set(explained) == {f"{table}-{column}" for table, column in columns}


def test_every_kpi_is_explained_in_the_words_of_the_registry(made: Any) -> None:
    page = html.unescape((made.home / "editions" / "current" / "dictionary.html").read_text(encoding="utf-8"))
    for kpi in load_kpis().kpis:
        assert f'id="kpi-{kpi.code}"' in page
        assert kpi.formula in page


def test_the_tests_of_a_column_are_named(made: Any) -> None:
    page = (made.home / "editions" / "current" / "dictionary.html").read_text(encoding="utf-8")
    [row] = re.findall(r'<tr data-entry id="column-fct_kpi-value">.*?</tr>', page, re.DOTALL)
    assert "ratio_<wbr>of_<wbr>parts" in row
    assert "One row per organisation, month and KPI" in page
    assert "assert_<wbr>revenue_<wbr>is_<wbr>conserved" in page


def test_each_metric_is_a_view_of_the_edition(made: Any) -> None:
    with connect(made.home) as edition:
        for kpi in load_kpis().kpis:
            [(of_view,)] = edition.execute(f"select count(*) from metrics.{kpi.code}").fetchall()
            [(of_mart,)] = edition.execute(
                "select count(*) from fct_kpi where kpi_code = ?", [kpi.code]
            ).fetchall()
            assert of_view == of_mart, kpi.code


def test_the_fiscal_year_is_the_one_of_the_settings(copied: Path) -> None:
    settings = copied / "maturity.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace("fiscal_year_start_month: 1", "fiscal_year_start_month: 4"), encoding="utf-8"
    )
    report = run_home(copied, select=("int_calendar_month", "dim_period"))
    assert report.blocked_by == ()
    months = warehouse.read_table(copied, "marts", "dim_period")
    named = pd.PeriodIndex(months["period"], freq="Q-MAR")
    assert months["fiscal_quarter"].tolist() == [f"FY{quarter.qyear}-Q{quarter.quarter}" for quarter in named]
    assert (months["fiscal_year_start_month"] == 4).all()
