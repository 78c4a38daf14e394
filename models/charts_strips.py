"""Contrasts on a ratio scale and the coverage strip of months by source."""

from __future__ import annotations

from models.charts_svg import (
    FAINT,
    MUTED,
    OBSERVED,
    PUBLISHED,
    Fact,
    Figure,
    Spec,
    axis_labels,
    base_spec,
    draw,
)
from models.narrative_context import published_ratio
from models.wording import Words

BAND_COLOURS = (OBSERVED, "#4f9bc7", "#b5d5e8", PUBLISHED)


def contrast_figure(words: Words) -> Figure | None:
    """Draw ratios of mature to less mature organisations with intervals, beside published ratios."""
    shown = [
        row for row in words.facts["contrasts"] if not row["is_suppressed"] and row["risk_ratio"] is not None
    ]
    shown.sort(key=lambda row: (row["published_ratio"] is None, -row["risk_ratio"]))
    if not shown:
        return None
    observed, published = words.text("contrasts.observed"), words.text("contrasts.published_label")
    values, rows, sentences = [], [], []
    for row in shown:
        practice = words.name("practice", row["practice_code"])
        low, high = (words.form.decimal(row[bound] or 0.0) for bound in ("low", "high"))
        ratio, other = words.form.ratio(row["risk_ratio"]), published_ratio(words, row)
        values.append(
            {
                "row": practice,
                "ratio": row["risk_ratio"],
                "low": row["low"],
                "high": row["high"],
                "published": row["published_ratio"],
                "observed_name": observed,
                "published_name": published,
                "label": f"{practice}: {ratio}",
                "edge": 0.5,
            }
        )
        mature, less = words.share(row["share_mature"]), words.share(row["share_less_mature"])
        rows.append((practice, mature, less, ratio, f"{low} – {high}", other or "–"))
        said = words.text("contrasts.published", relation="", ratio=other) if other else ""
        sentences.append(
            words.text(
                "contrasts.sentence",
                practice=practice,
                mature=mature,
                less=less,
                ratio=ratio,
                low=low,
                high=high,
                published=said,
            )
        )
    highest = max([row["high"] or row["risk_ratio"] for row in shown] + [2.0])
    ticks = [tick for tick in (0.5, 1, 2, 5, 10, 20) if tick <= 1.05 * highest or tick <= 2]
    x: Spec = {
        "type": "quantitative",
        "scale": {"type": "log", "domain": [0.5, max(1.08 * highest, 2.2)], "nice": False},
        "axis": {
            "title": None,
            "values": ticks,
            "labelExpr": f"{axis_labels(words.language)} + '×'",
            "labelColor": MUTED,
        },
    }
    order = [row["row"] for row in values]
    y = {"field": "row", "type": "nominal", "sort": order, "axis": None}
    legend = {"domain": [observed, published], "range": [OBSERVED, PUBLISHED]}
    shapes = {"domain": [observed, published], "range": ["circle", "diamond"]}

    def keyed(field: str) -> Spec:
        return {
            "color": {"field": field, "type": "nominal", "scale": legend},
            "shape": {"field": field, "type": "nominal", "scale": shapes},
        }

    layers: list[Spec] = [
        {
            "data": {"values": [{"one": 1}]},
            "mark": {"type": "rule", "color": MUTED, "strokeWidth": 1, "strokeDash": [3, 3]},
            "encoding": {"x": {**x, "field": "one"}},
        },
        {
            "mark": {"type": "rule", "strokeWidth": 3, "strokeCap": "round", "color": OBSERVED},
            "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 120, "opacity": 1},
            "encoding": {"x": {**x, "field": "ratio"}, "y": y, **keyed("observed_name")},
        },
        {
            "transform": [{"filter": "isValid(datum.published)"}],
            "mark": {"type": "point", "filled": True, "size": 120, "opacity": 1, "dy": 0},
            "encoding": {"x": {**x, "field": "published"}, "y": y, **keyed("published_name")},
        },
        {
            "mark": {"type": "text", "align": "left", "dy": -18},
            "encoding": {"x": {**x, "field": "edge"}, "y": y, "text": {"field": "label"}},
        },
    ]
    spec = base_spec(62 + 52 * len(shown), layers, data={"values": values})
    title = words.text("contrasts.title")
    description = words.text("contrasts.description", rows=" ".join(sentences))
    table = (words.header("contrasts.columns"), tuple(rows))
    return draw(words, "contrasts", title=title, description=description, spec=spec, table=table)


