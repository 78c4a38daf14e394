"""One file on its way to canonical rows: what it is given, what it holds, what is refused. No steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pandas as pd

from contracts.column_map import ColumnMap
from contracts.contract import Column, Contract
from contracts.derive import Source
from contracts.manner import Manner
from contracts.profile import Profile
from contracts.refusals import Mask, Refusals
from contracts.values import parse

UNIT = ("unit_key", "unit_key_type")
"""Columns that name the organisation in the source's own terms."""
OWN = frozenset({"source_system", "delivered_by", "delivery_id", "source_line", "organization_id"})
"""Columns that we write ourselves; no constant stands for them."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the conversion is given beside the rows."""

    profile: Profile
    manner: Manner
    pseudonym_key: bytes | None = field(repr=False)

    def constant(self, name: str) -> str | None:
        """Value that holds where the source has none: of the settings, else of the profile."""
        return self.manner.constants.get(name, self.profile.constants.get(name))

    def notes(self, contract: Contract) -> tuple[str, ...]:
        """What a person should know of how the file is read, whatever its rows say; names no values."""
        kinds = {contract.column(name).kind for name in self.profile.columns}
        notes = [
            *(
                f"the constant {name} is no column of {contract.name}"
                for name in self.unused_constants(contract)
            ),
            *(
                f"the words declared for {name} are not used: several columns of the source decide it"
                for name in self.unused_words()
            ),
        ]
        if self.manner.is_zone_assumed and self.profile.shape == "ui" and "timestamp" in kinds:
            notes.append(f"no zone is declared: times without an offset are read as {self.manner.zone}")
        return tuple(notes)

    def unused_constants(self, contract: Contract) -> list[str]:
        """Declared constants of which the entity has no column."""
        declared = {**self.profile.constants, **self.manner.constants}
        return sorted(set(declared) - (set(contract.column_names) - OWN))

    def unused_words(self) -> list[str]:
        """Columns for which words are declared although several columns of the source decide them."""
        columns = self.profile.columns.items()
        return [name for name, m in columns if name in self.manner.values and m.cases and not m.worded]


@dataclass(slots=True)
class Work:
    """One file on its way: what it holds, what it becomes, what is refused."""

    source: Source
    contract: Contract
    given: Given
    refusals: Refusals
    values: dict[str, Any] = field(default_factory=dict)

    def refuse(self, column: Column, name: str, mask: Mask) -> None:
        """Refuse the rows of a mask by a rule of a column."""
        self.refusals.add(column.name, f"{column.name}:{name}", mask)

    def parsed(
        self, text: pd.Series, column: Column, form: ColumnMap, divisor: Fraction = Fraction(1)
    ) -> pd.Series:
        """Typed values of a text; what is wrong with them goes to the refusals."""
        parsed = parse(text, column, self.contract, self.given.manner, form, divisor)
        for name, mask in parsed.failures.items():
            self.refuse(column, name, mask)
        return parsed.values
