"""The crosswalk looked at: what is wrong in it, which keys it lacks, what they may be. It maps nothing.

Suggestions are for a person to judge; nothing here is ever applied by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from contracts.contract import Contract
from contracts.entities import ENTITIES
from contracts.sql_rules import text
from orchestration.ingest.tell.open_periods import open_periods

KEY: Final = ("source_system", "unit_key_type", "unit_key")
SUGGESTED_AT_MOST: Final = 3
# rapidfuzz's WRatio, 0..100; below, names that share no more than a word come up (tried on company names).
LIKE_ENOUGH: Final = 75.0

Problem = Literal["overlap", "gap", "unknown_organization", "refused"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong in the crosswalk: which key, and what to do about it."""

    problem: Problem
    source_system: str
    unit_key_type: str
    unit_key: str
    said: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An organisation that an unmapped key may stand for: how alike (0..100), and like what."""

    organization_id: str
    score: float
    because: str


@dataclass(frozen=True, slots=True)
class Unmapped:
    """One native key without an organisation, and what hangs on it.

    Attributes
    ----------
    unit_key : None where the source names no organisation at all; then no crosswalk can help.
    entities : canonical entities with such rows.
    n_rows : accepted rows.
    amounts : money on these rows by currency, added up without regard to sign.
    first_day, last_day : ISO days of the rows that have one.
    periods : first day and day after the last of each period to be filled in, empty where it does not end;
        several where the crosswalk names an organisation in between.
    """

    source_system: str
    unit_key_type: str
    unit_key: str | None
    entities: tuple[str, ...]
    n_rows: int
    amounts: dict[str, str]
    first_day: str | None
    last_day: str | None
    suggestions: tuple[Suggestion, ...] = ()
    periods: tuple[tuple[str, str], ...] = ()


def findings(crosswalk: pd.DataFrame, organizations: pd.DataFrame, held: pd.DataFrame) -> list[Finding]:
    """What is wrong in the crosswalk.

    Parameters
    ----------
    crosswalk, organizations : accepted rows.
    held : refused rows, as `quarantine.read` gives them; those of the crosswalk are told.
    """
    return [*_refused(held), *_unknown(crosswalk, organizations), *_gaps(crosswalk)]


def unmapped(accepted: Path, connection: Any) -> list[Unmapped]:
    """Keys of accepted rows that belong to no organisation, the heaviest first.

    Parameters
    ----------
    accepted : HOME/accepted.
    connection : DuckDB connection that may read it.
    """
    parts = [
        part
        for contract in ENTITIES.values()
        if "unit_key" in contract.column_names and contract.name != "crosswalk"
        for part in _of_entity(accepted, contract, connection)
    ]
    found: dict[tuple[str, str, str | None], list[Unmapped]] = {}
    for part in parts:
        found.setdefault((part.source_system, part.unit_key_type, part.unit_key), []).append(part)
    together = [_together(same) for same in found.values()]
    return sorted(together, key=lambda key: (-key.n_rows, key.source_system, key.unit_key or ""))


def suggestions(key: str, names: Mapping[str, str], mapped: Mapping[str, str]) -> tuple[Suggestion, ...]:
    """Organisations whose name, identifier or known keys are like a native key, the likest first.

    Parameters
    ----------
    key : native key that has no organisation.
    names : organisation's identifier to its name.
    mapped : native keys of the crosswalk, of any system, to their organisation.
    """
    from rapidfuzz import fuzz, utils

    def bare(said: str) -> str:
        return utils.default_process(said).replace(" ", "")

    best: dict[str, Suggestion] = {}
    for code, name in names.items():
        score = round(fuzz.WRatio(key, name, processor=utils.default_process), 1)
        if score >= LIKE_ENOUGH:
            best[code] = Suggestion(code, score, f"its name {name}")
    # Identifiers are alike by chance (those of one vendor share most characters): only equal ones count.
    same = [(code, code, "its identifier") for code in names]
    same += [(other, code, f"its key {other}") for other, code in mapped.items()]
    for said, code, because in same:
        if bare(key) and bare(said) == bare(key):
            best[code] = Suggestion(code, 100.0, because)
    return tuple(sorted(best.values(), key=lambda one: (-one.score, one.organization_id))[:SUGGESTED_AT_MOST])


def _refused(held: pd.DataFrame) -> Iterator[Finding]:
    for row in held[held["entity"] == "crosswalk"].to_dict("records"):
        raw, reasons = json.loads(row["raw"]), str(row["reasons"]).split(";")
        is_overlap = "valid_from:no_overlap" in reasons
        said = (
            "Its period overlaps another of the same key: end the earlier one on the day the later begins"
            if is_overlap
            else f"The line was refused ({', '.join(reasons)}): correct it as quarantine show says"
        )
        where = f"{row['file']} line {row['source_line']}"
        yield _finding("overlap" if is_overlap else "refused", raw, f"{said} ({where}).")


def _unknown(crosswalk: pd.DataFrame, organizations: pd.DataFrame) -> Iterator[Finding]:
    known = set(organizations["organization_id"])
    for row in crosswalk[~crosswalk["organization_id"].isin(known)].sort_values(list(KEY)).to_dict("records"):
        said = f"{row['organization_id']} is not in organizations.csv: add it there, or correct it here."
        yield _finding("unknown_organization", row, said)


def _gaps(crosswalk: pd.DataFrame) -> Iterator[Finding]:
    rows = crosswalk.sort_values([*KEY, "valid_from"], ignore_index=True)
    begins = rows.groupby(list(KEY), sort=False)["valid_from"].shift(-1)
    for row, begin in zip(rows.to_dict("records"), begins, strict=True):
        if pd.notna(begin) and pd.notna(row["valid_to"]) and row["valid_to"] < begin:
            said = f"No organisation from {row['valid_to']:%Y-%m-%d} until {begin:%Y-%m-%d}"
            yield _finding("gap", row, f"{said}: close the gap, or leave it if that is so.")


def _finding(problem: Problem, row: Mapping[Any, Any], said: str) -> Finding:
    system, kind, key = (str(row.get(name, "")) for name in KEY)
    return Finding(problem, system, kind, key, said)


def _of_entity(accepted: Path, contract: Contract, connection: Any) -> Iterator[Unmapped]:
    files = text(accepted / contract.name / "**" / "*.parquet")
    day = contract.period_column or next((c.name for c in contract.columns if c.name == "answered_at"), None)
    money = next((column.name for column in contract.columns if column.kind == "money"), None)
    currency = "currency" if money and "currency" in contract.column_names else "null"
    rows = connection.execute(
        f"""
        select source_system, unit_key_type, unit_key, {currency} as currency, count(*),
               sum(abs({money or "null"})), min({day or "null"})::date, max({day or "null"})::date
        from read_parquet({files}, union_by_name = true, hive_partitioning = false)
        where organization_id is null
        group by all order by all
        """
    ).fetchall()
    for system, kind, key, code, count, amount, first, last in rows:
        amounts = {str(code): str(amount)} if code is not None and amount is not None else {}
        days = (str(first) if first else None, str(last) if last else None)
        yield Unmapped(str(system), str(kind or ""), key, (contract.name,), int(count), amounts, *days)


def _together(parts: list[Unmapped]) -> Unmapped:
    amounts: dict[str, Decimal] = {}
    for part in parts:
        for code, amount in part.amounts.items():
            amounts[code] = amounts.get(code, Decimal(0)) + Decimal(amount)
    first = parts[0]
    return Unmapped(
        first.source_system,
        first.unit_key_type,
        first.unit_key,
        tuple(dict.fromkeys(name for part in parts for name in part.entities)),
        sum(part.n_rows for part in parts),
        {code: str(amount) for code, amount in sorted(amounts.items())},
        min((part.first_day for part in parts if part.first_day), default=None),
        max((part.last_day for part in parts if part.last_day), default=None),
    )


@dataclass(frozen=True, slots=True)
class Looked:
    """State of the crosswalk of a home: what is wrong in it, and which keys it lacks."""

    findings: list[Finding]
    unmapped: list[Unmapped]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is wrong and every row is mapped; a gap can be meant."""
        return not self.unmapped and all(finding.problem == "gap" for finding in self.findings)


