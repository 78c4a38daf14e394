"""Harm prevented: a file in another encoding is read as wrong letters, or as no rows, without a word."""

import random
from collections import Counter

import pytest

from orchestration.errors import UnreadableFile
from orchestration.ingest.text.decode import MINIMUM_CONFIDENCE, decode, whole_lines
from orchestration.ingest.text.tabular import read_table

WESTERN = "id,name,city\n" + "".join(f"{i},Café Müller,Zürich – ’s-Gravenhage €\n" for i in range(5))
SIZES = (1, 2, 3, 5, 10, 50, 200)
WORDS = {
    ("cp1252", "iso8859-15", "mac_roman", "cp850", "utf-8", "utf-16"): (
        "Genève Orléans forêt Besançon Nîmes Évreux Châlons Mâcon Côte Hélène façade pièce élève après",
        "München Köln Düsseldorf Straße Größe Käufer Jäger Österreich Übergabe Fußball Gebühr Stückzahl",
        "España Coruña Logroño Málaga Córdoba León Núñez Peña Ibáñez Íñigo año señor Cataluña mañana número",
        "São João Guimarães Évora Conceição Simões Loulé Mação Açores Brasília produção estação coração",
        "Malmö Göteborg Örebro Åkersberga Västerås Jönköping Gävle Luleå försäljning Håkansson Sjöberg",
        "København Ålborg Århus Sønderborg Næstved Jørgensen Kjær Rønne Frederikshavn Tromsø Bodø Ærø",
        "Forlì Cefalù Nicolò società qualità perché città Mondovì Cantù attività università Niccolò",
        "Jyväskylä Hämeenlinna Mäkinen Järvenpää Hyvinkää Yksikkö päällikkö Seinäjoki Riihimäki",
    ),
    ("cp1250", "iso8859-2", "cp852"): (
        "Łódź Kraków Świętokrzyskie Gdańsk Poznań Częstochowa Wrocław Toruń Województwo Żółkiewski Błażej",
        "Příliš žluťoučký kůň Plzeň Ústí Děčín Třebíč Královéhradecký Růžička Dvořák Černý Jiří",
        "Košice Žilina Trenčín Prešov Nováková Ďurica Ľubomír Štefánik Bánovce Spišská mäso kôň",
        "Győr Pécs Székesfehérvár Kőszeg Hódmezővásárhely Szűcs Erdős Üllői Debreceni Őrség",
        "Šibenik Đakovo Čakovec Požega Križevci Horvatić Marušić Škofja Kočevje Žalec Jožef",
        "Timişoara Iaşi Bucureşti Piteşti Constanţa Brăila Târgovişte Călăraşi Mureş Bârlad",
    ),
    ("cp1251", "koi8-r", "mac_cyrillic"): (
        "Москва Санкт-Петербург Екатеринбург Иванова Смирнов заявка клиент отдел продаж закрыта",
        "София Пловдив Варна Георгиев Иванова поръчка клиент отдел продажби затворена",
    ),
}
"""Words of one language a line, by the encodings that hold them."""
WESTERN_READ = 0.95
"""Share of the western texts that are read; the others are asked for."""
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
    # What is guessed is never told as sure as what is declared.
    assert MINIMUM_CONFIDENCE <= found.confidence < 1.0
    assert f"confidence {found.confidence:.2f}" in found.warnings[0]


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


def lists(words: str) -> list[str]:
    """Files of several sizes with one or two of the words in each row."""
    known = words.split()
    chosen = random.Random(len(words))
    return [
        "id;name;city;amount\n"
        + "".join(
            f"{row};{chosen.choice(known)};{chosen.choice(['Berg', *known])};{row * 7},50\n"
            for row in range(1, n + 1)
        )
        for n in SIZES
    ]


def outcome(content: bytes, text: str) -> str:
    try:
        return "same" if decode(content, "f.csv").text == text else "different"
    except UnreadableFile:
        return "refused"


@pytest.mark.parametrize(
    ("encoding", "words"),
    [(one, words) for names, lines in WORDS.items() for one in names for words in lines],
)
def test_no_text_in_any_encoding_becomes_another_one_silently(encoding: str, words: str) -> None:
    found = Counter(outcome(text.encode(encoding), text) for text in lists(words))
    assert found["different"] == 0
    if encoding.startswith("utf"):
        assert found["same"] == len(SIZES)


@pytest.mark.parametrize("header", ["Beleg;Datum;Betrag;Währung", "Numéro;Coût", "Name;Währung;Fällig am"])
def test_words_of_known_headers_tell_the_encoding_where_rows_are_plain(header: str) -> None:
    text = f"{header}\n" + "1;2024-01-01;5\n" * 50
    assert decode(text.encode("cp1252"), "f.csv").text == text
    for other in ("mac_roman", "cp850"):
        with pytest.raises(UnreadableFile, match=r"unclear.* reads as well as cp1252"):
            decode(text.encode(other), "f.csv")


def test_nearly_every_western_text_is_read() -> None:
    (lines,) = (lines for names, lines in WORDS.items() if "cp1252" in names)
    texts = [text for words in lines for text in lists(words)]
    found = Counter(outcome(text.encode("cp1252"), text) for text in texts)
    assert found["same"] >= WESTERN_READ * len(texts), found


@pytest.mark.parametrize(
    "text",
    [
        "id;bedrag\n1;1\u00a0250,00\n2;980,00\n",
        "id;prijs\n1;€ 100\n2;€ 200\n",
        "Nº;Importe\n1;10,00\n",
        "N° facture;Montant\n1;10,00\n",
        "id;plaats\n1;’s-Gravenhage\n",
        "id;period\n1;2019–2020\n",
        "id;temp\n1;20 °C\n",
        "id;naam;bedrag\n1;Müller;1\u00a0250,00\n",
    ],
)
def test_signs_that_are_no_letters_do_not_make_an_encoding_unclear(text: str) -> None:
    assert decode(text.encode("cp1252"), "f.csv").text == text


@pytest.mark.parametrize(("text", "encoding"), [("1;Nemeş\n", "cp1250"), ("1;cœur\n2;été €\n", "iso8859-15")])
def test_letters_that_would_be_signs_are_seen_where_no_sign_stands(text: str, encoding: str) -> None:
    with pytest.raises(UnreadableFile, match="unclear"):
        decode(f"id;name\n{text}".encode(encoding), "f.csv")


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
    with pytest.raises(UnreadableFile, match="mac_roman reads as well as cp1252"):
        decode(NARROW.encode("mac_roman"), "f.csv")


def test_nul_characters_are_named_by_line() -> None:
    with pytest.raises(UnreadableFile, match="Line 2 holds NUL"):
        decode(b"a,b\n1,\x00\n", "f.csv")


@pytest.mark.parametrize("mark", ["\u00ad", "\u061c", "\u200d", "\u200e", "\u202c", "\u2068", "\ufeff"])
def test_a_mark_that_nobody_sees_is_told_and_is_no_part_of_a_name(mark: str) -> None:
    found = decode(f"id,na{mark}me\n{mark}1,x\n".encode(), "f.csv")
    assert found.warnings == ("2 invisible characters stand in the file",)
    assert read_table(found.text, "f.csv").names == ("id", "name")


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
