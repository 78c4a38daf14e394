"""A value must come back as it was written, whoever wrote it; and no text may be read as two values."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.column_map import ColumnMap
from contracts.date_forms import proven_order, to_iso
from contracts.entities import ENTITIES
from contracts.manner import Manner
from contracts.month_names import with_month_numbers
from contracts.numbers import plain_numbers, proven_decimal
from contracts.values import Parsed, parse

FEW = settings(max_examples=40, deadline=None)
LEDGER, TICKETS = ENTITIES["ledger_lines"], ENTITIES["tickets"]
COMMA = ("nl", "de", "fr", "es", "it", "pt", "pl", "sv")
POINT = ("en", "en_GB", "en_US", "de_CH")
DAY_FIRST = ("nl", "de", "fr", "es", "en_GB")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")

amounts = st.decimals(-(10**9), 10**9, places=2)
days = st.dates(date(1990, 1, 1), date(2099, 12, 31))
moments = st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)).map(lambda t: t.replace(microsecond=0))


def grouped(number: Decimal, group: str, point: str, negative: str) -> str:
    said = f"{abs(number):,.2f}".replace(",", "\x00").replace(".", point).replace("\x00", group)
    if number >= 0:
        return said
    return {"lead": f"-{said}", "trail": f"{said}-", "bracket": f"({said})"}[negative]


def one(parsed: Parsed) -> Any:
    return parsed.values.iloc[0]


def amount(text: str, manner: Manner) -> Any:
    return one(parse(pd.Series([text], dtype="str"), LEDGER.column("amount"), LEDGER, manner))


def day(text: str, manner: Manner, form: ColumnMap | None = None) -> Any:
    column = LEDGER.column("posted_on")
    return one(parse(pd.Series([text], dtype="str"), column, LEDGER, manner, form or ColumnMap()))


def moment(text: str, manner: Manner, form: ColumnMap | None = None) -> Any:
    column = TICKETS.column("created_at")
    return one(parse(pd.Series([text], dtype="str"), column, TICKETS, manner, form or ColumnMap()))


@FEW
@given(amounts, st.sampled_from(["", ".", " ", "\u00a0", "\u202f", "'"]), st.sampled_from(COMMA), st.data())
def test_amounts_written_with_a_comma_come_back(
    number: Decimal, group: str, locale: str, data: st.DataObject
) -> None:
    negative = data.draw(st.sampled_from(["lead", "trail", "bracket"]))
    assert amount(grouped(number, group, ",", negative), Manner(locale)) == number


@FEW
@given(amounts, st.sampled_from(["", ",", " ", "'", "\u2019"]), st.sampled_from(POINT), st.data())
def test_amounts_written_with_a_point_come_back(
    number: Decimal, group: str, locale: str, data: st.DataObject
) -> None:
    negative = data.draw(st.sampled_from(["lead", "trail", "bracket"]))
    assert amount(grouped(number, group, ".", negative), Manner(locale)) == number


@FEW
@given(st.text("0123456789.,- '()", min_size=1, max_size=12))
def test_a_number_without_a_locale_has_one_value_or_none(text: str) -> None:
    """Where both locales read it differently it is refused, and never one of the two."""
    texts = pd.Series([text.strip()], dtype="str")
    point, comma, open_ = (plain_numbers(texts, sign)[0].iloc[0] for sign in (".", ",", None))
    said = {value for value in (point, comma) if not pd.isna(value)}
    if len(said) == 1:
        assert open_ == said.pop()
    else:
        assert pd.isna(open_)


@FEW
@given(st.lists(amounts, min_size=1, max_size=5), st.sampled_from([".", ","]))
def test_a_proven_decimal_sign_is_the_one_that_was_used(numbers: list[Decimal], point: str) -> None:
    group = "," if point == "." else "."
    proof = proven_decimal([grouped(number, group, point, "lead") for number in numbers])
    assert proof in (point, None)


@FEW
@given(days, st.sampled_from(DAY_FIRST), st.sampled_from(["-", "/", "."]), st.booleans())
def test_days_come_back(when: date, locale: str, separator: str, is_padded: bool) -> None:
    parts = (f"{when.day:02d}", f"{when.month:02d}") if is_padded else (str(when.day), str(when.month))
    text = separator.join((*parts, str(when.year)))
    assert day(text, Manner(locale)) == pd.Timestamp(when)
    turned = separator.join((parts[1], parts[0], str(when.year)))
    assert day(turned, Manner("en_US")) == pd.Timestamp(when)
    assert pd.isna(day(text, Manner("en"))), "two days until somebody says which"


@FEW
@given(st.lists(days, min_size=1, max_size=6), st.sampled_from(["dmy", "mdy"]))
def test_a_proven_order_is_the_one_that_was_used(dates: list[date], order: str) -> None:
    form = "%d/%m/%Y" if order == "dmy" else "%m/%d/%Y"
    proof = proven_order([when.strftime(form) for when in dates])
    assert proof in (order, None)
    assert (proof is None) == all(when.day <= 12 for when in dates)


@FEW
@given(days, st.sampled_from(["yyyymmdd", "excel_serial", "excel_serial_1904"]))
def test_days_in_digits_come_back(when: date, reads: str) -> None:
    start = {"excel_serial": date(1899, 12, 30), "excel_serial_1904": date(1904, 1, 1)}
    text = when.strftime("%Y%m%d") if reads == "yyyymmdd" else str((when - start[reads]).days)
    assert day(text, Manner("nl"), ColumnMap(reads=(reads,))) == pd.Timestamp(when)


@FEW
@given(moments, st.sampled_from(["epoch_seconds", "epoch_millis", "iso", "iso_offset", "twelve"]))
def test_moments_come_back(when: datetime, form: str) -> None:
    seconds = int((when - datetime(1970, 1, 1)).total_seconds())
    text = {
        "epoch_seconds": str(seconds),
        "epoch_millis": f"{seconds}000",
        "iso": when.isoformat(sep=" "),
        "iso_offset": (when + timedelta(hours=5, minutes=30)).isoformat() + "+0530",
        "twelve": when.strftime("%m/%d/%Y %I:%M:%S %p"),
    }[form]
    reads = ColumnMap(reads=(form,) if form.startswith("epoch") else ())
    assert moment(text, Manner("en_US"), reads) == pd.Timestamp(when)


@FEW
@given(moments)
def test_a_local_time_is_its_utc_time_or_refused(when: datetime) -> None:
    """A time that the clock skips or shows twice is not guessed."""
    read = moment(when.isoformat(sep=" "), Manner("nl", "Europe/Amsterdam"))
    first, second = (when.replace(tzinfo=AMSTERDAM, fold=fold).utcoffset() for fold in (0, 1))
    if first == second and first is not None:
        assert read == pd.Timestamp(when - first)
    else:
        assert pd.isna(read)


@FEW
@given(days, st.sampled_from(["en", "nl", "de", "fr", "es", "it", "pt", "sv"]))
def test_names_of_months_are_numbers(when: date, language: str) -> None:
    names = {"en": "May", "nl": "mei", "de": "Mai", "fr": "mai", "es": "mayo", "it": "maggio", "pt": "maio"}
    name = names.get(language, "maj")
    assert with_month_numbers(f"{when.day} {name} {when.year}", language) == f"{when.day} 05 {when.year}"


@FEW
@given(st.text("0123456789/.-: TZAPMapm+", max_size=22), st.sampled_from(["nl", "en", "en_US"]))
def test_any_text_is_one_day_or_none_and_never_a_crash(text: str, locale: str) -> None:
    forms = ColumnMap(reads=("local", "yyyymmdd", "excel_serial", "epoch_seconds"), format=("%d.%m.%y",))
    texts = pd.Series([text, None], dtype="str")
    for form in (ColumnMap(), forms):
        iso, ambiguous = to_iso(texts, Manner(locale), form)
        assert len(iso) == len(ambiguous) == 2
        parsed = parse(texts, LEDGER.column("posted_on"), LEDGER, Manner(locale), form)
        refused = [bool(mask[0]) for mask in parsed.failures.values()]
        is_blank = not text.strip() or text.strip().lower() in ("-", "..")
        assert sum(refused) + int(parsed.values.notna().iloc[0]) == int(not is_blank)
