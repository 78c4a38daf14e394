"""Harm prevented: a file in another encoding is read as wrong letters, or as no rows, without a word."""

import pytest

from orchestration.errors import UnreadableFile
from orchestration.ingest.text.decode import MINIMUM_CONFIDENCE, decode, whole_lines

WESTERN = "id,name,city\n" + "".join(f"{i},Café Müller,Zürich – ’s-Gravenhage €\n" for i in range(5))
NARROW = WESTERN.replace("–", "-").replace("’", "'").replace("€", "x")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_read_exactly(encoding: str) -> None:
    found = decode(WESTERN.encode(encoding), "f.csv")
    assert (found.text, found.encoding, found.confidence) == (WESTERN, encoding, 1.0)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_of_either_order_is_read_by_its_mark(encoding: str) -> None:
    assert decode(("\ufeff" + WESTERN).encode(encoding), "f.csv").text == WESTERN


def test_cp1252_is_read_and_its_confidence_is_stated() -> None:
    found = decode(WESTERN.encode("cp1252"), "f.csv")
    assert (found.text, found.encoding) == (WESTERN, "cp1252")
    assert found.confidence >= MINIMUM_CONFIDENCE
    assert "confidence" in found.warnings[0]


def test_one_accent_among_many_rows_is_enough() -> None:
    assert decode(b"id,naam\n1,caf\xe9\n" + b"2,x\n" * 5000, "f.csv").text.startswith("id,naam\n1,café\n")


@pytest.mark.parametrize("encoding", ["mac_roman", "cp437", "cp850"])
def test_an_unclear_encoding_is_asked_for(encoding: str) -> None:
    with pytest.raises(UnreadableFile, match="declare its encoding"):
        decode(NARROW.encode(encoding), "f.csv")
    assert decode(NARROW.encode(encoding), "f.csv", encoding).text == NARROW


def test_a_declaration_cannot_make_wrong_bytes_right() -> None:
    with pytest.raises(UnreadableFile, match="Line 2 does not fit the encoding utf-8"):
        decode(WESTERN.encode("cp1252"), "f.csv", "utf-8")
    with pytest.raises(UnreadableFile, match="no encoding"):
        decode(b"a,b\n", "f.csv", "utf-99")


@pytest.mark.parametrize("content", [b"", b" \n\n", b"a,b\n1,\x00\n", "a,b\n".encode("utf-16-le")])
def test_empty_files_and_nul_characters_are_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        decode(content, "f.csv")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_is_proven_by_its_zeros(encoding: str) -> None:
    found = decode(WESTERN.encode(encoding), "f.csv")
    assert (found.text, found.encoding, found.confidence) == (WESTERN, encoding, 1.0)
    assert "no mark" in found.warnings[0]


def test_two_encodings_in_one_file_are_refused_with_the_lines() -> None:
    content = "id,naam\n1,café\n".encode() + b"2,x\n" + "3,Müller\n".encode("cp1252")
    with pytest.raises(UnreadableFile, match="mixes encodings: line 2 is UTF-8, line 4 is not"):
        decode(content, "f.csv")


def test_the_most_likely_encoding_is_named_where_it_is_asked_for() -> None:
    with pytest.raises(UnreadableFile, match="reads most like mac_roman"):
        decode(NARROW.encode("mac_roman"), "f.csv")


def test_nul_characters_are_named_by_line() -> None:
    with pytest.raises(UnreadableFile, match="Line 2 holds NUL"):
        decode(b"a,b\n1,\x00\n", "f.csv")


def test_odd_characters_are_told_and_not_mended() -> None:
    text = "id,naam\n1,lÃ¥r\n2,a\u00a0b\n3,c\u200bd\n"
    found = decode(text.encode(), "f.csv")
    assert found.text == text
    assert [warning.split(" (")[0] for warning in found.warnings] == [
        "1 non-breaking spaces stand in the file",
        "1 invisible characters stand in the file",
        "mojibake: letters were decoded twice before export",
    ]
    assert "line 2" in found.warnings[2]
    assert decode("id,naam\n1,Ångström, Ça va – ‘ja’\n".encode(), "f.csv").warnings == ()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_beginning_of_a_file_ends_with_a_whole_line(encoding: str, end: str) -> None:
    text = WESTERN.replace("\n", end)
    content = text.encode(encoding)
    for size in range(len(content) // 2, len(content)):
        head = whole_lines(content[:size])
        assert content.startswith(head)
        decoded = head.decode(encoding)
        assert text.startswith(decoded)
        assert decoded.endswith(("\n", "\r"))
