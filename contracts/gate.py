"""The gate: rows that hold their contract and rows that do not, with every reason. It changes no value."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.contract import Contract

BATCH_ROWS = 100_000
"""Rows checked at a time: pandera needs about 0.65 GB per million rows (measured 2026), so under 100 MB."""

Reasons = defaultdict[int, set[str]]
"""Rules broken, by position of the row; rows that hold are not listed."""


class ContractBrokenError(ValueError):
    """A frame that is not of the contract's shape at all: columns missing or unknown, or of another type."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate decided.

    Attributes
    ----------
    accepted : DataFrame
        Rows that hold, with the contract's columns and dtypes, in the order they came, on a fresh index.
    refused : DataFrame
        The other rows and `reasons`, a sorted list of rule ids per row.
    counts : dict of str to int
        Refused rows by reason; a row with two reasons counts under both.
    """

    accepted: pd.DataFrame
    refused: pd.DataFrame
    counts: dict[str, int]


def split(frame: pd.DataFrame, contract: Contract, *, batch_rows: int = BATCH_ROWS) -> Verdict:
    """Rows that hold a contract and rows that do not, with all reasons.

    Parameters
    ----------
    frame : DataFrame
        Typed rows with exactly the contract's columns, in any order and on any index.
    batch_rows : int
        Rows checked at a time; bounds the memory, never the outcome.

    Raises
    ------
    ContractBrokenError
        When columns are missing or unknown or cannot be held by their types.

    Notes
    -----
    Rules over several rows (key, overlapping periods) are judged among the rows that are good by themselves,
    and refuse every row of a clash: nobody can say which one is right.
    """
    rows = _shaped(frame, contract)
    reasons = _reasons(rows, contract, batch_rows)
    good = _untouched(rows, reasons)
    refused = rows[~good].reset_index(drop=True)
    listed = [sorted(reasons[position]) for position in sorted(reasons)]
    refused["reasons"] = pd.Series(listed, index=refused.index, dtype="object")
    counts = Counter(reason for row in listed for reason in row)
    return Verdict(rows[good].reset_index(drop=True), refused, dict(sorted(counts.items())))


def reasons_by_row(frame: pd.DataFrame, contract: Contract) -> list[list[str]]:
    """Sorted rule ids that each row breaks by itself; rules over several rows apart."""
    rows = _shaped(frame, contract)
    found = _judge_rows(rows, contract, BATCH_ROWS)
    return [sorted(found[position]) if position in found else [] for position in range(len(rows))]


def reasons_beside(
    frame: pd.DataFrame, contract: Contract, failed: Iterable[Collection[str]]
) -> list[set[str]]:
    """Rule ids that each row breaks by itself, beside those of its columns that could not be converted.

    Parameters
    ----------
    failed : per row the columns that failed. They are empty now: what a rule says of them, alone or with
        others, is an echo.
    """
    reads = {
        f"{rule.column}:{rule.name}": rule.reads(contract.column_names)
        for rule in contract.frame_rules
        if not rule.spans_rows
    }
    return [
        {reason for reason in said if reads.get(reason, {reason.split(":")[0]}).isdisjoint(columns)}
        for said, columns in zip(reasons_by_row(frame, contract), failed, strict=True)
    ]


def all_reasons(
    frame: pd.DataFrame, contract: Contract, own: Mapping[int, Mapping[str, set[str]]]
) -> dict[int, list[str]]:
    """Sorted rule ids by position: those of the conversion, and those that the gate adds to them.

    Parameters
    ----------
    own : by position in the frame, by column that failed, the reasons of the conversion.
    """
    beside = reasons_beside(frame.iloc[list(own)], contract, own.values())
    return {
        position: sorted(said.union(*row.values()))
        for (position, row), said in zip(own.items(), beside, strict=True)
    }


def _shaped(frame: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    have, want = set(frame.columns), set(contract.column_names)
    if have != want:
        said = [f"missing {name}" for name in sorted(want - have)]
        said += [f"unknown {name}" for name in sorted(have - want)]
        raise ContractBrokenError(f"{contract.name}: columns do not fit the contract: {', '.join(said)}")
    try:
        return contract.typed(frame.reset_index(drop=True))
    except (ValueError, TypeError, ArithmeticError) as error:
        raise ContractBrokenError(
            f"{contract.name}: a column does not have the type of the contract; convert it first"
        ) from error


def _reasons(rows: pd.DataFrame, contract: Contract, batch_rows: int) -> Reasons:
    from contracts.schema import rows_that_clash  # pandera is heavy

    found = _judge_rows(rows, contract, batch_rows)
    for reason, clash in rows_that_clash(rows[_untouched(rows, found)], contract):
        for position in clash:
            found[int(position)].add(reason)
    return found


def _untouched(rows: pd.DataFrame, found: Reasons) -> npt.NDArray[np.bool_]:
    good = np.ones(len(rows), dtype=bool)
    good[list(found)] = False
    return good


def _judge_rows(rows: pd.DataFrame, contract: Contract, batch_rows: int) -> Reasons:
    from pandera.errors import SchemaErrors  # pandera is heavy

    from contracts.schema import build_row_schema

    found: Reasons = defaultdict(set)
    schema = build_row_schema(contract)
    for start in range(0, len(rows), batch_rows):
        try:
            schema.validate(rows.iloc[start : start + batch_rows], lazy=True)
        except SchemaErrors as error:
            for reason, position in _failures(error.failure_cases, contract):
                found[position].add(reason)
    return found


def _failures(cases: pd.DataFrame, contract: Contract) -> list[tuple[str, int]]:
    if cases["index"].isna().any():
        raise ContractBrokenError(f"{contract.name}: the table does not have the shape of the contract")
    names = cases["check"].replace("not_nullable", "required").astype(str)
    whole = cases["schema_context"] == "DataFrameSchema"
    reasons = names.where(whole, cases["column"].astype(str) + ":" + names)
    pairs = pd.DataFrame({"reason": reasons, "row": cases["index"].astype(int)}).drop_duplicates()
    return [(str(reason), int(row)) for reason, row in pairs.itertuples(index=False)]
