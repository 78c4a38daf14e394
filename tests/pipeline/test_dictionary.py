"""Whoever finds a column without an explanation guesses; the published dictionary explains them all."""

from __future__ import annotations

import html
import re
from typing import Any

from contracts.kpis import load_kpis
from orchestration.reader import connect


def published(made: Any) -> list[tuple[str, str]]:
    with connect(made.home) as edition:
        return edition.execute(
            "select c.table_name, c.column_name from duckdb_columns() c "
            "join duckdb_tables() t using (schema_name, table_name) order by all"
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
