"""Text of a column -> typed values: numbers dressed as declared, and their sign. Words come before."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from contracts.column_map import ColumnMap
from contracts.contract import Column
from contracts.number_forms import (
    durations,
    is_of_currency,
    signs,
    without_percent,
    without_suffix,
    without_symbols,
)
from contracts.work import Work


def typed(work: Work, column: Column, mapping: ColumnMap, text: pd.Series) -> pd.Series:
    """Typed values of a text whose number may be dressed as declared."""
    divisor = Fraction(mapping.divide_by or 1)
    nothing = np.zeros(len(text), dtype=bool)
    negative = signed = nothing
    if mapping.strip_symbols:
        text, symbols = without_symbols(text)
        currencies = work.values.get("currency", pd.Series(None, index=text.index, dtype="str"))
        work.refuse(column, "currency_symbol", ~is_of_currency(symbols, currencies))
    if mapping.sign_suffix is not None:
        text, negative = without_suffix(text, mapping.sign_suffix)
    if mapping.percent:
        text, signed = without_percent(text)
        divisor *= 100 if mapping.percent is True else 1
    if mapping.duration is not None:
        text, wrong, unit = durations(text, mapping.duration)
        work.refuse(column, "number", wrong)
        divisor *= unit
    typed = work.parsed(text, column, mapping, divisor)
    if mapping.percent == "sign":
        typed = typed.where(~signed, typed / 100)
    return typed.where(~negative, -typed) if negative.any() else typed


def minus(typed: pd.Series, subtracted: pd.Series) -> pd.Series:
    """Difference of two numbers of which an empty one counts as nothing; empty where both are."""
    either = typed.notna() | subtracted.notna()
    difference = typed.fillna(0) - subtracted.fillna(0)
    return difference.astype(typed.dtype).where(either)


def adjusted(work: Work, column: Column, mapping: ColumnMap, typed: pd.Series) -> pd.Series:
    if mapping.sign_from is not None:
        negative, unknown = signs(work.source.text(mapping.sign_from.source), mapping.sign_from)
        work.refuse(column, "sign", unknown & typed.notna().to_numpy(dtype=bool))
        typed = typed.where(~negative, -typed)
    if mapping.sign is not None:
        turned = work.values[mapping.sign.column].isin(mapping.sign.negate)
        typed = typed.where(~turned, -typed)
    if mapping.threshold is not None:
        number = work.values[mapping.threshold.column]
        word = pd.Series(mapping.threshold.below, index=typed.index, dtype="str")
        word = word.mask(
            (number >= mapping.threshold.at).fillna(False).astype(bool), mapping.threshold.reached
        )
        typed = typed.where(typed.notna(), word.mask(number.isna()))
    return typed
