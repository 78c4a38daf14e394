"""If these fail, a day becomes another day or an hour another hour (exports.md N59 to N64)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

if TYPE_CHECKING:
    from conftest import Drop, Outcome

FILE = "exports/salesforce/opportunities.csv"
HEADER = (
    "id,account_id,amount,close_date,created_date,is_closed,is_deleted,is_won,probability,"
    "stage_name,type,lead_source\n"
)


def opportunities(*days: str) -> str:
    rows = [
        f"006{n:015d},001{n:015d},10.00,{day},2024-01-01T00:00:00Z,true,false,true,100,Closed Won,New,Web\n"
        for n, day in enumerate(days)
    ]
    return HEADER + "".join(rows)


def days_of(outcome: Outcome) -> list[str]:
    frame = outcome.entity("opportunities")
    return [str(pd.Timestamp(day).date()) for day in frame.sort_values("opportunity_key")["closed_on"]]


def created(drop: Drop, *texts: str) -> list[str]:
    rows = [drop.ticket(n, created_at=text, updated_at="") for n, text in enumerate(texts)]
    frame = drop.take(drop.text_of(rows)).entity("tickets").sort_values("ticket_key")
    return [str(moment) for moment in frame["created_at"]]


def test_n59_the_order_of_day_and_month_is_declared(drop: Drop) -> None:
    drop.declare(system="salesforce", locale="en_US")
    assert days_of(drop.take(opportunities("03/09/2024", "04/10/2024"), FILE)) == ["2024-03-09", "2024-04-10"]


def test_n59_or_proven_by_the_file(drop: Drop) -> None:
    outcome = drop.take(opportunities("03/09/2024", "25/09/2024"), FILE)
    assert days_of(outcome) == ["2024-09-03", "2024-09-25"]
    assert outcome.held.empty


def test_n59_or_refused_and_never_guessed(drop: Drop) -> None:
    outcome = drop.take(opportunities("03/09/2024", "04/09/2024", "2024-09-05"), FILE)
    assert days_of(outcome) == ["2024-09-05"]
    assert set(outcome.reasons().values()) == {"closed_on:ambiguous_date"}


def test_n59_two_orders_in_one_file_prove_nothing(drop: Drop) -> None:
    outcome = drop.take(opportunities("25/09/2024", "09/25/2024", "2024-09-05"), FILE)
    assert days_of(outcome) == ["2024-09-05"]


DATEV = (
    '"EXTF";700;21;"Buchungsstapel";9;20240306102500000;;"XY";"Kanzlei";"";1001;456;20240101;4;{first};{last};'
    '"";"";1;;0;"EUR"\r\n'
    "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;Konto;Gegenkonto (ohne BU-Schlüssel);Belegdatum;"
    "Belegfeld 1;KOST1 - Kostenstelle\r\n"
)


def test_n60_a_day_without_year_takes_it_from_the_period_above_the_header(drop: Drop) -> None:
    drop.declare(system="datev", account_classes={"1000-1999": "balance_sheet", "8000-8999": "revenue"})
    days = ("2912", "0201", "3006", "3102")
    lines = "".join(f'50,00;"S";1200;8400;{day};"R{day}";VT\r\n' for day in days)
    content = DATEV.format(first="20231201", last="20240131") + lines
    outcome = drop.take(content.encode("cp1252"), "exports/datev/extf.csv")
    lines_read = outcome.entity("ledger_lines")
    assert sorted(str(day)[:10] for day in lines_read["posted_on"]) == ["2023-12-29", "2024-01-02"]
    # Outside the period, and a day that no month has.
    assert outcome.reasons() == {5: "posted_on:date", 6: "posted_on:date"}


def test_n61_a_malformed_date_refuses_its_row_alone(drop: Drop) -> None:
    drop.declare(system="salesforce", locale="en_US")
    outcome = drop.take(opportunities("08//01/2019", "08/01/2019"), FILE)
    assert days_of(outcome) == ["2019-08-01"]
    assert outcome.reasons() == {2: "closed_on:date"}


def test_n61_a_serial_number_is_no_date_unless_declared(drop: Drop) -> None:
    outcome = drop.take(opportunities("42167", "2024-09-05"), FILE)
    assert days_of(outcome) == ["2024-09-05"]
    assert outcome.reasons() == {2: "closed_on:date"}


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01T08:00:00.000+0000",
        "2024-05-01T08:00:00Z",
        "2024-05-01 08:00:00 UTC",
        "2024-05-01T10:00:00+02:00",
    ],
)
def test_n62_every_spelling_of_an_offset_is_one_moment(drop: Drop, text: str) -> None:
    assert created(drop, text) == ["2024-05-01 08:00:00"]


def test_n62_the_zone_is_declared_and_the_lost_hour_refused(drop: Drop) -> None:
    drop.declare(zone="Europe/Amsterdam")
    rows = [
        drop.ticket(1, created_at="2024-07-01 10:00:00", updated_at=""),
        drop.ticket(2, created_at="2024-03-31 02:30:00", updated_at=""),
        drop.ticket(3, created_at="2024-10-27 02:30:00", updated_at=""),
    ]
    outcome = drop.take(drop.text_of(rows))
    assert [str(t) for t in outcome.entity("tickets")["created_at"]] == ["2024-07-01 08:00:00"]
    assert outcome.reasons() == {3: "created_at:nonexistent_time", 4: "created_at:ambiguous_time"}


def test_n63_a_negative_duration_is_refused(drop: Drop) -> None:
    outcome = drop.take(drop.text_of([drop.ticket(1, reply_time_in_minutes_calendar="-5"), drop.ticket(2)]))
    assert outcome.reasons() == {2: "first_response_minutes:in_range"}


def test_n63_closed_before_created_is_refused(drop: Drop) -> None:
    rows = [drop.ticket(1, solved_at="2024-04-01T08:00:00Z"), drop.ticket(2)]
    assert list(drop.take(drop.text_of(rows)).reasons()) == [2]
