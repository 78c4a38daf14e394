"""What a number can depend on in the code, as fingerprints that comments and docstrings leave alone.

Modules are found by their imports, so that a new one counts as soon as a number depends on it, and one that
only draws or words never does.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
READING = ("orchestration.ingest.land.deliveries", "orchestration.ingest.gate.accept")
STATISTICS = ("models.analysis", "models.facts")
DECLARED: Mapping[str, tuple[str, ...]] = {
    "reading": ("contracts/instrument.yaml",),
    "statistics": ("contracts/kpis.yaml",),
}
"""What modules read beside them. Profiles are no part of it: each file says how it was read (`read_as`)."""
LIBRARIES = ("dbt-duckdb", "duckdb", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy", "statsmodels")
_ROOMS = ("contracts", "models", "orchestration")
_SQL_WORDS = re.compile(
    r"(?P<kept>'(?:[^']|'')*'|\"[^\"]*\")|(?P<said>--[^\n]*|/\*.*?\*/|\{#.*?#\})|(?P<space>\s+)", re.DOTALL
)


def method_of(root: Path = ROOT, dbt_folder: Path | None = None) -> dict[str, str]:
    """Fingerprint of each part of the method, and the version of each library it runs on.

    Parameters
    ----------
    root : Path
        Folder that holds the three Python rooms.
    dbt_folder : Path, optional
        Folder of the dbt project; the one below `root` when left out.

    Returns
    -------
    dict of str to str
        `reading` (deliveries to accepted rows), `marts` (SQL and seeds), `statistics` (estimates and facts),
        and `library <name>`.
    """
    import platform
    from importlib.metadata import version

    code = {
        part: _digest({**behind(root, modules), **_declared(root, DECLARED[part])})
        for part, modules in (("reading", READING), ("statistics", STATISTICS))
    }
    marts = _digest(_sql(dbt_folder or root / "dbt_project"))
    libraries = {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}
    return {**code, "marts": marts, **{f"library {name}": number for name, number in libraries.items()}}


def behind(root: Path, modules: Iterable[str]) -> dict[str, str]:
    """Modules of the rooms that these import, directly or not, themselves included, by their fingerprint."""
    found: dict[str, str] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        path = _file(root, name)
        if path is None or name in found:
            continue
        found[name], imported = _parsed(path.read_text(encoding="utf-8"))
        waiting += imported
    return found


def plain_sql(text: str) -> str:
    """SQL without comments, runs of white space as one space; what stands in quotes is left alone."""
    plain = _SQL_WORDS.sub(lambda match: match["kept"] or " ", text)
    return re.sub(r" +", " ", plain).strip()


@lru_cache(maxsize=512)
def _parsed(source: str) -> tuple[str, tuple[str, ...]]:
    """Fingerprint of what a module does, whatever is remarked in it, and the names that it imports."""
    tree = _bare(ast.parse(source))
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), tuple(_imported(tree))


def _declared(root: Path, paths: Iterable[str]) -> dict[str, str]:
    return {path: repr(yaml.safe_load((root / path).read_text(encoding="utf-8"))) for path in paths}


def _sql(folder: Path) -> dict[str, str]:
    """Models, macros and seeds, and the variables of the project; tests and texts are no part of it."""
    project = yaml.safe_load((folder / "dbt_project.yml").read_text(encoding="utf-8"))
    said = {"vars": repr(project.get("vars"))}
    for kind, pattern in (("models", "*.sql"), ("macros", "*.sql"), ("seeds", "*.csv")):
        for path in sorted((folder / kind).rglob(pattern)):
            text = path.read_text(encoding="utf-8")
            said[path.relative_to(folder).as_posix()] = text if kind == "seeds" else plain_sql(text)
    return said


def _digest(parts: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(parts.items()):
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()


def _file(root: Path, module: str) -> Path | None:
    if module.split(".", maxsplit=1)[0] not in _ROOMS:
        return None
    path = root.joinpath(*module.split("."))
    found = (path.with_suffix(".py"), path / "__init__.py")
    return next((one for one in found if one.is_file()), None)


def _imported(tree: ast.Module) -> Iterator[str]:
    """Names that may be modules: `from a import b` names `a` and perhaps the module `a.b`."""
    for node in _run(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that is run; what stands below `if TYPE_CHECKING` is not."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and _is_for_types(child.test):
            continue
        yield child
        yield from _run(child)


def _is_for_types(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def _bare(tree: ast.Module) -> ast.Module:
    """The tree without strings that stand as a statement of their own: docstrings and notes to constants."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [line for line in body if not _is_text(line)]
            node.body = kept or [ast.Pass()]  # type: ignore[attr-defined]  # nodes with a body
    return tree


def _is_text(line: ast.AST) -> bool:
    return (
        isinstance(line, ast.Expr)
        and isinstance(line.value, ast.Constant)
        and isinstance(line.value.value, str)
    )
