"""Questions to a reading connection and their answers as text. Only reading is let through."""

from __future__ import annotations

import csv
import datetime
import io
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from orchestration.errors import MaturityImpactError
from orchestration.nearest import nearest

if TYPE_CHECKING:
    import duckdb

READING = frozenset({"SELECT", "EXPLAIN"})
"""Statements that are asked; DESCRIBE, SHOW and SUMMARIZE are SELECT to DuckDB."""
SHOWN = 200
_WIDEST = 60
_NO_TABLE = re.compile(r"Table with name \"?([\w.]+)\"? does not exist")
_RELATIONS = """
    select
        case when schema_name = 'main' then name else schema_name || '.' || name end as name,
        kind, n_rows, coalesce(comment, '') as comment
    from (
        select schema_name, table_name as name, 'table' as kind, estimated_size as n_rows, comment
        from duckdb_tables()
        union all
        select schema_name, view_name, 'view', null, comment from duckdb_views() where not internal
    )
    order by kind, schema_name = 'main' desc, 1
"""
_COLUMNS = """
    select column_name as name, lower(data_type) as type, coalesce(comment, '') as comment
    from duckdb_columns()
    where not internal and table_name = ? and schema_name = ?
    order by column_index
"""


class NotAnswered(MaturityImpactError):
    """A question is no reading one, or DuckDB cannot answer it."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Questions to one edition.

    Attributes
    ----------
    connection : duckdb.DuckDBPyConnection
        As `orchestration.reader.connect` gives it; it would refuse to write in any case.
    form : str
        `table`, `csv` or `json`.
    """

    connection: duckdb.DuckDBPyConnection
    form: str = "table"

    def answer(self, sql: str) -> str:
        """Answer one or more reading statements, one below the other.

        Raises
        ------
        NotAnswered
            A statement does anything but read, or cannot be answered; DuckDB's reason is given.
        """
        import duckdb

        try:
            statements = self.connection.extract_statements(sql)
            if not statements:
                raise NotAnswered(
                    "That is no question", "", "ask one in SQL, or .tables to see what there is"
                )
            for statement in statements:
                _require_reading(statement.type.name)
            return "".join(self._rows(statement) for statement in statements)
        except duckdb.Error as error:
            raise self._not_answered(" ".join(str(error).split())) from error

    def tables(self) -> str:
        """Tables and views with rows and what each is."""
        return self._rows(_RELATIONS, is_listing=True)

    def describe(self, name: str) -> str:
        """Columns of a table or view, their types and what each is.

        Raises
        ------
        NotAnswered
            There is no such table.
        """
        schema, _, table = name.strip().strip(";").replace('"', "").rpartition(".")
        parameters = [table, schema if schema not in {"", "marts"} else "main"]
        if not self.connection.execute(_COLUMNS, parameters).fetchall():
            raise NotAnswered(f"There is no table '{name}'", "", ".tables lists what there is")
        return self._rows(_COLUMNS, parameters, is_listing=True)

    def _not_answered(self, said: str) -> NotAnswered:
        """DuckDB's reason; for a table that is not there the nearest ones of the edition."""
        absent = _NO_TABLE.search(said)
        if absent is None:
            return NotAnswered(
                f"This cannot be answered ({said})", "", "look at .tables and .describe, then ask again"
            )
        known = [str(name) for name, *_ in self.connection.execute(_RELATIONS).fetchall()]
        like = nearest(absent[1], known)
        perhaps = f"perhaps {' or '.join(like)}; " if like else ""
        return NotAnswered(
            f"This cannot be answered, since the edition has no table {absent[1]}",
            "",
            f"{perhaps}.tables lists what there is",
        )

    def _rows(self, statement: Any, parameters: Sequence[str] = (), *, is_listing: bool = False) -> str:
        answered = self.connection.execute(statement, parameters or None)
        names = [str(column[0]) for column in answered.description or ()]
        if self.form == "table":
            rows = answered.fetchall() if is_listing else answered.fetchmany(SHOWN + 1)
            has_more = len(rows) > SHOWN and not is_listing
            cells = [[_cell(value, None if is_listing else _WIDEST) for value in row] for row in rows]
            return _table(names, rows[:SHOWN] if has_more else rows, cells, has_more=has_more)
        rows = answered.fetchall()
        return _csv(names, rows) if self.form == "csv" else _json(names, rows)


def _require_reading(kind: str) -> None:
    if kind not in READING:
        raise NotAnswered(
            f"Only reading is possible here, and this is {kind}",
            "",
            "ask with SELECT, or keep results with --format csv > file.csv",
        )


def _table(
    names: Sequence[str], rows: Sequence[Sequence[Any]], cells: Sequence[Sequence[str]], *, has_more: bool
) -> str:
    cells = cells[: len(rows)]
    wide = [max(len(name), *(len(row[at]) for row in cells), 0) for at, name in enumerate(names)]
    is_number = [
        any(isinstance(row[at], int | float | Decimal) and not isinstance(row[at], bool) for row in rows)
        for at in range(len(names))
    ]

    def line(texts: Sequence[str]) -> str:
        padded = (
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(texts, wide, is_number, strict=True)
        )
        return "  ".join(padded).rstrip()

    told = [line(names), line(["-" * width for width in wide]), *(line(row) for row in cells)]
    if has_more:
        told.append(f"The first {SHOWN} rows; --format csv gives all.")
    return "\n".join(told) + "\n"


def _cell(value: object, widest: int | None) -> str:
    """A cell on one line; control characters are shown and never sent to the terminal."""
    if value is None:
        return ""
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    text = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return text if widest is None or len(text) <= widest else text[: widest - 1] + "…"


def _csv(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(["" if value is None else _said(value) for value in row] for row in rows)
    return out.getvalue()


def _said(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _json(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    found = [{name: _plain(value) for name, value in zip(names, row, strict=True)} for row in rows]
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _plain(value: object) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    return str(value)
