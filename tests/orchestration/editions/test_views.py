"""Harm prevented: a ready-made view answers a common question wrongly, and everybody copies it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from orchestration.editions import views

VIEWS = {view.name: view for view in views.load_views()}
# Organisations A and B; figures small enough to be added up by hand.
TABLES = """
create table dim_organization as select * from (values
    ('A', 'Aa', 'retail', 'NL', 'under_500'), ('B', 'Bb', 'retail', 'BE', '500_and_over')
) as t (organization_id, name, industry, country, employees_band);
create table dim_kpi as select * from (values
    ('csat_share', 'Satisfaction', 'share', 'ratio', 5),
    ('ticket_volume', 'Volume', 'tickets', 'total', 1),
    ('headcount', 'Headcount', 'persons', 'balance', 1),
    ('resolution', 'Resolution', 'minutes', 'median', 5)
) as t (kpi_code, name_en, unit, aggregation, minimum_sample);
create table fct_kpi as select * from (values
    ('A', date '2026-01-01', 'csat_share', 1.0, 2.0, 0.5),
    ('A', date '2026-02-01', 'csat_share', 6.0, 6.0, 1.0),
    ('A', date '2026-03-01', 'csat_share', null, null, null),
    ('A', date '2026-04-01', 'csat_share', 1.0, 4.0, 0.25),
    ('B', date '2026-01-01', 'csat_share', 0.0, 0.0, null),
    ('B', date '2026-02-01', 'csat_share', 3.0, 4.0, 0.75),
    ('A', date '2026-01-01', 'ticket_volume', 10.0, 1.0, 10.0),
    ('A', date '2026-03-01', 'ticket_volume', 30.0, 1.0, 30.0),
    ('B', date '2026-01-01', 'ticket_volume', 5.0, 1.0, 5.0),
    ('A', date '2026-01-01', 'headcount', 100.0, 1.0, 100.0),
    ('A', date '2026-02-01', 'headcount', 80.0, 1.0, 80.0),
    ('B', date '2026-01-01', 'headcount', 7.0, 1.0, 7.0),
    ('A', date '2026-01-01', 'resolution', null, 9.0, 42.0)
) as t (organization_id, period, kpi_code, numerator, denominator, value);
create table fct_organization_month as select * from (values
    ('A', date '2025-10-01', 40.0, 2),
    ('A', date '2025-12-01', 55.0, 3),
    ('A', date '2026-01-01', null, null),
    ('A', date '2026-03-01', 60.0, 4), ('B', date '2025-11-01', 20.0, 1)
) as t (organization_id, period, integration_index, stage);
create table fct_assessment as select * from (values
    ('A', '2025-H1', 40.0, 2, 'first_steps', 4, false),
    ('A', '2025-H2', 55.0, 3, 'pilot', 6, false),
    ('A', '2026-H1', null, null, null, 2, true), ('B', '2025-H2', 20.0, 1, 'doing_nothing', 2, true)
) as t (organization_id, wave, integration_index, stage, stage_code, n_raters, is_low_reliability);
create table fct_join_coverage as select * from (values
    ('zendesk', 'tickets', date '2026-01-01', 'XXX', 10, 10, 0),
    ('xero', 'ledger_lines', date '2026-01-01', 'EUR', 5, 5, 0),
    ('xero', 'ledger_lines', date '2026-01-01', 'GBP', 3, 1, 2)
) as t (source_system, entity, period, currency, n_rows, n_mapped, n_unmapped);
"""


@pytest.fixture
def edition(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{tmp_path / 'made.duckdb'}' as edition (storage_version 'v1.0.0')")
        connection.execute(f"use edition.main; {TABLES}; use memory.main")
        views.create(connection, "edition", list(VIEWS.values()))
        connection.execute("detach edition")
    # Opened under another name than the one it was made under.
    with duckdb.connect(str(tmp_path / "made.duckdb"), read_only=True) as connection:
        yield connection


def test_every_view_and_column_is_explained(edition: duckdb.DuckDBPyConnection) -> None:
    assert len(VIEWS) >= 6
    for name, view in VIEWS.items():
        columns = [row[0] for row in edition.execute(f"describe {name}").fetchall()]
        assert list(view.columns) == columns, name
        asked = f"select comment from duckdb_views() where view_name = '{name}'"
        assert edition.execute(asked).fetchall() == [(view.description,)]
        assert "?" in view.description, "a view says which question it answers"
        asked = f"select column_name, comment from duckdb_columns() where table_name = '{name}'"
        assert dict(edition.execute(asked).fetchall()) == dict(view.columns)


def test_a_view_comes_after_those_it_reads() -> None:
    names = list(VIEWS)
    assert names.index("kpi_by_quarter") < names.index("index_and_kpi_a_quarter_later")


def test_quarters_are_made_of_parts_and_not_of_months(edition: duckdb.DuckDBPyConnection) -> None:
    rows = edition.execute(
        "select organization_id, kpi_code, quarter::varchar, numerator, denominator, value, n_months, "
        "is_below_minimum_sample from kpi_by_quarter"
    ).fetchall()
    assert rows == [
        # 7 of 8, and not the mean 0.75 of a half and one.
        ("A", "csat_share", "2026-01-01", 7.0, 8.0, 0.875, 2, False),
        # A balance is that of the last month known, and nothing is added up.
        ("A", "headcount", "2026-01-01", 80.0, 1.0, 80.0, 2, False),
        ("A", "ticket_volume", "2026-01-01", 40.0, 1.0, 40.0, 2, False),
        ("A", "csat_share", "2026-04-01", 1.0, 4.0, 0.25, 1, True),
        ("B", "csat_share", "2026-01-01", 3.0, 4.0, 0.75, 2, True),
        ("B", "headcount", "2026-01-01", 7.0, 1.0, 7.0, 1, False),
        ("B", "ticket_volume", "2026-01-01", 5.0, 1.0, 5.0, 1, False),
    ]


def test_all_organisations_together_are_made_of_parts(edition: duckdb.DuckDBPyConnection) -> None:
    rows = edition.execute(
        "select period::varchar, kpi_code, value, n_organizations from kpi_of_all_by_month "
        "where period < date '2026-03-01'"
    ).fetchall()
    assert rows == [
        ("2026-01-01", "csat_share", 0.5, 2),
        ("2026-01-01", "headcount", 107.0, 2),
        ("2026-01-01", "ticket_volume", 15.0, 2),
        ("2026-02-01", "csat_share", 0.9, 2),
        ("2026-02-01", "headcount", 80.0, 1),
    ]


@pytest.fixture
def asked() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create table dim_kpi as select * from (values
                ('win_rate', 'Won', 'share'), ('nps', 'NPS', 'points'), ('headcount', 'Headcount', 'persons')
            ) as t (kpi_code, name_en, unit);
            create table fct_kpi (
                organization_id varchar, period date, kpi_code varchar,
                numerator double, denominator double, value double
            );
            """
        )
        yield connection


