"""Harm prevented: how exports overlap, repeat and end decides wrongly what counts, and what it sums to.

What must come out is worked out here row by row from docs/decisions.md, without SQL and without the gate.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from orchestration.ingest.gate.ledger import balance

Cells = dict[str, str]
VERSIONS = ("", "2024-06-01 08:00:00", "2024-06-02 08:00:00", "2024-06-03 08:00:00")
BAD_DAY = "soon"


@dataclass
class Row:
    """A delivered row, and what becomes of it."""

    place: int
    line: int
    cells: Cells
    fate: str = ""

    @property
    def version(self) -> str:
        return self.cells["system_modstamp"]


@dataclass
class File:
    """A delivered file; one of a full snapshot holds all records there are."""

    kind: str
    place: int
    rows: list[Row]

    @property
    def name(self) -> str:
        return f"exports/salesforce/{self.kind}_{self.place}.csv"

    @property
    def text(self) -> str:
        return _written([row.cells for row in self.rows])


def _written(rows: Sequence[Cells]) -> str:
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def _cells(draw: random.Random, n_keys: int) -> Cells:
    return {
        "id": f"006{draw.randint(1, n_keys)}",
        "account_id": "B1",
        "amount": draw.choice(("100.00", "200.50", "-7.25")),
        "close_date": BAD_DAY if draw.random() < 0.1 else f"2024-0{draw.randint(3, 5)}-01",
        "created_date": "2024-01-02 08:00:00",
        "is_closed": "true",
        "is_deleted": draw.choice(("false", "false", "true")),
        "is_won": "true",
        "probability": "50",
        "stage_name": "S",
        "type": "New",
        "lead_source": draw.choice(("Web", "Mail")),
        "system_modstamp": draw.choice(VERSIONS),
    }


def history(seed: int) -> list[File]:
    """Up to six overlapping exports of one system: changes, full snapshots, the same bytes again."""
    draw = random.Random(seed)
    files: list[File] = []
    for place in range(draw.randint(2, 6)):
        kind = draw.choice(("full", "changes"))
        if files and draw.random() < 0.2:
            again = draw.choice(files)
            kind, told = again.kind, [dict(row.cells) for row in again.rows]
        else:
            told = [_cells(draw, 40) for _ in range(draw.randint(10, 40))]
            before = [row.cells for file in files for row in file.rows]
            told += [dict(cells) for cells in draw.choices(before, k=10)] if before else []
            told += [dict(draw.choice(told)) for _ in range(3)]
            draw.shuffle(told)
        files.append(File(kind, place, [Row(place, line, cells) for line, cells in enumerate(told, 2)]))
    return files


def decide(files: Sequence[File]) -> None:
    """Say what becomes of every row."""
    came: dict[str, File] = {}
    for file in files:
        if file.text in came:
            for row in file.rows:
                row.fate = "duplicate"
        else:
            came[file.text] = file
    rows = [row for file in came.values() for row in file.rows]
    by_key: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.cells["close_date"] == BAD_DAY:
            row.fate = "quarantined"
        else:
            by_key[row.cells["id"]].append(row)
    snapshots = [file for file in came.values() if file.kind == "full"]
    for key, own in by_key.items():
        last = _last_of(own)
        if last is not None:
            last.fate = "superseded" if _is_gone(key, rows, snapshots) else "accepted"
    newest = snapshots[-1] if snapshots else None
    for file in came.values():
        is_older = file.kind == "full" and file is not newest
        for row in file.rows:
            if row.fate == "quarantined" and (is_older or any(_is_in_place_of(row, other) for other in rows)):
                row.fate = "superseded"


def _last_of(rows: Sequence[Row]) -> Row | None:
    """Newest of the rows of a key that says one thing; the others get their fate."""
    told: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in rows:
        told[row.version, row.place].append(row)
    last: Row | None = None
    for _, together in sorted(told.items()):
        different: list[Row] = []
        for row in together:
            if any(row.cells == other.cells for other in different):
                row.fate = "duplicate"
            else:
                different.append(row)
        if len(different) > 1:
            for row in different:
                row.fate = "quarantined"
        elif last is not None and last.cells == different[0].cells:
            different[0].fate = "duplicate"
        else:
            if last is not None:
                last.fate = "superseded"
            last = different[0]
    return last


def _is_in_place_of(row: Row, other: Row) -> bool:
    """Whether a later delivery says a record anew, good or not."""
    is_same = row.cells["id"] == other.cells["id"] and other.place > row.place
    return is_same and other.version >= row.version


def _is_gone(key: str, rows: Sequence[Row], snapshots: Sequence[File]) -> bool:
    """Whether an earlier snapshot held a key that neither the newest nor anything after it names."""
    if not snapshots:
        return False
    newest = snapshots[-1].place
    earlier = {file.place for file in snapshots[:-1]}
    own = [row for row in rows if row.cells["id"] == key]
    was_held = any(row.place in earlier and row.cells["close_date"] != BAD_DAY for row in own)
    return was_held and not any(row.place >= newest for row in own)


def _fates(files: Sequence[File]) -> dict[str, dict[str, tuple[int, Decimal]]]:
    """Rows and money by file and fate."""
    found: dict[str, dict[str, tuple[int, Decimal]]] = {}
    for file in files:
        own = found.setdefault(file.name, {})
        for row in file.rows:
            n_rows, money = own.get(row.fate, (0, Decimal(0)))
            own[row.fate] = (n_rows + 1, money + Decimal(row.cells["amount"]))
    return found


def _told(ledger: pd.DataFrame) -> dict[str, dict[str, tuple[int, Decimal]]]:
    found = {}
    for line in ledger[ledger["file"].str.startswith("exports/")].to_dict("records"):
        money = json.loads(line["amounts"])["EUR"]
        found[line["file"]] = {
            fate: (line[fate], Decimal(money.get(fate, "0")))
            for fate in ("accepted", "quarantined", "duplicate", "superseded")
            if line[fate]
        }
    return found


def _declared(exports: Any, system: str) -> None:
    source = {"system": system, "currency": "EUR"}
    sources = [{**source, "pattern": "*/full*", "is_full_snapshot": True}, source]
    exports.settings = type(exports.settings).model_validate({"is_simulated": True, "sources": sources})


@pytest.mark.parametrize("seed", range(12))
def test_every_row_of_a_random_history_has_its_fate(exports: Any, seed: int) -> None:
    _declared(exports, "salesforce")
    files = history(seed)
    decide(files)
    for file in files:
        exports.put(file.name, file.text)
        exports.receive()
        if seed % 2:
            result = exports.run()
    result = exports.run()
    assert _told(result.ledger) == _fates(files)
    assert balance(result.ledger).empty
    rows = [row for file in files for row in file.rows]
    counting = sorted((row.cells["id"], row.line) for row in rows if row.fate == "accepted")
    accepted = exports.entity("opportunities")
    assert sorted(zip(accepted["opportunity_key"], accepted["source_line"], strict=True)) == counting


def _as_answer(cells: Cells) -> Cells:
    """A row of a survey that says as much: a response is a record, and judged by pandas."""
    waves = {BAD_DAY: BAD_DAY, "2024-03-01": "2023-H1", "2024-04-01": "2023-H2", "2024-05-01": "2024-H1"}
    return {
        "response_id": cells["id"],
        "item": "LS1",
        "answer": {"100.00": "1", "200.50": "2", "-7.25": "3"}[cells["amount"]],
        "answered_at": "2024-01-02 08:00:00",
        "organization_unit": "B1",
        "wave": waves[cells["close_date"]],
        "instrument_version": "1",
        "mode": "self" if cells["is_deleted"] == "true" else "interview",
        "respondent_role": {"Web": "manager", "Mail": "owner"}[cells["lead_source"]],
        "updated_at": cells["system_modstamp"],
    }


@pytest.mark.parametrize("seed", range(100, 108))
def test_every_answer_of_a_random_history_has_its_fate(exports: Any, seed: int) -> None:
    _declared(exports, "survey")
    files = history(seed)
    decide(files)
    for file in files:
        answers = [_as_answer(row.cells) for row in file.rows]
        exports.put(file.name.replace("salesforce", "survey"), _written(answers))
        exports.receive()
    result = exports.run()
    own = result.ledger[result.ledger["file"].str.startswith("exports/")]
    told = own.set_index("file")[["accepted", "quarantined", "duplicate", "superseded"]].to_dict("index")
    for file in files:
        expected = {fate: n_rows for fate, (n_rows, _) in _fates([file])[file.name].items()}
        found = told[file.name.replace("salesforce", "survey")]
        assert {fate: n_rows for fate, n_rows in found.items() if n_rows} == expected
    assert balance(result.ledger).empty
