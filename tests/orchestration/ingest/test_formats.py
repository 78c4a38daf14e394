"""Harm prevented: a cell of a workbook, JSON, Parquet or SPSS file is landed as something it does not say."""

import datetime as dt
import gzip
import json
import random
import struct
import zipfile
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
import xlwt

from orchestration.errors import UnreadableFile
from tests.orchestration.ingest.typed_cells import ROWS, opened, rows_of, workbook


def test_numbers_are_written_with_the_decimal_sign_of_the_locale(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", ROWS)
    assert rows_of(opened(tmp_path / "a.xlsx", ",")[0])["amount"].tolist() == ["1234,5", "-0,1"]
    (tmp_path / "a.json").write_text('[{"amount": 1.50, "code": "1.50"}]')
    assert rows_of(opened(tmp_path / "a.json", ",")[0]).to_numpy().tolist() == [["1,50", "1.50", 1]]


@pytest.mark.parametrize(
    "text",
    [
        '[{"id": 1, "a": "x"}, {"id": 2, "b": null}]',
        '{"id": 1, "a": "x"}\n{"id": 2, "b": null}\n',
        '{"count": 2, "tickets": [{"id": 1, "a": "x"}, {"id": 2, "b": null}]}',
        '\ufeff{"id": 1, "a": "x"}\r\n\r\n{"id": 2, "b": null}',
    ],
)
def test_n40_json_in_all_its_forms_is_one_table(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    (tmp_path / "b.json").write_bytes(gzip.compress(text.encode("utf-16")))
    for name in ("a.json", "b.json"):
        content = opened(tmp_path / name)[0]
        assert content.names == ("id", "a", "b")
        assert rows_of(content)[["id", "a", "b"]].to_numpy().tolist() == [["1", "x", ""], ["2", "", ""]]


def test_json_numbers_are_landed_as_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"id": 123456789012345678901, "amount": 1.10, "e": 1e5, "b": true}]')
    row = rows_of(opened(tmp_path / "a.json")[0]).iloc[0]
    assert row.tolist()[:4] == ["123456789012345678901", "1.10", "1e5", "true"]


def test_n35_nested_json_stays_json_and_wrapped_values_are_unwrapped(tmp_path: Path) -> None:
    record = {
        "type": "Employee",
        "attributes": {
            "id": {"label": "ID", "value": 7, "type": "integer", "universal_id": "id"},
            "department": {"label": "Team", "value": {"type": "Department", "attributes": {"name": "Ops"}}},
            "cost": {"label": "Cost", "value": [{"name": "a", "percentage": 50.5}]},
        },
    }  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps({"success": True, "data": [record]}))
    row = rows_of(opened(tmp_path / "a.json")[0]).iloc[0]
    assert row.tolist()[:3] == ["7", "Ops", '[{"name":"a","percentage":50.5}]']


@pytest.mark.parametrize(
    ("beside", "is_told"),
    [
        ({"has_more": True}, True),
        ({"meta": {"has_more": False}, "links": {"next": "page-3"}}, False),
        ({"paging": {"next": {"after": "100"}}}, True),
        ({"next_page": None}, False),
        ({"done": False, "totalSize": 5000}, True),
        ({"done": True}, False),
        ({}, False),
    ],
)
def test_a_page_before_others_is_told(tmp_path: Path, beside: dict[str, object], is_told: bool) -> None:
    (tmp_path / "a.json").write_text(
        json.dumps({"tickets": [{"id": 1, "next": "x", "done": False}], **beside})
    )
    assert bool(opened(tmp_path / "a.json")[0].warnings) == is_told


def test_a_field_counts_before_a_path_that_looks_like_it(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"via": {"channel": "inner"}, "via.channel": "own"}]')
    assert rows_of(opened(tmp_path / "a.json")[0])["via.channel"].tolist() == ["own"]


