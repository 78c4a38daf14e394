"""Plain rows of a lot, typed and judged by SQL; the lines of all others go into `dirt`. No pandas.

Typed first, with no join and no condition above: DuckDB then looks once at a text that many rows share, and
types no cell twice. What other tables say is looked up for few columns and laid beside.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import duckdb

from contracts.contract import Column, Contract
from contracts.sql_forms import nothing, words_type
from contracts.sql_given import GIVEN
from contracts.sql_rules import SQL_TYPES, breaks_any, quoted, text
from contracts.sql_typing import PlainRows
from orchestration.ingest.gate.arrow_rows import (
    ROWS,
    Beside,
    by_month,
    in_file_order,
    with_constants,
    with_empty,
    without,
)
from orchestration.ingest.gate.landed import Source, choose, of_piece, pieces
from orchestration.ingest.gate.lots import Lot, period_of, system_column
from orchestration.ingest.gate.versions import key_hash

_CONSTANT: Final = re.compile("'((?:[^']|'')*)'")
_AT_ONCE: Final = 2
"""Pieces on their way: where one keeps a single core busy, the other uses the second."""


def plain_tables(
    con: duckdb.DuckDBPyConnection,
    lot: Lot,
    source: Source,
    mapped: Callable[[str], str],
    key: Sequence[str],
) -> Iterator[Any]:
    """Typed plain rows of a lot, some hundred thousand at a time; the lines of all others go into `dirt`.

    Parameters
    ----------
    con : the gate's connection.
    lot : a lot that has plain rows.
    source : its landed rows.
    mapped : gives the query that adds the organisation to rows.
    key : columns that name a record.

    Returns
    -------
    iterator of pyarrow.Table
        `_seq`, `_period`, `_hash`, `source_line`, staged columns and the organisation, by month and line.
    """
    if lot.plain is None:
        raise AssertionError("only a lot with plain rows is typed here")
    sql = _Queries(lot, lot.plain, source, mapped, key, _constants(lot, lot.plain), _empty(lot, lot.plain))
    lanes = cycle([_Lane(sql, con.cursor()) for _ in range(_AT_ONCE)])
    waiting: deque[Future[tuple[Any, Any]]] = deque()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        # A lane is free again when the rows of its piece were taken.
        for lane, piece in zip(lanes, pieces(con, lot), strict=False):
            waiting.append(pool.submit(lane.judged, piece))
            if len(waiting) == _AT_ONCE:
                yield _noted(con, lot, *waiting.popleft().result())
        while waiting:
            yield _noted(con, lot, *waiting.popleft().result())


def staged_columns(contract: Contract) -> list[str]:
    """Columns of a staged row after its place: without delivery, and without what the crosswalk will say."""
    apart = {"delivery_id", "source_line"} | ({"organization_id"} if is_mapped(contract) else set())
    return [name for name in contract.column_names if name not in apart]


def is_mapped(contract: Contract) -> bool:
    """Whether the crosswalk says which organisation a row belongs to."""
    return "organization_id" in contract.column_names and contract.column("organization_id").nullable


@dataclass(frozen=True, slots=True)
class _Queries:
    """How the plain rows of a lot are typed, looked up and judged.

    Attributes
    ----------
    constants, empty : as `_constants` and `_empty` find them; they are added when all else is done.
    """

    lot: Lot
    plain: PlainRows
    source: Source
    mapped: Callable[[str], str]
    key: Sequence[str]
    constants: Mapping[str, str]
    empty: Sequence[str]

    @property
    def added(self) -> list[str]:
        """Columns that other tables say."""
        return [*self.source.lists, *(["organization_id"] if is_mapped(self.lot.contract) else [])]

    def typed(self) -> str:
        """Query of the typed rows of a piece."""
        return f"select {self._typed()} from {of_piece(self.lot, self.source.plain)}"

    def said(self) -> list[str]:
        """Columns of a row's place, of what other tables say of it, and of whether it is for pandas."""
        return [
            f"{self.lot.sequence}::integer as _seq",
            f"{period_of(self.lot.contract)} as _period",
            f"{key_hash(self.key)} as _hash",
            *map(quoted, self.added),
            f"({self._is_dirty()}) as _is_dirty",
        ]

    def _typed(self) -> str:
        """Columns of the contract, whether there was a text where one is empty, whether a row is plain."""
        contract, plain = self.lot.contract, self.plain
        values = {"source_line": "source_line", **plain.values}
        apart = {"delivery_id", *self.constants, *self.empty} | (
            {"organization_id"} if is_mapped(contract) else set()
        )
        said = [
            f"({values.get(column.name, 'null')})::{self._type(column)} as {quoted(column.name)}"
            for column in contract.columns
            if column.name not in apart
        ]
        said += [f"{sql} is not null as {quoted('text of ' + name)}" for name, sql in plain.texts.items()]
        said += [f"({' and '.join(plain.conditions) or 'true'}) as _is_plain"]
        said += [f"{self.source.member} as _member"] if self.source.lists else []
        return ", ".join(said)

    def _type(self, column: Column) -> str:
        return words_type(column) if column.name in self.plain.known else SQL_TYPES[column.kind]

    def looked_up(self) -> str:
        """Source of the typed rows with what other tables say of them."""
        rows = f"(select *{self._said()} from {ROWS})"
        for name, table in self.source.lists.items():
            rows = self._with_listed(rows, name, table)
        return f"({self.mapped(rows)})" if is_mapped(self.lot.contract) else rows

    def _with_listed(self, rows: str, name: str, table: str) -> str:
        """Rows with the column that the lists of other rows say, and whether what they say is plain."""
        given = quoted(GIVEN + name)
        own = [condition for condition in self.plain.conditions if given in condition]
        value = f"({self.plain.values[name]})::{self._type(self.lot.contract.column(name))}"
        return (
            f"(select * exclude ({given}) replace ({value} as {quoted(name)}, "
            f"({' and '.join(['_is_plain', *own])}) as _is_plain) "
            f"from (select here.*, key as {given} from {rows} as here left join {table} on member = _member))"
        )

    def _said(self) -> str:
        """The columns that no cell says; the delivery is added last and stands here for itself."""
        said = {name: text(value) for name, value in {**self.constants, "delivery_id": ""}.items()}
        said |= {name: nothing(self.lot.contract.column(name)) for name in self.empty}
        return "".join(f", {sql} as {quoted(name)}" for name, sql in said.items())

    def _is_dirty(self) -> str:
        """Rows that are not plain, break a rule of the contract, or were corrected by a person."""
        corrected = self.lot.corrected
        said = ["not _is_plain", breaks_any(self.lot.contract, self.plain.known)]
        said += [f"({quoted(name)} is null and {quoted('text of ' + name)})" for name in self.plain.texts]
        if corrected is not None and len(corrected):
            said.append(f"source_line in ({', '.join(str(int(line)) for line in corrected['source_line'])})")
        return " or ".join(said)


