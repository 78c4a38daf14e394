"""Harm prevented: a record that its source deleted goes on counting, or one still there no longer does."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from orchestration.ingest.gate.ledger import balance

FULL, OTHER = "zendesk/full*", "zendesk/other*"
NEWER = {"updated_at": "2024-06-01 08:00:00"}
BAD = {"created_at": "yesterday"}
Rows = Sequence[Mapping[str, str]]


def _declare(exports: Any, system: str, *patterns: str) -> None:
    sources = [{"system": system, "pattern": pattern, "is_full_snapshot": True} for pattern in patterns]
    exports.settings = type(exports.settings).model_validate({"is_simulated": True, "sources": sources})


@pytest.mark.parametrize(
    ("files", "counting"),
    [
        # A change in between does not keep alive what the next snapshot lacks.
        (
            {
                "full_1": [{"id": "1"}, {"id": "2"}],
                "changes_2": [{"id": "1", **NEWER}],
                "full_3": [{"id": "2"}],
            },
            "2",
        ),
        # Back again, and it says what it said before it went.
        ({"full_1": [{"id": "1"}, {"id": "2"}], "full_2": [{"id": "2"}], "changes_3": [{"id": "1"}]}, "12"),
        # A change that was refused names a record all the same.
        (
            {
                "full_1": [{"id": "1"}, {"id": "2"}],
                "full_2": [{"id": "2"}],
                "changes_3": [{"id": "1", **BAD}],
            },
            "12",
        ),
        # Moved to another source, whose newest snapshot came before.
        (
            {
                "full_1": [{"id": "1"}, {"id": "2"}],
                "other_2": [{"id": "3"}],
                "other_3": [{"id": "1"}, {"id": "3"}],
                "full_4": [{"id": "2"}],
            },
            "123",
        ),
        # What a snapshot never held is none of its business.
        ({"changes_1": [{"id": "1"}], "full_2": [{"id": "2"}, {"id": "3"}], "full_3": [{"id": "2"}]}, "12"),
    ],
)
def test_a_key_counts_while_its_source_holds_it(
    exports: Any, files: Mapping[str, Rows], counting: str
) -> None:
    _declare(exports, "zendesk", FULL, OTHER)
    for name, rows in files.items():
        exports.tickets(f"{name}.csv", rows)
        exports.receive()
    result = exports.run()
    assert sorted(exports.entity("tickets")["ticket_key"]) == sorted(counting)
    assert balance(result.ledger).empty


def test_a_person_whose_row_is_refused_has_not_left(exports: Any) -> None:
    """The number lands as a hash and counts under another text of it."""
    header = "person_id,started_on,ended_on,worker_type,unit_key\n"
    _declare(exports, "hr", "hr/*")
    exports.put("exports/hr/1.csv", header + "p1,2020-01-01,,employee,B1\np2,2020-01-01,,employee,B1\n")
    exports.receive()
    exports.put("exports/hr/2.csv", header + "p1,2020-01-01,,robot,B1\n")
    result = exports.run()
    assert len(exports.entity("employment_spells")) == 1
    assert result.verdicts["employment_spells"].n_vanished == 1


def test_an_id_of_fifteen_signs_is_that_of_eighteen(exports: Any) -> None:
    header = (
        "id,account_id,amount,close_date,created_date,is_closed,is_deleted,is_won,probability,stage_name,type,"
        "lead_source\n"
    )
    row = "006A00000000001,001A00000000001,{},2024-05-01,2024-01-02 08:00:00,true,false,true,100,S,New,Web\n"
    _declare(exports, "salesforce", "deals*")
    exports.put("exports/deals_1.csv", header + row.format("100"))
    exports.receive()
    exports.put("exports/deals_2.csv", header + row.format("much"))
    exports.run()
    assert len(exports.entity("opportunities")) == 1
