"""Source text -> typed values of one kind, and why a text is not one. Nothing is guessed; no profiles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.contract import Column, Contract
from contracts.frames import dtype_of, pa
from contracts.manner import DECIMAL_COMMA, Manner
from contracts.times import parse_dates, parse_times

__all__ = ["Manner", "Parsed", "blank_to_null", "parse", "parse_booleans", "plain_numbers"]

Mask = npt.NDArray[np.bool_]

NULL_WORDS = frozenset({"", "null", "none", "n/a", "#n/a", "\\n", "(null)", "<null>"})
"""Compared without case. `NA` is not among them: it is Namibia, and a name."""
NULL_WORDS_TYPED = NULL_WORDS | {"-", "na", "nil", "nan", ".."}
"""For kinds other than text, where these cannot be values."""
YES = frozenset({"true", "t", "yes", "y", "1", "ja", "j", "oui", "vrai", "waar", "wahr"})
NO = frozenset({"false", "f", "no", "n", "0", "nee", "nein", "non", "faux", "onwaar", "falsch"})
_SPACES = "[ \u00a0\u202f']"
_CENT = Decimal("0.01")
_EXACT_LIMIT = {"money": Decimal(10) ** 16, "minutes": Decimal(10) ** 12}
"""What decimal(18,2) and decimal(14,2) can hold; larger numbers fail `in_range`."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """Typed values, empty where the text was empty or wrong, and masks of the wrong ones by rule name."""

    values: pd.Series
    failures: dict[str, Mask]


def parse(text: pd.Series, column: Column, contract: Contract, manner: Manner) -> Parsed:
    """Typed values of a column out of source text.

    Parameters
    ----------
    text : Series of str, shape (n,)
        Source text; empty where there is none.

    Returns
    -------
    Parsed
        `values` has the dtype of the contract; `failures` maps rule names to masks of shape (n,).
    """
    known, codes = _distinct(text)
    clean = blank_to_null(known, typed=column.kind != "text")
    parsed = _PARSERS[column.kind](clean, column, manner)
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


def _text(clean: pd.Series, column: Column, _manner: Manner) -> Parsed:
    if not column.allowed:
        return Parsed(clean, {})
    canonical = {word.casefold(): word for word in column.allowed}
    values = clean.str.lower().map(canonical).astype("str")
    return Parsed(values, {"known_value": _mask(clean.notna() & values.isna())})


def _boolean(clean: pd.Series, _column: Column, _manner: Manner) -> Parsed:
    return parse_booleans(clean)


def plain_numbers(clean: pd.Series, locale: str) -> tuple[pd.Series, Mask]:
    """Numbers as plain text (-1234.56) and a mask of what is no number in the locale.

    Negatives may be written -1, 1- or (1). Thousands may be grouped by the locale's sign or by spaces, but
    only in groups of three; a decimal sign of the other locale fails.
    """
    comma = locale[:2].casefold() in DECIMAL_COMMA
    bare = clean.isna() | clean.str.fullmatch(r"-?\d+" if comma else r"-?\d+(\.\d+)?").fillna(False)
    if bare.all():
        return clean, np.zeros(len(clean), dtype=bool)
    bracket = clean.str.fullmatch(r"\(.+\)").fillna(False).astype(bool)
    body = clean.str.strip("()").where(bracket, clean)
    trailing = body.str.fullmatch(r"[^-].*-").fillna(False).astype(bool)
    body = body.str.removesuffix("-").where(trailing, body)
    signed = body.str.fullmatch(r"[-+].*").fillna(False).astype(bool)
    minus = body.str.startswith("-").fillna(False).astype(bool)
    body = body.str.slice(1).where(signed, body).str.strip()
    group, point = (r"\.", ",") if comma else (",", r"\.")
    form = rf"(\d+|\d{{1,3}}({group}\d{{3}})+|\d{{1,3}}({_SPACES}\d{{3}})+)({point}\d+)?([eE][-+]?\d{{1,2}})?"
    good = body.str.fullmatch(form).fillna(False).astype(bool)
    good &= (bracket.astype(int) + trailing.astype(int) + signed.astype(int)) <= 1
    plain = body.str.replace(f"{group}|{_SPACES}", "", regex=True)
    plain = plain.str.replace(",", ".", regex=False) if point == "," else plain
    negative = bracket | trailing | minus
    plain = ("-" + plain).where(negative, plain)
    return plain.where(good), _mask(clean.notna() & ~good)


def _number(clean: pd.Series, column: Column, manner: Manner) -> Parsed:
    plain, wrong = plain_numbers(clean, manner.locale or "en")
    if column.kind in _EXACT_LIMIT:
        exact = _exact(plain, _EXACT_LIMIT[column.kind])
        return Parsed(exact.values, {"number": wrong, **exact.failures})
    return Parsed(plain.astype("object").where(plain.notna(), np.nan).astype("float64"), {"number": wrong})


def _exact(plain: pd.Series, limit: Decimal) -> Parsed:
    """Decimals with two places; beyond four no currency is kept, up to four half a cent goes to the even."""
    simple = plain.str.fullmatch(r"-?\d{1,10}(\.\d{1,2})?").fillna(False).to_numpy(dtype=bool)
    fine, large = np.zeros(len(plain), dtype=bool), np.zeros(len(plain), dtype=bool)
    values = plain.where(simple).astype("object").to_numpy(copy=True)
    for position in np.flatnonzero(~simple & plain.notna().to_numpy(dtype=bool)):
        value = Decimal(str(plain.iloc[position]))
        large[position] = abs(value) >= limit
        fine[position] = int(value.normalize().as_tuple().exponent) < -4
        if not (large[position] or fine[position]):
            values[position] = str(value.quantize(_CENT, ROUND_HALF_EVEN))
    cells = pa.array(values, type=pa.string(), from_pandas=True)
    decimals = pa.compute.cast(cells, pa.decimal128(18, 2))
    typed = pd.Series(decimals, index=plain.index, dtype=pd.ArrowDtype(decimals.type))
    return Parsed(typed, {"decimals": fine, "in_range": large})


def _integer(clean: pd.Series, _column: Column, manner: Manner) -> Parsed:
    plain, wrong = plain_numbers(clean, manner.locale or "en")
    simple = plain.str.fullmatch(r"-?\d{1,15}").fillna(False).to_numpy(dtype=bool)
    broken, large = np.zeros(len(plain), dtype=bool), np.zeros(len(plain), dtype=bool)
    values = plain.where(simple).astype("object").to_numpy(copy=True)
    for position in np.flatnonzero(~simple & plain.notna().to_numpy(dtype=bool)):
        value = Decimal(str(plain.iloc[position]))
        large[position] = abs(value) >= Decimal(10) ** 18
        broken[position] = not large[position] and value % 1 != 0
        if not (large[position] or broken[position]):
            values[position] = str(int(value))
    cells = pa.compute.cast(pa.array(values, type=pa.string(), from_pandas=True), pa.int64())
    typed = pd.Series(cells, index=plain.index, dtype=pd.ArrowDtype(pa.int64())).astype("Int64")
    return Parsed(typed, {"integer": wrong | broken, "in_range": large})


def _date(clean: pd.Series, column: Column, manner: Manner) -> Parsed:
    values, wrong = parse_dates(clean, manner.locale or "en", open_end=column.nullable)
    return Parsed(values, {"date": wrong})


def _timestamp(clean: pd.Series, _column: Column, manner: Manner) -> Parsed:
    values, failures = parse_times(clean, manner.locale or "en", manner.zone)
    return Parsed(values, failures)


def _cast(values: pd.Series, dtype: Any) -> pd.Series:
    return values if values.dtype == dtype else pd.Series(values, dtype=dtype)


def _mask(values: pd.Series) -> Mask:
    return values.fillna(False).to_numpy(dtype=bool)


_PARSERS: dict[str, Callable[[pd.Series, Column, Manner], Parsed]] = {
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
