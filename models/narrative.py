"""Facts to sentences by the claims ladder (method, section 5), in two languages; no layout, no figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.formats import Language, effect_kind
from models.narrative_context import (
    adoption_sentences,
    contrast_sentences,
    coverage_sentences,
    direction_sentences,
    footer_entries,
    stage_sentences,
    sure_sentences,
    withheld_sentences,
)
from models.narrative_gists import gists, glance_entries
from models.narrative_kpis import benchmark_sentences, kpi_sentences
from models.wording import Words, is_silent, lower_first

Fact = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClaimText:
    """One claim in words: name, grade and level with their meaning, the statement, what supports it."""

    outcome: str
    name: str
    level: str
    level_name: str
    grade: str
    grade_label: str
    grade_meaning: str
    is_withheld: bool
    statement: str
    interval: str
    basis: str
    notes: tuple[str, ...]


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
    direction: tuple[str, ...]
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
        others=tuple(_other_row(words, claim) for claim in facts["claims"] if not claim["is_primary"]),
        stages=stage_sentences(words),
        contrasts=contrast_sentences(words),
        adoption=adoption_sentences(words),
        benchmarks=benchmark_sentences(words),
        kpis=kpi_sentences(words),
        coverage=coverage_sentences(words),
        withheld=withheld_sentences(words),
        direction=direction_sentences(words),
        sure=sure_sentences(words),
        footer=footer_entries(words),
    )


def _lede(words: Words) -> str:
    levels = ["none" if is_silent(c) else c["level"] for c in words.facts["claims"] if c["is_primary"]]
    if not levels or all(level == "none" for level in levels):
        return words.text("lede.none")
    if all(level == "L2" for level in levels):
        return words.text("lede.all_l2")
    return words.text("lede.all_l1" if set(levels) <= {"L1", "L2"} else "lede.mixed")


def _effect_of(words: Words, outcome: str, model: str) -> Fact | None:
    found = [e for e in words.facts["effects"] if e["outcome"] == outcome and e["model"] == model]
    return found[0] if found else None


def statement(words: Words, claim: Fact) -> str:
    """Say a claim in the words its level allows, and no stronger."""
    outcome, name = claim["outcome"], words.outcome(claim["outcome"])
    estimate = claim["estimate"]
    if is_silent(claim):
        return words.text("claims.withheld", name=lower_first(name))
    shared = {"step": words.step, "lead": words.lead, "name": lower_first(name)}
    size = words.effect(outcome, estimate, magnitude=True)
    if claim["level"] == "L2":
        moved = words.text("words.rose" if estimate > 0 else "words.fell")
        subject = words.outcome(outcome, "subject")
        return words.text("claims.L2", **shared, subject=subject, moved=moved, effect=size)
    if claim["level"] == "L1":
        direction = words.text("words.higher" if estimate > 0 else "words.lower")
        thing = words.outcome(outcome, "object")
        return words.text("claims.L1", **shared, object=thing, direction=direction, effect=size)
    low, high = (words.figure(outcome, claim[bound]) for bound in ("low", "high"))
    mde = words.effect(outcome, claim["mde"])
    effect = words.effect(outcome, estimate)
    return words.text("claims.L0", **shared, mde=mde, effect=effect, low=low, high=high)


def claim_text(words: Words, claim: Fact) -> ClaimText:
    """Put one claim into words, with what supports it or what is missing."""
    outcome = claim["outcome"]
    silent = is_silent(claim)
    kind = claim["standard_error_kind"]
    basis = [_basis(words, claim)]
    interval = ""
    if not silent:
        low, high = words.figure(outcome, claim["low"]), words.effect(outcome, claim["high"])
        interval = words.text("claims.interval", confidence=words.confidence, low=low, high=high)
        if kind:
            named = words.node("standard_errors").get(kind, kind.replace("_", " "))
            basis.append(words.text("claims.errors", kind=named))
    return ClaimText(
        outcome=outcome,
        name=words.outcome(outcome),
        level=claim["level"],
        level_name=words.text("levels.none" if silent else f"levels.{claim['level']}"),
        grade=claim["grade"],
        grade_label=words.text("claims.grade", grade=claim["grade"]),
        grade_meaning=words.text(f"grades.{claim['grade']}"),
        is_withheld=silent,
        statement=statement(words, claim),
        interval=interval,
        basis="; ".join(basis),
        notes=_silent_notes(words, claim) if silent else _notes(words, claim),
    )


def _basis(words: Words, claim: Fact) -> str:
    if claim["n_organizations"] == 0:
        return words.text("claims.basis_none")
    first, last = words.span(claim["first_period"], claim["last_period"])
    return words.text(
        "claims.basis",
        organizations=words.form.integer(claim["n_organizations"]),
        periods=words.form.integer(claim["n_periods"]),
        first=first,
        last=last,
    )


def _silent_notes(words: Words, claim: Fact) -> tuple[str, ...]:
    if claim["mde"] is None:
        return (words.text("claims.withheld_why_plain"),)
    mde = words.effect(claim["outcome"], claim["mde"])
    return (words.text("claims.withheld_why", mde=mde, step=words.step),)


def _notes(words: Words, claim: Fact) -> tuple[str, ...]:
    outcome = claim["outcome"]
    notes = [*_naive_notes(words, claim), *_planted_notes(words, outcome)]
    if claim["mde"] is not None and claim["level"] != "L0":
        notes.append(words.text("claims.detectable", mde=words.effect(outcome, claim["mde"])))
    if claim["grade"] in "CDE" and claim["reasons"]:
        reasons = "; ".join(words.name("reason", reason) for reason in claim["reasons"])
        notes.append(words.text("claims.reservations", reasons=reasons))
    notes.append(words.text("claims.measure", measure=words.outcome(outcome, "measure")))
    if effect_kind(outcome) == "log_percent":
        notes.append(words.text("claims.log_note"))
    return tuple(notes)


def _naive_notes(words: Words, claim: Fact) -> tuple[str, ...]:
    naive, outcome = claim["naive_estimate"], claim["outcome"]
    if naive is None:
        return ()
    effect = _effect_of(words, outcome, "naive")
    interval, outside = "", False
    if effect is not None and effect["low"] is not None and effect["high"] is not None:
        low, high = (words.figure(outcome, effect[bound]) for bound in ("low", "high"))
        interval = words.text("claims.naive_interval", confidence=words.confidence, low=low, high=high)
        outside = not effect["low"] <= claim["estimate"] <= effect["high"]
    compared = words.text("words.more" if naive > claim["estimate"] else "words.less")
    sentences = [
        words.text(
            "claims.naive",
            step=words.step,
            naive=words.effect(outcome, naive),
            naive_interval=interval,
            compared=compared,
        )
    ]
    if claim["level"] in ("L1", "L2"):
        sentences.append(words.text(f"claims.naive_{'within' if claim['level'] == 'L2' else 'adjusted'}"))
    if outside:
        sentences.append(words.text("claims.naive_outside"))
    return (" ".join(sentences),)


def _planted_notes(words: Words, outcome: str) -> tuple[str, ...]:
    """In a simulated world: the planted truth, and which intervals contain it."""
    planted = next((row for row in words.facts["planted"] if row["outcome"] == outcome), None)
    if planted is None:
        return ()
    sentences = [
        words.text("claims.planted", step=words.step, planted=words.effect(outcome, planted["effect"]))
    ]
    for place, is_in in (("", planted["is_in_interval"]), ("naive_", planted["is_in_naive_interval"])):
        if is_in is not None:
            sentences.append(words.text(f"claims.planted_{place}{'inside' if is_in else 'outside'}"))
    return (" ".join(sentences),)


def _other_row(words: Words, claim: Fact) -> tuple[str, ...]:
    outcome = claim["outcome"]
    name, grade, mde = words.outcome(outcome), claim["grade"], words.effect(outcome, claim["mde"])
    if is_silent(claim):
        hidden = words.text("others.withheld")
        return name, words.text("levels.none"), hidden, hidden, mde, grade
    low, high = (words.figure(outcome, claim[bound]) for bound in ("low", "high"))
    shown = words.effect(outcome, claim["estimate"])
    return name, words.text(f"levels.{claim['level']}"), shown, f"{low} – {high}", mde, grade
