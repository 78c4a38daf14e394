"""Figures with an effect on the vertical axis: scales and marks that several of them share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.charts_svg import INK, MUTED, OBSERVED, Spec, axis_labels
from models.formats import effect_display, effect_kind
from models.wording import Words

BAND = "#c9dceb"
HEIGHT = 280


def shown(outcome: str, row: Mapping[str, Any], *names: str) -> dict[str, float | None]:
    """Effects of a row in the unit that people read."""
    kind = effect_kind(outcome)
    return {name: None if row[name] is None else effect_display(kind, row[name]) for name in names}


def effect_axis(words: Words, outcome: str, field: str = "estimate") -> Spec:
    """Vertical axis of an effect in the outcome's unit; zero is always on it."""
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"zero": True, "nice": True},
        "axis": {
            "title": words.outcome(outcome, "unit"),
            "titleAngle": 0,
            "titleAlign": "left",
            "titleAnchor": "end",
            "titleY": -10,
            "titleX": -34,
            "tickCount": 5,
            "labelExpr": axis_labels(words.language),
            "labelColor": MUTED,
        },
    }


def quarter_axis(title: str, quarters: list[int]) -> Spec:
    """Horizontal axis of quarters since an event, each with its sign."""
    return {
        "field": "quarter",
        "type": "quantitative",
        "scale": {"domain": [min(quarters) - 0.5, max(quarters) + 0.5], "nice": False},
        "axis": {
            "title": title,
            "values": quarters,
            "labelExpr": "datum.value > 0 ? '+' + datum.label : datum.label",
            "labelColor": MUTED,
            "grid": False,
        },
    }


def zero_line() -> Spec:
    """A line at nothing."""
    return {
        "data": {"values": [{"zero": 0}]},
        "mark": {"type": "rule", "color": INK, "strokeWidth": 1.2},
        "encoding": {"y": {"field": "zero", "type": "quantitative"}},
    }


def upright(x: Spec, low: str, high: str, y: Spec, **mark: Any) -> Spec:
    """Upright lines from a low to a high end."""
    return {
        "mark": {"type": "rule", "strokeCap": "round", **mark},
        "encoding": {"x": x, "y": {**y, "field": low}, "y2": {"field": high}},
    }


def dots(x: Spec, y: Spec, **mark: Any) -> Spec:
    """The estimates."""
    return {
        "mark": {"type": "point", "filled": True, "size": 80, "opacity": 1, "color": OBSERVED, **mark},
        "encoding": {"x": x, "y": y},
    }


def event_line(x: Spec, at: float) -> Spec:
    """A dashed line where the event falls, between two quarters."""
    return {
        "data": {"values": [{"quarter": at}]},
        "mark": {"type": "rule", "color": MUTED, "strokeWidth": 1.2, "strokeDash": [4, 4]},
        "encoding": {"x": x},
    }
