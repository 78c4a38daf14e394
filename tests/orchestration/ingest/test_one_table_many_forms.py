"""Harm prevented: what is landed depends on the form a table was delivered in, and not on what it says."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from orchestration.ingest.forms.containers import parts_of
from orchestration.ingest.forms.formats import open_part

HEADER = ("id", "name", "remark")
# What every form can hold: XML knows no control characters, and a workbook escapes some words.
LETTERS = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="_\ufeff\ufffe\uffff"
)
TEXTS = st.one_of(
    st.text(LETTERS, max_size=8), st.sampled_from(["a,b", 'say "x"', "007", "1.10", "NA", "-", " x "])
)
ROWS = st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=8)
Rows = Sequence[tuple[str, ...]]


def _csv(rows: Rows) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows([HEADER, *rows])
    return written.getvalue().encode()


def _zip(rows: Rows) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", _csv(rows))
    return written.getvalue()


def _xlsx(rows: Rows) -> bytes:
    book, written = openpyxl.Workbook(), io.BytesIO()
    for number, row in enumerate([HEADER, *rows], start=1):
        for place, text in enumerate(row, start=1):
            cell = book.active.cell(number, place)
            cell.value, cell.data_type = text, "s"
    book.save(written)
    return _with_blanks_kept(written)


def _with_blanks_kept(book: io.BytesIO) -> bytes:
    """The workbook as Excel writes it; the library does not say that a text of blanks is to be kept."""
    written = io.BytesIO()
    with zipfile.ZipFile(book) as before, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name.startswith("xl/worksheets/"):
                content = content.replace(b"<t>", b'<t xml:space="preserve">')
            after.writestr(name, content)
    return written.getvalue()


def _json(rows: Rows) -> bytes:
    return json.dumps([dict(zip(HEADER, row, strict=True)) for row in rows]).encode("utf-16")


def _ndjson(rows: Rows) -> bytes:
    return "\n".join(
        json.dumps(dict(zip(HEADER, row, strict=True)), ensure_ascii=False) for row in rows
    ).encode()


def _parquet(rows: Rows) -> bytes:
    written = io.BytesIO()
    columns = list(zip(*rows, strict=True))
    pq.write_table(pa.table(dict(zip(HEADER, map(list, columns), strict=True))), written)
    return written.getvalue()


FORMS: dict[str, Callable[[Rows], bytes]] = {
    "csv": _csv,
    "csv.gz": lambda rows: gzip.compress(_csv(rows)),
    "zip": _zip,
    "xlsx": _xlsx,
    "json": _json,
    "ndjson": _ndjson,
    "parquet": _parquet,
}


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=ROWS)
@example(cells=[("", " ")])
def test_a_table_lands_the_same_in_every_form(
    tmp_path: Path, form: str, cells: list[tuple[str, str]]
) -> None:
    rows = [(f"k{number}", *texts) for number, texts in enumerate(cells)]
    path = tmp_path / "table"
    path.write_bytes(FORMS[form](rows))
    (part,) = parts_of(path, "table")
    content = open_part(part, is_header=lambda row: tuple(row)[:3] == HEADER)
    chunks = list(content.chunks(HEADER, ()))
    landed = [
        row
        for chunk in chunks
        for row in zip(*(chunk.rows.column(n).to_pylist() for n in HEADER), strict=True)
    ]
    assert not [record for chunk in chunks for record in chunk.refused]
    assert landed == rows
