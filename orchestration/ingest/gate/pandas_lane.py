"""Rows that are not plain, through `contracts.convert` and the gate: typed rows and reasons. No SQL rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import duckdb
import numpy as np
import pandas as pd

from contracts.convert import Converted, Given, convert, convert_entity
from contracts.gate import reasons_by_row
from contracts.instrument import load_instrument
from contracts.proof import proven
from orchestration.ingest.gate.landed import dirty_batches, distinct_texts
from orchestration.ingest.gate.lots import Lot

BATCH_ROWS = 100_000
"""Rows converted at a time; bounds the memory, never the outcome."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Outcome for some rows of one profile.

    Attributes
    ----------
    good : typed rows that hold their contract by themselves.
    refused : reasons by delivery and line.
    """

    good: pd.DataFrame
    refused: dict[tuple[str, int], list[str]]


@dataclass(slots=True)
class _Pile:
    """Rows of deliveries that write alike, gathered so that small files are judged together."""

    lot: Lot
    parts: list[pd.DataFrame] = field(default_factory=list)
    n_rows: int = 0

    def taken(self) -> Iterator[tuple[Lot, pd.DataFrame]]:
        """The rows, where there are any; the pile is empty then."""
        if self.n_rows:
            yield self.lot, pd.concat(self.parts, ignore_index=True)
            self.parts, self.n_rows = [], 0


def proven_lots(
    con: duckdb.DuckDBPyConnection, lots: Sequence[Lot], sources: Mapping[int, str]
) -> Iterator[tuple[Lot, tuple[str, ...]]]:
    """Lots as their files prove them to be written, each with sentences that say what was proven.

    Parameters
    ----------
    con : the gate's connection.
    lots : lots of one entity that have rows which are not plain.
    sources : all that is known of their rows (`landed.Source`), by sequence, as they were delivered:
        corrections prove nothing of their file, or rows that were good before would be read in another way.
    """
    for lot in lots:
        texts = partial(distinct_texts, con, lot, sources[lot.sequence])
        manner, notes = proven(lot.manner, lot.profile, texts)
        yield replace(lot, manner=manner), notes


def converted_batches(
    con: duckdb.DuckDBPyConnection, lots: Sequence[Lot], sources: Mapping[int, str], pseudonym_key: str
) -> Iterator[Batch]:
    """Judge the rows of lots that are not plain, in bounded batches.

    Parameters
    ----------
    con : the gate's connection; `dirt` names the rows.
    lots : lots of one entity that have such rows, as `proven_lots` gives them.
    sources : all that is known of their rows (`landed.Source`), by sequence.
    pseudonym_key : secret for person keys; may be empty where no file is about persons.
    """
    parts = (
        (lot, rows) for lot in lots for rows in dirty_batches(con, lot, sources[lot.sequence], BATCH_ROWS)
    )
    for lot, rows in _piled(parts):
        yield _judged(lot, rows, pseudonym_key)


def readable(parts: Iterable[tuple[Lot, pd.DataFrame]], pseudonym_key: str) -> Iterator[pd.DataFrame]:
    """What can be read of refused rows, typed; any cell may be missing.

    Parameters
    ----------
    parts : lots as `proven_lots` gives them, each with landed rows of it.
    pseudonym_key : secret for person keys; may be empty where no file is about persons.
    """
    for lot, rows in _piled(parts):
        given = Given(lot.profile, lot.manner, pseudonym_key.encode() or None)
        yield convert_entity(rows, given, lot.contract)[0]


def _piled(parts: Iterable[tuple[Lot, pd.DataFrame]]) -> Iterator[tuple[Lot, pd.DataFrame]]:
    """Rows with their delivery, of lots that write alike together, beside the first of these lots."""
    piles: list[_Pile] = []
    for lot, rows in parts:
        pile = next((pile for pile in piles if _is_alike(pile.lot, lot)), None)
        if pile is None:
            pile = _Pile(lot)
            piles.append(pile)
        if pile.n_rows + len(rows) > BATCH_ROWS:
            yield from pile.taken()
        owner = pd.Series(lot.delivery_id, index=rows.index, dtype="str")
        pile.parts.append(rows.assign(delivery_id=owner))
        pile.n_rows += len(rows)
    for pile in piles:
        yield from pile.taken()


def _is_alike(one: Lot, other: Lot) -> bool:
    return (one.profile.name, one.columns) == (
        other.profile.name,
        other.columns,
    ) and one.manner == other.manner


def _judged(lot: Lot, rows: pd.DataFrame, pseudonym_key: str) -> Batch:
    contract = lot.contract
    made: Converted = convert(
        rows,
        lot.profile,
        manner=lot.manner,
        pseudonym_key=pseudonym_key.encode() or None,
        instrument=load_instrument(),
    )
    typed = made.frames[contract.name]
    found = reasons_by_row(typed, contract) if len(typed) else []
    places = zip(typed["delivery_id"].tolist(), typed["source_line"].tolist(), strict=True)
    refused = {
        (str(owner), int(line)): reasons
        for (owner, line), reasons in zip(places, found, strict=True)
        if reasons
    }
    for owner, line, reasons in zip(
        made.refused["delivery_id"], made.refused["source_line"], made.refused["reasons"], strict=True
    ):
        refused[str(owner), int(line)] = list(reasons)
    good = typed[np.array([not reasons for reasons in found], dtype=bool)]
    return Batch(good, refused)