def look(home: Path, memory_limit: str = "1GB") -> Looked:
    """Look at the crosswalk of a home as it was last accepted.

    Parameters
    ----------
    home : folder of the installation, with accepted/ in it.
    memory_limit : memory that counting may use; more is spilled to HOME/tmp.
    """
    import duckdb

    from orchestration.ingest.gate import quarantine
    from orchestration.ingest.gate.accepted import read_entity

    accepted = home / "accepted"
    crosswalk = read_entity(accepted, ENTITIES["crosswalk"])
    organizations = read_entity(accepted, ENTITIES["organizations"])
    names = dict(zip(organizations["organization_id"], organizations["name"], strict=True))
    mapped = dict(zip(crosswalk["unit_key"], crosswalk["organization_id"], strict=True))
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": str(home / "tmp" / "duckdb"),
    }
    with duckdb.connect(config=config) as connection:
        keys = unmapped(accepted, connection)
    found = findings(crosswalk, organizations, quarantine.read(home / "quarantine"))
    known = _known(crosswalk)
    return Looked(
        found,
        [
            replace(
                key,
                suggestions=suggestions(key.unit_key, names, mapped),
                periods=open_periods(
                    key.first_day,
                    key.last_day,
                    known.get((key.source_system, key.unit_key_type, key.unit_key), ()),
                ),
            )
            if key.unit_key
            else key
            for key in keys
        ],
    )


def _known(crosswalk: pd.DataFrame) -> dict[tuple[str, ...], list[tuple[str, str]]]:
    """Periods of each key in the crosswalk, as ISO days."""
    found: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for row in crosswalk.to_dict("records"):
        begins, ends = (
            f"{day:%Y-%m-%d}" if pd.notna(day) else "" for day in (row["valid_from"], row["valid_to"])
        )
        found.setdefault(tuple(str(row[name]) for name in KEY), []).append((begins, ends))
    return found
