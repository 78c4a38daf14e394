"""Landed rows of a lot as SQL, with the columns that are made out of its whole file. No typing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd

from contracts.sql_given import GIVEN, cleaned, given_columns, listings, members
from contracts.sql_rules import listed, quoted, text
from orchestration.ingest.gate.lots import Lot

_ROWS_AT_A_TIME = 400_000
"""Bounds the memory of typing, never the outcome."""
_PIECE: Final = "piece"
"""Variable of a connection: the files that `of_piece` reads."""


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


def lists_of(con: duckdb.DuckDBPyConnection, lots: Sequence[Lot]) -> dict[str, dict[str, str]]:
    """Tables of `member` and `key` by source system and canonical column, out of the lists of all lots.

    A row and the one that lists it may come in different files: exports by month part a ticket from the one
    that it was merged into.

    Parameters
    ----------
    con : the gate's connection.
    lots : lots of one entity.
    """
    said: dict[tuple[str, str], list[str]] = {}
    for lot in lots:
        for name, (members_of, key) in listings(lot.profile, lot.contract, lot.columns).items():
            canonical = name.removeprefix(GIVEN)
            raw = quoted(str(lot.profile.columns[canonical].listed_in))
            filled = f"(select * from {_landed(lot)} where coalesce({raw}, '') not in ('', '[]'))"
            query = f"select * from ({members(members_of, key, filled)})"
            said.setdefault((lot.profile.source_system, canonical), []).append(query)
    tables: dict[str, dict[str, str]] = {}
    for place, ((system, canonical), queries) in enumerate(said.items()):
        table = f"listed_{place}"
        con.execute(
            f"create or replace table {table} as select member, min(key) as key "
            f"from ({' union all '.join(queries)}) group by member"
        )
        if con.execute(f"select count(*) from {table}").fetchall()[0][0]:
            tables.setdefault(system, {})[canonical] = table
    return tables


def source_of(lot: Lot, tables: Mapping[str, str]) -> Source:
    """SQL sources of a lot; `tables` says what lists name its rows, by canonical column (`lists_of`)."""
    rows, made = _landed(lot), given_columns(lot.profile, lot.columns)
    lists = {name: table for name, table in tables.items() if GIVEN + name in made}
    own = lot.profile.columns[lot.contract.key[0]].sources if lists else ()
    key = cleaned(own, lot.columns)
    joins = "".join(f" left join {table} on {table}.member = {key}" for table in lists.values())
    looked_up = made | {GIVEN + name: f"{table}.key" for name, table in lists.items()}
    keys = [f"nullif({quoted(name)}, '')" for name in own if name in lot.columns] or ["null"]
    return Source(
        rows=_with(rows, looked_up, joins),
        plain=_with(rows, made),
        member=f"coalesce({', '.join(keys)})" if len(keys) > 1 else keys[0],
        lists=lists,
    )


def _landed(lot: Lot) -> str:
    """Landed rows of a lot, corrected, with every column its profile uses; those the file lacks are empty."""
    absent = sorted(lot.profile.used - set(lot.columns))
    columns = [quoted(name) for name in (*lot.columns, "source_line")]
    columns += [f"null::varchar as {quoted(name)}" for name in absent]
    return f"(select {', '.join(columns)} from {_corrected(lot)})"


def _corrected(lot: Lot) -> str:
    """Landed rows with the texts a person put in place: what is made out of them has to see these too.

    A line that could not be split into fields and was written anew is a row among the others.
    """
    fixed = lot.corrected
    names = [] if fixed is None else [name for name in lot.columns if name in fixed.columns]
    if fixed is None or not names:
        return lot.rows
    is_anew = fixed["source_line"].isin(lot.malformed)
    rows = lot.rows
    if not is_anew.all():
        replaced = ", ".join(
            f"coalesce(fixed.{quoted(name)}::varchar, landed.{quoted(name)}) as {quoted(name)}"
            for name in names
        )
        rows = (
            f"(select landed.* replace ({replaced}) from {rows} as landed left join "
            f"{_texts(fixed[~is_anew], names)} on fixed.source_line = landed.source_line)"
        )
    if not is_anew.any():
        return rows
    said = [f"coalesce({quoted(name)}::varchar, '') as {quoted(name)}" for name in names]
    said += [f"'' as {quoted(name)}" for name in lot.columns if name not in names]
    written = f"select {', '.join(said)}, source_line from {_texts(fixed[is_anew], names)}"
    return f"(select * from {rows} union all by name {written})"


def _texts(fixed: pd.DataFrame, names: Sequence[str]) -> str:
    """Corrected cells as a source named `fixed`, null where a cell stays as it was delivered."""
    said = fixed[names].astype("object").where(fixed[names].notna(), None)
    rows = ", ".join(
        f"({line}, {', '.join('null' if cell is None else text(cell) for cell in cells)})"
        for line, cells in zip(fixed["source_line"], said.itertuples(index=False), strict=True)
    )
    return f"(values {rows}) as fixed(source_line, {listed(names)})"


def of_piece(lot: Lot, source: str) -> str:
    """Source of the rows of a piece; which files that is says the variable `piece` of the connection."""
    return source.replace(lot.rows, f"read_parquet(getvariable('{_PIECE}'))")


def choose(con: duckdb.DuckDBPyConnection, piece: Sequence[Path]) -> None:
    """Let `of_piece` read these files from now on."""
    con.execute(f"set variable {_PIECE} = [{', '.join(text(path) for path in piece)}]")


def pieces(con: duckdb.DuckDBPyConnection, lot: Lot) -> Iterator[list[Path]]:
    """Files of a lot, some hundred thousand rows at a time; all where values are made out of the whole."""
    if any("over (" in sql for sql in given_columns(lot.profile, lot.columns).values()):
        yield [*lot.paths]
        return
    piece: list[Path] = []
    n_rows = 0
    for path in lot.paths:
        counted = con.execute(f"select count(*) from read_parquet({text(path)})").fetchall()[0][0]
        if piece and n_rows + int(counted) > _ROWS_AT_A_TIME:
            yield piece
            piece, n_rows = [], 0
        piece.append(path)
        n_rows += int(counted)
    yield piece


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
