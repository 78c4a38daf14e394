"""Rules about the code itself; without them the rooms leak into each other and a stub passes as done."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("contracts", "models", "orchestration")
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
LONGEST_FILE = 300
# dbt takes its paths from the environment alone: dbt.py sets them for one call and puts back what was there.
ENVIRONMENT_READERS = {"orchestration/definitions.py", "orchestration/dbt.py"}
IO_NAMES = {
    "open",
    "print",
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
    "getenv",
    "urlopen",
    "connect",
    "run",
    "mkdir",
}
# Spelt in pieces, so that this file does not find itself.
HOSTS = re.compile(
    "|".join(("py" + "pi\\.org", "python" + "hosted\\.org", "np" + "mjs\\.", "debian" + "\\.org"))
)
MACHINE_PATHS = re.compile(
    r"(^|[^.\w/])/(" + "|".join(("wo" + "rk", "ro" + "ot", "fa" + "rm", "ho" + "me")) + r")/[a-z]",
    re.MULTILINE,
)
SILENCERS = re.compile(
    "|".join(
        (
            "pytest" + r"\.skip",
            "mark" + r"\.skip",
            "mark" + r"\.xfail",
            "import" + "orskip",
            "NotImplemented" + "Error",
            "TO" + "DO",
            "FIX" + "ME",
        )
    )
)


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def tracked_texts() -> dict[str, str]:
    texts = {}
    for path in tracked_files():
        raw = path.read_bytes()
        if b"\0" not in raw:
            texts[str(path.relative_to(ROOT))] = raw.decode("utf-8", errors="replace")
    return texts


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def calls_at_import(tree: ast.Module) -> list[str]:
    """Names of the functions that a module body calls; what stands inside functions does not count."""
    names: list[str] = []

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if isinstance(node, ast.If) and "__main__" in ast.unparse(node.test):
            return
        if isinstance(node, ast.Call):
            called = node.func
            names.append(called.attr if isinstance(called, ast.Attribute) else ast.unparse(called))
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(tree)
    return names


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_module_says_what_belongs_in_it(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), f"{relative(path)} has no module docstring"


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_module_can_be_held_in_mind(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_nothing_happens_at_import(path: Path) -> None:
    found = IO_NAMES.intersection(calls_at_import(ast.parse(path.read_text())))
    assert not found, f"{relative(path)} calls {sorted(found)} when it is imported"


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_only_definitions_reads_the_environment(path: Path) -> None:
    source = path.read_text()
    reads = re.search(r"os\.environ(\.get|\[[^\]]+\](?!\s*=))|os\.getenv", source)
    allowed = relative(path) in ENVIRONMENT_READERS or "cli.py" in path.name
    assert allowed or not reads, f"{relative(path)} reads the environment"


@pytest.mark.parametrize("path", [p for p in MODULES if relative(p).startswith("models/")], ids=relative)
def test_models_touch_no_files(path: Path) -> None:
    names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    assert "open" not in names


def test_no_registry_host_and_no_machine_path_is_committed() -> None:
    offenders = [
        name for name, text in tracked_texts().items() if HOSTS.search(text) or MACHINE_PATHS.search(text)
    ]
    assert offenders == []


def test_nothing_is_skipped_stubbed_or_left_for_later() -> None:
    code = {
        name: text
        for name, text in tracked_texts().items()
        if name.endswith((".py", ".sql", ".yml", ".yaml"))
    }
    offenders = [name for name, text in code.items() if SILENCERS.search(text)]
    assert offenders == []


def test_no_large_file_is_committed() -> None:
    assert [relative(path) for path in tracked_files() if path.stat().st_size > 1024 * 1024] == []


def test_the_rules_bite() -> None:
    """Each rule above, shown a module that breaks it, finds it."""
    assert "open" in calls_at_import(ast.parse("DATA = open('x').read()"))
    assert "getenv" in calls_at_import(ast.parse("import os\nX = os.getenv('HOME')"))
    assert calls_at_import(ast.parse("def f():\n    open('x')")) == []
    assert MACHINE_PATHS.search("see /ro" + "ot/data")
    assert not MACHINE_PATHS.search("docs/ho" + "me/a")
    assert HOSTS.search("https://py" + "pi.org/simple")
    assert SILENCERS.search("@pytest.mark" + ".skip")
