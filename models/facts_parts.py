"""The parts of the facts object, one function per table; the whole and its bytes are made in facts.py."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from models.facts_cells import Cells, Row, count, mean, real, share, typed
from models.facts_gates import gate_facts

STAGE_CODES = ("doing_nothing", "first_steps", "pilot", "integrating", "integrated")
STAGE_SOURCE, STAGE_WAVE = "insites_smis", "2011-12"
# Above 99 % a source is as good as whole, below 90 % a comparison over periods starts to compare coverage.
COVERAGE_BANDS = (0.99, 0.95, 0.9)
CLAIM_COLUMNS = (
    "outcome", "is_primary", "level", "grade", "withheld", "estimate", "low", "high", "unit",
    "standard_error_kind", "n_organizations", "n_periods", "first_period", "last_period", "naive_estimate",
    "mde", "coverage", "reasons",
)  # fmt: skip
EFFECT_COLUMNS = (
    "outcome", "is_primary", "family", "model", "exposure", "estimate", "standard_error", "low", "high",
    "p_value", "p_adjusted", "adjustment", "unit", "standard_error_kind", "degrees_of_freedom",
    "n_observations", "n_organizations", "n_periods", "first_period", "last_period", "mde",
)  # fmt: skip
MODEL_ORDER = ("naive", "M1", "M2")
FAMILIES = ("primary", "secondary", "exploratory")


def claim_facts(claims: Cells, met: Cells | None, effects: Cells) -> list[Row]:
    """Claims by family and outcome; reasons as a list, and every gate that was met."""
    rows = claims.pick(CLAIM_COLUMNS)
    for row in rows:
        typed(
            row,
            ("estimate", "low", "high", "naive_estimate", "mde", "coverage"),
            ("n_organizations", "n_periods"),
        )
        row["is_primary"], row["withheld"] = bool(row["is_primary"]), bool(row["withheld"])
        row["unit"] = row["unit"] or ""
        reasons = row["reasons"] or []
        parts = reasons.split(";") if isinstance(reasons, str) else reasons
        row["reasons"] = [str(part).strip() for part in parts if part and str(part).strip()]
    gates = gate_facts(met, frozenset(row["outcome"] for row in rows if row["withheld"]))
    adjusted_with = {row["outcome"]: row["family"] for row in effects.pick(("outcome", "family"))}
    for row in rows:
        row["gates"] = gates.get(row["outcome"], [])
        row["family"] = "primary" if row["is_primary"] else adjusted_with.get(row["outcome"], FAMILIES[-1])
    return sorted(rows, key=lambda row: (FAMILIES.index(row["family"]), row["outcome"]))


def effect_facts(effects: Cells, minimum: int) -> list[Row]:
    """Effects, primaries first, by outcome and model; below the minimum of organisations without figures."""
    reals = (
        "estimate",
        "standard_error",
        "low",
        "high",
        "p_value",
        "p_adjusted",
        "degrees_of_freedom",
        "mde",
    )
    rows = effects.pick(EFFECT_COLUMNS)
    for row in rows:
        typed(row, reals, ("n_observations", "n_organizations", "n_periods"))
        row["is_primary"], row["unit"] = bool(row["is_primary"]), row["unit"] or ""
        if row["n_organizations"] < minimum:
            row.update(dict.fromkeys(reals))

    def order(row: Row) -> tuple[Any, ...]:
        known = row["model"] in MODEL_ORDER
        position = MODEL_ORDER.index(row["model"]) if known else len(MODEL_ORDER)
        return not row["is_primary"], row["outcome"], position, row["model"], row["exposure"]

    return sorted(rows, key=order)


def contrast_facts(contrasts: Cells, minimum: int) -> list[Row]:
    """Contrasts; a comparison with a group below the minimum keeps its counts and loses its figures."""
    figures = ("share_mature", "share_less_mature", "risk_ratio", "low", "high", "adjusted_ratio",
               "adjusted_low", "adjusted_high", "e_value")  # fmt: skip
    names = ("practice_code", "n_mature", "n_less_mature", *figures, "published_ratio", "published_relation")
    rows = contrasts.pick(names)
    for row in rows:
        typed(row, (*figures, "published_ratio"), ("n_mature", "n_less_mature"))
        row["is_suppressed"] = min(row["n_mature"], row["n_less_mature"]) < minimum
        if row["is_suppressed"]:
            row.update(dict.fromkeys(figures))
    return sorted(rows, key=lambda row: (row["published_ratio"] is None, row["practice_code"]))


def _waves(rows: Iterable[Row]) -> list[str]:
    return sorted({str(row["wave"]) for row in rows if row["wave"] is not None})


def _published(benchmarks: Cells, prefix: str) -> tuple[dict[str, float], Row | None]:
    names = ("source_id", "wave", "n_respondents", "markets", "segment_type", "metric", "value")
    rows = [
        row
        for row in benchmarks.pick(names)
        if row["source_id"] == STAGE_SOURCE
        and str(row["wave"])[:7] == STAGE_WAVE
        and row["segment_type"] == "all"
        and str(row["metric"]).startswith(prefix)
    ]
    # Published figures are whole per cents; dividing a decimal text keeps 0.14 the same double everywhere.
    values = {str(row["metric"]).removeprefix(prefix): float(row["value"]) / 100 for row in rows}
    if not rows:
        return values, None
    first = rows[0]
    publication = {name: str(first[name]) for name in ("source_id", "markets")}
    publication["wave"] = STAGE_WAVE
    return values, {**publication, "n_respondents": count(first["n_respondents"])}


def stage_facts(assessment: Cells, benchmarks: Cells, minimum: int) -> Row:
    """Stage distribution of the latest wave beside the published one; suppressed below the minimum."""
    rows = [row for row in assessment.pick(("wave", "stage")) if row["stage"] is not None]
    waves = _waves(rows)
    first, last = (waves[0], waves[-1]) if waves else (None, None)
    counts = {wave: [0] * len(STAGE_CODES) for wave in waves}
    for row in rows:
        counts[str(row["wave"])][count(row["stage"]) - 1] += 1
    latest, earliest = (counts[last], counts[first]) if last and first else ([0] * 5, [0] * 5)
    suppressed, first_is_small = sum(latest) < minimum, sum(earliest) < minimum
    published, publication = _published(benchmarks, "stage_")
    observed = [
        {
            "stage": number,
            "stage_code": code,
            "n_organizations": latest[number - 1],
            "share": latest[number - 1] / sum(latest),
            "share_first_wave": None if first_is_small else earliest[number - 1] / sum(earliest),
        }
        for number, code in enumerate(STAGE_CODES, start=1)
        if not suppressed
    ]
    return {
        "wave": last,
        "first_wave": first,
        "n_organizations": sum(latest),
        "n_organizations_first_wave": sum(earliest),
        "is_suppressed": suppressed,
        "observed": observed,
        "published": [
            {"stage": number, "stage_code": code, "share": published[code]}
            for number, code in enumerate(STAGE_CODES, start=1)
            if code in published
        ],
        "publication": publication,
    }


def adoption_facts(adoption: Cells, benchmarks: Cells, minimum: int) -> list[Row]:
    """Share of organisations active per channel in the latest wave, beside the published share."""
    published, _ = _published(benchmarks, "adoption_")
    rows = adoption.pick(("wave", "channel", "is_active"))
    waves = _waves(rows)
    last = waves[-1] if waves else None
    latest = [row for row in rows if row["wave"] == last and row["is_active"] is not None]
    result = []
    for channel in sorted({str(row["channel"]) for row in latest} | set(published)):
        answers = [bool(row["is_active"]) for row in latest if row["channel"] == channel]
        suppressed = len(answers) < minimum
        result.append(
            {
                "channel": channel,
                "wave": last,
                "n_organizations": len(answers),
                "share": None if suppressed else share(sum(answers), len(answers)),
                "published_share": published.get(channel),
                "is_suppressed": suppressed,
            }
        )
    return sorted(result, key=lambda row: (-(row["published_share"] or 0.0), row["channel"]))


def index_facts(assessment: Cells, quality: Cells, minimum: int) -> Row:
    """Means of the latest wave and the measures of index quality; means suppressed below the minimum."""
    scores = ("integration_index", "personal_score", "structural_score", "cultural_score",
              "channel_adoption_share", "checklist_gap")  # fmt: skip
    rows = [
        r
        for r in assessment.pick(("wave", "is_low_reliability", *scores))
        if r["integration_index"] is not None
    ]
    waves = _waves(rows)
    latest = [row for row in rows if row["wave"] == waves[-1]] if waves else []
    known = latest if len(latest) >= minimum else []
    means = [mean(real(row[name]) for row in known) for name in scores]
    measures = [
        {**typed(row, ("value", "low", "high"), ()), "scope": row["scope"] or ""}
        for row in quality.pick(("measure", "value", "low", "high", "scope"))
    ]
    return {
        "wave": waves[-1] if waves else None,
        "n_organizations": len(latest),
        "mean": means[0],
        "personal_mean": means[1],
        "structural_mean": means[2],
        "cultural_mean": means[3],
        "channel_adoption_mean": means[4],
        "checklist_gap_mean": means[5],
        "n_low_reliability": sum(bool(row["is_low_reliability"]) for row in latest),
        "quality": sorted(measures, key=lambda row: (row["scope"], row["measure"])),
    }


def _source_coverage(system: str, rows: Sequence[Row], start: str) -> Row:
    periods: dict[str, list[int]] = {}
    for row in rows:
        if row["period"] is not None and str(row["period"]) >= start:
            cell = periods.setdefault(str(row["period"]), [0, 0])
            cell[0] += count(row["n_rows"])
            cell[1] += count(row["n_mapped"])
    n_rows, n_mapped = (sum(count(row[name]) for row in rows) for name in ("n_rows", "n_mapped"))
    money = [row for row in rows if row["reported_amount"] is not None]
    names = ("reported_amount", "reported_amount_mapped")
    amounts = [sorted(real(row[name]) or 0.0 for row in money) for name in names]
    return {
        "source_system": system,
        "n_rows": n_rows,
        "n_mapped": n_mapped,
        "n_unmapped": n_rows - n_mapped,
        "mapped_share": share(n_mapped, n_rows),
        "amount": math.fsum(amounts[0]) if money else None,
        "amount_mapped": math.fsum(amounts[1]) if money else None,
        "periods": [
            {"period": period, "n_rows": n, "n_mapped": mapped, "mapped_share": share(mapped, n)}
            for period, (n, mapped) in sorted(periods.items())
        ],
    }


def _months_between(assessed: Sequence[Row]) -> float | None:
    """Mean distance of the waves, from the first month that each speaks about."""
    starts: dict[str, str] = {}
    for row in assessed:
        if row["wave"] is not None and row["period"] is not None:
            wave, period = str(row["wave"]), str(row["period"])
            starts[wave] = min(period, starts.get(wave, period))
    months = sorted(12 * int(start[:4]) + int(start[5:7]) for start in starts.values())
    return (months[-1] - months[0]) / (len(months) - 1) if len(months) > 1 else None


def coverage_facts(join_coverage: Cells, assessment: Cells, claims: Sequence[Mapping[str, Any]]) -> Row:
    """Organisations, waves, periods and the share of rows whose key maps to an organisation, by source."""
    names = (
        *("source_system", "entity", "period", "n_rows", "n_mapped"),
        *("reported_amount", "reported_amount_mapped"),
    )
    rows = join_coverage.pick(names)
    assessed = assessment.pick(("organization_id", "wave", "period"))
    waves = _waves(assessed)
    firsts = [str(row["first_period"]) for row in claims if row["first_period"]]
    firsts += [str(row["period"]) for row in assessed if row["period"]]
    # Spells of employment reach back to the oldest hire; the figures begin with the index.
    start = min(firsts, default="")
    sources = [
        _source_coverage(system, [row for row in rows if row["source_system"] == system], start)
        for system in sorted({str(row["source_system"]) for row in rows})
    ]
    months = sorted({cell["period"] for source in sources for cell in source["periods"]})
    n_rows, n_mapped = (sum(source[name] for source in sources) for name in ("n_rows", "n_mapped"))
    return {
        "n_organizations": len({row["organization_id"] for row in assessed}),
        "n_waves": len(waves),
        "months_between_waves": _months_between(assessed),
        "first_wave": waves[0] if waves else None,
        "last_wave": waves[-1] if waves else None,
        "first_period": start or (months[0] if months else None),
        "last_period": months[-1] if months else None,
        "n_periods": len(months),
        "n_rows": n_rows,
        "n_mapped": n_mapped,
        "mapped_share": share(n_mapped, n_rows),
        "n_without_rate": sum(count(row.get("n_without_rate")) for row in join_coverage.rows),
        "bands": list(COVERAGE_BANDS),
        "sources": sources,
    }


def ledger_facts(ledger: Cells) -> Row:
    """Row balance in total and by source system."""
    kinds = ("delivered", "accepted", "quarantined", "duplicate", "superseded")
    rows = [typed(row, (), kinds) for row in ledger.pick(("source_system", *kinds))]

    def total(part: Sequence[Row]) -> Row:
        return {"n_files": len(part), **{kind: sum(row[kind] for row in part) for kind in kinds}}

    whole = total(rows)
    systems = sorted({str(row["source_system"]) for row in rows})
    return {
        **whole,
        "is_balanced": all(row["delivered"] == sum(row[kind] for kind in kinds[1:]) for row in rows),
        "sources": [
            {"source_system": s, **total([row for row in rows if row["source_system"] == s])} for s in systems
        ],
    }
