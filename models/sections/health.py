"""The health card, and how well the index measures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from models.sections.parts import Fact, Panel, Section, Table
from models.wording import Words

SHARES = frozenset({"coverage", "missing_outcome", "identification", "sensitivity"})
COUNTS = frozenset({"clusters", "multiplicity", "played_to"})
SAME = "second_route"
STATUSES = ("PASS", "REVIEW", "FAIL")
MEASURES = (
    "alpha", "omega_total", "omega_hierarchical", "icc1", "icc2", "rwg_j_median", "rater_mood_share",
    "low_agreement_share", "n_raters_mean",
)  # fmt: skip
_OF_INDEX = ("", "all", "index")


def health_counts(words: Words) -> dict[str, str] | None:
    """How many checks passed, are to be looked at, and failed; None where nothing was looked at."""
    found = Counter(row["status"] for row in words.facts["health"])
    if not found:
        return None
    passed, review, failed = (words.form.integer(found[status]) for status in STATUSES)
    return {"passed": passed, "review": review, "failed": failed}


def health_section(words: Words) -> Section:
    """What was looked at before anything was said; what was passed is folded away."""
    rows = words.facts["health"]
    if not rows:
        return Section((words.text("health.empty"),))
    open_rows = sorted(
        (row for row in rows if row["status"] != "PASS"), key=lambda row: -STATUSES.index(row["status"])
    )
    passed = [row for row in rows if row["status"] == "PASS"]
    prose = [words.text("health.text")] + ([] if open_rows else [words.text("health.all_passed")])
    panels = []
    if open_rows:
        panels.append(Panel(table=_table(words, "health.title", open_rows)))
    if passed:
        panels.append(Panel(table=_table(words, "health.passed", passed), more=words.text("health.passed")))
    return Section(tuple(prose), tuple(panels))


def _table(words: Words, title: str, rows: Sequence[Fact]) -> Table:
    return Table(
        words.text(title),
        words.header("health.columns"),
        tuple(_row(words, row) for row in rows),
        tuple(row["status"].lower() for row in rows),
    )


def _row(words: Words, row: Fact) -> tuple[str, ...]:
    check, outcome = row["check"], row["outcome"]
    action = row["action"]
    return (
        words.text(f"health.checks.{check}"),
        words.text("health.everything") if outcome == "all" else words.outcome(outcome),
        *_values(words, row),
        words.text(f"health.statuses.{row['status']}"),
        words.text("health.nothing_to_do" if action is None else f"health.actions.{action}"),
    )


def _values(words: Words, row: Fact) -> tuple[str, str, str]:
    check = row["check"]
    if check == SAME:
        rounding = words.text("health.rounding")
        found = words.text("health.same") if row["status"] == "PASS" else rounding
        return found, rounding, rounding
    if check in SHARES:
        shown = [words.share(row[name], 1) for name in ("value", "review_at", "fail_at")]
    elif check == "reliability":
        shown = [coefficient(words, row[name], row["value"]) for name in ("value", "review_at", "fail_at")]
    else:
        places = 0 if check in COUNTS else 2
        shown = [
            "–" if row[name] is None else words.form.decimal(row[name], places)
            for name in ("value", "review_at", "fail_at")
        ]
    return shown[0], shown[1], shown[2]


def measurement_section(words: Words) -> Section:
    """Reliability and agreement, what moves the ranks, and signs that the index is played to."""
    index = words.facts["index"]
    ranks, prose = index["ranks"], []
    if ranks is not None and ranks["median_points"] is not None and ranks["median_width"] is not None:
        prose.append(
            words.text(
                "measurement.text",
                points=words.form.decimal(ranks["median_points"]),
                width=words.form.integer(ranks["median_width"]),
                n=words.form.integer(ranks["n_organizations"]),
            )
        )
        for source in ranks["sources"][:1]:
            named = words.node("measurement.choices").get(source["source"], source["source"])
            share = words.share(source["total"])
            prose.append(words.text("measurement.sources", source=named, share=share))
    measured = {row["measure"]: row for row in index["quality"] if row["scope"] in _OF_INDEX}
    rows = tuple(_measure(words, measured[name]) for name in MEASURES if name in measured)
    quality = Table(words.text("measurement.title"), words.header("measurement.columns"), rows)
    watch = Table(
        words.text("measurement.watch_title"),
        words.header("measurement.watch_columns"),
        tuple(_sign(words, row) for row in index["watch"] if row["share"] is not None),
        tuple(
            "review" if row["is_flagged"] else "pass" for row in index["watch"] if row["share"] is not None
        ),
    )
    panels = tuple(Panel(table=table) for table in (quality, watch) if table.rows)
    return Section(tuple(prose) or (words.text("measurement.hidden"),), panels)


def coefficient(words: Words, value: float | None, highest: float | None) -> str:
    """A coefficient; one just below one is never printed as one."""
    if value is None:
        return "–"
    if value > 1:
        return words.form.decimal(value)
    return words.form.decimal(value, 3 if max(value, highest or 0.0) >= 0.995 else 2)


def _measure(words: Words, row: Fact) -> tuple[str, ...]:
    names = words.node(f"measurement.measures.{row['measure']}")
    low, high = (coefficient(words, row[end], row["high"]) for end in ("low", "high"))
    value = coefficient(words, row["value"], row["high"])
    return str(names["name"]), value, "–" if row["low"] is None else f"{low} – {high}", str(names["says"])


def _sign(words: Words, row: Fact) -> tuple[str, ...]:
    return (
        words.text(f"measurement.signs.{row['check']}"),
        words.share(row["share"], 1),
        f"{words.share(row['low'], 1)} – {words.share(row['high'], 1)}",
        words.share(row["threshold"]),
        words.text("measurement.flagged" if row["is_flagged"] else "measurement.quiet"),
    )
