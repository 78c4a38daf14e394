"""The hand-made SPSS file of a profile as a grid, and as SPSS, a person or a disk would change it."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

from contracts.profile import load_profiles
from tests.profiles.variants import FOLDERS, Grid, renamed, reordered, with_column, without, zipped


@dataclass(frozen=True)
class SavGrid(Grid):
    """Variables as a grid of texts: numbers are those whose format says so, with their labels beside."""

    is_number: Mapping[str, bool]
    value_labels: Mapping[str, Mapping[float | str, str]]
    labels: Mapping[str, str | None]
    missing: Mapping[str, Any]

    def content(self, **how: Any) -> bytes:
        names = self.names
        columns = {
            name: pd.Series(
                [self._value(name, row[place]) for row in self.rows],
                dtype="float64" if self._is_number(name) else "str",
            )
            for place, name in enumerate(names)
        }
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "made.sav"
            pyreadstat.write_sav(
                pd.DataFrame(columns, columns=names),
                path,
                column_labels={name: label for name in names if (label := self.labels.get(name))},
                variable_value_labels={
                    name: dict(known) for name, known in self.value_labels.items() if name in names
                },
                missing_ranges={name: list(known) for name, known in self.missing.items() if name in names},
                **how,
            )
            return path.read_bytes()

    def _is_number(self, name: str) -> bool:
        return self.is_number.get(name, False)

    def _value(self, name: str, text: str) -> float | str:
        return (float(text) if text else float("nan")) if self._is_number(name) else text


@cache
def sav_grid_of(name: str) -> SavGrid:
    """Grid of the hand-made SPSS file of a profile."""
    frame, meta = pyreadstat.read_sav(FOLDERS[name] / "delivered.sav", user_missing=True)
    is_number = {column: str(frame[column].dtype).startswith("float") for column in frame}
    rows = [
        [f"{cell:g}" if is_number[column] else str(cell) for column, cell in zip(frame, row, strict=True)]
        for row in frame.itertuples(index=False)
    ]
    return SavGrid(
        load_profiles()[name],
        above=[],
        header=[list(frame)],
        rows=rows,
        delimiter=",",
        encoding="utf-8",
        is_number=is_number,
        value_labels=meta.variable_value_labels,
        labels=meta.column_names_to_labels,
        missing=meta.missing_ranges,
    )


def blanked(grid: Grid, column: str) -> Grid:
    """The grid without the first row's value of a column."""
    place = grid.place(column)
    first = ["" if n == place else cell for n, cell in enumerate(grid.rows[0])]
    return replace(grid, rows=[first, *grid.rows[1:]])


def off_scale(grid: Grid) -> Grid:
    """The grid with an answer in its first row that no label of the scale reaches."""
    place = grid.names.index("LS1")
    first = ["77" if n == place else cell for n, cell in enumerate(grid.rows[0])]
    return replace(grid, rows=[first, *grid.rows[1:]])


SAV_FORMS: dict[str, Callable[[Grid], tuple[str, bytes]]] = {
    "rewritten": lambda g: ("a.sav", g.content(note="exported again")),
    "compressed by row": lambda g: ("a.sav", g.content(row_compress=True)),
    "compressed whole": lambda g: ("a.zsav", g.content(compress=True)),
    "columns in another order": lambda g: ("a.sav", reordered(g).content()),
    "unknown column added": lambda g: ("a.sav", with_column(g, ["zz_unknown"], "x").content()),
    "empty last column": lambda g: ("a.sav", with_column(g, ["zz_empty"], "").content()),
    "gzip": lambda g: ("a.sav.gz", gzip.compress(g.content(file_label="gzip"))),
    "zip": lambda g: ("a.zip", zipped(g.content(file_label="zip"))),
    "another file name": lambda g: ("Kopie van a (1).dat", g.content(file_label="copy")),
    "the same bytes again": lambda g: ("again.sav", g.content()),
}
SAV_SPOILT: dict[str, Callable[[Grid], bytes]] = {
    "key missing": lambda g: blanked(g, "response_id").content(),
    "date missing": lambda g: blanked(g, "submitted_at").content(),
    "wave missing": lambda g: blanked(g, "wave").content(),
    "answer off the scale": lambda g: off_scale(g).content(),
}
SAV_REFUSED: dict[str, Callable[[Grid], bytes]] = {
    "required column missing": lambda g: without(g, g.profile.signature.required[0]).content(),
    "required column renamed": lambda g: renamed_variable(g).content(),
    "empty file": lambda _: b"",
    "cut in half": lambda g: g.content()[: len(g.content()) // 2],
    "damaged head": lambda g: g.content()[:60] + bytes(200) + g.content()[260:],
    "web page": lambda _: b"<!DOCTYPE html><html><body><table></table></body></html>",
}


def renamed_variable(grid: Grid) -> Grid:
    """The grid with another name for its first required column; SPSS allows no spaces."""
    changed = renamed(grid, grid.profile.signature.required[0])
    return replace(changed, header=[[name.replace(" ", "_") for name in changed.header[0]]])
