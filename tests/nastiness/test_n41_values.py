"""If these fail, an amount, a flag or a word becomes another (exports.md N41 to N58)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.contracts.one_column import read

if TYPE_CHECKING:
    from conftest import Drop, Outcome

FILE = "exports/salesforce/opportunities.csv"
NAMES = (
    "id", "account_id", "amount", "close_date", "created_date", "is_closed", "is_deleted", "is_won",
    "probability", "stage_name", "type", "lead_source", "currency_iso_code",
)  # fmt: skip


def deal(number: int, **cells: str) -> list[str]:
    row = {
        "id": f"006{number:015d}", "account_id": "001000000000000001", "amount": "10",
        "close_date": "2024-05-01", "created_date": "2024-01-01T00:00:00Z",
        "is_closed": "true", "is_deleted": "false", "is_won": "true",
        "probability": "100", "stage_name": "Won", "type": "New", "lead_source": "Web",
        "currency_iso_code": "EUR", **cells,
    }  # fmt: skip
    return [row[name] for name in NAMES]


def take(drop: Drop, *deals: list[str]) -> Outcome:
    lines = [NAMES, *deals]
    return drop.take("".join(",".join(f'"{cell}"' for cell in line) + "\n" for line in lines), FILE)


def amounts(drop: Drop, *texts: str) -> list[Decimal]:
    frame = take(drop, *(deal(n, amount=text) for n, text in enumerate(texts))).entity("opportunities")
    return list(frame.sort_values("opportunity_key")["amount"])


def test_n41_a_decimal_comma_is_declared(drop: Drop) -> None:
    drop.declare(system="salesforce", locale="de")
    assert amounts(drop, "1234,56", "1.234,56", "1.234") == [
        Decimal("1234.56"),
        Decimal("1234.56"),
        Decimal("1234.00"),
    ]


def test_n41_undeclared_it_is_refused(drop: Drop) -> None:
    outcome = take(drop, deal(1, amount="1234,56"), deal(2))
    assert list(outcome.reasons()) == [2]
    assert outcome.line(FILE)["accepted"] == 1


def test_n42_n43_thousands_on_some_rows_only(drop: Drop) -> None:
    assert amounts(drop, "184,904.05", "301300", " 26,996 ", "1\u00a0234.50") == [
        Decimal("184904.05"), Decimal("301300.00"), Decimal("26996.00"), Decimal("1234.50")
    ]  # fmt: skip


def test_n42_groups_of_another_length_are_refused(drop: Drop) -> None:
    outcome = take(drop, deal(1, amount="12,34"), deal(2, amount="1,2345.6"), deal(3))
    assert list(outcome.reasons()) == [2, 3]


REPORT = (
    "Opportunity ID,Account ID,Created Date,Close Date,Closed,Won,Amount,Amount Currency\n"
    '0065500000Abc01,0015500000Xyy06,2024-04-01,2024-05-31,1,1,"£68,486.66",GBP\n'
    '0065500000Abc02,0015500000Xyy06,2024-04-01,2024-05-31,1,1,"-£45,550.00",GBP\n'
    "0065500000Abc03,0015500000Xyy06,2024-04-01,2024-05-31,1,1,£1.00,EUR\n"
)


def test_n44_a_symbol_agrees_with_the_currency_or_is_refused(drop: Drop) -> None:
    outcome = drop.take(REPORT, FILE)
    amounts_read = sorted(str(amount) for amount in outcome.entity("opportunities")["amount"])
    assert amounts_read == ["-45550.00", "68486.66"]
    assert outcome.reasons() == {4: "amount:currency_symbol"}


def test_n44_a_symbol_that_nobody_declared_is_refused(drop: Drop) -> None:
    outcome = take(drop, deal(1, amount="£68,486.66", currency_iso_code="GBP"), deal(2))
    assert outcome.reasons() == {2: "amount:number"}


def test_n45_amounts_keep_the_currency_of_their_row(drop: Drop) -> None:
    outcome = take(drop, deal(1, currency_iso_code="USD"), deal(2, currency_iso_code="GBP"), deal(3))
    assert sorted(outcome.entity("opportunities")["currency"]) == ["EUR", "GBP", "USD"]


def test_n46_micros_are_a_millionth_of_the_currency(drop: Drop) -> None:
    header = (
        "customer_id,date,ad_group_id,ad_network_type,device,ad_id,campaign_id,currency_code,clicks,"
        "cost_micros,impressions\n"
    )
    rows = "".join(
        f"2121450128,2024-05-{day},11,SEARCH,MOBILE,514,100,EUR,3,{micros},90\n"
        for day, micros in ((18, "1230000"), (19, "999995000"), (20, "1.23"))
    )
    outcome = drop.take(header + rows, "exports/google/ads.csv")
    spent = sorted(outcome.entity("marketing_spend")["amount"])
    assert [str(amount) for amount in spent] == ["0.00", "1.23", "1000.00"]


@pytest.mark.parametrize("text", ["(1,234.00)", "1234-", "-1234", "-1,234.00"])
def test_n48_every_spelling_of_a_negative_is_negative(drop: Drop, text: str) -> None:
    assert amounts(drop, text) == [Decimal("-1234.00")]


def test_n48_two_signs_are_none(drop: Drop) -> None:
    assert list(take(drop, deal(1, amount="(-5)"), deal(2, amount="-5-"), deal(3)).reasons()) == [2, 3]


@pytest.mark.parametrize("word", ["", "N/A", "-", "Nil", "..", "#N/A", "null", "None"])
def test_n49_null_words_are_no_amount(drop: Drop, word: str) -> None:
    frame = take(drop, deal(1, amount=word)).entity("opportunities")
    assert frame["amount"].isna().all()
    assert len(frame) == 1


def test_n49_na_in_a_text_is_namibia(drop: Drop) -> None:
    assert list(take(drop, deal(1, lead_source="NA")).entity("opportunities")["lead_source"]) == ["NA"]


def test_n50_an_open_end_is_no_date(drop: Drop) -> None:
    header = (
        "id,hire_date,termination_date,termination_involuntary,primary_termination_category,hire_rescinded\n"
    )
    rows = "w1,2020-01-01,9999-12-31,,,false\nw2,2020-01-01,0000-00-00,,,false\n"
    spells = drop.take(header + rows, "exports/workday/workers.csv").entity("employment_spells")
    assert spells["ended_on"].isna().all()
    assert spells["end_reason"].isna().all()


@pytest.mark.parametrize("text", ["<=5", "*", "< 10"])
def test_n51_suppressed_numbers_are_refused_and_not_zero(drop: Drop, text: str) -> None:
    outcome = take(drop, deal(1, amount=text), deal(2))
    assert list(outcome.reasons()) == [2]


def test_n52_a_chance_above_one_hundred_is_refused(drop: Drop) -> None:
    assert take(drop, deal(1, probability="1000"), deal(2)).reasons() == {2: "probability_share:in_range"}


def test_n54_leading_zeros_of_a_code_stay(drop: Drop) -> None:
    header = "journal_line_id,journal_id,journal_date,account_code,account_name,account_type,net_amount\n"
    outcome = drop.take(header + "1,j1,2024-01-01,0400,Sales,REVENUE,-5.00\n", "exports/xero/journals.csv")
    assert list(outcome.entity("ledger_lines")["account_code"]) == ["0400"]


def test_n55_a_key_in_scientific_notation_is_refused(drop: Drop) -> None:
    outcome = drop.take(drop.text_of([drop.ticket(1, id="1.23457E+15"), drop.ticket(2)]))
    assert list(outcome.entity("tickets")["ticket_key"]) == ["2"]
    assert list(outcome.reasons()) == [2]


def test_n56_yes_and_no_in_every_spelling(drop: Drop) -> None:
    for number, (yes, no) in enumerate(
        [("true", "FALSE"), ("T", "F"), ("Yes", "No"), ("1", "0"), ("Ja", "Nein"), ("Sí", "No")]
    ):
        drop.put(
            f"exports/salesforce/{number}.csv",
            "".join(
                ",".join(row) + "\n"
                for row in (NAMES, deal(number, is_closed=yes, is_won=yes, is_deleted=no))
            ),
        )
    frame = drop.run().entity("opportunities")
    assert set(frame["status"]) == {"won"}
    assert not frame["is_deleted"].any()
    assert len(frame) == 6


def test_n56_a_word_that_is_neither_is_refused(drop: Drop) -> None:
    assert "is_won:boolean" in take(drop, deal(1, is_won="perhaps"), deal(2)).reasons()[2]


def test_n57_a_known_slip_is_mapped_and_an_unknown_one_refused(drop: Drop) -> None:
    outcome = drop.take(
        drop.text_of([drop.ticket(1, status="on-hold"), drop.ticket(2, status="slved"), drop.ticket(3)])
    )
    assert list(outcome.entity("tickets")["status"]) == ["hold", "solved"]
    assert outcome.reasons() == {3: "status:known_value"}


def test_n58_a_formula_is_text_and_a_negative_stays(drop: Drop) -> None:
    outcome = take(drop, deal(1, amount="-12.50", lead_source="=1+1"))
    frame = outcome.entity("opportunities")
    assert list(frame["amount"]) == [Decimal("-12.50")]
    assert list(frame["lead_source"]) == ["=1+1"]


def test_n58_a_formula_in_an_amount_is_refused(drop: Drop) -> None:
    assert list(take(drop, deal(1, amount="=15000.00"), deal(2)).reasons()) == [2]


def test_n70_equal_rows_without_a_key_are_all_kept(drop: Drop) -> None:
    header = "journal_line_id,journal_id,journal_date,account_code,account_name,account_type,net_amount\n"
    line = "{},j1,2024-01-01,4000,Sales,REVENUE,-1495.00\n"
    outcome = drop.take(header + "".join(line.format(n) for n in (1, 2, 3)), "exports/xero/journals.csv")
    assert outcome.entity("ledger_lines")["amount"].sum() == Decimal("4485.00")


def test_n72_what_is_personal_reaches_no_folder_but_the_drop_zone(drop: Drop) -> None:
    marker = "Quirina Vandersmissen"
    rows = [
        drop.ticket(1, subject=marker, recipient=marker),
        drop.ticket(2, status="slved", description=marker),
    ]
    outcome = drop.take(drop.text_of(rows))
    assert list(outcome.reasons()) == [3]
    for path in outcome.home.rglob("*"):
        if path.is_file() and "exports" not in path.parts:
            assert marker.encode() not in path.read_bytes(), path


def test_n55_what_a_spreadsheet_made_of_a_range_is_no_number() -> None:
    assert read("accounts.employees", {}, ["10-49", "Oct-49", "1.2", "12"]) == [
        "employees:integer",
        "employees:integer",
        "employees:integer",
        12,
    ]
