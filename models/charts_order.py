"""Effects by quarter: around a step of the index, and around a rise to a higher stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.charts_plane import (
    BAND,
    HEIGHT,
    dots,
    effect_axis,
    event_line,
    quarter_axis,
    shown,
    upright,
    zero_line,
)
from models.charts_svg import OBSERVED, Figure, base_spec, draw
from models.readings import before_text, p_text, quarter_text
from models.wording import Words, lower_first

Fact = Mapping[str, Any]
BASE_QUARTER = -1


def lead_lag_figure(words: Words, row: Fact) -> Figure | None:
    """Draw the outcome by quarter around a step of the index, with the band that holds all quarters."""
    points, outcome = row["lead_lag"], row["outcome"]
    if not points:
        return None
    values = [
        {"quarter": p["quarter"], **shown(outcome, p, "estimate", "low", "high", "joint_low", "joint_high")}
        for p in points
    ]
    x = quarter_axis(words.text("direction.axis"), [p["quarter"] for p in points])
    y = effect_axis(words, outcome)
    layers = [
        upright(x, "joint_low", "joint_high", y, strokeWidth=14, color=BAND, strokeCap="butt"),
        zero_line(),
        event_line(x, BASE_QUARTER + 0.5),
        upright(x, "low", "high", y, strokeWidth=3, color=OBSERVED),
        dots(x, y),
    ]
    rows, sentences = [], []
    for point in points:
        effect = words.effect(outcome, point["estimate"])
        low, high, joint_low, joint_high = (
            words.figure(outcome, point[end]) for end in ("low", "high", "joint_low", "joint_high")
        )
        quarter = quarter_text(words, point["quarter"])
        rows.append((quarter, effect, f"{low} – {high}", f"{joint_low} – {joint_high}"))
        sentences.append(
            words.text("direction.row", quarter=quarter, effect=effect, low=joint_low, high=joint_high)
        )
    name, last = words.outcome(outcome), points[-1]
    return draw(
        words,
        f"lead_lag_{outcome}",
        title=words.text("direction.title", name=name, step=words.step),
        description=words.text("direction.description", rows=" ".join(sentences)),
        spec=base_spec(HEIGHT, layers, data={"values": values}),
        table=(words.header("direction.columns"), tuple(rows)),
        reading=words.text(
            "direction.reading",
            before=before_text(words, row["before_p_value"]),
            p=p_text(words, row["before_p_value"]),
            name=lower_first(name),
            effect=words.effect(outcome, last["estimate"]),
            low=words.figure(outcome, last["low"]),
            high=words.figure(outcome, last["high"]),
        ),
    )


def rise_figure(words: Words, row: Fact) -> Figure | None:
    """Draw the difference by quarter around a rise to a higher stage; the quarter before it is the base."""
    points, outcome = row["quarters"], row["outcome"]
    if not points:
        return None
    values = [{"quarter": p["quarter"], **shown(outcome, p, "estimate", "low", "high")} for p in points]
    x = quarter_axis(words.text("rises.axis"), sorted([BASE_QUARTER, *(p["quarter"] for p in points)]))
    y = effect_axis(words, outcome)
    base = {
        "data": {"values": [{"quarter": BASE_QUARTER, "estimate": 0}]},
        **dots(x, y, filled=False, strokeWidth=2, fill="#ffffff"),
    }
    layers = [
        upright(x, "low", "high", y, strokeWidth=14, color=BAND, strokeCap="butt"),
        zero_line(),
        event_line(x, BASE_QUARTER + 0.5),
        dots(x, y, shape="diamond", size=110),
        base,
    ]
    rows, sentences = [], []
    for point in points:
        effect, quarter = words.effect(outcome, point["estimate"]), quarter_text(words, point["quarter"])
        low, high = (words.figure(outcome, point[end]) for end in ("low", "high"))
        rows.append((quarter, effect, f"{low} – {high}", words.form.integer(point["n_organizations"])))
        sentences.append(words.text("rises.row", quarter=quarter, effect=effect, low=low, high=high))
    return draw(
        words,
        f"rise_{outcome}",
        title=words.text("rises.title", name=words.outcome(outcome)),
        description=words.text("rises.description", rows=" ".join(sentences)),
        spec=base_spec(HEIGHT, layers, data={"values": values}),
        table=(words.header("rises.columns"), tuple(rows)),
        reading=words.text(
            "rises.reading",
            effect=words.effect(outcome, row["estimate"]),
            low=words.figure(outcome, row["low"]),
            high=words.figure(outcome, row["high"]),
            before=before_text(words, row["pretrend_p_value"]),
            p=p_text(words, row["pretrend_p_value"]),
        ),
    )
