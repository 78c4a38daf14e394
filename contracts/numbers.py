"""Text of numbers -> plain text (-1234.56), and the decimal sign a file proves. No kinds, no columns."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.manner import DecimalSign

Mask = npt.NDArray[np.bool_]

_SPACES = "[ \u00a0\u202f\u2009'\u2019]"
_MINUS = "[-\u2212]"
_SUPPRESSED = r"[<≤]\s*=?\s*[0-9]+|\*+"
"""How statistics hide numbers of few people: <5, <=5, *."""


def _form(decimal: DecimalSign) -> str:
    group, point = (r"\.", ",") if decimal == "," else (",", r"\.")
    whole = rf"([0-9]+|[1-9][0-9]{{0,2}}({group}[0-9]{{3}})+|[1-9][0-9]{{0,2}}({_SPACES}[0-9]{{3}})+)"
    return rf"{whole}({point}[0-9]+)?([eE][-+]?[0-9]{{1,2}})?"


_FORMS: dict[DecimalSign, str] = {".": _form("."), ",": _form(",")}
_OTHER: dict[DecimalSign, DecimalSign] = {".": ",", ",": "."}


def suppressed(clean: pd.Series) -> Mask:
    """Texts that hide a small number instead of telling it."""
    return _is(clean, _SUPPRESSED)


def plain_numbers(clean: pd.Series, decimal: DecimalSign | None) -> tuple[pd.Series, Mask]:
    """Numbers as plain text and a mask of what is no number.

    Negatives may be written -1, 1- or (1). Thousands may be grouped by the other sign, by spaces or by
    apostrophes, but only in groups of three. Without a decimal sign a text counts only where one sign alone
    makes a number of it: 1.234 is refused, 1.234,50 is not.
    """
    bare = clean.isna() | clean.str.fullmatch(
        r"-?[0-9]+(\.[0-9]+)?" if decimal == "." else r"-?[0-9]+"
    ).fillna(False)
    if bare.all():
        return clean, np.zeros(len(clean), dtype=bool)
    body, negative, n_signs = _unsigned(clean)
    signs: tuple[DecimalSign, ...] = (decimal,) if decimal is not None else (".", ",")
    plain = pd.Series([None] * len(clean), index=clean.index, dtype="str")
    ambiguous = np.zeros(len(clean), dtype=bool)
    for sign in signs:
        read = _read(body, sign)
        ambiguous |= (plain.notna() & read.notna() & (plain != read)).to_numpy(dtype=bool)
        plain = plain.where(plain.notna(), read)
    good = plain.notna().to_numpy(dtype=bool) & (n_signs <= 1) & ~ambiguous
    plain = ("-" + plain).where(negative, plain).where(good)
    return plain, clean.notna().to_numpy(dtype=bool) & ~good


def proven_decimal(texts: Iterable[str]) -> DecimalSign | None:
    """Decimal sign that a file proves: some numbers can be read with it alone, none with the other alone.

    Numbers that group their thousands are asked first: beside 1,000.00 the comma is no decimal sign, so that
    12,34 proves nothing there, and is no number.
    """
    shaped = pd.Series(list(texts), dtype="str").str.strip()
    body, _, _ = _unsigned(shaped.dropna().drop_duplicates())
    forms = {sign: _is(body, form) for sign, form in _FORMS.items()}
    proofs = {sign: is_read & ~forms[_OTHER[sign]] for sign, is_read in forms.items()}
    grouped = {sign: proof & _has(body, _OTHER[sign]) for sign, proof in proofs.items()}
    for found in (grouped, proofs):
        proven = [sign for sign, proof in found.items() if proof.any()]
        if proven:
            return proven[0] if len(proven) == 1 else None
    return None


def _unsigned(clean: pd.Series) -> tuple[pd.Series, Mask, npt.NDArray[np.int64]]:
    """Numbers without sign, which are negative, and how many signs each had."""
    bracket = _is(clean, r"\(.+\)")
    body = clean.str.slice(1, -1).str.strip().where(bracket, clean)
    trailing = _is(body, rf".*[^-\u2212]{_MINUS}")
    body = body.str.slice(0, -1).str.strip().where(trailing, body)
    signed = _is(body, r"[-\u2212+].*")
    minus = _is(body, rf"{_MINUS}.*")
    body = body.str.slice(1).str.strip().where(signed, body)
    n_signs = bracket.astype(np.int64) + trailing.astype(np.int64) + signed.astype(np.int64)
    return body, bracket | trailing | minus, n_signs


def _read(body: pd.Series, decimal: DecimalSign) -> pd.Series:
    good = _is(body, _FORMS[decimal])
    plain = body.str.replace(rf"{re.escape(_OTHER[decimal])}|{_SPACES}", "", regex=True)
    plain = plain.str.replace(",", ".", regex=False) if decimal == "," else plain
    return plain.where(good)


def _is(text: pd.Series, form: str) -> Mask:
    return text.str.fullmatch(form).fillna(False).to_numpy(dtype=bool)


def _has(text: pd.Series, sign: str) -> Mask:
    return text.str.contains(sign, regex=False).fillna(False).to_numpy(dtype=bool)
