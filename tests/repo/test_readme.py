"""A README whose commands no longer work is the first thing a new user meets."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS_TO_OPEN = 90
# make test cannot run inside itself: .ci/run calling it is asserted. make dev is a server with its own test.
NOT_RUN_HERE = {"make test", "make dev"}


def readme_commands() -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    commands: list[str] = []
    for block in blocks:
        one_command = block.count('"') > 0
        commands.extend([block.strip()] if one_command else block.strip().splitlines())
    return commands


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like the clone, in which `make demo` has been run as the README says."""
    folder = tmp_path_factory.mktemp("clone")
    for entry in ROOT.iterdir():
        if entry.name not in {"demo-home", ".git"}:
            (folder / entry.name).symlink_to(entry)
    subprocess.run(["make", "demo"], cwd=folder, check=True, capture_output=True, text=True)
    return folder


def test_the_readme_has_commands() -> None:
    assert readme_commands()[:2] == ["make demo", "make test"]


def test_ci_runs_the_commands_that_a_test_cannot() -> None:
    called = (ROOT / ".ci" / "run").read_text().splitlines()
    assert {"make lint", "make test"} <= set(called)


@pytest.mark.parametrize("command", [c for c in readme_commands() if c not in {*NOT_RUN_HERE, "make demo"}])
def test_readme_command_works(clone: Path, command: str) -> None:
    done = subprocess.run(["sh", "-c", command], cwd=clone, capture_output=True, text=True, check=False)
    # 1 says that rows are held back, which the demo's dirt makes true of check.
    assert done.returncode in ({0, 1} if " check " in command else {0}), done.stderr[-2000:]
    assert "Traceback" not in done.stderr


def test_what_the_readme_says_comes_out(clone: Path) -> None:
    current = clone / "demo-home" / "editions" / "current"
    named = ("summary.en.html", "summary.nl.html", "marts.duckdb", "parquet", "facts.json", "manifest.json")
    assert [name for name in named if not (current / name).exists()] == []


def test_files_the_readme_points_to_exist() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text())
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_make_alone_lists_every_command(clone: Path) -> None:
    listed = subprocess.run(["make"], cwd=clone, check=True, capture_output=True, text=True).stdout
    assert {"demo", "test", "dev", "lint", "check", "clean", "lock"} <= {
        line.split()[1] for line in listed.splitlines()
    }


def test_make_dev_opens_dagsters_page_on_loopback(clone: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        ["make", "dev", f"PORT={port}"],
        cwd=clone,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert "dagster_webserver_version" in answer_of(f"http://127.0.0.1:{port}/server_info")
    finally:
        stop(server)


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server and all it started, also when it is still starting and hears nothing."""
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def answer_of(address: str) -> str:
    """What the address answers, waiting until it does."""
    deadline = time.monotonic() + SECONDS_TO_OPEN
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as response:
                return str(response.read().decode())
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
