"""Harm prevented: a row is counted twice, not at all, or in the version that was corrected since."""

import tracemalloc
from datetime import date
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from contracts.entities import ENTITIES
from orchestration.errors import DiskFull, MissingKey
from orchestration.ingest import files
from orchestration.ingest.gate import quarantine
from orchestration.ingest.gate.accept import accept
from orchestration.ingest.gate.accepted import read_entity
from orchestration.ingest.gate.ledger import balance, frame
from orchestration.ingest.land.deliveries import receive
from orchestration.ingest.profiles import profiles_of
from orchestration.settings import Settings


def _line(ledger: pd.DataFrame, file: str) -> tuple[int, ...]:
    columns = ["delivered", "accepted", "quarantined", "duplicate", "superseded"]
    return tuple(ledger.set_index("file").loc[file, columns].tolist())


def test_overlaps_and_late_corrections_leave_one_true_row(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}, {"id": "2", "satisfaction_rating_score": "bad"}])
    newer = {"id": "2", "updated_at": "2024-06-01 08:00:00"}
    exports.tickets("b.csv", [{"id": "1"}, newer, {"id": "3"}])
    result = exports.run()
    assert _line(result.ledger, "exports/zendesk/a.csv") == (2, 1, 0, 0, 1)
    assert _line(result.ledger, "exports/zendesk/b.csv") == (3, 2, 0, 1, 0)
    assert exports.entity("tickets").set_index("ticket_key")["satisfaction"].to_dict() == dict.fromkeys(
        "123", "good"
    )
    assert result.verdicts["tickets"].n_late_corrections == 1
    assert balance(result.ledger).empty


def test_an_older_version_that_comes_late_corrects_nothing(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1", "updated_at": "2024-06-01 08:00:00"}])
    exports.receive()
    exports.tickets("b.csv", [{"id": "1", "satisfaction_rating_score": "bad"}])
    result = exports.run()
    assert exports.entity("tickets")["satisfaction"].tolist() == ["good"]
    assert _line(result.ledger, "exports/zendesk/b.csv") == (1, 0, 0, 0, 1)
    assert result.verdicts["tickets"].n_late_corrections == 0


def test_of_one_version_the_later_delivery_wins(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}])
    exports.tickets("b.csv", [{"id": "1", "satisfaction_rating_score": "bad"}])
    result = exports.run()
    assert exports.entity("tickets")["satisfaction"].tolist() == ["bad"]
    assert _line(result.ledger, "exports/zendesk/a.csv") == (1, 0, 0, 0, 1)


@pytest.mark.parametrize("is_fast", [True, False])
@pytest.mark.parametrize("survivors", ["a.csv", "z.csv"])
def test_a_ticket_finds_its_survivor_in_another_file(survivors: str, is_fast: bool, exports: Any) -> None:
    """Exports by month part them; counted both, one question of a customer becomes two tickets."""
    exports.tickets("m.csv", [{"id": "2"}, {"id": "3"}])
    rows = ['4,"[2, 9]"', "5,[]"]
    exports.put(
        f"exports/zendesk/{survivors}",
        "id,merged_ticket_ids,brand_id,created_at,updated_at,status,priority,via_channel\n"
        + "".join(f"{row},B1,2024-06-01 08:00:00,2024-06-02 08:00:00,solved,low,web\n" for row in rows),
    )
    exports.receive()
    accept(exports.home, exports.settings, is_fast=is_fast)
    merged = exports.entity("tickets").set_index("ticket_key")["merged_into_key"]
    assert merged.dropna().to_dict() == {"2": "4"}
    assert set(merged.index) == set("2345")


def test_two_truths_in_one_file_are_held_back(exports: Any) -> None:
    exports.tickets(
        "a.csv", [{"id": "1"}, {"id": "1", "satisfaction_rating_score": "bad"}, {"id": "2"}, {"id": "2"}]
    )
    result = exports.run()
    assert _line(result.ledger, "exports/zendesk/a.csv") == (4, 1, 2, 1, 0)
    assert result.verdicts["tickets"].refused == {"ticket_key:unique_key": 2}


@pytest.mark.parametrize("is_fast", [True, False])
@pytest.mark.parametrize("order", ["good bad", "bad good", "good bad good"])
def test_two_truths_in_one_file_are_held_back_though_one_was_told_before(
    order: str, is_fast: bool, exports: Any
) -> None:
    """Else the order of two lines decides whether the other truth counts."""
    exports.tickets("a.csv", [{"id": "1"}])
    told = [{"id": "1", "satisfaction_rating_score": score} for score in order.split()]
    exports.tickets("b.csv", told)
    exports.receive()
    result = accept(exports.home, exports.settings, is_fast=is_fast)
    assert _line(result.ledger, "exports/zendesk/a.csv") == (1, 1, 0, 0, 0)
    assert _line(result.ledger, "exports/zendesk/b.csv") == (len(told), 0, 2, len(told) - 2, 0)
    assert exports.entity("tickets")["satisfaction"].tolist() == ["good"]


