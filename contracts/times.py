"""Source text -> calendar days and UTC times. The forms of the text are date_forms.py."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.column_map import ColumnMap
from contracts.date_forms import to_iso
from contracts.manner import Manner

Mask = npt.NDArray[np.bool_]
Failures = dict[str, Mask]

_ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?"
_OFFSET = r" ?(Z|z|UTC|GMT|[-+][0-9]{2}(:?[0-9]{2})?)"
_MIDNIGHT = r"([T ]00:00(:00([.,]0+)?)?( ?(Z|UTC|[-+]00:?00))?)?"
_OPEN_ENDS = r"(9999-12-31|0000-00-00|31[-/.]12[-/.]9999|12[-/.]31[-/.]9999|00[-/.]00[-/.]0000).*"


def parse_dates(
    clean: pd.Series, manner: Manner, form: ColumnMap, *, open_end: bool
) -> tuple[pd.Series, Failures]:
    """Calendar days out of text.

    A clock behind the day is refused unless it is a midnight of no or zero offset, or `day_of_time` is
    declared. With `open_end`, 9999-12-31 and 0000-00-00 mean no date.

    Returns
    -------
    values : Series of datetime64[us], shape (n,)
    failures : dict
        Masks of shape (n,) for `date` and `ambiguous_date` (two days, and nobody said which).
    """
    iso, ambiguous = to_iso(clean, manner, form)
    if open_end:
        is_open = _is(clean, _OPEN_ENDS) | _is(iso, _OPEN_ENDS)
        clean, iso = clean.mask(is_open), iso.mask(is_open)
        ambiguous = ambiguous & ~is_open.to_numpy(dtype=bool)
    if "day_of_time" in form.reads:
        iso = _days_of(iso, manner)
    shaped = _is(iso, _ISO_DATE + _MIDNIGHT)
    values = pd.to_datetime(iso.where(shaped).str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    values = values.astype("datetime64[us]").mask(ambiguous)
    wrong = (clean.notna() & values.isna()).to_numpy(dtype=bool)
    return values, {"date": wrong & ~ambiguous, "ambiguous_date": ambiguous}


def parse_times(clean: pd.Series, manner: Manner, form: ColumnMap) -> tuple[pd.Series, Failures]:
    """UTC times out of text; times without offset stand in the zone (None: they are refused).

    Returns
    -------
    values : Series of datetime64[us], shape (n,)
        UTC, without zone.
    failures : dict
        Masks for `timestamp`, `ambiguous_date`, `ambiguous_time` (the clock went back) and
        `nonexistent_time` (it went forward).
    """
    iso, ambiguous = to_iso(clean, manner, form)
    if "start_of_day" in form.reads:
        iso = iso.where(~_is(iso, _ISO_DATE), iso + " 00:00")
    values, failures = _utc(iso.mask(ambiguous), manner.zone)
    named = failures["ambiguous_time"] | failures["nonexistent_time"] | ambiguous
    wrong = (clean.notna() & values.isna()).to_numpy(dtype=bool) & ~named
    return values, {"timestamp": wrong, "ambiguous_date": ambiguous, **failures}


def _utc(iso: pd.Series, zone: str | None) -> tuple[pd.Series, Failures]:
    """UTC times out of ISO text, empty where it is none, and the local times that are none or two."""
    aware = _is(iso, rf"{_ISO_DATE}[T ]{_CLOCK}{_OFFSET}")
    naive = _is(iso, rf"{_ISO_DATE}[T ]{_CLOCK}")
    iso = _padded(iso)
    values = pd.Series(pd.NaT, index=iso.index, dtype="datetime64[us]")
    nothing = np.zeros(len(iso), dtype=bool)
    failures = {"ambiguous_time": nothing.copy(), "nonexistent_time": nothing.copy()}
    if aware.any():
        text = iso[aware].str.replace(r" ?(UTC|GMT|z)$", "Z", regex=True)
        text = text.str.replace(r" ([-+][0-9]{2}:?[0-9]{2})$", r"\1", regex=True)
        utc = pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce")
        values[aware] = utc.dt.tz_localize(None).astype("datetime64[us]")
    if naive.any() and zone is not None:
        local = pd.to_datetime(iso[naive], format="ISO8601", errors="coerce").astype("datetime64[us]")
        values[naive], ambiguous, missing = _to_utc(local, zone)
        failures["ambiguous_time"][naive] = ambiguous
        failures["nonexistent_time"][naive] = missing
    return values, failures


def _days_of(iso: pd.Series, manner: Manner) -> pd.Series:
    """Days of the times in a text: as written, or in the zone of the source where an offset stands behind."""
    naive = _is(iso, rf"{_ISO_DATE}[T ]{_CLOCK}")
    aware = _is(iso, rf"{_ISO_DATE}[T ]{_CLOCK}{_OFFSET}")
    iso, padded = iso.copy(), _padded(iso)
    if naive.any():
        times = pd.to_datetime(padded[naive], format="ISO8601", errors="coerce")
        iso[naive] = iso[naive].where(times.isna(), times.dt.strftime("%Y-%m-%d"))
    if aware.any() and manner.zone is not None:
        utc, _ = _utc(iso[aware], manner.zone)
        days = utc.dt.tz_localize("UTC").dt.tz_convert(manner.zone).dt.strftime("%Y-%m-%d")
        iso[aware] = iso[aware].where(utc.isna(), days)
    return iso


def _to_utc(local: pd.Series, zone: str) -> tuple[pd.Series, Mask, Mask]:
    utc = local.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    lost = (utc.isna() & local.notna()).to_numpy(dtype=bool)
    missing = np.zeros(len(local), dtype=bool)
    if lost.any():
        again = local[lost].dt.tz_localize(zone, ambiguous=np.ones(lost.sum(), dtype=bool), nonexistent="NaT")
        missing[lost] = again.isna().to_numpy(dtype=bool)
    values = utc.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
    return values, lost & ~missing, missing


def _padded(iso: pd.Series) -> pd.Series:
    short = _is(iso, rf"{_ISO_DATE}[T ][0-9]:.*")
    if short.any():
        iso = iso.copy()
        iso[short] = iso[short].str.slice(0, 11) + "0" + iso[short].str.slice(11)
    iso = iso.str.replace(r"(:[0-9]{2}),([0-9])", r"\1.\2", regex=True)
    # Digits beyond the microsecond are not kept; with them pandas reads no time after 2262, in any row.
    return iso.str.replace(r"(\.[0-9]{6})[0-9]+", r"\1", regex=True)


def _is(text: pd.Series, form: str) -> pd.Series[bool]:
    return text.str.fullmatch(form).fillna(False).astype(bool)
