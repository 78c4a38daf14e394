"""If these fail, money that is held back or was moved by a late correction is not told, or told wrongly."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from click.testing import CliRunner

from orchestration.cli import cli
from orchestration.ingest.tell.told_money import held_money, restated, restated_words, together

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


def test_before_anything_was_accepted_there_is_nothing_to_tell(exports: Any) -> None:
    assert held_money(exports.home) == {}
    assert restated(exports.home) == []
    assert together({}).words == ""
