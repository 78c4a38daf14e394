"""A delivered file -> the tables it may hold: members of an archive, sheets of a workbook. Reads no row."""

import hashlib
import io
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from orchestration.errors import UnreadableFile
from orchestration.ingest.forms.kinds import HEAD_BYTES, Kind, kind_of, refused_as
from orchestration.ingest.forms.packed import BROKEN, check_bounds, damaged, identity, opened, stream

# Held in memory as a whole: workbooks, SPSS and Parquet inside an archive.
_MAXIMUM_IN_MEMORY: Final = 2 * 2**30
_WORKBOOK: Final = {"xl/workbook.xml", "content.xml"}
_BINARY: Final = "xl/workbook.bin"


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
        Empty until its bytes were read, see `parts_of`.
    size : number of its bytes, decompressed.
    problem : why it cannot be read, with the next step; empty when it may be.
    warnings : what a reader should know.
    stamp : see `stamp_of`, as it was before the first of its bytes was read.
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
    stamp: tuple[int, ...] = ()

    def open(self) -> BinaryIO:
        """Its bytes, decompressed, from the start.

        Raises
        ------
        UnreadableFile
            It cannot be opened, or unpacks to more than is allowed.
        """
        return stream(self.path, self.container, self.member, self.name)

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
        with self.open() as file:
            return io.BytesIO(file.read())


def stamp_of(path: Path) -> tuple[int, ...]:
    """What changes when a file is written to or replaced; empty where there is none."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns


def parts_of(path: Path, name: str, *, is_read_first: bool = False) -> list[Part]:
    """Tables that a delivered file may hold.

    Parameters
    ----------
    path : the file.
    name : name it is reported under, with forward slashes.
    is_read_first : a file that is text by itself gets no `delivery_id` yet; whoever reads it finds it then.

    Returns
    -------
    list of Part
        At least one; what cannot be read is a part that says why.

    Raises
    ------
    UnreadableFile
        The file cannot be opened.
    """
    if not os.path.isfile(path):
        raise UnreadableFile(
            "It is no file that can be read, but a folder that is a link or may not be read, a link into "
            "nothing, or a pipe",
            name,
            "put the files themselves in its place, or correct its rights",
        )
    if not _is_utf8(str(path)):
        # Readers of Parquet and SPSS take a path as UTF-8 only.
        raise UnreadableFile("The name of the file is not UTF-8", name, "rename it")
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        kind = kind_of(head)
        is_later = is_read_first and kind == "text"
        delivery_id, size = ("", path.stat().st_size) if is_later else identity(path.open("rb"))
    except OSError as error:
        raise UnreadableFile(
            f"The file cannot be opened ({error.strerror})", name, "check its rights and run again"
        ) from error
    whole = Part(path, name, kind, delivery_id, size)
    try:
        if kind == "gzip":
            return _inner(path, name, "gzip", "")
        if kind == "zip" and (workbook := _workbook(path, name)):
            return _sheets(Part(path, name, workbook, delivery_id, size))
        return _members(path, name) if kind == "zip" else _sheets(whole)
    except UnreadableFile as error:
        return [_refused(whole, str(error))]


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _members(path: Path, name: str) -> list[Part]:
    with opened(path, name) as archive:
        entries = [
            entry for entry in archive.infolist() if not entry.is_dir() and not _is_noise(entry.filename)
        ]
    check_bounds(entries, path.stat().st_size, name)
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


def _inner(path: Path, name: str, container: str, member: str) -> list[Part]:
    """Parts of one compressed stream."""
    head = stream(path, container, member, name).read(HEAD_BYTES)
    kind = kind_of(head)
    delivery_id, size = identity(stream(path, container, member, name))
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
        from orchestration.ingest.forms.excel import sheet_names

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
        with part.open() as file:
            what = refused_as(file.read(HEAD_BYTES))
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
    with opened(where, name) as archive:
        names = set(archive.namelist())
        packed = where.stat().st_size if isinstance(where, Path) else len(where.getbuffer())
        if names & _WORKBOOK:
            check_bounds(archive.infolist(), packed, name)
        if "mimetype" in names:
            mimetype = _first(archive, "mimetype", name)
            if mimetype.startswith("application/vnd.oasis.opendocument.spreadsheet"):
                return "workbook"
            if mimetype.startswith("application/"):
                raise UnreadableFile(f"It is no spreadsheet ({mimetype})", name, "deliver CSV or a workbook")
    if "[Content_Types].xml" not in names:
        return None
    if _BINARY in names:
        raise UnreadableFile(
            "It is an XLSB workbook, whose errors and formulas without a result look like empty cells",
            name,
            "save it as XLSX or CSV",
        )
    if names & _WORKBOOK:
        return "workbook"
    raise UnreadableFile("It is an office file without sheets", name, "deliver CSV or a workbook")


def _first(archive: zipfile.ZipFile, member: str, name: str) -> str:
    try:
        return archive.read(member)[:100].decode("ascii", errors="replace").strip()
    except BROKEN as error:
        raise damaged(name, error) from None


def _escapes(member: str) -> bool:
    path = PurePosixPath(member.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in path.parts[0]


def _is_noise(member: str) -> bool:
    """What archive tools add: hidden files and the folder of a Mac."""
    parts = member.replace("\\", "/").split("/")
    return any(part.startswith((".", "__MACOSX")) and part != ".." for part in parts)
