"""A delivered file -> the tables it may hold: members of an archive, sheets of a workbook. Reads no row."""

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from orchestration.errors import UnreadableFile
from orchestration.ingest.kinds import HEAD_BYTES, Kind, kind_of, refused_as

# Twenty million tickets are 3.2 GB; an archive that unpacks to more is an attack or a mistake.
MAXIMUM_BYTES: Final = 32 * 2**30
# Deflate reaches 1,032 to 1; exports as repetitive as they come, 100 to 1.
MAXIMUM_RATIO: Final = 250
# Below this no ratio does harm.
_HARMLESS_BYTES: Final = 64 * 2**20
_MAXIMUM_MEMBERS: Final = 10_000
# Held in memory as a whole: workbooks, SPSS and Parquet inside an archive.
_MAXIMUM_IN_MEMORY: Final = 2 * 2**30
_BLOCK: Final = 2**20
_BROKEN: Final = (
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One table that a delivered file may hold; it can be sent to another process.

    Attributes
    ----------
    path : the file as it lies on disk.
    name : name it is reported under: ``exports/a.zip!tickets.csv``, ``exports/b.xlsx!Sheet1``.
    kind : what its bytes are; ``refused`` when they cannot be a table.
    container : ``gzip``, ``zip``, or empty.
    member : its name inside a zip.
    sheet : its name inside a workbook.
    delivery_id : SHA-256 of its bytes, decompressed; of a sheet, of the workbook's bytes, ``!`` and its name.
    size : number of its bytes, decompressed.
    problem : why it cannot be read, with the next step; empty when it may be.
    warnings : what a reader should know.
    """

    path: Path
    name: str
    kind: Kind
    delivery_id: str
    size: int = 0
    container: str = ""
    member: str = ""
    sheet: str = ""
    problem: str = ""
    warnings: tuple[str, ...] = ()

    def open(self) -> BinaryIO:
        """Its bytes, decompressed, from the start.

        Raises
        ------
        UnreadableFile
            It cannot be opened, or unpacks to more than is allowed.
        """
        return _stream(self.path, self.container, self.member, self.name)

    def seekable(self) -> Path | io.BytesIO:
        """The file itself, or, out of an archive, its bytes in memory.

        Raises
        ------
        UnreadableFile
            It is too large to be held in memory.
        """
        if not self.container:
            return self.path
        if self.size > _MAXIMUM_IN_MEMORY:
            raise UnreadableFile(
                f"Unpacked it is larger than {_MAXIMUM_IN_MEMORY >> 30} GB", self.name, "deliver it unpacked"
            )
        with self.open() as stream:
            return io.BytesIO(stream.read())


class _Bounded(io.RawIOBase):
    """Stream that stops when more comes out than is allowed for what went in."""

    def __init__(self, stream: BinaryIO, packed: int, where: str) -> None:
        super().__init__()
        self._stream, self._where, self._read = stream, where, 0
        self._allowed = min(MAXIMUM_BYTES, max(_HARMLESS_BYTES, packed * MAXIMUM_RATIO))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        try:
            content = self._stream.read(len(buffer))
        except _BROKEN as error:
            raise _damaged(self._where, error) from None
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


def parts_of(path: Path, name: str) -> list[Part]:
    """Tables that a delivered file may hold.

    Parameters
    ----------
    path : the file.
    name : name it is reported under, with forward slashes.

    Returns
    -------
    list of Part
        At least one; what cannot be read is a part that says why.

    Raises
    ------
    UnreadableFile
        The file cannot be opened.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        delivery_id, size = _identity(path.open("rb"))
    except OSError as error:
        raise UnreadableFile(
            f"The file cannot be opened ({error.strerror})", str(path), "check its rights and run again"
        ) from error
    kind = kind_of(head)
    whole = Part(path, name, kind, delivery_id, size)
    try:
        if kind == "gzip":
            return _inner(path, name, "gzip", "")
        if kind == "zip" and (workbook := _workbook(path, name)):
            return _sheets(Part(path, name, workbook, delivery_id, size))
        return _members(path, name) if kind == "zip" else _sheets(whole)
    except UnreadableFile as error:
        return [_refused(whole, str(error))]


def _members(path: Path, name: str) -> list[Part]:
    with _opened(path, name) as archive:
        entries = [
            entry for entry in archive.infolist() if not entry.is_dir() and not _is_noise(entry.filename)
        ]
    _bounded(entries, path, name)
    if not entries:
        raise UnreadableFile("The archive holds no file", name, "export it again")
    parts: list[Part] = []
    for entry in sorted(entries, key=lambda entry: entry.filename):
        inside = f"{name}!{entry.filename}"
        stands_for = hashlib.sha256(f"{inside}\0{entry.CRC}".encode()).hexdigest()
        broken = Part(path, inside, "refused", stands_for, 0, "zip", entry.filename)
        if _escapes(entry.filename):
            parts.append(_refused(broken, f"The name leads out of the archive ({inside}): pack it again."))
        elif entry.flag_bits & 1:
            parts.append(_refused(broken, f"It is encrypted ({inside}): deliver it without a password."))
        else:
            try:
                parts += _inner(path, inside, "zip", entry.filename)
            except UnreadableFile as error:
                parts.append(_refused(broken, str(error)))
    return parts


def _bounded(entries: list[zipfile.ZipInfo], path: Path, name: str) -> None:
    total = sum(entry.file_size for entry in entries)
    allowed = min(MAXIMUM_BYTES, max(_HARMLESS_BYTES, path.stat().st_size * MAXIMUM_RATIO))
    if total > allowed or len(entries) > _MAXIMUM_MEMBERS:
        raise UnreadableFile(
            f"The archive unpacks to {len(entries):,} files and {total >> 20:,} MB, which no export does",
            name,
            "deliver its files unpacked if they are sound",
        )
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        raise UnreadableFile("The archive holds two files of one name", name, "pack it again")


def _inner(path: Path, name: str, container: str, member: str) -> list[Part]:
    """Parts of one compressed stream."""
    head = _stream(path, container, member, name).read(HEAD_BYTES)
    kind = kind_of(head)
    delivery_id, size = _identity(_stream(path, container, member, name))
    part = Part(path, name, kind, delivery_id, size, container, member)
    if kind == "zip" and (workbook := _workbook(part.seekable(), name)):
        return _sheets(Part(path, name, workbook, delivery_id, size, container, member))
    if kind in ("zip", "gzip") or "archive" in refused_as(head):
        return [
            _refused(part, f"An archive lies inside an archive ({name}): unpack it once and deliver that.")
        ]
    return _sheets(part)


def _sheets(part: Part) -> list[Part]:
    """A workbook's sheets; anything else is one part."""
    if part.kind == "workbook":
        from orchestration.ingest.excel import sheet_names

        visible, warnings = sheet_names(part)
        return [
            Part(
                part.path, f"{part.name}!{sheet}", "workbook",
                hashlib.sha256(f"{part.delivery_id}!{sheet}".encode()).hexdigest(),
                part.size, part.container, part.member, sheet, "", warnings,
            )
            for sheet in visible
        ]  # fmt: skip
    if part.kind == "refused":
        with part.open() as stream:
            what = refused_as(stream.read(HEAD_BYTES))
        return [
            _refused(part, f"It is {what} ({part.name}): deliver CSV, a workbook, JSON, Parquet or SPSS.")
        ]
    return [part]


def _refused(part: Part, problem: str) -> Part:
    return Part(
        part.path, part.name, "refused", part.delivery_id, part.size, part.container, part.member, "", problem
    )


def _workbook(where: Path | io.BytesIO, name: str) -> Kind | None:
    """Whether a zip is a workbook; other office files are refused by name."""
    with _opened(where, name) as archive:
        names = set(archive.namelist())
        if "mimetype" in names:
            mimetype = archive.read("mimetype")[:100].decode("ascii", errors="replace").strip()
            if mimetype.startswith("application/vnd.oasis.opendocument.spreadsheet"):
                return "workbook"
            if mimetype.startswith("application/"):
                raise UnreadableFile(f"It is no spreadsheet ({mimetype})", name, "deliver CSV or a workbook")
    if "[Content_Types].xml" not in names:
        return None
    if names & {"xl/workbook.xml", "xl/workbook.bin"}:
        return "workbook"
    raise UnreadableFile("It is an office file without sheets", name, "deliver CSV or a workbook")


def _opened(where: Path | io.BytesIO, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(where)
    except _BROKEN as error:
        raise _damaged(name, error) from None


def _stream(path: Path, container: str, member: str, where: str) -> BinaryIO:
    openers: dict[str, Callable[[], BinaryIO]] = {
        "": lambda: path.open("rb"),
        "gzip": lambda: _bounded_stream(gzip.GzipFile(path), path, where),  # type: ignore[arg-type]
        "zip": lambda: _bounded_stream(_opened(path, where).open(member), path, where),  # type: ignore[arg-type]
    }
    try:
        return openers[container]()
    except _BROKEN as error:
        raise _damaged(where, error) from None


def _bounded_stream(stream: BinaryIO, path: Path, where: str) -> BinaryIO:
    return io.BufferedReader(_Bounded(stream, path.stat().st_size, where), _BLOCK)


def _identity(stream: BinaryIO) -> tuple[str, int]:
    """SHA-256 of all bytes of a stream, and how many they are."""
    digest, size = hashlib.sha256(), 0
    with stream:
        for block in _blocks(stream):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(_BLOCK):
        yield block


def _damaged(where: str, error: BaseException) -> UnreadableFile:
    return UnreadableFile(f"It cannot be unpacked ({type(error).__name__})", where, "export it again")


def _escapes(member: str) -> bool:
    path = PurePosixPath(member.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in path.parts[0]


def _is_noise(member: str) -> bool:
    """What archive tools add: hidden files and the folder of a Mac."""
    return any(part.startswith((".", "__MACOSX")) and part != ".." for part in member.split("/"))
