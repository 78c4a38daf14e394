"""SQL of each step from a mart back to its rows, by the manifest that dbt left beside the build."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DBT_RESULTS = Path("tmp") / "dbt" / "manifest.json"
"""Below the home: what dbt made of the project when it last built."""


@dataclass(frozen=True, slots=True)
class Step:
    """One model on the way: its layer, its file below dbt_project, and its SQL as it ran."""

    layer: str
    model: str
    file: str
    sql: str


def lineage(home: Path, mart: str, origin: str) -> list[Step]:
    """The shortest way from a mart back to a model it is made of, both included; empty where unknown."""
    nodes = _models(home)
    names = {node["name"]: unique_id for unique_id, node in nodes.items()}
    if mart not in names or origin not in names:
        return []
    came_from: dict[str, str | None] = {names[mart]: None}
    queue = deque([names[mart]])
    while queue and names[origin] not in came_from:
        here = queue.popleft()
        for parent in nodes[here]["depends_on"]["nodes"]:
            if parent in nodes and parent not in came_from:
                came_from[parent] = here
                queue.append(parent)
    if names[origin] not in came_from:
        return []
    way: list[str] = []
    at: str | None = names[origin]
    while at is not None:
        way.append(at)
        at = came_from[at]
    return [_step(nodes[unique_id]) for unique_id in reversed(way)]


def _models(home: Path) -> Mapping[str, Any]:
    path = home / DBT_RESULTS
    if not path.is_file():
        return {}
    content = json.loads(path.read_text(encoding="utf-8"))
    return {key: node for key, node in content["nodes"].items() if node["resource_type"] == "model"}


def _step(node: Mapping[str, Any]) -> Step:
    return Step(
        layer=str(node["schema"]),
        model=str(node["name"]),
        file=f"dbt_project/{node['original_file_path']}",
        sql=str(node.get("compiled_code") or node["raw_code"]),
    )
