"""A quirk read wrongly is a wrong figure that nobody sees: each shipped profile has a hand-made file.

`tests/profiles/<domain>/<profile>/` (or `<profile>__<variant>`) holds `delivered.*` in the vendor's form and
`expected.yaml`:

    manner: {locale: nl, zone: Europe/Amsterdam, currency: EUR}   # what the settings would declare
    opportunities:                  # an entity
      rows:                         # accepted rows in the order of the file; only columns named are compared
        - {opportunity_key: "1", amount: 1250.50, closed_on: 2024-05-31, probability_share: null}
      count: 12                     # only where not every row is listed: then each listed row is there once
    refused: {4: ["amount:number"]} # line of the file -> reasons
    warnings: [ambiguous]           # words that must be said (optional)
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from contracts.contract import Column
from contracts.convert import convert
from contracts.entities import ENTITIES
from contracts.gate import split
from contracts.instrument import load_instrument
from contracts.profile import Profile, load_profiles
from contracts.values import Manner
from orchestration.ingest.decode import decode
from orchestration.ingest.detect import detect
from orchestration.ingest.tabular import read_table

FOLDERS = {path.parent.name: path.parent for path in sorted(Path(__file__).parent.glob("*/*/expected.yaml"))}
KEY = b"a-secret-for-tests-only"
ITEMS = tuple(item.code for item in load_instrument().items)


@dataclass(frozen=True)
class Outcome:
    """What became of a delivered file."""

    profile: Profile | None
    lines: set[int]
    accepted: dict[str, pd.DataFrame]
    refused: dict[int, list[str]]
    warnings: str


def profile_of(folder: str) -> str:
    return folder.split("__", maxsplit=1)[0]


def expected_of(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((FOLDERS[name] / "expected.yaml").read_text(encoding="utf-8"))
    return content


def delivered(folder: Path) -> Path:
    (path,) = folder.glob("delivered.*")
    return path


def text_rows(path: Path) -> tuple[Profile | None, pd.DataFrame, tuple[str, ...]]:
    """Profile by the header, and the columns it keeps as text."""
    table = read_table(decode(path.read_bytes(), path.name).text, path.name)
    profiles = load_profiles()
    names: list[str] = list(table.names)
    profile = None
    for candidate in sorted(profiles.values(), key=lambda p: -len(p.signature.required)):
        renaming = getattr(candidate, "renaming", lambda _header: {})(table.names)
        renamed = [renaming.get(name, name) for name in table.names]
        profile = detect(renamed, {candidate.name: candidate}).profile
        if profile is not None:
            names = renamed
            break
    rows = pd.DataFrame(table.rows, columns=names, dtype="str")
    if profile is not None:
        rows = rows[profile.kept(names, ITEMS)]
    return profile, rows.assign(source_line=table.lines, delivery_id="d1"), table.warnings


def outcome(name: str) -> Outcome:
    said = expected_of(name)
    profile, rows, warnings = text_rows(delivered(FOLDERS[name]))
    if profile is None:
        return Outcome(None, set(), {}, {}, "")
    manner = said.get("manner", {})
    given: dict[str, Any] = {"pseudonym_key": KEY, "instrument": load_instrument()}
    if "manner" in inspect.signature(convert).parameters:
        result = convert(rows, profile, manner=Manner(**manner), **given)
    else:  # the language of profiles is being extended; until then these three are all there is
        old = {"default_currency" if key == "currency" else key: value for key, value in manner.items()}
        result = convert(rows, profile, **old, **given)
    refused: dict[int, list[str]] = {
        int(line): list(reasons)
        for line, reasons in zip(result.refused["source_line"], result.refused["reasons"], strict=True)
    }
    accepted = {}
    for entity, frame in result.frames.items():
        verdict = split(frame, ENTITIES[entity])
        accepted[entity] = verdict.accepted.reset_index(drop=True)
        for line, reasons in zip(verdict.refused["source_line"], verdict.refused["reasons"], strict=True):
            refused[int(line)] = sorted({*refused.get(int(line), []), *reasons})
    return Outcome(
        profile, set(rows["source_line"]), accepted, refused, "\n".join((*warnings, *result.warnings))
    )


def is_equal(value: Any, wanted: Any, column: Column) -> bool:
    if wanted is None or pd.isna(value):
        return wanted is None and bool(pd.isna(value))
    match column.kind:
        case "text":
            return str(value) == str(wanted)
        case "boolean":
            return isinstance(wanted, bool) and bool(value) is wanted
        case "date" | "timestamp":
            return pd.Timestamp(value) == pd.Timestamp(wanted)
        case "money" | "minutes" | "integer":
            return Decimal(str(value)) == Decimal(str(wanted))
        case _:
            return float(value) == pytest.approx(float(wanted), rel=1e-12)


def differences(row: pd.Series, wanted: dict[str, Any], entity: str) -> dict[str, tuple[Any, Any]]:
    """Columns in which an accepted row is not what was expected: value and expectation."""
    columns = {column.name: column for column in ENTITIES[entity].columns}
    return {
        name: (row[name], value)
        for name, value in wanted.items()
        if not is_equal(row[name], value, columns[name])
    }


def test_every_shipped_profile_has_a_file() -> None:
    assert set(load_profiles()) == {profile_of(folder) for folder in FOLDERS}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_delivered_file_becomes_exactly_what_it_says(name: str) -> None:
    said, found = expected_of(name), outcome(name)
    assert found.profile is not None, "no profile fits the header"
    assert found.profile.name == profile_of(name)
    assert found.refused == (said.get("refused") or {})
    entities = {entity for entity in said if entity not in ("manner", "refused", "warnings")}
    assert {entity for entity, frame in found.accepted.items() if len(frame)} == entities
    for entity in entities:
        frame, wanted = found.accepted[entity], said[entity]["rows"]
        if "count" in said[entity]:
            assert len(frame) == said[entity]["count"]
            for row in wanted:
                alike = [
                    place for place in range(len(frame)) if not differences(frame.iloc[place], row, entity)
                ]
                assert len(alike) == 1, f"{entity}: {row} stands {len(alike)} times"
        else:
            assert len(frame) == len(wanted), frame.dropna(axis=1, how="all").to_string()
            unlike = {place: differences(frame.iloc[place], row, entity) for place, row in enumerate(wanted)}
            assert {place: what for place, what in unlike.items() if what} == {}
    for words in said.get("warnings", ()):
        assert words in found.warnings


@pytest.mark.parametrize("name", FOLDERS)
def test_every_line_is_accepted_or_refused_and_never_both(name: str) -> None:
    found = outcome(name)
    kept = {int(line) for frame in found.accepted.values() for line in frame["source_line"]}
    assert kept | set(found.refused) == found.lines
    assert kept & set(found.refused) == set()


@pytest.mark.parametrize("name", load_profiles())
def test_the_files_show_a_value_of_every_mapped_column_and_a_bad_row(name: str) -> None:
    profile = load_profiles()[name]
    files = [expected_of(folder) for folder in FOLDERS if profile_of(folder) == name]
    assert any(said.get("refused") for said in files), "files without a bad row show the easy half"
    if profile.survey is None:
        rows = [row for said in files for row in said[str(profile.entity)]["rows"]]
        shown = {column for row in rows for column, value in row.items() if value is not None}
        assert set(profile.columns) - shown == set()


@pytest.mark.parametrize("name", FOLDERS)
def test_personal_columns_stay_out(name: str) -> None:
    profile, rows, _ = text_rows(delivered(FOLDERS[name]))
    assert profile is not None
    hashed = {source for column in profile.columns.values() if column.hmac for source in column.sources}
    assert set(profile.personal) & set(rows.columns) - hashed == set()
