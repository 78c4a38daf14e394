"""What was claimed in worlds whose truth is known, and how much of it goes too far. No running here."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.calibration.scenarios import LADDER, SCENARIOS, by_outcome
from benchmarks.calibration.share import Share

Row = dict[str, Any]


def overreach(rows: Iterable[Row]) -> Share:
    """Count the claims above the highest rung that their scenario allows."""
    judged = [LADDER.index(row["level"]) > LADDER.index(SCENARIOS[row["scenario"]].highest) for row in rows]
    return Share(sum(judged), len(judged))


def levels_table(rows: Sequence[Row]) -> list[str]:
    """Lines of a table: claims by rung, and those above the highest that the scenario allows."""
    return [
        "| scenario | outcome | " + " | ".join(LADDER) + " | highest allowed | overreach |",
        "|---|---|" + "---|" * (len(LADDER) + 2),
        *_levels(rows),
    ]


def _levels(rows: Sequence[Row]) -> Iterable[str]:
    for name, outcome, own in by_outcome(rows):
        counts = Counter(row["level"] for row in own)
        told = " | ".join(str(counts[level]) for level in LADDER)
        highest = SCENARIOS[name].highest
        yield f"| {name} | {outcome} | {told} | {highest} | {overreach(own).count} of {len(own)} |"
