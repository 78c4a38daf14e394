"""What a delivery proves of its own manner where nothing is declared: decimal sign, day or month first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

import pandas as pd

from contracts.column_map import ColumnMap
from contracts.date_forms import proven_order, reads_order
from contracts.entities import ENTITIES
from contracts.manner import Manner
from contracts.numbers import proven_decimal
from contracts.profile import Profile

Texts = Callable[[str], Iterable[str]]
"""Distinct texts of a column of the whole delivery, none of them empty; nothing where there is no column."""

_DAYS = frozenset({"date", "timestamp"})
_NUMBERS = frozenset({"integer", "real", "share", "score", "money", "minutes"})
_SAID = {"dmy": "the day comes first", "mdy": "the month comes first"}


def proven(manner: Manner, profile: Profile, texts: Texts) -> tuple[Manner, tuple[str, ...]]:
    """Manner with what the delivery proves, and sentences that say what was proven.

    A delivery is asked as a whole: a file in which one day is beyond twelve tells how all its days are
    written. What is declared is never asked for. What is not proven stays open, and what may be read in two
    ways is refused.
    """
    notes = []
    if manner.order is None and (order := proven_order(_said(_day_columns(profile), texts))) is not None:
        manner = replace(manner, date_order=order)
        notes.append(
            f"the file proves that in its dates {_SAID[order]}; declare date_order: {order} to fix it"
        )
    if manner.decimal_sign is None:
        decimal = proven_decimal(_said(_number_columns(profile), texts))
        if decimal is not None:
            manner = replace(manner, decimal=decimal)
            name = "comma" if decimal == "," else "point"
            notes.append(f"the file proves that its decimal sign is the {name}; declare the locale to fix it")
    return replace(manner, is_proven=True), tuple(notes)


def prove(rows: pd.DataFrame, profile: Profile, manner: Manner) -> tuple[Manner, tuple[str, ...]]:
    """`proven` by the rows of a whole delivery; nothing where the delivery was asked before."""

    def texts(name: str) -> Iterable[str]:
        return rows[name].dropna().unique() if name in rows.columns else ()

    return (manner, ()) if manner.is_proven else proven(manner, profile, texts)


def _said(columns: Iterable[str], texts: Texts) -> Iterator[str]:
    for name in dict.fromkeys(columns):
        yield from texts(name)


def _day_columns(profile: Profile) -> Iterator[str]:
    """Columns whose days are written in the order of the delivery."""
    for canonical, form in _kinds(profile, _DAYS):
        if reads_order(form):
            yield from (f"sql:{canonical}",) if form.sql else form.sources
    yield from profile.version_columns


def _number_columns(profile: Profile) -> Iterator[str]:
    for canonical, form in _kinds(profile, _NUMBERS):
        if form.duration not in ("hms", "hm"):
            yield from (f"sql:{canonical}",) if form.sql else form.sources
            yield from (form.minus,) if form.minus else ()


def _kinds(profile: Profile, kinds: Collection[str]) -> Iterator[tuple[str, ColumnMap]]:
    """Canonical columns of some kinds and where they come from."""
    contract = ENTITIES[profile.entity or "assessment_answers"]
    yield from ((name, form) for name, form in profile.columns.items() if contract.column(name).kind in kinds)
