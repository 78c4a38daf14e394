"""Source text -> typed values of one kind, and why a text is not one. Nothing is guessed; no profiles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.column_map import ColumnMap
from contracts.contract import Column, Contract
from contracts.frames import dtype_of, pa
from contracts.manner import Manner
from contracts.numbers import plain_numbers, suppressed
from contracts.times import parse_dates, parse_times

__all__ = ["Manner", "Parsed", "blank_to_null", "parse", "parse_booleans", "plain_numbers"]

Mask = npt.NDArray[np.bool_]

NULL_WORDS = frozenset({"", "null", "none", "n/a", "#n/a", "\\n", "(null)", "<null>"})
"""Compared without case. `NA` is not among them: it is Namibia, and a name."""
NULL_WORDS_TYPED = NULL_WORDS | {"-", "na", "nil", "nan", ".."}
"""For kinds other than text, where these cannot be values."""
YES = frozenset(
    {"true", "t", "yes", "y", "1", "ja", "j", "oui", "vrai", "waar", "wahr", "sí", "si", "verdadero"}
)
NO = frozenset({"false", "f", "no", "n", "0", "nee", "nein", "non", "faux", "onwaar", "falsch", "falso"})
OPEN_ENDS = ("9999-12-31", "0000-00-00")
"""What systems that need a day write where there is none; a time may follow."""
_CENT = Decimal("0.01")
_EXACT_LIMIT = {"money": Decimal(10) ** 16, "minutes": Decimal(10) ** 12}
"""What decimal(18,2) and decimal(14,2) can hold; larger numbers fail `in_range`."""


ROUNDED = r"[0-9]([.,][0-9]+)?[eE]\+[0-9]{2,3}"
"""A long number as spreadsheets write it: its last digits are gone, so several keys have become one."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """Typed values, empty where the text was empty or wrong, and masks of the wrong ones by rule name."""

    values: pd.Series
    failures: dict[str, Mask]


PLAIN_FORM = ColumnMap()
"""Nothing declared about a column: ISO days, days in the order of the source, plain numbers."""
_WHOLE = Fraction(1)


@dataclass(frozen=True, slots=True)
class _How:
    manner: Manner
    form: ColumnMap
    divisor: Fraction


def parse(
    text: pd.Series,
    column: Column,
    contract: Contract,
    manner: Manner,
    form: ColumnMap = PLAIN_FORM,
    divisor: Fraction = _WHOLE,
) -> Parsed:
    """Typed values of a column out of source text.

    Parameters
    ----------
    text : Series of str, shape (n,)
        Source text; empty where there is none.
    form : ColumnMap
        Declared forms of days and times; nothing else of it is looked at.
    divisor : Fraction
        What numbers are divided by; exact in money and minutes, which are rounded to two places then.

    Returns
    -------
    Parsed
        `values` has the dtype of the contract; `failures` maps rule names to masks of shape (n,).
    """
    known, codes = _distinct(text)
    clean = blank_to_null(known, typed=column.kind != "text")
    parsed = _PARSERS[column.kind](clean, column, _How(manner, form, divisor))
    values = _cast(parsed.values, dtype_of(contract, column))
    if codes is None:
        return Parsed(values, parsed.failures)
    spread = values.take(codes).set_axis(text.index)
    return Parsed(spread, {name: mask[codes] for name, mask in parsed.failures.items()})


def _distinct(text: pd.Series) -> tuple[pd.Series, npt.NDArray[np.intp] | None]:
    """Distinct texts and each row's place among them, where that saves work; else the texts."""
    codes, known = pd.factorize(text, use_na_sentinel=False)
    if 2 * len(known) > len(text):
        return text, None
    return pd.Series(known, dtype="str"), codes


def blank_to_null(text: pd.Series, *, typed: bool) -> pd.Series:
    """Trimmed text with null words made empty."""
    clean = text.astype("str").str.strip()
    words = NULL_WORDS_TYPED if typed else NULL_WORDS
    short = clean.str.len() <= 6
    null = clean.isna() | (short & clean.str.lower().isin(words))
    return clean.mask(null.astype(bool))


def parse_booleans(clean: pd.Series) -> Parsed:
    """Yes and no, in the words of several languages; anything else fails `boolean`."""
    words = clean.str.lower()
    yes, no = words.isin(YES), words.isin(NO)
    values = pd.Series(pd.NA, index=clean.index, dtype="boolean").mask(yes, True).mask(no, False)
    return Parsed(values, {"boolean": _mask(clean.notna() & ~yes & ~no)})


def _text(clean: pd.Series, column: Column, _how: _How) -> Parsed:
    if is_key(column):
        rounded = _mask(clean.str.fullmatch(ROUNDED))
        return Parsed(clean.mask(rounded), {"rounded_key": rounded})
    if not column.allowed:
        return Parsed(clean, {})
    canonical = {word.casefold(): word for word in column.allowed}
    values = clean.str.lower().map(canonical).astype("str")
    return Parsed(values, {"known_value": _mask(clean.notna() & values.isna())})


