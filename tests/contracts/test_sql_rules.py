"""Two judges that disagree would accept in large files what they refuse in small ones."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest

from contracts import CONTRACTS, Contract
from contracts.canary import corrupted, example
from contracts.contract import Column
from contracts.entities import ENTITIES
from contracts.frames import arrow_schema, pa
from contracts.gate import reasons_by_row, split
from contracts.schema import rows_that_clash
from contracts.sql_rules import SQL_TYPES, broken, clashing, quoted, text

ROWS = 300


def found_by_sql(frame: pd.DataFrame, conditions: dict[str, str]) -> list[list[str]]:
    """Sorted rule ids per row that DuckDB says are broken."""
    con = duckdb.connect()
    con.register("rows", pa.Table.from_pandas(frame.assign(_at=range(len(frame))), preserve_index=False))
    said = ", ".join(f"case when {sql} then {text(rule)} end" for rule, sql in conditions.items())
    rows = con.execute(f"select [{said}] from rows order by _at").fetchall()
    return [sorted(rule for rule in row[0] if rule) for row in rows]


def random_frame(contract: Contract, seed: int) -> pd.DataFrame:
    """Rows of good, bad, boundary and missing values in every column, mixed at random."""
    rng = np.random.default_rng(seed)
    columns = {c.name: rng.choice(pools(c), ROWS) for c in contract.columns}
    return contract.typed(pd.DataFrame({name: pd.Series(v, dtype="object") for name, v in columns.items()}))


def pools(column: Column) -> np.ndarray:
    """Values of a column: good ones often enough that rules over several columns are reached."""
    low, high = column.bounds
    edges: list[object] = []
    for bound, step in ((low, -1), (high, 1)):
        if bound is None:
            continue
        if column.kind in ("date", "timestamp"):
            edges += [pd.Timestamp(bound), pd.Timestamp(bound) + pd.Timedelta(days=step)]
        elif column.kind in ("integer", "money", "minutes"):
            edges += [int(bound), int(bound) + step]
        else:
            edges += [float(bound), float(bound) + step / 8]
    if column.kind == "text":
        edges += [*column.allowed[:3], "?!", "é", "", "a\n", "Ａ１", "000", str(column.example)]
    if column.kind in ("date", "timestamp"):
        known = pd.Timestamp(str(column.example or "2024-05-01"))
        edges += [pd.Timestamp("2024-05-01 12:00"), known - pd.Timedelta(days=1)]
    if column.kind == "boolean":
        edges += [True, False]
    if column.kind in ("real", "share", "score", "integer"):
        edges += [0, 1]
    return np.array([*[column.example] * 24, *edges, None], dtype=object)


@pytest.mark.parametrize("name", list(CONTRACTS))
def test_sql_finds_every_canary_by_name_and_lets_good_rows_pass(name: str) -> None:
    contract = CONTRACTS[name]
    conditions = broken(contract)
    rules = [rule for rule in contract.rules if rule.stage == "check" and rule.id in conditions]
    bad = [corrupted(contract, rule).iloc[:1] for rule in rules]
    found = found_by_sql(pd.concat([*bad, example(contract)], ignore_index=True), conditions)
    for rule, reasons in zip(rules, found, strict=False):
        assert rule.id in reasons
    assert found[len(rules) :] == [[], [], []]


@pytest.mark.parametrize("name", list(ENTITIES))
def test_pandas_batches_and_sql_know_the_same_rules(name: str) -> None:
    contract = ENTITIES[name]
    listed = {rule.id for rule in contract.rules if rule.stage == "check"}
    assert set(broken(contract)) == listed
    assert set(clashing(contract, "rows")) == {rule.id for rule in contract.rules if rule.stage == "key"}
    bad = [corrupted(contract, rule).iloc[:1] for rule in contract.rules if rule.stage == "check"]
    frame = pd.concat([*bad, example(contract)], ignore_index=True)
    in_batches = split(frame.drop_duplicates(list(contract.key)), contract, batch_rows=3)
    assert set(in_batches.counts) == set(split(frame.drop_duplicates(list(contract.key)), contract).counts)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", list(ENTITIES))
def test_sql_and_pandera_refuse_the_same_rows_for_the_same_reasons(name: str, seed: int) -> None:
    contract = ENTITIES[name]
    frame = random_frame(contract, seed)
    expected = reasons_by_row(frame, contract)
    assert found_by_sql(frame, broken(contract)) == expected
    assert any(expected), "bad rows"
    assert not all(expected), "and good ones"


@pytest.mark.parametrize("name", list(ENTITIES))
def test_sql_and_pandas_find_the_same_clashes(name: str) -> None:
    contract = ENTITIES[name]
    clashes = [corrupted(contract, rule, 4) for rule in contract.rules if rule.stage == "key"]
    frame = pd.concat(clashes, ignore_index=True)
    for rows in (*clashes, frame):
        rows = rows.reset_index(drop=True)  # noqa: PLW2901  # the frame of this round
        expected: list[list[str]] = [[] for _ in range(len(rows))]
        for rule, places in rows_that_clash(rows, contract):
            for place in places:
                expected[place].append(rule)
        assert found_by_sql(rows, clashing(contract, "rows")) == [sorted(rules) for rules in expected]


@pytest.mark.parametrize("name", list(ENTITIES))
def test_the_types_of_sql_are_those_of_the_parquet_files(name: str) -> None:
    contract = ENTITIES[name]
    con = duckdb.connect()
    columns = ", ".join(f"null::{SQL_TYPES[c.kind]} as {quoted(c.name)}" for c in contract.columns)
    assert con.sql(f"select {columns}").to_arrow_table().schema.equals(arrow_schema(contract))
