"""The assessment instrument as frozen values from instrument.yaml; scoring is SQL (dbt) and not here."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass

Kind = Literal["personal", "structural", "cultural"]
Study = Literal["insites_smis", "hootsuite_altimeter"]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=3)]
Anchors = Annotated[tuple[Text, ...], Field(min_length=5, max_length=5)]

HIGHEST_LEVEL = 4
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, config=_STRICT)
class Label:
    """A code with its names; for practices also the published figure it is compared with."""

    code: Code
    name_en: Text
    name_nl: Text
    published_metric: str | None = None


@dataclass(frozen=True, slots=True, config=_STRICT)
class Level:
    """One of the five answer levels, 0 (not at all) to 4 (fully)."""

    level: Annotated[int, Field(ge=0, le=HIGHEST_LEVEL)]
    name_en: Text
    name_nl: Text


@dataclass(frozen=True, slots=True, config=_STRICT)
class Stage:
    """A maturity stage; an index at or above `lower` and below the next stage's belongs to it."""

    number: Annotated[int, Field(ge=1, le=5)]
    code: Code
    lower: Annotated[float, Field(ge=0, lt=100)]
    name_en: Text
    name_nl: Text


@dataclass(frozen=True, slots=True, config=_STRICT)
class Finding:
    """A published finding, in our own words, and the study it stands in."""

    code: Code
    study: Study
    text: Text


@dataclass(frozen=True, slots=True, config=_STRICT)
class Item:
    """One statement; `anchors_*[level]` describes the answer level in plain words, `source` is the study."""

    code: Annotated[str, Field(pattern=r"^[A-Z]{2}[1-9]$")]
    dimension: Code
    is_reversed: bool
    text_en: Text
    text_nl: Text
    anchors_en: Anchors
    anchors_nl: Anchors
    source: Study
    finding: Code


@dataclass(frozen=True, slots=True, config=_STRICT)
class Dimension:
    """A part of maturity that belongs to one kind of change; `source` is the study it comes from."""

    code: Code
    kind: Kind
    prefix: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    name_en: Text
    name_nl: Text
    source: Study
    finding: Code


@dataclass(frozen=True, slots=True, config=_STRICT)
class Instrument:
    """The whole instrument in one version; tuples keep the order of the questionnaire."""

    version: Annotated[str, Field(min_length=1)]
    minimum_answered_share: Annotated[float, Field(gt=0, le=1)]
    minimum_raters: Annotated[int, Field(ge=1)]
    kinds: tuple[Label, ...]
    levels: tuple[Level, ...]
    dimensions: tuple[Dimension, ...]
    items: tuple[Item, ...]
    stages: tuple[Stage, ...]
    channel_labels: tuple[Label, ...]
    practice_labels: tuple[Label, ...]
    findings: tuple[Finding, ...]

    @property
    def channels(self) -> tuple[str, ...]:
        """Codes of the channels whose adoption is kept beside the index."""
        return tuple(label.code for label in self.channel_labels)

    @property
    def practices(self) -> tuple[str, ...]:
        """Codes of the practices that are compared between mature and less mature."""
        return tuple(label.code for label in self.practice_labels)

    def stage_of(self, index: float) -> Stage:
        """Return the stage of an index between 0 and 100.

        Raises
        ------
        ValueError
            If the index lies outside 0..100 or is not a number.
        """
        if not 0 <= index <= 100:
            raise ValueError(f"index {index!r} lies outside 0..100")
        return max((s for s in self.stages if s.lower <= index), key=lambda s: s.number)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        prefixes = {d.code: d.prefix for d in self.dimensions}
        codes = [i.code for i in self.items]
        if len(set(codes)) != len(codes) or len(prefixes) != len(self.dimensions):
            raise ValueError("an item or dimension code is used twice")
        for item in self.items:
            if not item.code.startswith(prefixes.get(item.dimension, "?")):
                raise ValueError(f"item {item.code} does not carry the prefix of {item.dimension}")
        for code in prefixes:
            if not 4 <= sum(i.dimension == code for i in self.items) <= 6:
                raise ValueError(f"dimension {code} needs four to six items")
        if {d.kind for d in self.dimensions} != {k.code for k in self.kinds}:
            raise ValueError("every kind of change needs a dimension and the other way round")
        if [level.level for level in self.levels] != list(range(HIGHEST_LEVEL + 1)):
            raise ValueError("answer levels must be 0..4 in order")
        if [s.number for s in self.stages] != [1, 2, 3, 4, 5] or self.stages[0].lower != 0:
            raise ValueError("stages must be 1..5 and begin at 0")
        if sorted({s.lower for s in self.stages}) != [s.lower for s in self.stages]:
            raise ValueError("stage cut-offs must rise")
        return self


def parse_instrument(text: str) -> Instrument:
    """Read an instrument out of YAML text and check that it hangs together.

    Items without anchors of their own take those of their dimension. `source` in the YAML names a
    finding; the study follows from it.

    Raises
    ------
    ValueError
        If a field is missing, unknown or out of range, or a code refers to nothing.
    """
    raw = yaml.safe_load(text)
    try:
        findings = {code: {"code": code, **body} for code, body in raw.pop("findings").items()}
        dimensions, items = [], []
        for sheet in raw.pop("dimensions"):
            anchors = {key: sheet.pop(key) for key in ("anchors_en", "anchors_nl")}
            own = sheet.pop("items")
            dimensions.append(_with_study(sheet, findings))
            items += [
                _with_study({"is_reversed": False, **anchors, **item, "dimension": sheet["code"]}, findings)
                for item in own
            ]
        document = {
            **{key: value for key, value in raw.items() if key not in ("channels", "practices")},
            "channel_labels": raw["channels"],
            "practice_labels": raw["practices"],
            "findings": tuple(findings.values()),
            "dimensions": dimensions,
            "items": items,
        }
    except (KeyError, AttributeError, TypeError) as error:
        raise ValueError(f"instrument: {error!r} is missing or misplaced") from error
    return TypeAdapter(Instrument).validate_python(document)


def _with_study(entry: dict[str, object], findings: dict[str, dict[str, object]]) -> dict[str, object]:
    finding = str(entry["source"])
    return {**entry, "finding": finding, "source": findings[finding]["study"]}


@cache
def load_instrument() -> Instrument:
    """Return the instrument in force, read from instrument.yaml on first use."""
    return parse_instrument(Path(__file__).with_name("instrument.yaml").read_text(encoding="utf-8"))
