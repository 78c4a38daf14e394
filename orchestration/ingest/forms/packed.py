"""Compressed bytes out of gzip and zip, bounded: no bomb fills memory or disk. No formats, no tables."""

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from orchestration.errors import UnreadableFile

# Twenty million tickets are 3.2 GB; an archive that unpacks to more is an attack or a mistake.
MAXIMUM_BYTES: Final = 32 * 2**30
# Deflate reaches 1,032 to 1; exports as repetitive as they come, 100 to 1.
MAXIMUM_RATIO: Final = 250
# Below this no ratio does harm.
HARMLESS_BYTES: Final = 64 * 2**20
_MAXIMUM_MEMBERS: Final = 10_000
_BLOCK: Final = 2**20
# Of BZIP2 and LZMA a few kilobytes become gigabytes at one call, before a byte of them can be counted.
_BOUNDED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BROKEN: Final = (
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
)
"""What damaged archives raise when they are read."""


def opened(where: Path | io.BytesIO, name: str) -> zipfile.ZipFile:
    """Zip archive, opened to be read.

    Raises
    ------
    UnreadableFile
        It is damaged, or packed in a way that cannot be bounded.
    """
    try:
        archive = zipfile.ZipFile(where)
    except BROKEN as error:
        raise damaged(name, error) from None
    for entry in archive.infolist():
        is_encrypted = entry.flag_bits & 1
        if not entry.filename:
            raise UnreadableFile("The archive holds a file without a name", name, "pack it again")
        if entry.compress_type not in _BOUNDED and not is_encrypted:
            raise UnreadableFile(
                "The archive is packed in another way than Deflate", name, "pack it again as an ordinary zip"
            )
    return archive


def stream(path: Path, container: str, member: str, where: str) -> BinaryIO:
    """Decompressed bytes of a file, or of a member of an archive, from the start.

    Raises
    ------
    UnreadableFile
        It is damaged; more comes out while it is read than is allowed.
    """
    openers: dict[str, Callable[[], BinaryIO]] = {
        "": lambda: path.open("rb"),
        # Streams of bytes both, though the types do not call them BinaryIO.
        "gzip": lambda: _bounded_stream(gzip.GzipFile(path), path, where),  # type: ignore[arg-type]
        "zip": lambda: _bounded_stream(opened(path, where).open(member), path, where),  # type: ignore[arg-type]
    }
    try:
        return openers[container]()
    except BROKEN as error:
        raise damaged(where, error) from None


def _bounded_stream(file: BinaryIO, path: Path, where: str) -> BinaryIO:
    return io.BufferedReader(_Bounded(file, path.stat().st_size, where), _BLOCK)


def identity(file: BinaryIO) -> tuple[str, int]:
    """SHA-256 of all bytes of an open file, and how many they are; it is closed."""
    digest, size = hashlib.sha256(), 0
    buffer = memoryview(bytearray(_BLOCK))
    with file:
        while n_bytes := file.readinto(buffer):  # type: ignore[attr-defined]  # all streams here have it
            digest.update(buffer[:n_bytes])
            size += n_bytes
    return digest.hexdigest(), size


def damaged(where: str, error: BaseException) -> UnreadableFile:
    """Error to raise for what cannot be unpacked."""
    return UnreadableFile(f"It cannot be unpacked ({type(error).__name__})", where, "export it again")


def check_bounds(entries: Sequence[zipfile.ZipInfo], packed: int, name: str) -> None:
    """Hold what an archive says of its members against what is allowed for its size.

    Raises
    ------
    UnreadableFile
        It says that too much or too many come out, or two members have one name.
    """
    total = sum(entry.file_size for entry in entries)
    if total > _allowed(packed) or len(entries) > _MAXIMUM_MEMBERS:
        raise UnreadableFile(
            f"The archive unpacks to {len(entries):,} files and {total >> 20:,} MB, which no export does",
            name,
            "deliver its files unpacked if they are sound",
        )
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        raise UnreadableFile("The archive holds two files of one name", name, "pack it again")


def _allowed(packed: int) -> int:
    return min(MAXIMUM_BYTES, max(HARMLESS_BYTES, packed * MAXIMUM_RATIO))


class _Bounded(io.RawIOBase):
    """Stream that stops when more comes out than is allowed for what went in."""

    def __init__(self, stream: BinaryIO, packed: int, where: str) -> None:
        super().__init__()
        self._stream, self._where, self._read = stream, where, 0
        self._allowed = _allowed(packed)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]  # typed for any buffer
        try:
            content = self._stream.read(len(buffer))
        except BROKEN as error:
            raise damaged(self._where, error) from None
        self._read += len(content)
        if self._read > self._allowed:
            raise UnreadableFile(
                f"It unpacks to more than {self._allowed >> 20} MB, which no export does",
                self._where,
                "deliver it unpacked if it is sound",
            )
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        self._stream.close()
        super().close()
