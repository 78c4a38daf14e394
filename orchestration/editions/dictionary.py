"""Contracts, KPI registry, views and dbt manifest -> the dictionary of an edition. No words, no page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts import Contract
from contracts.contract import Column
from contracts.kpis import Kpi, Registry, load_kpis
from models.dictionary import (
    Dictionary,
    DictionaryColumn,
    DictionaryKpi,
    DictionaryTable,
    DictionaryView,
    Step,
)
from orchestration.editions.views import View

BELIEVED = ("fct_assessment", "fct_kpi")
"""Marts whose values each edition carries on; see orchestration/editions/beliefs.py."""
_LONGEST_LIST = 15
_SUFFIXES = ("", "_numerator", "_denominator", "_lead_3m", "_lag_3m")
Manifest = Mapping[str, Any]
Reads = Mapping[str, Sequence[str]]


def gather(
    manifest: Manifest,
    contracts: Sequence[Contract],
    analysis_reads: Sequence[str],
    views: Sequence[View] = (),
) -> Dictionary:
    """Bring together what is known of every published table.

    Parameters
    ----------
    manifest : mapping
        Manifest of the dbt project.
    contracts : sequence of Contract
        Contracts of the published tables, in the order in which readers meet them.
    analysis_reads : sequence of str
        Marts and entities that the analysis reads; they stand in no manifest.
    views : sequence of View
        Views for the common questions.
    """
    steps = list(_steps(manifest, contracts, analysis_reads))
    reads = {step.name: step.made_from for step in steps}
    kpi_of = _kpi_columns(load_kpis())
    tables = tuple(_table(contract, manifest, reads, kpi_of) for contract in contracts)
    kpis = tuple(_kpi(kpi, tables) for kpi in load_kpis().kpis)
    explained = tuple(
        DictionaryView(view.name, view.description, tuple(view.columns.items())) for view in views
    )
    return Dictionary(tables, explained, kpis, tuple(steps))


def _steps(manifest: Manifest, contracts: Sequence[Contract], reads: Sequence[str]) -> Iterator[Step]:
    nodes = {**manifest["sources"], **manifest["nodes"]}
    found = []
    for node in nodes.values():
        kind = node["resource_type"]
        if kind not in ("source", "model", "seed"):
            continue
        parents = node.get("depends_on", {}).get("nodes", ())
        layer = {"source": "accepted", "seed": "staging"}.get(kind) or str(node["schema"])
        made_from = tuple(sorted(nodes[parent]["name"] for parent in parents))
        found.append(Step(node["name"], layer, _first_sentence(node["description"]), made_from))
    read = {parent for step in found for parent in step.made_from} | set(reads)
    order = ("accepted", "staging", "intermediate", "marts")
    found.sort(key=lambda step: (order.index(step.layer), step.name))
    yield from (step for step in found if step.layer != "accepted" or step.name in read)
    for contract in contracts:
        if contract.layer == "analysis":
            yield Step(contract.name, "analysis", contract.grain, tuple(sorted(reads)))
        if contract.layer == "edition":
            yield Step(contract.name, "edition", contract.grain, BELIEVED)


def _first_sentence(text: str) -> str:
    return text.split(". ", maxsplit=1)[0].rstrip(".") + "." if text else ""


def _table(
    contract: Contract, manifest: Manifest, reads: Reads, kpi_of: Mapping[str, Kpi]
) -> DictionaryTable:
    node = _node(manifest, contract.name)
    tests = [] if node is None else _tests(manifest, node["unique_id"])
    is_plain = contract.layer in ("marts", "edition")
    return DictionaryTable(
        name=contract.name,
        layer=contract.layer,
        relation=contract.name if is_plain else f"{contract.layer}.{contract.name}",
        description=contract.description,
        grain=contract.grain,
        key=contract.key,
        columns=tuple(_column(column, contract, node, tests, kpi_of) for column in contract.columns),
        rules=tuple((f"{rule.column}:{rule.name}", rule.description) for rule in contract.frame_rules),
        checks=tuple((test["name"], _said(test)) for test in tests),
        made_from=tuple(reads.get(contract.name, ())),
        read_by=tuple(sorted(name for name, parents in reads.items() if contract.name in parents)),
        sources=_sources(contract.name, reads),
    )


def _sources(name: str, reads: Reads) -> tuple[str, ...]:
    """Accepted entities that a table is made of in the end: the steps that are made from nothing."""
    seen: set[str] = set()
    open_ends = [name]
    while open_ends:
        for parent in reads.get(open_ends.pop(), ()):
            if parent not in seen:
                seen.add(parent)
                open_ends.append(parent)
    return tuple(sorted(step for step in seen if not reads.get(step)))


def _node(manifest: Manifest, name: str) -> Mapping[str, Any] | None:
    return next(
        (
            node
            for node in manifest["nodes"].values()
            if node["resource_type"] == "model" and node["name"] == name
        ),
        None,
    )


def _tests(manifest: Manifest, unique_id: str) -> list[Mapping[str, Any]]:
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and (
            node.get("attached_node") == unique_id
            or (not node.get("attached_node") and unique_id in node["depends_on"]["nodes"])
        )
    ]


def _said(test: Mapping[str, Any]) -> str:
    """What a test written by hand says at its top; the generic ones say it by their name."""
    if test.get("test_metadata"):
        return str(test.get("description") or "")
    lines = []
    for line in str(test["raw_code"]).splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines)


def _column(
    column: Column,
    contract: Contract,
    node: Mapping[str, Any] | None,
    tests: Sequence[Mapping[str, Any]],
    kpi_of: Mapping[str, Kpi],
) -> DictionaryColumn:
    kpi = kpi_of.get(column.name)
    declared = {} if node is None else node["columns"].get(column.name, {})
    rules = [rule.name for rule in contract.rules if rule.column == column.name and rule.stage != "convert"]
    generic = [str(test["test_metadata"]["name"]) for test in tests if column.name in _tested_columns(test)]
    return DictionaryColumn(
        name=column.name,
        type=str(declared.get("data_type") or column.kind),
        is_nullable=column.nullable,
        unit=column.unit,
        description=column.description,
        conditions=tuple(_conditions(column)),
        kpi="" if kpi is None else kpi.code,
        sources=() if kpi is None else kpi.entities,
        checks=tuple(dict.fromkeys([*rules, *generic])),
    )


def _tested_columns(test: Mapping[str, Any]) -> set[str]:
    arguments = (test.get("test_metadata") or {}).get("kwargs", {})
    return {*arguments.get("columns", ()), *arguments.get("bounds", ()), *arguments.get("values", ())}


def _conditions(column: Column) -> Iterator[str]:
    if column.allowed:
        more = len(column.allowed) - _LONGEST_LIST
        rest = f" and {more} more" if more > 0 else ""
        yield f"One of {', '.join(column.allowed[:_LONGEST_LIST])}{rest}."
    low, high = column.bounds
    if column.kind not in ("date", "timestamp") and (low, high) != (None, None):
        ends = [
            f"{words} {end:g}" for words, end in (("at least", low), ("at most", high)) if end is not None
        ]
        yield " and ".join(ends).capitalize() + "."


def _kpi_columns(registry: Registry) -> dict[str, Kpi]:
    """KPI of every column that tells it, a part of it, or it a quarter away; a logarithm tells its figure."""
    stems = {
        **{kpi.code: kpi for kpi in registry.kpis},
        **{outcome.code: registry.kpi(outcome.kpi) for outcome in registry.outcomes if outcome.kpi},
    }
    return {f"{stem}{suffix}": kpi for stem, kpi in stems.items() for suffix in _SUFFIXES}


def _kpi(kpi: Kpi, tables: Sequence[DictionaryTable]) -> DictionaryKpi:
    columns = tuple(
        (table.name, column.name) for table in tables for column in table.columns if column.kpi == kpi.code
    )
    return DictionaryKpi(
        code=kpi.code,
        name=kpi.name_en,
        formula=kpi.formula,
        numerator=kpi.numerator,
        denominator=kpi.denominator,
        unit=kpi.unit,
        direction=kpi.direction,
        aggregation=kpi.aggregation,
        minimum_sample=kpi.minimum_sample,
        basis=kpi.basis,
        sources=kpi.entities,
        columns=columns,
    )