def intervals(asked: duckdb.DuckDBPyConnection, code: str, parts: list[tuple[float | None, int]]) -> Any:
    asked.execute("delete from fct_kpi")
    asked.executemany(
        "insert into fct_kpi values (?, date '2026-01-01', ?, ?, ?, ?)",
        [(f"{i:05d}", code, top, n, None if top is None else top / n) for i, (top, n) in enumerate(parts)],
    )
    return asked.execute(VIEWS["kpi_with_interval"].query).fetchnumpy()


def test_shares_have_the_interval_that_statsmodels_gives(asked: duckdb.DuckDBPyConnection) -> None:
    parts = [(0.0, 7), (1.0, 7), (7.0, 7), (81.0, 263), (None, 9)]
    found = intervals(asked, "win_rate", parts)
    for i, (top, n) in enumerate(parts[:-1]):
        expected = proportion_confint(top, n, method="wilson")
        assert (found["low"][i], found["high"][i]) == pytest.approx(expected, abs=1e-11)
    # Newcombe 1998, table I, method 3: 81 of 263 is 0.2553 to 0.3662, 1 of 29 0.0061 to 0.1718.
    assert (found["low"][3], found["high"][3]) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    found_more = intervals(asked, "win_rate", [(1.0, 29)])
    assert (found_more["low"][0], found_more["high"][0]) == pytest.approx((0.0061, 0.1718), abs=5e-5)
    assert found["n"].tolist() == [7, 7, 7, 263, 9]
    assert np.ma.getmaskarray(found["low"]).tolist() == [False] * 4 + [True]
    assert len(intervals(asked, "headcount", [(3.0, 1)])["n"]) == 0


@pytest.mark.parametrize(
    "shares", [(0.6, 0.0, 0.4), (0.45, 0.35, 0.2), (0.05, 0.9, 0.05), (0.95, 0.04, 0.01)]
)
def test_a_net_promoter_score_is_held_at_least_as_often_as_is_said(
    asked: duckdb.DuckDBPyConnection, shares: tuple[float, float, float]
) -> None:
    n, n_worlds = 40, 2000
    drawn = np.random.default_rng(11).multinomial(n, shares, n_worlds)
    found = intervals(asked, "nps", [(100.0 * (up - down), n) for up, _, down in drawn.tolist()])
    planted = 100 * (shares[0] - shares[2])
    held = int(((found["low"] <= planted) & (planted <= found["high"])).sum())
    # Binomial(2000, 0.95) lies below 1,860 in one of 20,000 honest runs.
    assert held >= 1860
    assert found["low"].min() >= -100
    assert found["high"].max() <= 100


def test_the_index_stands_beside_the_kpi_of_the_quarter_after(edition: duckdb.DuckDBPyConnection) -> None:
    rows = edition.execute(
        "select organization_id, quarter::varchar, integration_index, stage, quarter_after::varchar, "
        "value_after "
        "from index_and_kpi_a_quarter_later where kpi_code = 'csat_share'"
    ).fetchall()
    assert rows == [
        ("A", "2025-10-01", 55.0, 3, "2026-01-01", 0.875),
        ("A", "2026-01-01", 60.0, 4, "2026-04-01", 0.25),
        ("B", "2025-10-01", 20.0, 1, "2026-01-01", 0.75),
    ]


def test_the_latest_index_is_the_last_that_is_known(edition: duckdb.DuckDBPyConnection) -> None:
    rows = edition.execute(
        "select organization_id, name, wave, integration_index, index_before, change from latest_index"
    ).fetchall()
    assert rows == [
        ("A", "Aa", "2025-H2", 55.0, 40.0, 15.0),
        ("B", "Bb", "2025-H2", 20.0, None, None),
    ]


def test_only_rows_that_nobody_claimed_are_listed(edition: duckdb.DuckDBPyConnection) -> None:
    rows = edition.execute("select source_system, n_unmapped from rows_without_organization").fetchall()
    assert rows == [("xero", 2)]
