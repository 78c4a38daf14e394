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

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pandas as pd
import pytest
import yaml

from contracts.contract import Column
from contracts.convert import convert
from contracts.entities import ENTITIES
from contracts.gate import reasons_by_row
from contracts.instrument import load_instrument
from contracts.profile import Profile, load_profiles, match
from orchestration.ingest.gate import quarantine
from orchestration.ingest.gate.accept import accept
from orchestration.ingest.gate.typing_rows import manner_of
from orchestration.ingest.land.deliveries import manifest_of, receive
from orchestration.settings import Settings, Source

FOLDERS = {path.parent.name: path.parent for path in sorted(Path(__file__).parent.glob("*/*/expected.yaml"))}
KEY = "a-secret-for-tests-only"
MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Outcome:
    """What became of a delivered file: in the conversion (typed, refused) and in a home (gated, held)."""

    profile: Profile
    columns: tuple[str, ...]
    lines: set[int]
    typed: dict[str, pd.DataFrame]
    refused: dict[int, list[str]]
    warnings: str
    gated: dict[str, pd.DataFrame]
    held: dict[int, list[str]]
    ledger: dict[str, int]
    control: str


def profile_of(folder: str) -> str:
    return folder.split("__", maxsplit=1)[0]


def expected_of(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((FOLDERS[name] / "expected.yaml").read_text(encoding="utf-8"))
    return content


def delivered(folder: Path) -> Path:
    (path,) = folder.glob("delivered.*")
    return path


def with_expressions(rows: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """Rows and the texts that the profile's expressions make of them."""
    if not profile.expressions:
        return rows
    absent = [name for name in sorted(profile.used) if name not in rows.columns]
    given = rows.reindex(columns=[*rows.columns, *absent]).astype({name: "str" for name in absent})  # noqa: F841  # read by name in the SQL
    made = ", ".join(f'({sql}) as "sql:{name}"' for name, sql in profile.expressions.items())
    found = duckdb.sql(f"select {made} from given order by source_line").df().astype("str")
    return pd.concat([rows, found], axis=1)


def settings_of(name: str) -> Settings:
    """Settings that declare what the expectation says of the file's manner."""
    manner = expected_of(name).get("manner") or {}
    profile = load_profiles()[profile_of(name)]
    return Settings(
        is_simulated=True, sources=(Source(system=profile.source_system, pattern="**/*", **manner),)
    )


def gate_of(
    home: Path, settings: Settings
) -> tuple[dict[str, pd.DataFrame], dict[int, list[str]], dict[str, int], str]:
    """Accepted rows by entity, reasons by line, counts, and what printed totals say: as the gate decides."""
    result = accept(home, settings, pseudonym_key=KEY, require_references=False)
    frames = {
        entity: pd.concat([pd.read_parquet(file, partitioning=None) for file in files], ignore_index=True)
        for entity in ENTITIES
        if (files := sorted((home / "accepted" / entity).rglob("*.parquet")))
    }
    held = quarantine.read(home / "quarantine")
    reasons = {
        int(line): sorted(said.split(";") if isinstance(said, str) else said)
        for line, said in zip(held["source_line"], held["reasons"], strict=True)
    }
    counts = ("delivered", "accepted", "quarantined", "duplicate", "superseded")
    (control,) = result.ledger["control"]
    return frames, reasons, {name: int(result.ledger[name].sum()) for name in counts}, str(control)


@cache
def outcome(name: str) -> Outcome:
    """Receive a file as a home would, and type and judge its rows."""
    settings, path = settings_of(name), delivered(FOLDERS[name])
    with TemporaryDirectory() as home:
        folder = Path(home) / "exports"
        folder.mkdir()
        shutil.copy(path, folder)
        (delivery,) = receive(Path(home), settings, now=lambda: MIDNIGHT, pseudonym_key=KEY)
        assert delivery.is_landed, delivery.problem
        manifest = manifest_of(Path(home), delivery.delivery_id)
        landed = Path(home) / "landing" / delivery.delivery_id
        rows = pd.concat([pd.read_parquet(landed / file) for file in manifest["rows_files"]])
        gated, held, ledger, control = gate_of(Path(home), settings)
    profile = load_profiles()[str(delivery.profile)]
    rows = with_expressions(rows.reset_index(drop=True), profile).assign(delivery_id=delivery.delivery_id)
    result = convert(
        rows,
        profile,
        manner=manner_of(manifest, profile, settings),
        pseudonym_key=KEY.encode(),
        instrument=load_instrument(),
    )
    refused = {entry["source_line"]: [entry["reason"]] for entry in manifest["malformed"]}
    lines = {*refused, *rows["source_line"].astype(int)}
    for line, reasons in zip(result.refused["source_line"], result.refused["reasons"], strict=True):
        refused[int(line)] = list(reasons)
    typed = {}
    for entity, frame in result.frames.items():
        said_of = reasons_by_row(frame, ENTITIES[entity]) if len(frame) else []
        for line, reasons in zip(frame["source_line"], said_of, strict=True):
            if reasons:
                refused[int(line)] = sorted({*refused.get(int(line), []), *reasons})
        good = [place for place, reasons in enumerate(said_of) if not reasons]
        typed[entity] = frame.iloc[good].reset_index(drop=True)
    said = "\n".join((*delivery.warnings, *manifest["warnings"], *result.warnings))
    return Outcome(profile, tuple(rows.columns), lines, typed, refused, said, gated, held, ledger, control)


def accepted(found: Outcome) -> dict[str, pd.DataFrame]:
    """Typed rows that the gate accepted, in the order of the file; older versions are not among them."""
    kept = {}
    for entity, typed in found.typed.items():
        place = ["source_line", *ENTITIES[entity].key]
        gated = ENTITIES[entity].typed(found.gated[entity])[place].drop_duplicates()
        kept[entity] = typed.merge(gated, on=place)
    return kept


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
    assert found.profile.name == profile_of(name)
    assert found.held == (said.get("refused") or {})
    assert found.control == said.get("control", "none")
    entities = {entity for entity in said if entity not in ("manner", "refused", "warnings", "control")}
    assert {entity for entity, frame in found.gated.items() if len(frame)} == entities
    for entity in entities:
        frame, wanted = accepted(found)[entity], said[entity]["rows"]
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
def test_every_line_is_accepted_refused_or_an_older_version(name: str) -> None:
    found = outcome(name)
    kept = {int(line) for frame in found.gated.values() for line in frame["source_line"]}
    assert kept & set(found.held) == set()
    set_aside = found.ledger["duplicate"] + found.ledger["superseded"]
    assert len(found.lines - kept - set(found.held)) == set_aside
    assert found.ledger["quarantined"] == len(found.held)


@pytest.mark.parametrize("name", FOLDERS)
def test_the_gate_of_a_home_decides_as_the_conversion_does(name: str) -> None:
    found = outcome(name)
    assert {line: found.held.get(line) for line in found.refused} == found.refused
    for entity, typed in accepted(found).items():
        contract = ENTITIES[entity]
        order = ["source_line", *contract.key]
        columns = [column for column in contract.column_names if column != "organization_id"]
        gated = contract.typed(found.gated[entity]).sort_values(order, ignore_index=True)
        assert len(typed) == len(gated)
        kept = typed.sort_values(order, ignore_index=True)
        assert gated[columns].astype(str).equals(kept[columns].astype(str)), entity


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
    found = outcome(name)
    assert set(found.profile.personal) & set(found.columns) - set(found.profile.hashed) == set()


@pytest.mark.parametrize("name", [name for name, profile in load_profiles().items() if profile.aliases])
def test_every_label_of_a_column_is_known_as_that_column_of_that_export(name: str) -> None:
    profile = load_profiles()[name]
    names = [*profile.signature.required, *profile.signature.optional]
    for canonical, labels in profile.aliases.items():
        for label in labels if canonical in names else ():
            header = [label if column == canonical else column for column in names]
            assert profile.canonical(header) == names, label
            assert match(header, load_profiles())[0].name == name, label
