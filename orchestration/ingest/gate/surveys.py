"""Landed survey deliveries -> judged responses. A response feeds several entities and counts as a whole."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from contracts.convert import Converted, convert, identified
from contracts.instrument import load_instrument
from contracts.profile import Profile
from contracts.proof import prove
from orchestration.ingest.files import read_text_rows
from orchestration.ingest.gate.judge import judge
from orchestration.ingest.gate.lots import Lot
from orchestration.ingest.gate.verdict import Judged, Loaded


def judged_surveys(lots: Sequence[Lot], crosswalk: pd.DataFrame, secret: str) -> list[Judged]:
    """Judge the responses of all survey profiles, profile by profile.

    Parameters
    ----------
    lots : all deliveries that count, in the order of arrival.
    crosswalk : accepted crosswalk; may be empty.
    secret : secret for person keys; may be empty.
    """
    surveys = [lot for lot in lots if lot.profile.survey is not None]
    profiles: dict[str, Profile] = {lot.profile.name: lot.profile for lot in surveys}
    return [
        _judged(profile, [lot for lot in surveys if lot.profile.name == name], crosswalk, secret)
        for name, profile in sorted(profiles.items())
    ]


def _judged(profile: Profile, lots: Sequence[Lot], crosswalk: pd.DataFrame, secret: str) -> Judged:
    loaded: list[Loaded] = []
    converted: list[Converted] = []
    given: list[tuple[pd.DataFrame, dict[str, Any]]] = []
    beside: dict[str, Any] = {"pseudonym_key": secret.encode() or None, "instrument": load_instrument()}
    for lot in lots:
        landed = pd.concat([read_text_rows(path) for path in lot.paths], ignore_index=True)
        loaded.append(_loaded(lot, landed))
        if lot.whole:
            continue
        # Corrections prove nothing of their file: rows that were good before would be read in another way.
        manner, notes = prove(landed, profile, lot.manner)
        rows, how = _placed(loaded[-1]), beside | {"manner": manner}
        given.append((rows, how))
        made = convert(rows, profile, **how)
        converted.append(replace(made, warnings=notes + made.warnings))
    # Where there is one delivery, nothing can come again.
    identities = [identified(rows, profile, **how) for rows, how in given if len(given) > 1]
    return judge(profile, loaded, converted, identities, crosswalk if len(crosswalk) else None)


def _loaded(lot: Lot, rows: pd.DataFrame) -> Loaded:
    rows = _as_corrected(rows, lot)
    anew = _written_anew(lot)
    written = set(anew["source_line"].tolist()) if len(anew) else set()
    malformed = {line: reason for line, reason in lot.malformed.items() if line not in written}
    return Loaded(
        file=lot.file,
        delivery_id=lot.delivery_id,
        rows=pd.concat([rows, anew], ignore_index=True) if len(anew) else rows,
        delivered=lot.delivered,
        malformed=malformed,
        whole=lot.whole,
        snapshot_of=lot.snapshot_of,
    )


def _as_corrected(rows: pd.DataFrame, lot: Lot) -> pd.DataFrame:
    """Rows with the texts that a person put in the place of refused ones."""
    if lot.corrected is None:
        return rows
    fixed = lot.corrected.set_index("source_line")
    rows = rows.copy()
    for name in (column for column in fixed.columns if column in rows.columns):
        said = rows["source_line"].map(fixed[name])
        rows[name] = rows[name].where(said.isna(), said).astype("str")
    return rows


def _placed(delivery: Loaded) -> pd.DataFrame:
    delivery_id = pd.Series(delivery.delivery_id, index=delivery.rows.index, dtype="str")
    return delivery.rows.assign(delivery_id=delivery_id)


def _written_anew(lot: Lot) -> pd.DataFrame:
    """Lines that could not be split into fields when they were delivered and were written anew."""
    if lot.corrected is None:
        return pd.DataFrame()
    anew = lot.corrected[lot.corrected["source_line"].isin(lot.malformed)]
    columns = {name: anew[name] if name in anew.columns else None for name in lot.columns}
    rows = pd.DataFrame(columns, index=anew.index).fillna("").astype("str")
    return rows.assign(source_line=anew["source_line"]).reset_index(drop=True)
