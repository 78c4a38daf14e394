"""If this fails, a user who follows docs/adding-a-source.md gets stuck on the way to accepted rows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "adding-a-source.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
Said = list[tuple[str, int, str]]


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said]:
    """A folder in which every command of the guide was run, block by block, and what each said."""
    folder = tmp_path_factory.mktemp("guide")
    kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    key = "a secret of the installation"
    said: Said = []
    for block in BLOCKS:
        done = subprocess.run(
            ["sh", "-c", block], cwd=folder, capture_output=True, text=True, check=False,
            env={**kept, "PATH": path, "MATURITY_PSEUDONYM_KEY": key, "DAGSTER_DISABLE_TELEMETRY": "yes"},
        )  # fmt: skip
        said.append((block, done.returncode, done.stdout + done.stderr))
    return folder, said


def of(said: Said, verb: str) -> tuple[int, str]:
    """Exit code and words of the last block that names a verb."""
    return next((code, words) for block, code, words in reversed(said) if f"maturity-impact {verb}" in block)


def test_no_command_ends_in_an_error_nobody_explains(followed: tuple[Path, Said]) -> None:
    for block, _, words in followed[1]:
        assert "Traceback" not in words, (block, words)
        assert "could not be done (" not in words, (block, words)


def test_each_step_comes_out_as_the_guide_says(followed: tuple[Path, Said]) -> None:
    _, said = followed
    assert of(said, "check")[0] == 2
    assert "nearest" in of(said, "check")[1]
    assert of(said, "profile suggest")[0] == 0
    code, words = of(said, "profile test")
    assert (code, "4 delivered, 3 accepted, 1 quarantined" in words) == (1, True), words
    assert "created_at:timestamp [Opened: 15.05.2024 soon]" in words
    assert "example.org" not in words
    assert any("ORG-N (" in words for block, _, words in said if "maturity-impact crosswalk" in block)
    assert of(said, "crosswalk") == (0, "Every key has its organisation.\n")
    code, words = of(said, "quarantine replay")
    assert code == 0, words
    assert "1 of 1 row no longer held back; held back now: 0." in words


def test_the_guide_ends_green(followed: tuple[Path, Said]) -> None:
    folder, said = followed
    code, words = said[-1][1:]
    assert code == 0, words
    assert "Held back: 0 rows of 0 files." in words
    parts = sorted((folder / "ours" / "accepted" / "tickets").rglob("*.parquet"))
    tickets = pd.concat([pd.read_parquet(part, partitioning=None) for part in parts])
    assert sorted(tickets["ticket_key"]) == ["T-1", "T-2", "T-3", "T-4"]
    assert set(tickets["organization_id"]) == {"ORG-N", "ORG-S"}
    first = tickets.set_index("ticket_key").loc["T-1"]
    assert str(first["created_at"]) == "2024-05-13 06:15:00", "08:15 in Amsterdam is 06:15 UTC"
    assert float(first["first_response_minutes"]) == 90


def test_files_the_guide_points_to_exist() -> None:
    named = re.findall(r"`((?:contracts|tests|docs)/[\w/.-]+)`", GUIDE.read_text(encoding="utf-8"))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
