"""What a contract is: columns, rules, key and grain. What a given table must hold is said elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

Kind = Literal[
    "text", "integer", "real", "share", "score", "money", "minutes", "date", "timestamp", "boolean"
]
Layer = Literal["accepted", "marts", "analysis", "edition"]
Stage = Literal["source", "convert", "check", "key"]
Holds = Callable[["pd.DataFrame"], "pd.Series[bool]"]
Corrupt = Callable[["pd.DataFrame"], "pd.DataFrame"]

FIRST_DAY, LAST_DAY = "1990-01-01", "2100-01-01"
"""No organisation here has facts outside these days; a date out of them is a typing or century error."""

_DEFAULT_RANGE: dict[str, tuple[float | str | None, float | str | None]] = {
    "share": (0, 1),
    "score": (0, 100),
    "minutes": (0, None),
    "date": (FIRST_DAY, LAST_DAY),
    "timestamp": (FIRST_DAY, LAST_DAY),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its kind, whether it may be empty, its unit and its bounds.

    Parameters
    ----------
    kind : Kind
        `money` is decimal(18,2) and `minutes` decimal(14,2) in accepted tables, 64-bit floats elsewhere;
        `share` lies in 0..1 and `score` in 0..100 unless bounds are given; `real` is unbounded.
    minimum, maximum : float or str, optional
        Inclusive bounds; ISO text for dates and timestamps.
    pattern : str, optional
        Regular expression that the whole text must match.
    example : object
        A good value, used for documentation and for the canaries of the rules.
    is_personal : bool
        True where the value stems from a person; only keyed hashes and declared words are ever kept of it.
    """

    name: str
    kind: Kind
    description: str
    nullable: bool = False
    unit: str = ""
    allowed: tuple[str, ...] = ()
    minimum: float | str | None = None
    maximum: float | str | None = None
    pattern: str | None = None
    example: object = None
    is_personal: bool = False

    @property
    def is_hashed(self) -> bool:
        """True of a key of a person; words of a person that are declared stand as they are."""
        return self.is_personal and not self.allowed

    @property
    def bounds(self) -> tuple[float | str | None, float | str | None]:
        """Inclusive lower and upper bound, from the column or from its kind."""
        low, high = _DEFAULT_RANGE.get(self.kind, (None, None))
        return (low if self.minimum is None else self.minimum, high if self.maximum is None else self.maximum)


@dataclass(frozen=True, slots=True)
class FrameRule:
    """A rule over several columns; `holds` gives one boolean per row, unknown counts as true.

    With `spans_rows` it also looks at other rows, and is judged on the whole table among otherwise good rows.
    `sql` says the same as `holds` as a condition of DuckDB, for tables too large for memory; in a rule that
    spans rows `{rows}` stands for the table.
    """

    column: str
    name: str
    description: str
    holds: Holds
    corrupt: Corrupt
    remedy: str = "Correct the record in the source system and deliver it again."
    spans_rows: bool = False
    sql: str | None = None

    def reads(self, names: Iterable[str]) -> frozenset[str]:
        """Those of a table's columns that the rule looks at, by its SQL; all where it has none."""
        if self.sql is None:
            return frozenset(names)
        return frozenset({self.column, *re.findall(r"\w+", self.sql)} & set(names))


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that must hold, with the bad value that proves it bites.

    Attributes
    ----------
    id : str
        `<column>:<name>`; the reason code in quarantine, ledger and messages.
    stage : Stage
        `source`: a row that its profile refuses; `convert`: source text that is not of the kind; `check`: a
        typed row; `key`: rows that clash.
    canary : object
        `source`: texts by source column that make a good row bad; `convert`: source text that must be
        refused; `check`: a typed bad value, or a function from a good frame to one whose first row is bad;
        `key`: such a function, for the first two rows.
    """

    id: str
    column: str
    name: str
    stage: Stage
    description: str
    remedy: str
    canary: object


@dataclass(frozen=True, slots=True)
class Contract:
    """What one table must hold: the single source of its schema, rules, documentation and Parquet types.

    Attributes
    ----------
    version : int
        Counts up when readers must change what they ask: a column is gone, renamed, or means another thing.
    deprecated_on : str, optional
        Day from which readers must not count on the table, ISO; None where none is planned.
    """

    name: str
    layer: Layer
    description: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    owner: str = "data platform"
    version: int = 1
    deprecated_on: str | None = None
    period_column: str | None = None
    frame_rules: tuple[FrameRule, ...] = ()

    def column(self, name: str) -> Column:
        """Column of that name; KeyError when there is none."""
        return {column.name: column for column in self.columns}[name]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns in their declared order."""
        return tuple(column.name for column in self.columns)

    def required_by(self, rule: FrameRule) -> list[str]:
        """Required columns that a rule reads.

        The rule is judged where they are filled; a gap is `required`'s to report.
        """
        reads = rule.reads(self.column_names)
        return [column.name for column in self.columns if not column.nullable and column.name in reads]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of the contract: conversion, column, frame and key rules."""
        from contracts.rules import rules_of  # rules.py needs the classes of this module

        return rules_of(self)

    @property
    def schema(self) -> pa.DataFrameSchema:
        """Pandera schema of the typed table: lazy validation, strict, coerced."""
        return _schema(self)

    def typed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Frame with exactly the contract's columns in their order and dtypes; missing ones are empty."""
        from contracts.frames import typed  # pandas is heavy; importing contracts stays cheap

        return typed(self, frame)

    def empty(self) -> pd.DataFrame:
        """Frame without rows that has the contract's columns and dtypes."""
        import pandas as pd  # heavy

        return self.typed(pd.DataFrame())

    def arrow_schema(self) -> Any:
        """`pyarrow.Schema` of the table; dates are date32, timestamps microseconds without zone (UTC)."""
        from contracts.frames import arrow_schema  # pyarrow is heavy

        return arrow_schema(self)

    def to_arrow(self, frame: pd.DataFrame) -> Any:
        """`pyarrow.Table` of a typed frame, ready for Parquet; raises when a value does not fit its type."""
        from contracts.frames import to_arrow  # pyarrow is heavy

        return to_arrow(self, frame)


@lru_cache(maxsize=64)
def _schema(contract: Contract) -> pa.DataFrameSchema:
    from contracts.schema import build_schema  # pandera is heavy; importing contracts stays cheap

    return build_schema(contract)
