"""What chance makes of fixed traits, over worlds that no limit was chosen on. No running here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.calibration.scenarios import PRIMARY
from benchmarks.calibration.share import Share
from benchmarks.calibration.within_world import FIRST_SEED
from models.claims import Thresholds

Row = dict[str, Any]
LEVELS = (0.05, 0.01, 0.001)


def is_told(row: Row, limits: Thresholds) -> bool:
    """Say whether the within estimate passes what L2 asks of it, with the sign of the planted trait.

    That is an upper bound of claims: leaving one organisation out must keep the sign as well.
    """
    beyond = max(row["p_adjusted"], row["cr2_p_adjusted"]) < limits.alpha_within
    matters = row["high"] >= limits.effects_of_interest.get(row["outcome"], 0.0)
    return bool(beyond and row["low"] > 0 and matters)


def within_section(rows: Sequence[Row]) -> list[str]:
    """Lines of the section; none without rows."""
    if not rows:
        return []
    limits = Thresholds()
    worlds = len({row["seed"] for row in rows})
    told = {row["seed"] for row in rows if is_told(row, limits)}
    found = Share(len(told), worlds)
    return [
        "## What chance makes of fixed traits",
        "",
        f"{worlds:,} worlds in which a fixed trait moves index and outcomes and nothing else does, from seed "
        f"{FIRST_SEED:,} on, which no limit was chosen on; the within estimate alone. M1 is fooled in each "
        "of them, so a claim of change would rest on this estimate, which should be found at each level as "
        "often as the level says.",
        "",
        "| outcome | errors | "
        + " | ".join(f"p below {level:g}" for level in LEVELS)
        + " | told as change |",
        "|---|---|" + "---|" * (len(LEVELS) + 1),
        *_lines(rows, limits),
        "",
        f"Told as change: {found.count} worlds of {worlds:,}, in the long run at most {found.at_most:.2%} of "
        "such worlds (exact binomial, one-sided 95 %). No gate can make it nought: with 0.001, adjusted for "
        "two outcomes, and the sign of the trait, chance passes in one world of some two thousand, and less "
        "often where the estimate is so exact that such a change is too small to matter.",
        "",
    ]


def _lines(rows: Sequence[Row], limits: Thresholds) -> Iterable[str]:
    for outcome in PRIMARY:
        own = [row for row in rows if row["outcome"] == outcome]
        told = sum(is_told(row, limits) for row in own)
        for name, column in (("CR1", "p_value"), ("CR2", "cr2_p_value")):
            shares = [Share(sum(row[column] < level for row in own), len(own)) for level in LEVELS]
            cells = " | ".join(_cell(share) for share in shares)
            yield f"| {outcome} | {name} | {cells} | {told} of {len(own):,} |"


def _cell(share: Share) -> str:
    low, high = share.interval
    return f"{share.value:.2%} [{low:.2%}, {high:.2%}]"
