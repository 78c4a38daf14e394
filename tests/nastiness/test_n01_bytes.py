"""If these fail, the bytes of an export (exports.md N1 to N12) become other words, or vanish."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Drop

FILE = "exports/zendesk/tickets.csv"


def three(drop: Drop, **cells: str) -> str:
    return drop.text_of([drop.ticket(n, **cells) for n in (1, 2, 3)])


@pytest.mark.parametrize("first", ["id,", '"id",'])
def test_n1_a_byte_order_mark_is_no_part_of_the_first_name(drop: Drop, first: str) -> None:
    outcome = drop.take(codecs.BOM_UTF8 + three(drop).replace("id,", first, 1).encode())
    assert list(outcome.entity("tickets")["ticket_key"]) == ["1", "2", "3"]


def test_n2_windows_letters_are_read_or_asked_for(drop: Drop) -> None:
    text = three(drop, via_channel="Café – Überraschung, naïve façade – très chère".replace(",", ""))
    outcome = drop.take(text.encode("cp1252"))
    assert set(outcome.entity("tickets")["channel"]) == {"café – überraschung naïve façade – très chère"}


def test_n3_mac_roman_is_read_where_it_is_declared(drop: Drop) -> None:
    drop.declare(encoding="mac_roman")
    outcome = drop.take(three(drop, via_channel="Größe façade").encode("mac_roman"))
    assert set(outcome.entity("tickets")["channel"]) == {"größe façade"}


def test_n3_mac_roman_undeclared_is_right_or_refused(drop: Drop) -> None:
    drop.put("exports/zendesk/good.csv", drop.text_of([drop.ticket(9)]))
    outcome = drop.take(three(drop, via_channel="Größe façade").encode("mac_roman"))
    channels = set(outcome.entity("tickets")["channel"]) - {"email"}
    if outcome.deliveries[FILE].is_landed:
        assert channels == {"größe façade"}
    else:
        assert "encoding" in outcome.said(FILE)
        assert not channels


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_n4_utf_16_is_read_or_refused_and_never_empty(drop: Drop, encoding: str) -> None:
    drop.put("exports/zendesk/good.csv", drop.text_of([drop.ticket(9)]))
    outcome = drop.take(three(drop).encode(encoding))
    if outcome.deliveries[FILE].is_landed:
        assert outcome.line(FILE)["accepted"] == 3
    else:
        assert "UTF-16" in outcome.said(FILE) or "encoding" in outcome.said(FILE)


def test_n5_mojibake_of_the_source_is_reported_and_left_as_it_is(drop: Drop) -> None:
    outcome = drop.take(three(drop, via_channel="Framsida lÃ¥r"))
    assert set(outcome.entity("tickets")["channel"]) == {"framsida lã¥r"}
    assert "twice" in outcome.said(FILE) or "mojibake" in outcome.said(FILE).lower()


def test_n6_two_encodings_in_one_file_are_refused_by_line(drop: Drop) -> None:
    drop.put("exports/zendesk/good.csv", drop.text_of([drop.ticket(9)]))
    good = drop.text_of([drop.ticket(1, via_channel="überall")]).encode()
    bad = ",".join(drop.ticket(2, via_channel="überall").values()).encode("cp1252") + b"\n"
    outcome = drop.take(good + bad)
    assert not outcome.deliveries[FILE].is_landed
    assert "line 3" in outcome.said(FILE).lower()


@pytest.mark.parametrize("end", ["\r\r\n", "\r", "\r\n"], ids=["CR CR LF", "CR", "CR LF"])
def test_n7_n8_every_line_end_ends_a_line(drop: Drop, end: str) -> None:
    outcome = drop.take(drop.text_of([drop.ticket(n) for n in (1, 2, 3)], end=end))
    assert list(outcome.entity("tickets")["ticket_key"]) == ["1", "2", "3"]


def test_n9_a_line_feed_inside_a_cell_is_no_new_row(drop: Drop) -> None:
    rows = [drop.ticket(1, via_channel='"web\nform"'), drop.ticket(2)]
    outcome = drop.take(drop.text_of(rows, end="\r\n"))
    assert list(outcome.entity("tickets")["channel"]) == ["web\nform", "email"]
    assert list(outcome.entity("tickets")["source_line"]) == [2, 4]


@pytest.mark.parametrize("content", ["", "   \n\n", "\ufeff"], ids=["no byte", "blank lines", "mark only"])
def test_n10_an_empty_file_is_named(drop: Drop, content: str) -> None:
    drop.put("exports/zendesk/good.csv", drop.text_of([drop.ticket(9)]))
    outcome = drop.take(content)
    assert outcome.deliveries[FILE].status == "unreadable"
    assert "empty" in outcome.said(FILE) or "no header" in outcome.said(FILE)


def test_n10_a_header_alone_delivers_no_row_and_one_row_is_one(drop: Drop) -> None:
    drop.put("exports/zendesk/one.csv", drop.text_of([drop.ticket(1)]))
    outcome = drop.take(drop.text_of([drop.ticket(1)]).splitlines()[0] + "\n")
    assert outcome.deliveries[FILE].is_landed
    assert outcome.line(FILE)["delivered"] == 0
    assert outcome.line("exports/zendesk/one.csv")["accepted"] == 1


def test_n12_invisible_letters_do_not_make_two_of_one_word(drop: Drop) -> None:
    rows = [drop.ticket(1, status="solved "), drop.ticket(2, status="\u00a0solved"), drop.ticket(3)]
    outcome = drop.take(drop.text_of(rows))
    assert set(outcome.entity("tickets")["status"]) == {"solved"}


def test_n12_a_nul_is_refused_and_not_cut_off(drop: Drop) -> None:
    drop.put("exports/zendesk/good.csv", drop.text_of([drop.ticket(9)]))
    outcome = drop.take(three(drop, via_channel="e\x00mail"))
    assert not outcome.deliveries[FILE].is_landed
    assert "NUL" in outcome.said(FILE)
    assert len(outcome.entity("tickets")) == 1


def test_n12_lookalike_quotes_are_letters(drop: Drop) -> None:
    outcome = drop.take(three(drop, via_channel="Children´s “line”"))
    assert set(outcome.entity("tickets")["channel"]) == {"children´s “line”"}
    assert outcome.held.empty
