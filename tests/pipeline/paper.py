"""Reads the files and tables of a worked example and sets them beside what was built. No tests."""

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

from contracts.instrument import load_instrument
from contracts.kpis import load_kpis
from contracts.marts import MARTS
from contracts.marts_benchmark import INDEX_CODE, SEGMENT_TYPES, benchmark_subjects
from contracts.marts_panel import panel_outcomes

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
WAVE, WAVE_BEGINS = "2024-H1", "2024-01-01"
HALF_OF_THE_LAST_DECIMAL = 5.1e-7
"""The paper rounds to six decimals."""

_NEVER = re.compile(r"^<!-- unknown: (\w+) ([\w ]+) -->$", re.MULTILINE)
_TABLE = re.compile(r"^<!-- paper: (\w+) -->\n\n((?:\|.*\n)+)", re.MULTILINE)

_FILE = re.compile(r"^<!-- file: (\S+) -->\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)

Key = tuple[str, ...]
Cells = dict[Key, dict[str, Any]]


@dataclass(frozen=True)
class Table:
    """Cells by key and column; on paper they are texts, in the edition values."""

    columns: tuple[str, ...]
    cells: Cells


def write_files(text: str, folder: Path) -> None:
    """Write the files that stand on a page into a home."""
    for match in _FILE.finditer(text):
        path = folder / match[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(match[2], encoding="utf-8")


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


def benchmark_paper(text: str) -> Table:
    """A row per figure that is known on paper and kind of group, all of them hidden: three are no group."""
    contract, organizations = (
        MARTS["fct_benchmark"],
        paper_table(text, "dim_organization", ("organization_id",)),
    )
    months = paper_table(text, "fct_organization_month", MARTS["fct_organization_month"].key).cells
    known = [key for key, row in long_paper(text).cells.items() if row["value"] != UNKNOWN]
    known += [(*key, INDEX_CODE) for key, row in months.items() if row[INDEX_CODE] != UNKNOWN]
    cells: Cells = {}
    for who, month, code in known:
        least = "10" if benchmark_subjects()[code] else "5"
        for kind in SEGMENT_TYPES:
            told = {"organization_id": who, "period": month, "kpi_code": code, "segment_type": kind}
            told |= {"segment": organizations.cells[who,][kind], "minimum_group": least}
            told |= {"is_suppressed": "yes", "suppression_reason": "below_minimum"}
            row = {name: told.get(name, UNKNOWN) for name in contract.column_names}
            cells[tuple(row[name] for name in contract.key)] = row
    return Table(contract.column_names, cells)


def distribution_paper(text: str) -> Table:
    """The answers to each item on paper, a row per level; levels and items in the words of the instrument."""
    instrument, columns = load_instrument(), MARTS["fct_item_distribution"].column_names
    dimension = {item.code: item.dimension for item in instrument.items}
    cells: Cells = {}
    for (who, item), row in paper_table(text, "item_answers", ("organization_id", "item_code")).cells.items():
        for level in instrument.levels:
            n_answers, n_raters = row[str(level.level)], row["n_raters"]
            is_hidden = n_answers == UNKNOWN
            share = UNKNOWN if is_hidden else repr(int(n_answers) / int(n_raters))
            told = (
                who, WAVE, WAVE_BEGINS, instrument.version, item, dimension[item], str(level.level),
                level.name_en, level.name_nl, n_answers, n_raters, share, "yes" if is_hidden else "no",
            )  # fmt: skip
            said = dict(zip(columns, told, strict=True))
            cells[tuple(said[name] for name in MARTS["fct_item_distribution"].key)] = said
    return Table(columns, cells)


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
