"""Contract -> conditions in DuckDB's SQL that say which rows break which rule. No SQL is run here.

The pandera schema of `contracts.schema` is the reference; a test holds both against each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from contracts.contract import Column, Contract

SQL_TYPES = {
    "text": "varchar",
    "integer": "bigint",
    "real": "double",
    "share": "double",
    "score": "double",
    "money": "decimal(18,2)",
    "minutes": "decimal(14,2)",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}
"""DuckDB type of each kind in accepted tables."""


@lru_cache(maxsize=64)
def broken(contract: Contract) -> dict[str, str]:
    """Condition per rule id that is true for the rows that break the rule, never null.

    Rules over several rows are not among them: see `clashing`.
    """
    found = {
        rule: f"coalesce({said}, false)" for column in contract.columns for rule, said in _column(column)
    }
    for rule in contract.frame_rules:
        if rule.sql is not None and not rule.spans_rows:
            filled = [f"{quoted(name)} is not null" for name in contract.required_by(rule)]
            said = " and ".join([*filled, f"not ({rule.sql})"])
            found[f"{rule.column}:{rule.name}"] = f"coalesce({said}, false)"
    return found


def breaks_any(contract: Contract, known: Collection[str] = ()) -> str:
    """Condition, never null, true for the rows that break any rule; it costs less than all of `broken`.

    Parameters
    ----------
    contract : contract of the rows.
    known : columns that are known to hold only allowed words, so that it need not be asked.
    """
    held = {f"{name}:known_value" for name in known}
    said = [
        condition for column in contract.columns for rule, condition in _column(column) if rule not in held
    ]
    # That required columns are filled need not be asked again: a row without them breaks `required`.
    said += [
        f"not ({rule.sql})" for rule in contract.frame_rules if rule.sql is not None and not rule.spans_rows
    ]
    return f"coalesce({' or '.join(f'({condition})' for condition in said)}, false)"


def clashing(contract: Contract, rows: str) -> dict[str, str]:
    """Condition per rule over several rows, true for every row of a clash in the table or query `rows`."""
    found = {
        f"{rule.column}:{rule.name}": f"not ({rule.sql.format(rows=rows)})"
        for rule in contract.frame_rules
        if rule.spans_rows and rule.sql is not None
    }
    if contract.key:
        key = listed(contract.key)
        several = f"select {key} from {rows} group by all having count(*) > 1"
        found[f"{contract.key[0]}:unique_key"] = f"({key}) in ({several})"
    return found


def quoted(name: str) -> str:
    """Name of a column as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def text(value: object) -> str:
    """Text constant as SQL writes it."""
    return "'" + str(value).replace("'", "''") + "'"


def listed(names: Iterable[str]) -> str:
    """Names of columns, separated by commas."""
    return ", ".join(quoted(name) for name in names)


def _column(column: Column) -> Iterator[tuple[str, str]]:
    name = quoted(column.name)
    low, high = column.bounds
    if not column.nullable:
        yield f"{column.name}:required", f"{name} is null"
    if column.allowed:
        words = ", ".join(text(word) for word in column.allowed)
        yield f"{column.name}:known_value", f"{name} not in ({words})"
    if column.pattern is not None:
        yield f"{column.name}:well_formed", f"not regexp_full_match({name}, {text(column.pattern)})"
    if low is not None or high is not None:
        outside = [f"{name} < {_bound(column, low)}"] if low is not None else []
        outside += [f"{name} > {_bound(column, high)}"] if high is not None else []
        yield f"{column.name}:in_range", " or ".join(outside)
    if column.kind == "date":
        yield f"{column.name}:whole_day", f"{name} <> date_trunc('day', {name})"


def _bound(column: Column, bound: float | str | None) -> str:
    if column.kind in ("date", "timestamp"):
        return f"timestamp {text(bound)}"
    if column.kind in ("money", "minutes"):
        return f"{float(bound or 0):.2f}"
    return f"{bound!r}" if column.kind != "integer" else f"{int(bound or 0)}"
