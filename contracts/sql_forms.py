"""Plainest spelling of each kind in SQL: its value, and the condition that a text has it. No profiles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from contracts.contract import Column
from contracts.manner import Manner
from contracts.sql_given import VISIBLE
from contracts.sql_rules import SQL_TYPES, text
from contracts.values import NO, NULL_WORDS, YES

_SECONDS = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"

NOTHING = "null::varchar"
"""Text of a column that the file lacks."""


def nothing(column: Column) -> str:
    """Value of a column that is empty in every row, since the file lacks what it is made of."""
    return f"null::{SQL_TYPES[column.kind]}"


def among(value: str, words: Iterable[str]) -> str:
    """Condition that a text, in small letters, is one of these words."""
    return f"{lower(value)} in ({', '.join(text(word) for word in sorted(words))})"


def words_type(column: Column) -> str:
    """DuckDB type of a column that holds allowed words only; a row then carries the number of its word."""
    return f"enum({', '.join(text(word) for word in column.allowed)})"


def lower(value: str) -> str:
    """Text in small letters as Python writes them; DuckDB makes of İ an i without the dot above it."""
    return f"lower(replace({value}, 'İ', 'i\u0307'))"


def among_known(value: str, known: Mapping[str, str], column: Column) -> str:
    """Allowed word that a text means, by words in lower case; null where it means none."""
    said = ", ".join(f"{text(word)}: {text(what)}" for word, what in known.items())
    return f"(map {{{said}}}::map(varchar, {words_type(column)}))[{lower(value)}]"


def clean(value: str, *, is_lowered: bool = False) -> str:
    """Condition, never null, that a text needs no trimming and is no word for nothing, or is not there.

    One of which small letters are made also has no letter of which DuckDB and Python make two different ones:
    İ, and Σ at the end of a word.
    """
    nothing = ", ".join(f"{text(word)}: true" for word in sorted(NULL_WORDS))
    # A plus sign may belong to a key that a spreadsheet rounded: 1.23457E+15.
    visible = f"regexp_full_match({value}, {text(VISIBLE)}) and not contains({value}, '+')"
    if is_lowered:
        visible += f" and not contains({value}, 'İ') and not contains({value}, 'Σ')"
    # Most keys are digits, and most others signs of ASCII: to look for another sign takes half the time of a
    # regular expression, and DuckDB looks once only at a text that many rows share.
    trimmed = f"case when {value} glob '*[!!-*,-~]*' then {visible} else true end"
    is_no_word = f"map {{{nothing}}}[lower({value})] is null"
    return f"case when {value} glob '*[!0-9]*' then {trimmed} and {is_no_word} else true end"


def _pointed(value: str, manner: Manner) -> tuple[str, str]:
    """Number with a decimal point, and a condition that its signs are those of the manner."""
    if manner.decimal_sign == ".":
        return value, "true"
    if manner.decimal_sign == ",":
        return f"replace({value}, ',', '.')", f"not contains({value}, '.')"
    return value, f"not contains({value}, '.')"


def _exact(value: str, column: Column, manner: Manner) -> tuple[str, str]:
    number, signs = _pointed(value, manner)
    plain = rf"regexp_full_match({number}, '-?[0-9]{{1,10}}(\.[0-9]{{1,2}})?')"
    return f"try_cast({number} as {SQL_TYPES[column.kind]})", f"{signs} and {plain}"


def _real(value: str, _column: Column, manner: Manner) -> tuple[str, str]:
    number, signs = _pointed(value, manner)
    return (
        f"try_cast({number} as double)",
        rf"{signs} and regexp_full_match({number}, '-?[0-9]{{1,15}}(\.[0-9]{{1,15}})?')",
    )


def _integer(value: str, _column: Column, _manner: Manner) -> tuple[str, str]:
    typed = f"try_cast({value} as bigint)"
    return typed, f"{typed}::varchar = {value} and abs({typed}) < 1000000000000000"


def _date(value: str, column: Column, _manner: Manner) -> tuple[str, str]:
    # Of another length are years of five digits, days before Christ and `infinity`, which only DuckDB reads.
    is_day = f"strlen({value}) = 10"
    if column.nullable:
        typed = f"try_cast(nullif({value}, '9999-12-31') as date)"
        return typed, f"{is_day} and coalesce({typed}::varchar, '9999-12-31') = {value}"
    typed = f"try_cast({value} as date)"
    return typed, f"{is_day} and {typed}::varchar = {value}"


def timestamp(value: str, manner: Manner) -> str:
    """Value of a time; empty where the text is not plain."""
    # strptime takes at most as many digits as a field has: of this length a text has all of them. The cast
    # would pass over spaces, offsets and hour 24.
    # Two spaces stand for one there, and then some field lacks a digit; the year 0 is one before Christ.
    local = (
        "strlen(V) = 19 and not contains(V, '  ') then "
        "try_strptime(V, ['%Y-%m-%d %H:%M:%S', '%Y-%m-%dT%H:%M:%S']) when "
    )
    offset = r"(Z|\+00:?00)" + ("?" if manner.zone == "UTC" else "")
    return (
        "case when V < '0001' then null when strlen(V) = 20 then try_strptime(V, '%Y-%m-%dT%H:%M:%SZ') when "
        f"{local if manner.zone == 'UTC' else ''}"
        f"regexp_full_match(V, {text(_SECONDS + offset)}) then try_cast(V as timestamp) end"
    ).replace("V", value)


def _boolean(value: str, _column: Column, _manner: Manner) -> tuple[str, str]:
    return among(value, YES), among(value, YES | NO)


FORMS: dict[str, Callable[[str, Column, Manner], tuple[str, str]]] = {
    "boolean": _boolean,
    "integer": _integer,
    "real": _real,
    "share": _real,
    "score": _real,
    "money": _exact,
    "minutes": _exact,
    "date": _date,
}
