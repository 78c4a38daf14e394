"""The page at a glance: what stands below the answer, and one line for each section while it is folded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.sections.health import health_counts
from models.sections.order import verdict_gist
from models.wording import Words, is_silent

_PLAIN = ("rises", "dose", "drivers", "what_if", "fragility", "measurement")
Fact = Mapping[str, Any]


def glance_entries(words: Words) -> tuple[tuple[str, str], ...]:
    """What is asked next, as pairs of label and value: who, how whole, what is missing, how healthy."""
    facts = words.facts
    coverage = facts["coverage"]
    first, last = words.span(coverage["first_period"], coverage["last_period"])
    values = {
        "who": {
            "organizations": words.form.integer(coverage["n_organizations"]),
            "first": first,
            "last": last,
        },
        "rows": {
            "share": words.coverage_share(coverage["mapped_share"]),
            "rows": words.form.integer(coverage["n_rows"]),
        },
        "held": {"n": words.form.integer(facts["ledger"]["quarantined"])},
    }
    health = health_counts(words)
    values |= {"no_health": {}} if health is None else {"health": health}
    return tuple(
        (words.text(f"glance.{name}.label"), words.text(f"glance.{name}.value", **filled))
        for name, filled in values.items()
    )


def gists(words: Words) -> dict[str, str]:
    """One line per section, by its name: what is told of it before it is unfolded."""
    facts, count = words.facts, words.form.integer
    index, method = facts["index"], facts["method"]
    groups = [kind for row in facts["benchmarks"] for kind in row["kinds"]]
    is_index_known = index["mean"] is not None
    health = health_counts(words)
    said = {
        "coefficients": words.text("gists.coefficients"),
        "direction": verdict_gist(words),
        **{name: words.text(f"gists.{name}") for name in _PLAIN},
        "health": words.text("health.empty" if health is None else "health.gist", **(health or {})),
        "stages": words.text("gists.hidden")
        if not is_index_known
        else words.text(
            "gists.stages",
            n=count(index["n_organizations"]),
            mean=words.form.decimal(index["mean"]),
            maximum=count(method["index_maximum"]),
        ),
        "benchmarks": words.text("gists.benchmarks")
        if any(kind["groups"] for kind in groups)
        else words.text("gists.hidden"),
        "contrasts": words.text("gists.contrasts")
        if not all(row["is_suppressed"] for row in facts["contrasts"])
        else words.text("gists.hidden"),
        "adoption": words.text("gists.hidden")
        if index["channel_adoption_mean"] is None
        else words.text("gists.adoption", share=words.share(index["channel_adoption_mean"])),
        "others": words.text("gists.others", n=count(method["n_others"])),
        "kpis": words.text(
            "gists.kpis",
            known=count(facts["coverage"]["n_kpis_known"]),
            all=count(facts["coverage"]["n_kpis"]),
        ),
        "coverage": words.text(
            "gists.coverage",
            delivered=count(facts["ledger"]["delivered"]),
            accepted=count(facts["ledger"]["accepted"]),
        ),
        "withheld": words.text("gists.withheld", n=count(_n_silent(facts)), all=count(len(facts["claims"]))),
        "sure": words.text("gists.sure"),
    }
    return said


def _n_silent(facts: Fact) -> int:
    return sum(is_silent(claim) for claim in facts["claims"])
