"""Two lanes that decide differently would make a large file say something else than a small one."""

import json
import random
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from orchestration.ingest.gate import landed
from orchestration.ingest.gate.accept import accept
from orchestration.ingest.gate.ledger import balance
from orchestration.ingest.text import blocks

DIRT = (
    "",
    " ",
    "n/a",
    "solved ",
    "SOLVED",
    "yesterday",
    "2024-05-01",
    "2024-05-01T10:00:00Z",
    "-1",
    "1.5",
    "é",
    "9",
)
XERO = (
    "journal_line_id,journal_id,journal_date,line_number,account_code,account_name,account_type,net_amount,"
    "currency_code,tracking_category_option,updated_date_utc\n"
)


def _line(ledger: pd.DataFrame, file: str) -> dict[str, Any]:
    return {str(name): value for name, value in ledger.set_index("file").loc[file].items()}


def _periods(home: Path, file: str) -> list[list[str]]:
    """Lines of the ledger by period of one file, each cell as text."""
    periods = pd.read_parquet(home / "accepted" / "ledger_periods.parquet")
    own = periods[periods["file"] == file].fillna({"amount": "none"})
    said = own[["period", "currency", "fate", "n_rows", "amount", "n_amount_unknown"]].astype(str)
    return said.values.tolist()


def accepted_rows(exports: Any) -> dict[str, list[tuple[str, ...]]]:
    """Accepted rows by file; a lane may put its rows before those of the other."""
    return {
        path.relative_to(exports.home).as_posix(): sorted(
            tuple(map(str, row)) for row in pd.read_parquet(path, partitioning=None).itertuples(index=False)
        )
        for path in sorted((exports.home / "accepted").glob("*/**/*.parquet"))
    }


def counted(exports: Any) -> dict[str, str]:
    """Digests of quarantine, ledgers and manifest."""
    found: dict[str, str] = exports.digest("accepted", "quarantine")
    return {name: digest for name, digest in found.items() if name.count("/") == 1}


