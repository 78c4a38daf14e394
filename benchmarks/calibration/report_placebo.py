"""How often the future-index placebo is found where nothing foretells the index. No running here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import sqrt
from statistics import fmean
from typing import Any

from benchmarks.calibration.placebo_world import FIRST_SEED
from benchmarks.calibration.scenarios import by_outcome
from benchmarks.calibration.share import Share
from benchmarks.calibration.slow_world import CLEAR

Row = dict[str, Any]


def placebo_section(rows: Sequence[Row]) -> list[str]:
    """Lines of the section, a table row per world and outcome; none without rows.

    Parameters
    ----------
    rows : sequence of dict
        As `placebo_world.find_placebo` gives them.
    """
    if not rows:
        return []
    worlds = len({row["seed"] for row in rows})
    return [
        "## The future index alone",
        "",
        f"The placebo of M3, by itself, in {worlds:,} worlds of each kind from seed {FIRST_SEED:,} on. It is "
        f"judged at {CLEAR:g}, and should be found so often in every world but the reverse one, where it is "
        "there to be found. Drift: mean estimate in standard errors of one world. Spread: how much estimates "
        "vary between worlds, over what their standard errors (CR1) say; 1 is honest.",
        "",
        f"| world | outcome | CR1, p to {CLEAR:g} | CR2, p to {CLEAR:g} | CR1, p to 0.05 | drift | spread |",
        "|---|---|---|---|---|---|---|",
        *_lines(rows),
        "",
        "The table of the slow methods asks the same of fewer worlds: where the two differ, this one is the "
        "better judge.",
        "",
        "Raters err, and so the index of a wave says a little less than all about the state of that wave; "
        "the next wave's index says a little of the rest. Where there is an effect the placebo therefore "
        "drifts by a fraction of its standard error in the direction of the effect. A placebo that is found "
        "stops *maturity first*, and so drift of this sort can only make that verdict rarer.",
        "",
    ]


def drift_and_spread(rows: Sequence[Row]) -> tuple[float, float]:
    """Mean and standard deviation of the estimates, in root mean squares of their standard errors."""
    estimates = [row["estimate"] for row in rows]
    middle = fmean(estimates)
    error = sqrt(fmean(row["standard_error"] ** 2 for row in rows))
    deviation = sqrt(sum((one - middle) ** 2 for one in estimates) / (len(estimates) - 1))
    return middle / error, deviation / error


def _lines(rows: Sequence[Row]) -> Iterable[str]:
    for scenario, outcome, own in by_outcome(rows):
        cells = [
            str(Share(sum(row[column] <= level for row in own), len(own)))
            for column, level in (("p_value", CLEAR), ("cr2_p_value", CLEAR), ("p_value", 0.05))
        ]
        drift, spread = drift_and_spread(own)
        yield f"| {scenario} | {outcome} | {' | '.join(cells)} | {drift:.2f} | {spread:.2f} |"
