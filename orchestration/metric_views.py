"""Plain views of the published file: one per KPI of the registry. What they select is said in contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.kpis import load_kpis
from contracts.semantic import METRIC_SCHEMA, metric_views

if TYPE_CHECKING:
    import duckdb


def create_metric_views(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    """Make one view per KPI in the schema `metrics` of an attached file that holds `fct_kpi`.

    The views name the table without its database: a file that is opened is called after its name, and would
    not know itself by the name it was written under.
    """
    connection.execute(f"create schema if not exists {database}.{METRIC_SCHEMA}")
    [(before,)] = connection.execute("select current_database()").fetchall()
    connection.execute(f"use {database}")
    for code, query in metric_views().items():
        kpi = load_kpis().kpi(code)
        said = f"{kpi.name_en} by organisation and month. {kpi.formula}".replace("'", "''")
        connection.execute(f"create view {METRIC_SCHEMA}.{code} as {query}")
        connection.execute(f"comment on view {METRIC_SCHEMA}.{code} is '{said}'")
    connection.execute(f"use {before}")
