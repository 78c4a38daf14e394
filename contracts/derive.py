"""Derivations a profile may ask for: decision lists, ordinals, merged keys, ids. No typing of text here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.column_map import Case, Ordinal, WhenValue
from contracts.values import OPEN_ENDS, blank_to_null, parse_booleans

Mask = npt.NDArray[np.bool_]

_CHECK_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


class Source:
    """Text columns of a file, cleaned once; columns that the file lacks are empty."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self._rows = rows
        self._clean: dict[str, pd.Series] = {}
        self._wrong_booleans: dict[str, Mask] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def has(self, name: str) -> bool:
        """Whether the file has a column."""
        return name in self._rows.columns

    def text(self, name: str) -> pd.Series:
        """Trimmed text of a column, empty where there is none."""
        if name not in self._clean:
            raw = self._rows[name] if name in self._rows.columns else self._nothing()
            self._clean[name] = blank_to_null(raw, typed=False)
        return self._clean[name]

    def first(self, names: Sequence[str]) -> pd.Series:
        """First non-empty text of several columns, row by row."""
        if not names:
            return self._nothing()
        values = self.text(names[0])
        for name in names[1:]:
            values = values.where(values.notna(), self.text(name))
        return values

    def holds(self, when: dict[str, WhenValue]) -> Mask:
        """Rows for which all conditions hold."""
        result = np.ones(len(self), dtype=bool)
        for name, wanted in when.items():
            result &= self._condition(name, wanted)
        return result

    def wrong_booleans(self, cases: Sequence[Case]) -> dict[str, Mask]:
        """Rows whose text is neither yes nor no although a condition asks for it, by column."""
        asked = {name for case in cases for name, value in case.when.items() if isinstance(value, bool)}
        return {name: parse_booleans(self.text(name)).failures["boolean"] for name in sorted(asked)}

    def _condition(self, name: str, wanted: WhenValue) -> Mask:
        text = self.text(name)
        if isinstance(wanted, bool):
            values = parse_booleans(text).values
            return (values == wanted).fillna(False).to_numpy(dtype=bool)
        if isinstance(wanted, list):
            words = {word.lower() for word in wanted}
            return text.str.lower().isin(words).to_numpy(dtype=bool)
        empty = (text.isna() | text.str.startswith(OPEN_ENDS).fillna(False)).to_numpy(dtype=bool)
        return empty if wanted is None else ~empty

    def _nothing(self) -> pd.Series:
        return pd.Series([None] * len(self._rows), index=self._rows.index, dtype="str")


def decide(source: Source, cases: Sequence[Case]) -> tuple[pd.Series, Mask]:
    """Value of the first case that holds; rows where none did although there was text to judge.

    Returns
    -------
    values : Series of object, shape (n,)
    undecided : array of bool, shape (n,)
    """
    values = np.full(len(source), None, dtype=object)
    open_rows = np.ones(len(source), dtype=bool)
    for case in cases:
        hit = open_rows & source.holds(case.when)
        values[hit] = case.value
        open_rows &= ~hit
    said = np.zeros(len(source), dtype=bool)
    for name in {name for case in cases for name in case.when}:
        said |= source.text(name).notna().to_numpy(dtype=bool)
    return pd.Series(values, dtype="object"), open_rows & said


def ordinals(source: Source, ordinal: Ordinal) -> pd.Series:
    """Position of each row within its group, from 1, as text; numbers are ordered as numbers."""
    frame = pd.DataFrame({"group": source.text(ordinal.group), "text": source.text(ordinal.order)})
    frame["number"] = pd.to_numeric(frame["text"], errors="coerce")
    order = frame.sort_values(["group", "number", "text"], kind="stable", na_position="last")
    position = order.groupby("group", sort=False, dropna=False).cumcount() + 1
    return position.reindex(frame.index).astype("str")


def content_keys(source: Source, names: Sequence[str], deliveries: pd.Series) -> pd.Series:
    """Key of each row out of its texts: SHA-256 of them and of its place among equal rows of its file.

    The texts are joined by the unit separator (0x1F), empty ones as nothing, the place (from 1) last; so
    equal rows of a file stay apart, and the same rows delivered again get the same keys.
    """
    texts = pd.DataFrame({str(place): source.text(name).fillna("") for place, name in enumerate(names)})
    said = texts.agg("\x1f".join, axis=1) if len(texts) else pd.Series([], dtype="str")
    place = said.groupby([deliveries.to_numpy(), said], sort=False).cumcount() + 1
    whole = said + "\x1f" + place.astype("str")
    return pd.Series([sha256(text.encode()).hexdigest() for text in whole], index=texts.index, dtype="str")


def listed_by(keys: pd.Series, lists: pd.Series) -> pd.Series:
    """For each key the key of the row that lists it (`[1967, 1970]`); the smallest where several do."""
    found: dict[str, str] = {}
    listing = lists.notna() & keys.notna() & ~lists.str.fullmatch(r"\[\s*\]").fillna(False).astype(bool)
    for key, text in sorted(zip(keys[listing], lists[listing], strict=True)):
        for member in re.findall(r"[^\s\[\],;\"']+", text):
            found.setdefault(member, key)
    return keys.map(found).astype("str")


def case_safe_ids(ids: pd.Series) -> pd.Series:
    """Salesforce ids of 15 characters brought to 18; others stay.

    The three letters added say which characters are capitals, so that a comparison without case is safe
    (Salesforce help, "Convert 15-character IDs to 18-character IDs").
    """
    short = ids.str.fullmatch(r"[0-9A-Za-z]{15}").fillna(False).astype(bool)
    if not short.any():
        return ids
    result = ids.copy()
    result[short] = [_eighteen(value) for value in ids[short]]
    return result


def _eighteen(value: str) -> str:
    letters = ""
    for start in (0, 5, 10):
        capitals = sum(1 << bit for bit, sign in enumerate(value[start : start + 5]) if "A" <= sign <= "Z")
        letters += _CHECK_LETTERS[capitals]
    return value + letters
