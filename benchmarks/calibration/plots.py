"""The plots of the calibration page, as SVG. No counting here."""

from typing import Any

GREY, BLUE, RED, GREEN = "#5b6770", "#1f77b4", "#d62728", "#2ca02c"


def coverage_plot(points: list[dict[str, Any]]) -> str:
    """Draw coverage with its interval beside the nominal 95 %, a row per scenario and outcome."""
    y = {"field": "what", "type": "nominal", "title": None, "sort": None}
    colour = {"field": "model", "type": "nominal", "title": "estimate", "scale": {"range": [GREY, BLUE]}}
    x = {"type": "quantitative", "scale": {"domain": [0.85, 1.0], "clamp": True}, "axis": {"format": ".0%"}}
    layers = [
        {"mark": {"type": "rule", "color": "#999", "strokeDash": [4, 3]}, "encoding": {"x": {"datum": 0.95}}},
        {
            "mark": "rule",
            "encoding": {
                "y": y,
                "x": {**x, "field": "low", "title": "share of intervals that hold the truth"},
                "x2": {"field": "high"},
                "color": colour,
                "yOffset": {"field": "model"},
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 60},
            "encoding": {
                "y": y,
                "x": {**x, "field": "value"},
                "color": colour,
                "yOffset": {"field": "model"},
            },
        },
    ]
    return _svg({"data": {"values": points}, "layer": layers, "width": 420, "height": {"step": 34}})


def verdict_plot(shares: list[dict[str, Any]]) -> str:
    """Draw the verdicts of each scenario as one stacked bar."""
    encoding = {
        "y": {"field": "what", "type": "nominal", "title": None, "sort": None},
        "x": {
            "field": "share",
            "type": "quantitative",
            "title": "share of worlds",
            "axis": {"format": ".0%"},
        },
        "color": {
            "field": "verdict",
            "type": "nominal",
            "sort": None,
            "scale": {
                "domain": ["maturity_first", "outcome_first", "both", "cannot_tell"],
                "range": [BLUE, RED, GREEN, "#c9ced2"],
            },
        },
        "order": {"field": "verdict"},
    }
    return _svg({"data": {"values": shares}, "mark": "bar", "encoding": encoding, "width": 420})


def _svg(spec: dict[str, Any]) -> str:
    import vl_convert

    whole = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "background": "white", **spec}
    return str(vl_convert.vegalite_to_svg(whole))
