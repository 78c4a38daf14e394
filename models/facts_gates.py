"""Gates as they stand in the tables of reasons -> facts: code, verdict and numbers. No wording."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from models.facts_cells import Cells, Row

_NUMBER = re.compile(r"(\w+)=(-?\d[\d.]*(?:e[+-]?\d+)?)(?=,|$)")
SIZES = frozenset({"estimate", "standard_error", "low", "high", "m1", "m2", "saw", "forward"})
"""Numbers of a gate that tell the size of an effect: not told where a claim is withheld."""


def gate_facts(reasons: Cells | None, silent: frozenset[str] = frozenset()) -> dict[str, list[Row]]:
    """Read the gates of every outcome in the order in which they were met.

    Parameters
    ----------
    reasons : Cells, optional
        ``claim_reasons`` or ``direction_reasons``: outcome, position, code, passed, detail.
    silent : frozenset of str
        Outcomes whose sizes are not told.

    Returns
    -------
    dict of list of dict
        By outcome: code, passed, numbers (texts of the detail are left out).
    """
    found: dict[str, list[Row]] = {}
    rows = [] if reasons is None else reasons.pick(("outcome", "position", "code", "passed", "detail"))
    for row in sorted(rows, key=lambda row: (row["outcome"], row["position"])):
        outcome = str(row["outcome"])
        found.setdefault(outcome, []).append(
            {
                "code": row["code"],
                "passed": bool(row["passed"]),
                "numbers": numbers(row["detail"], SIZES if outcome in silent else frozenset()),
            }
        )
    return found


def numbers(detail: Any, hidden: frozenset[str] = frozenset()) -> Mapping[str, float]:
    """Read the numbers out of ``key=value, key=value``."""
    return {key: float(value) for key, value in _NUMBER.findall(detail or "") if key not in hidden}
