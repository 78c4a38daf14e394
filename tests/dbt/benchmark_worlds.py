"""Worlds of organisations for the benchmarks, the project's own SQL run on them, and whoever attacks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from contracts.marts_benchmark import SEGMENT_TYPES

TYPES = list(SEGMENT_TYPES)
STEPS = ("int_benchmark_overlap", "int_benchmark_suppression", "int_benchmark")
PERIOD = pd.Timestamp("2024-05-01")
EXACT = 1e-8
"""Distance below which a group counts as a sum of others: rounding of some eighty additions."""

Group = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Published:
    """What the project's SQL made of worlds.

    Attributes
    ----------
    rows : DataFrame
        As `int_benchmark` has them.
    groups : DataFrame
        As `int_benchmark_suppression` has them.
    """

    rows: pd.DataFrame
    groups: pd.DataFrame

    def hidden(self, period: pd.Timestamp, *, only_small: bool = False) -> set[Group]:
        """Groups that are hidden in a world; with `only_small` those that are below the minimum."""
        own = self.groups[(self.groups["period"] == period) & self.groups["suppression_reason"].notna()]
        if only_small:
            own = own[own["suppression_reason"] == "below_minimum"]
        return set(zip(own["segment_type"], own["segment"], strict=True))


def compiled(warehouse: Any) -> dict[str, str]:
    """SQL of the benchmarks' steps and of their assertion, as dbt last compiled it."""
    wanted = {*STEPS, "assert_no_small_group_can_be_worked_out"}
    results = warehouse.result.result.results
    return {r.node.name: r.node.compiled_code for r in results if r.node.name in wanted}


def members(worlds: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Rows as `int_benchmark_member` has them, out of one row per organisation and period."""
    parts = [
        worlds[["organization_id", "period", "value"]].assign(segment_type=name, segment=worlds[name])
        for name in TYPES
    ]
    return pd.concat(parts).assign(kpi_code="win_rate", minimum_group=minimum)


def benchmark(sql: Mapping[str, str], rows: pd.DataFrame, before: pd.DataFrame | None = None) -> Published:
    """Run the project's SQL on members of groups, and on those of groups that were shown before."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as build")
        connection.execute("use build")
        connection.execute("create schema intermediate")
        connection.register("given", rows)
        connection.execute("create table intermediate.int_benchmark_member as select * from given")
        connection.register("before", rows.head(0) if before is None else before)
        connection.execute("create schema staging")
        connection.execute("create table staging.stg_benchmark__published_groups as select * from before")
        for step in STEPS:
            connection.execute(f"create table intermediate.{step} as {sql[step]}")
        made, groups = (
            connection.execute(f"select * from intermediate.{name}").df()
            for name in ("int_benchmark", "int_benchmark_suppression")
        )
    return Published(made, groups)


def offenders(sql: Mapping[str, str], rows: pd.DataFrame) -> int:
    """Groups that the project's own assertion finds fault with."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as build")
        connection.execute("use build")
        connection.execute("create schema marts")
        connection.register("given", rows)
        connection.execute("create table marts.fct_benchmark as select * from given")
        return len(connection.execute(sql["assert_no_small_group_can_be_worked_out"]).fetchall())


def recovered(world: pd.DataFrame, hidden: set[Group], minimum: int) -> set[Group]:
    """Small groups that are a sum or difference of what is shown, whatever is added to or taken from what.

    The attacker knows who is in which group, how many there are in all, and of each shown group as much as
    its sum (more than its size and quartiles tell). A hidden group below the minimum is worked out when its
    members are a linear combination of the members of shown groups.
    """
    shown: list[npt.NDArray[np.float64]] = [np.ones(len(world))]
    small: dict[Group, npt.NDArray[np.float64]] = {}
    for name in TYPES:
        for segment in world[name].unique():
            inside = (world[name] == segment).to_numpy(dtype=np.float64)
            if (name, segment) not in hidden:
                shown.append(inside)
            elif inside.sum() < minimum:
                small[name, segment] = inside
    left, sizes, _ = np.linalg.svd(np.array(shown).T, full_matrices=False)
    span = left[:, sizes > EXACT]
    return {
        group for group, inside in small.items() if np.linalg.norm(inside - span @ (span.T @ inside)) < EXACT
    }


def random_worlds(count: int, seed: int) -> pd.DataFrame:
    """One world per period: uneven groups, often nested in those of the type before but for a few."""
    random = np.random.default_rng(seed)
    return pd.concat([_world(random, number) for number in range(count)], ignore_index=True)


def _world(random: np.random.Generator, number: int) -> pd.DataFrame:
    n = int(random.integers(6, 80))
    columns: dict[str, Any] = {}
    before: npt.NDArray[np.int64] | None = None
    for name, most in zip(TYPES, (12, 2, 3, 7), strict=True):
        levels = int(random.integers(1, most + 1))
        labels = random.choice(levels, n, p=random.dirichlet(np.full(levels, random.choice([0.3, 1.0, 5.0]))))
        if before is not None and random.random() < 0.5:
            follows = random.integers(0, levels, before.max() + 1)[before]
            labels = np.where(random.random(n) < random.choice([0.8, 0.95, 1.0]), follows, labels)
        columns[name] = [f"{name}-{label}" for label in labels]
        before = labels
    return pd.DataFrame(
        {
            "organization_id": [f"org-{place}" for place in range(n)],
            "period": pd.Timestamp("1990-01-01") + pd.DateOffset(months=number),
            "value": random.integers(0, 30, n) / 10,
            **columns,
        }
    )
