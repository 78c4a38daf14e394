"""Reasons collected while rows are converted. What the reasons are is said where they are found."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Refusals:
    """Reasons collected while rows are converted; a reason belongs to a canonical column."""

    size: int
    found: list[tuple[str, str, Mask]] = field(default_factory=list)

    def add(self, column: str, reason: str, mask: Mask) -> None:
        """Refuse the rows of a mask."""
        if mask.any():
            self.found.append((column, reason, mask))

    @property
    def refused(self) -> Mask:
        """Rows that have a reason."""
        return self.of()

    def of(self, column: str | None = None) -> Mask:
        """Rows that have a reason, of one column or at all."""
        result = np.zeros(self.size, dtype=bool)
        for name, _, mask in self.found:
            result |= mask if column in (None, name) else False
        return result

    def by_row(self) -> dict[int, dict[str, set[str]]]:
        """Reasons by canonical column, for each row that has any."""
        rows: dict[int, dict[str, set[str]]] = {}
        for column, reason, mask in self.found:
            for position in np.flatnonzero(mask):
                rows.setdefault(int(position), {}).setdefault(column, set()).add(reason)
        return rows
