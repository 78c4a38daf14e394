"""Landed text of the deliveries of one profile -> typed frames, as their sources are declared. No judging."""

from collections.abc import Sequence

import pandas as pd

from contracts.convert import Converted, convert
from contracts.instrument import load_instrument
from contracts.profile import Profile
from orchestration.ingest.reading import declaration
from orchestration.ingest.verdict import Loaded
from orchestration.settings import Settings

_Manner = tuple[str, str, str, tuple[str, ...]]


def typed_rows(
    profile: Profile, loaded: Sequence[Loaded], settings: Settings, pseudonym_key: str
) -> list[Converted]:
    """Convert the text rows of all deliveries of a profile that are judged row by row.

    Deliveries that are written alike are converted together, unless a column is made out of several rows of
    one file.

    Parameters
    ----------
    profile : profile of the deliveries.
    loaded : deliveries in the order of arrival.
    settings : declarations per source; what is not declared is English and UTC.
    pseudonym_key : secret for person keys; may be empty for profiles without persons.
    """
    is_by_file = any(column.ordinal or column.listed_in for column in profile.columns.values())
    batches: dict[tuple[_Manner, str], list[Loaded]] = {}
    for delivery in loaded:
        if not delivery.whole:
            alike = (_manner(delivery, profile, settings), delivery.delivery_id if is_by_file else "")
            batches.setdefault(alike, []).append(delivery)
    return [
        convert(
            pd.concat([_placed(delivery) for delivery in batch], ignore_index=True),
            profile,
            locale=locale,
            zone=zone,
            default_currency=currency,
            pseudonym_key=pseudonym_key.encode() or None,
            instrument=load_instrument(),
        )
        for ((locale, zone, currency, _), _), batch in batches.items()
    ]


def _manner(delivery: Loaded, profile: Profile, settings: Settings) -> _Manner:
    declared = declaration(delivery.file, settings, profile.source_system)
    return (
        (declared.locale if declared else None) or "en",
        delivery.header_zone or (declared.zone if declared else None) or "UTC",
        (declared.currency if declared else None) or settings.reporting_currency,
        tuple(delivery.rows.columns),
    )


def _placed(delivery: Loaded) -> pd.DataFrame:
    delivery_id = pd.Series(delivery.delivery_id, index=delivery.rows.index, dtype="str")
    return delivery.rows.assign(delivery_id=delivery_id)
