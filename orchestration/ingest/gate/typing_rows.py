"""How a delivery writes: what its file, its profile and the settings say of it. No rows are read."""

from collections.abc import Mapping
from typing import Any

from contracts.manner import Manner
from contracts.profile import Profile
from orchestration.ingest.land.reading import declaration
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
    zone = manifest.get("zone") or declared.zone or profile.zone
    is_api = profile.shape == "api" and manifest.get("delimiter") != ";"
    return Manner(
        locale=declared.locale or profile.locale or ("en" if is_api else None),
        zone=zone or "UTC",
        date_order=declared.date_order or profile.date_order,
        currency=declared.currency or settings.reporting_currency,
        constants={**profile.constants, **declared.constants},
        values=declared.values,
        account_classes=declared.account_classes,
        labels=_named(manifest.get("labels")),
        preamble=manifest.get("preamble") or (),
        value_labels=manifest.get("value_labels") or {},
        is_zone_assumed=zone is None,
        decimal=manifest.get("decimal") or None,
    )


def _named(labels: Any) -> dict[str, str]:
    return dict(labels) if isinstance(labels, Mapping) else {}
