"""Text of days and times in declared forms -> ISO text. Zones and calendar days are times.py.

ISO, days that begin with the year, and days with the name of a month and four digits of year need no
declaration: each can be read in one way only. Two declared forms that read a text as two days refuse it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.column_map import ColumnMap, PreamblePeriod
from contracts.manner import DateOrder, Manner
from contracts.month_names import has_month_name, with_month_numbers

Mask = npt.NDArray[np.bool_]

_PLAIN = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.,]+ ?(Z|UTC|[-+][0-9:]+)?)?"
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9]).*", re.DOTALL)
_CLOCK = r"(?P<clock>,?[T\s].*)?"
_LOCAL = re.compile(rf"(?P<first>[0-9]{{1,2}})[-/.](?P<second>[0-9]{{1,2}})[-/.](?P<year>[0-9]{{4}}){_CLOCK}")
_YEAR_FIRST = re.compile(rf"(?P<year>[0-9]{{4}})[/.](?P<month>[0-9]{{1,2}})[/.](?P<day>[0-9]{{1,2}}){_CLOCK}")
_NAMED = re.compile(
    rf"(?:(?P<day>[0-9]{{1,2}})\.?[-/\s]+(?:de\s+)?(?P<name>[^\W\d_]+\.?),?[-/\s]+(?:de\s+)?"
    rf"|(?P<name2>[^\W\d_]+\.?)[-\s]+(?P<day2>[0-9]{{1,2}}),?[-\s]+)(?P<year>[0-9]{{4}}){_CLOCK}"
)
_TWELVE = re.compile(
    r"(.*[T\s])([0-9]{1,2})(:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?)\s*([AaPp])\.?[Mm]\.?(.*)", re.DOTALL
)
_MODIFIERS = frozenset({"start_of_day", "day_of_time"})
_EPOCHS = {"excel_serial": datetime(1899, 12, 30), "excel_serial_1904": datetime(1904, 1, 1)}
# Serials of five digits are the days from 1927 on; fewer digits are years and DDMM.
_SERIAL = re.compile(r"[0-9]{5}(?:[.,][0-9]+)?")
_SECONDS = re.compile(r"[0-9]{9,10}(?:\.[0-9]+)?")
_MILLIS = re.compile(r"(?:/Date\()?([0-9]{12,13})(?:[+-][0-9]{4})?(?:\)/)?")

Reader = Callable[[str], str | None]


def to_iso(clean: pd.Series, manner: Manner, form: ColumnMap) -> tuple[pd.Series, Mask]:
    """ISO text of what can be read; texts in no form stay. Masks those that are two different days.

    The clock behind a day is kept as it stands, with 12-hour clocks brought to 24 hours.
    """
    is_plain = clean.isna() | clean.str.fullmatch(_PLAIN).fillna(False)
    if is_plain.all():
        return clean, np.zeros(len(clean), dtype=bool)
    iso: dict[str, str] = {}
    ambiguous: set[str] = set()
    readers = list(_readers(manner, form))
    reads_local = _reads_local(form)
    for text in clean[~is_plain].unique():
        if _ISO.fullmatch(text):
            iso[text] = _twenty_four(text)
            continue
        read = [_twenty_four(one) for reader in readers if (one := reader(text)) is not None]
        n_moments = len({_moment(one) for one in read})
        if n_moments > 1 or (not read and reads_local and _is_either(text, manner)):
            ambiguous.add(text)
        elif read:
            iso[text] = read[0]
    read_as = clean.map(iso).astype("str")
    return read_as.where(read_as.notna(), clean), clean.isin(ambiguous).to_numpy(dtype=bool)


def proven_order(texts: Iterable[str]) -> DateOrder | None:
    """Order of day and month that days of a file prove; None where they prove none, or both."""
    proofs: set[DateOrder] = set()
    for text in texts:
        if (found := _LOCAL.fullmatch(str(text).strip())) is not None:
            first, second = int(found["first"]), int(found["second"])
            if 12 < first <= 31 and 1 <= second <= 12:
                proofs.add("dmy")
            elif 12 < second <= 31 and 1 <= first <= 12:
                proofs.add("mdy")
    return proofs.pop() if len(proofs) == 1 else None


def reads_order(form: ColumnMap) -> bool:
    """Whether days of a column are read in the order that is declared or proven."""
    return _reads_local(form)


def _reads_local(form: ColumnMap) -> bool:
    named = [name for name in form.reads if name not in _MODIFIERS]
    return "local" in named or not (named or form.format)


def _is_either(text: str, manner: Manner) -> bool:
    return manner.order is None and _LOCAL.fullmatch(text) is not None


def _readers(manner: Manner, form: ColumnMap) -> Iterator[Reader]:
    yield _year_first
    yield partial(named_day, language=manner.language)
    if _reads_local(form) and manner.order is not None:
        yield partial(_local, order=manner.order)
    for pattern in form.format:
        yield partial(_formatted, pattern=pattern, language=manner.language)
    if "yyyymmdd" in form.reads:
        yield _digits
    if "ddmm" in form.reads and form.period_in_preamble is not None:
        yield partial(_without_year, period=_period(manner, form.period_in_preamble))
    for name, start in _EPOCHS.items():
        if name in form.reads:
            yield partial(_serial, start=start)
    if "epoch_seconds" in form.reads:
        yield _seconds
    if "epoch_millis" in form.reads:
        yield _millis


def _local(text: str, order: DateOrder) -> str | None:
    if order == "ymd" or (found := _LOCAL.fullmatch(text)) is None:
        return None
    day, month = (found["first"], found["second"]) if order == "dmy" else (found["second"], found["first"])
    return _composed(found["year"], month, day, found["clock"])


def _year_first(text: str) -> str | None:
    found = _YEAR_FIRST.fullmatch(text)
    return _composed(found["year"], found["month"], found["day"], found["clock"]) if found else None


def named_day(text: str, language: str = "en") -> str | None:
    """ISO text of a day that names its month and has four digits of year, with its clock; None for others."""
    found = _NAMED.fullmatch(text)
    if found is None or not has_month_name(found["name"] or found["name2"], language):
        return None
    month = with_month_numbers(found["name"] or found["name2"], language)
    return _composed(found["year"], month, found["day"] or found["day2"], found["clock"])


def _formatted(text: str, pattern: str, language: str) -> str | None:
    numbered = re.sub("%[bB]", "%m", pattern)
    if numbered != pattern and not has_month_name(text, language):
        return None
    try:
        read = datetime.strptime(with_month_numbers(text, language), numbered)
    except ValueError:
        return None
    if not {"%H", "%I"} & set(re.findall("%[A-Za-z]", pattern)):
        return read.date().isoformat()
    return read.isoformat(sep=" ")


def _digits(text: str) -> str | None:
    if re.fullmatch(r"[0-9]{8}", text) is None:
        return None
    return _composed(text[:4], text[4:6], text[6:], None)


def _without_year(text: str, period: tuple[date, date] | None) -> str | None:
    if period is None or re.fullmatch(r"[0-9]{3,4}", text) is None:
        return None
    day, month = int(text.zfill(4)[:2]), int(text.zfill(4)[2:])
    first, last = period
    found = []
    for year in range(first.year, last.year + 1):
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    within = [one for one in found if first <= one <= last]
    return within[0].isoformat() if len(within) == 1 else None


def _period(manner: Manner, declared: PreamblePeriod) -> tuple[date, date] | None:
    ends = []
    for place in (declared.first, declared.last):
        said = manner.cell(declared.row, place) or ""
        try:
            ends.append(date.fromisoformat(_digits(said) or said))
        except ValueError:
            return None
    return (ends[0], ends[1]) if ends[0] <= ends[1] else None


def _serial(text: str, start: datetime) -> str | None:
    if _SERIAL.fullmatch(text) is None:
        return None
    days, _, part = text.replace(",", ".").partition(".")
    # Serials hold about ten digits of a day: a tenth of a millisecond. Rounded to the millisecond.
    millis = round(float(f"0.{part or 0}") * 86_400_000)
    return _spoken(start + timedelta(days=int(days), milliseconds=millis), is_day=not part)


def _seconds(text: str) -> str | None:
    if _SECONDS.fullmatch(text) is None:
        return None
    whole, _, part = text.partition(".")
    micros = int((part + "000000")[:6])
    return _spoken(datetime(1970, 1, 1) + timedelta(seconds=int(whole), microseconds=micros)) + "Z"


def _millis(text: str) -> str | None:
    found = _MILLIS.fullmatch(text)
    if found is None or text.startswith("/Date(") != text.endswith(")/"):
        return None
    return _spoken(datetime(1970, 1, 1) + timedelta(milliseconds=int(found[1]))) + "Z"


def _spoken(moment: datetime, *, is_day: bool = False) -> str:
    return moment.date().isoformat() if is_day else moment.isoformat(sep=" ")


def _composed(year: str, month: str, day: str, clock: str | None) -> str:
    said = (clock or "").lstrip(",T").strip()
    return f"{year}-{month.zfill(2)}-{day.zfill(2)}" + (f" {said}" if said else "")


def _moment(iso: str) -> datetime | str:
    """By which two readings of a text are one: 15:10 is 15:10:00."""
    try:
        return datetime.fromisoformat(re.sub(r"(?<=\s)([0-9]:)", r"0\1", iso))
    except ValueError:
        return iso


def _twenty_four(iso: str) -> str:
    found = _TWELVE.fullmatch(iso)
    if found is None or not 1 <= int(found[2]) <= 12:
        return iso
    hour = int(found[2]) % 12 + (12 if found[4] in "Pp" else 0)
    return f"{found[1]}{hour:02d}{found[3]}{found[5]}"
