"""If these fail, a way in which exports go wrong (exports.md N1 to N72) is neither tested nor explained."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALL = set(range(1, 73))


@cache
def named() -> dict[str, ast.FunctionDef]:
    """Tests that name a number, by file and name."""
    return {
        f"{path.relative_to(ROOT)}::{node.name}": node
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and re.match(r"test_(n\d+_)+", node.name)
    }


def numbers_tested() -> set[int]:
    """Numbers that a test names."""
    return {
        int(number)
        for node in named().values()
        for name in re.findall(r"^test_((?:n\d+_)+)", node.name)
        for number in re.findall(r"n(\d+)_", name)
    }


def explained() -> set[int]:
    """Numbers that docs/nastinesses.md says cannot occur."""
    text = (ROOT / "docs" / "nastinesses.md").read_text(encoding="utf-8")
    return {int(number) for number in re.findall(r"^\| N(\d+) \|", text, re.MULTILINE)}


def test_every_one_is_tested_or_explained() -> None:
    assert sorted(ALL - numbers_tested() - explained()) == []


def test_what_is_tested_needs_no_excuse() -> None:
    assert sorted(explained() & numbers_tested()) == []


@pytest.mark.parametrize("name", named())
def test_what_names_one_can_fail(name: str) -> None:
    node = named()[name]
    checks = [
        part
        for part in ast.walk(node)
        if isinstance(part, ast.Assert) or (isinstance(part, ast.Attribute) and part.attr == "raises")
    ]
    assert checks, "it asserts nothing"
    assert not any(isinstance(check, ast.Assert) and isinstance(check.test, ast.Constant) for check in checks)
    said = " ".join(ast.unparse(decorator) for decorator in node.decorator_list)
    assert not re.search(r"skip|xfail", said), "it is passed over"