def test_a_bad_row_waits_and_its_correction_is_taken(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1", "created_at": "yesterday"}, {"id": "2"}])
    result = exports.run()
    held = pd.concat(pd.read_parquet(path) for path in (exports.home / "quarantine").glob("*.parquet"))
    assert held[["source_line", "entity", "reasons"]].values.tolist() == [
        [2, "tickets", "created_at:timestamp"]
    ]
    assert '"created_at": "yesterday"' in held["raw"].iloc[0]
    assert result.verdicts["tickets"].refused == {"created_at:timestamp": 1}
    exports.tickets("b.csv", [{"id": "1"}])
    assert exports.run().verdicts["tickets"].n_rows == 2


def test_malformed_rows_are_held_back_without_their_text(exports: Any) -> None:
    good = exports.tickets("a.csv", [{"id": "1"}]).read_text()
    exports.put("exports/zendesk/a.csv", good + '2,B1\n3,B1,2024"x,,,,,,,,,\n')
    result = exports.run()
    assert result.verdicts["tickets"].refused == {"row:stray_quote": 1, "row:wrong_number_of_fields": 1}
    held = pd.concat(pd.read_parquet(path) for path in (exports.home / "quarantine").glob("*.parquet"))
    assert held["raw"].tolist() == ["{}", "{}"]


def test_unmapped_and_deleted_rows_are_accepted_and_counted(exports: Any) -> None:
    exports.tickets(
        "a.csv",
        [{"id": "1", "brand_id": "B9"}, {"id": "2", "status": "deleted"}, {"id": "3", "brand_id": ""}],
    )
    result = exports.run()
    rows = exports.entity("tickets").set_index("ticket_key")
    assert rows["organization_id"].isna().to_dict() == {"1": True, "2": False, "3": True}
    assert rows["is_deleted"].to_dict() == {"1": False, "2": True, "3": False}
    assert (result.verdicts["tickets"].n_unmapped, result.verdicts["tickets"].n_deleted) == (2, 1)
    assert result.ledger.set_index("file").loc[
        "exports/zendesk/a.csv", ["n_unmapped", "n_deleted"]
    ].tolist() == [2, 1]


def test_the_crosswalk_counts_as_of_the_day_of_the_row(exports: Any) -> None:
    exports.put(
        "reference/crosswalk.csv",
        "source_system,unit_key_type,unit_key,organization_id,valid_from,valid_to\n"
        "zendesk,brand,B1,org-B1,2020-01-01,2024-05-15\nzendesk,brand,B1,org-B2,2024-05-15,2024-07-01\n",
    )
    days = ("2019-12-31", "2024-05-14", "2024-05-15", "2024-06-30", "2024-07-01")
    exports.tickets(
        "a.csv",
        [{"id": day, "created_at": f"{day} 12:00:00", "updated_at": "2024-08-01 00:00:00"} for day in days],
    )
    exports.run()
    found = exports.entity("tickets").set_index("ticket_key")["organization_id"]
    assert found.fillna("none").tolist() == ["none", "org-B1", "org-B2", "org-B2", "none"]


def test_a_response_counts_once_and_is_taken_whole(exports: Any) -> None:
    second = {"ResponseId": "R_2", "organization_unit": "B2"}
    exports.survey(
        "w.csv", [{}, second, {"ResponseId": "R_3", "LS1": "2.5"}, {"ResponseId": "R_4", "Status": "1"}]
    )
    result = exports.run()
    assert _line(result.ledger, "exports/qualtrics/w.csv") == (4, 2, 2, 0, 0)
    answers = exports.entity("assessment_answers")
    assert answers.groupby("response_key").size().to_dict() == {"R_1": 2, "R_2": 2}
    assert exports.entity("channel_adoption")["response_key"].tolist() == ["R_1", "R_2"]
    assert exports.entity("practices")["is_in_place"].tolist() == [False, False]
    # 10:20:01 in Amsterdam, as row three of the header says.
    assert answers["answered_at"].unique().tolist() == [pd.Timestamp("2024-05-01 08:20:01")]
    assert answers["source_line"].unique().tolist() == [4, 5]


def test_a_corrected_response_replaces_the_old_one_whole(exports: Any) -> None:
    exports.survey("a.csv", [{}])
    exports.survey("b.csv", [{"RecordedDate": "2024-05-03 10:00:00", "LS2": ""}])
    exports.survey("c.csv", [{"RecordedDate": "2024-05-03 10:00:00", "LS2": ""}, {"ResponseId": "R_2"}])
    result = exports.run()
    assert exports.entity("assessment_answers")["item_code"].tolist() == ["LS1", "LS1", "LS2"]
    assert _line(result.ledger, "exports/qualtrics/a.csv") == (1, 0, 0, 0, 1)
    assert _line(result.ledger, "exports/qualtrics/c.csv") == (2, 1, 0, 1, 0)


def test_people_are_hashed_and_mapped_by_the_day_they_left(exports: Any) -> None:
    exports.workers("w.csv", ["p1,u,2015-01-01,,,,false,B1,", "p2,u,2015-01-01,2024-03-01,true,,false,B2,"])
    exports.run()
    rows = exports.entity("employment_spells")
    assert not rows["person_key"].isin(["p1", "p2"]).any()
    assert sorted(rows["organization_id"]) == ["org-B1", "org-B2"]
    first = set(rows["person_key"])
    another = "another secret, long enough"
    receive(exports.home, exports.settings, pseudonym_key=another)
    accept(exports.home, exports.settings, pseudonym_key=another)
    assert first.isdisjoint(exports.entity("employment_spells")["person_key"])
    with pytest.raises(MissingKey, match="MATURITY_PSEUDONYM_KEY"):
        receive(exports.home, Settings())


def test_every_entity_has_a_file_with_the_types_of_its_contract(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "2"}, {"id": "1"}, {"id": "3", "created_at": "2024-04-30 23:59:59"}])
    exports.run()
    accepted = exports.home / "accepted"
    for name, contract in ENTITIES.items():
        paths = sorted((accepted / name).rglob("*.parquet"))
        assert paths
        for path in paths:
            assert pq.read_schema(path).equals(contract.arrow_schema())
    months = [path.parent.name for path in sorted((accepted / "tickets").rglob("*.parquet"))]
    assert months == ["period=2024-04-01", "period=2024-05-01"]
    assert read_entity(accepted, ENTITIES["tickets"])["ticket_key"].tolist() == ["3", "2", "1"]
    assert read_entity(accepted, ENTITIES["ledger_lines"]).empty
    assert read_entity(accepted, ENTITIES["crosswalk"])["valid_from"].dt.date.unique().tolist() == [
        date(2020, 1, 1)
    ]


