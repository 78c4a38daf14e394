"""If these fail, the main job is not done: exports go in and no edition that can be trusted comes out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from contracts.results import RESULTS
from orchestration.build import build_definitions
from orchestration.progress import Progress
from orchestration.runs import run_home

FATES = ("delivered", "accepted", "quarantined", "duplicate", "superseded")


def manifest_of(home: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((home / "editions" / "current" / "manifest.json").read_text())
    return content


def test_every_asset_was_made(made: Any) -> None:
    graph = build_definitions(made.home).resolve_asset_graph()
    wanted = {key.to_user_string() for key in graph.materializable_asset_keys}
    assert set(made.report.materialised) == wanted
    assert made.report.is_success


def test_an_edition_is_whole_and_says_what_it_is(made: Any) -> None:
    edition = made.home / "editions" / "current"
    manifest = manifest_of(made.home)
    for name, stated in manifest["files"].items():
        assert hashlib.sha256((edition / name).read_bytes()).hexdigest() == stated, name
    for name in ("marts.duckdb", "facts.json", "facts.schema.json", "summary.en.html", "summary.nl.html"):
        assert name in manifest["files"]
    assert {f"parquet/{table.split('.')[1]}.parquet" for table in manifest["rows"]} <= set(manifest["files"])
    assert manifest["edition_id"] == made.current
    assert manifest["edition_id"].endswith(manifest["facts_hash"][:8])
    assert manifest["facts_hash"] == manifest["files"]["facts.json"]
    assert manifest["is_simulated"] is True
    assert all(manifest["checks"].values())
    assert {entry["file"] for entry in manifest["inputs"]} == set(made.exports.files)
    assert manifest["code"]["version"]


def test_the_claims_have_the_agreed_keys(made: Any) -> None:
    facts = json.loads((made.home / "editions" / "current" / "facts.json").read_text())
    assert set(facts["claims"][0]) == {
        "outcome", "is_primary", "level", "grade", "withheld", "estimate", "low", "high", "unit",
        "standard_error_kind", "n_organizations", "n_periods", "first_period", "last_period",
        "naive_estimate", "mde", "coverage", "reasons", "gates", "family",
    }  # fmt: skip
    truth = json.loads((made.home / "truth.json").read_text())
    assert set(truth["effects"]) >= {"csat_share", "log_revenue"}


def test_the_ledger_is_the_stated_dirt(made: Any) -> None:
    ledger = pd.read_parquet(made.home / "accepted" / "ledger.parquet").set_index("file")
    dirt = json.loads((made.home / "dirt.json").read_text())["files"]
    assert set(ledger.index) == set(dirt)
    found = {file: {fate: int(ledger.at[file, fate]) for fate in FATES} for file in dirt}
    assert found == {file: {fate: stated[fate] for fate in FATES} for file, stated in dirt.items()}


def test_rows_are_conserved_to_the_marts(made: Any) -> None:
    coverage = pd.read_parquet(made.home / "editions" / "current" / "parquet" / "fct_join_coverage.parquet")
    for entity in ("tickets", "opportunities", "ledger_lines", "assessment_answers"):
        rows = pd.read_parquet(made.home / "accepted" / entity, partitioning=None)
        assert coverage.loc[coverage["entity"] == entity, "n_rows"].sum() == len(rows), entity


def test_a_second_run_gives_the_same_facts(made: Any, copied: Path) -> None:
    first = manifest_of(copied)
    before = (copied / "landing" / "receipts.json").read_bytes()
    progress = Progress()
    report = run_home(copied, progress=progress)
    assert report.is_success
    second = manifest_of(copied)
    assert second["facts_hash"] == first["facts_hash"]
    assert second["ledger"] == first["ledger"]
    assert second["edition_id"] != first["edition_id"]
    assert (copied / "landing" / "receipts.json").read_bytes() == before
    assert (copied / "editions" / made.current / "manifest.json").exists(), "the edition before stays"
    assert all(stage.is_done for stage in progress.stages)


def test_a_part_can_be_run_alone(copied: Path, untouched: Callable[[Path], None]) -> None:
    report = run_home(copied, select=["marts/dim_organization", "analysis"])
    assert report.errors == ()
    analysis = {f"analysis/{name}" for name in RESULTS}
    assert set(report.materialised) == {"marts/dim_organization", *analysis}
    untouched(copied)


def test_nothing_is_published_on_checks_that_never_ran(
    copied: Path, untouched: Callable[[Path], None]
) -> None:
    report = run_home(copied, select=["edition"])
    assert not report.is_success
    assert "never ran" in report.errors[0]
    untouched(copied)
