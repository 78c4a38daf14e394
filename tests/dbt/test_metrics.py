"""Two definitions of one metric drift apart unseen: views and semantic model tell what the mart tells."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pandas as pd
import pytest

from contracts.kpis import load_kpis
from contracts.semantic import METRIC_SCHEMA, metric_kpis, metric_views
from orchestration.editions.views import create
from orchestration.editions.views import metric_views as views_of_metrics
from tests.dbt.conftest import LOOK_BACK_A_YEAR

KEY = ["organization_id", "period"]


@pytest.fixture(scope="module")
def views(warehouse: Any, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """A file published as an edition is: written under one name, opened under another."""
    path = tmp_path_factory.mktemp("views") / "marts.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as edition")
        frame = warehouse.frame("select * from marts.fct_kpi")
        connection.register("frame", frame)
        connection.execute("create table edition.main.fct_kpi as select * from frame")
        create(connection, "edition", views_of_metrics(), METRIC_SCHEMA)
    return duckdb.connect(str(path), read_only=True)


@pytest.mark.parametrize("code", metric_views())
def test_each_view_tells_what_the_wide_mart_tells(
    warehouse: Any, views: duckdb.DuckDBPyConnection, code: str
) -> None:
    view = views.execute(f"select * from metrics.{code}").df().set_index(KEY).sort_index()
    wide = warehouse.frame(f"select {', '.join(KEY)}, {code} from marts.fct_organization_month")
    wide = wide.set_index(KEY)[code].dropna().astype(float).sort_index()
    assert (len(wide) > 0) == (code not in LOOK_BACK_A_YEAR)
    told = view["value"].dropna().astype(float)
    pd.testing.assert_series_equal(told, wide, check_names=False, check_index_type=len(wide) > 0)


def test_every_kpi_that_can_be_added_up_is_a_metric(warehouse: Any) -> None:
    said = json.loads((warehouse.target / "semantic_manifest.json").read_text(encoding="utf-8"))
    metrics = {metric["name"]: metric["type"] for metric in said["metrics"]}
    for kpi in load_kpis().kpis:
        assert (kpi.code in metrics) == (kpi in metric_kpis()), kpi.code
        if kpi.is_ratio:
            assert metrics[kpi.code] == "ratio"
            assert {f"{kpi.code}_numerator", f"{kpi.code}_denominator"} <= set(metrics)


def test_each_view_says_what_it_is(views: duckdb.DuckDBPyConnection) -> None:
    said = dict(
        views.execute(
            "select view_name, comment from duckdb_views() where schema_name = 'metrics'"
        ).fetchall()
    )
    assert set(said) == {kpi.code for kpi in load_kpis().kpis}
    assert all(load_kpis().kpi(code).formula in text for code, text in said.items())
