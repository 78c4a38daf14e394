"""Rows that are not plain, through `contracts.convert` and the gate: typed rows and reasons. No SQL rules."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pandas as pd

from contracts.convert import Converted, convert
from contracts.gate import reasons_by_row
from contracts.instrument import load_instrument
from contracts.proof import proven
from orchestration.ingest.lots import Lot
from orchestration.ingest.plain_lane import dirty_batches, distinct_texts

BATCH_ROWS = 100_000
"""Rows converted at a time; bounds the memory, never the outcome."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Outcome for some rows of a lot.

    Attributes
    ----------
    rows : the rows as text, corrections put in.
    good : typed rows that hold their contract by themselves.
    refused : reasons by line.
    """

    rows: pd.DataFrame
    good: pd.DataFrame
    refused: dict[int, list[str]]
    warnings: tuple[str, ...] = ()


def converted_batches(
    con: duckdb.DuckDBPyConnection, lot: Lot, source: str, pseudonym_key: str
) -> Iterator[Batch]:
    """Judge the rows of a lot that are not plain, in bounded batches."""
    manner, notes = proven(lot.manner, lot.profile, lambda name: distinct_texts(con, lot, source, name))
    lot = replace(lot, manner=manner)
    for rows in dirty_batches(con, lot, source, BATCH_ROWS):
        yield _judged(as_corrected(rows, lot), lot, pseudonym_key, notes)
        notes = ()
    added = added_lines(lot)
    if len(added):
        yield _judged(added, lot, pseudonym_key, notes)


def _judged(rows: pd.DataFrame, lot: Lot, pseudonym_key: str, notes: tuple[str, ...]) -> Batch:
    contract = lot.contract
    delivery_id = pd.Series(lot.delivery_id, index=rows.index, dtype="str")
    made: Converted = convert(
        rows.assign(delivery_id=delivery_id),
        lot.profile,
        manner=lot.manner,
        pseudonym_key=pseudonym_key.encode() or None,
        instrument=load_instrument(),
    )
    typed = made.frames[contract.name]
    found = reasons_by_row(typed, contract) if len(typed) else []
    lines = typed["source_line"].tolist()
    refused = {int(line): reasons for line, reasons in zip(lines, found, strict=True) if reasons}
    for line, reasons in zip(made.refused["source_line"], made.refused["reasons"], strict=True):
        refused[int(line)] = list(reasons)
    good = typed[np.array([not reasons for reasons in found], dtype=bool)]
    return Batch(rows, good, refused, (*notes, *made.warnings))


def as_corrected(rows: pd.DataFrame, lot: Lot) -> pd.DataFrame:
    """Rows with the texts that a person put in the place of refused ones."""
    if lot.corrected is None:
        return rows
    fixed = lot.corrected.set_index("source_line")
    rows = rows.copy()
    for name in (column for column in fixed.columns if column in rows.columns):
        said = rows["source_line"].map(fixed[name])
        rows[name] = rows[name].where(said.isna(), said).astype("str")
    return rows


def added_lines(lot: Lot) -> pd.DataFrame:
    """Lines that could not be split into fields when they were delivered and were written anew."""
    if lot.corrected is None:
        return pd.DataFrame()
    anew = lot.corrected[lot.corrected["source_line"].isin(lot.malformed)]
    columns = {name: anew[name] if name in anew.columns else None for name in lot.columns}
    rows = pd.DataFrame(columns, index=anew.index).fillna("").astype("str")
    return rows.assign(source_line=anew["source_line"]).reset_index(drop=True)
