"""Harm prevented: a record that was corrected at its source stays held back, or a refused one is lost."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from orchestration.ingest.gate.accept import accept
from orchestration.ingest.gate.ledger import balance
from tests.orchestration.ingest.spend import spend_with_total

BAD = {"created_at": "yesterday"}
MAY, JUNE = {"updated_at": "2024-05-02 08:00:00"}, {"updated_at": "2024-06-01 08:00:00"}
LATER = "came again in later deliveries, held back no more"
Rows = Sequence[Mapping[str, str]]


def _deliver(put: Any, exports: Any, deliveries: Sequence[Rows]) -> Any:
    for place, rows in enumerate(deliveries, 1):
        put(f"{place}.csv", rows)
        exports.receive()
    result = exports.run()
    assert balance(result.ledger).empty
    return result


def _held(result: Any) -> list[int]:
    """Held back rows of each export, in the order of arrival."""
    return [
        int(n_rows)
        for file, n_rows in zip(result.ledger["file"], result.ledger["quarantined"], strict=True)
        if file.startswith("exports/")
    ]


def _told(result: Any) -> list[str]:
    return [note for notes in result.notes.values() for note in notes if LATER in note]


@pytest.mark.parametrize(
    ("deliveries", "held"),
    [
        # Corrected, as new or newer.
        ([[{"id": "1", **BAD}], [{"id": "1"}]], [0, 0]),
        ([[{"id": "1", **BAD, **MAY}], [{"id": "1", **JUNE}]], [0, 0]),
        # What comes later is older: the newest truth is still missing.
        ([[{"id": "1", **BAD, **JUNE}], [{"id": "1", **MAY}]], [1, 0]),
        # The version cannot be read: what comes later is newer.
        ([[{"id": "1", **BAD, "updated_at": "soon"}], [{"id": "1"}]], [0, 0]),
        # A good row that came before says nothing of it.
        ([[{"id": "1"}], [{"id": "1", **BAD, **JUNE}]], [0, 1]),
        # Said again as it was before the refused row: that is what its source says now.
        ([[{"id": "1"}], [{"id": "1", **BAD}], [{"id": "1"}, {"id": "2"}]], [0, 0, 0]),
        # Refused again and again: one record is missing, not three.
        ([[{"id": "1", **BAD}], [{"id": "1", **BAD}, {"id": "2"}], [{"id": "1", **BAD, **JUNE}]], [0, 0, 1]),
        # Another record, and one without a key.
        ([[{"id": "1", **BAD}, {"id": "", **BAD}], [{"id": "2"}, {"id": ""}]], [2, 1]),
        # Of two truths in one file a later one tells which is right.
        ([[{"id": "1"}, {"id": "1", "priority": "high"}], [{"id": "1", "priority": "high"}]], [0, 0]),
        ([[{"id": "1", **JUNE}, {"id": "1", "priority": "high", **JUNE}], [{"id": "1", **MAY}]], [2, 0]),
    ],
)
@pytest.mark.parametrize("is_fast", [True, False])
def test_a_refused_row_waits_until_its_record_comes_again(
    exports: Any, deliveries: Sequence[Rows], held: list[int], is_fast: bool
) -> None:
    result = _deliver(exports.tickets, exports, deliveries)
    if not is_fast:
        result = accept(exports.home, exports.settings, is_fast=False)
    assert _held(result) == held
    assert sum(result.verdicts["tickets"].refused.values()) >= sum(held)
    kept = sum(len(pd.read_parquet(path)) for path in (exports.home / "quarantine").glob("*.parquet"))
    assert kept == sum(held)


def test_a_rule_that_nothing_breaks_any_more_is_not_counted(exports: Any) -> None:
    result = _deliver(exports.tickets, exports, [[{"id": "1", **BAD}], [{"id": "1"}]])
    assert result.verdicts["tickets"].refused == {}
    assert result.verdicts["tickets"].n_superseded == 1
    assert _told(result) == [f"1 refused row {LATER}"]


def test_money_that_came_again_is_held_back_no_more(exports: Any) -> None:
    header = (
        "id,account_id,amount,close_date,created_date,is_closed,is_deleted,is_won,probability,stage_name,type,"
        "lead_source\n"
    )
    row = "1,B1,{},{},2024-01-02 08:00:00,true,false,true,100,S,New,Web\n"
    source = {"system": "salesforce", "pattern": "deals*", "currency": "EUR"}
    exports.settings = type(exports.settings).model_validate({"is_simulated": True, "sources": [source]})
    exports.put("exports/deals_1.csv", header + row.format("100", "soon"))
    exports.receive()
    exports.put("exports/deals_2.csv", header + row.format("120", "2024-05-01"))
    result = exports.run()
    assert balance(result.ledger).empty
    periods = pd.read_parquet(exports.home / "accepted" / "ledger_periods.parquet")
    own = periods[periods["file"].str.startswith("exports/")]
    found = [(fate, str(amount)) for fate, amount in zip(own["fate"], own["amount"], strict=True)]
    assert found == [("superseded", "100.00"), ("accepted", "120.00")]
    assert pd.read_parquet(exports.home / "accepted" / "restated.parquet").empty


def _ragged(exports: Any, name: str) -> None:
    path = exports.tickets(name, [{"id": "1"}])
    path.write_bytes(path.read_bytes() + b"2,B1\n")
    exports.receive()


def test_a_line_that_names_no_record_waits_for_a_person(exports: Any) -> None:
    _ragged(exports, "a.csv")
    exports.tickets("b.csv", [{"id": "1"}, {"id": "2"}])
    assert _held(exports.run()) == [1, 0]


def test_of_an_older_full_snapshot_nothing_is_waited_for(exports: Any) -> None:
    source = {"system": "zendesk", "pattern": "zendesk/*", "is_full_snapshot": True}
    exports.settings = type(exports.settings).model_validate({"is_simulated": True, "sources": [source]})
    _ragged(exports, "a.csv")
    exports.tickets("b.csv", [{"id": "1"}, {"id": "2", **BAD}])
    result = exports.run()
    assert balance(result.ledger).empty
    assert _held(result) == [0, 1]


@pytest.mark.parametrize("is_full_snapshot", [False, True])
def test_a_response_is_held_back_until_it_comes_again(exports: Any, is_full_snapshot: bool) -> None:
    source = {"system": "qualtrics", "pattern": "qualtrics/*", "is_full_snapshot": is_full_snapshot}
    exports.settings = type(exports.settings).model_validate({"is_simulated": True, "sources": [source]})
    off, preview = {"LS1": "2.5"}, {"ResponseId": "R_4", "Status": "1"}
    second, third = {"ResponseId": "R_2"}, {"ResponseId": "R_3"}
    twice = [third, {**third, "LS1": "2"}]
    result = _deliver(exports.survey, exports, [[off, second, *twice, preview], [{}, {**third, "LS1": "2"}]])
    assert _held(result) == [0 if is_full_snapshot else 1, 0]
    assert result.verdicts["assessment_answers"].n_vanished == int(is_full_snapshot)
    expected = ["R_1", "R_3"] if is_full_snapshot else ["R_1", "R_2", "R_3"]
    assert sorted(exports.entity("assessment_answers")["response_key"].unique()) == expected
    assert _told(result) == [f"{4 if is_full_snapshot else 3} refused rows {LATER}"]


def test_an_answer_of_its_own_row_is_held_back_until_it_comes_again(exports: Any) -> None:
    header = "response_id,organization_unit,wave,item,answer,answered_at,instrument_version\n"
    row = "r1,B1,2024-H1,{},{},2024-05-01 10:00:00,1\n"
    for place, level in enumerate(("9", "4"), 1):
        rows = row.format("LS1", level) + row.format("LS2", "3")
        exports.put(f"exports/survey/generic_{place}.csv", header + rows)
        exports.receive()
    result = exports.run()
    assert balance(result.ledger).empty
    assert _held(result) == [0, 0]
    assert sorted(exports.entity("assessment_answers")["answer_level"]) == [3, 4]


SPEND = spend_with_total(
    "Id, Day, Cost",
    """
  spend_key: {from: Id}
  spent_on: {from: Day}
  channel: {default: search}
  amount: {from: Cost}
  currency: {default: EUR}
  unit_key: {default: B1}
  unit_key_type: {default: unit}
