"""The way of the data as one SVG: steps from left to right, lines from each step to what it is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from models.dictionary import Step

_WIDTH, _ROW, _GAP, _TOP = 214, 24, 56, 34
_SWEEPS = 6
"""Rounds of ordering by the mean place of the neighbours; more change nothing here (tried with 75 steps)."""
_LAYERS = ("accepted", "staging", "intermediate", "marts", "analysis", "edition")


def lineage_svg(steps: Sequence[Step], title_id: str) -> str:
    """Draw the graph; the same steps give the same bytes.

    Parameters
    ----------
    steps : sequence of Step
        Every step; names in `made_from` that are no step are left out.
    title_id : str
        Id of the element that names the picture.

    Returns
    -------
    str
        One SVG element whose colours are the classes of the page's style sheet.
    """
    columns = _columns(steps)
    place = {
        name: (place_x, place_y)
        for place_x, names in enumerate(columns)
        for place_y, name in enumerate(names)
    }
    layers = {step.name: step.layer for step in steps}
    tallest = max(len(names) for names in columns)
    width = len(columns) * (_WIDTH + _GAP) - _GAP
    height = _TOP + tallest * _ROW + 8
    parts = [
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-labelledby="{title_id}">'
    ]
    parts += _headings(columns, layers)
    parts += [
        _line(_at(place[parent], columns), _at(place[step.name], columns))
        for step in steps
        for parent in step.made_from
        if parent in place
    ]
    parts += [_box(name, layers[name], _at(place[name], columns)) for names in columns for name in names]
    return "".join([*parts, "</svg>"])


def _columns(steps: Sequence[Step]) -> list[list[str]]:
    """Names by column, each right of all that it is made from, each layer right of the layer before."""
    parents = {step.name: step.made_from for step in steps}
    layers = {step.name: step.layer for step in steps}
    depth: dict[str, int] = {}

    def reach(name: str) -> int:
        if name not in depth:
            same = [reach(p) for p in parents[name] if layers.get(p) == layers[name]]
            depth[name] = 1 + max(same, default=-1)
        return depth[name]

    wanted = {name: (_LAYERS.index(layers[name]), reach(name)) for name in parents}
    order = sorted(set(wanted.values()))
    columns = [sorted(name for name, where in wanted.items() if where == each) for each in order]
    return _untangled(columns, parents)


def _untangled(columns: list[list[str]], parents: Mapping[str, Sequence[str]]) -> list[list[str]]:
    children: dict[str, list[str]] = {name: [] for name in parents}
    for name, made_from in parents.items():
        for parent in made_from:
            children.setdefault(parent, []).append(name)
    for sweep in range(_SWEEPS):
        neighbours = parents if sweep % 2 == 0 else children
        height = {name: place / len(names) for names in columns for place, name in enumerate(names)}

        def centre(
            name: str, near: Mapping[str, Sequence[str]] = neighbours, height: dict[str, float] = height
        ) -> float:
            known = [height[other] for other in near.get(name, ()) if other in height]
            return sum(known) / len(known) if known else height[name]

        columns = [sorted(names, key=lambda name: (round(centre(name), 9), name)) for names in columns]
    return columns


def _at(place: tuple[int, int], columns: Sequence[Sequence[str]]) -> tuple[float, float]:
    column, row = place
    tallest = max(len(names) for names in columns)
    above = (tallest - len(columns[column])) * _ROW / 2
    return column * (_WIDTH + _GAP), _TOP + above + row * _ROW


def _headings(columns: Sequence[Sequence[str]], layers: Mapping[str, str]) -> list[str]:
    seen: set[str] = set()
    found = []
    for number, names in enumerate(columns):
        layer = layers[names[0]]
        if layer not in seen:
            x = number * (_WIDTH + _GAP)
            found.append(f'<text class="layer" x="{x}" y="16">{escape(layer)}</text>')
        seen.add(layer)
    return found


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    x1, y1 = start[0] + _WIDTH, start[1] + _ROW / 2 - 2
    x2, y2 = end[0], end[1] + _ROW / 2 - 2
    bend = _GAP / 2
    return f'<path d="M{x1:g},{y1:g}C{x1 + bend:g},{y1:g} {x2 - bend:g},{y2:g} {x2:g},{y2:g}"/>'


def _box(name: str, layer: str, at: tuple[float, float]) -> str:
    x, y = at
    return (
        f'<g class="{escape(layer)}"><rect x="{x:g}" y="{y:g}" width="{_WIDTH}" height="{_ROW - 4}" rx="3"/>'
        f'<text x="{x + 6:g}" y="{y + 14:g}">{escape(name)}</text></g>'
    )