def _band(share: float | None, bands: list[float]) -> int:
    return next((i for i, lower in enumerate(bands) if share is not None and share >= lower), len(bands))


def _band_labels(words: Words) -> list[str]:
    bands = words.facts["coverage"]["bands"]
    edges = [words.share(lower) for lower in bands]
    texts = words.node("coverage.bands")
    highs = [edges[0], *edges]
    lows = [*edges, edges[-1]]
    return [str(text).format(low=low, high=high) for text, low, high in zip(texts, lows, highs, strict=True)]


def coverage_figure(words: Words) -> Figure | None:
    """Draw, by source and month, the band of the share of rows assigned to an organisation."""
    coverage = words.facts["coverage"]
    labels = _band_labels(words)
    values = [
        {
            "source": words.name("short_system", source["source_system"]),
            "period": words.form.short_month(cell["period"]),
            "band": labels[_band(cell["mapped_share"], coverage["bands"])],
        }
        for source in coverage["sources"]
        for cell in source["periods"]
    ]
    if not values:
        return None
    months = sorted({str(value["period"]) for value in values})
    sources = list(dict.fromkeys(str(value["source"]) for value in values))
    x = {
        "field": "period",
        "type": "ordinal",
        "scale": {"domain": months, "paddingInner": 0.12, "paddingOuter": 0.05},
        "axis": {
            "title": None,
            "values": [month for month in months if month.endswith("-01")] or months[:1],
            "labelExpr": "slice(datum.label, 0, 4)",
            "labelAngle": 0,
            "labelAlign": "left",
            "labelColor": MUTED,
            "grid": False,
        },
    }
    y = {"field": "source", "type": "nominal", "sort": sources, "axis": {"title": None, "grid": False}}
    scale = {"domain": labels, "range": list(BAND_COLOURS)}
    legend = {"columns": 2, "symbolType": "square"}
    layers: list[Spec] = [
        {
            "data": {"values": [{"source": s, "period": m} for s in sources for m in months]},
            "mark": {"type": "rect", "color": FAINT, "opacity": 0.35, "height": {"band": 0.8}},
            "encoding": {"x": x, "y": y},
        },
        {
            "mark": {"type": "rect", "height": {"band": 0.8}},
            "encoding": {
                "x": x,
                "y": y,
                "color": {"field": "band", "type": "nominal", "scale": scale, "legend": legend},
            },
        },
    ]
    spec = base_spec(86 + 34 * len(sources), layers, data={"values": values})
    sentences = [
        words.text(
            "coverage.row",
            source=words.name("system", source["source_system"]),
            share=words.coverage_share(source["mapped_share"]),
            n=words.form.integer(source["n_rows"]),
        )
        for source in coverage["sources"]
    ]
    description = words.text("coverage.description", rows=" ".join(sentences))
    table = (
        words.header("coverage.columns"),
        tuple(_coverage_row(words, source) for source in coverage["sources"]),
    )
    return draw(
        words, "coverage", title=words.text("coverage.title"), description=description, spec=spec, table=table
    )


def _coverage_row(words: Words, source: Fact) -> tuple[str, ...]:
    form = words.form
    known = [cell for cell in source["periods"] if cell["mapped_share"] is not None]
    lowest = min(known, key=lambda cell: (cell["mapped_share"], cell["period"]), default=None)
    return (
        words.name("system", source["source_system"]),
        form.integer(source["n_rows"]),
        form.integer(source["n_mapped"]),
        words.coverage_share(source["mapped_share"]),
        form.integer(len(source["periods"])),
        "–"
        if lowest is None
        else f"{form.short_month(lowest['period'])}: {words.coverage_share(lowest['mapped_share'])}",
    )
