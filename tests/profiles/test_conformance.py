"""A vendor changes an export without telling: each profile must take it, refuse it, or hold rows back.

Each behaviour changes the hand-made file of a profile as a vendor or a spreadsheet would, delivers it into a
home, and compares what was accepted with the unchanged file's.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from contracts.entities import ENTITIES
from contracts.profile import Profile, load_profiles
from orchestration.ingest.gate import quarantine
from orchestration.ingest.gate.accept import accept
from orchestration.ingest.land.deliveries import Delivery, receive
from orchestration.ingest.land.reading import header_test
from orchestration.ingest.text.decode import decode
from orchestration.ingest.text.tabular import read_table
from orchestration.settings import Settings, Source

FOLDERS = {path.parent.name: path.parent for path in sorted(Path(__file__).parent.glob("*/*/expected.yaml"))}
TEXT_FORMS = (".csv", ".tsv", ".txt")
LINEAGE = ["delivery_id", "source_line"]
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


@dataclass(frozen=True)
class Outcome:
    """What became of the deliveries of one home."""

    accepted: dict[str, pd.DataFrame]
    held: pd.DataFrame
    ledger: pd.DataFrame
    deliveries: list[Delivery] = field(default_factory=list)

    def content(self) -> dict[str, list[tuple[str, ...]]]:
        """Accepted rows by entity, without where they lay, in an order of their own."""
        return {
            name: sorted(tuple(str(cell) for cell in row) for row in frame.itertuples(index=False))
            for name, frame in self.accepted.items()
            if len(frame)
        }

    @property
    def said(self) -> str:
        return " ".join(" ".join((d.problem, *d.warnings)) for d in self.deliveries)


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


def settings_of(name: str) -> Settings:
    path = representative(name)
    assert path is not None
    known = {key: value for key, value in manner_of(path).items() if key in Source.model_fields}
    encoding = grid_of(name).encoding
    declared = {} if encoding == "utf-8" else {"encoding": encoding}
    source = Source(system=grid_of(name).profile.source_system, profile=name, **known, **declared)
    return Settings(is_simulated=True, sources=(source,))


def outcome_of(name: str, stages: Sequence[Stage], settings: Settings | None = None) -> Outcome:
    """Deliver the files of each stage after the other into one home, and accept."""
    settings = settings or settings_of(name)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for day, stage in enumerate(stages, start=1):
            for file, content in stage.items():
                path = home / "exports" / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            moment = datetime(2026, 1, day, tzinfo=UTC)
            deliveries = receive(home, settings, now=lambda moment=moment: moment)
        if not any(delivery.is_landed for delivery in deliveries):
            return Outcome({}, quarantine.empty(), pd.DataFrame(), deliveries)
        result = accept(home, settings, require_references=False)
        frames = {
            entity: pd.concat([pd.read_parquet(file, partitioning=None) for file in files], ignore_index=True)
            for entity in ENTITIES
            if (files := sorted((home / "accepted" / entity).rglob("*.parquet")))
        }
        kept = {entity: frame.drop(columns=LINEAGE) for entity, frame in frames.items()}
        lost = result.ledger["delivered"] - result.ledger[
            ["accepted", "quarantined", "duplicate", "superseded"]
        ].sum(axis=1)
        assert not lost.any(), "rows are not accounted for"
        return Outcome(kept, quarantine.read(home / "quarantine"), result.ledger, deliveries)


@cache
def baseline(name: str) -> Outcome:
    found = outcome_of(name, one(grid_of(name).content()))
    assert found.content(), "the hand-made file of this profile must have a good row"
    return found


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


@cache
def together(name: str) -> Outcome:
    """One home into which the hand-made file and every variant of it were delivered, one after the other."""
    grid = grid_of(name)
    stage = {"0/a.csv": grid.content()}
    for behaviour, made in FORMS.items():
        file, content = made(grid)
        stage[f"1 {behaviour}/{file}"] = content
    for behaviour, spoilt in SPOILT.items():
        stage[f"2 {behaviour}/a.csv"] = spoilt(grid)
    for behaviour, refused in REFUSED.items():
        stage[f"3 {behaviour}/a.csv"] = refused(grid)
    settings = settings_of(name)
    stating = [Source(**{**source.model_dump(), "encoding": None, "pattern": f"1 {what}/*"})
               for source in settings.sources for what in ("byte order mark", "UTF-16")]  # fmt: skip
    return outcome_of(name, [stage], settings.model_copy(update={"sources": (*stating, *settings.sources)}))


def line(outcome: Outcome, folder: str) -> dict[str, int]:
    """Counts of the one file in a folder."""
    own = outcome.ledger[outcome.ledger["file"].str.startswith(f"exports/{folder}/")]
    assert len(own) == 1, [d.problem for d in outcome.deliveries if d.file.startswith(f"exports/{folder}/")]
    return {
        count: int(own.iloc[0][count])
        for count in ("delivered", "accepted", "quarantined", "duplicate", "superseded")
    }


@pytest.mark.parametrize("behaviour", FORMS)
@pytest.mark.parametrize("name", PROFILES)
def test_another_form_of_the_same_facts_is_the_same_rows(name: str, behaviour: str) -> None:
    found, good = line(together(name), f"1 {behaviour}"), line(baseline(name), "0")
    if behaviour == "the same bytes again":
        assert found["duplicate"] == good["delivered"]
        return
    assert found["delivered"] == good["delivered"]
    assert found["quarantined"] == good["quarantined"]


@pytest.mark.parametrize("name", PROFILES)
def test_all_variants_together_say_what_the_file_says(name: str) -> None:
    assert together(name).content() == baseline(name).content()


@pytest.mark.parametrize("behaviour", SPOILT)
@pytest.mark.parametrize("name", PROFILES)
def test_a_spoilt_row_is_held_back(name: str, behaviour: str) -> None:
    found, good = line(together(name), f"2 {behaviour}"), line(baseline(name), "0")
    assert found["quarantined"] == good["quarantined"] + 1


@pytest.mark.parametrize("behaviour", REFUSED)
@pytest.mark.parametrize("name", PROFILES)
def test_what_is_not_the_export_is_refused_and_told(name: str, behaviour: str) -> None:
    own = [d for d in together(name).deliveries if d.file.startswith(f"exports/3 {behaviour}/")]
    assert len(own) == 1
    assert not own[0].is_landed
    assert own[0].problem


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


@pytest.mark.parametrize("name", PROFILES)
def test_a_header_alone_delivers_no_row(name: str) -> None:
    found = outcome_of(name, one(replace(grid_of(name), rows=[]).content()))
    assert found.content() == {}
    assert found.ledger["delivered"].sum() == 0


@pytest.mark.parametrize("name", PROFILES)
def test_rows_that_come_later_are_added(name: str) -> None:
    if any(c.ordinal or c.listed_in or c.content_key for c in load_profiles()[name].columns.values()):
        return  # what is made out of several rows of one file is another thing when the file is cut
    assert outcome_of(name, halves(grid_of(name))).content() == baseline(name).content()


def persons(name: str) -> list[str]:
    """Columns about persons that the hand-made file has and of which nothing may be kept."""
    profile = grid_of(name).profile
    return sorted((set(profile.personal) - set(profile.hashed)) & set(profile.canonical(grid_of(name).names)))


@pytest.mark.parametrize("name", [name for name in PROFILES if persons(name)])
def test_persons_are_nowhere_behind_the_drop_zone(name: str, tmp_path: Path) -> None:
    grid, marker = grid_of(name), "Quirina Vandersmissen"
    places = [grid.place(column) for column in persons(name)]
    rows = [[marker if n in places else cell for n, cell in enumerate(row)] for row in grid.rows]
    path = tmp_path / "exports" / "a.csv"
    path.parent.mkdir()
    path.write_bytes(replace(grid, rows=rows).content())
    receive(tmp_path, settings_of(name))
    accept(tmp_path, settings_of(name), require_references=False)
    for file in tmp_path.rglob("*"):
        if file.is_file() and "exports" not in file.parts:
            assert marker.encode() not in file.read_bytes(), file.name
