"""Landed text of one delivery -> typed frames by its profile and the settings of its source. No judging."""

import pandas as pd

from contracts.convert import Converted, convert
from contracts.instrument import load_instrument
from contracts.profile import Profile
from orchestration.ingest.reading import declaration
from orchestration.settings import Settings


def typed_rows(
    rows: pd.DataFrame,
    profile: Profile,
    settings: Settings,
    *,
    file: str,
    delivery_id: str,
    header_zone: str | None,
    pseudonym_key: str,
) -> Converted:
    """Convert the text rows of one delivery.

    Parameters
    ----------
    rows : kept columns as text with ``source_line``.
    profile : profile of the delivery.
    settings : declarations per source; what is not declared is English and UTC.
    file, delivery_id : name of the file, to find its declaration; hash of its bytes.
    header_zone : zone that the header states; beats the declared one.
    pseudonym_key : secret for person keys.
    """
    declared = declaration(file, settings, profile.source_system)
    return convert(
        rows.assign(delivery_id=pd.Series(delivery_id, index=rows.index, dtype="str")),
        profile,
        locale=declared.locale if declared else "en",
        zone=header_zone or (declared.zone if declared else "UTC"),
        default_currency=(declared.currency if declared else None) or settings.reporting_currency,
        pseudonym_key=pseudonym_key.encode() or None,
        instrument=load_instrument(),
    )