def test_a_line_that_is_no_object_is_a_refused_row(tmp_path: Path) -> None:
    lines = [
        '{"id": 1}',
        '{"id": 2',
        "[3]",
        '{"id": 4, "id": 5}',
        '{"id": 4, "id ": 5}',
        '{"id": "\\ud83d"}',
        "[" * 100_000,
        '{"id": 6}',
    ]
    (tmp_path / "a.json").write_text("\n".join(lines))
    chunk = next(iter(opened(tmp_path / "a.json")[0].chunks(("id",), ())))
    assert chunk.rows.column("id").to_pylist() == ["1", "6"]
    assert {record.line: record.fault for record in chunk.refused} == dict.fromkeys(
        range(2, 8), "row:no_object"
    )


@pytest.mark.parametrize("text", ['[{"a": 1', '{"a": {"b": 1}}', '{"a": [{"b": 1}], "c": [{"d": 1}]}', "[]"])
def test_json_without_one_table_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text + "\n")
    if text == '{"a": {"b": 1}}':
        assert rows_of(opened(tmp_path / "a.json")[0])["a"].tolist() == ['{"b":1}']
    else:
        with pytest.raises(UnreadableFile):
            opened(tmp_path / "a.json")


@pytest.mark.parametrize(
    "inner", ["[" * 600 + "]" * 600, '{"a":' * 600 + "1" + "}" * 600], ids=["list", "dict"]
)
def test_a_row_nested_too_deeply_is_refused_and_does_not_stop_the_run(tmp_path: Path, inner: str) -> None:
    rows = ['{"id":"1"}', f'{{"id":{inner}}}']
    for name, written in {"a.json": f"[{','.join(rows)}]", "a.ndjson": "\n".join(rows)}.items():
        (tmp_path / name).write_text(written)
        content = opened(tmp_path / name)[0]
        (chunk,) = content.chunks(["id"], ())
        assert chunk.rows.column("id").to_pylist() == ["1"]
        assert [(record.line, record.fault) for record in chunk.refused] == [(2, "row:no_object")]


def test_json_in_another_encoding_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'{"a": "x"}\n' * 9000 + b'{"a": "\xe9"}\n')
    with pytest.raises(UnreadableFile, match="do not fit the encoding utf-8"):
        rows_of(opened(tmp_path / "a.json")[0])


