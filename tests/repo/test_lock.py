"""A lock that drifts from pyproject, or carries addresses, breaks set-up on somebody else's machine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))


def pins(lock: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, version in re.findall(
        r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", (ROOT / lock).read_text(), re.MULTILINE
    ):
        found.setdefault(canonicalize_name(name), []).append(version)
    return found


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [
        Requirement(text) for text in [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    ]


@pytest.mark.parametrize("requirement", declared(), ids=str)
def test_every_dependency_is_pinned_within_its_range(requirement: Requirement) -> None:
    versions = pins("requirements.lock").get(canonicalize_name(requirement.name), [])
    assert versions, f"{requirement.name} is not in the lock; run make lock"
    assert all(requirement.specifier.contains(version) for version in versions)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.search(r"https?://|file:|--index|--find-links| @ ", text)
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
    without = [block.split("\n")[0] for block in blocks if "==" in block and "--hash=sha256:" not in block]
    assert without == []
