"""How many rows of each model stand behind a cell, from the mart back to the accepted rows. No reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts.kpi_rows import KpiRows, RowRegistry
from orchestration.explain import build_rows, steps
from orchestration.explain.build_rows import CountedRow

if TYPE_CHECKING:
    import duckdb


def counted_steps(
    home: Path,
    build: duckdb.DuckDBPyConnection,
    mart: str,
    registry: RowRegistry,
    kpi_rows: KpiRows,
    rows: Sequence[CountedRow],
    organization_id: str,
    month: date,
) -> list[dict[str, Any]]:
    """Every model between the mart and the accepted rows, with how many of its rows stand behind the cell."""
    found: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys(term.model for term in kpi_rows.terms):
        model = registry.models[name]
        own = [row for row in rows if row.model == name]
        places = {place for row in own for place in row.places if place[0] == model.entity}
        counts = {name: len(own), model.staged: len(places), model.records or name: len(own)}
        if model.records:
            counts[model.records] = len(places)
        origins = {model.staged: (model.entity, places)}
        if model.also is not None:
            others = {place for row in own for place in row.places if place[0] == model.also.entity}
            origins[model.also.staged] = (model.also.entity, others)
            counts[model.also.staged] = len(others)
        for step in (step for staged in origins for step in steps.lineage(home, mart, staged)):
            n_rows = counts.get(step.model)
            if n_rows is None:
                n_rows = _n_month(build, step, organization_id, month)
            found[step.model] = {**asdict(step), "n_rows": n_rows}
        for entity, behind in origins.values():
            found[f"accepted/{entity}"] = {
                "layer": "accepted",
                "model": entity,
                "file": f"accepted/{entity}",
                "sql": None,
                "n_rows": _n_accepted(build, home, entity, behind),
            }
    return list(found.values())


def _n_month(
    build: duckdb.DuckDBPyConnection, step: steps.Step, organization_id: str, month: date
) -> int | None:
    """Rows of a model of organisation and month; None for models of another grain."""
    columns = {row[0] for row in build.execute(f"describe {step.layer}.{step.model}").fetchall()}
    if not {"organization_id", "period"} <= columns:
        return None
    [(count,)] = build.execute(
        f"select count(*) from {step.layer}.{step.model} where organization_id = ? and period = ?",
        [organization_id, month],
    ).fetchall()
    return int(count)


def _n_accepted(
    build: duckdb.DuckDBPyConnection, home: Path, entity: str, places: set[build_rows.Place]
) -> int:
    """How many of these lines lie in accepted/."""
    import pandas as pd

    if not places:
        return 0
    lines = pd.DataFrame([place[1:] for place in sorted(places)], columns=["delivery_id", "source_line"])
    build.register("asked_lines", lines.astype({"delivery_id": "str", "source_line": "int64"}))
    pattern = str(home / "accepted" / entity / "**" / "*.parquet")
    [(count,)] = build.execute(
        "select count(*) from read_parquet(?, hive_partitioning = false) as accepted "
        "semi join asked_lines using (delivery_id, source_line)",
        [pattern],
    ).fetchall()
    build.unregister("asked_lines")
    return int(count)
