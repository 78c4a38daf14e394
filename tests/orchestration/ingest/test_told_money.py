"""If these fail, money that is held back or was moved by a later delivery is not told, or told wrongly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow.compute
import pytest
from click.testing import CliRunner

from orchestration.cli import cli
from orchestration.ingest.gate import entity_gate
from orchestration.ingest.gate.ledger import balance
from orchestration.ingest.tell.told_money import held_money, restated, restated_words, together
from orchestration.ingest.tell.told_notes import notes_of
from orchestration.settings import Settings, Source

# pyarrow carries no types; named so that this is said once.
pc: Any = pyarrow.compute

COLUMNS = (
    "id,account_id,amount,close_date,created_date,is_closed,is_deleted,is_won,probability,stage_name,type,"
    "lead_source,currency_iso_code,last_modified_date\n"
)
DEAL = "006{n},001A,{amount},{day},2024-01-01 08:00:00,true,false,true,100,Won,,Web,{code},{at} 08:00:00\n"


def deal(n: str, amount: str, *, day: str = "2024-05-01", code: str = "EUR", at: str = "2024-05-02") -> str:
    return DEAL.format(n=n, amount=amount, day=day, code=code, at=at)


def test_money_held_back_is_told_by_file_and_currency(exports: Any) -> None:
    exports.put("maturity.yaml", "is_simulated: true\n")
    bad = [deal("b", "80.10", day="never"), deal("c", "19.90", day="never"), deal("d", "much", day="never")]
    exports.put(
        "exports/deals.csv", COLUMNS + "".join([deal("a", "5.00"), *bad, deal("e", "7", day="?", code="USD")])
    )
    exports.run()
    held = held_money(exports.home)
    assert set(held) == {"exports/deals.csv"}
    assert held["exports/deals.csv"].amounts == {"EUR": Decimal("100.00"), "USD": Decimal("7.00")}
    assert together(held).words == "EUR 100.00, USD 7.00 and 1 unreadable amounts"
    listed = CliRunner().invoke(cli, ["quarantine", "list", "--home", str(exports.home)])
    assert "exports/deals.csv: 4 rows, EUR 100.00, USD 7.00 and 1 unreadable amounts" in listed.output


def test_late_corrections_are_told_with_what_they_moved(exports: Any) -> None:
    exports.put("exports/deals_1.csv", COLUMNS + deal("a", "100.00"))
    exports.run()
    assert restated(exports.home) == []
    exports.put("exports/deals_2.csv", COLUMNS + deal("a", "120.00", at="2024-06-02"))
    exports.run()
    (line,) = restated(exports.home)
    assert restated_words(line) == "opportunities 2024-05: 2 rows, old and new, EUR 100.00 -> 120.00"
    json.dumps(line)


def test_a_deal_that_its_source_deleted_or_restored_is_told_with_the_money_that_counts(exports: Any) -> None:
    exports.put("exports/deals_1.csv", COLUMNS + deal("a", "100.00") + deal("b", "7.00"))
    gone = deal("a", "100.00", at="2024-06-02").replace("true,false,true", "true,true,true")
    exports.receive()
    exports.put("exports/deals_2.csv", COLUMNS + gone)
    exports.run()
    (line,) = restated(exports.home)
    assert restated_words(line) == "opportunities 2024-05: 2 rows, old and new, EUR 100.00 -> 0.00"
    exports.put("exports/deals_3.csv", COLUMNS + deal("a", "90.00", at="2024-07-02"))
    exports.run()
    (line,) = restated(exports.home)
    assert restated_words(line) == "opportunities 2024-05: 2 rows, old and new, EUR 0.00 -> 90.00"


def test_a_deal_that_is_gone_from_a_full_snapshot_is_told(exports: Any) -> None:
    source = {"system": "salesforce", "pattern": "deals*", "is_full_snapshot": True}
    exports.settings = type(exports.settings).model_validate({"is_simulated": True, "sources": [source]})
    exports.put("exports/deals_1.csv", COLUMNS + deal("a", "100.00") + deal("b", "7.00"))
    exports.receive()
    exports.put("exports/deals_2.csv", COLUMNS + deal("a", "120.00", at="2024-06-02") + deal("b", "7.00"))
    exports.receive()
    exports.put("exports/deals_3.csv", COLUMNS + deal("b", "7.00"))
    result = exports.run()
    (line,) = restated(exports.home)
    assert restated_words(line) == "opportunities 2024-05: 1 row, old and new, EUR 120.00 -> 0.00"
    said = "1 record of earlier full snapshots no longer there, counted no more"
    assert [(note.text, list(note.files)) for note in notes_of(exports.home) if "snapshot" in note.text] == [
        (said, ["exports/deals_3.csv"])
    ]
    assert result.verdicts["opportunities"].n_vanished == 1


def test_money_that_leaves_with_the_wrong_row_unbalances_the_ledger(
    exports: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many rows are there as were delivered, and not the same money."""
    exports.put("exports/deals_1.csv", COLUMNS + deal("a", "100.00") + deal("b", "7.00"))
    exports.receive()
    exports.put("exports/deals_2.csv", COLUMNS + deal("a", "120.00", at="2024-06-02"))
    assert balance(exports.run().ledger).empty
    take_out = entity_gate.take_out

    def of_the_line_below(target: Any, contract: Any, gone: Mapping[object, Mapping[str, Any]]) -> None:
        wrong = {m: {of: pc.add(lines, 1) for of, lines in own.items()} for m, own in gone.items()}
        take_out(target, contract, wrong)

    monkeypatch.setattr(entity_gate, "take_out", of_the_line_below)
    lost = balance(exports.run().ledger)
    assert lost[["file", "n_lost", "money_lost"]].values.tolist() == [
        ["exports/deals_1.csv", 0, "EUR -93.00"]
    ]


