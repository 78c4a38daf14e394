"""Along the index, importance beside performance of the dimensions, and what goes with one stage up."""

from __future__ import annotations

from models.charts_shape import dose_figure, drivers_figure
from models.charts_svg import Figure
from models.sections.parts import Fact, Panel, Section, Table, span, spoken, told
from models.wording import Words, lower_first


def dose_section(words: Words) -> Section:
    """The curve in the index of each outcome."""
    panels = tuple(Panel(dose_figure(words, row)) for row in told(words, "dose") if row["points"])
    return Section((words.text("dose.text" if panels else "dose.empty"),), panels)


def drivers_section(words: Words) -> Section:
    """The map of the dimensions for each outcome."""
    rows = [row for row in told(words, "drivers") if row["dimensions"]]
    if not rows:
        return Section((words.text("drivers.empty"),))
    explained = f" {words.text('words.and')} ".join(words.share(row["r_squared"], 1) for row in rows)
    return Section(
        (words.text("drivers.text", explained=explained, confidence=words.confidence),),
        tuple(Panel(figure, (key_of(figure),)) for row in rows if (figure := drivers_figure(words, row))),
    )


def key_of(figure: Figure) -> str:
    """What the letters on the map stand for."""
    return "; ".join(row[0] for row in figure.rows) + "."


def what_if_section(words: Words) -> Section:
    """What goes with one stage up, by present stage; nothing where no association is claimed."""
    names = [name for name in spoken(words) if any(_known(row, name) for row in words.facts["what_if"])]
    if not names:
        return Section((words.text("what_if.empty"),))
    return Section((words.text("what_if.text"),), tuple(_stages(words, outcome) for outcome in names))


def _known(row: Fact, outcome: str) -> bool:
    return row["outcome"] == outcome and row["expected"] is not None


def _stages(words: Words, outcome: str) -> Panel:
    rows = [row for row in words.facts["what_if"] if row["outcome"] == outcome]
    ends = [row[end] for row in rows if row["low"] is not None for end in ("low", "high")]
    reading = words.text(
        "what_if.reading",
        name=lower_first(words.outcome(outcome)),
        low=words.effect(outcome, min(ends)),
        high=words.effect(outcome, max(ends)),
    )
    return Panel(
        None,
        (reading,),
        Table(
            words.text("what_if.title", name=words.outcome(outcome)),
            words.header("what_if.columns"),
            tuple(_stage(words, outcome, row) for row in rows),
        ),
    )


def _stage(words: Words, outcome: str, row: Fact) -> tuple[str, ...]:
    hidden = words.text("what_if.suppressed")
    return (
        words.name("stage", row["stage_code"]),
        words.name("stage", row["next_stage_code"]),
        f"{words.form.integer(row['n_observed'])} / {words.form.integer(row['n_organizations'])}",
        hidden if row["is_suppressed"] else words.form.decimal(row["step"]),
        hidden if row["is_suppressed"] else words.effect(outcome, row["expected"]),
        "–" if row["is_suppressed"] else span(words, outcome, row),
    )
