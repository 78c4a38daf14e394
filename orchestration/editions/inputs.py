"""What an edition is made of: rows by fate, entity and month, how files were read, settings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from orchestration.ingest.land.deliveries import manifest_of, receipts
from orchestration.settings import Settings

Brought = Mapping[str, Mapping[str, Mapping[str, Mapping[str, int]]]]
"""Rows by delivery, entity, month (empty where there is none) and fate."""
_BY_WAVE = ("assessment_answers", "assessment_scores", "practices", "channel_adoption")
_HALF = {"H1": "01", "H2": "07"}


def brought(home: Path) -> Brought:
    """Rows of every delivery by entity, month and fate, out of the ledger and the accepted waves.

    Parameters
    ----------
    home : Path
        Folder of the installation; its accepted/ must be made.
    """
    found: dict[str, dict[str, dict[str, dict[str, int]]]] = {}
    for delivery, entity, month, fate, n_rows in (*_by_period(home), *_by_wave(home)):
        months = found.setdefault(delivery, {}).setdefault(entity, {})
        fates = months.setdefault(month, {})
        fates[fate] = fates.get(fate, 0) + n_rows
    return found


def inputs(home: Path, rows: Brought) -> list[dict[str, Any]]:
    """One entry per delivered file: what it is, how it was read, and the months it is about.

    What became of its rows stands in the ledger, by file.
    """
    found = []
    for delivery in receipts(home):
        of_it = rows.get(delivery.delivery_id, {})
        months = sorted(month for entity in of_it.values() for month in entity if month)
        found.append(
            {
                "file": delivery.file,
                "delivery_id": delivery.delivery_id,
                "status": delivery.status,
                "profile": delivery.profile,
                "read_as": _read_as(home, delivery.delivery_id) if delivery.status == "taken" else None,
                "entities": sorted(of_it),
                "first_month": months[0] if months else None,
                "last_month": months[-1] if months else None,
                "delivered": delivery.delivered,
            }
        )
    return sorted(found, key=lambda entry: str(entry["file"]))


def restated(home: Path) -> list[dict[str, Any]]:
    """Periods that later deliveries changed, with what stood before and what stands now."""
    import pandas as pd

    path = home / "accepted" / "restated.parquet"
    if not path.exists():
        return []
    rows = pd.read_parquet(path).astype(object)
    told = rows.where(rows.notna(), None).to_dict("records")
    return [
        {str(name): value if isinstance(value, int | None) else str(value) for name, value in row.items()}
        for row in told
    ]


def settings_told(settings: Settings) -> dict[str, str]:
    """Every setting in force by its dotted name: plain values as they are, lists as a fingerprint.

    Folders are told by their fingerprint too: a path of somebody's machine is nobody else's business.
    """
    return dict(_flat("", settings.model_dump(mode="json")))


def _flat(prefix: str, value: Any) -> Iterable[tuple[str, str]]:
    if isinstance(value, dict) and value and prefix not in ("tolerated_share.rules", "rule_severity"):
        for name, part in value.items():
            yield from _flat(f"{prefix}.{name}" if prefix else name, part)
    elif isinstance(value, dict | list) or prefix == "drop_zone":
        text = json.dumps(value, sort_keys=True, ensure_ascii=False)
        size = f"{len(value)} entries, " if isinstance(value, dict | list) else ""
        yield prefix, f"{size}{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    else:
        yield prefix, str(value)


def _by_period(home: Path) -> Iterable[tuple[str, str, str, str, int]]:
    import pandas as pd

    path = home / "accepted" / "ledger_periods.parquet"
    if not path.exists():
        return
    lines = pd.read_parquet(path, columns=["delivery_id", "entity", "period", "fate", "n_rows"])
    for delivery, entity, period, fate, n_rows in zip(*(lines[name] for name in lines), strict=True):
        # Rows of assessments have a wave and no month; the accepted ones are counted by wave below.
        if entity in _BY_WAVE and fate == "accepted":
            continue
        month = period[:7] if isinstance(period, str) else ""
        yield str(delivery), str(entity), month, str(fate), int(n_rows)


def _by_wave(home: Path) -> Iterable[tuple[str, str, str, str, int]]:
    import pandas as pd

    for entity in _BY_WAVE:
        folder = home / "accepted" / entity
        if not any(folder.glob("*.parquet")):
            continue
        rows = pd.read_parquet(folder, columns=["delivery_id", "wave"], partitioning=None)
        counted = rows.groupby(["delivery_id", "wave"], dropna=False).size().reset_index(name="n_rows")
        for delivery, wave, n_rows in zip(*(counted[name] for name in counted), strict=True):
            yield str(delivery), entity, _month_of_wave(wave), "accepted", int(n_rows)


def _month_of_wave(wave: object) -> str:
    year, _, half = str(wave).partition("-")
    return f"{year}-{_HALF[half]}" if half in _HALF else ""


def _read_as(home: Path, delivery_id: str) -> str | None:
    try:
        return str(manifest_of(home, delivery_id)["read_as"])
    except (OSError, KeyError, ValueError):
        return None
