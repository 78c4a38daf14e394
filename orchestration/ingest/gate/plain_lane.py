"""Landed rows of a lot as SQL: typed where they are plain, as text where they are not. No judging."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from contracts.contract import Contract
from contracts.sql_given import GIVEN, given_columns, listings, members
from contracts.sql_rules import SQL_TYPES, broken, listed, quoted, text
from orchestration.ingest.gate.lots import Lot, landed_rows, period_of, system_column

_ROWS_AT_A_TIME = 400_000
"""Bounds the memory of typing, never the outcome."""


def prepare(con: duckdb.DuckDBPyConnection, lot: Lot) -> tuple[str, str]:
    """SQL sources of the landed rows of a lot with the columns that are made out of its whole file.

    Returns
    -------
    all_rows : right for every row.
    plain_rows : right for plain rows, and quicker: their keys need no trimming.
    """
    absent = sorted(lot.profile.used - set(lot.columns))
    columns = [quoted(name) for name in (*lot.columns, "source_line")]
    columns += [f"null::varchar as {quoted(name)}" for name in absent]
    rows = f"(select {', '.join(columns)} from {lot.rows})"
    made = given_columns(lot.profile, lot.columns)
    joins, plain_joins = [], []
    for place, (name, (lists, key)) in enumerate(listings(lot.profile, lot.contract, lot.columns).items()):
        table = f"listed_{lot.sequence}_{place}"
        raw = quoted(str(lot.profile.columns[name.removeprefix(GIVEN)].listed_in))
        filled = f"(select * from {rows} where coalesce({raw}, '') not in ('', '[]'))"
        con.execute(f"create or replace table {table} as {members(lists, key, filled)}")
        if con.execute(f"select count(*) from {table}").fetchall()[0][0]:
            sources = lot.profile.columns[lot.contract.key[0]].sources
            keys = [f"nullif({quoted(source)}, '')" for source in sources if source in lot.columns]
            joins.append(f" left join {table} on {table}.member = {key}")
            plain_joins.append(f" left join {table} on {table}.member = coalesce({', '.join(keys)}, null)")
            made[name] = f"{table}.key"
    if not made:
        return rows, rows
    said = "".join(f", {sql} as {quoted(name)}" for name, sql in made.items())
    landed = f"select landed.*{said} from {rows} as landed"
    return f"({landed}{''.join(joins)})", f"({landed}{''.join(plain_joins)})"


def plain_tables(
    con: duckdb.DuckDBPyConnection, lot: Lot, source: str, mapped: Callable[[str], str]
) -> Iterator[Any]:
    """Typed plain rows of a lot, some hundred thousand at a time; the lines of all others go into `dirt`.

    Parameters
    ----------
    con : the gate's connection.
    lot : a lot that has plain rows.
    source : as `prepare` made it.
    mapped : gives the query that adds the organisation to rows.

    Returns
    -------
    iterator of pyarrow.Table
        `_seq`, `_period`, `source_line`, staged columns and the organisation, by month and line.
    """
    if lot.plain is None:
        raise AssertionError("only a lot with plain rows is typed here")
    corrected = [] if lot.corrected is None else [str(int(line)) for line in lot.corrected["source_line"]]
    is_dirty = [
        "not _is_plain",
        *(f"({quoted(name)} is null and {quoted('text of ' + name)})" for name in lot.plain.texts),
        *broken(lot.contract).values(),
        *([f"source_line in ({', '.join(corrected)})"] if corrected else []),
    ]
    is_plain = " and ".join(lot.plain.conditions) or "true"
    said = "".join(
        f", {sql} is not null as {quoted('text of ' + name)}" for name, sql in lot.plain.texts.items()
    )
    typed = _values(lot, lot.contract.column_names)
    staged = listed(staged_columns(lot.contract))
    period = period_of(lot.contract)
    for piece in _pieces(con, lot, source):
        # Typed once into a table: in one query DuckDB would type a cell for every rule that reads it.
        con.execute(
            f"create or replace temp table judged as select {typed}{said}, ({is_plain}) as _is_plain "
            f"from {piece}"
        )
        con.execute(
            "create or replace temp table dirty as "
            f"select source_line from judged where {' or '.join(is_dirty)}"
        )
        con.execute(f"insert into dirt select {lot.sequence}, source_line from dirty")
        is_clean = con.execute("select count(*) from dirty").fetchall()[0][0] == 0
        clean = "judged" if is_clean else "(from judged anti join dirty using (source_line))"
        place = f"{lot.sequence}::integer as _seq, {period} as _period, source_line"
        rows = mapped(f"(select {place}, {staged} from {clean})")
        yield con.sql(f"{rows} order by _period, source_line").to_arrow_table()
    con.execute("drop table if exists judged")
    con.execute("drop table if exists dirty")


def _pieces(con: duckdb.DuckDBPyConnection, lot: Lot, source: str) -> Iterator[str]:
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


def staged_columns(contract: Contract) -> list[str]:
    """Columns of a staged row after its place: without delivery, and without what the crosswalk will say."""
    apart = {"delivery_id", "source_line"} | ({"organization_id"} if is_mapped(contract) else set())
    return [name for name in contract.column_names if name not in apart]


def is_mapped(contract: Contract) -> bool:
    """Whether the crosswalk says which organisation a row belongs to."""
    return "organization_id" in contract.column_names and contract.column("organization_id").nullable


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


def _made(lot: Lot) -> list[str]:
    return list(given_columns(lot.profile, lot.columns))


def _values(lot: Lot, names: Iterable[str]) -> str:
    if lot.plain is None:
        raise AssertionError("there is no SQL for the rows of this lot")
    values = {system_column(lot.contract): text(lot.profile.source_system), **lot.plain.values}
    values |= {"delivery_id": "''", "source_line": "source_line"}
    typed = {name: SQL_TYPES[lot.contract.column(name).kind] for name in names}
    return ", ".join(
        f"({values.get(name, 'null')})::{kind} as {quoted(name)}" for name, kind in typed.items()
    )
