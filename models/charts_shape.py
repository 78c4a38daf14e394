"""The curve along the index, and the map of the dimensions: importance beside performance."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_uppercase
from typing import Any

from models.charts_plane import BAND, HEIGHT, effect_axis, shown, zero_line
from models.charts_svg import MUTED, OBSERVED, Figure, Spec, axis_labels, base_spec, draw
from models.readings import FLAT, p_text
from models.wording import Words, lower_first

Fact = Mapping[str, Any]
ONE_PERCENT = 0.01
EVERY = 4
"""Points of the curve of which one stands in the table."""


def dose_figure(words: Words, row: Fact) -> Figure | None:
    """Draw the curve in the index with the band that holds all of it."""
    points, outcome = row["points"], row["outcome"]
    if not points:
        return None
    values = [{"index": p["index"], **shown(outcome, p, "estimate", "low", "high")} for p in points]
    x: Spec = {
        "field": "index",
        "type": "quantitative",
        "scale": {"zero": False, "nice": False},
        "axis": {"title": words.text("dose.axis"), "tickCount": 6, "labelColor": MUTED, "grid": False},
    }
    y = effect_axis(words, outcome)
    band = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
    layers: list[Spec] = [
        {"mark": {"type": "area", "color": BAND}, "encoding": band},
        zero_line(),
        {"mark": {"type": "line", "color": OBSERVED, "strokeWidth": 3}, "encoding": {"x": x, "y": y}},
    ]
    rows, sentences = [], []
    for point in points[::EVERY]:
        index, effect = words.form.decimal(point["index"]), words.effect(outcome, point["estimate"])
        low, high = (words.figure(outcome, point[end]) for end in ("low", "high"))
        rows.append((index, effect, f"{low} – {high}"))
        sentences.append(words.text("dose.row", index=index, effect=effect, low=low, high=high))
    is_bent = row["bend_p_value"] is not None and row["bend_p_value"] <= FLAT
    reference = words.form.decimal(row["reference_index"])
    return draw(
        words,
        f"dose_{outcome}",
        title=words.text("dose.title", name=words.outcome(outcome)),
        description=words.text("dose.description", reference=reference, rows=" ".join(sentences)),
        spec=base_spec(HEIGHT, layers, data={"values": values}),
        table=(words.header("dose.columns"), tuple(rows)),
        reading=words.text(
            "dose.bent" if is_bent else "dose.straight",
            p=p_text(words, row["bend_p_value"]),
            step=words.step,
            lower=words.form.integer(row["lower_index"]),
            higher=words.form.integer(row["higher_index"]),
            lower_slope=words.effect(outcome, row["lower_slope"]),
            higher_slope=words.effect(outcome, row["higher_slope"]),
        ),
    )


def dimension_name(words: Words, code: str) -> str:
    """Name of a dimension of the instrument."""
    return words.name("dimension", code)


def drivers_figure(words: Words, row: Fact) -> Figure | None:
    """Draw the dimensions by importance and performance; letters stand for their names in the table."""
    dimensions, outcome = row["dimensions"], row["outcome"]
    known = [d for d in dimensions if d["share"] is not None and d["performance"] is not None]
    if not known:
        return None
    name = lower_first(words.outcome(outcome))
    values = [
        {
            "letter": letter,
            "performance": d["performance"],
            **{part: None if d[part] is None else 100 * d[part] for part in ("share", "low", "high")},
        }
        for letter, d in zip(ascii_uppercase, known, strict=False)
    ]
    means = {part: sum(value[part] for value in values) / len(values) for part in ("performance", "share")}
    label = axis_labels(words.language)
    x: Spec = {
        "field": "performance",
        "type": "quantitative",
        "scale": {"zero": False, "nice": True, "padding": 14},
        "axis": {"title": words.text("drivers.x"), "tickCount": 5, "labelExpr": label, "labelColor": MUTED},
    }
    y: Spec = {
        "field": "share",
        "type": "quantitative",
        "scale": {"zero": True, "nice": True},
        "axis": {
            "title": f"{words.text('drivers.y')} (%)",
            "tickCount": 5,
            "labelExpr": label,
            "labelColor": MUTED,
        },
    }
    dashed = {"type": "rule", "color": MUTED, "strokeDash": [4, 4]}
    layers: list[Spec] = [
        {"data": {"values": [means]}, "mark": dashed, "encoding": {"x": x}},
        {"data": {"values": [means]}, "mark": dashed, "encoding": {"y": y}},
        {
            "mark": {"type": "rule", "color": BAND, "strokeWidth": 4},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 420, "opacity": 1, "color": OBSERVED},
            "encoding": {"x": x, "y": y},
        },
        {
            "mark": {"type": "text", "color": "#ffffff", "fontWeight": 700, "baseline": "middle"},
            "encoding": {"x": x, "y": y, "text": {"field": "letter"}},
        },
    ]
    rows, sentences = [], []
    is_any_clear = any(d["can_tell"] for d in known)
    places = 1 if max(d["high"] or d["share"] for d in known) >= ONE_PERCENT else 2
    for letter, d in zip(ascii_uppercase, known, strict=False):
        named = dimension_name(words, d["dimension"])
        share, performance = words.share(d["share"], places), words.form.decimal(d["performance"])
        interval = f"{words.share(d['low'], places)} – {words.share(d['high'], places)}"
        place = words.text(f"drivers.quadrants.{d['quadrant']}" if is_any_clear else "drivers.undecided")
        rows.append((f"{letter}  {named}", share, interval, performance, place))
        sentences.append(words.text("drivers.row", dimension=named, share=share, performance=performance))
    clear = [dimension_name(words, d["dimension"]) for d in known if d["can_tell"]]
    return draw(
        words,
        f"drivers_{outcome}",
        title=words.text("drivers.title", name=words.outcome(outcome)),
        description=words.text("drivers.description", rows=" ".join(sentences)),
        spec=base_spec(HEIGHT + 40, layers, data={"values": values}),
        table=(words.header("drivers.columns"), tuple(rows)),
        reading=words.text("drivers.reading_clear", names="; ".join(clear), name=name)
        if clear
        else words.text("drivers.reading_none", name=name),
    )
