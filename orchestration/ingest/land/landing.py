"""A reading -> a folder of text rows and a manifest. Kept columns only; of persons, hashes. No judging."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow

from contracts.control_shape import ROWS, Total
from contracts.derive import case_safe_ids
from contracts.profile import Profile
from contracts.pseudonym import keyed_hashes
from contracts.values import blank_to_null
from orchestration.ingest.behind import Behind
from orchestration.ingest.files import fresh, write_json, write_text_table
from orchestration.ingest.land.headers import LOOKED_AT, HeaderPrint, kind_of_texts
from orchestration.ingest.land.reading import Reading, labels_of, reading_key
from orchestration.ingest.text.records import Record
from orchestration.settings import Settings

# pyarrow carries no types; named so that this is said once.
pa: Any = pyarrow

MANIFEST: Final = "manifest.json"
HASHED: Final = "hmac:"
# What a cell above the header that a profile reads may hold: numbers, dates, currencies, never a name.
_IMPERSONAL: Final = re.compile(r"[^@]*\d[^@]*|[A-Z]{3,4}")
_COUNT: Final = re.compile(r"[0-9]{1,3}([., ]?[0-9]{3})*")
# What ties a total is a number, with its currency or debit sign; a footer may also say who made the report.
_TOTAL: Final = re.compile(r"\W*(?:[^\W\d_]{1,3}\W*)?\d[\d\W]*(?:[^\W\d_]{1,3}\W*)?")
_UNSAID: Final = "…"
# A sheet or an old Excel CSV that ends exactly here may have lost the rest.
_FULL: Final = (1_048_576, 65_536)
# One thread that writes does not keep up with parsing.
_WRITTEN_AT_ONCE: Final = 2
_EMPTY: Final = "rows without content were set aside"


@dataclass(slots=True)
class _Tally:
    """What was met while the rows went by."""

    n_rows: int = 0
    n_empty: int = 0
    last_line: int = 0
    refused: list[Record] = field(default_factory=list)
    footers: list[Record] = field(default_factory=list)
    first_texts: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


def key_print(secret: str) -> str:
    """Fingerprint of a secret, to see that it changed; the secret cannot be had from it."""
    return hmac.digest(secret.encode(), b"maturity-impact/print", hashlib.sha256).hex()[:16] if secret else ""


def land(
    reading: Reading, folder: Path, settings: Settings, *, received_at: str, secret: str
) -> dict[str, Any]:
    """Write the rows of a part and its manifest into a folder of their own.

    Parameters
    ----------
    reading : a part that is taken.
    folder : folder to make; what an interrupted run left there is removed.
    settings : declarations per source.
    received_at : when the part was first seen, ISO time.
    secret : secret for person keys; empty where the profile has none, or where landing may hold persons.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    UnreadableFile
        The bytes turn out unreadable on the way.
    """
    made = fresh(folder)
    tally = _write_rows(reading, made, secret)
    manifest = _manifest(reading, tally, settings, received_at, secret)
    write_json(made / MANIFEST, manifest)
    return manifest


def _write_rows(reading: Reading, folder: Path, secret: str) -> _Tally:
    content, found, profile = reading.content, reading.detection, reading.profile
    if content is None or found is None or profile is None:
        raise AssertionError("only a part that was taken is landed")
    raw_of = {canonical: raw for raw, canonical in found.renamed.items()}
    raw = [raw_of.get(name, name) for name in found.kept]
    tally = _Tally()
    with Behind(_WRITTEN_AT_ONCE) as writer:
        for chunk in content.chunks(raw, profile.footer):
            tally.refused += chunk.refused
            tally.footers += chunk.footers
            tally.n_empty += chunk.n_empty
            if not chunk.rows.num_rows and tally.files:
                continue
            rows = chunk.rows.rename_columns([*found.kept, "source_line"])
            _note_first(tally, rows, raw)
            tally.n_rows += rows.num_rows
            tally.last_line = _last_line(rows, tally.last_line)
            tally.files.append(f"rows-{len(tally.files):05}.parquet")
            writer.submit(_write, folder / tally.files[-1], rows, profile, secret)
    return tally


def _write(path: Path, rows: Any, profile: Profile, secret: str) -> None:
    write_text_table(path, _without_persons(rows, profile, secret) if secret else rows)


def _without_persons(rows: Any, profile: Profile, secret: str) -> Any:
    """Rows with keyed hashes in place of person numbers, the same that typing would make of them."""
    for column in profile.columns.values():
        for name in column.sources if column.hmac else ():
            place = rows.column_names.index(name) if name in rows.column_names else -1
            if place < 0:
                continue
            text = blank_to_null(rows.column(name).to_pandas().astype("str"), typed=False)
            text = text.str.lower() if column.lower_case else text
            text = case_safe_ids(text) if column.case_safe_id else text
            hashed = keyed_hashes(
                text, secret=secret.encode(), domain=str(column.hmac), source_system=profile.source_system
            )
            marked = (HASHED + hashed).fillna("")
            rows = rows.set_column(place, name, pa.array(marked.to_numpy(dtype=object), pa.string()))
    return rows


def _note_first(tally: _Tally, rows: Any, raw: Sequence[str]) -> None:
    """Keep the texts of the first rows, which say what kind each column is; the first chunk may be empty."""
    first = rows.slice(0, max(LOOKED_AT - tally.n_rows, 0))
    for place, name in enumerate(raw):
        tally.first_texts.setdefault(name, []).extend(first.column(place).to_pylist())


def _last_line(rows: Any, before: int) -> int:
    return int(rows.column("source_line")[-1].as_py()) if rows.num_rows else before


def _manifest(
    reading: Reading, tally: _Tally, settings: Settings, received_at: str, secret: str
) -> dict[str, Any]:
    part, content, found, profile = reading.part, reading.content, reading.detection, reading.profile
    if content is None or found is None or profile is None:
        raise AssertionError("only a part that was taken is landed")
    canonical = [found.renamed.get(name, name) for name in content.names]
    labels = {found.renamed.get(name, name): label for name, label in labels_of(content).items()}
    kinds = {name: kind_of_texts(texts) for name, texts in tally.first_texts.items()}
    named = tuple(name for name in content.names if name not in found.unnamed)
    return {
        "delivery_id": part.delivery_id,
        "file": part.name,
        "received_at": received_at,
        "read_as": reading_key(part.name, profile, settings, key_print(secret)),
        "person_key": key_print(secret),
        "profile": profile.name,
        "profile_version": profile.version,
        "source_system": profile.source_system,
        "container": part.container,
        "format": part.kind,
        "size": part.size,
        "encoding": content.encoding,
        "encoding_confidence": round(content.confidence, 4),
        "delimiter": content.delimiter,
        "quote": content.quote,
        # How numbers of typed formats were written as text; empty where the file itself is text.
        "decimal": "" if part.kind == "text" else reading.decimal,
        "header_rows": content.header_rows,
        "header_fingerprint": header_fingerprint(content.names),
        "header": HeaderPrint(named, kinds).as_json(),
        "header_changes": {},
        "header_warnings": [],
        "renamed": dict(found.renamed),
        "labels": {name: label for name, label in labels.items() if name in found.kept},
        "preamble": _read_above(content.preamble, profile),
        "value_labels": _read_labels(content.value_labels, found.renamed, found.kept, profile),
        "zone": content.zone,
        "delivered": tally.n_rows + len(tally.refused),
        "rows": tally.n_rows,
        "rows_files": tally.files,
        # What a malformed row holds is not kept: which of its fields is personal cannot be known.
        "malformed": [
            {"source_line": r.line, "reason": r.fault, "n_fields": len(r.fields)} for r in tally.refused
        ],
        "footers": [_footer(record, canonical, found.kept, profile) for record in tally.footers],
        "footer_rows": len(tally.footers),
        "empty_rows": tally.n_empty,
        "kept_columns": list(found.kept),
        "unknown_columns": list(found.unknown),
        "missing_columns": list(found.absent),
        "warnings": _warnings(reading, tally),
    }


def header_fingerprint(names: Iterable[str]) -> str:
    """SHA-256 of the column names, to see when a vendor changes an export."""
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()


def _warnings(reading: Reading, tally: _Tally) -> list[str]:
    """What the header said, and what only all the rows could tell."""
    counts = reading.content.counts if reading.content else {}
    # A header is judged on the first rows; how many are empty is known here.
    said = [note for note in reading.warnings if _EMPTY not in note]
    said += [f"{n:,} {what}" for what, n in sorted(counts.items()) if n]
    if tally.n_empty:
        said.append(f"{tally.n_empty} {_EMPTY}")
    if tally.footers:
        said.append(f"{len(tally.footers)} footer rows were set aside")
    if reading.part.kind == "text" and tally.last_line in _FULL:
        said.append(
            f"the file ends at line {tally.last_line:,}, all a sheet can hold: the rest may be cut off"
        )
    return said


def _read_above(preamble: Sequence[Sequence[str]], profile: Profile) -> list[list[str]]:
    """Cells above the header that the profile reads, if they cannot be a person; all others empty."""
    read = {cell for column in profile.columns.values() for cell in column.cells_above}
    return [
        [
            cell if (row, place) in read and _IMPERSONAL.fullmatch(cell) else ""
            for place, cell in enumerate(cells, 1)
        ]
        for row, cells in enumerate(preamble, 1)
    ]


def _footer(record: Record, names: Sequence[str], kept: Sequence[str], profile: Profile) -> dict[str, Any]:
    """Line below the records: what it begins with, as far as the profile names it, and its kept numbers."""
    first = next((cell.strip() for cell in record.fields if cell.strip()), "")
    totals = [control for control in profile.control if isinstance(control, Total) and control.label]
    said = [str(control.label) for control in totals]
    begins = next((found for found in (re.search(p, first) for p in (*said, *profile.footer)) if found), None)
    cells = {name: cell.strip() for name, cell in zip(names, record.fields, strict=False) if cell.strip()}
    numbers = {name for name in cells if name not in profile.hashed and _TOTAL.fullmatch(cells[name])}
    return {
        "source_line": record.line,
        "label": _named_part(first, begins.group()) if begins else "",
        "cells": {name: cells[name] if name in numbers else _UNSAID for name in kept if name in cells},
        "count": _count_of(record) if any(control.total_of == ROWS for control in totals) else None,
    }


def _count_of(record: Record) -> str | None:
    """First whole number of a line that counts the records, in whatever column it stands."""
    return next((cell.strip() for cell in record.fields if _COUNT.fullmatch(cell.strip())), None)


def _named_part(cell: str, named: str) -> str:
    """What a profile names of a cell; that more follows is told, and not what: it may be a person."""
    return named if cell == named else f"{named} {_UNSAID}"


def _read_labels(
    labels: Mapping[str, Mapping[str, str]], renamed: Mapping[str, str], kept: Sequence[str], profile: Profile
) -> dict[str, dict[str, str]]:
    """Labels of codes that are read; those of other columns, such as a respondent's number, may be names."""
    labelled = {name for column in profile.columns.values() if column.labelled for name in column.sources}
    answers = {profile.survey.answer_column} if profile.survey else set()
    unread = profile.used - labelled - answers
    named = {renamed.get(name, name): dict(known) for name, known in labels.items()}
    return {name: known for name, known in named.items() if name in kept and name not in unread}
