"""Parquet to batches of text. Nothing is read before its footer says how it is packed. No profiles."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow
import pyarrow.compute
import pyarrow.parquet

from orchestration.errors import UnreadableFile
from orchestration.ingest.forms.containers import Part
from orchestration.ingest.forms.contents import Chunk, Content, chunk_of
from orchestration.ingest.forms.texts import json_text, text_of

# pyarrow carries no types; named so that this is said once.
pa: Any = pyarrow
pq: Any = pyarrow.parquet

_BATCH_ROWS: Final = 65_536
# An open flaw was reported for decoders of this compression (stack_facts.md).
_REFUSED_COMPRESSION: Final = "BROTLI"


def open_parquet(part: Part, decimal: str = ".") -> Content:
    """Content of a Parquet part; its rows are counted from 1.

    Parameters
    ----------
    part : the part.
    decimal : decimal sign that numbers are written with.

    Raises
    ------
    UnreadableFile
        It is damaged, encrypted or packed with BROTLI.
    """
    schema = _file(part).schema_arrow

    def chunks(keep: Sequence[str], _footers: Sequence[str]) -> Iterator[Chunk]:
        raw = {name.strip(): name for name in schema.names}
        line = 1
        try:
            for batch in _file(part).iter_batches(_BATCH_ROWS, columns=[raw[name] for name in keep]):
                columns = {name: _texts(batch.column(raw[name]), decimal) for name in keep}
                columns["source_line"] = pa.array(range(line, line + batch.num_rows), pa.int64())
                line += batch.num_rows
                yield Chunk(pa.table(columns), (), (), 0)
        except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
            raise _damaged(part, error) from None
        if line == 1:
            yield chunk_of(keep, (), ())

    names = tuple(name.strip() for name in schema.names)
    if len(set(names)) < len(names):
        raise UnreadableFile("Two columns have one name", part.name, "export it with unique names")
    return Content(names=names, chunks=chunks)


def _file(part: Part) -> Any:
    try:
        file = pq.ParquetFile(part.seekable())
        metadata = file.metadata
        packed = {
            metadata.row_group(group).column(column).compression
            for group in range(metadata.num_row_groups)
            for column in range(metadata.num_columns)
        }
    except (OSError, pa.ArrowException) as error:
        raise _damaged(part, error) from None
    if _REFUSED_COMPRESSION in packed:
        raise UnreadableFile(
            "The Parquet file is packed with BROTLI, whose reader is not trusted",
            part.name,
            "write it with snappy or zstd",
        )
    return file


def _damaged(part: Part, error: Exception) -> UnreadableFile:
    return UnreadableFile(
        f"The Parquet file cannot be read ({type(error).__name__})", part.name, "export it again"
    )


def _texts(column: Any, decimal: str) -> Any:
    """A column as text: ISO dates and times, shortest numbers, JSON for nested values, empty for null."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _texts(column.dictionary_decode(), decimal)
    if pa.types.is_nested(kind):
        texts = pa.array([None if v is None else json_text(v) for v in column.to_pylist()], pa.string())
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        texts = pa.array([None if v is None else v.hex() for v in column.to_pylist()], pa.string())
    elif pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        texts = pa.compute.replace_substring(column.cast(pa.string()), ".", decimal)
    elif pa.types.is_duration(kind):
        texts = pa.array([text_of(v) for v in column.to_pylist()], pa.string())
    elif pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        texts = _times(column)
    else:
        texts = column.cast(pa.string())
    # Whoever wrote the file may have called Latin letters UTF-8.
    texts.validate(full=True)
    return texts.fill_null("")


def _times(column: Any) -> Any:
    """ISO times without closing zeros; a zoned time is written in UTC with ``Z``."""
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        column = column.cast(pa.timestamp(kind.unit, "UTC"))
    texts = column.cast(pa.string())
    for pattern, kept in ((r"(\.\d*?[1-9])0+(Z?)$", r"\1\2"), (r"\.0+(Z?)$", r"\1")):
        texts = pa.compute.replace_substring_regex(texts, pattern, kept)
    return texts
