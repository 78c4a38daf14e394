"""A number of the wrong sign or a thousand times too large is believed: forms are declared or proven."""

from __future__ import annotations

from typing import Any

import pytest
from one_column import read

from contracts.manner import Manner
from contracts.numbers import proven_decimal

AMOUNT, MINUTES, SHARE = (
    "marketing_spend.amount",
    "tickets.resolution_minutes",
    "opportunities.probability_share",
)
NO, NO_MINUTES, NO_SHARE = "amount:number", "resolution_minutes:number", "probability_share:number"
UNDECLARED = Manner(None, currency="EUR")
EUR = {"currency": {"default_setting": "default_currency"}}


@pytest.mark.parametrize(
    ("locale", "text", "value"),
    [
        ("en", "1,234.56", "1234.56"),
        ("nl", "1.234,56", "1234.56"),
        ("nl", "1.234", "1234.00"),
        ("en", "1,234", "1234.00"),
        ("fr", "26\u202f996,50", "26996.50"),
        ("nl", "26\u00a0996", "26996.00"),
        ("de_CH", "1'234.50", "1234.50"),
        ("de_CH", "1’234.50", "1234.50"),
        ("en", "(1,234.00)", "-1234.00"),
        ("en", "100.20-", "-100.20"),
        ("en", "\u2212100.20", "-100.20"),
        ("en", "+5", "5.00"),
        ("en", "1.5E+04", "15000.00"),
        ("en", "-12.50", "-12.50"),
        ("en", "1.234,56", NO),
        ("nl", "1,234.56", NO),
        ("en", "12,34", NO),
        ("en", "0,123", NO),
        ("en", "1,23,456", NO),
        ("en", "(-5)", NO),
        ("en", "-5-", NO),
        ("en", "5 000 0", NO),
        ("en", "£5", NO),
        ("en", "45%", NO),
        ("en", "100.20 CR", NO),
        ("en", "=15000.00", NO),
    ],
)
def test_numbers_are_read_in_the_declared_locale_and_no_other(locale: str, text: str, value: str) -> None:
    assert read(AMOUNT, {}, [text], Manner(locale)) == [value]


def test_cells_landed_as_numbers_keep_their_sign_whatever_is_declared_since() -> None:
    """1.234 of a workbook would become 1234 on the day somebody declares a Dutch locale."""
    assert read(AMOUNT, {}, ["1.234"], Manner("nl", decimal=".")) == ["1.23"]


def test_without_a_locale_the_file_proves_its_decimal_sign() -> None:
    assert read(AMOUNT, {}, ["1.234", "5,50"], UNDECLARED) == ["1234.00", "5.50"]
    assert read(AMOUNT, {}, ["1.234", "5.5"], UNDECLARED) == ["1.23", "5.50"]
    assert proven_decimal(["1.234", "1.234.567"]) == ","
    assert proven_decimal(["1.234", "12", "-7"]) is None


@pytest.mark.parametrize(
    ("texts", "outcomes"),
    [
        (["1,000.00", "12,34", "12,345", "5.50"], ["1000.00", NO, "12345.00", "5.50"]),
        (["1,234,567", "12,34"], ["1234567.00", NO]),
        (["1.000,00", "12.34", "-5,50"], ["1000.00", NO, "-5.50"]),
        (["1,000.00", "1.000,00", "1,234"], ["1000.00", "1000.00", NO]),
    ],
)
def test_where_thousands_are_grouped_the_group_sign_is_no_decimal_sign(
    texts: list[str], outcomes: list[str]
) -> None:
    assert read(AMOUNT, {}, texts, UNDECLARED) == outcomes


def test_a_number_that_may_be_two_is_refused() -> None:
    assert read(AMOUNT, {}, ["1.234", "12"], UNDECLARED) == [NO, "12.00"]
    assert read(AMOUNT, {}, ["1,234", "5,50", "5.50"], UNDECLARED) == [NO, "5.50", "5.50"]
    assert read(AMOUNT, {}, ["1 234", "1.234,50"], UNDECLARED) == ["1234.00", "1234.50"]


