"""Declared forms of numbers -> bare numbers as text: durations, percentages, symbols, suffixes. No typing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.column_map import Duration, SignWords

Mask = npt.NDArray[np.bool_]

CURRENCIES_OF: Mapping[str, tuple[str, ...]] = {
    "€": ("EUR",),
    "£": ("GBP", "EGP", "LBP", "SYP", "SDG", "FKP", "GIP", "SHP"),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP", "COP", "TWD", "BRL"),
    "us$": ("USD",),
    "c$": ("CAD",),
    "ca$": ("CAD",),
    "a$": ("AUD",),
    "au$": ("AUD",),
    "nz$": ("NZD",),
    "s$": ("SGD",),
    "hk$": ("HKD",),
    "r$": ("BRL",),
    "¥": ("JPY", "CNY"),
    "円": ("JPY",),
    "元": ("CNY",),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "kr.": ("DKK", "SEK", "NOK", "ISK"),
    "fr": ("CHF",),
    "fr.": ("CHF",),
    "sfr.": ("CHF",),
    "zł": ("PLN",),
    "kč": ("CZK",),
    "ft": ("HUF",),
    "lei": ("RON",),
    "₺": ("TRY",),
    "₹": ("INR",),
    "₽": ("RUB",),
    "₩": ("KRW",),
    "₪": ("ILS",),
    "₫": ("VND",),
    "₴": ("UAH",),
    "₦": ("NGN",),
    "₱": ("PHP",),
    "฿": ("THB",),
    "r": ("ZAR",),
}
"""Currencies that a symbol can mean, in small letters; three letters mean the currency of that code."""

_DIVISORS: Mapping[Duration, Fraction] = {
    "minutes": Fraction(1),
    "seconds": Fraction(60),
    "hours": Fraction(1, 60),
    "hms": Fraction(60),
    "hm": Fraction(1),
}
_CLOCKS: Mapping[Duration, str] = {
    "hms": r"([-\u2212]?)([0-9]+):([0-5][0-9]):([0-5][0-9])",
    "hm": r"([-\u2212]?)([0-9]+):([0-5][0-9])",
}
_SYMBOL = r"[^\s0-9.,()+\-\u2212'\u2019]{1,4}\.?"
_AMOUNT = re.compile(
    rf"(?P<sign>[-\u2212+(]?)\s*(?P<before>{_SYMBOL})?\s*(?P<number>[-\u2212+]?[0-9][0-9.,\s'\u2019]*?)"
    rf"\s*(?P<after>{_SYMBOL})?\s*(?P<end>[-\u2212)]?)"
)


def durations(text: pd.Series, form: Duration) -> tuple[pd.Series, Mask, Fraction]:
    """Durations as numbers, which have not the declared form, and the divisor that makes minutes of them."""
    wrong = np.zeros(len(text), dtype=bool)
    if form in _CLOCKS:
        found = text.str.extract(f"^{_CLOCKS[form]}$")
        wrong = (text.notna() & found[1].isna()).to_numpy(dtype=bool)
        parts = found.iloc[:, 1:].fillna("0")
        total = [
            sum(int(part) * 60**place for place, part in enumerate(reversed(row))) for row in parts.to_numpy()
        ]
        counted = pd.Series([str(number) for number in total], index=text.index, dtype="str")
        minus = found[0].fillna("").ne("").to_numpy(dtype=bool)
        text = ("-" + counted).where(minus, counted).where(text.notna() & ~wrong)
    return text, wrong, _DIVISORS[form]


def without_percent(text: pd.Series) -> tuple[pd.Series, Mask]:
    """Numbers without their sign of percentage, and which had one."""
    signed = text.str.fullmatch(r".*[0-9]\s*%").fillna(False).to_numpy(dtype=bool)
    return text.str.removesuffix("%").str.strip().where(signed, text), signed


def without_symbols(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Amounts without the symbol or code of their currency, and that symbol in small letters.

    A text with two symbols, or with something else around the number, stays as it is and is no number.
    """
    bodies: dict[str, str] = {}
    symbols: dict[str, str] = {}
    for said in text.dropna().unique():
        found = _AMOUNT.fullmatch(said)
        if found is None or (found["before"] and found["after"]):
            continue
        symbol = (found["before"] or found["after"] or "").casefold()
        if symbol and (symbol in CURRENCIES_OF or (len(symbol) == 3 and symbol.isalpha())):
            bodies[said] = f"{found['sign']}{found['number']}{found['end']}"
            symbols[said] = symbol
    body = text.map(bodies).astype("str")
    return body.where(body.notna(), text), text.map(symbols).astype("str")


def is_of_currency(symbols: pd.Series, currencies: pd.Series) -> Mask:
    """Whether each symbol can mean the currency of its row; no symbol or no currency contradicts nothing."""
    pairs = zip(symbols, currencies, strict=True)
    agree = [
        pd.isna(symbol) or pd.isna(code) or code in CURRENCIES_OF.get(symbol, (str(symbol).upper(),))
        for symbol, code in pairs
    ]
    return np.array(agree, dtype=bool)


def without_suffix(text: pd.Series, words: SignWords) -> tuple[pd.Series, Mask]:
    """Amounts without the word behind them, and which of them the word makes negative.

    An amount that has a sign of its own beside the word stays as it is and is no number.
    """
    known = "|".join(re.escape(word) for word in (*words.negative, *words.positive))
    found = text.str.extract(rf"(?i)^([0-9].*?)\s*({known})\s*$")
    has_word = found[1].notna().to_numpy(dtype=bool)
    negative = found[1].str.casefold().isin([word.casefold() for word in words.negative])
    return found[0].where(has_word, text), has_word & negative.to_numpy(dtype=bool)


def signs(words: pd.Series, declared: SignWords) -> tuple[Mask, Mask]:
    """Rows whose word makes the amount negative, and rows whose word is none that is declared."""
    said = words.str.casefold()
    negative = said.isin([word.casefold() for word in declared.negative]).to_numpy(dtype=bool)
    positive = said.isin([word.casefold() for word in declared.positive]).to_numpy(dtype=bool)
    return negative, ~negative & ~positive
