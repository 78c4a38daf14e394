"""Plain rows of a lot, typed and judged by SQL; the lines of all others go into `dirt`. No pandas.

Typed first, with no join and no condition above: DuckDB then looks once at a text that many rows share, and
types no cell twice. What other tables say is looked up for few columns and laid beside.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import duckdb

from contracts.contract import Contract
from contracts.sql_given import GIVEN
from contracts.sql_rules import SQL_TYPES, breaks_any, listed, quoted, text
from contracts.sql_typing import PlainRows
from orchestration.ingest.gate.arrow_rows import (
    ROWS,
    beside,
    by_month,
    in_file_order,
    with_constants,
    without,
)
from orchestration.ingest.gate.landed import Source, pieces
from orchestration.ingest.gate.lots import Lot, period_of, system_column
from orchestration.ingest.gate.mapping import mapping_columns

_CONSTANT: Final = re.compile("'((?:[^']|'')*)'")
_AT_ONCE: Final = 2
"""Pieces on their way: where one keeps a single core busy, the other uses the second."""


def plain_tables(
    con: duckdb.DuckDBPyConnection, lot: Lot, source: Source, mapped: Callable[[str], str]
) -> Iterator[Any]:
    """Typed plain rows of a lot, some hundred thousand at a time; the lines of all others go into `dirt`.

    Parameters
    ----------
    con : the gate's connection.
    lot : a lot that has plain rows.
    source : its landed rows.
    mapped : gives the query that adds the organisation to rows.

    Returns
    -------
    iterator of pyarrow.Table
        `_seq`, `_period`, `source_line`, staged columns and the organisation, by month and line.
    """
    if lot.plain is None:
        raise AssertionError("only a lot with plain rows is typed here")
    lane = _Lane(lot, lot.plain, source, mapped, _constants(lot, lot.plain))
    waiting: deque[Future[tuple[Any, Any]]] = deque()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for piece in pieces(con, lot, source.plain):
            waiting.append(pool.submit(lane.judged, con.cursor(), piece))
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
class _Lane:
    """How the plain rows of a lot are typed, looked up and judged; `constants` as `_constants` finds them."""

    lot: Lot
    plain: PlainRows
    source: Source
    mapped: Callable[[str], str]
    constants: Mapping[str, str]

    def judged(self, con: duckdb.DuckDBPyConnection, piece: str) -> tuple[Any, Any]:
        """Rows of a piece, and whether each is for pandas; the connection is closed."""
        contract = self.lot.contract
        rows = in_file_order(con.sql(f"select {self._typed()} from {piece}").to_arrow_table())
        names = ["_seq", "_period", "source_line", *staged_columns(contract)]
        whole = f"(select *{self._said()} from {ROWS})"
        for name, table in self.source.lists.items():
            rows = self._with_listed(con, rows, name, table)
        if is_mapped(contract):
            places = f"(select source_line, {listed(mapping_columns(contract.name))} from {whole})"
            found = beside(con, rows, f"({self.mapped(places)})", "organization_id")
            rows = rows.append_column("organization_id", found.column("organization_id"))
            names.append("organization_id")
        said = f"{period_of(contract)} as _period, ({self._is_dirty()}) as _is_dirty"
        found = beside(con, rows, whole, f"{self.lot.sequence}::integer as _seq, {said}")
        con.close()
        for name in ("_seq", "_period"):
            rows = rows.append_column(name, found.column(name))
        return with_constants(rows, self.constants).select(names), found.column("_is_dirty")

    def _typed(self) -> str:
        """Columns of the contract, whether there was a text where one is empty, whether a row is plain."""
        contract, plain = self.lot.contract, self.plain
        values = {"source_line": "source_line", **plain.values}
        apart = {"delivery_id", *self.constants} | ({"organization_id"} if is_mapped(contract) else set())
        said = [
            f"({values.get(column.name, 'null')})::{SQL_TYPES[column.kind]} as {quoted(column.name)}"
            for column in contract.columns
            if column.name not in apart
        ]
        said += [f"{sql} is not null as {quoted('text of ' + name)}" for name, sql in plain.texts.items()]
        said += [f"({' and '.join(plain.conditions) or 'true'}) as _is_plain"]
        return ", ".join([*said, f"{self.source.member} as _member"])

    def _with_listed(self, con: duckdb.DuckDBPyConnection, rows: Any, name: str, table: str) -> Any:
        """Rows with the column that the lists of other rows say, and whether what they say is plain."""
        given = quoted(GIVEN + name)
        own = [condition for condition in self.plain.conditions if given in condition]
        value = f"({self.plain.values[name]})::{SQL_TYPES[self.lot.contract.column(name).kind]}"
        here = f"(select source_line, _member, _is_plain from {ROWS})"
        found = beside(
            con,
            rows,
            f"(select here.*, key as {given} from {here} as here left join {table} on member = _member)",
            f"{value} as value, {' and '.join(['_is_plain', *own])} as is_plain",
        )
        for column, said in ((name, "value"), ("_is_plain", "is_plain")):
            rows = rows.set_column(rows.column_names.index(column), column, found.column(said))
        return rows

    def _said(self) -> str:
        """The columns that no cell says; the delivery is added last and stands here for itself."""
        constants = {**self.constants, "delivery_id": ""}
        return "".join(f", {text(value)} as {quoted(name)}" for name, value in constants.items())

    def _is_dirty(self) -> str:
        """Rows that are not plain, break a rule of the contract, or were corrected by a person."""
        corrected = self.lot.corrected
        said = ["not _is_plain", breaks_any(self.lot.contract)]
        said += [f"({quoted(name)} is null and {quoted('text of ' + name)})" for name in self.plain.texts]
        if corrected is not None and len(corrected):
            said.append(f"source_line in ({', '.join(str(int(line)) for line in corrected['source_line'])})")
        return " or ".join(said)


def _constants(lot: Lot, plain: PlainRows) -> dict[str, str]:
    """Texts that are the same for all rows of a lot."""
    values = {system_column(lot.contract): text(lot.profile.source_system), **plain.values}
    found = {name: _CONSTANT.fullmatch(sql) for name, sql in values.items()}
    said = {name: match.group(1).replace("''", "'") for name, match in found.items() if match}
    return {name: value for name, value in said.items() if lot.contract.column(name).kind == "text"}


def _noted(con: duckdb.DuckDBPyConnection, lot: Lot, rows: Any, is_dirty: Any) -> Any:
    """Clean rows by month and line; the lines of dirty ones are noted in `dirt`."""
    dirty = rows.select(["source_line"]).filter(is_dirty)
    if dirty.num_rows:
        con.register("dirty", dirty)
        con.execute(f"insert into dirt select {lot.sequence}, source_line from dirty")
        con.unregister("dirty")
    return by_month(without(rows, is_dirty))
