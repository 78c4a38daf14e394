"""The KPI registry as frozen values from kpis.yaml; the formulas themselves run in SQL and are not here."""

from collections.abc import Mapping
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass

Direction = Literal["higher_is_better", "lower_is_better", "neutral"]
Unit = Literal[
    "share",
    "minutes",
    "days",
    "points",
    "tickets",
    "persons",
    "full_time_equivalents",
    "customers",
    "currency",
    "times",
]
Aggregation = Literal["total", "balance", "ratio", "median", "percentile_90"]
PartKind = Literal["integer", "real", "money", "minutes"]
Transform = Literal["none", "log"]
Role = Literal["primary", "secondary", "exploratory", "negative_control"]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=3)]

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, config=_STRICT)
class Kpi:
    """One figure per organisation and month: numerator over denominator, in `unit`.

    Attributes
    ----------
    aggregation : Aggregation
        How the figure of a wider group is made: totals add up, ratios are made anew from their added parts,
        balances add up over organisations but not over months, medians and percentiles need the values.
    basis : str
        What is counted, and what with an alike name is another quantity.
    entities : tuple of str
        What it is made of; the first carries the numerator.
    numerator_kind, denominator_kind : PartKind
        Kind of the columns that carry the parts; a median or percentile has no numerator.
    lowest, highest : float
        Inclusive sanity bounds of the figure.
    """

    code: Code
    name_en: Text
    name_nl: Text
    formula: Text
    numerator: Text
    denominator: Text
    aggregation: Aggregation
    unit: Unit
    direction: Direction
    minimum_sample: Annotated[int, Field(ge=1)]
    basis: Text
    entities: Annotated[tuple[Code, ...], Field(min_length=1)]
    numerator_kind: PartKind = "integer"
    denominator_kind: PartKind = "integer"
    lowest: int | float = 0
    highest: float | None = None

    @property
    def is_ratio(self) -> bool:
        """True where the figure is divided by something that varies, and is re-aggregated from its parts."""
        return self.aggregation == "ratio"

    @property
    def is_additive(self) -> bool:
        """True where figures add up over months and over organisations."""
        return self.aggregation == "total"

    @property
    def is_distribution(self) -> bool:
        """True where the figure is read off the single values, so that it has no numerator."""
        return self.aggregation in ("median", "percentile_90")

    @property
    def money_entities(self) -> tuple[str, ...]:
        """Entities whose amounts it adds up; where only the numerator is money, the first."""
        if self.denominator_kind == "money":
            return self.entities
        return self.entities[:1] if self.numerator_kind == "money" else ()

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if (self.denominator == "one") != (self.aggregation in ("total", "balance")):
            raise ValueError(f"{self.code}: totals and balances are over one, and nothing else is")
        if (self.numerator == "none") != self.is_distribution:
            raise ValueError(
                f"{self.code}: medians and percentiles have the numerator none, and nothing else has"
            )
        return self


@dataclass(frozen=True, slots=True, config=_STRICT)
class Outcome:
    """What a regression explains; `estimate * effect_scale` reads in `effect_unit_en` / `effect_unit_nl`.

    Attributes
    ----------
    role : Role
        Family within which p-values are adjusted. A negative control is explained by nothing and tests the
        method; it is no KPI.
    kpi : str or None
        What it is made of; None of a negative control.
    transform : Transform
        Logarithm of the figure where it is positive, under the name `log_<kpi>`.
    """

    code: Code
    role: Role
    transform: Transform
    unit: Text
    effect_scale: Annotated[float, Field(gt=0)]
    effect_unit_en: Text
    effect_unit_nl: Text
    kpi: Code | None = None

    @model_validator(mode="after")
    def _names_what_it_is(self) -> Self:
        if (self.kpi is None) != (self.role == "negative_control"):
            raise ValueError(f"{self.code}: negative controls are made of no KPI, and every other outcome is")
        expected = f"log_{self.kpi}" if self.transform == "log" else self.kpi
        if self.kpi is not None and self.code != expected:
            raise ValueError(f"{self.code}: an outcome is called as its column, {expected}")
        return self


@dataclass(frozen=True, slots=True, config=_STRICT)
class Registry:
    """All KPIs and outcomes, in the order in which they are shown; a KPI without outcome says why."""

    kpis: Annotated[tuple[Kpi, ...], Field(min_length=1)]
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1)]
    not_outcomes: Mapping[Code, Text] = field(default_factory=dict)

    def kpi(self, code: str) -> Kpi:
        """Return the KPI of that code; KeyError when there is none."""
        return {k.code: k for k in self.kpis}[code]

    def outcome(self, code: str) -> Outcome:
        """Return the outcome of that code; KeyError when there is none."""
        return {o.code: o for o in self.outcomes}[code]

    @property
    def explained(self) -> tuple[Kpi, ...]:
        """KPIs that an outcome is made of, in the order of the registry; the others are only reported."""
        named = {outcome.kpi for outcome in self.outcomes}
        return tuple(kpi for kpi in self.kpis if kpi.code in named)

    @property
    def logged(self) -> tuple[Kpi, ...]:
        """KPIs that are explained on a logarithmic scale, in the order of the registry."""
        named = {outcome.kpi for outcome in self.outcomes if outcome.transform == "log"}
        return tuple(kpi for kpi in self.kpis if kpi.code in named)

    def outcomes_of(self, role: Role) -> tuple[str, ...]:
        """Codes of the outcomes of a role, in the order of the registry."""
        return tuple(o.code for o in self.outcomes if o.role == role)

    @property
    def primary_outcomes(self) -> tuple[str, ...]:
        """Codes of the outcomes that were declared primary before looking at data."""
        return self.outcomes_of("primary")

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        codes = [k.code for k in self.kpis]
        if len(set(codes)) != len(codes) or len({o.code for o in self.outcomes}) != len(self.outcomes):
            raise ValueError("a KPI or outcome code is used twice")
        for outcome in self.outcomes:
            if outcome.kpi is not None and outcome.kpi not in codes:
                raise ValueError(f"outcome {outcome.code} names the unknown KPI {outcome.kpi}")
        settled = sorted([*(kpi.code for kpi in self.explained), *self.not_outcomes])
        if settled != sorted(codes):
            raise ValueError(
                "every KPI is an outcome or says in not_outcomes why it is none, and none is both: "
                f"{', '.join(sorted(set(settled) ^ set(codes))) or 'one is both'}"
            )
        if any("assessment" in entity for k in self.kpis for entity in k.entities):
            raise ValueError("a KPI may not come from the assessment (same-source bias)")
        return self


def parse_kpis(text: str) -> Registry:
    """Read a registry out of YAML text and check that it hangs together.

    Raises
    ------
    ValueError
        If a field is missing, unknown or out of range, or a KPI comes from the assessment.
    """
    return TypeAdapter(Registry).validate_python(yaml.safe_load(text))


@cache
def load_kpis() -> Registry:
    """Return the KPI registry in force, read from kpis.yaml on first use."""
    return parse_kpis(Path(__file__).with_name("kpis.yaml").read_text(encoding="utf-8"))
