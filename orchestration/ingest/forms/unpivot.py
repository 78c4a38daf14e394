"""Columns that are values of one variable, such as months, brought below each other by declaration."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import pyarrow

from orchestration.errors import UnreadableFile
from orchestration.ingest.forms.contents import Chunk, Content
from orchestration.settings import Unpivot

# pyarrow carries no types; named so that this is said once.
pa: Any = pyarrow

LINES_BY: Final = 1_000
"""A row out of column c of line n has the line n * LINES_BY + c, so that it is told from the others."""


def unpivoted(content: Content, declared: Unpivot, where: str) -> Content:
    """Content with one row per row and turned column; empty cells make none.

    Parameters
    ----------
    content : content as delivered.
    declared : columns that are turned, and the names of the two columns they become.
    where : file name, for messages.

    Raises
    ------
    UnreadableFile
        No column is as declared, a new name is taken, or the header is too wide.
    """
    turned = [name for name in content.names if re.fullmatch(declared.columns, name)]
    kept = [name for name in content.names if name not in turned]
    made = (declared.name_to, declared.value_to)
    if not turned or set(made) & set(kept) or len(content.names) >= LINES_BY:
        raise UnreadableFile(
            f"'{declared.columns}' turns {len(turned)} of {len(content.names)} columns to {', '.join(made)}",
            where,
            "correct unpivot of this source in maturity.yaml",
        )

    def chunks(keep: Sequence[str], footers: Sequence[str]) -> Iterator[Chunk]:
        own = [name for name in keep if name not in made]
        for chunk in content.chunks([*own, *turned], footers):
            yield Chunk(_turned(chunk.rows, keep, own, turned), chunk.refused, chunk.footers, chunk.n_empty)

    def _turned(rows: Any, keep: Sequence[str], own: Sequence[str], turned: Sequence[str]) -> Any:
        tables = []
        for name in turned:
            n_rows = rows.num_rows
            columns = {column: rows.column(column) for column in own}
            columns[declared.name_to] = pa.array([name] * n_rows, pa.string())
            columns[declared.value_to] = rows.column(name)
            place = content.names.index(name) + 1
            lines = pa.compute.add(pa.compute.multiply(rows.column("source_line"), LINES_BY), place)
            filled = pa.compute.not_equal(pa.compute.utf8_trim_whitespace(rows.column(name)), "")
            table = pa.table({column: columns[column] for column in keep} | {"source_line": lines})
            tables.append(table.filter(filled))
        return pa.concat_tables(tables).sort_by("source_line")

    note = (
        f"{len(turned)} columns were brought below each other as {' and '.join(made)}; a row out of column "
    )
    note += f"c of line n has the line n x {LINES_BY:,} + c"
    return replace(
        content, names=(*kept, *made), chunks=chunks, labels=(), warnings=(*content.warnings, note)
    )
