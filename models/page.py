"""Facts to the summary page: one self-contained HTML file per language; no sentences, no figures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from models.charts import build_figures
from models.facts import facts_hash
from models.facts_schema import validate_facts
from models.formats import Language
from models.narrative import build_narrative
from models.narrative_kpis import held_rows, never_known
from models.sections import result_sections
from models.wording import Words, is_silent, lower_first

SECTIONS = (
    "direction", "rises", "dose", "drivers", "what_if", "coefficients", "fragility", "health", "measurement",
    "others", "stages", "benchmarks", "contrasts", "adoption", "kpis", "coverage", "withheld", "sure",
)  # fmt: skip
"""Sections below the answer in reading order; each is a template of its name, a heading and a gist."""


@cache
def _resource(name: str) -> str:
    return files("models").joinpath("templates").joinpath(name).read_text(encoding="utf-8")


def capitalize_first(text: str) -> str:
    """Start a text with a capital and leave the rest as it is."""
    return text[:1].upper() + text[1:]


def _environment() -> Environment:
    # Only the SVG elements, whose texts are escaped where they are made, are passed on as safe.
    environment = Environment(
        loader=FunctionLoader(_resource),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["capitalize_first"] = capitalize_first
    return environment


def _ledger_rows(words: Words) -> list[tuple[str, ...]]:
    ledger = words.facts["ledger"]
    kinds = ("n_files", "delivered", "accepted", "quarantined", "duplicate", "superseded")
    rows = [(words.name("system", row["source_system"]), row) for row in ledger["sources"]]
    rows.append((words.text("coverage.total"), ledger))
    return [(name, *(words.form.integer(row[kind]) for kind in kinds)) for name, row in rows]


def render_summary(facts: Mapping[str, Any], language: Language) -> str:
    """Render the leadership summary.

    Parameters
    ----------
    facts
        The object of ``facts.json``; checked against its schema first.
    language
        ``en`` or ``nl``.

    Returns
    -------
    str
        A whole HTML document without scripts, references or requests. The same facts give the same text.

    Raises
    ------
    ValueError
        If the facts do not fit their schema.
    """
    validate_facts(facts)
    words = Words(facts, language)
    template = _environment().get_template("summary/page.html.j2")
    hidden = [c["outcome"] for c in facts["claims"] if c["is_primary"] and is_silent(c)]
    return template.render(
        story=build_narrative(facts, language),
        sections=SECTIONS,
        figures=build_figures(facts, language),
        results=result_sections(words),
        t=words.text,
        header=words.header,
        watermark=words.text("simulated.watermark"),
        style=_resource("summary/page.css"),
        coefficients=[
            words.text("coefficients.text", confidence=words.confidence),
            *(
                words.text("coefficients.withheld", name=lower_first(words.outcome(outcome)))
                for outcome in hidden
            ),
        ],
        others_text=words.text(
            "others.text",
            **{
                part: words.form.integer(facts["method"][f"n_{part}"])
                for part in ("secondary", "exploratory")
            },
        ),
        ledger_rows=_ledger_rows(words),
        held_rows=held_rows(words),
        never_known=never_known(words),
        hash=facts_hash(facts),
    )
