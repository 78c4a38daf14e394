"""Measures taking in tickets against DuckDB's reader and against pandas with pandera, side by side.

Use: ``python benchmarks/ingest/run.py [--rows 5000000] [--folder FOLDER]``. Each route runs in a
process of its own; only ratios count, machines differ. A machine's mood differs too: the last line is made of
the medians of the rounds.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

ROUTES = ("floor", "pandas", "ours")


def measure(route: str, csv: Path, folder: Path) -> tuple[float, float, float]:
    """Seconds, peak MB and processor seconds of one route."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    here = Path(__file__).parents[2]
    command = [sys.executable, "-m", "benchmarks.ingest.routes", route, str(csv), str(folder)]
    done = subprocess.run(command, cwd=here, stdout=subprocess.PIPE, text=True, check=True)
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
    given = parser.parse_args()
    csv = given.folder / f"tickets-{given.rows}.csv"
    if not csv.exists():
        # In a process of its own: the peak of a process counts in those it starts.
        command = [sys.executable, "-m", "benchmarks.ingest.make_tickets", str(csv), f"--rows={given.rows}"]
        subprocess.run(command, cwd=Path(__file__).parents[2], check=True)
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


def measured(routes: Sequence[str], csv: Path, folder: Path) -> dict[str, tuple[float, float, float]]:
    """What each route took, one after the other."""
    found = {route: measure(route, csv, folder / route) for route in routes}
    for route in routes:
        shutil.rmtree(folder / route, ignore_errors=True)
    return found


if __name__ == "__main__":
    main()
