"""The specification curve: the estimate under every declared way to put the question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.charts_plane import HEIGHT, effect_axis, shown, zero_line
from models.charts_svg import OBSERVED, Figure, Spec, base_spec, draw
from models.readings import p_text
from models.wording import Words

Fact = Mapping[str, Any]
MARKS = {"M1": ("#3a8fbf", "square"), "M2": (OBSERVED, "diamond")}


def specification_figure(words: Words, row: Fact) -> Figure | None:
    """Draw every specification with its interval, from the lowest estimate to the highest."""
    outcome, found = row["outcome"], row["specifications"]
    if not found:
        return None
    names = {model: words.text(f"models.{model}.short") for model in MARKS}
    values = [
        {
            "place": place,
            "model": names.get(one["model"], one["model"]),
            **shown(outcome, one, "estimate", "low", "high"),
        }
        for place, one in enumerate(found, start=1)
    ]
    models = [name for model, name in names.items() if any(one["model"] == model for one in found)]
    marks = [MARKS[model] for model, name in names.items() if name in models]
    x: Spec = {
        "field": "place",
        "type": "quantitative",
        "scale": {"domain": [0, len(found) + 1], "nice": False},
        "axis": {"title": words.text("fragility.axis"), "labels": False, "grid": False},
    }
    y = effect_axis(words, outcome)
    legend = {"columns": 2, "orient": "bottom"}
    keyed = {"field": "model", "type": "nominal", "legend": legend}
    colour = {**keyed, "scale": {"domain": models, "range": [mark[0] for mark in marks]}}
    shape = {**keyed, "scale": {"domain": models, "range": [mark[1] for mark in marks]}}
    layers: list[Spec] = [
        zero_line(),
        {
            "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.45},
            "encoding": {
                "x": x,
                "y": {**y, "field": "low"},
                "y2": {"field": "high"},
                "color": colour,
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
            "encoding": {"x": x, "y": y, "color": colour, "shape": shape},
        },
    ]
    lowest, highest, median = (words.effect(outcome, row[n]) for n in ("lowest", "highest", "median"))
    return draw(
        words,
        f"specifications_{outcome}",
        title=words.text("fragility.title", name=words.outcome(outcome)),
        description=words.text(
            "fragility.description",
            rows=words.text("fragility.row", lowest=lowest, highest=highest, median=median),
        ),
        spec=base_spec(HEIGHT, layers, data={"values": values}),
        table=(words.header("fragility.columns"), tuple(_row(words, outcome, one) for one in found)),
        reading=words.text(
            "fragility.reading",
            n=words.form.integer(row["n_specifications"]),
            lowest=lowest,
            highest=highest,
            same=words.share(row["share_same_sign"]),
            significant=words.share(row["share_significant"]),
            p=p_text(words, row["median_p"]),
        ),
    )


def _row(words: Words, outcome: str, one: Fact) -> tuple[str, ...]:
    exposure = words.node("fragility.exposures").get(one["exposure"], one["exposure"])
    sample = words.node("fragility.samples").get(one["sample"], one["sample"])
    controls = [
        str(words.node("fragility.subjects").get(name, name)) for name in one["controls"].split(",") if name
    ]
    model = words.text(f"models.{one['model']}.short")
    low, high = (words.figure(outcome, one[end]) for end in ("low", "high"))
    return (
        str(exposure),
        f"{model} ({', '.join(controls)})" if controls else model,
        str(sample),
        words.effect(outcome, one["estimate"]),
        f"{low} – {high}",
    )
