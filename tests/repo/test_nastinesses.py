"""If these fail, a way in which exports go wrong (exports.md N1 to N72) is neither tested nor explained."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ALL = set(range(1, 73))


def numbers_tested() -> set[int]:
    """Numbers that a test names."""
    names = [
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def test_((?:n\d+_)+)", path.read_text(encoding="utf-8"))
    ]
    return {int(number) for name in names for number in re.findall(r"n(\d+)_", name)}


def explained() -> set[int]:
    """Numbers that docs/nastinesses.md says cannot occur."""
    text = (ROOT / "docs" / "nastinesses.md").read_text(encoding="utf-8")
    return {int(number) for number in re.findall(r"^\| N(\d+) \|", text, re.MULTILINE)}


def test_every_one_is_tested_or_explained() -> None:
    assert sorted(ALL - numbers_tested() - explained()) == []


def test_what_is_tested_needs_no_excuse() -> None:
    assert sorted(explained() & numbers_tested()) == []
