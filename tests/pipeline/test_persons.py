"""If these fail, a person's name, address, number or words are in a log, a table or an edition.

The demo's exports are full of simulated persons; all of one whole run is searched for them.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.profile import Profile, load_profiles, match
from tests.people import texts

# Texts that could stand anywhere by chance, such as a degree of latitude or a common name, are no proof.
NAMING = {
    "IPAddress",
    "RecipientEmail",
    "RecipientLastName",
    "subject",
    "name",
    "id",
    "worker_code",
    "user_id",
}
SHORTEST = 7
WORD = re.compile(r"[\w.@-]+")


def tables(home: Path) -> Iterator[tuple[Profile, list[dict[str, str]]]]:
    """Rows of every export that a profile fits, by the columns of the file."""
    for path in sorted((home / "exports").rglob("*.csv")):
        content = path.read_bytes()
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252")
        first = text.split("\n", maxsplit=1)[0]
        delimiter = ";" if first.count(";") > first.count(",") else ","
        rows = list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
        found = match(rows[0].keys(), load_profiles())
        # An account is no person.
        if found and found[0].entity != "accounts":
            yield found[0], rows


@pytest.fixture(scope="module")
def persons(made: Any) -> set[str]:
    """What the exports say of persons, in columns that a profile keeps out or hashes."""
    said: set[str] = set()
    for profile, rows in tables(made.home):
        for name in NAMING & {*profile.personal, *profile.hashed}:
            said |= {str(row[name]).strip() for row in rows if row.get(name)}
    return {text for text in said if len(text) >= SHORTEST and not text.startswith("{")}


def found_in(text: str, persons: set[str]) -> set[str]:
    """Persons that a text names: single words among its words, several words wherever they stand."""
    phrases = {person for person in persons if not WORD.fullmatch(person)}
    words = set(WORD.findall(text))
    return (persons & words) | {phrase for phrase in phrases if phrase in text}


def test_the_exports_are_full_of_persons_and_the_search_finds_them(made: Any, persons: set[str]) -> None:
    assert len(persons) > 1_000
    kinds = (
        r".+@example\.org",
        r"\d+\.\d+\.\d+\.\d+",
        r"[0-9a-f]{32}",
        r"van den Berg",
        r"Simulated deal \d+",
    )
    for kind in kinds:
        assert any(re.fullmatch(kind, person) for person in persons), kind
    everything = "".join(text for _, text in texts(made.home / "exports"))
    assert found_in(everything, persons) == persons


def test_no_person_is_anywhere_behind_the_drop_zone(made: Any, persons: set[str]) -> None:
    searched: set[str] = set()
    for path, text in texts(made.home):
        place = Path(path).relative_to(made.home)
        if place.parts[0] not in ("exports", "reference"):
            searched.add(place.parts[0] if place.parent != Path() else place.suffix)
            assert found_in(text, persons) == set(), place
    assert searched >= {"landing", "accepted", "quarantine", "editions", "dagster", "logs", ".duckdb"}
    pages = {path.suffix for path in (made.home / "editions" / made.current).rglob("*") if path.is_file()}
    assert pages >= {".html", ".json", ".parquet", ".duckdb"}


@pytest.mark.parametrize(
    "form", ["page.html", "events.json", "log.log", "rows.parquet", "edition.duckdb", "events.db"]
)
def test_a_person_would_be_found_in_every_form(tmp_path: Path, form: str) -> None:
    import sqlite3

    import duckdb
    import pandas as pd

    path, person = tmp_path / form, "Lefèvre-Vandersmissen"
    frame = pd.DataFrame({"name": [person] * 5_000, "n": range(5_000)})
    if form == "rows.parquet":
        frame.to_parquet(path, compression="zstd")
    elif form == "edition.duckdb":
        with duckdb.connect(str(path)) as con:
            con.execute("create schema marts")
            con.execute("create table marts.t as select * from frame")
    elif form == "events.db":
        with sqlite3.connect(path) as old:
            frame.to_sql("events", old)
    elif form == "events.json":
        path.write_text(json.dumps({"said": f"row of {person} refused"}))
    else:
        path.write_text(f"<p>{person}</p>", encoding="utf-8")
    ((_, text),) = texts(tmp_path)
    assert found_in(text, {person}) == {person}


def test_a_link_does_not_hide_a_file(tmp_path: Path) -> None:
    (tmp_path / "editions" / "one").mkdir(parents=True)
    (tmp_path / "editions" / "one" / "page.html").write_text("x")
    (tmp_path / "editions" / "current").symlink_to("one")
    assert [Path(path).name for path, _ in texts(tmp_path)] == ["page.html"]
    shutil.rmtree(tmp_path / "editions")
