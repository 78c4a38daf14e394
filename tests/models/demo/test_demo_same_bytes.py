"""A demo that differs from run to run would make the same facts hash impossible to promise."""

import hashlib
import os
import subprocess
import sys

import pytest

from models.demo import WORLDS, DemoExports, World, WorldSpec, make_demo

PRINT_HASH = """
import hashlib, json
from models.demo import WorldSpec, make_demo
demo = make_demo(WorldSpec(organizations=12, months=12))
parts = [path.encode() + content for path, content in sorted(demo.files.items())]
parts += [json.dumps(d).encode() for d in (demo.truth, demo.dirt)] + [demo.settings_yaml.encode()]
print(hashlib.sha256(b"".join(parts)).hexdigest())
"""


def _hash(demo: DemoExports) -> str:
    parts = [path.encode() + content for path, content in sorted(demo.files.items())]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def test_same_bytes_whatever_the_hash_seed() -> None:
    hashes = {
        subprocess.run(
            [sys.executable, "-c", PRINT_HASH],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "271828")
    }
    assert len(hashes) == 1


def test_another_seed_gives_another_world() -> None:
    first, second = (make_demo(WorldSpec(seed=seed, organizations=12, months=6)) for seed in (1, 2))
    assert _hash(first) != _hash(second)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize(("organizations", "months", "tickets"), [(6, 4, 1), (12, 12, 10), (60, 18, 3)])
def test_every_size_of_every_world_can_be_made(
    world: World, organizations: int, months: int, tickets: int
) -> None:
    spec = WorldSpec(organizations=organizations, months=months, tickets_per_month=tickets, world=world)
    demo = make_demo(spec)
    assert demo.truth["world"] == world
    assert demo.dirt["files"]["reference/organizations.csv"]["delivered"] == organizations


@pytest.mark.parametrize(
    "wrong", [{"world": "sideways"}, {"organizations": 3}, {"months": 3}, {"tickets_per_month": 0}]
)
def test_impossible_worlds_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"demo world|unknown"):
        WorldSpec(**wrong)


def test_a_world_may_start_in_the_middle_of_a_half_year() -> None:
    demo = make_demo(WorldSpec(organizations=12, months=9, start="2023-05"))
    waves = sorted(path for path in demo.files if "/qualtrics/" in path)
    assert [path[-11:-4] for path in waves] == ["2023-H1", "2023-H2", "2024-H1"]
