"""What a section of results is made of, and how its claims and numbers are looked up. No statistics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.charts_svg import Figure
from models.wording import Words, is_silent

Fact = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers as a table: title, header, rows of text."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """What a section says about one outcome: a figure, sentences, a table; any may be missing.

    Under `more`, where it is given, the sentences `folded` and the table are folded away.
    """

    figure: Figure | None = None
    sentences: tuple[str, ...] = ()
    table: Table | None = None
    more: str = ""
    folded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One section: what is said of all outcomes, and a panel for each."""

    prose: tuple[str, ...]
    panels: tuple[Panel, ...] = ()
    closing: tuple[str, ...] = ()


def spoken(words: Words) -> list[str]:
    """Primary outcomes whose size may be printed."""
    return [c["outcome"] for c in words.facts["claims"] if c["is_primary"] and not is_silent(c)]


def told(words: Words, part: str) -> Iterator[Fact]:
    """Rows of a part of the facts, of outcomes whose size may be printed."""
    names = spoken(words)
    return (row for row in words.facts[part] if row["outcome"] in names)


def span(words: Words, outcome: str, row: Fact, low: str = "low", high: str = "high") -> str:
    """Both ends of an interval in the unit that people read."""
    if row[low] is None or row[high] is None:
        return "–"
    return f"{words.figure(outcome, row[low])} – {words.figure(outcome, row[high])}"


def bounds(words: Words, outcome: str, row: Fact, low: str = "low", high: str = "high") -> dict[str, str]:
    """Both ends of an interval, to be filled into a sentence."""
    return {"low": words.figure(outcome, row[low]), "high": words.figure(outcome, row[high])}


def reasons_text(words: Words, gates: Sequence[Fact], *, passed: bool) -> str:
    """Names of the gates that passed, or of those that did not."""
    return "; ".join(words.name("reason", gate["code"]) for gate in gates if gate["passed"] is passed)