def test_money_of_every_fate_adds_up_to_what_was_delivered(exports: Any) -> None:
    unclear = [deal("a", "100.00"), deal("a", "90.00")]
    bad = [deal("b", "80.10", day="never"), deal("c", "much")]
    exports.put(
        "exports/deals_1.csv", COLUMNS + "".join([*unclear, *bad, deal("d", "7.00"), deal("d", "7.00")])
    )
    exports.receive()
    exports.put("exports/deals_2.csv", COLUMNS + deal("d", "8.00", at="2024-06-02"))
    ledger = exports.run().ledger
    assert balance(ledger).empty
    (said,) = ledger.loc[ledger["file"] == "exports/deals_1.csv", "amounts"]
    assert json.loads(said) == {
        "EUR": {
            "accepted": "0.00",
            "quarantined": "270.10",
            "duplicate": "7.00",
            "superseded": "7.00",
            "delivered": "284.10",
        }
    }


def test_before_anything_was_accepted_there_is_nothing_to_tell(exports: Any) -> None:
    assert held_money(exports.home) == {}
    assert restated(exports.home) == []
    assert together({}).words == ""


def test_a_refused_row_is_read_as_its_file_proves_it_to_be_written(exports: Any) -> None:
    """Else the money that is held back is told as unreadable, and stands in no month."""
    exports.settings = Settings(sources=(Source(system="ledger", currency="EUR"),))
    header = "entry_key;line_number;posted_on;account_code;account_class;amount;unit_key\n"
    rows = "E1;1;31.05.2024;8000;omzet;1.250,00;B1\nE1;2;01.06.2024;8000;wonder;1.000,50;B1\n"
    exports.put("exports/own/ledger.csv", header + rows)
    exports.run()
    assert held_money(exports.home)["exports/own/ledger.csv"].words == "EUR 1,000.50"
    periods = pd.read_parquet(exports.home / "accepted" / "ledger_periods.parquet")
    held = periods[periods["fate"] == "quarantined"]
    assert [str(month) for month in held["period"]] == ["2024-06-01"]
