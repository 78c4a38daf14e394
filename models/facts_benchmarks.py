"""How groups of organisations compare: quartiles of those that are shown, hidden ones counted. No wording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.kpis import load_kpis
from contracts.marts_benchmark import INDEX_CODE, SEGMENT_TYPES
from models.facts_cells import Cells, Row, count, typed

GROUP_COLUMNS = (
    "period", "kpi_code", "segment_type", "segment", "group_size", "first_quartile", "median",
    "third_quartile", "is_suppressed",
)  # fmt: skip
"""What is read of ``fct_benchmark``; an organisation's own place in its group is for that organisation."""
_QUARTILES = ("first_quartile", "median", "third_quartile")


def benchmarked(claims: Sequence[Mapping[str, Any]]) -> list[str]:
    """Figures that are compared: the index, and the KPIs of the primary claims."""
    kpi_of = {outcome.code: outcome.kpi for outcome in load_kpis().outcomes if outcome.kpi}
    primary = [kpi_of[c["outcome"]] for c in claims if c["is_primary"] and c["outcome"] in kpi_of]
    return [INDEX_CODE, *primary]


def benchmark_facts(groups: Cells, codes: Sequence[str]) -> list[Row]:
    """Groups of the latest month in which one is shown, per figure and kind of group.

    Parameters
    ----------
    groups : Cells
        ``fct_benchmark``; rows of the same group say the same.
    codes : sequence of str
        Figures that are compared, in the order of the page.

    Returns
    -------
    list of dict
        Per figure: period, and per kind of group the shown groups by falling median and how many are hidden.
        A figure of which no group is ever shown keeps its latest month; one without rows is left out.
    """
    distinct = {tuple(row.values()): row for row in groups.pick(GROUP_COLUMNS)}
    found = [_figure(code, [row for row in distinct.values() if row["kpi_code"] == code]) for code in codes]
    return [row for row in found if row is not None]


def _figure(code: str, rows: Sequence[Row]) -> Row | None:
    if not rows:
        return None
    shown = {row["period"] for row in rows if not row["is_suppressed"]}
    period = max(shown or {row["period"] for row in rows})
    latest = [row for row in rows if row["period"] == period]
    kinds = [_kind(kind, [row for row in latest if row["segment_type"] == kind]) for kind in SEGMENT_TYPES]
    return {"kpi": code, "period": period, "kinds": kinds}


def _kind(kind: str, rows: Sequence[Row]) -> Row:
    groups = [
        {
            "segment": str(row["segment"]),
            "n_organizations": count(row["group_size"]),
            **{name: value for name, value in typed(dict(row), _QUARTILES, ()).items() if name in _QUARTILES},
        }
        for row in rows
        if not row["is_suppressed"]
    ]
    return {
        "segment_type": kind,
        "n_hidden": sum(bool(row["is_suppressed"]) for row in rows),
        "groups": sorted(groups, key=lambda group: (-group["median"], group["segment"])),
    }
