"""Which rows feed each KPI, as frozen values from kpi_rows.yaml; what a row adds is computed in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass

When = Literal["in_month", "on_last_day", "ends_in_month", "open_at_end"]
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "in_month": (),
    "on_last_day": ("starts", "ends"),
    "ends_in_month": ("starts", "ends"),
    "open_at_end": ("opened", "closed"),
}
RateKind = Literal["average", "closing"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Key = Annotated[tuple[Name, ...], Field(min_length=1)]

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, config=_STRICT)
class Also:
    """Rows of another entity that gave a row its worth, named by columns that the row has too."""

    entity: Name
    staged: Name
    key: Key


@dataclass(frozen=True, slots=True, config=_STRICT)
class RowModel:
    """An intermediate model with a row per thing that counts, and where its rows came from.

    Attributes
    ----------
    key : columns that name a row.
    records : model with a row per accepted record and its disposition; None where that is this model.
    link : columns that a row and its record share; None where they are `key`.
    record_key : columns that name a record, there and in `staged`; None where they are `key`.
    opened, closed : columns of the month it opens in, and the first month at whose end it is no longer open.
    starts, ends : columns of the first and last day, for rows that hold for a stretch of time.
    horizon : model with `first_period` and `last_period` per organisation, where less than the whole window
        is known.
    amount : column of its money in `currency`, for rows that are converted.
    record_amount : column of the money of a record, where rows are coarser than records and have none.
    rate_kind : kind of rate that converts it: the average of the month, or that of its last day.
    from_month : column of a record, the month from which on it can stand behind a row that it is linked to.
    counts : dispositions of records that count.
    also : rows of another entity behind a row.
    """

    entity: Name
    key: Key
    staged: Name
    records: Name | None = None
    link: Key | None = None
    record_key: Key | None = None
    opened: Name | None = None
    closed: Name | None = None
    starts: Name | None = None
    ends: Name | None = None
    horizon: Name | None = None
    amount: Name | None = None
    record_amount: Name | None = None
    rate_kind: RateKind = "average"
    from_month: Name | None = None
    counts: Key = ("counted",)
    also: Also | None = None


@dataclass(frozen=True, slots=True, config=_STRICT)
class Term:
    """Rows of one model that a part of a KPI adds up.

    Attributes
    ----------
    add : column that a row adds, or `one` for the row itself.
    where : only rows whose columns have these values.
    where_known : only rows where this column is known.
    when : how a row belongs to a month.
    shift_months : from the month asked for to the month that is meant.
    weight : factor of the term.
    lag : model and column that tell how many months before the month asked for its rows lie, in place of
        `shift_months`; the column is called as the definition that declares it, and empty without one.
    rate : column of the rate that the money was converted at; a row with money and without it is missing.
    horizon : as of the model, for this term alone.
    known_from : column of the horizon, the first month in which the term is known.
    """

    model: Name
    add: Name
    where: Mapping[Name, str] = field(default_factory=dict)
    where_known: Name | None = None
    when: When = "in_month"
    shift_months: int = 0
    weight: float = 1.0
    lag: tuple[Name, Name] | None = None
    rate: Name | None = None
    horizon: Name | None = None
    known_from: Name = "first_period"


@dataclass(frozen=True, slots=True, config=_STRICT)
class KpiRows:
    """Terms of the two parts of a KPI; a denominator without terms is one.

    Attributes
    ----------
    unsettled : rows that make the figure unknown wherever there is one; `unsettled_words` says what they are.
    only_lines : lines are told, and not what each row adds: answers of employees are not anybody's business,
        and a figure that compares customers is no sum over rows.
    both_sides : few on either side of the answer hide the figure, and not only few answers.
    """

    numerator: Annotated[tuple[Term, ...], Field(min_length=1)]
    denominator: tuple[Term, ...] = ()
    only_lines: bool = False
    both_sides: bool = False
    unsettled: Term | None = None
    unsettled_words: str = ""

    @property
    def terms(self) -> tuple[Term, ...]:
        """Terms of both parts."""
        return (*self.numerator, *self.denominator)


@dataclass(frozen=True, slots=True, config=_STRICT)
class RowRegistry:
    """Row models and the KPIs they feed."""

    models: Mapping[str, RowModel]
    kpis: Mapping[str, KpiRows]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for code, rows in self.kpis.items():
            for term in rows.terms:
                if term.model not in self.models:
                    raise ValueError(f"{code} is fed by the unknown model {term.model}")
                model = self.models[term.model]
                missing = [name for name in _NEEDS[term.when] if getattr(model, name) is None]
                if term.rate is not None and model.amount is None:
                    missing.append("amount")
                if missing:
                    raise ValueError(f"{code} asks {term.model} {term.when}, which declares no {missing[0]}")
        return self


def parse_kpi_rows(text: str) -> RowRegistry:
    """Read the registry out of YAML text and check that it hangs together.

    Raises
    ------
    ValueError
        If a field is missing or unknown, or a KPI is fed by a model that is not declared.
    """
    return TypeAdapter(RowRegistry).validate_python(yaml.safe_load(text))


@cache
def load_kpi_rows() -> RowRegistry:
    """Return the registry in force, read from kpi_rows.yaml on first use."""
    return parse_kpi_rows(Path(__file__).with_name("kpi_rows.yaml").read_text(encoding="utf-8"))
