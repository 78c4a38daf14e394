"""Harm prevented: an archive fills the disk, leads out of its folder, or a table inside it is lost."""

import gzip
import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from orchestration.errors import UnreadableFile
from orchestration.ingest.forms import packed
from orchestration.ingest.forms.containers import Part, parts_of
from orchestration.ingest.forms.kinds import kind_of

CSV = b"id,name\n1,x\n"


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _parts(path: Path) -> dict[str, Part]:
    return {part.name: part for part in parts_of(path, f"exports/{path.name}")}


def test_n40_a_zip_of_csvs_gives_one_part_per_member(tmp_path: Path) -> None:
    path = _zip(
        tmp_path / "a.zip",
        {"tickets.csv": CSV, "sub/users.csv": CSV + b"2,y\n", "__MACOSX/._x": b"x", ".DS_Store": b"x"},
    )
    parts = _parts(path)
    assert list(parts) == ["exports/a.zip!sub/users.csv", "exports/a.zip!tickets.csv"]
    part = parts["exports/a.zip!tickets.csv"]
    assert (part.kind, part.container, part.size) == ("text", "zip", len(CSV))
    assert part.delivery_id == hashlib.sha256(CSV).hexdigest()
    assert part.open().read() == CSV


def test_a_gzip_is_read_by_its_bytes_and_known_by_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(gzip.compress(CSV))
    (tmp_path / "plain.csv").write_bytes(CSV)
    part = _parts(tmp_path / "a.csv")["exports/a.csv"]
    assert (part.kind, part.container) == ("text", "gzip")
    assert part.delivery_id == _parts(tmp_path / "plain.csv")["exports/plain.csv"].delivery_id


@pytest.mark.parametrize(
    "name", ["../evil.csv", "..\\evil.csv", "/etc/evil.csv", "C:\\evil.csv", "a/../../evil.csv"]
)
def test_a_member_that_leads_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    parts = _parts(_zip(tmp_path / "a.zip", {name: CSV, "good.csv": CSV}))
    refused = [part for part in parts.values() if part.problem]
    assert len(refused) == 1
    assert "leads out of the archive" in refused[0].problem
    assert parts["exports/a.zip!good.csv"].problem == ""


def test_an_archive_in_an_archive_is_refused_by_name(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x.csv", CSV)
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive_tar:
        archive_tar.addfile(tarfile.TarInfo("x"), io.BytesIO(b""))
    path = _zip(
        tmp_path / "a.zip", {"b.zip": inner.getvalue(), "c.gz": gzip.compress(CSV), "d": tar.getvalue()}
    )
    problems = {name: part.problem for name, part in _parts(path).items()}
    assert len(problems) == 3
    assert all("archive lies inside an archive" in said for said in problems.values())
    (tmp_path / "t.gz").write_bytes(gzip.compress(gzip.compress(CSV)))
    assert "inside an archive" in _parts(tmp_path / "t.gz")["exports/t.gz"].problem


@pytest.mark.parametrize("form", ["zip", "gzip"])
def test_a_bomb_is_refused_before_it_fills_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(packed, "HARMLESS_BYTES", 1_000_000)
    content = bytes(20_000_000)
    path = tmp_path / "bomb"
    if form == "zip":
        _zip(path, {"a.csv": content})
    else:
        path.write_bytes(gzip.compress(content))
    parts = list(_parts(path).values())
    assert [part.kind for part in parts] == ["refused"]
    assert "which no export does" in parts[0].problem


def test_a_workbook_that_is_a_bomb_is_refused_before_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "HARMLESS_BYTES", 1_000_000)
    parts = _parts(
        _zip(tmp_path / "a.xlsx", {"[Content_Types].xml": b"<x/>", "xl/workbook.xml": bytes(20_000_000)})
    )
    assert "which no export does" in parts["exports/a.xlsx"].problem


def test_a_member_that_says_it_is_smaller_than_it_is_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _zip(tmp_path / "a.zip", {"a.csv": bytes(9_000_000)})
    part = _parts(path)["exports/a.zip!a.csv"]
    monkeypatch.setattr(packed, "HARMLESS_BYTES", 1_000_000)
    with pytest.raises(UnreadableFile, match="unpacks to more"):
        part.open().read()


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_cannot_be_bounded_is_not_unpacked(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as archive:
        archive.writestr("a.csv", CSV)
    assert "another way than Deflate" in _parts(tmp_path / "a.zip")["exports/a.zip"].problem


def test_damaged_and_locked_archives_are_said(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + bytes(50))
    assert "cannot be unpacked" in _parts(tmp_path / "a.zip")["exports/a.zip"].problem
    (tmp_path / "b.gz").write_bytes(gzip.compress(CSV * 1000)[:-20])
    assert "cannot be unpacked" in _parts(tmp_path / "b.gz")["exports/b.gz"].problem
    content = bytearray(_zip(tmp_path / "c.zip", {"x.csv": CSV}).read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "c.zip").write_bytes(content)
    assert "encrypted" in _parts(tmp_path / "c.zip")["exports/c.zip!x.csv"].problem
    content = bytearray(_zip(tmp_path / "n.zip", {"x": CSV}).read_bytes())
    del content[content.rindex(b"x", 0, -22)]
    content[content.index(b"PK\x01\x02") + 28] = 0
    content[-10] -= 1
    (tmp_path / "n.zip").write_bytes(content)
    assert "without a name" in _parts(tmp_path / "n.zip")["exports/n.zip"].problem
    _zip(tmp_path / "d.zip", {})
    assert "holds no file" in _parts(tmp_path / "d.zip")["exports/d.zip"].problem


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"a,b\n1,2\n", "text"),
        (b'[id],name\n"1",2\n', "text"),
        (b'  [\n {"a": 1}]', "json"),
        (b'\xef\xbb\xbf{"a": 1}\n{"a": 2}\n', "json"),
        ('[{"a": 1}]'.encode("utf-16"), "json"),
        (b"PAR1xxxx", "parquet"),
        (b"$FL2@(#) SPSS", "sav"),
        (b"%PDF-1.7", "refused"),
        (b"", "text"),
    ],
)
def test_a_file_is_what_its_bytes_say(head: bytes, kind: str) -> None:
    assert kind_of(head) == kind


def test_what_is_no_table_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "report.csv").write_bytes(b"%PDF-1.7 ...")
    assert "It is a PDF" in _parts(tmp_path / "report.csv")["exports/report.csv"].problem
    _zip(tmp_path / "letter.csv", {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
    assert "office file without sheets" in _parts(tmp_path / "letter.csv")["exports/letter.csv"].problem
    _zip(tmp_path / "binary.csv", {"[Content_Types].xml": b"<x/>", "xl/workbook.bin": b""})
    binary = _parts(tmp_path / "binary.csv")["exports/binary.csv"]
    assert (binary.kind, "XLSB" in binary.problem, "save it as XLSX" in binary.problem) == (
        "refused",
        True,
        True,
    )
