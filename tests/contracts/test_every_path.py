"""A rule that bites on one path and sleeps on another lets bad rows through in large files only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import duckdb
import pandas as pd
import pytest

from contracts import Contract, Rule
from contracts.canary import corrupted, example
from contracts.entities import ENTITIES
from contracts.frames import pa
from contracts.gate import reasons_by_row, split
from contracts.sql_rules import breaks_any, broken, clashing

Rows = Callable[[Contract, pd.DataFrame], list[list[str]]]
"""Rules named for each row; a path that names none says `any`."""


def of_stage(contract: Contract, stage: str) -> list[Rule]:
    return [rule for rule in contract.rules if rule.stage == stage]


def in_batches(contract: Contract, frame: pd.DataFrame) -> list[list[str]]:
    """Refused rows keep their order, so that they can be told apart where all or none are refused."""
    refused = split(frame, contract, batch_rows=5).refused
    assert len(refused) in (0, len(frame)), f"a bad row of {contract.name} passes in batches"
    return [list(reasons) for reasons in refused["reasons"]]


def asked(conditions: Mapping[str, str], frame: pd.DataFrame) -> list[list[str]]:
    """Names of the conditions of DuckDB that hold for each row."""
    con = duckdb.connect()
    con.register("rows", pa.Table.from_pandas(frame.assign(_at=range(len(frame))), preserve_index=False))
    said = ", ".join(conditions.values())
    held = con.execute(f"select {said} from rows order by _at").fetchall()
    return [[name for name, holds in zip(conditions, row, strict=True) if holds] for row in held]


ROWS: dict[str, Rows] = {
    "pandas": lambda contract, frame: reasons_by_row(frame, contract),
    "batches": in_batches,
    "SQL": lambda contract, frame: asked(broken(contract), frame),
    # The gate asks one condition of all rows first; what it passes is asked nothing more.
    "SQL at once": lambda contract, frame: asked({"any": breaks_any(contract)}, frame),
}
CLASHES: dict[str, Rows] = {
    "pandas": lambda contract, frame: [sorted(split(frame, contract).counts)],
    "batches": lambda contract, frame: [sorted(split(frame, contract, batch_rows=1).counts)],
    "SQL": lambda contract, frame: asked(clashing(contract, "rows"), frame),
}


@cache
def caught(name: str, path: str) -> frozenset[str]:
    """Rules over one row whose bad row a path catches, by name where it names rules."""
    contract = ENTITIES[name]
    rules = of_stage(contract, "check")
    bad = pd.concat([corrupted(contract, rule).iloc[:1] for rule in rules], ignore_index=True)
    found = ROWS[path](contract, bad)
    return frozenset(rule.id for rule, said in zip(rules, found, strict=True) if {rule.id, "any"} & set(said))


@cache
def clashed(name: str, path: str) -> frozenset[str]:
    """Rules over several rows whose clash a path catches by name."""
    contract = ENTITIES[name]
    return frozenset(
        rule.id
        for rule in of_stage(contract, "key")
        if rule.id in CLASHES[path](contract, corrupted(contract, rule))[0]
    )


@pytest.mark.parametrize("path", ROWS)
@pytest.mark.parametrize("name", ENTITIES)
def test_every_rule_catches_its_bad_row_and_good_rows_pass(name: str, path: str) -> None:
    contract = ENTITIES[name]
    assert {rule.id for rule in of_stage(contract, "check")} - caught(name, path) == set()
    assert not any(ROWS[path](contract, example(contract)))


@pytest.mark.parametrize("path", CLASHES)
@pytest.mark.parametrize("name", ENTITIES)
def test_every_clash_is_caught_and_good_rows_pass(name: str, path: str) -> None:
    contract = ENTITIES[name]
    assert {rule.id for rule in of_stage(contract, "key")} - clashed(name, path) == set()
    assert not any(CLASHES[path](contract, example(contract)))


def test_there_are_as_many_canaries_caught_as_rules_on_every_path() -> None:
    # Rules of source text have theirs in test_canaries.py, for pandas, and test_sql_typing.py, for SQL.
    counts = {
        stage: sum(len(of_stage(contract, stage)) for contract in ENTITIES.values())
        for stage in ("convert", "check", "key")
    }
    assert sum(counts.values()) == sum(len(contract.rules) for contract in ENTITIES.values())
    for path in ROWS:
        assert sum(len(caught(name, path)) for name in ENTITIES) == counts["check"], path
    for path in CLASHES:
        assert sum(len(clashed(name, path)) for name in ENTITIES) == counts["key"], path
