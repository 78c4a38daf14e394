"""Typed cells of workbooks, JSON and SPSS as the text a CSV in the declared locale would hold. No parsing."""

import datetime as dt
import json
from typing import Any, Final

# Above this neighbouring whole numbers are one and the same float.
_EXACT: Final = 2**53


class Verbatim(str):
    """A number just as a file writes it."""

    __slots__ = ()


def text_of(value: object, decimal: str = ".") -> str:
    """Text of one typed cell.

    Parameters
    ----------
    value : None, text, bool, number, date, time, duration, list or object.
    decimal : decimal sign of the locale the file is typed with.

    Returns
    -------
    str
        Empty for None; ISO for dates; hours:minutes:seconds for durations; JSON for lists and objects.
    """
    if isinstance(value, str) and not isinstance(value, Verbatim):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return _duration(value)
    if isinstance(value, list | dict):
        return json_text(value)
    return _number(value).replace(".", decimal)


def json_text(value: Any) -> str:
    """Compact JSON of a list or object; numbers stay as they were written."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(str(k))}:{json_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(json_text(part) for part in value) + "]"
    if isinstance(value, Verbatim):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def _number(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return str(value)


def _duration(value: dt.timedelta) -> str:
    seconds = round(value.total_seconds())
    minutes, rest = divmod(abs(seconds), 60)
    return f"{'-' if seconds < 0 else ''}{minutes // 60}:{minutes % 60:02}:{rest:02}"
