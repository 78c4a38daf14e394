"""Hand-made files of the profiles, and each as a vendor or a spreadsheet would change it."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from contracts.profile import Profile, load_profiles
from orchestration.ingest.land.reading import header_test
from orchestration.ingest.text.decode import decode
from orchestration.ingest.text.tabular import read_table

FOLDERS = {path.parent.name: path.parent for path in sorted(Path(__file__).parent.glob("*/*/expected.yaml"))}


TEXT_FORMS = (".csv", ".tsv", ".txt")


Stage = Mapping[str, bytes]


@dataclass(frozen=True)
class Grid:
    """A hand-made file as rows of cells: what stands above the header, the header, the records."""

    profile: Profile
    above: list[list[str]]
    header: list[list[str]]
    rows: list[list[str]]
    delimiter: str
    encoding: str

    @property
    def width(self) -> int:
        return len(self.header[0])

    def place(self, canonical: str) -> int:
        """Column in which a canonical header name stands, under whatever label."""
        return self.profile.canonical(self.names).index(canonical)

    @property
    def names(self) -> list[str]:
        """Names of the columns; legacy Qualtrics writes codes above them."""
        codes = self.header[0]
        row = self.header[1] if len(self.header) == 2 and "V1" in codes else codes
        return [" ".join(name.split()) for name in row]

    def text(self, **how: Any) -> str:
        out = io.StringIO()
        how = {"delimiter": self.delimiter, "lineterminator": "\n", **how}
        csv.writer(out, **how).writerows([*self.above, *self.header, *self.rows])
        return out.getvalue()

    def content(self, **how: Any) -> bytes:
        return self.text(**how).encode(self.encoding)


def representative(profile: str) -> Path | None:
    """The text file that stands for a profile; None where the profile has another form."""
    found = [folder for name, folder in FOLDERS.items() if name.split("__", maxsplit=1)[0] == profile]
    files = [file for folder in found for file in folder.glob("delivered.*") if file.suffix in TEXT_FORMS]
    return min(files, default=None)


PROFILES = [name for name in load_profiles() if representative(name) is not None]


@cache
def grid_of(name: str) -> Grid:
    path = representative(name)
    assert path is not None
    profile = load_profiles()[name]
    decoded = decode(path.read_bytes(), path.name, manner_of(path).get("encoding"))
    table = read_table(decoded.text, path.name, is_header=header_test([profile]))
    rows = list(csv.reader(io.StringIO(decoded.text), delimiter=table.delimiter))
    first = len(table.preamble)
    while not any(cell.strip() for cell in rows[first]):
        first += 1
    body = first + table.header_rows
    encoding = decoded.encoding if decoded.encoding in ("cp1252", "mac_roman") else "utf-8"
    return Grid(profile, rows[:first], rows[first:body], rows[body:], table.delimiter, encoding)


def manner_of(path: Path) -> dict[str, Any]:
    """What the settings would declare about the hand-made file."""
    content = yaml.safe_load((path.parent / "expected.yaml").read_text(encoding="utf-8"))
    return dict(content.get("manner") or {})


def one(content: bytes) -> list[Stage]:
    return [{"0/a.csv": content}]


def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("inside.csv", content)
    return out.getvalue()


def workbook(grid: Grid) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    for row in [*grid.above, *grid.header, *grid.rows]:
        book.active.append([cell or None for cell in row])
    # What begins with an equals sign is text here, too; openpyxl takes it for a formula.
    for cell in (cell for row in book.active.iter_rows() for cell in row if cell.data_type == "f"):
        cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def reordered(grid: Grid) -> Grid:
    """Columns the other way round; a file with something above its header keeps what is above.

    Where a blank cell continues the question before it, columns cannot be moved one by one: rows are.
    """
    if len(grid.header) == 2 and any(below and not above for above, below in zip(*grid.header, strict=True)):
        return replace(grid, rows=grid.rows[::-1])

    def turned(row: list[str]) -> list[str]:
        return [*row[: grid.width][::-1], *row[grid.width :]] if len(row) >= grid.width else row

    # A label of a footer stands in the first column, whatever the columns are.
    rows = [row if is_footer(grid, row) else turned(row) for row in grid.rows]
    return replace(grid, header=[turned(row) for row in grid.header], rows=rows)


def is_footer(grid: Grid, row: Sequence[str]) -> bool:
    """Whether the first filled cell of a row is the label of a footer."""
    return any(re.match(pattern, next(filter(None, row), "")) for pattern in grid.profile.footer)


def with_column(grid: Grid, names: Sequence[str], cell: str) -> Grid:
    header = [[*row, names[0]] if n == 0 else [*row, names[-1]] for n, row in enumerate(grid.header)]
    rows = [[*row, cell] if len(row) == grid.width else row for row in grid.rows]
    return replace(grid, header=header, rows=rows)


def first_good(grid: Grid) -> int:
    """Place of the first record that has as many cells as the header; the first rows of a file are good."""
    return min(n for n, row in enumerate(grid.rows) if len(row) == grid.width)


def halves(grid: Grid) -> list[Stage]:
    middle = len(grid.rows) // 2
    parts = replace(grid, rows=grid.rows[:middle]), replace(grid, rows=grid.rows[middle:])
    return [{"a.csv": parts[0].content()}, {"b.csv": parts[1].content()}]


def blank_rows(grid: Grid, n: int) -> list[list[str]]:
    return [[""] * grid.width] * n


def total(grid: Grid) -> list[str]:
    return ["Total", *[""] * (grid.width - 1)]


def too_long(grid: Grid) -> Grid:
    rows = list(grid.rows)
    rows[first_good(grid)] = [*rows[first_good(grid)], "one", "two"]
    return replace(grid, rows=rows)


def too_short(grid: Grid) -> Grid:
    rows = list(grid.rows)
    rows[first_good(grid)] = rows[first_good(grid)][:-1]
    return replace(grid, rows=rows)


def stray(grid: Grid) -> bytes:
    last = max(
        n
        for n, row in enumerate(grid.rows)
        if len(row) == grid.width and any(row) and not is_footer(grid, row)
    )
    above = replace(grid, rows=grid.rows[: last + 1]).text()
    # Blank lines keep it off its neighbours, which it would otherwise make doubtful.
    spoilt = '\nx"y' + grid.delimiter * (grid.width - 1) + "\n\n"
    return (above + spoilt + grid.text()[len(above) :]).encode(grid.encoding)


def without(grid: Grid, column: str) -> Grid:
    place = grid.place(column)
    return replace(
        grid,
        header=[[*row[:place], *row[place + 1 :]] for row in grid.header],
        rows=[[*row[:place], *row[place + 1 :]] for row in grid.rows],
    )


def renamed(grid: Grid, column: str) -> Grid:
    place = grid.place(column)
    header = [[f"zz {cell} zz" if n == place else cell for n, cell in enumerate(row)] for row in grid.header]
    return replace(grid, header=header)


def with_person(grid: Grid, marker: str) -> Grid:
    """The grid with a person in every column of which nothing may be kept; one is added where it has none."""
    profile = grid.profile
    kept_out = set(profile.personal) - set(profile.hashed)
    if not kept_out & set(profile.canonical(grid.names)):
        grid = with_column(grid, [min(kept_out), ""], "")
    places = [n for n, name in enumerate(profile.canonical(grid.names)) if name in kept_out]
    rows = [[marker if n in places else cell for n, cell in enumerate(row)] for row in grid.rows]
    return replace(grid, rows=rows)


FORMS: dict[str, Callable[[Grid], tuple[str, bytes]]] = {
    "byte order mark": lambda g: ("a.csv", codecs.BOM_UTF8 + g.text().encode()),
    "UTF-16": lambda g: ("a.txt", g.text().encode("utf-16")),
    "CR LF": lambda g: ("a.csv", g.content(lineterminator="\r\n")),
    "CR": lambda g: ("a.csv", g.content(lineterminator="\r", quoting=csv.QUOTE_ALL)),
    "CR CR LF": lambda g: ("a.csv", g.content(lineterminator="\r\r\n")),
    "no line end at the end": lambda g: ("a.csv", g.text().rstrip("\n").encode(g.encoding)),
    "tabs": lambda g: ("a.tsv", g.content(delimiter="\t") + b"\n" * 4),
    "all cells quoted": lambda g: ("a.csv", g.content(quoting=csv.QUOTE_ALL)),
    "columns in another order": lambda g: ("a.csv", reordered(g).content()),
    "unknown column added": lambda g: ("a.csv", with_column(g, ["zz_unknown", ""], "x").content()),
    "empty last column": lambda g: ("a.csv", with_column(g, [""], "").content()),
    "empty rows at the end": lambda g: ("a.csv", replace(g, rows=[*g.rows, *blank_rows(g, 20)]).content()),
    "blank lines above the header": lambda g: ("a.csv", b"\n\n" + g.content()),
    "gzip": lambda g: ("a.csv.gz", gzip.compress(g.content() + b"\n")),
    "zip": lambda g: ("a.zip", zipped(g.content() + b"\n\n")),
    "another file name": lambda g: ("Kopie van a (1).dat", g.content() + b"\n\n\n"),
    "the same bytes again": lambda g: ("again.csv", g.content()),
    "workbook": lambda g: ("a.xlsx", workbook(g)),
}  # fmt: skip


SPOILT: dict[str, Callable[[Grid], bytes]] = {
    "row too long": lambda g: too_long(g).content(),
    "row too short": lambda g: too_short(g).content(),
    "stray quote": stray,
    "total amid the rows": lambda g: replace(g, rows=[total(g), *g.rows]).content(),
}


REFUSED: dict[str, Callable[[Grid], bytes]] = {
    "required column missing": lambda g: without(g, g.profile.signature.required[0]).content(),
    "required column renamed": lambda g: renamed(g, g.profile.signature.required[0]).content(),
    "empty file": lambda _: b"",
    "NUL in it": lambda g: g.content() + b"a\x00b\n",
    "web page": lambda _: b"<!DOCTYPE html><html><body><table></table></body></html>",
}
