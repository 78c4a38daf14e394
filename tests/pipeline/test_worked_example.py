"""SQL and its second route can be wrong alike; here every cell of the marts must equal one done by hand.

The paper is docs/worked-example.md: the delivered files and the tables that must come of them are read there.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from contracts.kpis import load_kpis
from contracts.marts import MARTS
from contracts.marts_panel import panel_outcomes
from orchestration.cli import cli
from orchestration.explain.cell import explain_kpi
from orchestration.explain.source import Source, opened
from orchestration.explain.words import in_words
from orchestration.reader import connect

PAPER = Path(__file__).parents[2] / "docs" / "worked-example.md"
WORKED = (
    "dim_organization",
    "fct_assessment",
    "fct_practice",
    "fct_channel_adoption",
    "fct_organization_month",
    "fct_revenue_currency",
    "fct_join_coverage",
)
_LONG = (
    "organization_id",
    "period",
    "kpi_code",
    "numerator",
    "denominator",
    "value",
    "is_below_minimum_sample",
)
UNKNOWN = "·"
HALF_OF_THE_LAST_DECIMAL = 5.1e-7
"""The paper rounds to six decimals."""

_FILE = re.compile(r"^<!-- file: (\S+) -->\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NEVER = re.compile(r"^<!-- unknown: (\w+) ([\w ]+) -->$", re.MULTILINE)
_TABLE = re.compile(r"^<!-- paper: (\w+) -->\n\n((?:\|.*\n)+)", re.MULTILINE)

Key = tuple[str, ...]
Cells = dict[Key, dict[str, Any]]


@dataclass(frozen=True)
class Table:
    """Cells by key and column; on paper they are texts, in the edition values."""

    columns: tuple[str, ...]
    cells: Cells


def paper_table(text: str, name: str, key: tuple[str, ...]) -> Table:
    """All tables of one name, laid beside each other by their key."""
    columns: dict[str, None] = {}
    cells: Cells = {}
    for lines in (match[2].splitlines() for match in _TABLE.finditer(text) if match[1] == name):
        head, rows = _row(lines[0]), [_row(line) for line in lines[2:]]
        keys = [tuple(row[head.index(column)] for column in key) for row in rows]
        assert len(set(keys)) == len(keys), f"{name}: a key stands twice in the table of {head}"
        assert not cells or set(keys) == set(cells), f"{name}: the tables have other keys at {head}"
        twice = (set(head) & set(columns)) - set(key)
        assert not twice, f"{name}: worked out twice: {twice}"
        columns |= dict.fromkeys(head)
        for row_key, row in zip(keys, rows, strict=True):
            cells.setdefault(row_key, {}).update(zip(head, row, strict=True))
    never = _never_known(text, name)
    for row in cells.values():
        row.update(dict.fromkeys(never, UNKNOWN))
    return Table((*columns, *never), cells)


def _never_known(text: str, name: str) -> list[str]:
    """Columns of the KPIs that the paper calls unknown in every row."""
    codes = [code for match in _NEVER.finditer(text) if match[1] == name for code in match[2].split()]
    wanted = {f"{code}{part}" for code in codes for part in ("", "_numerator", "_denominator")}
    return [column.name for column in MARTS[name].columns if column.name in wanted] if codes else []


def long_paper(text: str) -> Table:
    """The wide table of months on paper, turned into one row per KPI, with the minimum samples on paper."""
    months = paper_table(text, "fct_organization_month", MARTS["fct_organization_month"].key)
    kpis = paper_table(text, "dim_kpi", ("kpi_code",))
    cells: Cells = {}
    for key, month in months.cells.items():
        for (code,), kpi in kpis.cells.items():
            parts = [month.get(f"{code}_{part}", UNKNOWN) for part in ("numerator", "denominator")]
            if {*parts, month[code]} == {UNKNOWN}:
                continue
            is_small = parts[1] == UNKNOWN or Decimal(parts[1]) < Decimal(kpi["minimum_sample"])
            row = (*key, code, *parts, month[code], "yes" if is_small else "no")
            cells[*key, code] = dict(zip(_LONG, row, strict=True))
    return Table(_LONG, cells)


def panel_paper(text: str) -> Table:
    """The panel on paper: index and traits as written, outcomes out of the months, a quarter to each side."""
    key = MARTS["fct_maturity_impact"].key
    written = paper_table(text, "fct_maturity_impact", key)
    months = paper_table(text, "fct_organization_month", key).cells
    registry = load_kpis()
    cells: Cells = {}
    for at, row in written.cells.items():
        told = dict(row)
        for kpi in registry.explained:
            told[kpi.code] = months[at][kpi.code]
            for part in ("numerator", "denominator") if kpi.is_ratio else ():
                told[f"{kpi.code}_{part}"] = months[at].get(f"{kpi.code}_{part}", UNKNOWN)
        for kpi in registry.logged:
            figure = told[kpi.code]
            is_positive = figure != UNKNOWN and float(figure) > 0
            told[f"log_{kpi.code}"] = repr(math.log(float(figure))) if is_positive else UNKNOWN
        cells[at] = told
    for at, told in cells.items():
        for outcome in panel_outcomes():
            for way, months_away in (("lead", 3), ("lag", -3)):
                there = (at[0], _shifted(at[1], months_away))
                told[f"{outcome}_{way}_3m"] = cells.get(there, {}).get(outcome, UNKNOWN)
    return Table(tuple(next(iter(cells.values()))), cells)


def _shifted(day: str, months: int) -> str:
    month = dt.date.fromisoformat(day).month - 1 + months
    year = int(day[:4]) + month // 12
    return dt.date(year, month % 12 + 1, 1).isoformat()


def _row(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def built_table(connection: duckdb.DuckDBPyConnection, relation: str, key: tuple[str, ...]) -> Table:
    """A table of the edition, or a Parquet file, as Python values."""
    result = connection.execute(f"select * from {relation}")
    columns = tuple(column[0] for column in result.description or ())
    rows = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
    return Table(columns, {tuple(str(row[name]) for name in key): row for row in rows})


def differences(name: str, paper: Table, built: Table, *, every_column: bool = True) -> Iterator[str]:
    """One sentence per cell, row or column in which paper and built table differ."""
    if every_column and set(paper.columns) != set(built.columns):
        yield f"{name}: columns of one only: {sorted(set(paper.columns) ^ set(built.columns))}"
    for key in sorted(paper.cells.keys() ^ built.cells.keys()):
        where = "of the paper is not built" if key in paper.cells else "is not on paper"
        yield f"{name} {key}: a row {where}"
    for key in sorted(paper.cells.keys() & built.cells.keys()):
        for column in paper.columns:
            said, found = paper.cells[key][column], built.cells[key].get(column)
            if not agrees(said, found):
                yield f"{name} {key} {column}: paper {said}, built {found}"


def agrees(said: str, found: object) -> bool:
    """Whether a cell on paper says what was built; unknown agrees with unknown only."""
    if found is None or said == UNKNOWN:
        return found is None and said == UNKNOWN
    match found:
        case bool():
            return said == ("yes" if found else "no")
        case dt.date():
            return said == found.isoformat()
        case int() | Decimal():
            return Decimal(said) == found
        case float():
            return abs(float(said) - found) <= HALF_OF_THE_LAST_DECIMAL
        case _:
            return said == found


@pytest.fixture(scope="module")
def text() -> str:
    return PAPER.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def home(text: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the page, on which the whole pipeline ran through the command line."""
    folder = tmp_path_factory.mktemp("worked") / "home"
    for match in _FILE.finditer(text):
        path = folder / match[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(match[2], encoding="utf-8")
    said = CliRunner().invoke(cli, ["run", "--home", str(folder)])
    assert said.exit_code == 0, said.output[-3000:]
    return folder


@pytest.fixture(scope="module")
def edition(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(home) as connection:
        yield connection


@pytest.fixture(scope="module")
def source(home: Path) -> Iterator[Source]:
    with opened(home, None) as found:
        yield found


@pytest.mark.parametrize("mart", ["dim_organization_period", "dim_date"])
def test_days_and_months_on_paper_are_as_counted_there(
    mart: str, text: str, edition: duckdb.DuckDBPyConnection
) -> None:
    key = MARTS[mart].key
    paper, built = paper_table(text, mart, key), built_table(edition, f"marts.{mart}", key)
    assert len(paper.cells) > 5
    said = Table(built.columns, {row: built.cells[row] for row in paper.cells})
    assert list(differences(mart, paper, said)) == []


@pytest.mark.parametrize("mart", WORKED)
def test_every_cell_equals_the_paper(mart: str, text: str, edition: duckdb.DuckDBPyConnection) -> None:
    key = MARTS[mart].key
    paper = paper_table(text, mart, key)
    assert paper.cells, f"{mart} is not worked out on paper"
    found = list(differences(mart, paper, built_table(edition, f"marts.{mart}", key)))
    assert found == []


def test_every_cell_of_the_panel_equals_the_paper(text: str, edition: duckdb.DuckDBPyConnection) -> None:
    paper = panel_paper(text)
    built = built_table(edition, "marts.fct_maturity_impact", MARTS["fct_maturity_impact"].key)
    assert list(differences("fct_maturity_impact", paper, built)) == []


def test_the_long_table_says_what_the_wide_one_says(text: str, edition: duckdb.DuckDBPyConnection) -> None:
    built = built_table(edition, "marts.fct_kpi", MARTS["fct_kpi"].key)
    assert list(differences("fct_kpi", long_paper(text), built)) == []
    kpis = paper_table(text, "dim_kpi", ("kpi_code",))
    known = built_table(edition, "marts.dim_kpi", ("kpi_code",))
    said = Table(known.columns, {key: known.cells[key] for key in kpis.cells})
    assert list(differences("dim_kpi", kpis, said, every_column=False)) == []


def test_every_delivered_row_has_the_fate_of_the_paper(text: str, home: Path) -> None:
    ledger = home / "accepted" / "ledger.parquet"
    paper = paper_table(text, "ledger", ("file",))
    with duckdb.connect() as connection:
        built = built_table(connection, f"read_parquet('{ledger}')", ("file",))
    assert list(differences("ledger", paper, built, every_column=False)) == []
    assert all(
        int(row["delivered"]) == sum(int(row[n]) for n in row if n not in {"file", "delivered"})
        for row in paper.cells.values()
    )


def test_the_rate_is_told_with_its_kind_its_month_and_the_currency_it_came_in(source: Source) -> None:
    told = explain_kpi(source, "revenue", "care", "2024-02")
    [row] = told["rows"]
    assert row["money"] == {
        "amount": 1500.0, "currency": "GBP", "rate": 1.17, "rate_kind": "average", "rate_date": "2024-02-01"
    }  # fmt: skip
    assert row["numerator"] == 1500.0 * 1.17
    assert any("1,500 GBP at 1.17, average rate of 2024-02" in line for line in in_words(told, 5, False))


def test_money_in_the_reporting_currency_stands_at_a_rate_of_one(source: Source) -> None:
    told = explain_kpi(source, "open_pipeline", "care", "2024-04")
    [money] = [row["money"] for row in told["rows"]]
    assert (money["rate"], money["rate_kind"], money["rate_date"]) == (1.0, "closing", "2024-04-30")
    assert not any("rate of" in line for line in in_words(told, 5, False) if "numerator" in line)
    counted = explain_kpi(source, "ticket_volume", "care", "2024-02")["rows"]
    assert [row["money"] for row in counted] == [None]


def test_every_kind_of_row_is_on_paper(text: str) -> None:
    """Guards the page against thinning out: the traps must stay in it."""
    fates = paper_table(text, "ledger", ("file",)).cells.values()
    assert sum(int(row["delivered"]) for row in fates) > 60
    for fate in ("quarantined", "duplicate", "superseded"):
        assert sum(int(row[fate]) for row in fates) >= 2, fate
    coverage = paper_table(text, "fct_join_coverage", MARTS["fct_join_coverage"].key).cells.values()
    assert {row["source_system"] for row in coverage if row["n_unmapped"] != "0"} >= {"zendesk", "xero"}
    assert {row["source_system"] for row in coverage if row["n_without_rate"] != "0"} >= {"salesforce"}
    assert "GBP" in {row["currency"] for row in coverage if row["n_without_rate"] == "0"}
    months = paper_table(text, "fct_organization_month", MARTS["fct_organization_month"].key)
    assert len({key[0] for key in months.cells}) == 3
    assert len({key[1] for key in months.cells}) == 4


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("0.333334", 1 / 3),
        ("0", None),
        (UNKNOWN, 0.0),
        ("yes", False),
        ("2024-01-02", dt.date(2024, 1, 1)),
        ("10.01", Decimal("10.00")),
        ("3", 4),
        ("shop", "shops"),
    ],
)
def test_a_cell_that_differs_is_named(said: str, found: object) -> None:
    paper = Table(("key", "cell"), {("a",): {"key": "a", "cell": said}})
    built = Table(("key", "cell"), {("a",): {"key": "a", "cell": found}})
    assert list(differences("mart", paper, built)) == [f"mart ('a',) cell: paper {said}, built {found}"]


def test_a_row_or_column_of_one_side_is_named() -> None:
    paper = Table(("key",), {("a",): {"key": "a"}})
    built = Table(("key", "more"), {("b",): {"key": "b", "more": 1}})
    assert list(differences("mart", paper, built)) == [
        "mart: columns of one only: ['more']",
        "mart ('a',): a row of the paper is not built",
        "mart ('b',): a row is not on paper",
    ]
