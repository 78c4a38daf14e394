"""Contract -> pandera schema, and the names of its checks. The only place where pandera checks are made."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pandas as pd
import pandera.pandas as pa

from contracts.contract import Column, Contract, FrameRule, Holds
from contracts.frames import dtype_of

Predicate = Callable[[pd.Series], "pd.Series[bool]"]


def build_schema(contract: Contract) -> pa.DataFrameSchema:
    """Pandera schema of a contract: strict, coerced, to be validated lazily.

    Check names are the rule names of `contracts.rules`; a missing value fails pandera's own `not_nullable`,
    which the gate calls `required`. Rules over several rows are checked over the whole frame.
    """
    checks = [*_frame_checks(contract, spans_rows=False), *_clash_checks(contract)]
    return _schema(contract, checks, coerce=True)


@lru_cache(maxsize=64)
def build_row_schema(contract: Contract) -> pa.DataFrameSchema:
    """Schema without the rules over several rows: what can be judged batch by batch.

    It coerces nothing, its frames are typed: pandera would bring times to nanoseconds, which end in 2262.
    """
    return _schema(contract, _frame_checks(contract, spans_rows=False), coerce=False)


def rows_that_clash(frame: pd.DataFrame, contract: Contract) -> list[tuple[str, pd.Index]]:
    """Rule id and index labels of the rows that break each rule over several rows."""
    return [
        (str(check.name), frame.index[~check(frame).check_output.to_numpy(dtype=bool)])
        for check in _clash_checks(contract)
        if len(frame)
    ]


def _schema(contract: Contract, checks: list[pa.Check], *, coerce: bool) -> pa.DataFrameSchema:
    columns = {
        column.name: pa.Column(
            dtype_of(contract, column),
            checks=[pa.Check(holds, name=name) for name, holds in column_checks(column)],
            nullable=column.nullable,
            coerce=coerce,
            description=column.description,
        )
        for column in contract.columns
    }
    return pa.DataFrameSchema(
        columns,
        checks=checks,
        strict=True,
        coerce=coerce,
        unique_column_names=True,
        name=contract.name,
        description=contract.description,
    )


def _frame_checks(contract: Contract, *, spans_rows: bool) -> list[pa.Check]:
    return [
        pa.Check(_known(contract, rule), name=f"{rule.column}:{rule.name}", ignore_na=False)
        for rule in contract.frame_rules
        if rule.spans_rows == spans_rows
    ]


def _clash_checks(contract: Contract) -> list[pa.Check]:
    checks = _frame_checks(contract, spans_rows=True)
    if contract.key:
        checks.append(pa.Check(_unique(contract.key), name=f"{contract.key[0]}:unique_key", ignore_na=False))
    return checks


def _known(contract: Contract, rule: FrameRule) -> Holds:
    """Rule judged where every required column that it reads is filled."""
    required = contract.required_by(rule)

    def judged(frame: pd.DataFrame) -> pd.Series[bool]:
        result = pd.Series(True, index=frame.index)
        complete = frame[required].notna().all(axis=1)
        if complete.any():
            result[complete] = rule.holds(frame[complete]).astype("boolean").fillna(True).astype(bool)
        return result

    return judged


def column_checks(column: Column) -> list[tuple[str, Predicate]]:
    """Named predicates that every present value of a column must pass."""
    checks: list[tuple[str, Predicate]] = []
    if column.allowed:
        allowed = set(column.allowed)
        checks.append(("known_value", lambda values: values.isin(allowed)))
    if column.pattern is not None:
        pattern = column.pattern
        checks.append(("well_formed", lambda values: values.str.fullmatch(pattern)))
    low, high = (_bound(column, bound) for bound in column.bounds)
    if low is not None or high is not None:
        checks.append(("in_range", lambda values: _within(values, low, high)))
    if column.kind == "date":
        checks.append(("whole_day", lambda values: values == values.dt.normalize()))
    return checks


def _bound(column: Column, bound: float | str | None) -> Any:
    if bound is None:
        return None
    if column.kind in ("date", "timestamp"):
        return pd.Timestamp(bound)
    return Decimal(str(bound)) if column.kind in ("money", "minutes") else bound


def _within(values: pd.Series, low: Any, high: Any) -> pd.Series[bool]:
    if isinstance(low, Decimal) and values.dtype == "float64":
        low = float(low)
    if isinstance(high, Decimal) and values.dtype == "float64":
        high = float(high)
    inside = pd.Series(True, index=values.index)
    if low is not None:
        inside &= (values >= low).astype("boolean").fillna(False).astype(bool)
    if high is not None:
        inside &= (values <= high).astype("boolean").fillna(False).astype(bool)
    return inside


def _unique(key: tuple[str, ...]) -> Callable[[pd.DataFrame], pd.Series[bool]]:
    return lambda frame: ~frame.duplicated(subset=list(key), keep=False)
