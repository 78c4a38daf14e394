"""For how much of all organisations and months each KPI is known, as bars."""

from __future__ import annotations

import textwrap

from models.charts_svg import FAINT, OBSERVED, Fact, Figure, Spec, base_spec, draw
from models.narrative_kpis import known_kpis, kpi_name
from models.wording import Words

WIDEST, BREAK = 26, "\u200b"
"""Letters of a line that fits beside the bars, and what parts the lines."""
ON_LITTLE = "#8fbcd6"


def kpi_coverage_figure(words: Words) -> Figure | None:
    """Draw for how much of all organisation-months each KPI is known, and how much of that on few cases."""
    known = known_kpis(words)
    if not known:
        return None
    enough, little = words.text("kpis.enough"), words.text("kpis.little")
    values: list[Spec] = []
    for row in known:
        shares = (row["n_known"] - row["n_below_minimum"], row["n_below_minimum"])
        for place, (kind, n) in enumerate(zip((enough, little), shares, strict=True)):
            values.append(
                {
                    "row": _label(words, row),
                    "kind": kind,
                    "share": n / row["n_possible"],
                    "place": place,
                }
            )
    labels = [
        {
            "row": _label(words, row),
            "share": row["share_known"],
            "label": words.share(row["share_known"]),
        }
        for row in known
    ]
    y = {
        "field": "row",
        "type": "nominal",
        "sort": [label["row"] for label in labels],
        "axis": {
            "title": None,
            "grid": False,
            "labelExpr": "split(datum.label, '\u200b')",
            "labelLineHeight": 13,
        },
    }
    x: Spec = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 1.24], "nice": False},
        "axis": None,
    }
    scale = {"domain": [enough, little], "range": [OBSERVED, ON_LITTLE]}
    layers: list[Spec] = [
        {
            "data": {"values": [{**label, "share": 1} for label in labels]},
            "mark": {"type": "bar", "color": FAINT, "opacity": 0.4, "height": {"band": 0.7}},
            "encoding": {"x": x, "y": y},
        },
        {
            "mark": {"type": "bar", "height": {"band": 0.7}},
            "encoding": {
                "x": {**x, "stack": "zero"},
                "y": y,
                "color": {"field": "kind", "type": "nominal", "scale": scale, "legend": {"columns": 1}},
                "order": {"field": "place", "type": "quantitative"},
            },
        },
        {
            "data": {"values": [{**label, "end": 1} for label in labels]},
            "mark": {"type": "text", "align": "left", "dx": 6},
            "encoding": {"x": {**x, "field": "end"}, "y": y, "text": {"field": "label"}},
        },
    ]
    spec = base_spec(66 + 30 * len(known), layers, data={"values": values})
    sentences = (
        words.text("kpis.row", name=label["row"].replace(BREAK, " "), share=label["label"])
        for label in labels
    )
    return draw(
        words,
        "kpis",
        title=words.text("kpis.title"),
        description=words.text("kpis.description", rows=" ".join(sentences)),
        spec=spec,
        table=(words.header("kpis.columns"), tuple(_kpi_row(words, row) for row in known)),
    )


def _label(words: Words, row: Fact) -> str:
    """Name of a KPI in lines that fit beside the bars."""
    return BREAK.join(textwrap.wrap(kpi_name(words, row["kpi"]), WIDEST))


def _kpi_row(words: Words, row: Fact) -> tuple[str, ...]:
    form = words.form
    return (
        kpi_name(words, row["kpi"]),
        form.integer(row["n_organizations"]),
        form.integer(row["n_known"]),
        words.share(row["share_known"]),
        form.integer(row["n_below_minimum"]),
        f"{form.short_month(row['first_period'])} – {form.short_month(row['last_period'])}",
        form.integer(sum(held["n_rows"] for held in row["held_back"])),
    )
