"""Delivered files turned about without changing what they say, and the way from files to marts. No tests."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pandas as pd

from models.demo import WorldSpec, make_demo
from models.demo.spec import DemoExports
from orchestration.dbt import DBT_FOLDER, DbtProject
from orchestration.demo_home import write_demo
from orchestration.ingest.gate.accept import accept
from orchestration.ingest.land.deliveries import receive
from orchestration.settings import load_settings
from orchestration.warehouse import build_file

Files = dict[str, bytes]
Change = Callable[["Sheet"], "Sheet"]
Row = tuple[Any, ...]
SEEDS = (11, 12)
MODELS = ("resource_type:model", "resource_type:seed")


@dataclass(frozen=True)
class World:
    """A dirty world on which everything ran once, and its marts."""

    exports: DemoExports
    home: Path
    marts: dict[str, list[Row]]


@dataclass(frozen=True)
class Sheet:
    """A delivered CSV: header rows, rows as wide as the header, and what stands below them."""

    headers: list[list[str]]
    rows: list[list[str]]
    footer: list[list[str]]
    delimiter: str
    encoding: str
    line_end: str = "\n"


def read(path: str, content: bytes) -> Sheet:
    """Take a file of the demo apart."""
    encoding = "cp1252" if "/accounts" in path else "utf-8"
    text = content.decode(encoding)
    delimiter = ";" if ";" in text.split("\n", 1)[0] else ","
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    n_headers = 3 if "/qualtrics/" in path else 1
    rows = [line for line in lines[n_headers:] if len(line) == len(lines[0])]
    footer = [line for line in lines[n_headers:] if len(line) != len(lines[0])]
    return Sheet(lines[:n_headers], rows, footer, delimiter, encoding)


def write(sheet: Sheet) -> bytes:
    """Put a file together again."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=sheet.delimiter, lineterminator=sheet.line_end)
    writer.writerows([*sheet.headers, *sheet.rows, *sheet.footer])
    return written.getvalue().encode(sheet.encoding)


def each(files: Files, change: Change) -> Files:
    """Every file after one change."""
    return {path: write(change(read(path, content))) for path, content in files.items()}


def rows_shuffled(files: Files, random: Random) -> Files:
    """The rows of each file in another order."""
    return each(files, lambda sheet: replace(sheet, rows=random.sample(sheet.rows, len(sheet.rows))))


def columns_turned(files: Files, random: Random) -> Files:
    """The columns of each file in another order, each with its header."""

    def turned(sheet: Sheet) -> Sheet:
        order = random.sample(range(len(sheet.headers[0])), len(sheet.headers[0]))
        headers = [[row[place] for place in order] for row in sheet.headers]
        return replace(sheet, headers=headers, rows=[[row[place] for place in order] for row in sheet.rows])

    return each(files, turned)


def written_elsewhere(files: Files, random: Random) -> Files:
    """Lines end as on Windows, and the encoding is another one that says which it is."""

    def other(sheet: Sheet) -> Sheet:
        encoding = random.choice(["utf-8-sig", "utf-16"]) if sheet.encoding == "utf-8" else sheet.encoding
        return replace(sheet, line_end="\r\n", encoding=encoding)

    return each(files, other)


def split_in_two(files: Files, random: Random) -> Files:
    """Each export in two files, its rows dealt out at random."""
    result = {}
    for path, content in files.items():
        sheet = read(path, content)
        if not path.startswith("exports/"):
            result[path] = content
            continue
        first = [random.random() < 0.5 for _ in sheet.rows]
        for name, part in ((path, True), (path.replace(".csv", "_rest.csv"), False)):
            rows = [row for row, is_first in zip(sheet.rows, first, strict=True) if is_first == part]
            result[name] = write(replace(sheet, rows=rows))
    return result


def delivered_twice(files: Files, random: Random) -> Files:
    """Each export a second time, in other bytes that say the same."""
    again = columns_turned({path: c for path, c in files.items() if path.startswith("exports/")}, random)
    return {**files, **{path.replace(".csv", "_copy.csv"): content for path, content in again.items()}}


def renamed(files: Files, names: Mapping[str, str]) -> Files:
    """Organisations under other ids, wherever they are named."""
    references = {path: content for path, content in files.items() if path.startswith("reference/")}

    def other(sheet: Sheet) -> Sheet:
        return replace(sheet, rows=[[names.get(cell, cell) for cell in row] for row in sheet.rows])

    return {**files, **each(references, other)}


def put(home: Path, exports: DemoExports, files: Files) -> None:
    """Write a home; what its settings declare of a file holds for files named alike too."""
    settings = re.sub(r'(\w)\.csv"', r'\1*.csv"', exports.settings_yaml)
    write_demo(home, replace(exports, files=files, settings_yaml=settings))


def build(home: Path, variables: Mapping[str, Any] | None = None) -> None:
    """From delivered files to marts, without checks: what is compared is what comes out."""
    settings = load_settings(home)
    receive(home, settings)
    accept(home, settings)
    results = DbtProject(DBT_FOLDER).build(home, MODELS, settings.reporting_currency, variables)
    broken = [result.unique_id for result in results if result.status != "success"]
    if broken:
        raise RuntimeError(f"not built: {', '.join(broken)}")


def marts(home: Path) -> dict[str, list[Row]]:
    """Every mart as its rows, in total order."""
    with duckdb.connect(str(build_file(home)), read_only=True) as connection:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
        ).fetchall()
        return {
            name: connection.execute(f'select * from marts."{name}" order by all').fetchall()
            for (name,) in names
        }


def frame(home: Path, query: str) -> pd.DataFrame:
    """Result of a query on the build file."""
    with duckdb.connect(str(build_file(home)), read_only=True) as connection:
        return connection.execute(query).df()


def ledger(home: Path) -> pd.DataFrame:
    """Fates of the delivered rows, by file."""
    return pd.read_parquet(home / "accepted" / "ledger.parquet").set_index("file")


def world(home: Path, seed: int) -> World:
    """A small dirty world, from its files to its marts."""
    exports = make_demo(WorldSpec(seed=seed, organizations=6, months=9, tickets_per_month=3))
    put(home, exports, exports.files)
    build(home)
    return World(exports, home, marts(home))


def _of_the_rows(mart: str, rows: list[Row]) -> list[Row]:
    """Rows of a mart without refusals: these are counted per file, and other bytes are another delivery."""
    return [row for row in rows if row[4] != "quarantined"] if mart == "fct_quarantine_impact" else rows


def differences(before: Mapping[str, list[Row]], after: Mapping[str, list[Row]]) -> list[str]:
    """One sentence per mart in which rows differ, with the first such row of each side."""
    said = []
    for name in sorted(before.keys() | after.keys()):
        was, now = (_of_the_rows(name, marts.get(name, [])) for marts in (before, after))
        if was != now:
            lost = [row for row in was if row not in set(now)][:1]
            new = [row for row in now if row not in set(was)][:1]
            said.append(f"{name}: {len(was)} rows, then {len(now)}; lost {lost}, new {new}")
    return said


def in_order(rows: list[Row]) -> list[Row]:
    """Rows in the total order of the marts, unknown last."""
    return sorted(rows, key=lambda row: [(cell is None, _comparable(cell)) for cell in row])


def _comparable(cell: object) -> Any:
    return "" if cell is None else float(cell) if isinstance(cell, Decimal) else cell
