"""Measures the battery, the two-way fit out of the warehouse and the wild cluster bootstrap, side by side.

Use: ``python -m benchmarks.estimate.run [--home demo-home] [--rows 10000000] [--rounds 3]``. Each route runs
in a process of its own; figures are medians of the rounds, the last line is made of ratios. The home of part
(a) is made when it is not there.
"""

import argparse
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
MONTHS = 50
# Part (b): as near as two routes with other orders of summation come.
EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds, of processors and on the clock, peak MB, seconds of the core and what came out."""

    seconds: float
    processor: float
    megabytes: float
    core: float
    found: tuple[float, float]


def measure(route: str, path: Path) -> Measured:
    """Run one route once."""
    command = [sys.executable, "-m", "benchmarks.estimate.routes", route, str(path)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    numbers = [float(part) for part in done.stdout.splitlines()[-1].split()]
    return Measured(numbers[0], numbers[1], numbers[2], numbers[3], (numbers[4], numbers[5]))


def rounds(routes: tuple[str, ...], path: Path, n: int) -> dict[str, Measured]:
    """Run routes in turn, so that a machine's mood meets all of them, and give the median of each."""
    runs: dict[str, list[Measured]] = {route: [] for route in routes}
    for _ in range(n):
        for route in routes:
            runs[route].append(measure(route, path))
    middle = {}
    for route, own in runs.items():
        one = Measured(
            *(
                median(getattr(run, name) for run in own)
                for name in ("seconds", "processor", "megabytes", "core")
            ),
            found=own[0].found,
        )
        print(
            f"  {route:12} {one.seconds:7.2f} s  {one.processor:7.2f} s of processor  {one.megabytes:6.0f} MB"
            f"  core {one.core:7.3f} s  found {one.found[0]:.10g}, {one.found[1]:.10g}",
            flush=True,
        )
        middle[route] = one
    return middle


def demo_home(home: Path) -> Path:
    """Make the default demo's warehouse when it is not there."""
    if not (home / "build.duckdb").exists():
        command = [sys.executable, "-m", "orchestration.cli", "demo", "--home", str(home)]
        subprocess.run(command, cwd=ROOT, check=True)
    return home


def panel(folder: Path, rows: int) -> Path:
    """Make the large panel when it is not there."""
    path = folder / f"panel-{rows}.duckdb"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        measure_rows = ["make", str(path), str(rows // MONTHS), str(MONTHS)]
        # In a process of its own: the peak of a process counts in those it starts.
        subprocess.run(
            [sys.executable, "-m", "benchmarks.estimate.routes", *measure_rows], cwd=ROOT, check=True
        )
    return path


def apart(one: Measured, other: Measured) -> float:
    """Largest relative distance of what two routes found."""
    return max(abs(a / b - 1) for a, b in zip(one.found, other.found, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=ROOT / "demo-home")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "bench-estimate")
    given = parser.parse_args()
    print(f"(a) the full battery on the warehouse of {given.home.name}")
    battery = rounds(("battery",), demo_home(given.home), given.rounds)["battery"]
    print(f"(b) two-way fixed effects on {given.rows:,} organisation-months")
    fits = rounds(("moments", "pyfixest", "statsmodels"), panel(given.folder, given.rows), given.rounds)
    print("(c) wild cluster bootstrap, 9,999 draws, 100,000 rows in 40 clusters")
    boots = rounds(("bootstrap", "wildboottest"), given.folder, given.rounds)
    ours, feols, rows = fits["moments"], fits["pyfixest"], fits["statsmodels"]
    unequal = max(apart(ours, feols), apart(ours, rows))
    print(f"largest relative distance of slopes and errors in (b): {unequal:.1e}")
    faster = [other.seconds / ours.seconds for other in (feols, rows)]
    lighter = [other.processor / ours.processor for other in (feols, rows)]
    memory = [ours.megabytes / other.megabytes for other in (feols, rows)]
    bootstrap = boots["wildboottest"].core / boots["bootstrap"].core
    print(f"processor of (b): pyfixest {lighter[0]:.1f} times ours, statsmodels {lighter[1]:.1f} times")
    print(
        f"battery {battery.seconds:.0f} s; two-way {faster[0]:.1f} times as fast as pyfixest and "
        f"{faster[1]:.1f} as statsmodels, {memory[0]:.3f} and {memory[1]:.3f} of their memory; "
        f"bootstrap {bootstrap:.1f} times as fast as wildboottest"
    )
    if unequal > EQUAL:
        sys.exit(f"The routes of (b) are {unequal:.1e} apart, more than {EQUAL:.0e}.")


if __name__ == "__main__":
    main()
