"""Source text -> dates and UTC times. A date whose order of day and month is not declared is refused."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Mask = npt.NDArray[np.bool_]

DAY_FIRST = frozenset({"nl", "de", "fr", "es", "it", "pt", "pl", "sv", "da", "nb", "fi", "cs"})
DAY_FIRST_REGIONS = frozenset({"en_gb", "en_ie", "en_au", "en_nz", "en_in", "en_za"})
"""Plain `en` does not say whether the day or the month comes first, so only ISO dates are read."""
MONTH_FIRST_REGIONS = frozenset({"en_us"})

_ISO_DATE = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"\d{1,2}:\d{2}(:\d{2}([.,]\d{1,9})?)?"
_OFFSET = r" ?(Z|z|UTC|GMT|[-+]\d{2}(:?\d{2})?)"
_LOCAL_DATE = r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})"
_OPEN_ENDS = r"(9999-12-31|0000-00-00|31-12-9999|31/12/9999).*"


def parse_dates(clean: pd.Series, locale: str, *, open_end: bool) -> tuple[pd.Series, Mask]:
    """Calendar days out of text.

    ISO dates, also with a midnight of no or zero offset behind them; dates in the order the locale declares.
    With `open_end`, 9999-12-31 and 0000-00-00 mean no date.

    Returns
    -------
    values : Series of datetime64[us], shape (n,)
    wrong : array of bool, shape (n,)
    """
    if open_end:
        clean = clean.mask(_is(clean, _OPEN_ENDS))
    iso = _to_iso(clean, locale)
    midnight = r"([T ]00:00(:00([.,]0+)?)?( ?(Z|UTC|[-+]00:?00))?)?"
    shaped = _is(iso, _ISO_DATE + midnight)
    values = pd.to_datetime(iso.where(shaped).str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    values = values.astype("datetime64[us]")
    return values, (clean.notna() & values.isna()).to_numpy(dtype=bool)


def parse_times(clean: pd.Series, locale: str, zone: str | None) -> tuple[pd.Series, dict[str, Mask]]:
    """UTC times out of text; times without offset stand in `zone` (None: they are refused).

    Returns
    -------
    values : Series of datetime64[us], shape (n,)
        UTC, without zone.
    failures : dict
        Masks for `timestamp`, `ambiguous_time` (the clock went back), `nonexistent_time` (it went forward).
    """
    iso = _to_iso(clean, locale)
    aware = _is(iso, rf"{_ISO_DATE}[T ]{_CLOCK}{_OFFSET}")
    naive = _is(iso, rf"{_ISO_DATE}[T ]{_CLOCK}")
    iso = _padded(iso)
    values = pd.Series(pd.NaT, index=clean.index, dtype="datetime64[us]")
    nothing = np.zeros(len(clean), dtype=bool)
    failures = {"ambiguous_time": nothing.copy(), "nonexistent_time": nothing.copy()}
    if aware.any():
        text = iso[aware].str.replace(r" ?(UTC|GMT|z)$", "Z", regex=True)
        text = text.str.replace(r" ([-+]\d{2}:?\d{2})$", r"\1", regex=True)
        utc = pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce")
        values[aware] = utc.dt.tz_localize(None).astype("datetime64[us]")
    if naive.any() and zone is not None:
        local = pd.to_datetime(iso[naive], format="ISO8601", errors="coerce").astype("datetime64[us]")
        values[naive], ambiguous, missing = _to_utc(local, zone)
        failures["ambiguous_time"][naive] = ambiguous
        failures["nonexistent_time"][naive] = missing
    named = failures["ambiguous_time"] | failures["nonexistent_time"]
    failures["timestamp"] = (clean.notna() & values.isna()).to_numpy(dtype=bool) & ~named
    return values, failures


def _to_utc(local: pd.Series, zone: str) -> tuple[pd.Series, Mask, Mask]:
    utc = local.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    lost = (utc.isna() & local.notna()).to_numpy(dtype=bool)
    missing = np.zeros(len(local), dtype=bool)
    if lost.any():
        again = local[lost].dt.tz_localize(zone, ambiguous=np.ones(lost.sum(), dtype=bool), nonexistent="NaT")
        missing[lost] = again.isna().to_numpy(dtype=bool)
    values = utc.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
    return values, lost & ~missing, missing


def _to_iso(clean: pd.Series, locale: str) -> pd.Series:
    order = _order(locale)
    local = _is(clean, _LOCAL_DATE + r"([T ].*)?")
    if order is None or not local.any():
        return clean
    parts = clean[local].str.extract(rf"^{_LOCAL_DATE}(.*)$")
    day, month = (parts[0], parts[1]) if order == "day" else (parts[1], parts[0])
    iso = clean.copy()
    iso[local] = parts[2] + "-" + month.str.zfill(2) + "-" + day.str.zfill(2) + parts[3]
    return iso


def _order(locale: str) -> str | None:
    region = locale.casefold().replace("-", "_")
    if region in MONTH_FIRST_REGIONS:
        return "month"
    return "day" if region in DAY_FIRST_REGIONS or region[:2] in DAY_FIRST else None


def _padded(iso: pd.Series) -> pd.Series:
    short = _is(iso, rf"{_ISO_DATE}[T ]\d:.*")
    if short.any():
        iso = iso.copy()
        iso[short] = iso[short].str.slice(0, 11) + "0" + iso[short].str.slice(11)
    return iso.str.replace(r"(:\d{2}),(\d)", r"\1.\2", regex=True)


def _is(text: pd.Series, form: str) -> pd.Series[bool]:
    return text.str.fullmatch(form).fillna(False).astype(bool)
