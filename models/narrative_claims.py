"""Claims in words, each by the rung it stands on (method, section 5), with what supports it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.claims import GATES
from models.formats import NBSP, effect_kind
from models.narrative_context import settles
from models.sections.order import rise_note
from models.sections.parts import reasons_text
from models.sections.verdict import order_of, settlement_text, shown_verdict
from models.wording import Words, is_silent, lower_first

Fact = Mapping[str, Any]
WITHIN = ("L2", "L3", "L4")


@dataclass(frozen=True, slots=True)
class ClaimText:
    """One claim in words: name, grade and level with their meaning, the statement, what supports it.

    `order` is which came first in a few words, `order_kind` the verdict as a code; `planted` stands in
    simulated worlds only, `plan` (what would settle it) where the claim is withheld.
    """

    outcome: str
    name: str
    level: str
    level_name: str
    grade: str
    grade_label: str
    grade_meaning: str
    is_withheld: bool
    statement: str
    order: str
    order_kind: str
    interval: str
    planted: str
    plan: str
    basis: str
    notes: tuple[str, ...]


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
    if claim["level"] in WITHIN:
        moved = words.text("words.rose" if estimate > 0 else "words.fell")
        subject = words.outcome(outcome, "subject")
        return words.text(f"claims.{claim['level']}", **shared, subject=subject, moved=moved, effect=size)
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
    interval = ""
    verdict = shown_verdict(words, outcome)
    if not silent:
        low, high = words.figure(outcome, claim["low"]), words.effect(outcome, claim["high"])
        interval = words.text("claims.interval", confidence=words.confidence, low=low, high=high)
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
        order=words.text(f"claims.order.{verdict}", name=lower_first(words.outcome(outcome))),
        order_kind=verdict,
        interval=interval,
        planted="" if silent else _planted(words, claim),
        plan=_plan(words, outcome) if silent else "",
        basis=_basis(words, claim),
        notes=_silent_notes(words, claim) if silent else _notes(words, claim),
    )


def _plan(words: Words, outcome: str) -> str:
    entries = (e for e in words.facts["withheld"] if e["kind"] == "claim" and e["subject"] == outcome)
    return " ".join(settles(words, entry) for entry in entries)


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


def _reservations(claim: Fact) -> list[str]:
    """List what stands against a claim: of a B only what keeps it from an A for no lack of a higher rung."""
    if claim["grade"] in "CDE":
        return list(claim["reasons"])
    return [reason for reason in claim["reasons"] if reason == GATES["card"][1]]


def _notes(words: Words, claim: Fact) -> tuple[str, ...]:
    outcome = claim["outcome"]
    notes = [*_order_notes(words, outcome), *_naive_notes(words, claim), *_planted_notes(words, outcome)]
    if claim["level"] == "L4" and (rise := rise_note(words, outcome)) is not None:
        notes.insert(0, rise)
    if claim["mde"] is not None and claim["level"] != "L0":
        notes.append(words.text("claims.detectable", mde=words.effect(outcome, claim["mde"])))
    if told := _reservations(claim):
        reasons = "; ".join(words.name("reason", reason) for reason in told)
        notes.append(words.text("claims.reservations", reasons=reasons))
    passed = reasons_text(words, claim["gates"], passed=True)
    if passed:
        notes.append(words.text("claims.passed", checks=passed))
    if claim["coverage"] is not None:
        share = words.coverage_share(claim["coverage"])
        notes.append(words.text("claims.coverage", share=share))
    if kind := claim["standard_error_kind"]:
        named = words.node("standard_errors").get(kind, kind.replace("_", " "))
        notes.append(words.text("claims.errors", kind=named))
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
    if claim["level"] in ("L1", *WITHIN):
        kind = "within" if claim["level"] in WITHIN else "adjusted"
        sentences.append(words.text(f"claims.naive_{kind}"))
    if outside:
        sentences.append(words.text("claims.naive_outside"))
    return (" ".join(sentences),)


def _order_notes(words: Words, outcome: str) -> tuple[str, ...]:
    """Why an order in time is not told, and what would settle it."""
    row = order_of(words, outcome)
    if row is None or row["verdict"] == "maturity_first":
        return ()
    against = reasons_text(words, row["gates"], passed=False)
    said = [words.text("direction.against", reasons=against)] if against else []
    if row["verdict"] == "cannot_tell":
        said.append(settlement_text(words, row))
    return (" ".join(said),) if said else ()


def _planted_row(words: Words, outcome: str) -> Fact | None:
    return next((row for row in words.facts["planted"] if row["outcome"] == outcome), None)


def _planted(words: Words, claim: Fact) -> str:
    """In a simulated world: the planted truth beside both estimates."""
    outcome = claim["outcome"]
    row = _planted_row(words, outcome)
    if row is None:
        return ""
    planted = words.effect(outcome, row["effect"])
    if row["naive_wrong_by_shown"] is None:
        return words.text("claims.planted", step=words.step, planted=planted)
    wrong = words.form.decimal(abs(row["naive_wrong_by_shown"]), words.places(outcome))
    unit = words.outcome(outcome, "unit")
    return words.text(
        "claims.planted_estimate",
        step=words.step,
        planted=planted,
        estimate=words.figure(outcome, claim["estimate"]),
        naive=words.figure(outcome, claim["naive_estimate"]),
        wrong=f"{wrong}{NBSP}{unit}".rstrip() if effect_kind(outcome) == "log_percent" else wrong,
    )


def _planted_notes(words: Words, outcome: str) -> tuple[str, ...]:
    """In a simulated world: which intervals contain the planted truth."""
    planted = _planted_row(words, outcome)
    if planted is None:
        return ()
    sentences = [
        words.text("claims.planted", step=words.step, planted=words.effect(outcome, planted["effect"]))
    ]
    for place, is_in in (("", planted["is_in_interval"]), ("naive_", planted["is_in_naive_interval"])):
        if is_in is not None:
            sentences.append(words.text(f"claims.planted_{place}{'inside' if is_in else 'outside'}"))
    return (" ".join(sentences),)


def other_row(words: Words, claim: Fact) -> tuple[str, ...]:
    """One outcome that was not declared, as a row of the table."""
    outcome = claim["outcome"]
    name, grade, mde = words.outcome(outcome), claim["grade"], words.effect(outcome, claim["mde"])
    order = words.text(f"direction.verdicts.{shown_verdict(words, outcome)}.short")
    if is_silent(claim):
        hidden = words.text("others.withheld")
        return name, words.text("levels.none"), hidden, hidden, mde, order, grade
    low, high = (words.figure(outcome, claim[bound]) for bound in ("low", "high"))
    shown = words.effect(outcome, claim["estimate"])
    return name, words.text(f"levels.{claim['level']}"), shown, f"{low} – {high}", mde, order, grade
