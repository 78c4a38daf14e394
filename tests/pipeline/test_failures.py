"""If these fail, a run that cannot go on leaves a traceback, half an edition, or no next step."""

from __future__ import annotations

import errno
import json
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from orchestration.runs import run_home
from tests.people import texts

COMMAND = [sys.executable, "-m", "orchestration.cli"]
STAGES = {
    "landing": "landing",
    "accepted": "accepted",
    "dbt": "staging",
    "analysis": "analysis",
    "facts": "edition/facts",
    "summary": "edition/summary",
    "publish": "edition/published",
}


def told(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=300, **options
    )


def one_sentence(said: subprocess.CompletedProcess[str], *words: str) -> None:
    """Exit code 2 and one line that says what and where, and no traceback."""
    assert said.returncode == 2, said.stderr
    lines = said.stderr.strip().splitlines()
    assert len(lines) == 1, said.stderr
    assert lines[0].endswith(".")
    assert "Traceback" not in said.stdout + said.stderr
    for word in words:
        assert word in lines[0], lines[0]


def bare_home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / "exports").mkdir(parents=True)
    (home / "maturity.yaml").write_text("is_simulated: true\n")
    return home


def test_an_empty_drop_zone(tmp_path: Path) -> None:
    one_sentence(told("run", "--home", str(bare_home(tmp_path))), "drop zone is empty", "exports")


def test_an_error_that_nobody_foresaw_says_nothing_of_rows(tmp_path: Path) -> None:
    def stop(_: Path) -> None:
        pd.to_numeric(pd.Series(["Quirina Vandersmissen"]))

    home = bare_home(tmp_path)
    report = run_home(home, overrides={"before": {"landing": stop}})
    assert "The step 'landing' stopped by an error that nobody foresaw (ValueError, " in report.errors[0]
    assert [path for path, text in texts(home) if "nobody foresaw" in text], "the search reads what is told"
    assert not [path for path, text in texts(home) if "Quirina" in text]


def test_a_missing_crosswalk(tmp_path: Path, made: Any) -> None:
    home = bare_home(tmp_path)
    shutil.copytree(made.home / "exports", home / "exports", dirs_exist_ok=True)
    (home / "reference").mkdir()
    shutil.copy(made.home / "reference" / "organizations.csv", home / "reference")
    shutil.copy(made.home / "maturity.yaml", home)
    one_sentence(told("run", "--home", str(home)), "crosswalk.csv is missing", "unit_key")


def test_no_settings(tmp_path: Path) -> None:
    one_sentence(told("run", "--home", str(tmp_path)), "no settings", "maturity.yaml")


def test_settings_with_an_unknown_key(tmp_path: Path) -> None:
    home = bare_home(tmp_path)
    (home / "maturity.yaml").write_text("reporting_curency: EUR\n")
    one_sentence(told("run", "--home", str(home)), "reporting_curency", "maturity.yaml")


def test_an_unknown_selection(tmp_path: Path) -> None:
    said = told("run", "--home", str(bare_home(tmp_path)), "--select", "mart")
    one_sentence(said, "'mart' is neither a layer nor an asset", "marts")


def test_a_locked_warehouse(copied: Path, untouched: Callable[[Path], None]) -> None:
    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(copied / "build.duckdb")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        said = told("run", "--home", str(copied), "--select", "staging")
        holder.communicate("\n")
    one_sentence(said, "in use by another process", "build.duckdb")
    untouched(copied)


@pytest.mark.parametrize("stage", list(STAGES))
def test_a_full_disk_in_any_stage(stage: str, copied: Path, untouched: Callable[[Path], None]) -> None:
    def no_room(_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    report = run_home(copied, select=[STAGES[stage]], overrides={"before": {stage: no_room}})
    assert not report.is_success
    [sentence] = report.errors
    assert sentence.startswith("The disk is full")
    assert "make room" in sentence
    untouched(copied)


@pytest.mark.parametrize("room", [400_000, 1_800_000], ids=["history", "warehouse"])
def test_a_disk_that_fills_while_it_is_written(
    room: int, copied: Path, untouched: Callable[[Path], None]
) -> None:
    def small_files_only() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    (copied / "build.duckdb").unlink()
    said = told("run", "--home", str(copied), "--select", "staging", "--select", "intermediate",
                preexec_fn=small_files_only)  # fmt: skip
    one_sentence(said, "disk is full")
    untouched(copied)


def test_blocked_checks_are_named(tmp_path: Path, made: Any) -> None:
    home = tmp_path / "home"
    shutil.copytree(made.home, home, symlinks=True, ignore=shutil.ignore_patterns("dagster", "logs"))
    text = (home / "maturity.yaml").read_text()
    (home / "maturity.yaml").write_text(text.split("tolerated_share:")[0])
    said = told("run", "--home", str(home))
    one_sentence(said, "Nothing was published", "accepted/tickets created_at__timestamp", "quarantine")


def test_a_file_that_is_not_taken_ends_in_one(tmp_path: Path, made: Any) -> None:
    home = tmp_path / "home"
    shutil.copytree(made.home, home, symlinks=True, ignore=shutil.ignore_patterns("dagster", "logs"))
    (home / "exports" / "zendesk" / "notes.csv").write_text("colour,shape\nred,round\n")
    said = told("run", "--home", str(home), "--select", "landing", "--json")
    assert said.returncode == 1, said.stderr
    assert "exports/zendesk/notes.csv" in said.stderr
    content = json.loads(said.stdout)
    assert content["is_success"] is True
    assert [check["name"] for check in content["failed_checks"]] == ["profile"]


def test_a_demo_never_overwrites_a_real_home(tmp_path: Path) -> None:
    (tmp_path / "maturity.yaml").write_text("is_simulated: false\n")
    one_sentence(
        told("demo", "--home", str(tmp_path), "--organizations", "6", "--months", "6"), "not simulated"
    )


def test_check_says_what_it_would_do_and_writes_nothing(made: Any) -> None:
    before = sorted(path for path in made.home.rglob("*"))
    said = told("check", str(made.home / "exports" / "zendesk"), "--json")
    files = json.loads(said.stdout)["files"]
    keys = {
        "file", "profile", "encoding", "delimiter", "header_rows", "delivered", "accepted", "quarantined",
        "duplicate", "superseded", "reasons", "warnings",
    }  # fmt: skip
    assert all(keys <= set(file) for file in files)
    assert said.returncode == (1 if any(file["quarantined"] for file in files) else 0)
    assert sorted(path for path in made.home.rglob("*")) == before