@pytest.mark.parametrize("in_pieces", [False, True], ids=["whole", "in pieces"])
def test_both_lanes_write_the_same_rows(
    exports: Any, in_pieces: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if in_pieces:
        monkeypatch.setattr(blocks, "BLOCK_BYTES", 4_000)
        monkeypatch.setattr(landed, "_ROWS_AT_A_TIME", 1)
    draw = random.Random(7)
    columns = ("id", "brand_id", "created_at", "updated_at", "status", "priority", "via_channel")
    for file in ("a.csv", "b.csv", "c.csv"):
        rows: list[dict[str, str]] = []
        for _ in range(300 if in_pieces else 60):
            row = {"id": str(draw.randrange(40)), "updated_at": f"2024-05-0{draw.randrange(2, 5)} 08:00:00"}
            if draw.random() < 0.3:
                row[draw.choice(columns)] = draw.choice(DIRT)
            rows.append(row)
        exports.tickets(file, rows, footer="9,B1\nTotal 5,,,,,,,,,,\n")
    exports.put(
        "exports/xero/a.csv",
        XERO
        + "".join(
            f"{n},j{n % 7},2024-05-{1 + n % 28:02},,4000,Sales,REVENUE,{-n}.5,EUR,North,\n" for n in range(30)
        )
        + '31,j1,2024-05-01,,4000,Sales,REVENUE,"1,5",EUR,North,\n'
        + "32,j1,soon,,4000,Sales,REVENUE,7,EUR,North,\n",
    )
    fast = exports.run()
    n_pieces = max(len(list(folder.glob("rows-*"))) for folder in (exports.home / "landing").iterdir())
    assert (n_pieces > 4) == in_pieces, "each of the two lanes has several"
    rows, others = accepted_rows(exports), counted(exports)
    slow = accept(exports.home, exports.settings, is_fast=False)
    assert accepted_rows(exports) == rows
    assert counted(exports) == others
    assert len(others) > 4
    assert fast.verdicts == slow.verdicts
    assert balance(fast.ledger).empty
    assert fast.verdicts["tickets"].refused, "dirt was met"
    assert fast.verdicts["tickets"].n_duplicate + fast.verdicts["tickets"].n_superseded > 0


@pytest.mark.parametrize(
    "times",
    [
        ("2024-05-01T08:00:00Z", "2024-05-02T23:59:59Z", ""),
        ("2024-05-01 08:00:00Z", "2024-05-02T08:00:00Z"),
        ("2024-05-01T08:00:00Z", "2024-02-30T08:00:00Z"),
        ("2024-05-01T08:00:00Z", "2024-05-01T24:00:00Z", "2024-05-01T08:00:60Z"),
        ("2024-05-01T08:00:00Z", "2024-05-01T08:00:00.5Z", "2024-05-01T08:00:00+02"),
        ("2024-05-01T08:00:00Z", "1960-05-01T08:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z"),
    ],
)
def test_both_lanes_read_the_same_times(exports: Any, times: tuple[str, ...]) -> None:
    rows = [
        {"id": f"{n}{name}", "created_at": "2024-04-01T08:00:00Z", "updated_at": "", name: time}
        for n, time in enumerate(times)
        for name in ("created_at", "updated_at")
    ]
    exports.tickets("a.csv", rows)
    fast = exports.run()
    found, others = accepted_rows(exports), counted(exports)
    slow = accept(exports.home, exports.settings, is_fast=False)
    assert accepted_rows(exports) == found
    assert counted(exports) == others
    assert fast.verdicts == slow.verdicts
    assert fast.verdicts["tickets"].n_rows > 0


def test_what_a_full_snapshot_no_longer_holds_is_gone(exports: Any) -> None:
    source = {"system": "zendesk", "pattern": "zendesk/*", "is_full_snapshot": True}
    exports.settings = type(exports.settings).model_validate({"is_simulated": True, "sources": [source]})
    exports.tickets("a.csv", [{"id": "1"}, {"id": "2"}, {"id": "3"}])
    exports.receive()
    exports.tickets("b.csv", [{"id": "1"}, {"id": "3", "created_at": "yesterday"}])
    result = exports.run()
    assert sorted(exports.entity("tickets")["ticket_key"]) == ["1", "3"], "a row that is refused is not gone"
    assert result.verdicts["tickets"].n_vanished == 1
    assert balance(result.ledger).empty


def test_a_late_correction_restates_its_periods(exports: Any) -> None:
    line = "1,j1,{day},1,4000,Sales,REVENUE,{amount},EUR,North,2024-06-0{n} 00:00:00\n"
    exports.put("exports/xero/a.csv", XERO + line.format(day="2024-05-01", amount="-10", n=1))
    exports.receive()
    exports.put("exports/xero/b.csv", XERO + line.format(day="2024-04-30", amount="-12", n=2))
    result = exports.run()
    assert result.verdicts["ledger_lines"].n_late_corrections == 1
    restated = pd.read_parquet(exports.home / "accepted" / "restated.parquet")
    found = restated[["entity", "period", "currency", "n_rows"]].values.tolist()
    assert found == [["ledger_lines", "2024-04-01", "EUR", 1], ["ledger_lines", "2024-05-01", "EUR", 1]]
    assert [str(value) for value in restated["amount_before"]] == ["0.00", "10.00"]
    assert [str(value) for value in restated["amount_after"]] == ["12.00", "0.00"]


def test_the_money_of_refused_rows_is_counted_by_period(exports: Any) -> None:
    rows = (
        "1,j1,2024-05-01,1,4000,Sales,REVENUE,-10.50,EUR,North,\n"
        "2,j1,2024-06-01,2,9999,Nothing,STRANGE,7,EUR,North,\n"
        "3,j1,2024-06-01,3,4000,Sales,REVENUE,ten,EUR,North,\n"
    )
    exports.put("exports/xero/a.csv", XERO + rows)
    result = exports.run()
    assert _periods(exports.home, "exports/xero/a.csv") == [
        ["2024-05-01", "EUR", "accepted", "1", "10.50", "0"],
        ["2024-06-01", "EUR", "quarantined", "2", "7.00", "1"],
    ]
    assert '"quarantined": "7.00"' in _line(result.ledger, "exports/xero/a.csv")["amounts"]


def test_bytes_that_came_before_hold_the_same_money_by_period(exports: Any) -> None:
    rows = (
        "1,j1,2024-05-01,1,4000,Sales,REVENUE,-10.50,EUR,North,\n"
        "2,j1,2024-06-01,2,4000,Sales,REVENUE,-2,USD,North,\n"
        "3,j1,2024-06-01,3,4000,Sales,REVENUE,ten,EUR,North,\n"
    )
    exports.put("exports/xero/a.csv", XERO + rows)
    exports.put("exports/xero/b.csv", XERO + rows)
    result = exports.run()
    assert _periods(exports.home, "exports/xero/b.csv") == [
        ["2024-05-01", "EUR", "duplicate", "1", "10.50", "0"],
        ["2024-06-01", "EUR", "duplicate", "1", "none", "1"],
        ["2024-06-01", "USD", "duplicate", "1", "2.00", "0"],
    ]
    amounts = json.loads(_line(result.ledger, "exports/xero/b.csv")["amounts"])
    assert (amounts["EUR"]["duplicate"], amounts["EUR"]["delivered"]) == ("10.50", "10.50")
    assert balance(result.ledger).empty


def test_what_a_refused_row_cannot_say_is_not_taken_from_it(exports: Any) -> None:
    rows = (
        "1,j1,1850-05-01,1,4000,Sales,REVENUE,-10.50,EUR,North,\n"
        "2,j1,2024-06-01,2,4000,Sales,REVENUE,-9999999999999,EUR,North,\n"
        "3,j1,2024-06-01,3,4000,Sales,REVENUE,-7,A. Person,North,\n"
    )
    exports.put("exports/xero/a.csv", XERO + rows)
    exports.run()
    periods = pd.read_parquet(exports.home / "accepted" / "ledger_periods.parquet")
    own = periods[periods["file"] == "exports/xero/a.csv"].fillna("none")
    assert own["source_system"].unique().tolist() == ["xero"]
    said = own[["period", "currency", "n_rows", "amount", "n_amount_unknown"]].astype(str).values.tolist()
    assert said == [
        ["2024-06-01", "EUR", "1", "none", "1"],
        ["2024-06-01", "none", "1", "none", "1"],
        ["none", "EUR", "1", "10.50", "0"],
    ]


@pytest.mark.parametrize("file", ["exports/zendesk/a.csv"])
def test_the_manifest_says_what_became_of_every_delivery(exports: Any, file: str) -> None:
    exports.tickets("a.csv", [{"id": "1"}, {"id": "2", "status": "gone"}])
    exports.run()
    entries = json.loads((exports.home / "accepted" / "manifest.json").read_text())
    entry = next(entry for entry in entries if entry["file"] == file)
    assert (entry["delivered"], entry["accepted"], entry["quarantined"]) == (2, 1, 1)
    assert entry["reasons"] == {"status:known_value": 1}
    assert {
        "delivery_id",
        "received_at",
        "profile",
        "profile_version",
        "encoding",
        "header_fingerprint",
    } <= set(entry)