def test_money_is_in_the_ledger_by_currency_and_fate(exports: Any) -> None:
    header = (
        "journal_line_id,journal_id,journal_date,line_number,account_code,account_name,account_type,net_amount,"
        "currency_code\n"
    )
    rows = "1,j1,2024-05-01,1,4000,Sales,REVENUE,-100.50,EUR\n2,j1,2024-05-01,2,1000,Bank,BANK,100.50,EUR\n"
    exports.put("exports/xero/a.csv", f"{header}{rows}3,j2,2024-05-01,1,4000,Sales,REVENUE,-7,USD\n")
    result = exports.run()
    amounts = result.ledger.set_index("file").loc["exports/xero/a.csv", "amounts"]
    assert '"USD": {"accepted": "7.00"' in amounts
    assert '"EUR": {"accepted": "201.00"' in amounts
    assert '"delivered": "201.00"' in amounts


def test_a_full_disk_leaves_what_stood_before(exports: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    exports.tickets("a.csv", [{"id": "1"}])
    exports.run()
    before = exports.digest("accepted", "quarantine")
    exports.tickets("b.csv", [{"id": "2"}])
    exports.receive()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.pq, "write_table", full)
    with pytest.raises(DiskFull, match="what stood before is untouched"):
        accept(exports.home, exports.settings)
    assert exports.digest("accepted", "quarantine") == before


def test_an_interrupted_swap_is_taken_up_again(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}])
    exports.run()
    before = exports.digest("accepted", "quarantine")
    (exports.home / "accepted").rename(exports.home / "tmp" / "accepted.old")
    exports.run()
    assert exports.digest("accepted", "quarantine") == before


def test_a_ledger_that_does_not_balance_names_the_file(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}])
    ledger = exports.run().ledger
    ledger.loc[ledger["file"] == "exports/zendesk/a.csv", "accepted"] = 0
    assert balance(ledger)[["file", "n_lost"]].values.tolist() == [["exports/zendesk/a.csv", 1]]
    assert balance(frame([])).empty


def test_millions_of_refused_rows_are_held_back_as_texts_and_not_as_objects() -> None:
    """A date order that nobody declared refuses every row of a file, however large."""
    profile, n_rows = profiles_of(None)["zendesk_ticket_api"], 30_000
    lines = list(range(2, n_rows + 2))
    cell = pd.Series([f"{line:010}" for line in lines], dtype="str")
    rows = pd.DataFrame({**dict.fromkeys(sorted(profile.used), cell), "source_line": lines})
    reasons = {line: ["created_at:timestamp"] for line in lines}
    tracemalloc.start()
    held = quarantine.held_back(rows, reasons, profile, file="a.csv", delivery_id="a", entity="tickets")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held["source_line"].tolist() == lines
    assert peak < 3 * held["raw"].str.len().sum()
