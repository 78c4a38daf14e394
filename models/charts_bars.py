"""Paired bars: stages and channels, observed beside published."""

from __future__ import annotations

from models.charts_svg import INK, OBSERVED, PUBLISHED, Figure, Spec, base_spec, draw
from models.wording import Words


def _paired_bars(
    values: list[Spec], order: list[str], series: tuple[str, ...], ticks: str | None = None
) -> Spec:
    """Draw one bar per series within each row, with the share written at its end."""
    y = {"field": "row", "type": "nominal", "sort": order, "axis": {"title": None, "grid": False}}
    offset = {"field": "series", "sort": list(series)}
    colours = {"domain": list(series), "range": [OBSERVED, PUBLISHED][: len(series)]}
    x = {
        "field": "share",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, 1.16 * max([row["share"] for row in values] or [1.0])], "nice": False},
    }
    bars: Spec = {
        "mark": {"type": "bar", "height": {"band": 0.86}},
        "encoding": {
            "x": x,
            "y": y,
            "yOffset": offset,
            "color": {"field": "series", "scale": colours, "sort": list(series), "legend": {"columns": 1}},
        },
    }
    # The label stands behind the bar and behind its tick, whichever is longer.
    labels: Spec = {
        "transform": [
            {"calculate": "isValid(datum.first) ? max(datum.first, datum.share) : datum.share", "as": "end"}
        ],
        "mark": {"type": "text", "align": "left", "dx": 6},
        "encoding": {"x": {**x, "field": "end"}, "y": y, "yOffset": offset, "text": {"field": "label"}},
    }
    layers = [bars, labels]
    if ticks is not None:
        layers.insert(
            1,
            {
                "transform": [{"filter": "isValid(datum.first)"}],
                "mark": {"type": "tick", "color": "#ffffff", "thickness": 5, "height": {"band": 0.86}},
                "encoding": {"x": {**x, "field": "first"}, "y": y, "yOffset": offset},
            },
        )
        layers.insert(
            2,
            {
                "transform": [{"filter": "isValid(datum.first)"}],
                "mark": {"type": "tick", "color": INK, "thickness": 2, "height": {"band": 1.0}},
                "encoding": {"x": {**x, "field": "first"}, "y": y, "yOffset": offset},
            },
        )
    return base_spec(74 + 50 * len(order), layers, data={"values": values})


def stage_figure(words: Words) -> Figure | None:
    """Draw the stage distribution beside the published one; nothing when it is suppressed."""
    stages = words.facts["stages"]
    if stages["is_suppressed"]:
        return None
    source = stages["publication"]
    observed = words.text("stages.observed", wave=stages["wave"])
    published = words.text("stages.published", wave="" if source is None else source["wave"])
    shares = {row["stage"]: row["share"] for row in stages["published"]}
    moved = stages["first_wave"] != stages["wave"]
    values: list[Spec] = []
    rows, sentences = [], []
    for row in stages["observed"]:
        name, other = words.name("stage", row["stage_code"]), shares.get(row["stage"])
        first = row["share_first_wave"] if moved else None
        label = words.share(row["share"])
        values.append(
            {"row": name, "series": observed, "share": row["share"], "label": label, "first": first}
        )
        if other is not None:
            values.append({"row": name, "series": published, "share": other, "label": words.share(other)})
        n = words.form.integer(row["n_organizations"])
        rows.append((name, n, label, words.share(row["share_first_wave"]), words.share(other)))
        sentences.append(words.text("stages.row", stage=name, observed=label, published=words.share(other)))
    order = [words.name("stage", row["stage_code"]) for row in stages["observed"]]
    spec = _paired_bars(values, order, (observed, published), "first" if moved else None)
    title = words.text("stages.title")
    description = words.text("stages.description", rows=" ".join(sentences))
    table = (words.header("stages.columns"), tuple(rows))
    return draw(words, "stages", title=title, description=description, spec=spec, table=table)


def adoption_figure(words: Words) -> Figure | None:
    """Draw the share of organisations active on each channel beside the published share."""
    shown = [row for row in words.facts["adoption"] if row["share"] is not None]
    if not shown:
        return None
    source = words.facts["stages"]["publication"]
    observed = words.text("adoption.observed", wave=shown[0]["wave"])
    published = words.text("adoption.published", wave="" if source is None else source["wave"])
    values: list[Spec] = []
    rows, sentences = [], []
    for row in shown:
        name, other = words.name("channel", row["channel"]), words.share(row["published_share"])
        label = words.share(row["share"])
        values.append({"row": name, "series": observed, "share": row["share"], "label": label})
        if row["published_share"] is not None:
            values.append({"row": name, "series": published, "share": row["published_share"], "label": other})
        rows.append((name, words.form.integer(row["n_organizations"]), label, other))
        sentences.append(words.text("adoption.row", channel=name, observed=label, published=other))
    order = [words.name("channel", row["channel"]) for row in shown]
    spec = _paired_bars(values, order, (observed, published))
    title = words.text("adoption.title")
    description = words.text("adoption.description", rows=" ".join(sentences))
    table = (words.header("adoption.columns"), tuple(rows))
    return draw(words, "adoption", title=title, description=description, spec=spec, table=table)
