"""Keeps docs/estimators.md true: every public function is listed, and every test that it names exists."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests" / "models"
COLUMNS = ("published", "second route", "planted truth")


def listed() -> dict[str, list[str]]:
    lines = (ROOT / "docs" / "estimators.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    assert tuple(cells[0][1:]) == COLUMNS
    return {row[0].strip("`"): row[1:] for row in cells[2:]}


def published() -> set[str]:
    sys.path.insert(0, str(TESTS))
    try:
        from test_public_functions import PUBLISHED
    finally:
        sys.path.remove(str(TESTS))
    return set(PUBLISHED)


@cache
def written_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def broken(rows: dict[str, list[str]]) -> list[str]:
    """Name every cell that has neither a test that exists nor a reason why there is none."""
    found = []
    for function, cells in rows.items():
        for column, cell in zip(COLUMNS, cells, strict=True):
            named = re.findall(r"`([\w/]+\.py)::(\w+)`", cell)
            missing = [
                test
                for file, test in named
                if not (TESTS / file).exists() or test not in written_in(TESTS / file)
            ]
            # Only a number may be unpublished: a second route and a planted truth can always be had.
            excused = column == "published" and re.match(r"none: .{20,}", cell)
            if missing or not (named or excused):
                found.append(f"{function}, {column}: {', '.join(missing) or cell}")
    return found


def test_every_public_function_is_listed_once() -> None:
    assert set(listed()) == published()
    assert len(listed()) == (ROOT / "docs" / "estimators.md").read_text(encoding="utf-8").count("\n| `")


def test_every_test_that_is_named_exists() -> None:
    assert not broken(listed())


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        (0, "`test_power.py::test_that_nobody_wrote`"),
        (0, "none"),
        (0, ""),
        (1, "none: a second route is too much work for this one"),
        (2, "`test_nowhere.py::test_the_usual_multiple_of_the_standard_error`"),
    ],
)
def test_a_cell_that_holds_nothing_is_noticed(column: int, cell: str) -> None:
    rows = listed()
    rows["power.minimum_detectable_effect"][column] = cell
    assert len(broken(rows)) == 1
