"""How the texts of a mapped column seem to be read, for drafts: days, units, shares and money. No names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from orchestration.ingest.tell.column_looks import ColumnLook
from orchestration.ingest.tell.header_names import DURATIONS, PARTS, words

if TYPE_CHECKING:
    from contracts.contract import Column

WHOSE_CURRENCY: Final = "currency of the source in maturity.yaml, else the reporting one"
_PERCENT: Final = re.compile(r"(?i)%|percent|procent|prozent|pourcent|porcent|\bpct\b")
_CURRENCY_SYMBOL: Final = re.compile(r"[€$£¥]|\b[A-Z]{3}\b")
_SHORT_YEAR: Final = re.compile(
    r"\d{1,2}(?P<sign>[/.-])\d{1,2}(?P=sign)\d{2}"
    r"(?:(?P<blank> )\d{1,2}:\d\d(?P<seconds>:\d\d)?(?P<half> ?[AaPp][Mm])?)?"
)
_KINDS_OF_DAYS: Final = ("date", "timestamp")


def reading(column: Column, look: ColumnLook) -> tuple[dict[str, Any], list[str]]:
    """How the texts of a column are read, and what a person has to look at in that."""
    if column.kind in _KINDS_OF_DAYS:
        return _day(column, look), []
    if column.kind == "minutes":
        return _duration(look)
    if column.kind == "money" and (parts := _parts(look.name)) is not None:
        return {"divide_by": parts}, ["as the name says"]
    if column.kind == "money" and any(_CURRENCY_SYMBOL.search(text) for text in look.texts):
        return {"strip_symbols": True}, []
    if column.name == "currency" and look.n_filled < look.n_rows:
        return {"default_setting": "default_currency"}, [f"where it is empty, {WHOSE_CURRENCY}"]
    if column.kind == "share":
        return _share(column, look)
    return {}, []


def _parts(name: str) -> int | None:
    """Of how many parts a unit of the currency is, where a name says so: `amount_cents`, `Cost (micros)`."""
    return next(
        (parts for word in words(name).split() for parts, said in PARTS.items() if word in said), None
    )


def _share(column: Column, look: ColumnLook) -> tuple[dict[str, Any], list[str]]:
    wholes = (int(found[0]) for text in look.texts if (found := re.match(r"\d+", text)))
    is_large = max(wholes, default=0) > float(column.bounds[1] or 1)
    is_named = _PERCENT.search(look.name) is not None
    has_sign = any("%" in text for text in look.texts)
    if is_named or (is_large and not has_sign):
        return {"percent": True}, [] if is_named and is_large else ["45 is 0.45, and 1 is 0.01"]
    return ({"percent": "sign"} if has_sign else {}), []


def _duration(look: ColumnLook) -> tuple[dict[str, Any], list[str]]:
    if look.kind == "time":
        form = "hms" if look.example.count(":") == 2 else "hm"
        return {"duration": form}, [] if form == "hms" else ["hours and minutes"]
    said = set(words(look.name).split())
    unit = next((unit for unit, known in DURATIONS.items() if known & said), None)
    if unit is None:
        return {}, ["minutes, as the name says no unit; else say duration"]
    return {"duration": unit} if unit != "minutes" else {}, []


def _day(column: Column, look: ColumnLook) -> dict[str, Any]:
    """How a day or time is read, from its digits: YYYYMMDD, seconds since 1970, or sheet serials."""
    example = look.example
    if look.kind == "integer":
        forms = {8: "yyyymmdd", 10: "epoch_seconds", 13: "epoch_millis", 5: "excel_serial"}
        return {"reads": forms[len(example)]} if len(example) in forms else {}
    form = _short_year(look)
    said: dict[str, Any] = {"format": form} if form else {}
    local = [] if form else ["local"]
    if column.kind == "timestamp" and look.kind == "date":
        return said | {"reads": [*local, "start_of_day"]}
    if column.kind == "date" and look.kind == "time":
        return said | {"reads": [*local, "day_of_time"]}
    return said


def _short_year(look: ColumnLook) -> str:
    """Pattern of days whose year has two digits, which are read only so; empty where that is not proven."""
    found = _SHORT_YEAR.fullmatch(look.example)
    if found is None or look.order not in ("dmy", "mdy"):
        return ""
    day = found["sign"].join(("%d", "%m", "%y") if look.order == "dmy" else ("%m", "%d", "%y"))
    if not found["blank"]:
        return day
    half = found["half"]
    clock = ("%I:%M" if half else "%H:%M") + (":%S" if found["seconds"] else "")
    return f"{day} {clock}{half[:-2] + '%p' if half else ''}"
