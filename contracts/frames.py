"""Contract -> pandas dtypes and Arrow types, and frames made to fit them. No rules here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow
import pyarrow.compute

from contracts.contract import Column, Contract

pa: Any = pyarrow
"""Pyarrow declares no types; its objects are typed `Any` here, once."""

_PLAIN = {
    "text": "str",
    "integer": "Int64",
    "real": "float64",
    "share": "float64",
    "score": "float64",
    "money": "float64",
    "minutes": "float64",
    "date": "datetime64[us]",
    "timestamp": "datetime64[us]",
    "boolean": "boolean",
}
_DECIMAL = {"money": pa.decimal128(18, 2), "minutes": pa.decimal128(14, 2)}
_ARROW = {
    "text": pa.string(),
    "integer": pa.int64(),
    "real": pa.float64(),
    "share": pa.float64(),
    "score": pa.float64(),
    "money": pa.decimal128(18, 2),
    "minutes": pa.decimal128(14, 2),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "boolean": pa.bool_(),
}


def dtype_of(contract: Contract, column: Column) -> Any:
    """Pandas dtype of a column; money and minutes are decimals in accepted tables only."""
    if contract.layer == "accepted" and column.kind in _DECIMAL:
        return pd.ArrowDtype(_DECIMAL[column.kind])
    return _PLAIN[column.kind]


def typed(contract: Contract, frame: pd.DataFrame) -> pd.DataFrame:
    """Frame with exactly the contract's columns, in order and dtype; absent columns are empty.

    Raises
    ------
    ValueError, TypeError, pyarrow.ArrowInvalid
        When a value cannot be held by the dtype of its column.
    """
    columns = {
        column.name: _series(frame, column.name, dtype_of(contract, column)) for column in contract.columns
    }
    return pd.DataFrame(columns, index=frame.index)


def _series(frame: pd.DataFrame, name: str, dtype: Any) -> pd.Series:
    if name not in frame.columns:
        return pd.Series([None] * len(frame), index=frame.index, dtype="object").astype(dtype)
    values = frame[name]
    if isinstance(dtype, pd.ArrowDtype) and values.dtype != dtype:
        exact = [None if pd.isna(value) else Decimal(str(value)) for value in values]
        return pd.Series(exact, index=frame.index, dtype=dtype)
    return values if values.dtype == dtype else values.astype(dtype)


def arrow_schema(contract: Contract) -> Any:
    """`pyarrow.Schema`: Arrow and Parquet types of a contract's table."""
    return pa.schema(pa.field(column.name, _ARROW[column.kind], nullable=True) for column in contract.columns)


def to_arrow(contract: Contract, frame: pd.DataFrame) -> Any:
    """`pyarrow.Table` of a frame in the contract's types and column order.

    Raises
    ------
    pyarrow.ArrowInvalid
        When a value does not fit, for instance a date with a time of day.
    """
    table = pa.Table.from_pandas(typed(contract, frame), preserve_index=False)
    return table.cast(arrow_schema(contract), safe=True).replace_schema_metadata(None)