def test_parquet_is_landed_as_text_in_its_plainest_form(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([1.0, None, 123456.0]),
            "money": pa.array([Decimal("1.50"), None, Decimal("-2.00")]),
            "at": pa.array([dt.datetime(2024, 1, 2, 3, 4, 5, 120000)] * 3, pa.timestamp("us", "UTC")),
            "day": pa.array([dt.date(2024, 1, 2)] * 3),
            "list": pa.array([[1, 2], [], None]),
            "word": pa.array(["a", "b", "a"]).dictionary_encode(),
        }
    )  # fmt: skip
    pq.write_table(table, tmp_path / "a.parquet")
    rows = rows_of(opened(tmp_path / "a.parquet")[0])
    assert rows["id"].tolist() == ["1", "", "123456"]
    assert rows["money"].tolist() == ["1.50", "", "-2.00"]
    assert rows["at"].tolist() == ["2024-01-02 03:04:05.12Z"] * 3
    assert rows["list"].tolist() == ["[1,2]", "[]", ""]
    assert rows["word"].tolist() == ["a", "b", "a"]
    assert rows["source_line"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("is_nested", [False, True])
def test_parquet_whose_texts_are_no_utf8_is_refused(tmp_path: Path, is_nested: bool) -> None:
    offsets, letters = pa.py_buffer(struct.pack("<2i", 0, 4)), pa.py_buffer("café".encode("latin-1"))
    texts = pa.Array.from_buffers(pa.string(), 1, [None, offsets, letters])
    column = pa.StructArray.from_arrays([texts], names=["name"]) if is_nested else texts
    pq.write_table(pa.table({"who": column}), tmp_path / "a.parquet")
    content = opened(tmp_path / "a.parquet")[0]
    with pytest.raises(UnreadableFile, match="cannot be read"):
        list(content.chunks(["who"], ()))


def test_parquet_packed_with_brotli_is_refused_before_it_is_read(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet", compression="brotli")
    with pytest.raises(UnreadableFile, match="BROTLI"):
        opened(tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes(b"PAR1" + bytes(40) + b"PAR1")
    with pytest.raises(UnreadableFile, match="cannot be read"):
        opened(tmp_path / "b.parquet")


def test_spss_lands_codes_with_labels_beside_them_and_missing_codes_empty(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"LS1": [1.0, 5.0, -99.0, 2.5], "who": ["a", "ZZ", "", "d"], "day": [dt.date(2024, 1, 2)] * 4}
    )
    pyreadstat.write_sav(
        frame,
        str(tmp_path / "a.sav"),
        column_labels={"LS1": "Leaders use social media"},
        variable_value_labels={"LS1": {1.0: "Never", 5.0: "Always"}},
        missing_ranges={"LS1": [-99, {"lo": 90, "hi": 99}], "who": ["ZZ"]},
    )
    content = opened(tmp_path / "a.sav")[0]
    rows = rows_of(content)
    assert rows["LS1"].tolist() == ["1", "5", "", "2.5"]
    assert rows["who"].tolist() == ["a", "", "", "d"]
    assert rows["day"].tolist() == ["2024-01-02"] * 4
    assert content.value_labels == {"LS1": {"1": "Never", "5": "Always"}}
    assert content.labels[0] == "Leaders use social media"
    assert content.counts == {
        "cells of LS1 hold a code declared as missing": 1,
        "cells of who hold a code declared as missing": 1,
    }
    (tmp_path / "b.sav").write_bytes(b"$FL2" + bytes(100))
    with pytest.raises(UnreadableFile, match="cannot be read"):
        opened(tmp_path / "b.sav")


def test_spss_clocks_keep_their_days_and_declared_days_are_missing(tmp_path: Path) -> None:
    day = float((dt.date(2024, 1, 2) - dt.date(1582, 10, 14)).days * 86_400)
    frame = pd.DataFrame({"open": [200_000.0, 3_600.0, -5.0], "day": [day, 1e10, None], "at": [day + 1] * 3})
    pyreadstat.write_sav(
        frame,
        str(tmp_path / "a.sav"),
        variable_format={"open": "TIME8", "day": "DATE11", "at": "DATETIME20"},
        missing_ranges={"day": [1e10]},
    )
    content = opened(tmp_path / "a.sav")[0]
    rows = rows_of(content)
    assert rows["open"].tolist() == ["55:33:20", "01:00:00", "-0:00:05"]
    assert rows["day"].tolist() == ["2024-01-02", "", ""]
    assert rows["at"].tolist() == ["2024-01-02 00:00:01"] * 3
    assert content.counts == {"cells of day hold a code declared as missing": 1}


def _mutated(content: bytes, draw: random.Random) -> bytes:
    """Bytes cut off, left out or changed, as a broken transfer leaves them."""
    damaged = bytearray(content)
    place = draw.randrange(1, len(damaged))
    kind = draw.choice(["cut", "gap", "change"])
    if kind == "cut":
        return bytes(damaged[:place])
    if kind == "gap":
        del damaged[place : place + draw.randrange(1, 20)]
        return bytes(damaged)
    for _ in range(draw.randrange(1, 6)):
        damaged[draw.randrange(len(damaged))] = draw.randrange(256)
    return bytes(damaged)


@pytest.mark.parametrize("form", ["xlsx", "xls", "parquet", "sav", "json", "zip", "gz"])
def test_a_damaged_file_is_read_or_refused_and_never_stops_the_run(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"a.{form}"
    if form == "xlsx":
        workbook(path, ROWS)
    elif form == "xls":
        old = xlwt.Workbook()
        old.add_sheet("Data").write(0, 0, "id")
        old.save(path)
    elif form == "parquet":
        pq.write_table(pa.table({"a": [1, 2], "b": ["x", None]}), path)
    elif form == "sav":
        pyreadstat.write_sav(pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]}), str(path))
    elif form == "json":
        path.write_text('{"a": 1, "b": [2]}\n{"a": 3}\n' * 3)
    elif form == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("x.csv", "a,b\n1,2\n" * 20)
    else:
        path.write_bytes(gzip.compress(b"a,b\n1,2\n" * 20))
    content, draw = path.read_bytes(), random.Random(72)
    for _ in range(60):
        path.write_bytes(_mutated(content, draw))
        with suppress(UnreadableFile):
            for found in opened(path):
                rows_of(found)