""",
)


@pytest.mark.parametrize(
    ("first", "second", "control"),
    [
        # Its total was wrong, its rows were right.
        ("1,2024-05-01,10\n2,2024-05-01,20\nTotal,,31\n", "1,2024-05-01,10\n2,2024-05-01,20\n", "replaced"),
        # Cut off, then whole.
        ("1,2024-05-01,10\nTotal,,30\n", "1,2024-05-01,10\n2,2024-05-01,20\nTotal,,30\n", "replaced"),
        # An amount that could not be read.
        ("1,2024-05-01,10\n2,2024-05-01,lots\nTotal,,30\n", "1,2024-05-01,10\n2,2024-05-01,20\n", "replaced"),
        ("1,2024-05-01,10\n2,2024-05-01,lots\nTotal,,30\n", "1,2024-05-01,10\n", "untied"),
        # A row too many, which nobody takes back.
        ("1,2024-05-01,10\n9,2024-05-01,9\nTotal,,10\n", "1,2024-05-01,10\nTotal,,10\n", "untied"),
        ("1,2024-05-01,10\nTotal,,10\n", "1,2024-05-01,10\n2,2024-05-01,20\n", "tied"),
    ],
)
@pytest.mark.parametrize("is_full_snapshot", [False, True])
def test_an_untied_total_counts_until_all_of_its_file_came_again(
    exports: Any, first: str, second: str, control: str, is_full_snapshot: bool
) -> None:
    source = {"system": "own", "pattern": "own/*", "is_full_snapshot": is_full_snapshot}
    exports.settings = type(exports.settings).model_validate({"is_simulated": True, "sources": [source]})
    exports.put("profiles/own_spend_ui.yaml", SPEND)
    for rows in (first, second):
        exports.put("exports/own/spend.csv", f"Id,Day,Cost\n{rows}")
        exports.receive()
    result = exports.run()
    assert balance(result.ledger).empty
    own = result.ledger[result.ledger["profile"] == "own_spend_ui"]
    expected = "replaced" if is_full_snapshot and control == "untied" else control
    assert own["control"].tolist()[0] == expected
    assert own["control"].tolist()[1] in ("tied", "none")
