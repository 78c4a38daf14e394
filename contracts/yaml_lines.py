"""Line numbers of YAML nodes, for messages that name the place. No schema here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import yaml


def line_of(node: yaml.Node | None, path: Sequence[str | int]) -> int:
    """Line (from 1) of the deepest node along a path of keys and positions that exists."""
    line = 1
    for part in path:
        if node is None:
            break
        line = node.start_mark.line + 1
        node, found = _child(node, part)
        line = found or line
    return line


def _child(node: yaml.Node, part: str | int) -> tuple[yaml.Node | None, int | None]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        child = node.value[part]
        return child, child.start_mark.line + 1
    return None, None


def repeated_key(node: yaml.Node | None) -> tuple[str, int] | None:
    """First key (and its line) that a mapping says twice, anywhere below a node; YAML itself keeps silent."""
    children: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            word = str(key.value)
            if word in seen:
                return word, key.start_mark.line + 1
            seen.add(word)
            children.append(value)
    elif isinstance(node, yaml.SequenceNode):
        children = cast("list[yaml.Node]", node.value)
    return next((found for child in children if (found := repeated_key(child)) is not None), None)
