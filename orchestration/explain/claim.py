"""One sentence of the summary: what it says, on what sample, which gates it met, and what would change it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Literal

from orchestration.explain import steps
from orchestration.explain.asked import unknown
from orchestration.explain.reasons import Reason
from orchestration.explain.source import VERSION, Source
from orchestration.reader import UnreadableEdition

MART = "fct_maturity_impact"
_PARENTS = ("int_kpi_month", "int_index_month", "int_organization")
_METHODS = {"none": "M1", "L0": "M1", "L1": "M1", "L2": "M2", "L3": "M2", "L4": "M2"}
"""Model whose estimate a level prints; docs/method.md says what each does."""
_MODELS = {
    "naive": "Ordinary least squares of the outcome on the index, without any adjustment.",
    "M1": "Least squares of the outcome one quarter later on the index, adjusted for employees, industry, "
    "country, customer type and month.",
    "M2": "The same within organisations: demeaned by organisation, with months.",
}
Fact = Mapping[str, Any]


def explain_claim(source: Source, asked: str, language: Literal["en", "nl"] = "en") -> dict[str, Any]:
    """Explain a claim of facts.json: an effect on an outcome, or a contrast or share that stands beside it.

    Parameters
    ----------
    source : the edition asked about.
    asked : outcome, practice or channel, as facts.json names it.
    language : language of the sentences.

    Returns
    -------
    dict
        The shape that docs/explain.md documents, version `VERSION`.

    Raises
    ------
    NothingAsked
        No claim of that name stands in the edition.
    UnreadableEdition
        Its facts are of another version: their claims are worded otherwise.
    """
    facts = json.loads((source.edition / "facts.json").read_text(encoding="utf-8"))
    _require_known_facts(source, facts)
    claims = {claim["outcome"]: claim for claim in facts["claims"]}
    groups = {row["practice_code"]: ("contrast", row) for row in facts["contrasts"]}
    groups |= {row["channel"]: ("adoption", row) for row in facts["adoption"]}
    head = {
        "version": VERSION,
        "kind": "claim",
        "asked": {"claim": asked},
        "edition": source.edition.name,
        "warnings": source.warnings,
    }
    if asked in claims:
        return {**head, **_effect(source, facts, claims[asked], language)}
    if asked in groups:
        return {**head, **_group(source, facts, asked, *groups[asked])}
    raise unknown("claim", asked, [*claims, *groups], f"there are {', '.join([*claims, *groups])}")


def _require_known_facts(source: Source, facts: Fact) -> None:
    from models.facts import FACTS_VERSION

    found = facts["versions"]["facts"]
    if found != FACTS_VERSION:
        raise UnreadableEdition(
            f"The facts of this edition have version {found}; claims of {FACTS_VERSION} are explained",
            str(source.edition / "facts.json"),
            "read its summary page, explain it with the version that made it, or run again",
        )


def _effect(source: Source, facts: Fact, claim: Fact, language: Literal["en", "nl"]) -> dict[str, Any]:
    from models.narrative_claims import claim_text
    from models.wording import Words

    words = Words(facts, language)
    text = claim_text(words, claim)
    outcome, model = claim["outcome"], _METHODS[claim["level"]]
    effects = {row["model"]: row for row in facts["effects"] if row["outcome"] == outcome}
    shown = ("estimate", "low", "high", "unit", "level", "grade", "withheld", "mde", "standard_error_kind")
    return {
        "sentence": " ".join(part for part in (text.statement, text.interval) if part),
        "basis": [text.order, text.basis, *text.notes],
        "effect": {name: claim[name] for name in shown},
        "method": {
            "model": model,
            "words": _MODELS[model],
            "estimates": [
                _estimate(effects[name]) for name in _MODELS if name in effects and not claim["withheld"]
            ],
        },
        "sample": {
            **{name: claim[name] for name in ("n_organizations", "n_periods", "first_period", "last_period")},
            "n_observations": effects[model]["n_observations"] if model in effects else 0,
        },
        "gates": _gates(source, words, claim),
        "changes": _changes(words, facts, outcome),
        "reasons": [asdict(reason) for reason in _withheld(words, facts, claim)],
        "steps": _steps(source, MART, _PARENTS),
    }


def _estimate(effect: Fact) -> dict[str, Any]:
    return {name: effect[name] for name in ("model", "estimate", "low", "high", "p_adjusted", "adjustment")}


def _gates(source: Source, words: Any, claim: Fact) -> list[dict[str, Any]]:
    """Every gate the claim met; below grade C its numbers are told without the size of an effect."""
    rows = source.rows(
        "select position, code, passed, detail from analysis.claim_reasons "
        "where outcome = ? order by position",
        [claim["outcome"]],
    )
    return [
        {
            **row,
            "detail": _without_sizes(row["detail"]) if claim["withheld"] else row["detail"],
            "words": words.name("reason", row["code"]),
        }
        for row in rows
    ]


def _without_sizes(detail: str | None) -> str | None:
    from models.facts_gates import SIZES

    parts = [part for part in (detail or "").split(", ") if part.split("=")[0] not in SIZES]
    return ", ".join(parts) or None


def _changes(words: Any, facts: Fact, subject: str) -> list[str]:
    """What would change the claim: what settles a withheld one, otherwise the gates that are not passed."""
    from dataclasses import replace

    from models.narrative_context import withheld_sentences

    entries = [entry for entry in facts["withheld"] if entry["subject"] == subject]
    if entries:
        return list(withheld_sentences(replace(words, facts={**facts, "withheld": entries})))
    [claim] = [claim for claim in facts["claims"] if claim["outcome"] == subject]
    return [words.name("reason", code) for code in claim["reasons"]]


def _withheld(words: Any, facts: Fact, claim: Fact) -> list[Reason]:
    if not claim["withheld"]:
        return []
    remedy = " ".join(_changes(words, facts, claim["outcome"]))
    if "group_below_minimum" in claim["reasons"]:
        n = claim["n_organizations"]
        return [Reason("suppressed", f"Only {n} organisations stand behind it, too few to publish", remedy)]
    return [Reason("withheld", f"Grade {claim['grade']}: below C no effect size is printed", remedy)]


def _group(source: Source, facts: Fact, subject: str, kind: str, row: Fact) -> dict[str, Any]:
    """A contrast between mature and less mature organisations, or the share active on a channel."""
    least = facts["method"]["minimum_group"]
    sizes = [row[name] for name in ("n_organizations", "n_mature", "n_less_mature") if name in row]
    reasons = []
    if row["is_suppressed"]:
        what = f"{subject}: a group of {min(sizes)} organisations is smaller than the minimum of {least}"
        remedy = f"none within this edition; it is shown from {least} organisations in every group"
        reasons = [asdict(Reason("suppressed", what, remedy))]
    mart = "fct_practice" if kind == "contrast" else "fct_channel_adoption"
    origin = "stg_assessment__practices" if kind == "contrast" else "stg_assessment__channel_adoption"
    return {
        "sentence": None,
        "basis": [],
        "effect": dict(row),
        "method": {"model": kind, "words": f"Computed from {mart} of the latest wave.", "estimates": []},
        "sample": {"n_organizations": sum(sizes)},
        "gates": [],
        "changes": [],
        "reasons": reasons,
        "steps": _steps(source, mart, (origin,)),
    }


def _steps(source: Source, mart: str, origins: tuple[str, ...]) -> list[dict[str, Any]]:
    [(count,)] = source.tables.execute(f"select count(*) from {mart}").fetchall()
    found = {
        step.model: {**asdict(step), "n_rows": int(count) if step.model == mart else None}
        for origin in origins
        for step in steps.lineage(source.home, mart, origin)
    }
    return list(found.values())
