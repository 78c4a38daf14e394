"""Harm prevented: some table, encoding or mutation crashes the reader, loses a row or changes one unseen.

Each run of the tests tries some hundred; `--hypothesis-profile=minute` goes on for a minute.
"""

import csv
import io
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.errors import UnreadableFile
from orchestration.ingest.text.blocks import read_chunks, read_head
from orchestration.ingest.text.tabular import Table, read_file, read_table


def _tried(share: float) -> Any:
    """Settings for a share of what the profile in force tries."""
    n_examples = round(share * settings.default.max_examples)
    return settings(max_examples=n_examples, deadline=None, suppress_health_check=list(HealthCheck))


_NAMES = ["id", "city", "amount", "remark"]
_ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
_LETTERS = "abcxyz 019.-é€ü'\"\n"
# The first column is filled and no row repeats the header, so that every row is one.
_ROW = st.tuples(
    st.from_regex(r"[a-z0-9]{1,4}", fullmatch=True),
    st.text(alphabet=_LETTERS, max_size=8),
    st.from_regex(r"-?[0-9]{1,4}\.[0-9]{2}", fullmatch=True),
    st.text(alphabet=_LETTERS + ",;\t|", max_size=12),
).map(list)
_TABLE = st.lists(_ROW, max_size=12)


def _written(rows: list[list[str]], delimiter: str, quoting: Any, end: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows([_NAMES, *rows])
    return text.getvalue().replace("\n", end)


def _is_part(rows: list[list[str]], meant: list[list[str]]) -> bool:
    left = iter(meant)
    return all(any(row == other for other in left) for row in rows)


@_tried(1.2)
@given(
    rows=_TABLE,
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n", "\r", "\r\r\n"]),
    encoding=st.sampled_from(_ENCODINGS),
)
def test_a_table_comes_back_exactly_or_is_refused(
    tmp_path: Path, rows: list[list[str]], delimiter: str, quoting: Any, end: str, encoding: str
) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(_written(rows, delimiter, quoting, end).encode(encoding))
    try:
        table = read_file(path)
    except UnreadableFile:
        return
    assert list(table.names) == _NAMES
    assert _is_part(table.rows, rows)
    assert table.n_delivered >= len(rows) if table.refused else table.rows == rows


@_tried(0.8)
@given(
    rows=_TABLE,
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_a_declared_dialect_leaves_nothing_to_refuse(
    rows: list[list[str]], delimiter: str, quoting: Any
) -> None:
    text = _written(rows, delimiter, quoting, "\n")
    table = read_table(text, "f.csv", delimiter=delimiter, quote='"', is_header=lambda cells: cells == _NAMES)
    assert (table.rows, table.refused) == (rows, ())


@_tried(2.0)
@given(
    content=st.one_of(
        st.binary(max_size=200), st.text(alphabet=_LETTERS + ",;\r\x00", max_size=200).map(str.encode)
    )
)
def test_no_bytes_at_all_crash_the_readers(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    try:
        table: Table | None = read_file(path)
    except UnreadableFile:
        table = None
    try:
        head = read_head(lambda: path.open("rb"), "f.csv")
        n_rows = sum(chunk.rows.num_rows for chunk in read_chunks(lambda: path.open("rb"), head, keep=None))
    except UnreadableFile:
        assert table is None
    else:
        assert table is not None
        assert n_rows == len(table.rows)


@_tried(1.2)
@given(rows=st.lists(_ROW, min_size=2, max_size=8), data=st.data())
def test_no_mutation_adds_a_row_that_was_not_there(rows: list[list[str]], data: st.DataObject) -> None:
    text = _written(rows, ",", csv.QUOTE_ALL, "\n")
    below = text.index("\n") + 1
    place = data.draw(st.integers(below, len(text)))
    removed = data.draw(st.integers(0, 3))
    added = data.draw(st.sampled_from(["", ",", '"', ",,", '""']))
    try:
        table = read_table(text[:place] + added + text[place + removed :], "f.csv")
    except UnreadableFile:
        return
    # A mutation inside a field changes that value and may join or cut one row; all others stay as they were.
    assert sum(row not in rows for row in table.rows) <= 1 + text.count("\n", place, place + removed)
