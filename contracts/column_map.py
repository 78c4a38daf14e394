"""What a profile may say about one canonical column: where its text comes from, how it is read. No reading.

The steps of a column, in their order; each is left out where nothing is declared:

1. text: the first filled one of `from`, or `sql`, `content_key`, `listed_in`; `labelled` puts the file's
   value labels in place of its codes; where it is empty `ordinal`, `from_preamble`, the constant of the
   settings or the profile, `default`, `default_setting`.
2. words: `values` (those of the settings first), `lower_case`, `case_safe_id`; `account_ranges` and `cases`
   decide instead of words; `hmac` ends here.
3. typing: `reads` and `format` for days and times, `duration`, `percent`, `divide_by`, `strip_symbols` and
   `sign_suffix` for numbers.
4. sign: `minus` another column, `sign_from` a column of words, `sign` by class; `threshold` for what is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from contracts.strict import Strict

WhenValue = bool | list[str] | Literal["*"] | None
"""Yes or no, one of these texts, `*` for any text, null for no text."""
Domain = Literal["people", "customers", "applications"]
"""Key that a number is hashed under; hashes of two domains cannot be linked."""
DOMAINS: dict[str, Domain] = {"person_key": "people", "application_key": "applications"}
"""Domain of each column of persons: of one number an application must not meet a hire."""
Reads = Literal[
    "local",
    "yyyymmdd",
    "ddmm",
    "excel_serial",
    "excel_serial_1904",
    "epoch_seconds",
    "epoch_millis",
    "start_of_day",
    "day_of_time",
]
"""Forms of days and times beside ISO, which is always read.

`local`: numbers in the declared or proven order of day and month, four digits of year (what is read when
nothing is declared). `yyyymmdd`: 20240531; 00000000 and 99991231 are no day. `ddmm`: 3105, the year from
`period_in_preamble`. `excel_serial`: five digits counted from 1900 (`_1904`: from 1904), a fraction is the
time of day. `epoch_*`: UTC, also as `/Date(ms)/`. `start_of_day`: where a time is wanted, a day means its
first moment in the zone of the source. `day_of_time`: where a day is wanted, a time gives its day there.
"""
Duration = Literal["minutes", "seconds", "hours", "hms", "hm"]
"""What a number of minutes is written in: a number of these, `HH:MM:SS` or `H:MM` (hours may exceed 24)."""
_DIRECTIVE = re.compile(r"%[-]?[A-Za-z%]")
_DIRECTIVES = frozenset("%" + letter for letter in "YymbBdeHIMSpfz%")


class Case(Strict):
    """One line of a decision list: the first case whose conditions all hold gives the value."""

    when: dict[str, WhenValue] = Field(default_factory=dict)
    value: str | bool | None


class Ordinal(Strict):
    """Number of a row within its group, counted from 1 in the order of a column."""

    group: str
    order: str


class Threshold(Strict):
    """Word for a number: `below` under `at`, else `reached`."""

    column: str
    at: float
    below: str
    reached: str


class Sign(Strict):
    """Classes whose amounts change sign, so that positive increases the class."""

    column: str
    negate: list[str]


class SignWords(Strict):
    """Words that make an amount negative and words that leave it; others are refused `<column>:sign`."""

    negative: tuple[str, ...] = Field(min_length=1)
    positive: tuple[str, ...] = Field(min_length=1)


class SignFrom(SignWords):
    """Source column that holds the word, such as S and H; it must be filled where the amount is."""

    source: str = Field(alias="from")


class PreambleCell(Strict):
    """Cell above the header: its row and its place in it, both counted from 1."""

    row: int = Field(ge=1)
    cell: int = Field(ge=1)


class PreamblePeriod(Strict):
    """Cells above the header with the first and the last day of the file's period, as 20240531 or ISO."""

    row: int = Field(ge=1)
    first: int = Field(ge=1)
    last: int = Field(ge=1)


