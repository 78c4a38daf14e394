"""A metric that says something else in `mf query` than in the mart makes two truths out of one definition."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from contracts.kpis import Kpi
from contracts.semantic import metric_kpis
from tests.dbt.conftest import LOOK_BACK_A_YEAR

PROJECT = Path(__file__).parents[2] / "dbt_project"
Query = Callable[..., pd.DataFrame]


@pytest.fixture(scope="module")
def query(warehouse: Any, tmp_path_factory: pytest.TempPathFactory) -> Query:
    """`mf query` on the built warehouse, in a copy of the project that holds what dbt parsed."""
    folder = tmp_path_factory.mktemp("mf")
    project = folder / "dbt_project"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    shutil.copytree(warehouse.target, project / "target")
    names = {
        "DBT_PROFILES_DIR": str(project),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "MATURITY_BUILD_PATH": str(warehouse.path),
        "MATURITY_ACCEPTED": str(warehouse.accepted),
    }

    def run(*arguments: str) -> pd.DataFrame:
        answer = folder / "answer.csv"
        command = [sys.executable, "-m", "dbt_metricflow.cli.main", "query", "--quiet", "--csv", str(answer)]
        said = subprocess.run(
            [*command, *arguments],
            cwd=project,
            env={**os.environ, **names},
            capture_output=True,
            text=True,
            check=False,
        )
        assert said.returncode == 0, said.stdout + said.stderr
        return pd.read_csv(answer)

    return run


def cells(warehouse: Any) -> pd.DataFrame:
    return warehouse.frame(
        "select k.*, p.calendar_quarter, o.industry from marts.fct_kpi k "
        "join marts.dim_period p using (period) join marts.dim_organization o using (organization_id)"
    )


def again(frame: pd.DataFrame, kpi: Kpi, by: list[str]) -> pd.Series:
    """The KPI of wider groups by a second route: parts added by pandas, divided last."""
    rows = frame[(frame["kpi_code"] == kpi.code) & frame["numerator"].notna() & frame["denominator"].notna()]
    added = rows.groupby(by)[["numerator", "denominator"]].sum()
    return added["numerator"] / added["denominator"] if kpi.is_ratio else added["numerator"]


def test_by_organisation_and_month_it_is_the_mart(warehouse: Any, query: Query) -> None:
    codes = ",".join(kpi.code for kpi in metric_kpis())
    found = query("--metrics", codes, "--group-by", "metric_time,organization")
    found = found.assign(period=pd.to_datetime(found["metric_time__month"])).set_index(
        ["organization", "period"]
    )
    mart = cells(warehouse)
    for kpi in metric_kpis():
        known = mart[(mart["kpi_code"] == kpi.code) & mart["value"].notna()]
        known = known.set_index(["organization_id", "period"])["value"]
        assert (len(known) > 0) == (kpi.code not in LOOK_BACK_A_YEAR)
        np.testing.assert_allclose(found[kpi.code].reindex(known.index), known, rtol=1e-9, err_msg=kpi.code)


def test_of_wider_groups_it_is_made_anew_from_the_parts(warehouse: Any, query: Query) -> None:
    kpis = [kpi for kpi in metric_kpis() if kpi.aggregation in ("ratio", "total")]
    codes = ",".join(kpi.code for kpi in kpis)
    found = query("--metrics", codes, "--group-by", "metric_time__quarter,organization__industry")
    quarters = pd.PeriodIndex(found["metric_time__quarter"], freq="Q").strftime("%Y-Q%q")
    found = found.assign(calendar_quarter=quarters, industry=found["organization__industry"])
    found = found.set_index(["calendar_quarter", "industry"])
    for kpi in kpis:
        expected = again(cells(warehouse), kpi, ["calendar_quarter", "industry"]).replace(np.inf, np.nan)
        np.testing.assert_allclose(found[kpi.code].reindex(expected.index), expected, rtol=1e-9)


def test_a_balance_of_a_quarter_is_that_of_its_last_month(warehouse: Any, query: Query) -> None:
    found = query("--metrics", "headcount", "--group-by", "metric_time__quarter").set_index(
        "metric_time__quarter"
    )
    rows = cells(warehouse).query("kpi_code == 'headcount'").groupby("period")["numerator"].sum()
    whole = rows[rows.index.month % 3 == 0]
    starts = [(end - pd.DateOffset(months=2)).strftime("%Y-%m-%d") for end in whole.index]
    by_day = found["headcount"].rename(index=lambda text: str(text)[:10])
    assert len(whole) > 2
    np.testing.assert_allclose(by_day.reindex(starts), whole.to_numpy())
