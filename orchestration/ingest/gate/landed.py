"""Landed rows of a lot as SQL, with the columns that are made out of its whole file. No typing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from contracts.sql_given import GIVEN, given_columns, listings, members
from contracts.sql_rules import listed, quoted, text
from orchestration.ingest.gate.lots import Lot, landed_rows

_ROWS_AT_A_TIME = 400_000
"""Bounds the memory of typing, never the outcome."""


@dataclass(frozen=True, slots=True)
class Source:
    """SQL sources of the landed rows of a lot.

    Attributes
    ----------
    rows : all that is known of every row.
    plain : without what lists say, which is null there: to join them costs more than to type the row.
    member : text of the row's own key, by which lists name it; right for plain rows.
    lists : table of `member` and `key` by canonical column; only those that name a row.
    """

    rows: str
    plain: str
    member: str
    lists: Mapping[str, str]


def source_of(con: duckdb.DuckDBPyConnection, lot: Lot) -> Source:
    """SQL sources of a lot; the lists of its rows are read into tables."""
    absent = sorted(lot.profile.used - set(lot.columns))
    columns = [quoted(name) for name in (*lot.columns, "source_line")]
    columns += [f"null::varchar as {quoted(name)}" for name in absent]
    rows = f"(select {', '.join(columns)} from {lot.rows})"
    made = given_columns(lot.profile, lot.columns)
    looked_up, joins, lists = dict(made), "", {}
    for place, (name, (members_of, key)) in enumerate(
        listings(lot.profile, lot.contract, lot.columns).items()
    ):
        canonical, table = name.removeprefix(GIVEN), f"listed_{lot.sequence}_{place}"
        raw = quoted(str(lot.profile.columns[canonical].listed_in))
        filled = f"(select * from {rows} where coalesce({raw}, '') not in ('', '[]'))"
        con.execute(f"create or replace table {table} as {members(members_of, key, filled)}")
        if con.execute(f"select count(*) from {table}").fetchall()[0][0]:
            joins += f" left join {table} on {table}.member = {key}"
            looked_up[name] = f"{table}.key"
            lists[canonical] = table
    own = lot.profile.columns[lot.contract.key[0]].sources if lists else ()
    keys = [f"nullif({quoted(name)}, '')" for name in own if name in lot.columns]
    return Source(
        rows=_with(rows, looked_up, joins),
        plain=_with(rows, made),
        member=f"coalesce({', '.join([*keys, 'null'])})",
        lists=lists,
    )


def pieces(con: duckdb.DuckDBPyConnection, lot: Lot, source: str) -> Iterator[str]:
    """SQL sources that together are a lot; one where values are made out of the whole file."""
    if any("over (" in sql for sql in given_columns(lot.profile, lot.columns).values()):
        yield source
        return
    piece: list[Path] = []
    n_rows = 0
    for path in lot.paths:
        counted = con.execute(f"select count(*) from read_parquet({text(path)})").fetchall()[0][0]
        if piece and n_rows + int(counted) > _ROWS_AT_A_TIME:
            yield source.replace(lot.rows, landed_rows(piece))
            piece, n_rows = [], 0
        piece.append(path)
        n_rows += int(counted)
    yield source.replace(lot.rows, landed_rows(piece))


def dirty_batches(
    con: duckdb.DuckDBPyConnection, lot: Lot, source: str, n_rows: int
) -> Iterator[pd.DataFrame]:
    """Landed rows of a lot that are for pandas, as frames of text of at most so many rows, in file order."""
    names = listed((*lot.columns, *_made(lot), "source_line"))
    only = f" where source_line in (select source_line from dirt where _seq = {lot.sequence})"
    query = f"select {names} from {source}{only if lot.plain is not None else ''} order by source_line"
    # A cursor of its own: what is made of one batch is written while the next ones are read.
    for batch in con.cursor().sql(query).to_arrow_reader(n_rows):
        frame: pd.DataFrame = batch.to_pandas()
        yield frame.astype({name: "str" for name in frame.columns if name != "source_line"})


def distinct_texts(con: duckdb.DuckDBPyConnection, lot: Lot, source: str, name: str) -> list[str]:
    """Distinct texts of a landed or made column that may prove how a file writes; ISO days do not."""
    if name not in lot.columns and name not in _made(lot):
        return []
    column = quoted(name)
    found = con.execute(
        f"select distinct {column} from {source} where {column} <> '' "
        f"and not regexp_matches({column}, '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') order by 1"
    ).fetchall()
    return [str(row[0]) for row in found]


def _with(rows: str, made: Mapping[str, str], joins: str = "") -> str:
    if not made:
        return rows
    said = "".join(f", {sql} as {quoted(name)}" for name, sql in made.items())
    return f"(select landed.*{said} from {rows} as landed{joins})"


def _made(lot: Lot) -> list[str]:
    return list(given_columns(lot.profile, lot.columns))
