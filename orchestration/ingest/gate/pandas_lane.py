"""Rows that are not plain, through `contracts.convert` and the gate: typed rows and reasons. No SQL rules."""

from collections.abc import Iterator, Mapping, Sequence
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
_NOT_KEPT = b"refused rows are counted, not kept"


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


def proven_lots(
    con: duckdb.DuckDBPyConnection, lots: Sequence[Lot], sources: Mapping[int, str]
) -> Iterator[tuple[Lot, tuple[str, ...]]]:
    """Lots as their files prove them to be written, each with sentences that say what was proven.

    Parameters
    ----------
    con : the gate's connection.
    lots : lots of one entity that have rows which are not plain.
    sources : all that is known of their rows (`landed.Source`), by sequence.
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
    piles: list[_Pile] = []
    for lot in lots:
        pile = next((pile for pile in piles if _is_alike(pile.lot, lot)), None)
        if pile is None:
            pile = _Pile(lot)
            piles.append(pile)
        for rows in dirty_batches(con, lot, sources[lot.sequence], BATCH_ROWS):
            if pile.n_rows + len(rows) > BATCH_ROWS:
                yield from _judged(pile, pseudonym_key)
            owner = pd.Series(lot.delivery_id, index=rows.index, dtype="str")
            pile.parts.append(rows.assign(delivery_id=owner))
            pile.n_rows += len(rows)
    for pile in piles:
        yield from _judged(pile, pseudonym_key)


def readable(rows: pd.DataFrame, lot: Lot, pseudonym_key: bytes = _NOT_KEPT) -> pd.DataFrame:
    """What can be read of refused rows, typed; any cell may be missing.

    Parameters
    ----------
    rows : landed rows of the lot.
    lot : as `proven_lots` gives it.
    pseudonym_key : the secret where keys of persons are compared; they are not kept.
    """
    given = Given(lot.profile, lot.manner, pseudonym_key)
    return convert_entity(rows.assign(delivery_id=lot.delivery_id), given, lot.contract)[0]


def _is_alike(one: Lot, other: Lot) -> bool:
    return (one.profile.name, one.columns) == (
        other.profile.name,
        other.columns,
    ) and one.manner == other.manner


def _judged(pile: _Pile, pseudonym_key: str) -> Iterator[Batch]:
    if not pile.n_rows:
        return
    contract = pile.lot.contract
    rows = pd.concat(pile.parts, ignore_index=True)
    pile.parts, pile.n_rows = [], 0
    made: Converted = convert(
        rows,
        pile.lot.profile,
        manner=pile.lot.manner,
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
    yield Batch(good, refused)
