"""How a delivery writes, by its file and the settings; its landed text made typed frames. No judging."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from contracts.convert import Converted, convert
from contracts.instrument import load_instrument
from contracts.manner import Manner
from contracts.profile import Profile
from orchestration.ingest.reading import declaration
from orchestration.ingest.verdict import Loaded
from orchestration.settings import Settings, Source


def manner_of(manifest: Mapping[str, Any], profile: Profile, settings: Settings) -> Manner:
    """How a delivery writes: declared, stated by its header, or given by its profile.

    Without a locale an API shape is read as English, unless semicolons say that a spreadsheet of another
    language wrote the file; then, and in every other shape, the file must prove its decimal sign.

    Parameters
    ----------
    manifest : manifest of the delivery; `file`, `zone`, `delimiter`, `labels`, `preamble`, `value_labels` and
        `decimal` are read, each may be absent.
    profile : profile of the delivery.
    settings : declarations per source; they beat the profile.
    """
    declared = declaration(str(manifest["file"]), settings, profile.source_system) or Source(
        system=profile.source_system
    )
    is_api = profile.shape == "api" and manifest.get("delimiter") != ";"
    return Manner(
        locale=declared.locale or profile.locale or ("en" if is_api else None),
        zone=manifest.get("zone") or declared.zone or profile.zone or "UTC",
        date_order=declared.date_order or profile.date_order,
        currency=declared.currency or settings.reporting_currency,
        constants={**profile.constants, **declared.constants},
        values=declared.values,
        account_classes=declared.account_classes,
        labels=_named(manifest.get("labels")),
        preamble=manifest.get("preamble") or (),
        value_labels=manifest.get("value_labels") or {},
        decimal=manifest.get("decimal") or None,
    )


def _named(labels: Any) -> dict[str, str]:
    return dict(labels) if isinstance(labels, Mapping) else {}


def typed_rows(
    profile: Profile, loaded: Sequence[Loaded], settings: Settings, pseudonym_key: str
) -> list[Converted]:
    """Convert the text rows of all deliveries of a profile that are judged row by row.

    Parameters
    ----------
    profile : profile of the deliveries.
    loaded : deliveries in the order of arrival.
    settings : declarations per source.
    pseudonym_key : secret for person keys; may be empty for profiles without persons.
    """
    return [
        convert(
            _placed(delivery),
            profile,
            manner=manner_of({"file": delivery.file, "zone": delivery.header_zone}, profile, settings),
            pseudonym_key=pseudonym_key.encode() or None,
            instrument=load_instrument(),
        )
        for delivery in loaded
        if not delivery.whole
    ]


def _placed(delivery: Loaded) -> pd.DataFrame:
    delivery_id = pd.Series(delivery.delivery_id, index=delivery.rows.index, dtype="str")
    return delivery.rows.assign(delivery_id=delivery_id)
