"""The wrong version of a row counts, or a row maps to another organisation, in large files only."""

import json
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from contracts.canary import example
from contracts.entities import ENTITIES
from orchestration.ingest.gate.mapping import intervals_sql, mapped_sql, organizations_of
from orchestration.ingest.gate.resolve import n_late_corrections
from orchestration.ingest.gate.resolve import resolve as resolve_frame
from orchestration.ingest.gate.versions import key_hash, late_corrections, repeated, resolve
from tests.orchestration.ingest.spend import spend_with_total

TICKETS, CROSSWALK = ENTITIES["tickets"], ENTITIES["crosswalk"]
KEY = ["source_system", "ticket_key"]


def _tickets(seed: int, n_rows: int = 400) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    frame = example(TICKETS, n_rows)
    frame["ticket_key"] = draw.choice([f"T{n}" for n in range(120)], n_rows)
    frame["delivery_id"] = draw.choice(["d1", "d2", "d3"], n_rows)
    frame["source_line"] = range(2, n_rows + 2)
    frame["status"] = draw.choice(["solved", "open"], n_rows)
    days = pd.to_datetime(draw.choice(["2024-05-02", "2024-05-03"], n_rows)).to_series(index=frame.index)
    frame["source_updated_at"] = days.mask(draw.random(n_rows) < 0.2)
    return TICKETS.typed(frame)


@pytest.mark.parametrize("seed", range(5))
def test_sql_and_frames_choose_the_same_version(seed: int) -> None:
    frame = _tickets(seed)
    sequence = {"d1": 1, "d2": 2, "d3": 3}
    expected = resolve_frame(frame, KEY, sequence)
    con = duckdb.connect()
    con.register("arrow", TICKETS.to_arrow(frame))
    con.execute("create table good as select *, right(delivery_id, 1)::integer as _seq from arrow")
    hashes = con.execute(f"select {key_hash(KEY)} as hashed from good").fetchnumpy()["hashed"]
    resolve(con, TICKETS, "good", repeated([hashes[:150], hashes[150:]]), KEY)
    found = dict(con.execute("select source_line, fate from fates").fetchall())
    lines = frame["source_line"].tolist()
    assert [found.get(line, "accepted") for line in lines] == expected.tolist()
    assert {"accepted", "duplicate", "superseded", "conflict"} == set(expected)
    assert late_corrections(con, KEY) == n_late_corrections(frame, expected, KEY, sequence)


def test_sql_and_frames_map_to_the_same_organisation() -> None:
    draw = np.random.default_rng(3)
    rows = example(TICKETS, 300)
    rows["unit_key"] = pd.Series(draw.choice(["B1", "B2", "B3", None], 300), dtype="str")
    rows["created_at"] = pd.Timestamp("2019-06-01") + pd.to_timedelta(draw.integers(0, 2000, 300), unit="D")
    rows["source_line"] = range(2, 302)
    entries = example(CROSSWALK, 5)
    entries["source_system"], entries["unit_key_type"] = "zendesk", rows["unit_key_type"].iloc[0]
    rows["source_system"] = "zendesk"
    entries["unit_key"] = ["B1", "B1", "B2", "B2", "B3"]
    entries["organization_id"] = ["o1", "o2", "o3", "o4", "o5"]
    entries["valid_from"] = pd.to_datetime(
        ["2020-01-01", "2021-01-01", "2020-01-01", "2022-01-01", "2023-01-01"]
    )
    entries["valid_to"] = pd.to_datetime(pd.Series(["2021-01-01", None, "2021-06-01", None, "2023-06-01"]))
    rows, entries = TICKETS.typed(rows), CROSSWALK.typed(entries)
    con = duckdb.connect()
    con.register("entries", CROSSWALK.to_arrow(entries))
    con.register("arrow", TICKETS.to_arrow(rows))
    con.execute(f"create table intervals as {intervals_sql('entries')}")
    con.execute("create table good as select * exclude (organization_id) from arrow")
    mapped = (
        f"select organization_id from ({mapped_sql('good', 'tickets', 'intervals')}) order by source_line"
    )
    found = [row[0] for row in con.execute(mapped).fetchall()]
    expected = organizations_of(rows, "tickets", entries).astype("object")
    assert found == expected.where(expected.notna(), None).tolist()
    assert len(set(found)) == 6


