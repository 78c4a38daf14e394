"""How groups of organisations compare: the middle half of each as a line, its median as a mark."""

from __future__ import annotations

from models.charts_svg import INK, OBSERVED, PUBLISHED, Fact, Figure, Spec, base_spec, draw
from models.narrative_kpis import kpi_name, kpi_value, segment_name
from models.wording import Words

# Distinct in shape as well as colour, so that kinds of groups are told apart in grey print.
LETTER, PLOT = 7.4, 245.0
"""Pixels of a letter, and of the drawing beside the names of the groups."""
KIND_MARKS = {
    "industry": (OBSERVED, "circle"),
    "employees_band": (PUBLISHED, "square"),
    "customer_type": ("#5a7d2b", "diamond"),
    "country": ("#7b4a8c", "triangle-up"),
}


def benchmark_figures(words: Words) -> tuple[Figure, ...]:
    """Draw one figure per benchmarked number of which a group is shown."""
    found = (_benchmark_figure(words, benchmark) for benchmark in words.facts["benchmarks"])
    return tuple(figure for figure in found if figure is not None)


def _benchmark_figure(words: Words, benchmark: Fact) -> Figure | None:
    code = benchmark["kpi"]
    groups = [(kind["segment_type"], group) for kind in benchmark["kinds"] for group in kind["groups"]]
    if not groups:
        return None
    values: list[Spec] = []
    rows, sentences = [], []
    for kind, group in groups:
        segment = segment_name(words, kind, group["segment"])
        low, middle, high = (
            kpi_value(words, code, group[name]) for name in ("first_quartile", "median", "third_quartile")
        )
        quartiles = {name: group[name] for name in ("first_quartile", "median", "third_quartile")}
        # A group of one kind may be called like one of another kind.
        values.append(
            {
                "row": f"{segment}\u200b{kind}",
                "kind": words.text(f"kinds.{kind}"),
                "label": middle,
                **quartiles,
            }
        )
        n = words.form.integer(group["n_organizations"])
        rows.append((segment, words.text(f"kinds.{kind}"), n, low, middle, high))
        sentences.append(words.text("benchmarks.row", segment=segment, median=middle, low=low, high=high))
    return draw(
        words,
        f"benchmark_{code}",
        title=words.text(
            "benchmarks.title", name=kpi_name(words, code), month=words.form.month(benchmark["period"])
        ),
        description=words.text("benchmarks.description", rows=" ".join(sentences)),
        spec=base_spec(74 + 25 * len(values), _quartile_layers(words, values), data={"values": values}),
        table=(words.header("benchmarks.columns"), tuple(rows)),
    )


def _quartile_layers(words: Words, values: list[Spec]) -> list[Spec]:
    y = {
        "field": "row",
        "type": "nominal",
        "sort": [value["row"] for value in values],
        "axis": {"title": None, "grid": False, "labelExpr": "split(datum.label, '\u200b')[0]"},
    }
    ends = [value[name] for value in values for name in ("first_quartile", "third_quartile")]
    # Room for the median that is written behind each line, in the units of the axis.
    written = LETTER * max(len(value["label"]) for value in values) + 14
    room = (max(ends) - min(ends) or 1.0) * written / (PLOT - written)
    x: Spec = {
        "field": "median",
        "type": "quantitative",
        "scale": {"domain": [min(ends), max(ends) + room], "nice": False, "zero": False},
        "axis": {"title": None, "labels": False, "tickCount": 5},
    }
    kinds = {words.text(f"kinds.{kind}"): mark for kind, mark in KIND_MARKS.items()}
    present = [kind for kind in kinds if any(value["kind"] == kind for value in values)]
    colour = {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": present, "range": [kinds[kind][0] for kind in present]},
        "legend": {"columns": 2},
    }
    shape = {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": present, "range": [kinds[kind][1] for kind in present]},
    }
    return [
        {
            "mark": {"type": "rule", "strokeWidth": 4, "strokeCap": "round", "opacity": 0.55},
            "encoding": {
                "x": {**x, "field": "first_quartile"},
                "x2": {"field": "third_quartile"},
                "y": y,
                "color": colour,
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 95, "opacity": 1},
            "encoding": {"x": x, "y": y, "color": colour, "shape": shape},
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 7, "color": INK},
            "encoding": {"x": {**x, "field": "third_quartile"}, "y": y, "text": {"field": "label"}},
        },
    ]
