"""Drop zone -> landing: each file is kept once, as text, under the hash of its bytes. No conversion."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from contracts.profile import load_profiles
from orchestration.errors import NothingDelivered
from orchestration.ingest.files import (
    fresh,
    one_at_a_time,
    read_json,
    room_to_write,
    swap,
    write_json,
    write_text_rows,
)
from orchestration.ingest.reading import Reading, header_fingerprint, read_bytes, read_content, reading_key
from orchestration.settings import Settings

EXPORTS, REFERENCE, LANDING = "exports", "reference", "landing"
RECEIPTS, MANIFEST = "receipts.json", "manifest.json"

Status = Literal["taken", "redelivery", "unknown", "unreadable"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file that was delivered once.

    Attributes
    ----------
    file : path below the home, with forward slashes.
    delivery_id : SHA-256 of its bytes; the folder below landing/.
    sequence : order of arrival from 1; a later delivery corrects an earlier one.
    received_at : ISO time (UTC) it was first seen.
    status : ``taken``; ``redelivery``: the same bytes came before under another name; ``unknown`` or
        ``unreadable``: not landed, tried again at the next run.
    delivered : rows in the file.
    is_current : whether the file holds these bytes now, or held them when it was last seen.
    problem : why it was not taken, with the next step.
    """

    file: str
    delivery_id: str
    sequence: int
    received_at: str
    status: Status
    profile: str | None = None
    source_system: str | None = None
    delivered: int = 0
    is_current: bool = True
    problem: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def is_landed(self) -> bool:
        """Whether its rows lie in landing/."""
        return self.status in ("taken", "redelivery")

    @property
    def counts_as_a_whole(self) -> Literal["duplicate", "superseded"] | None:
        """Fate of all rows at once: bytes that came before, or a reference file that was replaced since.

        A reference file is the whole truth of its day: what is no longer in it no longer holds.
        """
        if self.status == "redelivery":
            return "duplicate"
        is_replaced = self.file.startswith(f"{REFERENCE}/") and not self.is_current
        return "superseded" if is_replaced else None


def receive(home: Path, settings: Settings, now: Callable[[], datetime] | None = None) -> list[Delivery]:
    """Take in what lies in the drop zone and in reference/.

    Parameters
    ----------
    home : folder of the installation.
    settings : declarations per source.
    now : clock, for tests.

    Returns
    -------
    list of Delivery
        Everything ever delivered, in the order of arrival; files that cannot be taken say why.

    Raises
    ------
    NothingDelivered
        The drop zone is empty and nothing was delivered before.
    IngestBusy, DiskFull
        Another run is at work; no room is left.
    """
    clock = now or (lambda: datetime.now(UTC))
    with one_at_a_time(home), room_to_write(home):
        before = receipts(home)
        files = delivered_files(home, settings)
        ever = [*files, *(d.file for d in before)]
        if not any(file.startswith(f"{EXPORTS}/") for file in ever):
            raise NothingDelivered(
                "The drop zone is empty",
                str(home / settings.drop_zone),
                "put the exports of your tools there and run again",
            )
        after = _take_in(home, settings, files, before, clock().isoformat(timespec="seconds"))
        if after != before:
            write_json(home / LANDING / RECEIPTS, [asdict(delivery) for delivery in after])
    return after


def receipts(home: Path) -> list[Delivery]:
    """Everything delivered so far, in the order of arrival."""
    path = home / LANDING / RECEIPTS
    if not path.exists():
        return []
    return [Delivery(**{**entry, "warnings": tuple(entry["warnings"])}) for entry in read_json(path)]


def manifest_of(home: Path, delivery_id: str) -> dict[str, Any]:
    """Manifest of a landed delivery."""
    content: dict[str, Any] = read_json(home / LANDING / delivery_id / MANIFEST)
    return content


def delivered_files(home: Path, settings: Settings) -> dict[str, Path]:
    """Files of the drop zone and the reference folder, by the names they are known under, in order."""
    zone = home / settings.drop_zone
    found = {f"{REFERENCE}/{path.name}": path for path in (home / REFERENCE).glob("*.csv")}
    found |= {f"{EXPORTS}/{path.relative_to(zone).as_posix()}": path for path in zone.rglob("*")}
    return {name: found[name] for name in sorted(found) if is_delivered(name, found[name])}


def is_delivered(name: str, path: Path) -> bool:
    """Whether a path is a file that counts; hidden files and folders do not."""
    return path.is_file() and not any(part.startswith(".") for part in name.split("/"))


