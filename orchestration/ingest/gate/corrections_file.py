"""A file of corrections that a person gave back: read, and what is wrong in it told. No row is looked at."""

from pathlib import Path
from typing import Final

from orchestration.errors import UnreadableFile
from orchestration.ingest.forms.kinds import HEAD_BYTES, kind_of
from orchestration.ingest.text.decode import decode
from orchestration.ingest.text.tabular import Table, read_table

PLACE: Final = ("delivery_id", "source_line", "file", "reasons")
"""Columns of an exported row that say where it belongs; they are not the row's own and are not corrected."""
_TOLD_AT_MOST: Final = 20

Fault = tuple[str, str]
"""What is wrong in a file of corrections, and the next step."""


def read_corrections(path: Path) -> Table:
    """Rows of a file as `corrections.export` wrote it and a person gave it back."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise wrong(
            path, (f"the file cannot be opened ({error.strerror})", "name the corrected file")
        ) from None
    if kind_of(content[:HEAD_BYTES]) != "text":
        raise wrong(path, ("it is no CSV file", "save it as CSV UTF-8"))
    try:
        decoded = decode(content, path.name)
    except UnreadableFile as error:
        raise wrong(path, (error.what, "save it as CSV UTF-8")) from None
    return read_table(decoded.text, path.name, header_rows=1, is_header=lambda row: PLACE[0] in row)


def wrong(path: Path, *faults: Fault) -> UnreadableFile:
    """Error that names all faults of a file at once."""
    (said, remedy), *others = faults
    if not others:
        return UnreadableFile(f"The corrections cannot be taken: {said}", str(path), remedy)
    told = [f"{said}: {remedy}" for said, remedy in faults[:_TOLD_AT_MOST]]
    told += [f"and {len(faults) - _TOLD_AT_MOST:,} more"] if len(faults) > _TOLD_AT_MOST else []
    what = f"The corrections cannot be taken, {len(faults):,} lines are wrong"
    return UnreadableFile(what, str(path), "\n  ".join(["", *told]))
