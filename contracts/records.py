"""Which lines of a file are records: footers, empty lines and rows that are no facts are told apart here."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from contracts.derive import Source
from contracts.profile import Profile
from contracts.refusals import Mask, Refusals
from contracts.values import blank_to_null

Refused = tuple[str, int, list[str]]
"""Delivery, line and reasons."""
_LINES = ("source_line", "delivery_id")


def records(rows: pd.DataFrame, profile: Profile) -> tuple[pd.DataFrame, list[Refused]]:
    """Rows that are facts, and the others (footers, empty lines, rows the profile refuses) with reasons."""
    source = Source(rows)
    refusals = Refusals(len(rows))
    footer, empty = _no_record(rows, profile)
    refusals.add("row", "row:footer", footer)
    refusals.add("row", "row:empty", empty & ~footer)
    for rule in profile.refuse:
        refusals.add("row", rule.reason, source.holds(rule.when) & ~footer & ~empty)
    refused: list[Refused] = [
        (
            str(rows["delivery_id"].iloc[row]),
            int(rows["source_line"].iloc[row]),
            sorted(set().union(*said.values())),
        )
        for row, said in refusals.by_row().items()
    ]
    return rows[~refusals.refused].reset_index(drop=True), refused


def _no_record(rows: pd.DataFrame, profile: Profile) -> tuple[Mask, Mask]:
    """Masks of footers (at most two cells filled, the first like a footer pattern) and of empty lines."""
    cells = [name for name in rows.columns if name not in _LINES]
    texts = [blank_to_null(rows[name], typed=False) for name in cells]
    filled = np.zeros(len(rows), dtype=np.int64)
    first = pd.Series([None] * len(rows), dtype="str")
    for text in texts:
        filled += text.notna().to_numpy(dtype=np.int64)
        first = first.where(first.notna(), text)
    like = np.zeros(len(rows), dtype=bool)
    few = (filled <= 2) & (filled > 0)
    patterns = [re.compile(pattern) for pattern in profile.footer]
    for row in np.flatnonzero(few):
        like[row] = any(pattern.search(str(first.iloc[row])) for pattern in patterns)
    return like, filled == 0
