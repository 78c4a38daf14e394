"""Totals that a file prints, tied to the rows it delivered. Judges whole files, never rows."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

import duckdb
import pandas as pd

from contracts.numbers import plain_numbers
from contracts.profile_shape import Balance, Total
from contracts.sql_rules import quoted
from orchestration.ingest.gate.lots import Lot
from orchestration.ingest.gate.versions import amount_column

Tie = Literal["none", "tied", "untied"]
_CENT = Decimal("0.01")


def control_of(
    con: duckdb.DuckDBPyConnection, lot: Lot, source: str, periods: Sequence[Mapping[str, Any]]
) -> Tie:
    """Whether what a file says of its totals is true of its rows.

    Parameters
    ----------
    con : the gate's connection.
    lot : one delivery.
    source : SQL source of its landed rows.
    periods : its lines of the ledger per period.

    Returns
    -------
    str
        ``none`` where the file prints no total; else ``tied`` or ``untied``.
    """
    ties = []
    for control in lot.profile.control:
        if isinstance(control, Total):
            ties += [_total_ties(printed, lot, control, periods) for printed in _printed(lot, control)]
        elif control.balances_to_zero in lot.columns:
            ties.append(_balances(con, lot, source, control))
    return "none" if not ties else "tied" if all(ties) else "untied"


def _printed(lot: Lot, control: Total) -> list[Decimal | None]:
    """Totals that the footers print: the cell of the amount's source column, else their last number."""
    sources = lot.profile.columns[control.total_of].sources
    found = []
    for footer in lot.manifest.get("footers") or ():
        cells = footer.get("cells", {}) if isinstance(footer, Mapping) else {}
        texts = {str(name): str(text).strip() for name, text in dict(cells).items() if str(text).strip()}
        label = str(footer.get("label") or next(iter(texts.values()), ""))
        if re.search(control.label, label):
            said = [texts[name] for name in sources if name in texts] or list(texts.values())[-1:]
            found.append(_number(said[0], lot) if said else None)
    return found


def _total_ties(
    printed: Decimal | None, lot: Lot, control: Total, periods: Sequence[Mapping[str, Any]]
) -> bool:
    if printed is None or control.total_of != amount_column(lot.contract):
        return False
    amounts = [line["amount"] for line in periods if line["amount"] is not None]
    return bool(abs(sum(amounts, Decimal(0)) - printed) < _CENT)


def _balances(con: duckdb.DuckDBPyConnection, lot: Lot, source: str, control: Balance) -> bool:
    per = quoted(control.per) if control.per in lot.columns else "''"
    amount = quoted(control.balances_to_zero)
    rows = con.execute(
        f"select {per}, {amount}, count(*) from {source} where {amount} <> '' group by all"
    ).fetchall()
    sums: dict[str, Decimal] = {}
    numbers = _numbers([row[1] for row in rows], lot)
    for (group, _, n_rows), number in zip(rows, numbers, strict=True):
        if number is None:
            return False
        sums[str(group)] = sums.get(str(group), Decimal(0)) + number * n_rows
    return all(abs(total) < _CENT for total in sums.values())


def _number(text: str, lot: Lot) -> Decimal | None:
    return _numbers([text], lot)[0]


def _numbers(texts: Sequence[str], lot: Lot) -> list[Decimal | None]:
    clean = pd.Series([text.strip() for text in texts], dtype="str")
    plain, _ = plain_numbers(clean, lot.manner.decimal_sign)
    return [None if pd.isna(value) else Decimal(value) for value in plain]
