"""A vendor changes an export without telling: each profile must take it, refuse it, or hold rows back.

Each behaviour changes the hand-made file of a profile as a vendor or a spreadsheet would, delivers it into a
home, and compares what was accepted with the unchanged file's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from contracts.entities import ENTITIES
from contracts.profile import load_profiles
from orchestration.ingest.gate import quarantine
from orchestration.ingest.gate.accept import accept
from orchestration.ingest.land.deliveries import Delivery, receive
from orchestration.settings import Settings, Source
from tests.people import texts
from tests.profiles import variants
from tests.profiles.sav_variants import SAV_FORMS, SAV_REFUSED, SAV_SPOILT, sav_grid_of
from tests.profiles.variants import FORMS, REFUSED, SPOILT, Grid, Stage, halves, manner_of, one, with_person

PROFILES = list(load_profiles())
IN_SPSS = [name for name in PROFILES if variants.representative(name) is None]
"""Profiles of exports that are no text; SPSS's are the only ones."""


def kit(of_text: Sequence[str], of_spss: Sequence[str]) -> list[tuple[str, str]]:
    """Every profile with every behaviour that its form of file can show."""
    return [(name, what) for name in PROFILES for what in (of_spss if name in IN_SPSS else of_text)]


LINEAGE = ["delivery_id", "source_line"]


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


def grid_of(name: str) -> Grid:
    return sav_grid_of(name) if name in IN_SPSS else variants.grid_of(name)


def settings_of(name: str) -> Settings:
    path = variants.representative(name) or variants.FOLDERS[name] / "delivered.sav"
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


@cache
def together(name: str) -> Outcome:
    """One home into which the hand-made file and every variant of it were delivered, one after the other."""
    grid = grid_of(name)
    stage = {"0/a.csv": grid.content()}
    for behaviour, made in (SAV_FORMS if name in IN_SPSS else FORMS).items():
        file, content = made(grid)
        stage[f"1 {behaviour}/{file}"] = content
    for behaviour, spoilt in (SAV_SPOILT if name in IN_SPSS else SPOILT).items():
        stage[f"2 {behaviour}/a.csv"] = spoilt(grid)
    for behaviour, refused in (SAV_REFUSED if name in IN_SPSS else REFUSED).items():
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
        for count in ("delivered", "accepted", "quarantined", "duplicate", "superseded", "n_replaced")
    }


def n_refused(counts: dict[str, int]) -> int:
    """Rows that were refused, also those in whose place a later file of the home brought others."""
    return counts["quarantined"] + counts["n_replaced"]


@pytest.mark.parametrize(("name", "behaviour"), kit(list(FORMS), list(SAV_FORMS)))
def test_another_form_of_the_same_facts_is_the_same_rows(name: str, behaviour: str) -> None:
    found, good = line(together(name), f"1 {behaviour}"), line(baseline(name), "0")
    if behaviour == "the same bytes again":
        assert found["duplicate"] == good["delivered"]
        return
    assert found["delivered"] == good["delivered"]
    assert n_refused(found) == n_refused(good)


@pytest.mark.parametrize("name", PROFILES)
def test_all_variants_together_say_what_the_file_says(name: str) -> None:
    assert together(name).content() == baseline(name).content()


@pytest.mark.parametrize(("name", "behaviour"), kit(list(SPOILT), list(SAV_SPOILT)))
def test_a_spoilt_row_is_held_back(name: str, behaviour: str) -> None:
    found, good = line(together(name), f"2 {behaviour}"), line(baseline(name), "0")
    assert n_refused(found) == n_refused(good) + 1


@pytest.mark.parametrize(("name", "behaviour"), kit(list(REFUSED), list(SAV_REFUSED)))
def test_what_is_not_the_export_is_refused_and_told(name: str, behaviour: str) -> None:
    own = [d for d in together(name).deliveries if d.file.startswith(f"exports/3 {behaviour}/")]
    assert len(own) == 1
    assert not own[0].is_landed
    assert own[0].problem


@pytest.mark.parametrize("name", PROFILES)
def test_a_header_alone_delivers_no_row(name: str) -> None:
    found = outcome_of(name, one(replace(grid_of(name), rows=[]).content()))
    assert found.content() == {}
    assert found.ledger["delivered"].sum() == 0


def is_by_file(name: str) -> bool:
    """Whether values are made out of several rows of a file, which is another thing when it is cut."""
    columns = load_profiles()[name].columns.values()
    return any(column.ordinal or column.listed_in or column.content_key for column in columns)


@pytest.mark.parametrize("name", [name for name in PROFILES if not is_by_file(name)])
def test_rows_that_come_later_are_added(name: str) -> None:
    assert outcome_of(name, halves(grid_of(name))).content() == baseline(name).content()


@pytest.mark.parametrize("name", [name for name in PROFILES if load_profiles()[name].personal])
def test_persons_are_nowhere_behind_the_drop_zone(name: str, tmp_path: Path) -> None:
    marker = "Quirina Vandersmissen"
    path = tmp_path / "exports" / "a.csv"
    path.parent.mkdir()
    path.write_bytes(with_person(grid_of(name), marker).content())
    assert marker.encode() in path.read_bytes()
    receive(tmp_path, settings_of(name))
    accept(tmp_path, settings_of(name), require_references=False)
    for file, text in texts(tmp_path):
        assert marker not in text or "exports" in Path(file).parts, file
