"""For analysts: a connection to an edition that can read its tables and do nothing else.

>>> from orchestration.reader import connect
>>> with connect("my-home") as edition:
...     edition.execute("select * from latest_index").df()
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.editions.shelf import CURRENT, resolve
from orchestration.errors import MaturityImpactError

if TYPE_CHECKING:
    import duckdb

MARTS_FILE = "marts.duckdb"
LOCKED: Mapping[str, str] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    # Variables of the calling program are no tables.
    "python_enable_replacements": "false",
    # By default DuckDB spills beside the file it reads, and an edition is never written to.
    "temp_directory": "",
    "lock_configuration": "true",
}
"""Settings of every reading connection, in force from the first statement on."""
# `current` may be swapped and the edition before it pruned between looking and opening.
_TRIES = 5


class UnreadableEdition(MaturityImpactError):
    """An edition is there and cannot be opened: held by a writer, made by a newer DuckDB, or damaged."""


def connect(home: Path | str, edition: str | None = None) -> duckdb.DuckDBPyConnection:
    """Open an edition for reading: nothing can be written, attached, loaded, set or read from elsewhere.

    Parameters
    ----------
    home : Path or str
        Folder of the installation.
    edition : str, optional
        Id of an edition or the beginning of one, `current` (also when left out) or `previous`.

    Returns
    -------
    duckdb.DuckDBPyConnection
        Tables of the marts by their plain names, results of the analysis as `analysis.<name>`. It stays on
        the edition it was opened on, also when another one is published. Close it, or use it in a `with`.

    Raises
    ------
    NoEdition, UnknownEdition
        Nothing was published yet, or not under that name.
    UnreadableEdition
        The file is held by a writing process, was made by a newer DuckDB, is damaged, or is open in this
        process in another way.
    """
    import duckdb

    for attempt in range(1, _TRIES + 1):
        path = resolve(Path(home), edition) / MARTS_FILE
        try:
            return duckdb.connect(str(path), read_only=True, config=dict(LOCKED))
        except (duckdb.Error, OSError) as error:
            is_gone = not path.exists() and edition in {None, CURRENT}
            if not is_gone or attempt == _TRIES:
                raise _told(error, path) from error
    raise AssertionError("the last try returns or raises")


def _told(error: Exception, path: Path) -> UnreadableEdition:
    """The one sentence for an edition that does not open."""
    said = " ".join(str(error).split())
    text = said.lower()
    where = str(path)
    if not path.exists():
        return UnreadableEdition(
            "This edition has no marts file", where, "choose another one: maturity-impact editions list"
        )
    if "different configuration" in text:
        return UnreadableEdition(
            "This program has the edition open in another way",
            where,
            "close that connection first, or use orchestration.reader.connect for both",
        )
    if "could not set lock" in text or "conflicting lock" in text:
        return UnreadableEdition(
            "Another program has the edition open for writing",
            where,
            "close it there; an edition is only ever read",
        )
    if "with version number" in text:
        return UnreadableEdition(
            f"The edition is in a storage format that this DuckDB does not read ({said})",
            where,
            "install the DuckDB of requirements.lock, or read the Parquet files beside it",
        )
    return UnreadableEdition(
        f"The edition cannot be opened ({said})",
        where,
        "choose another one with --edition, or go back with maturity-impact editions rollback",
    )
