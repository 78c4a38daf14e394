"""What the build file was last made from, kept in it: it decides whether months may be kept. No models."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration import warehouse

SCHEMA, TABLE = "built", "made_from"
PUBLISHED = "published_editions"
"""Variable that names the benchmarks of kept editions; it may grow from one build to the next."""


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """What decides how every month is made: code and settings as a fingerprint, and editions looked at."""

    fingerprint: str
    editions: tuple[str, ...]

    def keeps_months_of(self, before: MadeFrom | None) -> bool:
        """Whether months that no data touched are what the build before made of them.

        Editions may have come since: whatever was published since was made from that same build, so that its
        groups are those of the build. An edition that is gone may have been what hid a group.
        """
        if before is None or before.fingerprint != self.fingerprint:
            return False
        return set(before.editions) <= set(self.editions)


def made_from(project_hash: str, reporting_currency: str, variables: Mapping[str, Any]) -> MadeFrom:
    """What a build is about to be made from.

    Parameters
    ----------
    project_hash : str
        Hash of every file of the dbt project and of dbt's version.
    reporting_currency : str
    variables : mapping
        Project variables of the call.
    """
    rest = {name: value for name, value in variables.items() if name != PUBLISHED}
    said = json.dumps([project_hash, reporting_currency, rest], sort_keys=True)
    return MadeFrom(hashlib.sha256(said.encode()).hexdigest(), tuple(variables.get(PUBLISHED, ())))


def take(home: Path) -> MadeFrom | None:
    """What the build file was wholly made from, taken out of it: a build that does not end leaves nothing."""
    if not warehouse.build_file(home).exists():
        return None
    with warehouse.connect(home) as connection:
        if (SCHEMA, TABLE) not in warehouse.relations_in(connection):
            return None
        rows = connection.execute(f"select fingerprint, editions from {SCHEMA}.{TABLE}").fetchall()
        connection.execute(f"drop table {SCHEMA}.{TABLE}")
    return MadeFrom(rows[0][0], tuple(rows[0][1])) if rows else None


def keep(home: Path, made: MadeFrom) -> None:
    """Say in the build file what all of it was made from."""
    with warehouse.connect(home) as connection:
        connection.execute(f"create schema if not exists {SCHEMA}")
        connection.execute(
            f"create or replace table {SCHEMA}.{TABLE} as "
            "select cast(? as varchar) as fingerprint, cast(? as varchar[]) as editions",
            [made.fingerprint, list(made.editions)],
        )


def touched_months(home: Path) -> tuple[int, int]:
    """Months that the last build made anew, and months there are; noughts where it was never asked."""
    with warehouse.connect(home, read_only=True) as connection:
        if ("intermediate", "int_month_state") not in warehouse.relations_in(connection):
            return 0, 0
        [(touched, months)] = connection.execute(
            "select count(*) filter (is_touched), count(*) from intermediate.int_month_state "
            "where fingerprint is not null"
        ).fetchall()
    return int(touched), int(months)
