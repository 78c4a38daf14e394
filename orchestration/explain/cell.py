"""One KPI of one organisation in one month: its cell, the rows behind it, why it is empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from contracts.kpi_rows import RowRegistry, load_kpi_rows
from contracts.kpis import Kpi, load_kpis
from orchestration.explain import build_rows, empty, held, held_rows, rates, reasons
from orchestration.explain.asked import month_of, unknown
from orchestration.explain.build_rows import CountedRow
from orchestration.explain.counted_steps import counted_steps
from orchestration.explain.source import VERSION, Source, rows_of
from orchestration.settings import load_settings

if TYPE_CHECKING:
    import duckdb

MART = "fct_organization_month"
_PARTS = ("numerator", "denominator")


def explain_kpi(source: Source, code: str, organization_id: str, period: str) -> dict[str, Any]:
    """Explain a cell: what it is, what it is made of, what was held back, and why it is empty where it is.

    Parameters
    ----------
    source : the edition asked about.
    code : code of a KPI of the registry.
    organization_id : an organisation of the edition.
    period : month, as 2024-03 or 2024-03-01.

    Returns
    -------
    dict
        The shape that docs/explain.md documents, version `VERSION`.

    Raises
    ------
    NothingAsked
        The organisation is unknown, the period is no month, or the edition is older than the KPI.
    """
    kpi = load_kpis().kpi(code)
    organization(source, organization_id)
    month = month_of(period)
    months = _months(source)
    if month is None:
        raise unknown("month", period, [f"{one:%Y-%m}" for one in months], "write it as 2024-03")
    shown = _cell(source.tables, "main", kpi, organization_id, month)
    told: dict[str, Any] = {
        "version": VERSION,
        "kind": "kpi",
        "asked": {"kpi": code, "organization_id": organization_id, "period": month.isoformat()},
        "edition": source.edition.name,
        "warnings": source.warnings,
        "cell": {**_words(kpi, str(shown.get("currency") or kpi.unit)), **_figures(shown)},
        "reasons": [],
        "notes": _notes(kpi, shown),
        "steps": [],
        "rows": [],
        "files": [],
        "rates": [],
        "held_back": [],
    }
    outside, build = reasons.outside_window(month, months), source.build
    if outside is not None:
        told["reasons"] = [asdict(outside)]
    elif build is not None and _is_as_shown(source, build, kpi, organization_id, month, shown):
        told |= _walk(source, build, kpi, organization_id, month, months, shown)
    elif shown.get("value") is None:
        told["reasons"] = [asdict(_not_walked())]
    return told


def organization(source: Source, organization_id: str) -> None:
    """Refuse an organisation that the edition does not know.

    Raises
    ------
    NothingAsked
        Naming the organisations that look like it.
    """
    rows = source.rows("select organization_id, name from dim_organization order by all")
    if organization_id in {row["organization_id"] for row in rows}:
        return
    known = {str(row[name]) for row in rows for name in ("organization_id", "name") if row[name] is not None}
    raise unknown(
        "organisation",
        organization_id,
        known,
        "the codes stand in dim_organization and in reference/organizations.csv",
    )


def _months(source: Source) -> list[date]:
    return [row["period"] for row in source.rows(f"select distinct period from {MART} order by 1")]


def _cell(
    connection: duckdb.DuckDBPyConnection, schema: str, kpi: Kpi, organization_id: str, month: date
) -> dict[str, Any]:
    """Numerator, denominator and value of a cell; empty where the row is not there."""
    present = {row[0] for row in connection.execute(f"describe {schema}.{MART}").fetchall()}
    if kpi.code not in present:
        raise unknown("KPI in this edition", kpi.code, present, "it is older than the KPI; ask a newer one")
    columns = {f"{kpi.code}_{part}": part for part in _PARTS} | {kpi.code: "value"}
    columns["reporting_currency"] = "currency"
    shown = ", ".join(f"{name} as {alias}" for name, alias in columns.items() if name in present)
    rows = rows_of(
        connection,
        f"select {shown} from {schema}.{MART} where organization_id = ? and period = ?",
        [organization_id, month],
    )
    return rows[0] if rows else {}


def _is_as_shown(
    source: Source,
    build: duckdb.DuckDBPyConnection,
    kpi: Kpi,
    organization_id: str,
    month: date,
    shown: dict[str, Any],
) -> bool:
    now = _cell(build, "marts", kpi, organization_id, month)
    return source.is_as_shown("cell", shown, now, number(now.get("value")))


def _not_walked() -> reasons.Reason:
    return reasons.Reason(
        "not_walked",
        "The rows behind this edition are not at hand, so that it cannot be said why the cell is empty",
        "ask about the current edition, or run again and ask about the new one",
    )


def _words(kpi: Kpi, currency: str) -> dict[str, Any]:
    return {
        "mart": MART,
        "name": kpi.name_en,
        "formula": kpi.formula,
        "numerator_words": kpi.numerator,
        "denominator_words": kpi.denominator,
        "unit": currency if kpi.unit == "currency" else kpi.unit,
        "minimum_sample": kpi.minimum_sample,
    }


def _figures(shown: dict[str, Any]) -> dict[str, float | None]:
    return {name: number(shown.get(name)) for name in (*_PARTS, "value")}


def number(value: Any) -> float | None:
    """A figure as JSON carries it."""
    return None if value is None else float(value)


def _notes(kpi: Kpi, shown: dict[str, Any]) -> list[str]:
    denominator = number(shown.get("denominator"))
    if shown.get("value") is None or denominator is None or denominator >= kpi.minimum_sample:
        return []
    return [
        f"Below the minimum sample: the denominator ({kpi.denominator}) is {denominator:g}, and below "
        f"{kpi.minimum_sample} one organisation-month says little."
    ]


def _walk(
    source: Source,
    build: duckdb.DuckDBPyConnection,
    kpi: Kpi,
    organization_id: str,
    month: date,
    known: Sequence[date],
    shown: dict[str, Any],
) -> dict[str, Any]:
    """Steps, rows, files, what was held back and, for an empty cell, the reasons."""
    declared = load_kpi_rows()
    kpi_rows = build_rows.settled(build, declared.kpis[kpi.code])
    if kpi_rows is None:
        return {"reasons": [asdict(reasons.not_declared(kpi, declared.kpis[kpi.code]))]}
    registry = replace(declared, kpis={**declared.kpis, kpi.code: kpi_rows})
    files = source.files
    rows = build_rows.counted_rows(build, registry, kpi.code, organization_id, month)
    lost = sum(not row.places for row in rows)
    if lost:
        source.warnings.append(
            f"{lost} rows that count are no longer among the accepted ones, which changed since: run again."
        )
    looked_at = {build_rows.month_meant(term, month) for term in kpi_rows.terms}
    held_back = [
        *held_rows.set_aside(build, registry, kpi.code, organization_id, month, files),
        *held_rows.without_rate(build, registry, kpi.code, organization_id, month, files),
        *held_rows.unsettled(build, registry, kpi.code, organization_id, month, files),
        *held.repeated(source.home, kpi.entities, looked_at),
        *held.refused(source.home, kpi.entities, looked_at),
    ]
    money = rates.money_of_rows(build, registry, kpi, rows, organization_id, month)
    why: list[reasons.Reason] = []
    if kpi_rows.only_lines and shown.get("denominator") and shown.get("numerator") is None:
        minimum = load_settings(source.home).thresholds.minimum_group_people
        why = [reasons.too_few_to_show(shown["denominator"], minimum, both_sides=kpi_rows.both_sides)]
    elif shown.get("value") is None:
        denominator = build_rows.totals(rows)["denominator"]
        why = list(
            empty.reasons(
                build, source.home, registry, kpi, organization_id, month, known, denominator, held_back
            )
        )
    return {
        "reasons": [asdict(reason) for reason in why],
        "steps": counted_steps(source.home, build, MART, registry, kpi_rows, rows, organization_id, month),
        "rows": [] if kpi_rows.only_lines else [_row(row, registry, files, money) for row in rows],
        "files": _files(rows, files),
        "rates": [asdict(one) for one in rates.rates_used(build, registry, kpi, rows, money)],
        "held_back": [one.as_json() for one in held_back],
    }


def _row(
    row: CountedRow,
    registry: RowRegistry,
    files: Any,
    money: Mapping[tuple[str, tuple[str, ...]], rates.Money],
) -> dict[str, Any]:
    own = money.get((row.model, row.key))
    return {
        "model": row.model,
        "key": dict(zip(registry.models[row.model].key, row.key, strict=True)),
        **{part: float(row.parts.get(part, Decimal(0))) for part in _PARTS},
        "money": None if own is None else asdict(own),
        "lines": [
            {"file": files.get(delivery_id, delivery_id), "delivery_id": delivery_id, "source_line": line}
            for _, delivery_id, line in row.places
        ],
    }


def _files(rows: Sequence[CountedRow], files: Any) -> list[dict[str, Any]]:
    lines: dict[tuple[str, str], set[int]] = {}
    for row in rows:
        for entity, delivery_id, line in row.places:
            lines.setdefault((entity, delivery_id), set()).add(line)
    return [
        {
            "entity": entity,
            "file": files.get(delivery_id, delivery_id),
            "delivery_id": delivery_id,
            "n_lines": len(found),
            "lines": sorted(found),
        }
        for (entity, delivery_id), found in sorted(lines.items())
    ]
