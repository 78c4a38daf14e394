"""One delivered file -> what it is and its kept columns as text. Writes nothing, converts nothing."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from contracts.instrument import load_instrument
from contracts.profile import Profile, load_profiles
from orchestration.errors import UnreadableFile
from orchestration.ingest.decode import decode
from orchestration.ingest.detect import Detection, detect
from orchestration.ingest.tabular import Table, read_table, without_footers
from orchestration.settings import Settings, Source

Status = Literal["taken", "unknown", "unreadable"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as read.

    Attributes
    ----------
    file : path below the home, or below the checked folder.
    delivery_id : SHA-256 of the bytes.
    status : ``taken``, ``unknown`` (no profile fits) or ``unreadable``.
    problem : sentence with the next step when it is not taken.
    rows : kept columns as text plus ``source_line``; empty when not taken.
    """

    file: str
    delivery_id: str
    status: Status
    problem: str = ""
    encoding: str = ""
    confidence: float = 0.0
    table: Table | None = None
    detection: Detection | None = None
    rows: pd.DataFrame | None = None
    warnings: tuple[str, ...] = ()

    @property
    def profile(self) -> Profile | None:
        """Profile the file is read with."""
        return self.detection.profile if self.detection else None


def read_content(path: Path) -> bytes:
    """Bytes of a delivered file.

    Raises
    ------
    UnreadableFile
        It cannot be opened.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(
            f"The file cannot be opened ({error.strerror})", str(path), "check its rights and run again"
        ) from error


def read_bytes(content: bytes, file: str, settings: Settings) -> Reading:
    """Read one delivered file.

    Parameters
    ----------
    content : its bytes.
    file : name it is reported under, below the home or the checked folder, with forward slashes.
    settings : declarations per source.

    Returns
    -------
    Reading
        Faults of the file are told in it, not raised.
    """
    delivery_id = hashlib.sha256(content).hexdigest()
    declared = declaration(file, settings)
    try:
        decoded = decode(content, file, declared.encoding if declared else None)
        table = read_table(decoded.text, file, delimiter=declared.delimiter if declared else None)
    except UnreadableFile as error:
        return Reading(file, delivery_id, "unreadable", str(error))
    profiles: Mapping[str, Profile] = load_profiles()
    if declared and declared.profile and declared.profile not in profiles:
        known = ", ".join(profiles)
        problem = f"'{declared.profile}' is no export profile: in maturity.yaml declare one of {known}."
        return Reading(file, delivery_id, "unreadable", problem, decoded.encoding, decoded.confidence, table)
    codes = tuple(item.code for item in load_instrument().items)
    found = detect(table.names, profiles, codes, declared.profile if declared else None)
    if found.profile is None:
        problem = f"{found.problem}: export it in that shape, or move it out of the drop zone."
        return Reading(
            file, delivery_id, "unknown", problem, decoded.encoding, decoded.confidence, table, found
        )
    if found.profile.header_rows != table.header_rows:
        problem = (
            f"{found.profile.name} has {found.profile.header_rows} header rows, this {table.header_rows}: "
            "export it again with all header rows."
        )
        return Reading(
            file, delivery_id, "unreadable", problem, decoded.encoding, decoded.confidence, table, found
        )
    table = without_footers(table, found.profile.footer)
    rows = pd.DataFrame({name: pd.Series(table.column(name), dtype="str") for name in found.kept})
    rows["source_line"] = pd.Series(table.lines, dtype="int64")
    notes = (
        *decoded.warnings,
        *table.warnings,
        *found.warnings,
        *_declared_notes(file, settings, found.profile, table),
    )
    return Reading(
        file, delivery_id, "taken", "", decoded.encoding, decoded.confidence, table, found, rows, notes
    )


def declaration(file: str, settings: Settings, system: str | None = None) -> Source | None:
    """What the settings declare about a file; patterns are below the drop zone."""
    return settings.source_for(file.removeprefix("exports/"), system)


def reading_key(file: str, profile: Profile, settings: Settings) -> str:
    """Fingerprint of everything but the bytes that decides how a file is landed."""
    declared = declaration(file, settings)
    parts = (declared.encoding, declared.delimiter, declared.profile) if declared else (None, None, None)
    return hashlib.sha256(json.dumps([profile.model_dump(mode="json"), *parts]).encode()).hexdigest()


def header_fingerprint(table: Table) -> str:
    """SHA-256 of the column names, to see when a vendor changes an export."""
    return hashlib.sha256("\x1f".join(table.names).encode()).hexdigest()


def _declared_notes(file: str, settings: Settings, profile: Profile, table: Table) -> tuple[str, ...]:
    any_system, own = declaration(file, settings), declaration(file, settings, profile.source_system)
    notes = []
    if any_system is not None and any_system is not own:
        notes.append(
            f"maturity.yaml says {any_system.system}, the header {profile.source_system}; the header counts"
        )
    if own is None and table.delimiter == ";":
        notes.append(
            "semicolons suggest decimal commas, but no locale is declared; numbers are read as English"
        )
    return tuple(notes)
