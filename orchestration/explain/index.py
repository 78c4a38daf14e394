"""One score of one organisation in one wave: its cell, the answers behind it, and why it is empty.

Answers are anonymous: lines and counts are told, never the level that anybody chose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from orchestration.explain import held, steps
from orchestration.explain.asked import month_of, unknown
from orchestration.explain.cell import number, organization
from orchestration.explain.held import UNIT_KEY, UNMAPPED, Held
from orchestration.explain.reasons import Reason, not_delivered
from orchestration.explain.source import VERSION, Source, rows_of

if TYPE_CHECKING:
    import duckdb

MART = "fct_assessment"
_STAGED = {
    "answers": ("assessment_answers", "stg_assessment__assessment_answers"),
    "ready_scores": ("assessment_scores", "stg_assessment__assessment_scores"),
    "channels": ("channel_adoption", "stg_assessment__channel_adoption"),
}
_OF_CHANNELS = ("channel_adoption_share", "checklist_gap")


def scores() -> tuple[str, ...]:
    """Scores that can be asked about: the index, its kinds and dimensions, and the channel figures."""
    from contracts.instrument import load_instrument

    instrument = load_instrument()
    kinds = dict.fromkeys(dimension.kind for dimension in instrument.dimensions)
    named = [*kinds, *(dimension.code for dimension in instrument.dimensions)]
    return ("integration_index", *(f"{name}_score" for name in named), *_OF_CHANNELS)


def explain_score(source: Source, score: str, organization_id: str, period: str) -> dict[str, Any]:
    """Explain a score of fct_assessment.

    Parameters
    ----------
    score : one of `scores()`.
    period : wave, as 2024-H1, or a month, which takes the wave that the marts carry into it.

    Returns
    -------
    dict
        The shape that docs/explain.md documents, version `VERSION`.

    Raises
    ------
    NothingAsked
        The organisation or the wave is unknown.
    """
    organization(source, organization_id)
    wave = _wave(source, organization_id, period)
    cells = source.rows(
        f"select {score} as value, score_basis, n_raters, is_low_reliability from {MART} "
        "where organization_id = ? and wave = ?",
        [organization_id, wave],
    )
    shown = cells[0] if cells else {}
    value = number(shown.get("value"))
    told: dict[str, Any] = {
        "version": VERSION,
        "kind": "score",
        "asked": {"score": score, "organization_id": organization_id, "wave": wave},
        "edition": source.edition.name,
        "warnings": source.warnings,
        "cell": {
            "mart": MART,
            "value": value,
            "score_basis": shown.get("score_basis"),
            "n_raters": shown.get("n_raters"),
        },
        "reasons": [],
        "notes": ["Few raters: below the minimum a score says little."]
        if shown.get("is_low_reliability")
        else [],
        "steps": [],
        "dimensions": [],
        "files": [],
        "held_back": [],
    }
    build = source.build
    if build is None or not _is_as_shown(source, build, score, organization_id, wave, value):
        return told
    kind = "channels" if score == "channel_adoption_share" else (shown.get("score_basis") or "answers")
    entity, staged = _STAGED[kind]
    held_back = [
        *_unmapped(build, entity, staged, wave, source.files),
        *held.repeated(source.home, (entity,), {_first_day(wave)}),
        *held.refused(source.home, (entity,), {_first_day(wave)}),
    ]
    files = _files(build, entity, staged, organization_id, wave, source.files)
    dimensions = _dimensions(build, organization_id, wave) if kind == "answers" else []
    if value is None:
        why = _reasons(source, entity, organization_id, wave, files, dimensions, held_back)
        told["reasons"] = [asdict(reason) for reason in why]
    n_rows = sum(file["n_rows"] for file in files)
    return told | {
        "steps": [
            {**asdict(step), "n_rows": n_rows if step.model == staged else None}
            for step in steps.lineage(source.home, MART, staged)
        ],
        "dimensions": dimensions,
        "files": files,
        "held_back": [one.as_json() for one in held_back],
    }


def _wave(source: Source, organization_id: str, period: str) -> str:
    if re.fullmatch(r"\d{4}-H[12]", period):
        return period
    month = month_of(period)
    waves = [row["wave"] for row in source.rows(f"select distinct wave from {MART} order by 1")]
    if month is None:
        raise unknown("wave", period, waves, f"there are {', '.join(waves)}")
    carried = source.rows(
        "select wave from fct_maturity_impact where organization_id = ? and period = ? and wave is not null",
        [organization_id, month],
    )
    return str(carried[0]["wave"]) if carried else f"{month.year}-H{1 if month.month <= 6 else 2}"


def _first_day(wave: str) -> date:
    return date(int(wave[:4]), 1 if wave.endswith("H1") else 7, 1)


def _is_as_shown(
    source: Source,
    build: duckdb.DuckDBPyConnection,
    score: str,
    organization_id: str,
    wave: str,
    value: float | None,
) -> bool:
    rows = rows_of(
        build,
        f"select {score} as value from marts.{MART} where organization_id = ? and wave = ?",
        [organization_id, wave],
    )
    now = number(rows[0]["value"]) if rows else None
    return source.is_as_shown("score", value, now, now)


def _dimensions(build: duckdb.DuckDBPyConnection, organization_id: str, wave: str) -> list[dict[str, Any]]:
    """Answers and raters by dimension, and how many raters answered enough of it to count."""
    rows = rows_of(
        build,
        "select dimension_code, kind, count(*) as n_raters, "
        "count(dimension_score) as n_raters_counted, sum(n_answered) as n_answers "
        "from intermediate.int_rater_dimension "
        "where organization_id = ? and wave = ? group by all order by all",
        [organization_id, wave],
    )
    return [{name: int(v) if name.startswith("n_") else v for name, v in row.items()} for row in rows]


def _files(
    build: duckdb.DuckDBPyConnection,
    entity: str,
    staged: str,
    organization_id: str,
    wave: str,
    files: Mapping[str, str],
) -> list[dict[str, Any]]:
    rows = rows_of(
        build,
        "select delivery_id, count(*) as n_rows, list(distinct source_line order by source_line) as lines "
        f"from staging.{staged} where organization_id = ? and wave = ? group by all order by all",
        [organization_id, wave],
    )
    return [
        {
            "entity": entity,
            "file": files.get(row["delivery_id"], row["delivery_id"]),
            "delivery_id": row["delivery_id"],
            "n_rows": int(row["n_rows"]),
            "n_lines": len(row["lines"]),
            "lines": [int(line) for line in row["lines"]],
        }
        for row in rows
    ]


def _unmapped(
    build: duckdb.DuckDBPyConnection, entity: str, staged: str, wave: str, files: Mapping[str, str]
) -> list[Held]:
    rows = rows_of(
        build,
        f"select delivery_id, {UNIT_KEY} as key, "
        "count(*) as n_rows, list(distinct source_line order by source_line) as lines "
        f"from staging.{staged} where organization_id is null and wave = ? group by all order by all",
        [wave],
    )
    return [
        Held(
            entity=entity,
            cause=UNMAPPED,
            file=files.get(row["delivery_id"], row["delivery_id"]),
            delivery_id=row["delivery_id"],
            rule=row["key"],
            month=_first_day(wave),
            is_own=False,
            n_rows=int(row["n_rows"]),
            lines=tuple(int(line) for line in row["lines"]),
        )
        for row in rows
    ]


def _reasons(
    source: Source,
    entity: str,
    organization_id: str,
    wave: str,
    files: Sequence[Mapping[str, Any]],
    dimensions: Sequence[Mapping[str, Any]],
    held_back: Sequence[Held],
) -> list[Reason]:
    """Why a score is empty, the first reason that holds first."""
    waves = [row["wave"] for row in source.rows(f"select distinct wave from {MART} order by 1")]
    if not held.n_delivered(source.home, entity):
        return [not_delivered(entity)]
    if files:
        weak = [d["dimension_code"] for d in dimensions if not d["n_raters_counted"]]
        said = f" (nobody answered enough of {', '.join(weak)})" if weak else ""
        return [
            Reason(
                "too_few_answers",
                f"There are answers, but not enough of them for this score{said}",
                "ask for the items that were left open; docs/method.md says how many a dimension needs",
                sum(int(file["n_rows"]) for file in files),
            )
        ]
    found = []
    for cause, what, remedy in (
        (
            UNMAPPED,
            "hang on keys without an organisation",
            "add the keys to reference/crosswalk.csv; maturity-impact crosswalk writes the lines to fill in",
        ),
        ("quarantined", "lie in quarantine", "maturity-impact quarantine show tells the lines and rules"),
    ):
        n_rows = sum(one.n_rows for one in held_back if one.cause == cause)
        if n_rows:
            found.append(Reason(cause, f"{n_rows:,} rows of {entity} for {wave} {what}", remedy, n_rows))
    if wave not in waves:
        span = f"{waves[0]} to {waves[-1]}" if waves else "none at all"
        return [
            *found,
            Reason(
                "outside_window",
                f"{wave} is none of the waves that were assessed ({span})",
                "ask about one of them",
            ),
        ]
    return [
        *found,
        Reason(
            "no_rows_in_month",
            f"{entity} were delivered, and none of {organization_id} in {wave}",
            "deliver the answers of that wave",
        ),
    ]
