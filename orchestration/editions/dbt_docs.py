"""dbt's own documentation as one file that asks for nothing, of the manifest and the build. No dbt call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration import warehouse
from orchestration.dbt import PARSED_FOR

NAME = "dbt_docs.html"
_SHOWN = (
    "nodes", "sources", "macros", "docs", "exposures", "metrics", "groups", "selectors", "disabled",
    "parent_map", "child_map", "group_map", "saved_queries", "semantic_models", "unit_tests", "functions",
)  # fmt: skip
_OF_A_MACHINE = frozenset({"root_path", "build_path", "compiled_path", "created_at"})
"""Keys of the manifest that say where and when it was parsed."""
_ICON = "${require('./assets/favicons/favicon.ico')}"
_DRAWN, _DRAWN_LATER = '<use xlink:href="{{', '<use ng-attr-xlink:href="{{'
"""A browser asks for the first before Angular has put a name in; the second it does not know yet."""
_PLACES = {"manifest": '"MANIFEST.JSON INLINE DATA"', "catalog": '"CATALOG.JSON INLINE DATA"'}
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)
"""The page of dbt compiles its templates; it may ask for nothing, not even of where it came from."""
Manifest = Mapping[str, Any]


def render_dbt_docs(home: Path, manifest: Manifest) -> bytes:
    """Render the page that dbt's `docs generate --static` makes, of the build of a home.

    Parameters
    ----------
    home : Path
        Folder of the installation; its build file is read.
    manifest : mapping
        Manifest of the project, as it was parsed.

    Returns
    -------
    bytes
        A whole HTML document without a clock and without a path of the machine.
    """
    from dbt.task.docs import DOCS_INDEX_FILE_PATH

    page = Path(DOCS_INDEX_FILE_PATH).read_text(encoding="utf-8")
    page = page.replace(_ICON, "data:,", 1).replace(_DRAWN, _DRAWN_LATER)
    page = page.replace("<head>", f'<head><meta http-equiv="Content-Security-Policy" content="{_POLICY}">', 1)
    data = {"manifest": _shown(manifest), "catalog": _catalog(manifest, _columns(home))}
    for name, place in _PLACES.items():
        if page.count(place) != 1:
            raise ValueError(f"the page of dbt has no place for its {name}")
        page = page.replace(place, _inline(data[name]))
    return page.encode()


def _inline(content: Mapping[str, Any]) -> str:
    """JSON that cannot end the script it stands in."""
    return json.dumps(content, sort_keys=True, separators=(",", ":")).replace("</", "<\\/")


def _shown(manifest: Manifest) -> dict[str, Any]:
    """What the page reads; of macros those of the project, since dbt's own are three quarters of them."""
    project = manifest["metadata"]["project_name"]
    shown = {key: _without_machine(manifest.get(key) or {}) for key in _SHOWN}
    shown["macros"] = {key: one for key, one in shown["macros"].items() if one["package_name"] == project}
    metadata = manifest["metadata"]
    kept = ("dbt_schema_version", "dbt_version", "project_name", "adapter_type")
    return {"metadata": {name: metadata[name] for name in kept} | {"env": {}}, **shown}


def _without_machine(content: Any) -> Any:
    if isinstance(content, dict):
        return {
            key: _without_machine(one)
            for key, one in content.items()
            # A column may be called like one of them.
            if isinstance(one, dict) or key not in _OF_A_MACHINE
        }
    if isinstance(content, list):
        return [_without_machine(one) for one in content]
    return content.replace(PARSED_FOR, "home") if isinstance(content, str) else content


def _columns(home: Path) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Columns with their types by (schema, relation), in order."""
    with warehouse.connect(home, read_only=True) as connection:
        rows = connection.execute(
            "select table_schema, table_name, column_name, data_type from information_schema.columns "
            "where table_catalog = current_database() order by table_schema, table_name, ordinal_position"
        ).fetchall()
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for schema, name, column, kind in rows:
        found.setdefault((schema, name), []).append((column, kind.lower()))
    return found


def _catalog(manifest: Manifest, columns: Mapping[tuple[str, str], list[tuple[str, str]]]) -> dict[str, Any]:
    nodes = {}
    for key, node in manifest["nodes"].items():
        relation = (node.get("schema"), node.get("alias"))
        if node["resource_type"] in ("model", "seed") and relation in columns:
            schema, name = relation
            nodes[key] = {
                "unique_id": key,
                "metadata": {
                    "type": str(node["config"]["materialized"]), "schema": schema, "name": name,
                    "database": "build", "comment": None, "owner": None,
                },
                "columns": {
                    column: {"name": column, "type": kind, "index": place, "comment": None}
                    for place, (column, kind) in enumerate(columns[relation], start=1)
                },
                "stats": {},
            }  # fmt: skip
    return {"metadata": {}, "nodes": nodes, "sources": {}, "errors": None}
