"""A metric that is another figure in `mf query`, in its view or in the mart is three truths of one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from contracts.semantic import metric_kpis
from orchestration.cli import cli
from orchestration.editions.folder import file_hashes
from orchestration.editions.metricflow import NoMetrics, write_project
from orchestration.reader import connect

Query = Callable[..., pd.DataFrame]


@pytest.fixture(scope="module")
def query(made: Any, tmp_path_factory: pytest.TempPathFactory) -> Query:
    """`mf query` in the folder that the command writes."""
    folder = tmp_path_factory.mktemp("mf") / "metrics"
    told = CliRunner().invoke(cli, ["metricflow", str(folder), "--home", str(made.home)])
    assert told.exit_code == 0, told.output
    assert made.current in told.output

    def run(*arguments: str) -> pd.DataFrame:
        answer = folder / "answer.csv"
        command = [sys.executable, "-m", "dbt_metricflow.cli.main", "query", "--quiet", "--csv", str(answer)]
        said = subprocess.run(
            [*command, *arguments], cwd=folder, env={**os.environ, "DBT_PROFILES_DIR": str(folder)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert said.returncode == 0, said.stdout + said.stderr
        return pd.read_csv(answer)

    return run


def test_metricflow_the_views_and_the_mart_say_the_same(made: Any, query: Query) -> None:
    codes = [kpi.code for kpi in metric_kpis()]
    asked = query("--metrics", ",".join(codes), "--group-by", "metric_time,organization")
    asked = asked.assign(period=pd.to_datetime(asked["metric_time__month"]))
    asked = asked.set_index(["organization", "period"])
    n_known = 0
    with connect(made.home) as edition:
        for code in codes:
            view = edition.execute(f"from metrics.{code} where value is not null order by all").df()
            mart = edition.execute(
                f"select organization_id, period, numerator, denominator, {code} as value "
                "from fct_kpi inner join fct_organization_month using (organization_id, period) "
                f"where kpi_code = '{code}' and {code} is not null order by all"
            ).df()
            pd.testing.assert_frame_equal(view[mart.columns], mart, check_dtype=False)
            of_cells = mart.set_index(["organization_id", "period"])["value"].astype(float)
            np.testing.assert_allclose(asked[code].reindex(of_cells.index), of_cells, rtol=1e-9, err_msg=code)
            n_known += len(mart)
    assert n_known > 1000


def test_it_groups_by_what_the_edition_says_of_organizations(made: Any, query: Query) -> None:
    asked = query("--metrics", "csat_share", "--group-by", "organization__industry")
    with connect(made.home) as edition:
        expected = dict(
            edition.execute(
                "select industry, sum(numerator) / sum(denominator) from metrics.csat_share "
                "inner join dim_organization using (organization_id) group by industry"
            ).fetchall()
        )
    found = asked.set_index("organization__industry")["csat_share"]
    assert set(found.index) == set(expected)
    assert all(found[name] == pytest.approx(share) for name, share in expected.items())


def test_nothing_was_written_to_the_edition(made: Any, query: Query) -> None:
    query("--metrics", "revenue")
    edition = made.home / "editions" / made.current
    assert file_hashes(edition) == json.loads((edition / "manifest.json").read_text())["files"]


def test_a_folder_in_use_and_an_edition_without_metrics_are_named(made: Any, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(NoMetrics, match="something else"):
        write_project(made.home / "editions" / made.current, tmp_path)
    with pytest.raises(NoMetrics, match="without its metrics"):
        write_project(tmp_path, tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
