"""Reasons for which records are refused, by delivery and line. The rules themselves stand in contracts/."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from contracts.contract import Contract


def is_of_a_record(reasons: Collection[str]) -> bool:
    """Whether a line is refused for what a record says; one that is no record, such as a total, is not."""
    return bool(reasons) and not any(reason.startswith("row:") for reason in reasons)


class Reasons:
    """Reasons by record (delivery and line), counted once under the entity that owns the column.

    Parameters
    ----------
    contracts : entities that the records feed; reasons of no column count under the first.
    sequence : order of arrival by ``delivery_id``.
    """

    def __init__(self, contracts: Sequence[Contract], sequence: Mapping[str, int]) -> None:
        self.sequence = dict(sequence)
        self.counts: dict[str, Counter[str]] = {contract.name: Counter() for contract in contracts}
        self._contracts = contracts
        self._found: dict[str, dict[int, set[str]]] = {delivery_id: {} for delivery_id in sequence}
        self._replaced: dict[str, dict[int, set[str]]] = {delivery_id: {} for delivery_id in sequence}

    def add(self, delivery_id: str, line: int, found: Sequence[str]) -> None:
        """Note reasons (``column:rule``) for one line; a reason said twice counts once."""
        known = self._found[delivery_id].setdefault(line, set())
        for reason in found:
            if reason not in known:
                known.add(reason)
                self._counts_for(reason)[reason] += 1

    def add_rows(self, frame: pd.DataFrame, found: Mapping[int, Sequence[str]]) -> None:
        """Note reasons by position in a frame that has ``delivery_id`` and ``source_line``."""
        for place, reasons in found.items():
            row = frame[["delivery_id", "source_line"]].iloc[place]
            self.add(str(row["delivery_id"]), int(row["source_line"]), reasons)

    def let_go(self, delivery_id: str, line: int) -> None:
        """Hold a refused line back no more, since another stands in its place."""
        found = self._found[delivery_id].pop(line)
        self._replaced[delivery_id][line] = found
        for reason in found:
            counts = self._counts_for(reason)
            counts[reason] -= 1
            if not counts[reason]:
                del counts[reason]

    def of(self, delivery_id: str) -> dict[int, list[str]]:
        """Sorted reasons by line of one delivery, of the lines that are held back."""
        return {line: sorted(found) for line, found in self._found.get(delivery_id, {}).items()}

    def replaced(self, delivery_id: str) -> dict[int, list[str]]:
        """Sorted reasons by line of one delivery, of the lines that were let go."""
        return {line: sorted(found) for line, found in self._replaced.get(delivery_id, {}).items()}

    def of_line(self, delivery_id: str, line: int) -> set[str]:
        """Reasons of one line that is held back."""
        return self._found.get(delivery_id, {}).get(line, set())

    def by_rule(self, delivery_id: str) -> dict[str, int]:
        """Refused lines of one delivery by reason."""
        counts = Counter(reason for found in self._found.get(delivery_id, {}).values() for reason in found)
        return dict(sorted(counts.items()))

    def are_against(self, frame: pd.DataFrame) -> "pd.Series[bool]":
        """Whether each row belongs to a refused record."""
        refused = [
            (self.sequence[delivery_id] << 40) + line
            for delivery_id, found in self._found.items()
            for line in found
        ]
        if frame.empty or not refused:
            return pd.Series(False, index=frame.index)
        place = frame["delivery_id"].map(self.sequence).to_numpy(dtype="int64")
        number = (place << 40) + frame["source_line"].to_numpy(dtype="int64")
        return pd.Series(np.isin(number, refused), index=frame.index)

    def _counts_for(self, reason: str) -> Counter[str]:
        column = reason.split(":", maxsplit=1)[0]
        owner = next((c for c in self._contracts if column in c.column_names), self._contracts[0])
        return self.counts[owner.name]
