"""How facts become text: the one registry of number, date and effect formats; no wording, no statistics."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from contracts.kpis import load_kpis

Language = Literal["en", "nl"]
LANGUAGES: tuple[Language, ...] = ("en", "nl")
EffectKind = Literal["points", "log_percent", "plain"]

NBSP = "\u00a0"
MINUS = "\u2212"
RANGE = "\u2013"

MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
    "nl": ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
           "november", "december"),
}  # fmt: skip


def effect_kind(outcome: str) -> EffectKind:
    """Say how effects on an outcome are shown, from the KPI registry; unknown ones keep their own unit.

    Effects on shares are shown in percentage points, on logarithms in per cent, others as they are.
    """
    known = {entry.code: entry for entry in load_kpis().outcomes}.get(outcome)
    if known is None:
        return "plain"
    if known.transform == "log":
        return "log_percent"
    return "points" if known.unit == "share" else "plain"


def effect_display(kind: EffectKind, value: float) -> float:
    """Bring an effect to the unit people read.

    Shares become percentage points (times 100); effects ``b`` on a logarithm become per cent,
    ``100 (exp(b) - 1)`` (Wooldridge, Introductory Econometrics, section 6.2); others are unchanged.
    """
    if kind == "points":
        return 100.0 * value
    return 100.0 * math.expm1(value) if kind == "log_percent" else value


def decimals_for(*values: float | None) -> int:
    """Choose decimals so that the largest of the numbers shows about two digits that differ."""
    largest = max((abs(v) for v in values if v is not None), default=0.0)
    if largest >= 100:
        return 0
    return 1 if largest >= 1 or largest == 0 else 2 if largest >= 0.1 else 3


@dataclass(frozen=True, slots=True)
class Formatter:
    """Formats of one language; every method returns text and is listed in :data:`REGISTRY`."""

    language: Language

    def decimal(self, value: float, places: int = 1) -> str:
        """Number with a fixed count of decimals, thousands grouped, a true minus sign."""
        text = f"{abs(value):,.{places}f}"
        if self.language == "nl":
            text = text.translate(str.maketrans(",.", ".,"))
        is_negative = value < 0 and any(c in "123456789" for c in text)
        return f"{MINUS}{text}" if is_negative else text

    def integer(self, value: float) -> str:
        """Whole number, thousands grouped."""
        return self.decimal(value, 0)

    def percent(self, share: float, places: int = 0) -> str:
        """Share 0..1 as per cent."""
        return f"{self.decimal(100.0 * share, places)}{NBSP}%"

    def ratio(self, value: float, places: int = 1) -> str:
        """Ratio followed by a multiplication sign."""
        return f"{self.decimal(value, places)}{NBSP}×"

    def month(self, period: str) -> str:
        """Month and year of a period ``YYYY-MM-01``."""
        year, month, _ = period.split("-")
        return f"{MONTHS[self.language][int(month) - 1]}{NBSP}{year}"

    def short_month(self, period: str) -> str:
        """Year and month as figures and tables show them, ``YYYY-MM``."""
        return period[:7]

    def effect(self, outcome: str, value: float, places: int, *, magnitude: bool = False) -> str:
        """Effect in the unit people read, without the name of the unit."""
        shown = effect_display(effect_kind(outcome), value)
        return self.decimal(abs(shown) if magnitude else shown, places)


def effect_places(outcome: str, *values: float | None) -> int:
    """Decimals that fit a set of effects on one outcome."""
    kind = effect_kind(outcome)
    return decimals_for(*(effect_display(kind, v) for v in values if v is not None))


REGISTRY: Mapping[str, Callable[[Formatter, float], Iterator[str]]] = {
    "decimal": lambda f, v: (f.decimal(v, places) for places in range(4)),
    "percent": lambda f, v: (f.percent(v, places) for places in range(5)),
    "ratio": lambda f, v: (f.ratio(v, places) for places in range(3)),
    "points": lambda f, v: (f.decimal(100.0 * v, places) for places in range(4)),
    "log_percent": lambda f, v: (
        f.decimal(100.0 * math.expm1(v), places) for places in range(4) if abs(v) < 20
    ),
}

NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")


def leaves(facts: Any) -> Iterator[Any]:
    """Yield every number, text and flag that stands in a JSON-able object, depth first."""
    if isinstance(facts, Mapping):
        for value in facts.values():
            yield from leaves(value)
    elif isinstance(facts, list | tuple):
        for value in facts:
            yield from leaves(value)
    else:
        yield facts


def traceable_numbers(facts: Mapping[str, Any], language: Language) -> frozenset[str]:
    """Return every number token that may stand in a text made from these facts.

    Parameters
    ----------
    facts
        The object of ``facts.json``.
    language
        Language whose separators are used.

    Returns
    -------
    frozenset of str
        Tokens matching :data:`NUMBER`, unsigned: all formats of :data:`REGISTRY` of all numbers, and the
        numbers inside the texts of the facts (periods, waves, versions).
    """
    formatter = Formatter(language)
    allowed: set[str] = set()
    for leaf in leaves(facts):
        if isinstance(leaf, str):
            allowed.update(NUMBER.findall(leaf))
            allowed.update(re.findall(r"\d+", leaf))
        elif isinstance(leaf, int | float) and not isinstance(leaf, bool):
            for entry in REGISTRY.values():
                for text in entry(formatter, float(leaf)):
                    allowed.update(NUMBER.findall(text))
    return frozenset(allowed)
