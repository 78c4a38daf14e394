"""A pytest plugin that notes which lines of models/ each test runs, and how long it takes.

Run as ``pytest -p benchmarks.mutation.covered --covered FILE``. A fixture that outlives its test stands for
itself: what it runs counts for every test that asks for it. Needs coverage.py, which the lock does not hold.
"""

import json
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--covered", metavar="FILE", help="where the lines that each test runs are written")


def pytest_configure(config: pytest.Config) -> None:
    file = config.getoption("--covered")
    if file:
        config.pluginmanager.register(Covered(Path(file)), "covered")


class Covered:
    """Switches coverage.py from one test or lasting fixture to the next."""

    def __init__(self, file: Path) -> None:
        from coverage import Coverage

        self.file = file
        self.seconds: dict[str, float] = {}
        self.fixtures: dict[str, list[str]] = {}
        self.failed: set[str] = set()
        self.at = [""]
        self.coverage = Coverage(data_file=None, config_file=False, source=["models"])
        self.coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        named = getattr(item, "_fixtureinfo").name2fixturedefs.values()  # noqa: B009  # pytest types hide it
        self.fixtures[item.nodeid] = [_name(found[-1]) for found in named if found[-1].scope != "function"]
        return (yield from self._during(item.nodeid))

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, Any, Any]:
        if fixturedef.scope == "function":
            return (yield)
        return (yield from self._during(_name(fixturedef)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome != "passed":
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        self.coverage.stop()
        data = self.coverage.get_data()
        lines: dict[str, dict[int, list[str]]] = {}
        for file in sorted(data.measured_files()):
            by_line = data.contexts_by_lineno(file)
            lines[str(Path(file).relative_to(Path.cwd()))] = {
                n: sorted(filter(None, c)) for n, c in by_line.items()
            }
        tests = {
            name: {"seconds": self.seconds[name], "fixtures": fixtures}
            for name, fixtures in self.fixtures.items()
            if name not in self.failed
        }
        lasting = {name: s for name, s in self.seconds.items() if name not in self.fixtures}
        self.file.write_text(json.dumps({"tests": tests, "fixtures": lasting, "lines": lines}))

    def _during(self, name: str) -> Generator[None, Any, Any]:
        began = time.perf_counter()
        self.at.append(name)
        self.coverage.switch_context(name)
        try:
            return (yield)
        finally:
            self.at.pop()
            self.coverage.switch_context(self.at[-1])
            passed = time.perf_counter() - began
            self.seconds[name] = self.seconds.get(name, 0.0) + passed


def _name(fixture: Any) -> str:
    return f"{fixture.baseid}::{fixture.argname}"
