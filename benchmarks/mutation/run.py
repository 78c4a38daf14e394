"""Runs the tests against drawn mutants and says how many they catch; what is done already is not done again.

Use: ``python -m benchmarks.mutation.run MUTANTS.jsonl COVERED.json RESULTS.jsonl``. MUTANTS is of draw.py,
COVERED of covered.py. A mutant meets the tests that run its statement, the quickest first; one that lives
through `--quick` seconds of them meets `--rest` seconds more. No file is changed: the mutated module is
handed to the import of a forked process.
"""

import argparse
import importlib
import json
import math
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any, Literal

from benchmarks.calibration.share import Share
from benchmarks.mutation.chosen import Covered, chosen

Verdict = Literal["killed", "timeout", "survived", "not run"]
# Not imported before forking: what is of this repository, and what starts threads of its own.
LATE = (
    "contracts",
    "models",
    "orchestration",
    "tests",
    "benchmarks",
    "conftest",
    "test_",
    "vl_convert",
    "playwright",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Judge the mutants that have no verdict yet, then print score and survivors."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("mutants", "covered", "results"):
        parser.add_argument(name, type=Path)
    # Seconds of tests as COVERED has them: without a mutant, slowed down by the counting of lines.
    parser.add_argument("--quick", type=float, default=4.0, help="seconds of tests that each mutant meets")
    parser.add_argument("--rest", type=float, default=60.0, help="seconds more for those that live through")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after the mutant under way then")
    given = parser.parse_args(arguments)
    mutants = [json.loads(line) for line in given.mutants.read_text(encoding="utf-8").splitlines()]
    covered = Covered.of(given.covered)
    done = given.results.read_text(encoding="utf-8").splitlines() if given.results.exists() else []
    import_what_tests_need({test.name.split("::")[0] for test in covered.tests})
    until = time.monotonic() + 60 * given.minutes
    with given.results.open("a", encoding="utf-8") as results:
        for number in range(len(done), len(mutants)):
            if time.monotonic() > until:
                break
            said = {key: value for key, value in mutants[number].items() if key != "code"}
            began = time.perf_counter()
            said["verdict"], said["tests"] = verdict_on(mutants[number], covered, (given.quick, given.rest))
            said["seconds"] = round(time.perf_counter() - began, 1)
            results.write(json.dumps(said) + "\n")
            results.flush()
    report([json.loads(line) for line in given.results.read_text(encoding="utf-8").splitlines()])


def import_what_tests_need(files: Iterable[str]) -> None:
    """Import, once before all forks, the libraries that test files import; nothing of this repository."""
    ask = "import sys, pytest; pytest.main(['--collect-only', '-qq', *sys.argv[1:]]); print(*sys.modules)"
    asked = [sys.executable, "-c", ask, *sorted(files)]
    said = subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[-1]
    for name in said.split():
        if not name.startswith(LATE):
            with suppress(Exception):
                importlib.import_module(name)


def verdict_on(mutant: dict[str, Any], covered: Covered, seconds: tuple[float, float]) -> tuple[Verdict, int]:
    """Verdict on a mutant, and how many tests it met within so many seconds of quick and further ones."""
    quick, rest = chosen(covered, mutant["module"], mutant["statement"], seconds)
    met = 0
    for tests in (quick, rest):
        if tests:
            met += len(tests)
            # A loop that no longer ends is caught too.
            allowed = 30 + 5 * math.ceil(sum(test.seconds for test in tests))
            verdict = against(mutant, [test.name for test in tests], allowed)
            if verdict != "survived":
                return verdict, met
    return ("survived" if met else "not run"), met


def against(mutant: dict[str, Any], tests: list[str], seconds: int) -> Verdict:
    """Verdict of some tests in a process of its own, which may use the processor for some seconds."""
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        os._exit(_tested(mutant, tests))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code < 0:
        return "timeout" if -code in (signal.SIGXCPU, signal.SIGKILL) else "killed"
    return "killed" if code else "survived"


def _tested(mutant: dict[str, Any], tests: list[str]) -> int:
    import pytest

    mutated, as_it_stands = Path(mutant["module"]).resolve(), SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, name: str) -> Any:
        if Path(loader.path) != mutated:
            return as_it_stands(loader, name)
        return compile(mutant["code"], loader.path, "exec")

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]  # so that imports meet the mutant
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]))


def report(results: list[dict[str, Any]]) -> None:
    """Print the survivors and the share that was caught."""
    for found in results:
        if found["verdict"] in ("survived", "not run"):
            print(f"{found['verdict']}: {found['module']}:{found['line']} {found['operator']}")
            print(f"  - {found['before']}\n  + {found['after']}")
    counts = Counter(found["verdict"] for found in results)
    print(", ".join(f"{verdict} {count}" for verdict, count in sorted(counts.items())))
    print(f"caught {Share(counts['killed'] + counts['timeout'], len(results))} of {len(results)} mutants")


if __name__ == "__main__":
    sys.exit(main())