class ColumnMap(Strict):
    """Where a canonical column comes from and how its text is read; names are canonical header names.

    Attributes
    ----------
    sources (`from`) : header column, or several of which the first that is not empty counts.
    sql : one DuckDB expression over the columns named in `from`, all text; evaluated by the gate before
        typing, handed over as the text column `sql:<canonical>`.
    content_key : columns whose texts name the row, for sources without a key. True duplicates within a file
        are counted and kept, a re-export gives the same keys.
    listed_in : column with a list of keys; gives the key of the row that lists this row's key.
    ordinal : number within a group, where `from` is empty.
    labelled : codes are replaced by the value labels of the file (SPSS), where it has them.
    from_preamble : cell above the header that holds the value for all rows, where `from` is empty.
    default, default_setting : stand for an empty source; `default_currency` is the `currency` of the source
        in the settings, else the reporting currency.
    values : source words (compared without case) to canonical words; a word that is neither mapped nor
        canonical is refused.
    account_ranges : the text is an account code; its class is that of the narrowest declared code or range
        (`account_classes` of the settings, then of the profile). Where none is declared `cases` decide, and
        where there are none the row is refused `<column>:undeclared`.
    cases : decision list on source columns. A word that the settings declare for the column goes before it,
        where it is the text of `from`, or of the one column that the cases ask.
    lower_case, case_safe_id : small letters; Salesforce ids of 15 characters brought to 18.
    hmac : keyed hash instead of the text, under the key of this domain.
    reads : forms of days and times beside ISO; several are told apart by their digits. Nothing: `local`.
    format : strptime patterns, for two-digit years and names of months (English, and the language of the
        locale): `%d/%b/%y %I:%M %p`. Beside `reads`; `local` is then read only when named.
    period_in_preamble : where `ddmm` finds its year.
    duration : unit or form of a number of minutes.
    percent : true: 45 and 45% are 0.45; `sign`: 45% is 0.45 and 0.45 stays. Not declared: % is refused.
    divide_by : divisor of the number, exact (100 for cents, 1000000 for micros).
    strip_symbols : currency symbols and codes around an amount are read off; the currency of the row must be
        one they can mean, else `<column>:currency_symbol`.
    sign_suffix : words behind an amount (CR, DR, S, H) and what they mean.
    minus : column that is subtracted (debit minus credit); an empty one of the two counts as nothing.
    sign_from : column with the word that gives an unsigned amount its sign.
    sign : canonical column with the classes whose amounts change sign; after all else.
    threshold : word for a canonical number, where the source is empty.
    """

    sources: tuple[str, ...] = Field(default=(), alias="from")
    sql: str | None = Field(default=None, min_length=1)
    content_key: tuple[str, ...] = ()
    listed_in: str | None = None
    ordinal: Ordinal | None = None
    labelled: bool = False
    from_preamble: PreambleCell | None = None
    default: str | bool | int | None = None
    default_setting: Literal["default_currency"] | None = None
    values: dict[str, str] = Field(default_factory=dict)
    account_ranges: bool = False
    cases: tuple[Case, ...] = ()
    lower_case: bool = False
    case_safe_id: bool = False
    hmac: Domain | None = None
    reads: tuple[Reads, ...] = ()
    format: tuple[str, ...] = ()
    period_in_preamble: PreamblePeriod | None = None
    duration: Duration | None = None
    percent: bool | Literal["sign"] = False
    divide_by: int | None = Field(default=None, gt=0)
    strip_symbols: bool = False
    sign_suffix: SignWords | None = None
    minus: str | None = None
    sign_from: SignFrom | None = None
    sign: Sign | None = None
    threshold: Threshold | None = None

    @field_validator("sources", "content_key", "reads", "format", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("format")
    @classmethod
    def _directives(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in value:
            if unknown := sorted(set(_DIRECTIVE.findall(pattern)) - _DIRECTIVES):
                raise ValueError(f"{pattern!r}: {', '.join(unknown)} is not read; use {_known_directives()}")
            if not {"%Y", "%y"} & set(_DIRECTIVE.findall(pattern)):
                raise ValueError(f"{pattern!r} says no year; a day without a year is no date")
        return value

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        ways = {
            "sql": self.sql is not None,
            "content_key": bool(self.content_key),
            "listed_in": self.listed_in is not None,
        }
        if sum(ways.values()) > 1:
            raise ValueError(f"say one of {', '.join(name for name, is_said in ways.items() if is_said)}")
        if self.sql is not None and not self.sources:
            raise ValueError("sql reads the columns named in from; name them")
        if "ddmm" in self.reads and self.period_in_preamble is None:
            raise ValueError("ddmm has no year; say period_in_preamble")
        if {"excel_serial", "excel_serial_1904"} <= set(self.reads):
            raise ValueError(
                "a serial counts from 1900 or from 1904; say one of excel_serial, excel_serial_1904"
            )
        return self

    @property
    def worded(self) -> tuple[str, ...]:
        """Source columns whose first filled text a declared word stands for; none where cases ask several."""
        asked = {name for case in self.cases for name in case.when}
        return self.sources or (tuple(asked) if len(asked) == 1 else ())

    @property
    def used(self) -> set[str]:
        """Source columns that the mapping reads."""
        return set(self._used())

    @property
    def needed(self) -> tuple[str, ...]:
        """Canonical columns that are filled before this one."""
        turned = (self.sign.column if self.sign else None, self.threshold.column if self.threshold else None)
        return (*(name for name in turned if name), *(["currency"] if self.strip_symbols else []))

    @property
    def cells_above(self) -> tuple[tuple[int, int], ...]:
        """Cells above the header that are read: row and place in it, both from 1."""
        cell, period = self.from_preamble, self.period_in_preamble
        return (
            *([(cell.row, cell.cell)] if cell else ()),
            *([(period.row, period.first), (period.row, period.last)] if period else ()),
        )

    def _used(self) -> Iterator[str]:
        yield from self.sources
        yield from self.content_key
        for case in self.cases:
            yield from case.when
        if self.ordinal is not None:
            yield from (self.ordinal.group, self.ordinal.order)
        if self.sign_from is not None:
            yield self.sign_from.source
        yield from (name for name in (self.listed_in, self.minus) if name is not None)
        if self.threshold is not None:
            yield self.threshold.column


def in_order(columns: Mapping[str, ColumnMap]) -> list[str]:
    """Names of the columns as declared, but each after those it needs."""
    done: set[str] = set()
    order: list[str] = []

    def visit(name: str) -> None:
        if name in done or name not in columns:
            return
        done.add(name)
        for needed in columns[name].needed:
            visit(needed)
        order.append(name)

    for name in columns:
        visit(name)
    return order


def _known_directives() -> str:
    return ", ".join(sorted(_DIRECTIVES))
