"""A month off by one or a rounded sum would reach every KPI; the macros are held to Python on any input."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment

PORTABLE = Path(__file__).parents[2] / "dbt_project" / "macros" / "portable"
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 12, 31))
MONEY = st.decimals(Decimal("-1e9"), Decimal("1e9"), places=2)
FEW = settings(max_examples=60, deadline=None)


class Adapter:
    """Finds DuckDB's spelling of a macro, as dbt does."""

    def __init__(self) -> None:
        self.module: Any = None

    def dispatch(self, name: str) -> Any:
        """The default spelling, which is DuckDB's."""
        return getattr(self.module, f"default__{name}")


@pytest.fixture(scope="module")
def macros() -> Any:
    adapter = Adapter()
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted(PORTABLE.glob("*.sql")))
    environment = Environment(extensions=["jinja2.ext.do"])
    adapter.module = environment.from_string(source, globals={"adapter": adapter, "var": {}.get}).module
    return adapter.module


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def value(con: duckdb.DuckDBPyConnection, sql: str, rows: str = "(select 1)") -> Any:
    return con.execute(f"select {sql} from {rows}").fetchall()[0][0]


def later(day: date, months: int) -> date:
    return (pd.Timestamp(day) + pd.DateOffset(months=months)).date()


def column(values: list[Any], kind: str) -> str:
    rows = ", ".join("(null)" if v is None else f"('{v}')" for v in values)
    return f"(select cast(x as {kind}) as x from (values {rows}) as t(x))"


@FEW
@given(moment=MOMENTS)
def test_month_start(macros: Any, con: duckdb.DuckDBPyConnection, moment: datetime) -> None:
    assert value(con, macros.month_start(f"timestamp '{moment}'")) == moment.date().replace(day=1)


@FEW
@given(day=DAYS, months=st.integers(-400, 400))
def test_shifted_by_months(macros: Any, con: duckdb.DuckDBPyConnection, day: date, months: int) -> None:
    """From the 31st to a shorter month the last day is meant, in whatever direction."""
    assert value(con, macros.shift_months(f"date '{day}'", months)) == later(day, months)


@FEW
@given(day=DAYS, months=st.integers(-400, 400))
def test_first_days_shift_there_and_back(
    macros: Any, con: duckdb.DuckDBPyConnection, day: date, months: int
) -> None:
    first = day.replace(day=1)
    there = macros.shift_months(f"date '{first}'", months)
    assert value(con, macros.shift_months(there, -months)) == first


@FEW
@given(day=DAYS, days=st.integers(-9000, 9000))
def test_shifted_by_days(macros: Any, con: duckdb.DuckDBPyConnection, day: date, days: int) -> None:
    assert value(con, macros.shift_days(f"date '{day}'", days)) == day + timedelta(days=days)


@FEW
@given(day=DAYS, n=st.integers(0, 60))
def test_a_series_holds_every_month_once(
    macros: Any, con: duckdb.DuckDBPyConnection, day: date, n: int
) -> None:
    first = day.replace(day=1)
    last = later(first, n)
    series = macros.month_series(f"date '{first}'", f"date '{last}'")
    found = [row[0].date() for row in con.execute(f"select {series}").fetchall()]
    assert found == [later(first, k) for k in range(n + 1)]


@FEW
@given(year=st.integers(1900, 2199), half=st.sampled_from([1, 2]))
def test_a_wave_begins_with_its_half_year(
    macros: Any, con: duckdb.DuckDBPyConnection, year: int, half: int
) -> None:
    assert value(con, macros.wave_start(f"'{year}-H{half}'")) == date(year, 6 * half - 5, 1)


@FEW
@given(top=st.none() | MONEY, bottom=st.none() | MONEY)
def test_a_ratio_needs_a_positive_denominator(
    macros: Any, con: duckdb.DuckDBPyConnection, top: Decimal | None, bottom: Decimal | None
) -> None:
    said = ["null" if part is None else f"'{part}'::decimal(18, 2)" for part in (top, bottom)]
    found = value(con, macros.ratio(*said))
    is_known = top is not None and bottom is not None and bottom > 0
    assert found == (float(top) / float(bottom) if is_known else None)


@FEW
@given(amounts=st.lists(st.none() | MONEY, min_size=1, max_size=30), random=st.randoms())
def test_money_adds_up_exactly_in_any_order(
    macros: Any, con: duckdb.DuckDBPyConnection, amounts: list[Decimal | None], random: Any
) -> None:
    known = [amount for amount in amounts if amount is not None]
    mixed = random.sample(amounts, len(amounts))
    found = value(con, macros.decimal_sum("x"), column(mixed, "decimal(18, 2)"))
    assert found == (sum(known) if known else None)
    mean = value(con, macros.exact_mean("x"), column(mixed, "decimal(18, 2)"))
    assert mean == (float(sum(known)) / len(known) if known else None)


@FEW
@given(scores=st.lists(st.none() | st.integers(0, 100), min_size=1, max_size=6))
def test_the_mean_of_what_is_present(
    macros: Any, con: duckdb.DuckDBPyConnection, scores: list[int | None]
) -> None:
    names = [f"c{place}" for place in range(len(scores))]
    row = ", ".join(
        f"cast({'null' if score is None else score} as double) as {name}_score"
        for name, score in zip(names, scores, strict=True)
    )
    known = [score for score in scores if score is not None]
    found = value(con, macros.mean_of_present(names, "_score"), f"(select {row})")
    assert found == (sum(known) / len(known) if known else None)


@FEW
@given(amount=st.none() | st.decimals(Decimal("-1e6"), Decimal("1e9"), places=2))
def test_a_logarithm_needs_something_positive(
    macros: Any, con: duckdb.DuckDBPyConnection, amount: Decimal | None
) -> None:
    import math

    said = "null::decimal(18, 2)" if amount is None else f"'{amount}'::decimal(18, 2)"
    found = value(con, macros.natural_log(said))
    if amount is None or amount <= 0:
        assert found is None
    else:
        assert found == pytest.approx(math.log(amount), rel=1e-12, abs=1e-12)


def test_a_fingerprint_keeps_hashes_and_not_rows(macros: Any) -> None:
    """At ten times the demo's organisations the rows themselves did not fit into a gigabyte."""
    said = macros.fingerprint_of_rows("wide", "number").strip()
    rows = "(select {place} as number, repeat(number::varchar, 1000) as told from range(60000)) as wide"
    connection = duckdb.connect(config={"memory_limit": "100MB", "threads": 2, "temp_directory": ""})
    found = value(connection, said, rows.format(place="range"))
    assert found == value(connection, said, rows.format(place="59999 - range"))
    assert found != value(connection, said, rows.format(place="range + 1"))
