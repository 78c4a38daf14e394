"""The words of one language: locale texts, names and formatted facts; not which sentence is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from contracts.instrument import load_instrument
from models.formats import NBSP, Formatter, Language, effect_kind, effect_places


@cache
def load_locale(language: Language) -> Mapping[str, Any]:
    """Return the texts of a language, read from the package on first use."""
    text = files("models").joinpath("locales").joinpath(f"{language}.yaml").read_text(encoding="utf-8")
    locale: Mapping[str, Any] = yaml.safe_load(text)
    return locale


@cache
def instrument_names(language: Language) -> Mapping[str, str]:
    """Names of stages, dimensions, practices and channels in a language, by kind and code."""
    instrument = load_instrument()
    labels = {
        "stage": [(s.code, s.name_en, s.name_nl) for s in instrument.stages],
        "dimension": [(d.code, d.name_en, d.name_nl) for d in instrument.dimensions],
        "practice": [(p.code, p.name_en, p.name_nl) for p in instrument.practice_labels],
        "channel": [(c.code, c.name_en, c.name_nl) for c in instrument.channel_labels],
    }
    return {
        f"{kind}.{code}": name_en if language == "en" else name_nl
        for kind, entries in labels.items()
        for code, name_en, name_nl in entries
    }


def lower_first(text: str) -> str:
    """Start a name in small letters, for use inside a sentence."""
    return text[:1].lower() + text[1:]


def is_silent(claim: Mapping[str, Any]) -> bool:
    """Say whether a claim prints no effect size: withheld, without a level, or without an estimate."""
    return bool(claim["withheld"] or claim["level"] == "none" or claim["estimate"] is None)


@dataclass(frozen=True, slots=True)
class Words:
    """Texts and formats of one language for one set of facts."""

    facts: Mapping[str, Any]
    language: Language

    @property
    def form(self) -> Formatter:
        """Formats of the language."""
        return Formatter(self.language)

    def text(self, key: str, **values: object) -> str:
        """Fill in the text under a dotted key."""
        return str(self.node(key)).format(**values)

    def node(self, key: str) -> Any:
        """Return what stands under a dotted key: a text, a list or a mapping."""
        found: Any = load_locale(self.language)
        for part in key.split("."):
            found = found[part]
        return found

    def header(self, key: str) -> tuple[str, ...]:
        """Column headings of a table."""
        return tuple(str(cell).format(step=self.step) for cell in self.node(key))

    def name(self, kind: str, code: str) -> str:
        """Name of a stage, dimension, practice, channel, reason or source; unknown codes in plain letters."""
        instrument = instrument_names(self.language).get(f"{kind}.{code}")
        own = self.node(f"{kind}s").get(code) if f"{kind}s" in load_locale(self.language) else None
        return str(own or instrument or code.replace("_", " "))

    def outcome(self, code: str, part: str = "name") -> str:
        """Name, subject, object, unit or measure of an outcome; unknown outcomes by their code."""
        entry = self.node("outcomes").get(code)
        if entry is None:
            return "" if part == "unit" else code.replace("_", " ")
        return str(entry[part]).format(currency=self.facts["method"]["reporting_currency"])

    @property
    def step(self) -> str:
        """Index points one effect stands for."""
        return self.form.integer(self.facts["method"]["exposure_step"])

    @property
    def lead(self) -> str:
        """Months between index and outcome."""
        return self.form.integer(self.facts["method"]["lead_months"])

    @property
    def confidence(self) -> str:
        """Coverage of the intervals."""
        return self.form.percent(self.facts["method"]["confidence"])

    def places(self, outcome: str) -> int:
        """Decimals for every effect on an outcome: those that fit its most precise printed interval."""
        rows = [row for row in self.facts["effects"] if row["outcome"] == outcome]
        claims = [row for row in self.facts["claims"] if row["outcome"] == outcome]
        shown = claims or rows
        return effect_places(outcome, *(row[name] for row in shown for name in ("estimate", "low", "high")))

    def figure(self, outcome: str, value: float | None, *, magnitude: bool = False) -> str:
        """Effect as a bare number, a per cent sign included where that is its unit."""
        if value is None:
            return self.text("words.no_figure")
        number = self.form.effect(outcome, value, self.places(outcome), magnitude=magnitude)
        return f"{number}{NBSP}%" if effect_kind(outcome) == "log_percent" else number

    def effect(self, outcome: str, value: float | None, *, magnitude: bool = False) -> str:
        """Effect with its unit."""
        number = self.figure(outcome, value, magnitude=magnitude)
        if value is None or effect_kind(outcome) == "log_percent":
            return number
        return f"{number} {self.outcome(outcome, 'unit')}".rstrip()

    def share(self, value: float | None, places: int = 0) -> str:
        """Share as per cent, or a dash where it is not known."""
        return "–" if value is None else self.form.percent(value, places)

    def coverage_share(self, value: float | None) -> str:
        """Share close to one, with a decimal so that nearly all is not printed as all."""
        places = next(
            (n for n in (1, 2, 3) if value is None or value == 1 or 100 * value < 100 - 0.5 / 10**n), 4
        )
        return self.share(value, places)

    def span(self, first: str | None, last: str | None) -> tuple[str, str]:
        """First and last period in words."""
        return (
            "–" if first is None else self.form.month(first),
            "–" if last is None else self.form.month(last),
        )