def is_key(column: Column) -> bool:
    """Whether the text of a column names a record, so that it may not have been rounded."""
    return column.kind == "text" and column.name.endswith("_key") and not column.allowed


def _boolean(clean: pd.Series, _column: Column, _how: _How) -> Parsed:
    return parse_booleans(clean)


def _number(clean: pd.Series, column: Column, how: _How) -> Parsed:
    hidden = suppressed(clean)
    plain, wrong = plain_numbers(clean.mask(hidden), how.manner.decimal_sign)
    failures = {"number": wrong, "suppressed": hidden}
    if column.kind in _EXACT_LIMIT:
        exact = _exact(plain, _EXACT_LIMIT[column.kind], how.divisor)
        return Parsed(exact.values, {**failures, **exact.failures})
    numbers = plain.astype("object").where(plain.notna(), np.nan).astype("float64")
    return Parsed(numbers if how.divisor == 1 else numbers / float(how.divisor), failures)


def _exact(plain: pd.Series, limit: Decimal, divisor: Fraction) -> Parsed:
    """Decimals with two places; beyond four no currency is kept, up to four half a cent goes to the even.

    What is divided is rounded however many places that makes: a divisor was declared.
    """
    simple = plain.str.fullmatch(r"-?[0-9]{1,10}(\.[0-9]{1,2})?").fillna(False).to_numpy(dtype=bool)
    simple = simple & (divisor == 1)
    fine, large = np.zeros(len(plain), dtype=bool), np.zeros(len(plain), dtype=bool)
    values = plain.where(simple).astype("object").to_numpy(copy=True)
    for position in np.flatnonzero(~simple & plain.notna().to_numpy(dtype=bool)):
        value = _divided(str(plain.iloc[position]), divisor)
        large[position] = abs(value) >= limit
        fine[position] = divisor == 1 and int(value.normalize().as_tuple().exponent) < -4
        if not (large[position] or fine[position]):
            values[position] = str(value.quantize(_CENT, ROUND_HALF_EVEN))
    cells = pa.array(values, type=pa.string(), from_pandas=True)
    decimals = pa.compute.cast(cells, pa.decimal128(18, 2))
    typed = pd.Series(decimals, index=plain.index, dtype=pd.ArrowDtype(decimals.type))
    return Parsed(typed, {"decimals": fine, "in_range": large})


def _integer(clean: pd.Series, _column: Column, how: _How) -> Parsed:
    hidden = suppressed(clean)
    plain, wrong = plain_numbers(clean.mask(hidden), how.manner.decimal_sign)
    simple = plain.str.fullmatch(r"-?[0-9]{1,15}").fillna(False).to_numpy(dtype=bool)
    simple = simple & (how.divisor == 1)
    broken, large = np.zeros(len(plain), dtype=bool), np.zeros(len(plain), dtype=bool)
    values = plain.where(simple).astype("object").to_numpy(copy=True)
    for position in np.flatnonzero(~simple & plain.notna().to_numpy(dtype=bool)):
        value = _divided(str(plain.iloc[position]), how.divisor)
        large[position] = abs(value) >= Decimal(10) ** 18
        broken[position] = not large[position] and value % 1 != 0
        if not (large[position] or broken[position]):
            values[position] = str(int(value))
    cells = pa.compute.cast(pa.array(values, type=pa.string(), from_pandas=True), pa.int64())
    typed = pd.Series(cells, index=plain.index, dtype=pd.ArrowDtype(pa.int64())).astype("Int64")
    return Parsed(typed, {"integer": wrong | broken, "suppressed": hidden, "in_range": large})


def _divided(plain: str, divisor: Fraction) -> Decimal:
    if divisor == 1:
        return Decimal(plain)
    with localcontext() as context:
        context.prec = 60  # digits; longer than any number that is kept, so that only the quotient is rounded
        return Decimal(plain) * divisor.denominator / divisor.numerator


def _date(clean: pd.Series, column: Column, how: _How) -> Parsed:
    return Parsed(*parse_dates(clean, how.manner, how.form, open_end=column.nullable))


def _timestamp(clean: pd.Series, _column: Column, how: _How) -> Parsed:
    return Parsed(*parse_times(clean, how.manner, how.form))


def _cast(values: pd.Series, dtype: Any) -> pd.Series:
    return values if values.dtype == dtype else pd.Series(values, dtype=dtype)


def _mask(values: pd.Series) -> Mask:
    return values.fillna(False).to_numpy(dtype=bool)


_PARSERS: dict[str, Callable[[pd.Series, Column, _How], Parsed]] = {
    "text": _text,
    "boolean": _boolean,
    "integer": _integer,
    "real": _number,
    "share": _number,
    "score": _number,
    "money": _number,
    "minutes": _number,
    "date": _date,
    "timestamp": _timestamp,
}
