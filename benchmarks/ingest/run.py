"""Measures taking in tickets against DuckDB's reader and against pandas with pandera, side by side.

Use: ``python benchmarks/ingest/run.py [--rows 5000000] [--folder FOLDER]``. Each route runs in a
process of its own; only ratios count, machines differ. A machine's mood differs too: the last line is made of
the medians of the rounds. With ``--deliveries N`` the same rows come in N files, and ours takes them in on
one core and on all.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from statistics import median

ROUTES = ("floor", "pandas", "ours")
HERE = Path(__file__).parents[2]


def measure(
    route: str, csv: Path, folder: Path, cores: Collection[int] | None = None
) -> tuple[float, float, float]:
    """Seconds, peak MB and processor seconds of one route, on certain cores or all."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "benchmarks.ingest.routes", route, str(csv), str(folder)]
    all_cores = os.sched_getaffinity(0)
    # A child runs where its parent may when it starts.
    os.sched_setaffinity(0, cores or all_cores)
    done = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, text=True, check=True)
    os.sched_setaffinity(0, all_cores)
    *said, last = done.stdout.splitlines()
    seconds, megabytes, processor = (float(part) for part in last.split())
    for line in said:
        print(line)
    print(f"{route:7} {seconds:7.1f} s  {megabytes:6.0f} MB  {processor:7.1f} s of processor", flush=True)
    return seconds, megabytes, processor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "bench-ingest")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--routes", nargs="*", default=list(ROUTES), choices=ROUTES)
    parser.add_argument("--deliveries", type=int, default=1)
    given = parser.parse_args()
    if given.deliveries > 1:
        side_by_side(given.folder, given.rows, given.deliveries, given.rounds)
        return
    csv = given.folder / f"tickets-{given.rows}.csv"
    make(csv, given.rows)
    print(f"{given.rows:,} tickets, {csv.stat().st_size / 1e6:,.0f} MB")
    rounds = [measured(given.routes, csv, given.folder) for _ in range(given.rounds)]
    if set(given.routes) == set(ROUTES):
        middle = {route: [median(found[route][n] for found in rounds) for n in range(3)] for route in ROUTES}
        ours, floor, pandas = (middle[route] for route in ("ours", "floor", "pandas"))
        print(
            f"processor: {ours[2] / floor[2]:.2f} of the floor, {ours[2] / pandas[2]:.2f} of pandas+pandera"
        )
        print(
            f"ratio to floor {ours[0] / floor[0]:.2f}, ratio to pandas+pandera {ours[0] / pandas[0]:.2f}, "
            f"peak MB ours {ours[1]:.0f} pandas {pandas[1]:.0f}"
        )


def make(csv: Path, rows: int, first: int = 1) -> None:
    """Write a file of tickets unless it is there; in a process of its own, whose peak is nobody else's."""
    if not csv.exists():
        command = [sys.executable, "-m", "benchmarks.ingest.make_tickets", str(csv)]
        subprocess.run([*command, f"--rows={rows}", f"--first={first}"], cwd=HERE, check=True)


def side_by_side(folder: Path, rows: int, deliveries: int, rounds: int) -> None:
    """The same rows in several files: taken in on one core, and on all with a process on each."""
    files, each = folder / f"tickets-{rows}-in-{deliveries}", rows // deliveries
    for n in range(deliveries):
        make(files / f"part-{n:02}.csv", each, 1 + n * each)
    print(f"{each * deliveries:,} tickets in {deliveries} files")
    cores = sorted(os.sched_getaffinity(0))
    home, alone, together = folder / "ours", [], []
    for _ in range(rounds):
        alone.append(measure("ours", files, home, cores[:1])[0])
        together.append(measure("ours", files, home)[0])
        shutil.rmtree(home, ignore_errors=True)
    one, several = median(alone), median(together)
    print(f"1 core {one:.1f} s, {len(cores)} cores {several:.1f} s: {one / several:.2f} times as fast")


def measured(routes: Sequence[str], csv: Path, folder: Path) -> dict[str, tuple[float, float, float]]:
    """What each route took, one after the other."""
    found = {route: measure(route, csv, folder / route) for route in routes}
    for route in routes:
        shutil.rmtree(folder / route, ignore_errors=True)
    return found


if __name__ == "__main__":
    main()
