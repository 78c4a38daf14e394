"""The dictionary of an edition as one self-contained page: its words, and how its facts are laid out."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from models.dictionary import Dictionary
from models.dictionary_lineage import lineage_svg

LAYER_WORDS = {
    "marts": "What analysts query. In the file marts.duckdb by their plain names, and as Parquet beside it.",
    "analysis": "Estimates and what may be claimed, in the schema analysis of the same file.",
    "edition": "Carried on from edition to edition, beside the marts in the same file.",
}
AGGREGATION_WORDS = {
    "total": "Adds up over months and organisations.",
    "balance": "Adds up over organisations; over months the last one stands.",
    "ratio": "Add numerators and denominators, then divide; never average the figure.",
    "median": "Read off single values; those of months make none of a quarter.",
    "percentile_90": "Read off single values; those of months make none of a quarter.",
}
DIRECTION_WORDS = {
    "higher_is_better": "higher is better",
    "lower_is_better": "lower is better",
    "neutral": "neither way is better",
}
LINEAGE_TITLE = "lineage-title"


@cache
def _resource(name: str) -> str:
    return files("models").joinpath("templates").joinpath(name).read_text(encoding="utf-8")


def _breakable(name: str) -> Markup:
    """A name that may be broken after its underscores."""
    return Markup("_<wbr>").join(escape(part) for part in name.split("_"))


def render_dictionary_page(dictionary: Dictionary) -> str:
    """Render the dictionary.

    Returns
    -------
    str
        A whole HTML document that asks for nothing else; its one script filters what is shown, and
        everything is there without it. The same dictionary gives the same text.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["breakable"] = _breakable
    script = _resource("dictionary.js")
    published = {table.name for table in dictionary.tables}
    return environment.from_string(_resource("dictionary.html.j2")).render(
        tables=dictionary.tables,
        views=dictionary.views,
        kpis=dictionary.kpis,
        steps=dictionary.steps,
        published=published,
        layers=LAYER_WORDS,
        aggregations=AGGREGATION_WORDS,
        directions=DIRECTION_WORDS,
        lineage=lineage_svg(dictionary.steps, LINEAGE_TITLE),
        lineage_title=LINEAGE_TITLE,
        style=_resource("dictionary.css"),
        script=script,
        script_hash=b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        n_columns=sum(len(table.columns) for table in dictionary.tables),
    )
