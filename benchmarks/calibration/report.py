"""What many worlds say together: coverage, false findings, verdicts, overreach, as a page with plots."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.calibration.claimed import levels_table, overreach
from benchmarks.calibration.plots import coverage_plot, verdict_plot
from benchmarks.calibration.report_fresh import fresh_section
from benchmarks.calibration.report_placebo import placebo_section
from benchmarks.calibration.report_slow import slow_section
from benchmarks.calibration.report_within import within_section
from benchmarks.calibration.scenarios import SCENARIOS, by_outcome
from benchmarks.calibration.share import Share

VERDICTS = ("maturity_first", "outcome_first", "both", "cannot_tell")
MODELS = {"naive": "naive", "m1": "M1", "m2": "M2"}
Row = dict[str, Any]


def coverage(rows: Iterable[Row], model: str, truth: dict[str, float]) -> Share:
    """Count how often an interval holds the truth."""
    known = [(row[model], truth[row["outcome"]]) for row in rows if row[model] is not None]
    return Share(sum(low <= true <= high for (_, low, high), true in known), len(known))


def findings(rows: Iterable[Row], model: str) -> Share:
    """Count how often an interval excludes zero."""
    known = [row[model] for row in rows if row[model] is not None]
    return Share(sum(low * high > 0 for _, low, high in known), len(known))


def write_report(
    rows: Sequence[Row],
    worlds: int,
    slow: tuple[Sequence[Row], int],
    within: Sequence[Row] = (),
    fresh: Sequence[Row] = (),
    placebo: Sequence[Row] = (),
    *,
    day: date,
    version: str,
    docs: Path,
) -> Path:
    """Write docs/calibration.md and its plots.

    Parameters
    ----------
    rows : sequence of dict
        As `one_world.find` gives them, of all scenarios.
    worlds : int
        Per scenario, seeds 10,000 onwards.
    slow : sequence of dict, int
        Rows of `slow_world.find_slow` and worlds of each kind.
    within : sequence of dict
        Rows of `within_world.find_within`.
    fresh : sequence of dict
        Rows of `one_world.find_fresh`.
    placebo : sequence of dict
        Rows of `placebo_world.find_placebo`.
    day, version
        When it was measured, on which commit.
    docs : Path
    """
    images = docs / "images" / "calibration"
    images.mkdir(parents=True, exist_ok=True)
    rows = sorted(rows, key=lambda row: list(SCENARIOS).index(row["scenario"]))
    lines = [
        "# Calibration",
        "",
        f"Measured on {day:%d %B %Y} at commit {version} by `make calibrate`: {worlds} worlds per scenario, "
        f"seeds 10,000 to {10_000 + worlds - 1:,}, two primary outcomes each. Numbers in brackets are 95 % "
        "intervals of the shares themselves. What is planted: [demo-world.md](demo-world.md).",
        "",
        "## Intervals and false findings",
        "",
        "Coverage: how often the 95 % interval holds what was planted, where the model can be right. Found: "
        "how often it excludes zero; where nothing is planted that is a false finding, and should be 5 %.",
        "",
        "| scenario | outcome | M1 covers | M1 finds | M2 covers | M2 finds | rise finds |",
        "|---|---|---|---|---|---|---|",
        *_estimates(rows),
        "",
        "![How often the intervals hold the truth](images/calibration/coverage.svg)",
        "",
        "With eight organisations the wild cluster bootstrap rejects a true null in "
        f"{_bootstrap_size([row for row in rows if row['scenario'] == 'eight'])} of the worlds.",
        "",
        "## Which came first",
        "",
        "| scenario | outcome | maturity first | outcome first | both | cannot tell |",
        "|---|---|---|---|---|---|",
        *_verdicts(rows),
        "",
        "![Verdicts by scenario](images/calibration/verdicts.svg)",
        "",
        "## What was claimed",
        "",
        "Overreach is a claim above the highest rung that the scenario allows, which stands beside it.",
        "",
        *levels_table(rows),
        "",
        f"Overreach over all scenarios: {overreach(rows)}.",
        "",
        *fresh_section(fresh),
        *within_section(within),
        *placebo_section(placebo),
        *slow_section(*slow),
    ]
    (images / "coverage.svg").write_text(coverage_plot(_coverages(rows)), encoding="utf-8")
    (images / "verdicts.svg").write_text(verdict_plot(_verdict_shares(rows)), encoding="utf-8")
    path = docs / "calibration.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _estimates(rows: Sequence[Row]) -> Iterable[str]:
    for name, outcome, own in by_outcome(rows):
        planted = SCENARIOS[name]
        between = coverage(own, "m1", planted.between) if planted.between else "by design wrong"
        within = coverage(own, "m2", planted.within) if planted.within else "by design wrong"
        found = [findings(own, model) for model in ("m1", "m2", "rise")]
        yield f"| {name} | {outcome} | {between} | {found[0]} | {within} | {found[1]} | {found[2]} |"


def _coverages(rows: Sequence[Row]) -> list[dict[str, Any]]:
    points = []
    for name, outcome, own in by_outcome(rows):
        truths = {"m1": SCENARIOS[name].between, "m2": SCENARIOS[name].within}
        for model, truth in truths.items():
            if truth:
                share = coverage(own, model, truth)
                low, high = share.interval
                points.append(
                    {
                        "what": f"{name}, {outcome}",
                        "model": MODELS[model],
                        "value": share.value,
                        "low": low,
                        "high": high,
                    }
                )
    return points


def _bootstrap_size(rows: Sequence[Row]) -> Share:
    known = [row["bootstrap_p_value"] for row in rows if row["bootstrap_p_value"] is not None]
    return Share(sum(p < 0.05 for p in known), len(known))


def _verdicts(rows: Sequence[Row]) -> Iterable[str]:
    for name, outcome, own in by_outcome(rows):
        counts = Counter(row["verdict"] for row in own)
        cells = [
            f"**{counts[verdict]}**" if verdict == SCENARIOS[name].verdict else str(counts[verdict])
            for verdict in VERDICTS
        ]
        yield f"| {name} | {outcome} | " + " | ".join(cells) + " |"


def _verdict_shares(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {
            "what": f"{name}, {outcome}",
            "verdict": verdict,
            "share": Share(sum(row["verdict"] == verdict for row in own), len(own)).value,
        }
        for name, outcome, own in by_outcome(rows)
        for verdict in VERDICTS
    ]
