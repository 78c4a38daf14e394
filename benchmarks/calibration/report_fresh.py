"""Claims in null and reverse worlds that no limit was set on. No running here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.calibration.claimed import levels_table, overreach
from benchmarks.calibration.one_world import FIRST_SEED, FRESH_SEED
from benchmarks.calibration.share import Share

Row = dict[str, Any]
# In one nothing happens, in the other the outcome moves the index: what goes too far there is a false claim.
FRESH_SCENARIOS = ("null", "reverse")


def fresh_section(rows: Sequence[Row]) -> list[str]:
    """Lines of the section; none without rows.

    Parameters
    ----------
    rows : sequence of dict
        As `one_world.find_fresh` gives them.
    """
    if not rows:
        return []
    worlds = len({row["seed"] for row in rows})
    found = overreach(rows)
    return [
        "## Worlds nobody looked at before",
        "",
        f"The limits of the gates were set with some of the worlds above in sight. These are {worlds:,} of "
        f"each kind from seed {FIRST_SEED + FRESH_SEED:,} on, drawn once, after the gates stood as they are.",
        "",
        *levels_table(rows),
        "",
        f"Overreach: {found.count} of {found.total:,} claims, in the long run at most {found.at_most:.2%} "
        "(exact binomial, one-sided 95 %). Verdicts of *maturity first*: "
        + "; ".join(f"{name} {_first(rows, name)}" for name in FRESH_SCENARIOS if _of(rows, name))
        + ". In a null world one path of two is clear by chance in some 2 %; a verdict alone is no claim.",
        "",
    ]


def _of(rows: Sequence[Row], scenario: str) -> list[Row]:
    return [row for row in rows if row["scenario"] == scenario]


def _first(rows: Sequence[Row], scenario: str) -> Share:
    own = _of(rows, scenario)
    return Share(sum(row["verdict"] == "maturity_first" for row in own), len(own))
