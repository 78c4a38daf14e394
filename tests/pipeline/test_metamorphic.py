"""A figure that moves with the order of rows, the cut of files or the machine's clock is an accident."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.pipeline import delivered
from tests.pipeline.delivered import SEEDS, Files, Row, World

ROOT = Path(__file__).parents[2]
ZONE = "Pacific/Kiritimati"
"""Fourteen hours ahead of UTC: a local day or month anywhere would be another one."""

CHANGES: dict[str, Callable[[Files, Random], Files]] = {
    "rows shuffled": delivered.rows_shuffled,
    "columns turned": delivered.columns_turned,
    "line ends and encoding": delivered.written_elsewhere,
    "split in two": delivered.split_in_two,
    "delivered twice": delivered.delivered_twice,
}


@pytest.fixture
def marts_of(tmp_path: Path) -> Callable[[World, Files], dict[str, list[Row]]]:
    """Marts of the same world delivered otherwise."""

    def run(world: World, files: Files) -> dict[str, list[Row]]:
        delivered.put(tmp_path / "home", world.exports, files)
        delivered.build(tmp_path / "home")
        return delivered.marts(tmp_path / "home")

    return run


@pytest.mark.parametrize("change", CHANGES)
def test_another_delivery_of_the_same_rows_changes_nothing(
    change: str,
    worlds: dict[int, World],
    marts_of: Callable[[World, Files], dict[str, list[Row]]],
) -> None:
    world = worlds[SEEDS[0]]
    files = CHANGES[change](world.exports.files, Random(1))
    assert files != world.exports.files
    assert delivered.differences(world.marts, marts_of(world, files)) == []


def test_all_of_it_at_once_changes_nothing(
    worlds: dict[int, World], marts_of: Callable[[World, Files], dict[str, list[Row]]]
) -> None:
    world = worlds[SEEDS[1]]
    files, random = world.exports.files, Random(2)
    for name in ("delivered twice", "split in two", "rows shuffled", "columns turned"):
        files = CHANGES[name](files, random)
    assert len(files) > 3 * len(world.exports.files)
    assert delivered.differences(world.marts, marts_of(world, files)) == []


def test_other_names_of_organisations_change_their_names_only(
    worlds: dict[int, World], marts_of: Callable[[World, Files], dict[str, list[Row]]]
) -> None:
    world = worlds[SEEDS[0]]
    known = sorted(str(row[0]) for row in world.marts["dim_organization"])
    # In reverse, so that every order by organisation is another one.
    names = {name: f"Unit {place}" for place, name in enumerate(reversed(known))}
    expected = {
        mart: delivered.in_order([tuple(names.get(cell, cell) for cell in row) for row in rows])
        for mart, rows in world.marts.items()
    }
    after = marts_of(world, delivered.renamed(world.exports.files, names))
    found = {mart: delivered.in_order(rows) for mart, rows in after.items()}
    assert "Unit 0" in {row[0] for row in found["fct_organization_month"]}
    assert delivered.differences(expected, found) == []


def test_the_time_zone_of_the_machine_changes_nothing(worlds: dict[int, World], tmp_path: Path) -> None:
    world = worlds[SEEDS[0]]
    home = tmp_path / "home"
    delivered.put(home, world.exports, world.exports.files)
    code = "import sys, time; from pathlib import Path; from tests.pipeline.delivered import build; "
    code += "build(Path(sys.argv[1])); print(time.timezone)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(home)],
        cwd=ROOT,
        env={**os.environ, "TZ": ZONE, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout.split()[-1]) == -14 * 3600
    assert delivered.differences(world.marts, delivered.marts(home)) == []


def test_a_row_that_says_something_else_is_seen(
    worlds: dict[int, World], marts_of: Callable[[World, Files], dict[str, list[Row]]]
) -> None:
    """Guards the comparison itself: one rating less must show in the marts that count it, and only there."""
    world = worlds[SEEDS[0]]
    path = "exports/zendesk/tickets_2023.csv"
    sheet = delivered.read(path, world.exports.files[path])
    score, brand = (sheet.headers[0].index(name) for name in ("satisfaction_rating_score", "brand_id"))
    known = {row[brand] for row in sheet.rows} - {"999999999999"}
    place = next(i for i, row in enumerate(sheet.rows) if row[score] == "good" and row[brand] in known)
    sheet.rows[place][score] = "offered"
    files = {**world.exports.files, path: delivered.write(sheet)}
    seen = {said.split(":")[0] for said in delivered.differences(world.marts, marts_of(world, files))}
    assert {"fct_organization_month", "fct_maturity_impact"} <= seen
    assert not seen & {"fct_assessment", "fct_join_coverage", "dim_organization"}
