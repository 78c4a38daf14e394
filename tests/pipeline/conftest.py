"""One small world, run once per session; without it every pipeline test would pay for a run of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.demo import WorldSpec, make_demo
from models.demo.spec import DemoExports
from orchestration.demo_home import write_demo
from orchestration.runs import RunReport, run_home
from tests.pipeline import delivered

SMALL = WorldSpec(organizations=16, months=18, tickets_per_month=4)


@dataclass(frozen=True)
class Made:
    """A home on which everything ran once."""

    home: Path
    exports: DemoExports
    report: RunReport
    current: str


def points_to(home: Path) -> str:
    """Edition that `current` points to, by name."""
    return os.readlink(home / "editions" / "current")


@pytest.fixture(scope="session")
def small_world() -> DemoExports:
    return make_demo(SMALL)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, small_world: DemoExports) -> Made:
    home = tmp_path_factory.mktemp("made") / "home"
    write_demo(home, small_world)
    report = run_home(home)
    assert report.errors == ()
    assert report.blocked_by == ()
    return Made(home, small_world, report, points_to(home))


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[int, delivered.World]:
    """Two small dirty worlds by seed, built without checks."""
    return {
        seed: delivered.world(tmp_path_factory.mktemp(f"world{seed}") / "home", seed)
        for seed in delivered.SEEDS
    }


@pytest.fixture
def copied(made: Made, tmp_path: Path) -> Path:
    """Home of one's own with everything made in it; its Dagster history is left out (it holds paths)."""
    home = tmp_path / "home"
    shutil.copytree(made.home, home, symlinks=True, ignore=shutil.ignore_patterns("dagster", "logs"))
    return home


@pytest.fixture
def untouched(made: Made) -> Callable[[Path], None]:
    """Assert that a home still publishes what it published before, whole and without left-overs."""

    def check(home: Path) -> None:
        assert points_to(home) == made.current
        assert [path.name for path in (home / "editions").glob(".*")] == []
        before, after = made.home / "editions" / made.current, home / "editions" / made.current
        for path in sorted(before.rglob("*")):
            if path.is_file():
                assert (after / path.relative_to(before)).read_bytes() == path.read_bytes(), path.name

    return check
