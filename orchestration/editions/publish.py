"""Publishing: an edition is written aside, made durable, then `current` is swapped at once. No computing."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.editions import beliefs, shelf
from orchestration.editions.folder import (
    ASIDE,
    file_hashes,
    file_sizes,
    keep,
    make_durable,
    point_current_to,
    sweep,
)
from orchestration.editions.tables import Comments, write_tables
from orchestration.editions.views import View


@dataclass(frozen=True, slots=True)
class Edition:
    """What goes into an edition beside the tables.

    Attributes
    ----------
    facts : bytes
        `facts.json` as it is hashed: no clock, keys in order.
    documents : mapping of str to bytes
        Further files by name: pages and the schema of the facts.
    manifest : mapping
        What the manifest says beside identity, row counts and file hashes.
    provenance : mapping
        What the home keeps for itself: rows by delivery and month, and restated periods.
    comments : mapping
        (schema, table) to (text of the table, text per column).
    views : sequence of View
        Views made beside the tables, each after those it reads.
    """

    facts: bytes
    documents: Mapping[str, bytes]
    manifest: Mapping[str, Any]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    comments: Comments = field(default_factory=dict)
    views: Sequence[View] = ()

    @property
    def facts_hash(self) -> str:
        """SHA-256 of the facts."""
        return hashlib.sha256(self.facts).hexdigest()


def publish(home: Path, edition: Edition, now: datetime) -> Path:
    """Write an edition aside, make it durable and let `editions/current` point to it.

    Parameters
    ----------
    home : Path
        Folder of the installation; its build file is read.
    edition : Edition
        Facts, pages, manifest and comments.
    now : datetime
        Time of publication, UTC; part of the identity.

    Returns
    -------
    Path
        Folder of the new edition.

    Raises
    ------
    OSError, duckdb.Error
        Whatever stopped the writing; nothing of it stays behind and `current` is as it was.
    EditionsBusy
        Another process is changing the editions.
    """
    with shelf.one_at_a_time(home):
        return _published_alone(home, edition, now)


def _published_alone(home: Path, edition: Edition, now: datetime) -> Path:
    editions = home / shelf.EDITIONS
    editions.mkdir(parents=True, exist_ok=True)
    sweep(editions)
    edition_id = _free_id(editions, f"{now:%Y%m%dT%H%M%SZ}-{edition.facts_hash[:8]}")
    aside = editions / f"{ASIDE}{edition_id}"
    try:
        (aside / "parquet").mkdir(parents=True)
        moment = beliefs.moment_of(editions, now)
        rows = write_tables(home, aside, edition_id, moment, edition.comments, edition.views)
        for name, content in {"facts.json": edition.facts, **edition.documents}.items():
            (aside / name).write_bytes(content)
        manifest = {
            "edition_id": edition_id,
            "created_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "replaces": shelf.current_id(home),
            "facts_hash": edition.facts_hash,
            "rows": {f"{schema}.{name}": count for (schema, name), count in rows.items()},
            "beliefs": moment.as_json(),
            "views": {view.name: view.description for view in edition.views},
            **edition.manifest,
            "bytes": file_sizes(aside),
            "files": file_hashes(aside),
        }
        (aside / shelf.MANIFEST).write_text(
            json.dumps(manifest, indent=1, ensure_ascii=False), encoding="utf-8"
        )
        make_durable(aside)
        # Before the edition is there, so that none is without it.
        keep(shelf.provenance_file(editions / edition_id), _json(edition.provenance))
        aside.rename(editions / edition_id)
        point_current_to(editions, edition_id)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return editions / edition_id


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":")) + "\n"


def _free_id(editions: Path, wanted: str) -> str:
    candidate, number = wanted, 1
    while (editions / candidate).exists():
        number += 1
        candidate = f"{wanted}-{number}"
    return candidate
