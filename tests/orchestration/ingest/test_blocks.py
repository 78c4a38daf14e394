"""Harm prevented: a large file is read fast and differently from a small one, and no test file is large."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from orchestration.errors import UnreadableFile
from orchestration.ingest.text import blocks, lines, proof, records, stretches, tabular
from orchestration.ingest.text.blocks import Chunk, read_chunks, read_head
from orchestration.ingest.text.decode import decode
from orchestration.ingest.text.records import Record
from orchestration.ingest.text.tabular import read_table, without_footers

_FOOTERS = ["Total", "="]
_Outcome = tuple[list[list[str]], list[int], list[Record], list[Record], int]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks, pieces and longest records so small that short texts have many of them."""
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 48)
    monkeypatch.setattr(tabular, "N_FOOTERS_LOOKED_FOR", 1)
    monkeypatch.setattr(stretches, "_TAIL", 3)
    monkeypatch.setattr(stretches, "_FIRST_PIECE", 4)
    monkeypatch.setattr(stretches, "_LOOK_AHEAD", 4 * 40)
    for module in (records, proof):
        monkeypatch.setattr(module, "LONGEST_RECORD", 40)
    monkeypatch.setattr(lines, "_WINDOW", 20)


def _exactly(content: bytes, **declared: Any) -> _Outcome | str:
    try:
        table = read_table(decode(content, "f.csv").text, "f.csv", **declared)
    except UnreadableFile as error:
        return error.what
    table = without_footers(table, _FOOTERS)
    return table.rows, table.lines, list(table.refused), list(table.footers), table.n_empty


def _in_blocks(content: bytes, keep: Sequence[str] | None = None, **declared: Any) -> _Outcome | str:
    def open_() -> io.BytesIO:
        return io.BytesIO(content)

    try:
        head = read_head(open_, "f.csv", **declared)
        return _together(read_chunks(open_, head, keep=keep, footers=_FOOTERS))
    except UnreadableFile as error:
        return error.what


def _together(chunks: Iterator[Chunk]) -> _Outcome:
    rows: list[list[str]] = []
    lines: list[int] = []
    refused: list[Record] = []
    footers: list[Record] = []
    n_empty = 0
    for chunk in chunks:
        *columns, numbers = (column.to_pylist() for column in chunk.rows.columns)
        rows += map(list, zip(*columns, strict=True))
        lines += numbers
        refused += chunk.refused
        footers += chunk.footers
        n_empty += chunk.n_empty
    return rows, lines, refused, footers, n_empty


