"""Which tests a mutant meets: those that run its statement, quick ones first. Judging is run.py."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Test:
    """A test and the seconds that it takes, lasting fixtures included."""

    __test__ = False
    name: str
    seconds: float
    runs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Covered:
    """Tests, and per module which tests and fixtures ran each line; none for what ran on import alone."""

    tests: tuple[Test, ...]
    lines: dict[str, dict[int, frozenset[str]]]

    @classmethod
    def of(cls, path: Path) -> "Covered":
        """What covered.py wrote."""
        told = json.loads(path.read_text(encoding="utf-8"))
        tests = [
            Test(
                name,
                said["seconds"] + sum(told["fixtures"].get(fixture, 0.0) for fixture in said["fixtures"]),
                frozenset((name, *said["fixtures"])),
            )
            for name, said in told["tests"].items()
        ]
        lines = {
            module: {int(line): frozenset(runners) for line, runners in by_line.items()}
            for module, by_line in told["lines"].items()
        }
        return cls(tuple(sorted(tests, key=lambda test: (test.seconds, test.name))), lines)


def chosen(
    covered: Covered, module: str, statement: tuple[int, int], budgets: tuple[float, float]
) -> tuple[list[Test], list[Test]]:
    """Tests that run a statement: the quickest within one budget of seconds, then more within another.

    A statement that runs on import alone, such as a constant, meets the tests that run any of its module.
    """
    by_line = covered.lines.get(module, {})
    first, last = statement
    at = [by_line[line] for line in range(first, last + 1) if line in by_line]
    if not at:
        return [], []
    runners = frozenset().union(*at) or frozenset().union(*by_line.values())
    fitting = [test for test in covered.tests if test.runs & runners]
    quick = _within(fitting, budgets[0]) or fitting[:1]
    return quick, _within(fitting[len(quick) :], budgets[1])


def _within(tests: Sequence[Test], seconds: float) -> list[Test]:
    spent = accumulate(test.seconds for test in tests)
    return [test for test, until in zip(tests, spent, strict=True) if until <= seconds]
