"""Which came first, and what was seen around a rise to a higher stage."""

from __future__ import annotations

from models.charts_order import lead_lag_figure, rise_figure
from models.readings import p_text
from models.sections.parts import (
    Fact,
    Panel,
    Section,
    Table,
    bounds,
    reasons_text,
    spoken,
    told,
)
from models.sections.verdict import settlement_text, shown_verdict
from models.wording import Words, lower_first

DISPUTED = 1.0
"""Size of the honest bound that is told: trends that differ by as much as the largest step beforehand."""


def direction_section(words: Words) -> Section:
    """The verdict of each primary outcome with its reasons, the curve by quarter, and both paths."""
    method = words.facts["method"]["direction"]
    rows = [row for row in words.facts["direction"] if row["is_primary"]]
    if not rows:
        counted = {
            "needed": words.form.integer(method["waves_needed"]),
            "available": words.form.integer(method["waves_available"]),
        }
        return Section((words.text("direction.text_untested", lead=words.lead, **counted),))
    largest = max(rows, key=lambda row: row["n_organizations"])
    counted = {
        "waves": words.form.integer(largest["n_waves"]),
        "organizations": words.form.integer(largest["n_organizations"]),
    }
    return Section(
        (words.text("direction.text", lead=words.lead, **counted),),
        tuple(_order_panel(words, row) for row in rows),
    )


def _order_panel(words: Words, row: Fact) -> Panel:
    outcome = row["outcome"]
    name, verdict = words.outcome(outcome), shown_verdict(words, outcome)
    folded = []
    for passed, key in ((False, "against"), (True, "carried")):
        reasons = reasons_text(words, row["gates"], passed=passed)
        if reasons:
            folded.append(words.text(f"direction.{key}", reasons=reasons))
    sentences = [words.text(f"direction.verdicts.{verdict}.long", name=name)]
    if row["verdict"] == "cannot_tell":
        sentences.append(settlement_text(words, row))
    may_be_sized = outcome in spoken(words)
    if may_be_sized:
        folded += _beside(words, row)
    return Panel(
        lead_lag_figure(words, row) if may_be_sized else None,
        tuple(sentences),
        _paths(words, row) if may_be_sized and row["paths"] else None,
        more=words.text("direction.more"),
        folded=tuple(folded),
    )


def _beside(words: Words, row: Fact) -> list[str]:
    sentences = []
    fit = row["fit"]
    if fit is not None and fit["cfi"] is not None and fit["rmsea"] is not None:
        cfi, rmsea = (words.form.decimal(fit[name], 2) for name in ("cfi", "rmsea"))
        sentences.append(words.text("direction.fit", cfi=cfi, rmsea=rmsea))
    for test in row["granger"]:
        way = words.text(f"direction.ways.{test['direction']}")
        sentences.append(words.text("direction.granger", way=way, p=p_text(words, test["p_value"])))
    return sentences


def _paths(words: Words, row: Fact) -> Table:
    def two(value: float | None) -> str:
        return "–" if value is None else words.form.decimal(value, 2)

    return Table(
        words.text("direction.paths_title", name=words.outcome(row["outcome"])),
        words.header("direction.paths_columns"),
        tuple(
            (
                words.text(f"direction.paths.{path['path']}"),
                two(path["estimate"]),
                f"{two(path['low'])} – {two(path['high'])}",
                p_text(words, path["p_value"]),
                two(path["mde"]),
            )
            for path in row["paths"]
        ),
    )


def rises_section(words: Words) -> Section:
    """The difference around a rise to a higher stage, and what it may be when trends were not the same."""
    rows = [row for row in told(words, "rises") if row["estimate"] is not None]
    if not rows:
        return Section((words.text("rises.empty"),))
    counts = {key: words.form.integer(rows[0][f"n_{key}"]) for key in ("risen", "never", "fell_back")}
    return Section(
        (words.text("rises.text", **counts),),
        tuple(Panel(rise_figure(words, row), _rise_sentences(words, row)) for row in rows),
    )


def _rise_sentences(words: Words, row: Fact) -> tuple[str, ...]:
    outcome = row["outcome"]
    sentences = [
        words.text("rises.honest", **bounds(words, outcome, bound))
        for bound in row["bounds"]
        if bound["restriction"] == "relative_magnitude" and bound["m"] == DISPUTED
    ]
    if row["mde"] is not None:
        sentences.append(words.text("rises.detectable", mde=words.effect(outcome, row["mde"])))
    return tuple(sentences)


def rise_note(words: Words, outcome: str) -> str | None:
    """What was seen after a rise, for the claim that stands on that rung."""
    for row in told(words, "rises"):
        if row["outcome"] == outcome and row["estimate"] is not None:
            effect = words.effect(outcome, row["estimate"])
            return words.text("claims.rise", effect=effect, **bounds(words, outcome, row))
    return None


def verdict_gist(words: Words) -> str:
    """The verdicts of the primary outcomes in a few words."""
    rows = [row["outcome"] for row in words.facts["claims"] if row["is_primary"]]
    said = [words.text(f"direction.verdicts.{shown_verdict(words, outcome)}.short") for outcome in rows]
    if len(set(said)) == 1:
        return said[0]
    return "; ".join(
        f"{lower_first(words.outcome(outcome))}: {text}" for outcome, text in zip(rows, said, strict=True)
    )
