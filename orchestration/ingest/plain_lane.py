"""Landed rows of a lot as SQL: typed where they are plain, as text where they are not. No judging."""

from collections.abc import Iterable, Iterator

import duckdb
import pandas as pd

from contracts.contract import Contract
from contracts.sql_given import given_columns, listings, members
from contracts.sql_rules import SQL_TYPES, broken, listed, quoted, text
from orchestration.ingest.lots import Lot, system_column

PLACE = ("_seq", "source_line")
"""Columns that name a row: the sequence of its delivery and its line."""


def prepare(con: duckdb.DuckDBPyConnection, lot: Lot) -> str:
    """SQL source of the landed rows of a lot with the columns that are made out of its whole file."""
    absent = sorted(lot.profile.used - set(lot.columns))
    columns = [quoted(name) for name in (*lot.columns, "source_line")]
    columns += [f"null::varchar as {quoted(name)}" for name in absent]
    rows = f"(select {', '.join(columns)} from {lot.rows})"
    made = given_columns(lot.profile, lot.columns)
    joins = []
    for place, (name, (lists, key)) in enumerate(listings(lot.profile, lot.contract, lot.columns).items()):
        table = f"listed_{lot.sequence}_{place}"
        con.execute(f"create or replace table {table} as {members(lists, key, rows)}")
        if con.execute(f"select count(*) from {table}").fetchall()[0][0]:
            joins.append(f" left join {table} on {table}.member = {key}")
            made[name] = f"{table}.key"
    said = "".join(f", {sql} as {quoted(name)}" for name, sql in made.items())
    return f"(select landed.*{said} from {rows} as landed{''.join(joins)})" if made else rows


def note_dirt(con: duckdb.DuckDBPyConnection, lot: Lot, source: str) -> int:
    """Put the lines of a lot that are not plain, break a rule or were corrected into `dirt`; their number."""
    if lot.plain is None:
        raise AssertionError("only a lot with plain rows has dirt")
    lines = [] if lot.corrected is None else [str(int(line)) for line in lot.corrected["source_line"]]
    is_bad = [
        "not _is_plain",
        *(f"({quoted(name)} is null and {quoted('text of ' + name)})" for name in lot.plain.texts),
        *broken(lot.contract).values(),
        *([f"source_line in ({', '.join(lines)})"] if lines else []),
    ]
    is_plain = " and ".join(lot.plain.conditions) or "true"
    said = "".join(
        f", {sql} is not null as {quoted('text of ' + name)}" for name, sql in lot.plain.texts.items()
    )
    typed = _values(lot, lot.contract.column_names)
    noted = con.execute(
        f"insert into dirt select {lot.sequence}, source_line from "
        f"(select {typed}{said}, ({is_plain}) as _is_plain from {source}) where {' or '.join(is_bad)}"
    )
    return int(noted.fetchall()[0][0])


def plain_query(lot: Lot, source: str, *, n_dirt: int) -> str:
    """Query of the plain rows of a lot: place and staged columns."""
    typed = _values(lot, ("source_line", *staged_columns(lot.contract)))
    without = f" where source_line not in (select source_line from dirt where _seq = {lot.sequence})"
    return f"select {lot.sequence}::integer as _seq, {typed} from {source}{without if n_dirt else ''}"


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
