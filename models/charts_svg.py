"""Vega-Lite specifications to inline SVG: same bytes each time, accessible, watermarked; not which marks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from models.wording import Words

Fact = Mapping[str, Any]
Spec = dict[str, Any]
Table = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]

VEGA_LITE_VERSION = "6.1"
WIDTH = 440
INK, MUTED, FAINT, GRID = "#17232e", "#52606d", "#c5ced6", "#e4e9ed"
OBSERVED, PUBLISHED = "#0f4c75", "#d9902f"
FONT_SIZE = 13

_NOISE = (
    re.compile(r'\s(?:role|aria-[a-z]+|xmlns(?::xlink)?|version|pointer-events|font-family)="[^"]*"'),
    re.compile(r'<path class="(?:background|foreground)"[^>]*d="(?:M0,0h0v0h0Z)?"[^>]*/>'),
)
_CLIP = re.compile(r"\bclip\d+\b")
_SIZE = re.compile(r'<svg class="marks" width="([\d.]+)" height="([\d.]+)" viewBox="([^"]+)">')


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: SVG text, its title, the same numbers as a table (header, rows), and how to read it."""

    name: str
    title: str
    svg: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    reading: str = ""


def draw(
    words: Words,
    name: str,
    *,
    title: str,
    description: str,
    spec: Spec,
    table: Table,
    reading: str = "",
) -> Figure:
    """Draw a specification as a figure with its table and reading; simulated data is watermarked."""
    watermark = words.text("simulated.watermark") if words.facts["is_simulated"] else None
    svg = render_svg(spec, name.replace("_", "-"), title, description, watermark)
    return Figure(name, title, svg, *table, reading)


def base_spec(height: int, layers: list[Spec], **extra: Any) -> Spec:
    """Return a layered specification in the house style: total width 440, quiet axes, 13 px text."""
    axis = {
        "labelFontSize": FONT_SIZE,
        "labelColor": INK,
        "titleFontSize": FONT_SIZE,
        "titleFontWeight": "normal",
        "titleColor": MUTED,
        "domain": False,
        "ticks": False,
        "gridColor": GRID,
        "labelLimit": 200,
        "labelPadding": 6,
    }
    return {
        "width": WIDTH,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "background": None,
        # Widths are reckoned in Arial; a reader without it may see a font that is a sixth wider.
        "padding": {"left": 28, "right": 16, "top": 2, "bottom": 2},
        "layer": layers,
        "config": {
            "view": {"stroke": None},
            "axis": axis,
            "legend": {
                "orient": "top",
                "direction": "horizontal",
                "labelFontSize": FONT_SIZE,
                "labelColor": INK,
                "labelLimit": 200,
                "title": None,
                "symbolSize": 90,
                "offset": 6,
            },
            "text": {"fontSize": FONT_SIZE, "color": INK},
        },
        **extra,
    }


def axis_labels(language: str) -> str:
    """Vega expression that writes tick labels with the decimal sign of a language."""
    return "replace(datum.label, '.', ',')" if language == "nl" else "datum.label"


def render_svg(spec: Spec, name: str, title: str, description: str, watermark: str | None) -> str:
    """Draw a specification as an SVG element to stand inside a page.

    Parameters
    ----------
    spec
        Vega-Lite specification with its data inside.
    name
        Prefix of the ids in the element; unique on the page.
    title, description
        What assistive technology reads.
    watermark
        Text across the figure, or nothing.

    Returns
    -------
    str
        An ``svg`` element without size, name spaces or references; the same bytes for the same input.
    """
    from vl_convert import vegalite_to_svg

    svg = str(vegalite_to_svg(spec, vl_version=VEGA_LITE_VERSION))
    for noise in _NOISE:
        svg = noise.sub("", svg)
    # Vega counts clip paths over the life of the process, so their names depend on what was drawn before.
    for position, found in enumerate(dict.fromkeys(_CLIP.findall(svg))):
        svg = re.sub(rf"\b{found}\b", f"{name}-c-{position}", svg)
    size = _SIZE.search(svg)
    if size is None:
        raise ValueError(f"the drawing of {name} has no size")
    width, height = float(size[1]), float(size[2])
    opening = (
        f'<svg viewBox="{size[3]}" role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    )
    stamp = "" if watermark is None else _stamp(watermark, width, height)
    return opening + svg[size.end() :].replace("</svg>", f"{stamp}</svg>")


def _stamp(text: str, width: float, height: float) -> str:
    # Bold capitals are about 0.7 em wide, and 2 px stand between them.
    size = min((0.92 * width - 2 * len(text)) / (0.7 * len(text)), 0.42 * height)
    angle = -14 if height > 150 else -6
    return (
        f'<text class="watermark" aria-hidden="true" text-anchor="middle" font-size="{size:.1f}" '
        'font-weight="700" letter-spacing="2" stroke="#fff" stroke-opacity="0.3" '
        'fill="#6b7684" fill-opacity="0.2" '
        f'transform="translate({width / 2:.1f},{height / 2 + size / 3:.1f}) rotate({angle})">'
        f"{escape(text)}</text>"
    )
