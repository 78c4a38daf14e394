"""What explain reads: an edition, and the build that still holds what the edition shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration import warehouse
from orchestration.editions.shelf import manifest_of, resolve
from orchestration.errors import WarehouseLocked
from orchestration.reader import connect

if TYPE_CHECKING:
    import duckdb

VERSION = 1
"""Version of the shape of the JSON, see docs/explain.md."""


@dataclass(slots=True)
class Source:
    """An edition that is asked about, and the home it lies in.

    Attributes
    ----------
    edition : folder of the edition.
    tables : connection to its tables, read-only.
    build : connection to the build file, read-only; None where it is not there or held by a run.
    files : name of the delivered file by delivery; the first one where the same bytes came more than once.
    warnings : what the reader must know about what was read.
    """

    home: Path
    edition: Path
    tables: duckdb.DuckDBPyConnection
    build: duckdb.DuckDBPyConnection | None
    files: Mapping[str, str]
    warnings: list[str] = field(default_factory=list)

    def is_as_shown(self, what: str, shown: object, now: object, now_said: float | None) -> bool:
        """Whether the build holds what the edition shows, so that its rows are those of the edition."""
        if now == shown:
            return True
        self.warnings.append(
            f"The build is not the one that made this edition: there the {what} is {now_said} now. "
            "The walk ends at the tables of the edition."
        )
        return False

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows of the edition's tables."""
        return rows_of(self.tables, sql, parameters)


def rows_of(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()
) -> list[dict[str, Any]]:
    """Rows of a query by column name."""
    cursor = connection.execute(sql, list(parameters))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@contextmanager
def opened(home: Path, asked_edition: str | None) -> Iterator[Source]:
    """Open an edition and the build beside it.

    Raises
    ------
    NoEdition, UnknownEdition, UnreadableEdition
        Nothing was published yet, not under that name, or it cannot be opened.
    """
    folder = resolve(home, asked_edition)
    with connect(home, folder.name) as tables:
        source = Source(home, folder, tables, None, _files(home))
        if not warehouse.build_file(home).is_file():
            source.warnings.append(
                "The build file is gone, so that the walk ends at the tables of the edition."
            )
            yield source
            return
        try:
            with warehouse.connect(home, read_only=True) as build:
                source.build = build
                source.warnings += _delivered_since(home, folder)
                yield source
        except WarehouseLocked:
            if source.build is not None:
                raise
            source.warnings.append(
                "A run holds the build file, so that the walk ends at the tables of the edition; "
                "ask again when the run has ended."
            )
            yield source


def _files(home: Path) -> dict[str, str]:
    from orchestration.ingest.land.deliveries import receipts

    names: dict[str, str] = {}
    for delivery in receipts(home):
        if delivery.is_landed:
            names.setdefault(delivery.delivery_id, delivery.file)
    return names


def _delivered_since(home: Path, edition: Path) -> list[str]:
    """A warning where the home holds deliveries that the edition does not know."""
    from orchestration.ingest.land.deliveries import receipts

    known = {(entry["file"], entry["delivery_id"]) for entry in manifest_of(edition).get("inputs", ())}
    new = [one for one in receipts(home) if one.is_landed and (one.file, one.delivery_id) not in known]
    if not new:
        return []
    return [f"{len(new)} files were delivered since this edition was published; rows are those of the build."]
