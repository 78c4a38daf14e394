"""Delimited text as Arrow tables of text, and small questions about them. Proves nothing."""

from collections.abc import Collection
from typing import Any, Final

ARROW_BLOCK: Final = 1 << 20
"""Bytes that Arrow reads at a time, unless a record is longer: they and what is made of them fit a cache."""


def arrow_rows(
    content: memoryview,
    delimiter: bytes,
    quote: bytes,
    width: int,
    places: list[int],
    *,
    block_size: int = ARROW_BLOCK,
    has_long_records: bool = False,
) -> Any:
    """Columns of those records that have `width` fields, as Arrow reads them; a pyarrow.Table of text.

    Parameters
    ----------
    content : whole records.
    delimiter, quote, places : as in `parsed`.
    block_size : bytes that Arrow reads at a time; no record may be longer.
    has_long_records : whether a record may hold newlines.
    """
    import pyarrow
    import pyarrow.csv

    pa: Any = pyarrow
    names = [str(place) for place in range(width)]
    if not len(content):
        return pa.table({names[place]: pa.array([], pa.string()) for place in places})
    return pa.csv.read_csv(
        pa.BufferReader(pa.py_buffer(content)),
        # One thread turns a block into columns while it is at hand; the second core writes the rows before.
        read_options=pa.csv.ReadOptions(column_names=names, block_size=block_size, use_threads=False),
        parse_options=pa.csv.ParseOptions(
            delimiter=delimiter.decode(),
            quote_char=quote.decode(),
            newlines_in_values=has_long_records,
            invalid_row_handler=lambda _: "skip",
        ),
        convert_options=pa.csv.ConvertOptions(
            column_types={names[place]: pa.string() for place in places},
            include_columns=[names[place] for place in places],
            null_values=[],
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )


def trimmed(column: Any) -> Any:
    """Texts without the white space around them."""
    import pyarrow.compute

    pc: Any = pyarrow.compute
    return pc.utf8_trim_whitespace(column)


def places_of(column: Any, word: str) -> list[int]:
    """Places at which a column holds a word."""
    import pyarrow.compute

    pc: Any = pyarrow.compute
    return list(pc.indices_nonzero(pc.equal(column, word)).to_pylist())


def blank_rows(table: Any, first_cells: Any) -> list[int]:
    """Rows in which every column read is blank; `first_cells` are those of the first column, trimmed."""
    import pyarrow.compute

    pc: Any = pyarrow.compute
    mask = pc.equal(first_cells, "")
    for column in table.columns:
        if not pc.any(mask).as_py():
            return []
        mask = pc.and_(mask, pc.equal(trimmed(column), ""))
    return list(pc.indices_nonzero(mask).to_pylist())


def with_lines(rows: Any, lines: Any, gone: Collection[int]) -> Any:
    """Rows with their lines, without those on certain lines."""
    import numpy as np
    import pyarrow

    pa: Any = pyarrow
    rows = rows.append_column("source_line", pa.array(lines, pa.int64()))
    return rows.filter(pa.array(~np.isin(lines, list(gone)))) if gone else rows
