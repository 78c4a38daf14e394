"""Facts to sentences by the claims ladder (method, section 5), in two languages; no layout, no figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.formats import Language
from models.narrative_claims import ClaimText, claim_text, other_row
from models.narrative_context import (
    adoption_sentences,
    contrast_sentences,
    coverage_sentences,
    footer_entries,
    stage_sentences,
    sure_sentences,
    withheld_sentences,
)
from models.narrative_gists import gists, glance_entries
from models.narrative_kpis import benchmark_sentences, kpi_sentences
from models.sections.verdict import shown_verdict
from models.wording import Words, is_silent

Fact = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Narrative:
    """All texts of the summary, in reading order."""

    language: Language
    banner: str | None
    title: str
    question: str
    lede: str
    glance: tuple[tuple[str, str], ...]
    gists: Mapping[str, str]
    primary: tuple[ClaimText, ...]
    others: tuple[tuple[str, ...], ...]
    stages: tuple[str, ...]
    contrasts: tuple[str, ...]
    adoption: tuple[str, ...]
    benchmarks: tuple[str, ...]
    kpis: tuple[str, ...]
    coverage: tuple[str, ...]
    withheld: tuple[str, ...]
    sure: tuple[str, ...]
    footer: tuple[tuple[str, str], ...]


def build_narrative(facts: Fact, language: Language) -> Narrative:
    """Put facts into words; the same facts always give the same words.

    Parameters
    ----------
    facts
        The object of ``facts.json`` (see :mod:`models.facts_schema`).
    language
        ``en`` or ``nl``.

    Returns
    -------
    Narrative
        Plain texts without markup. No number stands in them that does not stand in the facts.
    """
    words = Words(facts, language)
    simulated = bool(facts["is_simulated"])
    question = words.text("question")
    return Narrative(
        language=language,
        banner=words.text("simulated.banner") if simulated else None,
        title=words.text("simulated.title", title=question) if simulated else question,
        question=question,
        lede=_lede(words),
        glance=glance_entries(words),
        gists=gists(words),
        primary=tuple(claim_text(words, claim) for claim in facts["claims"] if claim["is_primary"]),
        others=tuple(other_row(words, claim) for claim in facts["claims"] if not claim["is_primary"]),
        stages=stage_sentences(words),
        contrasts=contrast_sentences(words),
        adoption=adoption_sentences(words),
        benchmarks=benchmark_sentences(words),
        kpis=kpi_sentences(words),
        coverage=coverage_sentences(words),
        withheld=withheld_sentences(words),
        sure=sure_sentences(words),
        footer=footer_entries(words),
    )


def _lede(words: Words) -> str:
    """Say what the primary outcomes have in common: the rung, and which came first."""
    primary = [claim for claim in words.facts["claims"] if claim["is_primary"]]
    levels = {"none" if is_silent(claim) else claim["level"] for claim in primary} or {"none"}
    rung = levels.pop() if len(levels) == 1 else _common(levels)
    if rung == "none":
        return words.text("lede.level.none")
    orders = {shown_verdict(words, claim["outcome"]) for claim in primary}
    order = orders.pop() if len(orders) == 1 else "mixed"
    said = (words.text(f"lede.level.{rung}"), words.text(f"lede.order.{order}"))
    return " ".join(part for part in said if part)


def _common(levels: set[str]) -> str:
    """The rung that all reach, where each reaches the first; otherwise they are mixed."""
    climbed = sorted(levels)
    return climbed[0] if climbed[0] in ("L1", "L2", "L3", "L4") and "none" not in levels else "mixed"