def _take_in(
    home: Path, settings: Settings, files: dict[str, Path], before: list[Delivery], at: str
) -> list[Delivery]:
    known = {(delivery.file, delivery.delivery_id): delivery for delivery in before}
    first_name = {d.delivery_id: d.file for d in reversed(before) if d.status == "taken"}
    present: set[tuple[str, str]] = set()
    for file, path in files.items():
        content = read_content(path)
        key = (file, hashlib.sha256(content).hexdigest())
        present.add(key)
        earlier = known.get(key)
        if earlier is not None and _stands(home, settings, earlier):
            _make_current(known, file, earlier)
            continue
        reading = read_bytes(content, file, settings)
        sequence = earlier.sequence if earlier else 1 + max((d.sequence for d in known.values()), default=0)
        received_at = earlier.received_at if earlier else at
        status: Status = reading.status
        if reading.status == "taken":
            owner = first_name.setdefault(reading.delivery_id, file)
            status = "taken" if owner == file else "redelivery"
            if status == "taken":
                _land(home, settings, reading, received_at)
        elif earlier is not None and earlier.is_landed:
            # Landed under earlier declarations: deliveries are immutable, the rows stay.
            continue
        taken = _delivery(reading, sequence, received_at, status)
        if taken.is_landed:
            _make_current(known, file, taken)
        else:
            # A file that cannot be taken replaces nothing.
            known[file, reading.delivery_id] = taken
    # Of a file that was not taken nothing was landed: once it is gone or replaced, nothing is left to tell.
    counting = [delivery for key, delivery in known.items() if delivery.is_landed or key in present]
    return sorted(counting, key=lambda delivery: delivery.sequence)


def _stands(home: Path, settings: Settings, earlier: Delivery) -> bool:
    """Whether a delivery is landed just as it would be landed now, so that it need not be read again."""
    profile = load_profiles().get(earlier.profile or "")
    path = home / LANDING / earlier.delivery_id / MANIFEST
    if profile is None or not path.exists() or not earlier.is_landed:
        return False
    landed = manifest_of(home, earlier.delivery_id)
    return bool(landed["read_as"] == reading_key(str(landed["file"]), profile, settings))


def _make_current(known: dict[tuple[str, str], Delivery], file: str, delivery: Delivery) -> None:
    for other in [key for key in known if key[0] == file]:
        known[other] = replace(known[other], is_current=False)
    known[file, delivery.delivery_id] = replace(delivery, is_current=True)


def _delivery(reading: Reading, sequence: int, received_at: str, status: Status) -> Delivery:
    profile = reading.profile if reading.status == "taken" else None
    return Delivery(
        file=reading.file,
        delivery_id=reading.delivery_id,
        sequence=sequence,
        received_at=received_at,
        status=status,
        profile=profile.name if profile else None,
        source_system=profile.source_system if profile else None,
        delivered=reading.table.n_delivered if reading.table and profile else 0,
        problem=reading.problem,
        warnings=reading.warnings,
    )


def _land(home: Path, settings: Settings, reading: Reading, received_at: str) -> None:
    profile, table, rows, found = reading.profile, reading.table, reading.rows, reading.detection
    if profile is None or table is None or rows is None or found is None:
        raise AssertionError("only a file that was taken is landed")
    target = home / LANDING / reading.delivery_id
    read_as = reading_key(reading.file, profile, settings)
    made = fresh(home / "tmp" / f"landing-{reading.delivery_id}")
    write_text_rows(made / "rows.parquet", rows)
    write_json(
        made / MANIFEST,
        {
            "delivery_id": reading.delivery_id,
            "file": reading.file,
            "received_at": received_at,
            "read_as": read_as,
            "profile": profile.name,
            "profile_version": profile.version,
            "source_system": profile.source_system,
            "encoding": reading.encoding,
            "encoding_confidence": round(reading.confidence, 4),
            "delimiter": table.delimiter,
            "header_rows": table.header_rows,
            "header_fingerprint": header_fingerprint(table),
            "zone": table.zone,
            "delivered": table.n_delivered,
            "rows": len(rows),
            # What a malformed row holds is not kept: which of its fields is personal cannot be known.
            "malformed": [
                {"source_line": r.line, "reason": r.fault, "n_fields": len(r.fields)} for r in table.refused
            ],
            "footer_rows": len(table.footers),
            "empty_rows": table.n_empty,
            "kept_columns": list(found.kept),
            "unknown_columns": list(found.unknown),
            "missing_columns": list(found.absent),
            "warnings": list(reading.warnings),
        },
    )
    swap(made, target)