@pytest.mark.parametrize(("printed", "control"), [("30.00", "tied"), ("31.00", "untied"), ("", "none")])
def test_a_printed_total_is_tied_to_the_rows(exports: Any, printed: str, control: str) -> None:
    total = f"Total,,,,{printed}\n" if printed else ""
    columns = """
  unit_key: {from: Unit}
  unit_key_type: {default: unit}
  spend_key: {content_key: [Day, Channel, Unit, Cost]}
  spent_on: {from: Day}
  channel: {from: Channel, lower_case: true}
  amount: {from: Cost}
  currency: {from: Currency}
"""
    exports.put("profiles/own_spend_ui.yaml", spend_with_total("Day, Channel, Unit, Currency, Cost", columns))
    rows = "2024-05-01,Search,B1,EUR,10.00\n2024-05-01,Search,B1,EUR,10.00\n2024-05-02,Video,B1,EUR,10\n"
    exports.put("exports/own/spend.csv", f"Day,Channel,Unit,Currency,Cost\n{rows}{total}")
    result = exports.run()
    line = result.ledger.set_index("file").loc["exports/own/spend.csv"]
    assert (line["delivered"], line["accepted"], line["control"]) == (3, 3, control)
    assert json.loads(line["amounts"])["EUR"]["delivered"] == "30.00"
    said = "the total of Cost in line 5 is 31.00, its rows add up to 30.00"
    assert [note for notes in result.notes.values() for note in notes] == [said] * (control == "untied")


LEDGER = """
name: own_ledger_ui
version: "1"
description: Ledger with totals
source_system: own
entity: ledger_lines
shape: ui
locale: de
signature: {required: [Entry, Line, Day, Account, Debit, Credit, Both]}
columns:
  entry_key: {from: Entry}
  line_number: {from: Line}
  posted_on: {from: Day}
  account_code: {from: Account}
  account_class: {default: revenue}
  amount: {from: Debit, minus: Credit, strip_symbols: true}
  currency: {default: EUR}
refuse:
  - {when: {Entry: null}, reason: row:subtotal, description: A subtotal.}
footer: ['^(Summe|Anzahl)']
control:
  - {total_of: amount, label: '^Summe$'}
  - {total_of: rows, label: '^Anzahl$'}
  - {balances_to_zero: Both, per: Entry}
  - {total_of: amount, reason: row:subtotal}
"""


@pytest.mark.parametrize(
    ("change", "notes"),
    [
        (("", ""), []),
        (("Summe;;;;1.250,00", "Summe;;;;1.205,00"), ["the total of Debit in line 6 is 1,205.00"]),
        (("1.250,00;750,00", "1.250,00;755,00"), ["the total of Credit in line 6 is 755.00"]),
        ((";;;;1.250,00;;", ";;;;1.249,00;;"), ["the total of Debit in line 4 is 1,249.00"]),
        (("Anzahl;3", "Anzahl;4"), ["the total of rows in line 7 is 4, its rows add up to 3"]),
        (("E2;1;31.05.2024;8000;;500,00", "E2;1;31.05.2024;8000;;fünf"), ["the total of Credit in line 6"]),
        (("E2;1", "E3;1"), ["Both does not add up to zero in 2 of 3 values of Entry"]),
        (("Summe;;;;1.250,00", "Summe;;;;viel"), ["the total of Debit in line 6 cannot be read as a number"]),
    ],
)
def test_every_printed_total_is_tied_to_its_column(
    exports: Any, change: tuple[str, str], notes: list[str]
) -> None:
    exports.put("profiles/own_ledger_ui.yaml", LEDGER)
    text = (
        "Entry;Line;Day;Account;Debit;Credit;Both\n"
        "E1;1;31.05.2024;8000;€ 1.000,00;250,00;0\n"
        "E2;1;31.05.2024;8000;;500,00;-2\n"
        ";;;;1.250,00;;\n"
        "E2;2;31.05.2024;8000;250,00;;2\n"
        "Summe;;;;1.250,00;750,00\n"
        "Anzahl;3\n"
    )
    exports.put("exports/own/ledger.csv", text.replace(*change, 1))
    result = exports.run()
    control = result.ledger.set_index("file").at["exports/own/ledger.csv", "control"]
    said = [note for of_file in result.notes.values() for note in of_file if "no zone" not in note]
    assert len(said) == len(notes)
    assert all(one.startswith(start) for one, start in zip(said, notes, strict=True))
    assert control == ("untied" if notes else "tied")
