"""All figures of the summary, and the estimates read in three ways; bars and strips stand apart."""

from __future__ import annotations

from dataclasses import dataclass

from models.charts_bars import adoption_figure, stage_figure
from models.charts_benchmarks import benchmark_figures
from models.charts_kpis import kpi_coverage_figure
from models.charts_strips import contrast_figure, coverage_figure
from models.charts_svg import INK, MUTED, OBSERVED, Fact, Figure, Spec, axis_labels, base_spec, draw
from models.formats import Language, effect_display, effect_kind
from models.wording import Words, is_silent

# Distinct in shape as well as colour, so that the figure survives grey printing and colour blindness.
MODEL_MARKS = {"naive": ("#7b8794", "circle"), "M1": ("#3a8fbf", "square"), "M2": (OBSERVED, "diamond")}


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of the summary; what is suppressed or withheld has none."""

    coefficients: tuple[Figure, ...]
    stages: Figure | None
    contrasts: Figure | None
    benchmarks: tuple[Figure, ...]
    adoption: Figure | None
    kpis: Figure | None
    coverage: Figure | None


def build_figures(facts: Fact, language: Language) -> Figures:
    """Draw every figure the facts allow, each with its table and, for simulated data, its watermark."""
    words = Words(facts, language)
    shown = [c["outcome"] for c in facts["claims"] if c["is_primary"] and not is_silent(c)]
    return Figures(
        coefficients=tuple(
            figure for outcome in shown if (figure := coefficient_figure(words, outcome)) is not None
        ),
        stages=stage_figure(words),
        contrasts=contrast_figure(words),
        benchmarks=benchmark_figures(words),
        adoption=adoption_figure(words),
        kpis=kpi_coverage_figure(words),
        coverage=coverage_figure(words),
    )


def coefficient_figure(words: Words, outcome: str) -> Figure | None:
    """Draw the estimates of the three readings of one outcome with their intervals, in its own unit."""
    kind = effect_kind(outcome)
    effects = [
        row
        for row in words.facts["effects"]
        if row["outcome"] == outcome and row["model"] in MODEL_MARKS and row["estimate"] is not None
    ]
    if not effects:
        return None
    points: list[Spec] = []
    rows, sentences = [], []
    for row in effects:
        model = words.text(f"models.{row['model']}.short")
        low, high = (words.figure(outcome, row[bound]) for bound in ("low", "high"))
        label = words.figure(outcome, row["estimate"])
        shown = {
            name: None if row[name] is None else effect_display(kind, row[name])
            for name in ("estimate", "low", "high")
        }
        points.append({"model": model, "label": f"{label}  [{low} – {high}]", **shown})
        effect = words.effect(outcome, row["estimate"])
        sentences.append(words.text("coefficients.row", model=model, effect=effect, low=low, high=high))
        counts = (words.form.integer(row[name]) for name in ("n_organizations", "n_observations"))
        rows.append((words.text(f"models.{row['model']}.long"), effect, f"{low} – {high}", *counts))
    # A label starts at the low end in the left half of the figure and ends at the high end in the right half,
    # so that it never runs out of the drawing.
    ends = [0.0, *(value for point in points for value in (point["low"], point["high"]) if value is not None)]
    middle = (min(ends) + max(ends)) / 2
    for point in points:
        point["side"] = "left" if (point["estimate"] or 0.0) < middle else "right"
    colours, shapes = zip(*(MODEL_MARKS[row["model"]] for row in effects), strict=True)
    models = [point["model"] for point in points]
    colour = {"field": "model", "scale": {"domain": models, "range": list(colours)}, "legend": None}
    x_axis = {
        "title": words.outcome(outcome, "unit"),
        "tickCount": 5,
        "labelExpr": axis_labels(words.language),
        "labelColor": MUTED,
    }
    x = {"field": "estimate", "type": "quantitative", "scale": {"nice": True, "zero": True}, "axis": x_axis}
    y = {"field": "model", "type": "nominal", "sort": models, "axis": {"title": None, "grid": False}}
    shape = {"field": "model", "scale": {"domain": models, "range": list(shapes)}, "legend": None}
    layers: list[Spec] = [
        {
            "data": {"values": [{"zero": 0}]},
            "mark": {"type": "rule", "color": INK, "strokeWidth": 1.2},
            "encoding": {"x": {"field": "zero", "type": "quantitative"}},
        },
        {
            "mark": {"type": "rule", "strokeWidth": 3, "strokeCap": "round"},
            "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y, "color": colour},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 130, "opacity": 1},
            "encoding": {"x": x, "y": y, "color": colour, "shape": shape},
        },
        *(_side_label(x, y, side) for side in ("left", "right")),
    ]
    spec = base_spec(70 + 58 * len(points), layers, data={"values": points})
    name = words.outcome(outcome)
    title = words.text("coefficients.title", name=name, step=words.step, lead=words.lead)
    description = words.text(
        "coefficients.description", confidence=words.confidence, name=name, rows=" ".join(sentences)
    )
    header = words.header("coefficients.columns")
    return draw(
        words,
        f"effect_{outcome}",
        title=title,
        description=description,
        spec=spec,
        table=(header, tuple(rows)),
    )


def _side_label(x: Spec, y: Spec, side: str) -> Spec:
    return {
        "transform": [{"filter": f"datum.side == '{side}'"}],
        "mark": {"type": "text", "dy": -17, "fontWeight": 600, "align": side},
        "encoding": {
            "x": {**x, "field": "low" if side == "left" else "high"},
            "y": y,
            "text": {"field": "label"},
        },
    }
