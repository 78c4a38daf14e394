"""Rows as Arrow tables: put in order, and what DuckDB says of them laid beside. No rules, no profiles."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow
import pyarrow.compute

# pyarrow carries no types; named so that this is said once.
pa: Any = pyarrow
pc: Any = pyarrow.compute

ROWS: Final = "rows_here"
"""Name under which `Beside` shows DuckDB the rows."""
_MOST_RUNS: Final = 100
"""To put more runs than this in order costs more than to sort the rows."""


class Beside:
    """What DuckDB says of rows, row by row: bound once, asked of one table after another.

    Parameters
    ----------
    con : a connection of the caller's own.
    source : SQL source over `ROWS` that keeps `source_line` and has as many rows.
    said : columns of the select.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, source: str, said: str) -> None:
        self._con = con
        self._query = f"select source_line, {said} from {source}"
        self._bound: Any = None

    def of(self, rows: Any) -> Any:
        """Return `source_line` and the columns in the order of `rows`, a `pyarrow.Table` by `source_line`."""
        self._con.register(ROWS, rows)
        if self._bound is None:
            self._bound = self._con.sql(self._query)
        found = in_file_order(self._bound.to_arrow_table())
        self._con.unregister(ROWS)
        if not found.column("source_line").equals(rows.column("source_line")):
            raise AssertionError("what was said does not belong to these rows")
        return found


def in_file_order(table: Any) -> Any:
    """Rows by `source_line`; DuckDB gives them in runs, by the thread that made them."""
    lines = table.column("source_line").to_numpy()
    ends = np.flatnonzero(np.diff(lines) != 1) + 1
    if len(ends) > _MOST_RUNS:
        return table.take(np.argsort(lines))
    runs = sorted(
        pairwise([0, *ends.tolist(), len(lines)]), key=lambda run: lines[run[0] : run[0] + 1].tolist()
    )
    return pa.concat_tables([table.slice(start, stop - start) for start, stop in runs])


def by_month(table: Any) -> Any:
    """Rows by `_period` and `source_line`; most files are written in that order, and cost no sorting."""
    months = table.column("_period").cast("int32").fill_null(-1).to_numpy()
    lines = table.column("source_line").to_numpy()
    steps = np.diff(months)
    if bool(np.all((steps > 0) | ((steps == 0) & (np.diff(lines) > 0)))):
        return table
    return table.take(np.lexsort((lines, months)))


def with_constants(rows: Any, texts: Mapping[str, str]) -> Any:
    """Rows with columns that say the same of each."""
    for name, value in texts.items():
        places = pa.array(np.zeros(rows.num_rows, np.int32))
        rows = rows.append_column(name, pa.DictionaryArray.from_arrays(places, pa.array([value])))
    return rows


def with_empty(rows: Any, schema: Any, names: Iterable[str]) -> Any:
    """Rows with columns that hold nothing, of the types of a schema."""
    for name in names:
        rows = rows.append_column(name, pa.nulls(rows.num_rows, schema.field(name).type))
    return rows


def without(rows: Any, is_out: Any) -> Any:
    """Rows that are not out; copied only where some are."""
    return rows.filter(pc.invert(is_out)) if pc.any(is_out).as_py() else rows
