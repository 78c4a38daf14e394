"""Sentences around the claims: stages, contrasts, adoption, coverage, what was withheld, how sure we are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.wording import Words, lower_first

Fact = Mapping[str, Any]


def stage_sentences(words: Words) -> tuple[str, ...]:
    """Where organisations stand, beside the published survey; a suppressed distribution says so."""
    stages, index, method = words.facts["stages"], words.facts["index"], words.facts["method"]
    n = words.form.integer(stages["n_organizations"])
    if stages["is_suppressed"]:
        return (words.text("stages.suppressed", minimum=words.form.integer(method["minimum_group"]), n=n),)
    observed = {row["stage"]: row["share"] for row in stages["observed"]}
    published = {row["stage"]: row["share"] for row in stages["published"]}
    lowest, highest = min(observed), max(observed)
    shared = {
        "wave": stages["wave"],
        "n": n,
        "top": words.share(observed[highest]),
        "bottom": words.share(observed[lowest]),
    }
    source = stages["publication"]
    if source is None or highest not in published or lowest not in published:
        sentences = [words.text("stages.text_unpublished", **shared)]
    else:
        sentences = [
            words.text(
                "stages.text",
                **shared,
                published_wave=source["wave"],
                respondents=words.form.integer(source["n_respondents"]),
                published_top=words.share(published[highest]),
                published_bottom=words.share(published[lowest]),
            )
        ]
    scores = ("mean", "personal_mean", "structural_mean", "cultural_mean")
    if all(index[name] is not None for name in scores):
        mean, personal, structural, cultural = (words.form.decimal(index[name]) for name in scores)
        maximum = words.form.integer(method["index_maximum"])
        sentences.append(
            words.text(
                "stages.mean",
                mean=mean,
                maximum=maximum,
                personal=personal,
                structural=structural,
                cultural=cultural,
            )
        )
    if stages["first_wave"] != stages["wave"]:
        sentences.append(words.text("stages.first", wave=stages["first_wave"]))
    return tuple(sentences)


def published_ratio(words: Words, row: Fact) -> str:
    """Published ratio with the relation it was published with, or nothing."""
    if row["published_ratio"] is None:
        return ""
    relation = words.node("contrasts.relations").get(row["published_relation"] or "ratio", "")
    return f"{relation}{words.form.ratio(row['published_ratio'])}"


def contrast_sentences(words: Words) -> tuple[str, ...]:
    """What mature organisations do more often; comparisons with a small side are named, not shown."""
    shown = [row for row in words.facts["contrasts"] if not row["is_suppressed"]]
    hidden = [row for row in words.facts["contrasts"] if row["is_suppressed"]]
    sentences = [words.text("contrasts.text", confidence=words.confidence)] if shown else []
    if not shown:
        sentences.append(words.text("contrasts.empty"))
    if hidden:
        names = "; ".join(lower_first(words.name("practice", row["practice_code"])) for row in hidden)
        minimum = words.form.integer(words.facts["method"]["minimum_group"])
        sentences.append(words.text("contrasts.suppressed", minimum=minimum, practices=names))
    return tuple(sentences)


def adoption_sentences(words: Words) -> tuple[str, ...]:
    """Adoption beside integration, and their distance."""
    index, method = words.facts["index"], words.facts["method"]
    sentences = []
    if all(index[name] is not None for name in ("channel_adoption_mean", "mean", "checklist_gap_mean")):
        sentences.append(
            words.text(
                "adoption.text",
                share=words.share(index["channel_adoption_mean"]),
                mean=words.form.decimal(index["mean"]),
                maximum=words.form.integer(method["index_maximum"]),
                gap=words.form.decimal(index["checklist_gap_mean"]),
            )
        )
    if any(row["is_suppressed"] for row in words.facts["adoption"]):
        minimum = words.form.integer(method["minimum_group"])
        sentences.append(words.text("adoption.suppressed", minimum=minimum))
    return tuple(sentences)


def coverage_sentences(words: Words) -> tuple[str, ...]:
    """How much of what was delivered is behind the figures, and the row balance."""
    coverage, ledger = words.facts["coverage"], words.facts["ledger"]
    first, last = words.span(coverage["first_period"], coverage["last_period"])
    counts = ("delivered", "accepted", "quarantined", "duplicate", "superseded")
    without_rate = coverage["n_without_rate"]
    currency = words.facts["method"]["reporting_currency"]
    return (
        words.text(
            "coverage.text",
            mapped=words.form.integer(coverage["n_mapped"]),
            rows=words.form.integer(coverage["n_rows"]),
            share=words.coverage_share(coverage["mapped_share"]),
            organizations=words.form.integer(coverage["n_organizations"]),
            first=first,
            last=last,
        ),
        words.text(
            "coverage.ledger",
            files=words.form.integer(ledger["n_files"]),
            **{name: words.form.integer(ledger[name]) for name in counts},
        ),
        *(
            [words.text("coverage.without_rate", n=words.form.integer(without_rate), currency=currency)]
            if without_rate
            else []
        ),
        words.text("coverage.balanced" if ledger["is_balanced"] else "coverage.unbalanced"),
    )


def withheld_sentences(words: Words) -> tuple[str, ...]:
    """What is not said, why, and what would settle it."""
    entries = words.facts["withheld"]
    if not entries:
        return (words.text("withheld.none"),)
    sentences = [_withheld_claim(words, entry) for entry in entries if entry["kind"] == "claim"]
    groups: dict[tuple[str, int], list[Fact]] = {}
    for entry in entries:
        if entry["kind"] != "claim":
            groups.setdefault((entry["kind"], entry["n_organizations"]), []).append(entry)
    for (kind, count), members in groups.items():
        named = "practice" if kind == "contrast" else "channel"
        names = [words.name(named, entry["subject"]) for entry in members]
        sentences.append(
            words.text(
                f"withheld.{kind}",
                name="; ".join([names[0], *(lower_first(n) if kind == "contrast" else n for n in names[1:])]),
                n=words.form.integer(count),
                minimum=words.form.integer(members[0]["minimum"]),
            )
        )
    return tuple(sentences)


def _withheld_claim(words: Words, entry: Fact) -> str:
    outcome = entry["subject"]
    reasons = "; ".join(words.name("reason", reason) for reason in entry["reasons"])
    why = words.text("withheld.why", reasons=reasons) if reasons else ""
    sentences = [words.text("withheld.claim", name=words.outcome(outcome), why=why)]
    if entry["mde"] is not None:
        mde = words.effect(outcome, entry["mde"])
        sentences.append(words.text("withheld.detect", mde=mde, step=words.step))
    sentences.append(settles(words, entry))
    return " ".join(sentences)


def settles(words: Words, entry: Fact) -> str:
    """Say what would settle a withheld claim."""
    n = words.form.integer(entry["n_organizations"])
    needed, periods = entry["organizations_needed"], entry["periods_needed"]
    if needed is None:
        return words.text("withheld.settle_other")
    settled = {"needed": words.form.integer(needed), "n": n}
    if entry["n_organizations"] < entry["minimum"]:
        return words.text("withheld.settle_minimum", **settled)
    if periods is None:
        return words.text("withheld.settle_half_organizations", **settled)
    settled |= {
        "periods": words.form.integer(periods),
        "n_periods": words.form.integer(entry["n_periods"]),
    }
    if entry["to_see"] is None:
        said = words.text("withheld.settle_half", **settled)
    else:
        to_see = words.effect(entry["subject"], entry["to_see"])
        said = words.text("withheld.settle_target", **settled, to_see=to_see)
    waves, quarters = entry["waves_needed"], entry["quarters_needed"]
    if waves is None or quarters is None:
        return said
    waiting = {"waves": words.form.integer(waves), "quarters": words.form.integer(quarters)}
    return f"{said} {words.text('withheld.settle_waves', **waiting)}"


def sure_sentences(words: Words) -> tuple[str, ...]:
    """Explain the ladder and the corrections."""
    method, index = words.facts["method"], words.facts["index"]
    sentences = [
        words.text("sure.ladder"),
        words.text("sure.withheld"),
        words.text("sure.multiplicity", n=words.form.integer(method["n_primary"])),
        words.text(
            "sure.minimum",
            organizations=words.form.integer(method["minimum_organizations"]),
            raters=words.form.integer(method["minimum_raters"]),
            low=words.form.integer(index["n_low_reliability"]),
            n=words.form.integer(index["n_organizations"]),
        ),
    ]
    return (*sentences, words.text("sure.unseen"))


def footer_entries(words: Words) -> tuple[tuple[str, str], ...]:
    """Period, inputs and versions, as pairs of label and value; the facts hash is added by the page."""
    facts = words.facts
    coverage, ledger, versions = facts["coverage"], facts["ledger"], facts["versions"]
    first, last = words.span(coverage["first_period"], coverage["last_period"])
    files, rows = words.form.integer(ledger["n_files"]), words.form.integer(ledger["delivered"])
    entries = [
        (words.text("footer.period"), words.text("footer.to", first=first, last=last)),
        (words.text("footer.organizations"), words.form.integer(coverage["n_organizations"])),
        (words.text("footer.inputs"), words.text("footer.inputs_value", files=files, rows=rows)),
    ]
    source = facts["stages"]["publication"]
    if source is not None:
        name = words.name("source", source["source_id"])
        entries.append((words.text("footer.published"), f"{name}, {source['wave']}"))
    return (
        *entries,
        *((words.text(f"footer.{key}"), versions[key]) for key in ("instrument", "method", "facts", "code")),
    )
