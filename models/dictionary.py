"""What the dictionary of an edition tells: tables, columns, KPIs, the graph, as frozen values. No words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DictionaryColumn:
    """One column.

    Attributes
    ----------
    type : type in the published file.
    conditions : what its values must fulfil, in words.
    kpi : code of the KPI that it tells or is part of; empty for none.
    sources : accepted entities it is made of, where the registry says so.
    checks : names of the tests that look at it.
    """

    name: str
    type: str
    is_nullable: bool
    unit: str
    description: str
    conditions: tuple[str, ...] = ()
    kpi: str = ""
    sources: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DictionaryTable:
    """One published table; `relation` is what a query names, `made_from` and `read_by` are neighbours."""

    name: str
    layer: str
    relation: str
    description: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[DictionaryColumn, ...]
    rules: tuple[tuple[str, str], ...]
    checks: tuple[tuple[str, str], ...]
    made_from: tuple[str, ...]
    read_by: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DictionaryView:
    """One view for a common question: what it answers, and each column in words."""

    name: str
    description: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DictionaryKpi:
    """One KPI as the registry declares it, and where it stands."""

    code: str
    name: str
    formula: str
    numerator: str
    denominator: str
    unit: str
    direction: str
    aggregation: str
    minimum_sample: int
    basis: str
    sources: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One table or view on the way of the data, with those it is made from."""

    name: str
    layer: str
    description: str
    made_from: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Everything that the page shows, in the order in which it shows it."""

    tables: tuple[DictionaryTable, ...]
    views: tuple[DictionaryView, ...]
    kpis: tuple[DictionaryKpi, ...]
    steps: tuple[Step, ...]