@pytest.mark.parametrize("text", ["<5", "<=5", "≤ 5", "*", "**"])
def test_hidden_small_numbers_are_not_taken_for_numbers(text: str) -> None:
    assert read(AMOUNT, {}, [text]) == ["amount:suppressed"]
    assert read("accounts.employees", {}, [text]) == ["employees:suppressed"]


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        ("minutes", "90.5", "90.50"),
        ("seconds", "90", "1.50"),
        ("seconds", "100", "1.67"),
        ("hours", "1.25", "75.00"),
        ("hms", "26:30:30", "1590.50"),
        ("hm", "26:30", "1590.00"),
        ("hm", "-0:45", "-45.00"),
        ("hms", "26:30", NO_MINUTES),
        ("hms", "90", NO_MINUTES),
        ("hm", "26:75", NO_MINUTES),
        ("minutes", "1:30", NO_MINUTES),
    ],
)
def test_durations_become_minutes_in_the_declared_form(form: str, text: str, value: str) -> None:
    assert read(MINUTES, {"duration": form}, [text]) == [value]


def test_durations_with_decimal_commas() -> None:
    assert read(MINUTES, {"duration": "hours"}, ["1,25"], Manner("nl")) == ["75.00"]


@pytest.mark.parametrize(
    ("percent", "outcomes"),
    [(True, [0.45, 0.45, 0.005]), ("sign", [0.45, 45.0, 0.5]), (False, [NO_SHARE, 45.0, 0.5])],
)
def test_percentages_are_what_is_declared(percent: Any, outcomes: list[Any]) -> None:
    assert read(SHARE, {"percent": percent}, ["45%", "45", "0.5"]) == outcomes
    assert read(SHARE, {"percent": percent}, ["45 %%"]) == [NO_SHARE]


def test_micros_and_cents_are_divided_exactly() -> None:
    assert read(AMOUNT, {"divide_by": 1_000_000}, ["231330000", "1234567", "1"]) == ["231.33", "1.23", "0.00"]
    assert read(AMOUNT, {"divide_by": 100}, ["123456789012345"]) == ["1234567890123.45"]
    assert read(AMOUNT, {}, ["1.234567"]) == ["amount:decimals"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("€ 12.50", "12.50"),
        ("12.50€", "12.50"),
        ("-€45.00", "-45.00"),
        ("€-45.00", "-45.00"),
        ("(€45.00)", "-45.00"),
        ("EUR 1,234.00", "1234.00"),
        ("12.50 eur", "12.50"),
        ("12.50", "12.50"),
        ("£12.50", "amount:currency_symbol"),
        ("USD 12.50", "amount:currency_symbol"),
        ("€ 12.50 €", NO),
        ("€", NO),
        ("¤ 12.50", NO),
    ],
)
def test_symbols_must_agree_with_the_currency_of_the_row(text: str, value: str) -> None:
    assert read(AMOUNT, {"strip_symbols": True}, [text], beside=EUR) == [value]


def test_the_currency_of_the_row_counts_not_that_of_the_settings() -> None:
    rows = [{"a": "$ 5", "b": "CAD"}, {"a": "$ 5", "b": "SEK"}]
    beside = {"currency": {"from": "b"}}
    outcome = read(AMOUNT, {"strip_symbols": True}, rows, beside=beside)
    assert outcome == ["5.00", "amount:currency_symbol"]


def test_words_behind_an_amount_mean_what_is_declared() -> None:
    form = {"sign_suffix": {"negative": ["CR", "H"], "positive": ["DR", "S"]}}
    texts = ["100.20 CR", "100.20cr", "100.20 DR", "100.20", "5 H", "-5 CR", "100.20 XX"]
    assert read(AMOUNT, form, texts) == ["-100.20", "-100.20", "100.20", "100.20", "-5.00", NO, NO]


def test_the_sign_comes_from_the_column_that_is_declared() -> None:
    form = {"sign_from": {"from": "b", "negative": ["H", "Credit"], "positive": ["S", "Debit"]}}
    rows = [
        {"a": "5", "b": "H"},
        {"a": "5", "b": "debit"},
        {"a": "-5", "b": "Credit"},
        {"a": "5", "b": "X"},
        {"a": "5", "b": ""},
        {"a": "", "b": "", "id": "kept"},
    ]
    assert read(AMOUNT, form, rows[:5]) == ["-5.00", "5.00", "5.00", "amount:sign", "amount:sign"]
    assert read("opportunities.amount", form, rows[5:], signature={"required": ["a", "b", "id"]}) == [None]


def test_debit_and_credit_are_one_amount() -> None:
    form = {"minus": "b"}
    rows = [{"a": "5", "b": ""}, {"a": "", "b": "7.25"}, {"a": "5", "b": "2"}, {"a": "5", "b": "x"}]
    assert read(AMOUNT, form, rows) == ["5.00", "-7.25", "3.00", NO]
    nothing = read(AMOUNT, form, [{"a": "", "b": "", "id": "x"}], signature={"required": ["a", "b", "id"]})
    assert nothing == [None], "nothing on either side is no zero"