_CELL = st.text(alphabet="ab1 ,;\"'\né\u00a0", max_size=5)
_FIELD = st.sampled_from(["a", "12", "é", '"x"', '"x,y"', '""', '"q""r"', '"l\nm"', "'z'", ""])
_LINE = st.one_of(
    st.lists(_FIELD, min_size=1, max_size=4).map(",".join),
    st.text(alphabet="ab1 ,\"'\n=", max_size=12),
    st.sampled_from(["Total,9,", "Total", ",,", "  ", "", "k,l,m", '5" x,1,2', "one,two,three"]),
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(_LINE, max_size=25),
    end=st.sampled_from(["\n", "\r\n", "\r", "\r\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    delimiter=st.sampled_from([",", ", ", None]),
)
def test_blocks_and_the_exact_reader_agree_on_everything(
    lines: list[str], end: str, encoding: str, delimiter: str | None
) -> None:
    content = end.join(["one,two,three", *lines]).encode(encoding)
    assert _in_blocks(content, delimiter=delimiter) == _exactly(content, delimiter=delimiter)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(_CELL, min_size=3, max_size=3), max_size=20),
    delimiter=st.sampled_from(",;\t|"),
    quote=st.sampled_from("\"'"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@example(  # Refused rows of another width, of which the stretch below the first seam looked like a table.
    rows=[
        ["", "", ""], ["", "11\n", ";"], ["", "11''", "1111\xa0"], ["", "11\n1", ""], ["", "", ""],
        ["", "", "'"], ["", "", "'\n'"],
    ],
    delimiter=",", quote="'", quoting=csv.QUOTE_MINIMAL,
)  # fmt: skip
def test_what_a_csv_writer_writes_is_read_in_blocks(
    rows: list[list[str]], delimiter: str, quote: str, quoting: Any
) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, quotechar=quote, lineterminator="\n", quoting=quoting)
    writer.writerows([["one", "two", "three"], *rows])
    content = written.getvalue().encode()
    for declared in ({"delimiter": delimiter, "quote": quote}, {"delimiter": delimiter}):
        assert _in_blocks(content, **declared) == _exactly(content, **declared)


_FAULTS = [
    '"l\nm",1,2', "", ",,", "a,b", "a,b,c,d", 'a"b,1,2', '"a"b,1,2', '"open,1,2', "k,l,m", "one,two,three",
    "broken off", "'z',1,2", f"{'long ' * 6},1,2",
]  # fmt: skip


@pytest.mark.parametrize("fault", _FAULTS)
def test_one_fault_anywhere_among_rows_is_told_whatever_stretch_it_falls_into(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = ["a,12,é", '"x,y",2,"q""r"', "1,,", "Total,9,1"] * 5
    for size in (48, 71, 120, 200):
        monkeypatch.setattr(blocks, "BLOCK_BYTES", size)
        for place in range(len(rows) + 1):
            content = "\n".join(["one,two,three", *rows[:place], fault, *rows[place:], ""]).encode()
            assert _in_blocks(content) == _exactly(content), (size, place)


def test_of_lines_that_are_rows_only_the_last_stretch_is_proven_closely(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closely: list[int] = []
    exactly = stretches.Stretches._parsed

    def noted(self: stretches.Stretches, block: bytes, *rest: Any) -> Chunk:
        closely.append(len(block))
        return exactly(self, block, *rest)

    content = b"one,two,three\n" + b'a,"b, and c",d\n' * 400
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 1_000)
    monkeypatch.setattr(stretches.Stretches, "_parsed", noted)
    found = _in_blocks(content)
    assert not isinstance(found, str)
    assert (len(found[0]), found[0][-1], found[1][-1]) == (400, ["a", "b, and c", "d"], 401)
    assert len(closely) == 1


def test_kept_columns_come_in_the_order_asked_for() -> None:
    content = "one,two,three\n" + "".join(f"{i},b{i},c{i}\n" for i in range(50))
    found = _in_blocks(content.encode(), keep=["three", "one"])
    assert not isinstance(found, str)
    assert (found[0][:2], found[1][-1]) == ([["c0", "0"], ["c1", "1"]], 51)


def test_a_head_that_ends_within_the_file_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "HEAD_BYTES", 200)
    text = (
        "Report,,\n,,\none,two,three\n"
        + "".join(f'{i},"a\nb {i}",é\n' for i in range(100))
        + "bad\nTotal,9,\n"
    )
    for encoding in ("utf-8", "utf-16", "utf-16-le", "cp1252"):
        content = text.encode(encoding)
        assert _in_blocks(content) == _exactly(content), encoding


def test_what_is_odd_in_the_first_bytes_is_not_told_as_all_that_is_odd(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = ("id,naam\n" + "1,a\u00a0b\u200bc\n" * 50).encode()
    assert read_head(lambda: io.BytesIO(content), "f.csv").warnings == (
        "50 non-breaking spaces stand in the file",
        "50 invisible characters stand in the file",
    )
    monkeypatch.setattr(blocks, "HEAD_BYTES", 200)
    told = read_head(lambda: io.BytesIO(content), "f.csv").warnings
    assert [warning.partition(" non-")[0].partition(" inv")[0] for warning in told] == ["at least 17"] * 2


def test_a_line_longer_than_any_record_hides_no_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    content = f'a,b\n1,2\n3,{"x" * 6 * records.LONGEST_RECORD}\n5,"{"x" * records.LONGEST_RECORD}"\n'.encode()
    head = read_head(lambda: io.BytesIO(content), "f.csv")
    rows, _, refused, _, _ = _together(read_chunks(lambda: io.BytesIO(content), head, keep=["a"]))
    assert rows == [["1"], ["3"]]
    assert [(record.line, record.fault) for record in refused] == [(4, "row:unclosed_quote")]


def test_bytes_that_do_not_fit_further_down_are_named_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "HEAD_BYTES", 200)
    content = b"one,two,three\n" + b"a,b,c\n" * 100
    assert "Line 102 does not fit" in str(_in_blocks(content + b"\xe9,b,c\n"))
    assert "Line 102 holds NUL" in str(_in_blocks(content + b"\x00,b,c\n"))
    assert "line 102" in str(_in_blocks(content + b"one,two,three\n"))


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_footers_are_known_whatever_ends_the_lines(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    content = end.join(["a,b,c", "1,2,3", "4,5,6", "", "Total", "Copyright 2024", ""]).encode()
    head = read_head(lambda: io.BytesIO(content), "f.csv")
    chunks = list(read_chunks(lambda: io.BytesIO(content), head, keep=None, footers=["Total", "Copyright"]))
    assert [footer.line for chunk in chunks for footer in chunk.footers] == [5, 6]
    assert [record for chunk in chunks for record in chunk.refused] == []


def test_a_file_left_half_read_is_closed() -> None:
    opened: list[io.BytesIO] = []

    def open_() -> io.BytesIO:
        opened.append(io.BytesIO(b"one,two,three\n" + b"a,b,c\n" * 500))
        return opened[-1]

    chunks: Any = read_chunks(open_, read_head(open_, "f.csv"), keep=["one"])
    next(chunks)
    next(chunks)
    chunks.close()
    assert all(file.closed for file in opened)
