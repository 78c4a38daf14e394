"""Draws many worlds per scenario, on all cores, and writes what came out; goes on where it stopped.

Use: ``python -m benchmarks.calibration.run [--worlds 500] [--scenarios forward null ...]``. Worlds found
lie in build/calibration/<scenario>.jsonl; ``--fresh`` begins anew. The report: docs/calibration.md.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.calibration.one_world import find, find_fresh
from benchmarks.calibration.placebo_world import PLACEBO_WORLDS, find_placebo
from benchmarks.calibration.report import write_report
from benchmarks.calibration.report_fresh import FRESH_SCENARIOS
from benchmarks.calibration.scenarios import SCENARIOS
from benchmarks.calibration.slow_world import SLOW_WORLDS, find_slow
from benchmarks.calibration.within_world import find_within
from models.arrays import library

ROOT = Path(__file__).parents[2]
TURN = 50
FOUND = ROOT / "build" / "calibration"
SLOW = "slow-"
# The world in which M1 is always fooled and nothing changes.
WITHIN, FOOLED = "within-", "trait_only"
FRESH, PLACEBO = "fresh-", "placebo-"
Finder = Callable[[str, int], list[dict[str, Any]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=500)
    parser.add_argument("--slow-worlds", type=int, help="of the slow methods; a tenth of --worlds by default")
    parser.add_argument("--within-worlds", type=int, help="of chance alone; six times --worlds by default")
    parser.add_argument(
        "--fresh-worlds", type=int, help="of seeds no limit was set on; half --worlds by default"
    )
    parser.add_argument("--placebo-worlds", type=int, help="of the future index; twice --worlds by default")
    parser.add_argument("--scenarios", nargs="*", default=list(SCENARIOS), choices=list(SCENARIOS))
    parser.add_argument("--fresh", action="store_true")
    given = parser.parse_args()
    slow_worlds = given.worlds // 10 if given.slow_worlds is None else given.slow_worlds
    within_worlds = 6 * given.worlds if given.within_worlds is None else given.within_worlds
    fresh_worlds = given.worlds // 2 if given.fresh_worlds is None else given.fresh_worlds
    placebo_worlds = 2 * given.worlds if given.placebo_worlds is None else given.placebo_worlds
    FOUND.mkdir(parents=True, exist_ok=True)
    if given.fresh:
        for path in FOUND.glob("*.jsonl"):
            path.unlink()
    with ProcessPoolExecutor(os.cpu_count(), initializer=on_one_thread) as pool:
        # In turns, so that a run that is stopped has seen all scenarios about equally often.
        for until in range(TURN, given.worlds + TURN, TURN):
            for scenario in given.scenarios:
                fill(scenario, scenario, min(until, given.worlds), find, pool)
        for scenario in FRESH_SCENARIOS:
            fill(FRESH + scenario, scenario, fresh_worlds, find_fresh, pool)
        fill(WITHIN + FOOLED, FOOLED, within_worlds, find_within, pool)
        for world in PLACEBO_WORLDS:
            fill(PLACEBO + world, world, placebo_worlds, find_placebo, pool)
        for world in SLOW_WORLDS:
            fill(SLOW + world, world, slow_worlds, find_slow, pool)
    version = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    path = write_report(
        _upto(given.worlds, given.scenarios),
        given.worlds,
        (_upto(slow_worlds, [SLOW + world for world in SLOW_WORLDS]), slow_worlds),
        _upto(within_worlds, [WITHIN + FOOLED]),
        _upto(fresh_worlds, [FRESH + scenario for scenario in FRESH_SCENARIOS]),
        _upto(placebo_worlds, [PLACEBO + world for world in PLACEBO_WORLDS]),
        day=date.today(),
        version=version,
        docs=ROOT / "docs",
    )
    print(f"Report: {path.relative_to(ROOT)}")


def on_one_thread() -> None:
    """Keep this process to one thread: of many small products, several only stand in each other's way."""
    library("threadpoolctl").threadpool_limits(limits=1)


def fill(file_name: str, world: str, worlds: int, finder: Finder, pool: ProcessPoolExecutor) -> None:
    """Find the worlds that are not in the file yet, each written down as soon as it is known."""
    there = {row["seed"] for row in known(file_name)}
    seeds = [seed for seed in range(worlds) if seed not in there]
    if not seeds:
        return
    start, done = time.monotonic(), 0
    with (FOUND / f"{file_name}.jsonl").open("a", encoding="utf-8") as file:
        for rows in pool.map(finder, [world] * len(seeds), seeds):
            file.write(json.dumps(rows) + "\n")
            file.flush()
            done += 1
            if done % 10 == 0 or done == len(seeds):
                left = (time.monotonic() - start) / done * (len(seeds) - done)
                told = f"\r{file_name:16} {len(there) + done:5} of {worlds}  {left / 60:5.1f} min left "
                print(told, end="", file=sys.stderr, flush=True)
    print(
        f"\r{file_name:16} {worlds:5} worlds, {time.monotonic() - start:.0f} s for {done} of them", flush=True
    )


def known(file_name: str) -> Iterator[dict[str, Any]]:
    """Read what was found so far; a last line that was cut off by a stop is left out."""
    path = FOUND / f"{file_name}.jsonl"
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield from json.loads(line)
        except ValueError:
            continue


def _upto(worlds: int, file_names: Iterable[str]) -> list[dict[str, Any]]:
    return [row for name in file_names for row in known(name) if row["seed"] < worlds]


if __name__ == "__main__":
    main()
