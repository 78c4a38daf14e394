"""Refused rows out to a person and corrected ones back, stored immutably below landing/. No judging.

A correction holds only the cells that were changed; all others stay as they were delivered. Personal columns
never leave: they are neither exported nor taken back.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pandas as pd

from contracts.profile_checks import hidden
from orchestration.ingest.files import fresh, one_at_a_time, read_json, room_to_write, swap, write_json
from orchestration.ingest.gate import quarantine
from orchestration.ingest.gate.corrections_file import PLACE, Fault, read_corrections, wrong
from orchestration.ingest.land.deliveries import LANDING, manifest_of, receipts
from orchestration.ingest.profiles import profiles_of
from orchestration.ingest.text.tabular import Table

FOLDER: Final = "corrections"
_MANIFEST, _ROWS = "manifest.json", "rows.json"
# What a spreadsheet would take for a formula; a number with its sign is none.
_FORMULA: Final = re.compile(r"'?(?:[=@\t\r]|[+-](?![\d.,]))")
_NAMED_AT_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Repeated:
    """A row that came in before, and what it looked like: the same again changes nothing."""

    delivery_id: str
    source_line: int
    row_sha256: str
    received_at: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Taken:
    """Corrections that came in: rows with a changed cell, as they were, as they came before; where kept."""

    n_corrected: int
    n_unchanged: int
    folder: Path | None
    repeated: tuple[Repeated, ...] = ()


def of(home: Path, delivery_id: str) -> pd.DataFrame | None:
    """Corrected cells of one delivery, or None when there are none.

    Parameters
    ----------
    home : folder of the installation.
    delivery_id : delivery the rows belong to.

    Returns
    -------
    DataFrame or None
        ``source_line`` and one text column per corrected column of the file, in line order. A missing value
        means: as delivered; an empty text: emptied. A line that could not be split into fields when it was
        delivered comes with all its kept columns, and stands for the whole line.
    """
    cells: dict[int, dict[str, str]] = {}
    for folder in _folders(home):
        for row in read_json(folder / _ROWS):
            if row["delivery_id"] == delivery_id:
                cells.setdefault(int(row["source_line"]), {}).update(row["cells"])
    if not cells:
        return None
    names = list(dict.fromkeys(name for row in cells.values() for name in row))
    lines = sorted(cells)
    frame = {name: pd.Series([cells[line].get(name) for line in lines], dtype="str") for name in names}
    return pd.DataFrame({"source_line": pd.Series(lines, dtype="int64"), **frame})


def export(home: Path, path: Path, held: pd.DataFrame) -> int:
    """Write refused rows to a CSV file for a person to correct; personal columns are left out.

    Parameters
    ----------
    home : folder of the installation.
    path : file to write.
    held : refused rows, as `quarantine.read` gives them.

    Returns
    -------
    int
        Number of rows written.
    """
    allowed = {str(one): _correctable(home, str(one)) for one in held["delivery_id"].unique()}
    names = list(dict.fromkeys(name for columns in allowed.values() for name in columns))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*PLACE, *names])
        for row in held.to_dict("records"):
            raw = json.loads(row["raw"])
            writer.writerow(
                [*(row[name] for name in PLACE), *(_guarded(raw.get(name, "")) for name in names)]
            )
    return len(held)


def take(home: Path, path: Path, now: Callable[[], datetime] | None = None) -> Taken:
    """Take in a file of corrected rows; a row that came in before, in this file or another, changes nothing.

    Parameters
    ----------
    home : folder of the installation.
    path : CSV file as `export` wrote it, with corrected cells.
    now : clock, for tests.

    Raises
    ------
    UnreadableFile
        The file is not of that form, or speaks of rows or columns that are not to be corrected; all such rows
        are named at once, and none is taken.
    """
    table = read_corrections(path)
    held = quarantine.read(home / "quarantine")
    known = {(str(r["delivery_id"]), int(r["source_line"])): r["raw"] for r in held.to_dict("records")}
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with one_at_a_time(home), room_to_write(home):
        rows, repeated = _corrected(home, table, known, path)
        n_unchanged = len(table.rows) - len(rows) - len(repeated)
        if not rows:
            return Taken(0, n_unchanged, repeated[-1].folder if repeated else None, repeated)
        folder = home / LANDING / FOLDER / f"{len(_folders(home)) + 1:05d}-{digest[:16]}"
        made = fresh(home / "tmp" / f"corrections-{folder.name}")
        received_at = (now or (lambda: datetime.now(UTC)))().isoformat(timespec="seconds")
        write_json(made / _ROWS, rows)
        write_json(
            made / _MANIFEST,
            {"sha256": digest, "file": path.name, "received_at": received_at, "rows": len(rows)},
        )
        swap(made, folder)
    return Taken(len(rows), n_unchanged, folder, repeated)


def _corrected(
    home: Path, table: Table, known: Mapping[tuple[str, int], str], path: Path
) -> tuple[list[dict[str, object]], tuple[Repeated, ...]]:
    """Rows with the cells that were changed, and those that came in before."""
    if missing := [name for name in PLACE[:2] if name not in table.names]:
        raise wrong(path, (f"it lacks {', '.join(missing)}", "take the file that quarantine export wrote"))
    if table.refused:
        lines = ", ".join(str(record.line) for record in table.refused[:_NAMED_AT_MOST])
        raise wrong(path, (f"line {lines} cannot be split into fields", "save it as CSV again"))
    kept = _kept(home)
    places = {_place(dict(zip(table.names, fields, strict=True))) for fields in table.rows}
    ever_held = {*known, *kept}
    released = _landed(home, places - ever_held)
    found: list[dict[str, object]] = []
    repeated: list[Repeated] = []
    faults: list[Fault] = []
    seen: set[tuple[str, int]] = set()
    allowed: dict[str, list[str]] = {}
    for fields, line in zip(table.rows, table.lines, strict=True):
        row = dict(zip(table.names, fields, strict=True))
        place = _place(row)
        if place not in ever_held and place not in released:
            faults.append(_stranger(row, ever_held, line))
            continue
        if place in seen:
            faults.append((f"line {line} speaks of a row that stands there twice", "keep one of them"))
            continue
        seen.add(place)
        columns = allowed.setdefault(place[0], _correctable(home, place[0]))
        said = {name: _unguarded(text) for name, text in row.items() if name not in PLACE}
        if strange := [name for name, text in said.items() if text and name not in columns]:
            where = f"line {line} fills {', '.join(strange)}"
            faults.append(
                (
                    f"{where}, which its delivery does not have or does not keep",
                    f"correct only {', '.join(columns)}",
                )
            )
            continue
        if (texts := released.get(place)) is not None:
            # Released meanwhile by another row or a mended profile: as it was delivered it says nothing new.
            if any(said[name] != texts[name] for name in columns if name in said):
                faults.append(_stranger(row, ever_held, line))
            continue
        digest = _digest({name: said[name] for name in columns if name in said})
        before = kept.get(place)
        if before is not None and before.row_sha256 == digest:
            repeated.append(before)
            continue
        if before is not None and place not in known:
            faults.append(_accepted(line, before))
            continue
        raw = json.loads(known[place])
        cells = {name: said[name] for name in columns if name in said and said[name] != raw.get(name)}
        # Of a line that could not be split nothing was kept: untouched, it is still empty here.
        if any(cells.values()) or (raw and cells):
            found.append(
                {"delivery_id": place[0], "source_line": place[1], "cells": cells, "row_sha256": digest}
            )
    if faults:
        raise wrong(path, *faults)
    return found, tuple(repeated)


def _kept(home: Path) -> dict[tuple[str, int], Repeated]:
    """Place of each corrected row to how it last came in."""
    return {
        (row["delivery_id"], int(row["source_line"])): Repeated(
            row["delivery_id"],
            int(row["source_line"]),
            row.get("row_sha256", ""),
            read_json(folder / _MANIFEST)["received_at"],
            folder,
        )
        for folder in _folders(home)
        for row in read_json(folder / _ROWS)
    }


def _digest(cells: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(cells, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _place(row: Mapping[str, str]) -> tuple[str, int]:
    """Delivery and line that a row says it is of; line -1 where it names none."""
    text = row["source_line"].strip()
    return row["delivery_id"].strip(), int(text) if text.isdigit() else -1


def _landed(home: Path, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], dict[str, str]]:
    """Texts of landed rows by place; of lines that could not be split, and of strange deliveries, none."""
    found: dict[tuple[str, int], dict[str, str]] = {}
    for delivery_id in {delivery.delivery_id for delivery in receipts(home) if delivery.is_landed}:
        lines = {line for of, line in places if of == delivery_id}
        for name in manifest_of(home, delivery_id)["rows_files"] if lines else ():
            path = home / LANDING / delivery_id / name
            rows = pd.read_parquet(path, filters=[("source_line", "in", lines)]).fillna("")
            for row in rows.astype("str").to_dict("records"):
                found[delivery_id, int(row["source_line"])] = {str(name): text for name, text in row.items()}
    return found


def _stranger(row: Mapping[str, str], known: Collection[tuple[str, int]], line: int) -> Fault:
    held = sorted(number for delivery_id, number in known if delivery_id == row["delivery_id"].strip())
    named = ", ".join([*map(str, held[:_NAMED_AT_MOST]), *["..."][: len(held) > _NAMED_AT_MOST]])
    of_it = f"; of that delivery these lines are or were: {named}" if held else ""
    return (
        f"line {line} speaks of line {row['source_line'].strip() or '(empty)'} of a delivery, "
        "which was never held back or is no longer",
        f"leave it out, or write delivery_id and source_line as quarantine export writes them{of_it}",
    )


def _accepted(line: int, before: Repeated) -> Fault:
    return (
        f"line {line} changes line {before.source_line} of its delivery once more, which was corrected "
        f"{before.received_at} and is no longer held back",
        "leave that row out; correct the record at its source and export it again: the newer version counts",
    )


def _correctable(home: Path, delivery_id: str) -> list[str]:
    """Columns of a delivery that a person may see and change, in the order of the file."""
    manifest = manifest_of(home, delivery_id)
    profile = profiles_of(home).get(manifest["profile"])
    unshown = hidden(profile) if profile is not None else frozenset()
    return [name for name in manifest["kept_columns"] if name not in unshown]


def _folders(home: Path) -> list[Path]:
    return sorted(folder for folder in (home / LANDING / FOLDER).glob("*-*") if (folder / _ROWS).exists())


def _guarded(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
