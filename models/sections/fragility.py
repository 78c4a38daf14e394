"""How easily a figure could be overturned: other ways to put the question, and what was not recorded."""

from __future__ import annotations

from models.charts_specifications import specification_figure
from models.readings import p_text
from models.sections.parts import Fact, Panel, Section, Table, bounds, span, spoken
from models.wording import Words

# Checks whose value is a share of variance, and not an effect.
SHARES = ("robustness_value", "robustness_value_interval")
WITHIN = "M2"
MOST_RATIOS = 3


def fragility_section(words: Words) -> Section:
    """Specification curve and checks of each outcome, and E-values of the contrasts."""
    panels = tuple(_panel(words, outcome) for outcome in spoken(words))
    kept = tuple(panel for panel in panels if panel.figure or panel.table or panel.sentences)
    if not kept:
        return Section((words.text("fragility.empty"),))
    return Section((), kept, _e_values(words))


def _panel(words: Words, outcome: str) -> Panel:
    curve = next((row for row in words.facts["specifications"] if row["outcome"] == outcome), None)
    checks = [
        r
        for r in words.facts["robustness"]
        if r["outcome"] == outcome and r["model"] == _model(words, outcome)
    ]
    sentences = []
    for row in words.facts["flexible"]:
        if row["outcome"] == outcome:
            learner = words.node("fragility.learners").get(row["learner"], row["learner"])
            effect = words.effect(outcome, row["estimate"])
            sentences.append(
                words.text(
                    "fragility.flexible", learner=learner, effect=effect, **bounds(words, outcome, row)
                )
            )
    for row in words.facts["corrected"]:
        if row["outcome"] == outcome:
            ends = bounds(words, outcome, row, "corrected_low", "corrected_high")
            effect = words.effect(outcome, row["corrected"])
            sentences.append(words.text("fragility.corrected", effect=effect, **ends))
    return Panel(
        None if curve is None else specification_figure(words, curve),
        tuple(sentences),
        _checks(words, outcome, checks) if checks else None,
        more=words.text("fragility.checks_title", name=words.outcome(outcome)),
    )


def _model(words: Words, outcome: str) -> str:
    """The model that the figure of the claim comes from."""
    level = next(claim["level"] for claim in words.facts["claims"] if claim["outcome"] == outcome)
    return "M1" if level in ("none", "L0", "L1") else WITHIN


def _checks(words: Words, outcome: str, rows: list[Fact]) -> Table:
    name = words.outcome(outcome)
    return Table(
        words.text("fragility.checks_title", name=name),
        words.header("fragility.checks_columns"),
        tuple(
            (
                words.text(f"fragility.checks.{row['check']}.name", subject=_subject(words, row)),
                _found(words, outcome, row),
                words.text(f"fragility.checks.{row['check']}.says"),
            )
            for row in rows
        ),
    )


def _subject(words: Words, row: Fact) -> str:
    subject = row["subject"] or ""
    return str(words.node("fragility.subjects").get(subject, subject.replace("_", " ")))


def _found(words: Words, outcome: str, row: Fact) -> str:
    if row["check"] in SHARES:
        return words.share(row["value"], 1)
    if row["check"] == "shuffled_index":
        return p_text(words, row["p_value"])
    if row["check"] == "industry_left_out":
        return span(words, outcome, row)
    if row["check"] == "unmovable_outcome":
        low, high = (words.form.decimal(row[end] or 0.0, 3) for end in ("low", "high"))
        return f"{words.form.decimal(row['value'] or 0.0, 3)} [{low} – {high}]"
    return f"{words.effect(outcome, row['value'])} [{span(words, outcome, row)}]"


def _e_values(words: Words) -> tuple[str, ...]:
    rows = [
        row for row in words.facts["contrasts"] if row["e_value"] is not None and not row["is_suppressed"]
    ]
    rows.sort(key=lambda row: (-row["e_value"], row["practice_code"]))
    return tuple(
        words.text(
            "fragility.e_value",
            practice=words.name("practice", row["practice_code"]),
            value=words.form.ratio(row["e_value"]),
        )
        for row in rows[:MOST_RATIOS]
    )
