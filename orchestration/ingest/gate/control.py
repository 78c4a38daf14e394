"""Totals that a file prints, tied to the rows it delivered. Judges whole files, never rows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import duckdb
import pandas as pd

from contracts.control_shape import ROWS, Balance, Total
from contracts.number_forms import without_symbols
from contracts.numbers import plain_numbers, proven_decimal
from contracts.sql_rules import quoted
from orchestration.ingest.gate.lots import Lot

Tie = Literal["none", "tied", "untied", "replaced"]
_CENT = Decimal("0.01")
_NO_RECORD = {"row:footer", "row:empty"}
"""Reasons of lines that are in no total, beside those that a profile gives as `row:`, such as a subtotal."""


@dataclass(frozen=True, slots=True)
class Control:
    """Whether what a file says of its totals is true of its rows.

    Attributes
    ----------
    tie : ``none`` where the file prints no total; else ``tied``, ``untied``, or ``replaced``: untied, and
        other deliveries came in its place.
    notes : one sentence for each total that is not that of the rows.
    """

    tie: Tie = "none"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Printed:
    """A total as it stands in a line of the file: of a source column, or of the rows."""

    line: int
    column: str
    text: str


def control_of(
    con: duckdb.DuckDBPyConnection, lot: Lot, source: str, reasons: Mapping[int, Sequence[str]]
) -> Control:
    """Tie the totals that a file prints to its rows, also to those that were refused.

    Parameters
    ----------
    con : the gate's connection.
    lot : one delivery.
    source : SQL source of its landed rows.
    reasons : why rows were refused, by line.
    """
    if not lot.profile.control:
        return Control()
    apart = _NO_RECORD | {rule.reason for rule in lot.profile.refuse if rule.reason.startswith("row:")}
    no_records = [line for line, said in reasons.items() if apart & set(said)]
    con.register("no_records", pd.DataFrame({"source_line": pd.Series(no_records, dtype="int64")}))
    found: list[str | None] = []
    for control in lot.profile.control:
        if isinstance(control, Balance):
            if control.balances_to_zero in lot.columns:
                found += _balances(con, lot, source, control)
        else:
            found += [_untied(con, lot, source, one) for one in _printed(con, lot, source, control, reasons)]
            found += [_miscounted(lot, one, len(no_records)) for one in _counted(lot, control)]
    con.unregister("no_records")
    notes = tuple(note for note in found if note is not None)
    return Control("none" if not found else "untied" if notes else "tied", notes)


def _printed(
    con: duckdb.DuckDBPyConnection,
    lot: Lot,
    source: str,
    control: Total,
    reasons: Mapping[int, Sequence[str]],
) -> Iterator[_Printed]:
    """Sums that the file prints of the columns that make an amount."""
    columns = [] if control.total_of == ROWS else _columns(lot, control.total_of)
    if not columns:
        return
    lines = [line for line, said in reasons.items() if control.reason in said]
    if lines:
        rows = con.execute(
            f"select source_line, {', '.join(map(quoted, columns))} from {source} "
            f"where source_line in ({', '.join(map(str, lines))}) order by source_line"
        ).fetchall()
        for line, *cells in rows:
            yield from _cells(int(line), zip(columns, cells, strict=True))
    for footer in _footers(lot, control):
        line, cells = int(footer["source_line"]), footer["cells"]
        if any(name in cells for name in columns):
            yield from _cells(line, [(name, cells.get(name)) for name in columns])
        else:
            yield from _cells(line, [(columns[0], text) for text in list(cells.values())[-1:]])


def _counted(lot: Lot, control: Total) -> Iterator[_Printed]:
    """Numbers of rows that the file prints."""
    for footer in _footers(lot, control) if control.total_of == ROWS else ():
        yield from _cells(int(footer["source_line"]), [(ROWS, footer.get("count"))])


def _miscounted(lot: Lot, printed: _Printed, n_apart: int) -> str | None:
    return _differs(printed, _numbers([printed.text], lot)[0], Decimal(lot.delivered - n_apart))


def _footers(lot: Lot, control: Total) -> list[Mapping[str, Any]]:
    """Lines below the records that a total stands in."""
    label = control.label
    footers = lot.manifest.get("footers") or ()
    return [] if label is None else [one for one in footers if re.search(label, str(one["label"]))]


def _columns(lot: Lot, name: str) -> list[str]:
    """Columns of the file that make an amount."""
    form = lot.profile.columns[name]
    named = (*form.sources, *([form.minus] if form.minus else ()))
    return [name for name in named if name in lot.columns]


def _cells(line: int, cells: Any) -> Iterator[_Printed]:
    for name, text in cells:
        if text is not None and str(text).strip():
            yield _Printed(line, name, str(text).strip())


def _untied(con: duckdb.DuckDBPyConnection, lot: Lot, source: str, printed: _Printed) -> str | None:
    """What is wrong with a printed total; None where it is that of the rows."""
    column = quoted(printed.column)
    records = f"{source} anti join no_records using (source_line) where {column} <> ''"
    rows = con.execute(f"select {column}, count(*) from {records} group by all").fetchall()
    said, *numbers = _numbers([printed.text, *(text for text, _ in rows)], lot)
    # What cannot be read is refused for itself, and is missing here.
    read = zip(numbers, (count for _, count in rows), strict=True)
    return _differs(printed, said, sum((n * count for n, count in read if n is not None), Decimal(0)))


def _differs(printed: _Printed, said: Decimal | None, total: Decimal) -> str | None:
    where = f"the total of {printed.column} in line {printed.line}"
    if said is None:
        return f"{where} cannot be read as a number; declare the locale of the source"
    if abs(total - said) >= _CENT:
        return f"{where} is {said:,}, its rows add up to {total:,}"
    return None


def _balances(con: duckdb.DuckDBPyConnection, lot: Lot, source: str, control: Balance) -> list[str | None]:
    per = quoted(control.per) if control.per in lot.columns else "''"
    amount = quoted(control.balances_to_zero)
    rows = con.execute(
        f"select {per}, {amount}, count(*) from {source} anti join no_records using (source_line) "
        f"where {amount} <> '' group by all"
    ).fetchall()
    sums: dict[str, Decimal] = {}
    numbers = _numbers([row[1] for row in rows], lot)
    for (group, _, n_rows), number in zip(rows, numbers, strict=True):
        sums[str(group)] = sums.get(str(group), Decimal(0)) + (number or Decimal(0)) * n_rows
    n_open = sum(abs(total) >= _CENT for total in sums.values())
    if not n_open:
        return [None]
    groups = f" in {n_open:,} of {len(sums):,} values of {control.per}" if control.per else ""
    return [f"{control.balances_to_zero} does not add up to zero{groups}"]


def _numbers(texts: Sequence[str], lot: Lot) -> list[Decimal | None]:
    """Numbers as the file writes them; where nothing is declared, as these texts prove."""
    clean, _ = without_symbols(pd.Series([text.strip() for text in texts], dtype="str"))
    plain, _ = plain_numbers(clean, lot.manner.decimal_sign or proven_decimal(clean))
    return [None if pd.isna(value) else Decimal(value) for value in plain]