class _Lane:
    """Types, looks up and judges one piece after another on a connection of its own."""

    def __init__(self, sql: _Queries, con: duckdb.DuckDBPyConnection) -> None:
        self._sql = sql
        self._con = con
        self._typed: Any = None
        self._beside = Beside(con, sql.looked_up(), ", ".join(sql.said()))

    def judged(self, piece: Sequence[Path]) -> tuple[Any, Any]:
        """Rows of a piece, and whether each is for pandas."""
        sql, contract = self._sql, self._sql.lot.contract
        choose(self._con, piece)
        # Bound once: to plan a query of so many columns for every piece costs as much as to read one of them.
        if self._typed is None:
            self._typed = self._con.sql(sql.typed())
        rows = in_file_order(self._typed.to_arrow_table())
        found = self._beside.of(rows)
        rows = rows.drop_columns(list(sql.source.lists))
        for name in ("_seq", "_period", "_hash", *sql.added):
            rows = rows.append_column(name, found.column(name))
        names = ["_seq", "_period", "_hash", "source_line", *staged_columns(contract)]
        names += ["organization_id"] if is_mapped(contract) else []
        rows = with_constants(with_empty(rows, contract.arrow_schema(), sql.empty), sql.constants)
        return rows.select(names), found.column("_is_dirty")


def _constants(lot: Lot, plain: PlainRows) -> dict[str, str]:
    """Texts that are the same for all rows of a lot."""
    values = {system_column(lot.contract): text(lot.profile.source_system), **plain.values}
    found = {name: _CONSTANT.fullmatch(sql) for name, sql in values.items()}
    said = {name: match.group(1).replace("''", "'") for name, match in found.items() if match}
    return {name: value for name, value in said.items() if lot.contract.column(name).kind == "text"}


def _empty(lot: Lot, plain: PlainRows) -> list[str]:
    """Columns without a value in any row of a lot: to type, judge and carry them costs as much as others."""
    own = {"delivery_id", "source_line", "organization_id", system_column(lot.contract)}
    return [
        column.name
        for column in lot.contract.columns
        if column.name not in own and plain.values.get(column.name) in (None, nothing(column))
    ]


def _noted(con: duckdb.DuckDBPyConnection, lot: Lot, rows: Any, is_dirty: Any) -> Any:
    """Clean rows by month and line; the lines of dirty ones are noted in `dirt`."""
    dirty = rows.select(["source_line"]).filter(is_dirty)
    if dirty.num_rows:
        con.register("dirty", dirty)
        con.execute(f"insert into dirt select {lot.sequence}, source_line from dirty")
        con.unregister("dirty")
    return by_month(without(rows, is_dirty))
