"""What a file is, by its first bytes and never by its name. Nothing is opened or read here."""

import json
import re
from typing import Final, Literal

Kind = Literal["text", "json", "parquet", "sav", "workbook", "gzip", "zip", "refused"]

# Enough for every mark below and for the first object of a JSON file to begin.
HEAD_BYTES: Final = 65_536

_MARKS: Final[tuple[tuple[bytes, Kind], ...]] = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),
    (b"PAR1", "parquet"),
    (b"$FL2", "sav"),
    (b"$FL3", "sav"),
)
_REFUSED: Final = (
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstandard archive"),
    (b"%PDF-", "a PDF"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"Obj\x01", "an Avro file"),
    (b"PARE", "an encrypted Parquet file"),
)
# An array of objects, or an object whose first key begins; a CSV header may begin with a bracket too.
_JSON: Final = re.compile(r"\s*+(?:\[\s*+(?:\{|\Z|\])|\{\s*+(?:\"|\}))")


def kind_of(head: bytes) -> Kind:
    """What a file is.

    Parameters
    ----------
    head : its first ``HEAD_BYTES`` bytes, or all it has.

    Returns
    -------
    Kind
        ``text`` for everything without a mark; ``workbook`` here means the old binary XLS, new ones are
        ``zip`` until one looks inside; ``refused`` is named by `refused_as`.
    """
    for mark, kind in _MARKS:
        if head.startswith(mark):
            return kind
    if refused_as(head):
        return "refused"
    text = head.decode(json.detect_encoding(head), errors="replace").removeprefix("\ufeff")
    return "json" if _JSON.match(text) else "text"


def refused_as(head: bytes) -> str:
    """Name of a format that is never read, with its article; empty for all others."""
    if head[257:262] == b"ustar":
        return "a tar archive"
    return next((name for mark, name in _REFUSED if head.startswith(mark)), "")
