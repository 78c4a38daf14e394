"""What the slow methods did over fewer worlds, as a table of the calibration page. No running here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import mean, stdev
from typing import Any

from benchmarks.calibration.planted_targets import POPULATION
from benchmarks.calibration.share import Share

Row = dict[str, Any]
ASKED = {"covers": "interval holds the truth", "finds": "found"}


def slow_section(rows: Sequence[Row], worlds: int) -> list[str]:
    """Lines of the section, a table row per measure and outcome and a column per world.

    Parameters
    ----------
    rows : sequence of dict
        As `slow_world.find_slow` gives them.
    worlds : int
        Per kind of world.
    """
    if not rows:
        return []
    scenarios = list(dict.fromkeys(row["scenario"] for row in rows))
    keys = dict.fromkeys((row["measure"], row["outcome"], row["kind"]) for row in rows)
    return [
        "## The slow methods",
        "",
        f"{worlds} worlds of each kind, seeds 20,000 to {20_000 + worlds - 1:,}. In brackets first what an "
        "honest method comes to in the long run, where that is known; then the 95 % interval of the share.",
        "",
        "| method | outcome | asked | " + " | ".join(scenarios) + " |",
        "|---|---|---|" + "---|" * len(scenarios),
        *(
            f"| {measure} | {outcome or '-'} | {ASKED[kind]} | "
            + " | ".join(_cell(_of(rows, (measure, outcome, kind, scenario))) for scenario in scenarios)
            + " |"
            for measure, outcome, kind in keys
        ),
        "",
        "M4 is asked for what it gives on the planted part of the outcome alone, in the same world; M7 for "
        f"the shares of R squared in a world of {POPULATION:,} organisations. Where an effect wears off, it "
        "is planted with a kink that a spline of four knots rounds off: its band is not asked to hold it. "
        "Rank intervals also carry what weights and normalisation may be, beside what raters may say, and so "
        "hold the true rank more often than 95 %.",
        "",
    ]


def _of(rows: Iterable[Row], asked: tuple[str, str, str, str]) -> list[Row]:
    keys = ("measure", "outcome", "kind", "scenario")
    return [row for row in rows if tuple(row[key] for key in keys) == asked]


def _cell(rows: Sequence[Row]) -> str:
    if not rows:
        return "not asked"
    hits = [float(row["hit"]) for row in rows]
    nominal = rows[0]["nominal"]
    expected = "" if nominal is None else f"({nominal:.1%}) "
    if set(hits) <= {0.0, 1.0}:
        return expected + str(Share(round(sum(hits)), len(hits)))
    half = 1.96 * stdev(hits) / len(hits) ** 0.5
    low, high = max(mean(hits) - half, 0.0), min(mean(hits) + half, 1.0)
    return expected + f"{mean(hits):.1%} [{low:.1%}, {high:.1%}]"
