"""If these fail, a benchmark is wrong, or a few organisations' figures can be worked out of what is shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from benchmark_worlds import (
    PERIOD,
    TYPES,
    Published,
    benchmark,
    compiled,
    members,
    offenders,
    random_worlds,
    recovered,
)

MINIMUM = 5
N_WORLDS = 240
SHOWN = ["group_size", "first_quartile", "median", "third_quartile", "percentile", "gap_to_median"]
TOLERANCE = 1e-12
"""Figures are tenths below three; both routes interpolate between the same two of them."""


@pytest.fixture(scope="module")
def sql(warehouse: Any) -> dict[str, str]:
    return compiled(warehouse)


@pytest.fixture(scope="module")
def worlds() -> pd.DataFrame:
    return random_worlds(N_WORLDS, seed=20240501)


@pytest.fixture(scope="module")
def published(sql: dict[str, str], worlds: pd.DataFrame) -> Published:
    return benchmark(sql, members(worlds, MINIMUM))


def one_type(groups: dict[str, list[float]], minimum: int) -> pd.DataFrame:
    """Members of groups of one type, by the figures in each."""
    rows = [
        (f"{segment}-{place}", segment, value)
        for segment, values in groups.items()
        for place, value in enumerate(values)
    ]
    frame = pd.DataFrame(rows, columns=["organization_id", "segment", "value"])
    return frame.assign(period=PERIOD, kpi_code="win_rate", segment_type="industry", minimum_group=minimum)


def by_organization(published: Published) -> pd.DataFrame:
    return published.rows.set_index("organization_id").sort_index()


def test_places_and_quartiles_are_those_of_numpy(published: Published, worlds: pd.DataFrame) -> None:
    key = ["organization_id", "period", "segment_type"]
    expected = members(worlds, MINIMUM).set_index(key)["value"]
    shown = published.rows[~published.rows["is_suppressed"]]
    n_groups = 0
    for _, group in shown.groupby(["period", "segment_type", "segment"]):
        values = expected.loc[pd.MultiIndex.from_frame(group[key])].to_numpy()
        quartiles = np.quantile(values, [0.25, 0.5, 0.75])
        places = [100 * ((values < v).sum() + 0.5 * (values == v).sum()) / len(values) for v in values]
        assert (group["group_size"] == len(values)).all()
        for name, value in zip(SHOWN[1:4], quartiles, strict=True):
            np.testing.assert_allclose(group[name], value, atol=TOLERANCE)
        np.testing.assert_allclose(group["percentile"], places, atol=100 * TOLERANCE)
        np.testing.assert_allclose(group["gap_to_median"], values - quartiles[1], atol=TOLERANCE)
        n_groups += 1
    assert n_groups > N_WORLDS


def test_hidden_rows_stay_and_tell_nothing(published: Published, worlds: pd.DataFrame) -> None:
    hidden = published.rows[published.rows["is_suppressed"]]
    assert len(published.rows) == len(TYPES) * len(worlds)
    assert len(hidden) > len(worlds) / 10
    assert hidden[SHOWN].isna().all(axis=None)
    assert hidden["suppression_reason"].notna().all()
    assert published.rows.loc[~published.rows["is_suppressed"], SHOWN].notna().all(axis=None)


@pytest.mark.parametrize(
    ("values", "percentiles"),
    [
        ([7.0], [50.0]),
        ([3.0, 3.0, 3.0], [50.0, 50.0, 50.0]),
        ([1.0, 2.0, 2.0, 5.0], [12.5, 50.0, 50.0, 87.5]),
        ([1.0, 1.0, 9.0, 9.0, 9.0], [20.0, 20.0, 70.0, 70.0, 70.0]),
    ],
    ids=["one member", "all equal", "tie in the middle", "two ties"],
)
def test_ties_share_the_middle_of_their_places(
    sql: dict[str, str], values: list[float], percentiles: list[float]
) -> None:
    found = by_organization(benchmark(sql, one_type({"retail": values}, minimum=1)))
    assert found["percentile"].tolist() == percentiles
    assert found["gap_to_median"].tolist() == [value - np.median(values) for value in values]


def test_one_small_group_alone_would_leak_and_takes_another_with_it(sql: dict[str, str]) -> None:
    groups = {"media": [1.0] * 3, "retail": [2.0] * 6, "travel": [3.0] * 9}
    found = benchmark(sql, one_type(groups, MINIMUM)).groups.set_index("segment")["suppression_reason"]
    assert found.fillna("shown").to_dict() == {
        "media": "below_minimum",
        "retail": "complementary",
        "travel": "shown",
    }


def test_small_groups_that_are_many_together_hide_each_other(sql: dict[str, str]) -> None:
    groups = {"media": [1.0] * 3, "energy": [1.0] * 4, "travel": [3.0] * 9}
    found = benchmark(sql, one_type(groups, MINIMUM)).groups.set_index("segment")["suppression_reason"]
    assert found.fillna("shown").to_dict() == {
        "media": "below_minimum",
        "energy": "below_minimum",
        "travel": "shown",
    }


def world_of(industries: str, countries: str) -> pd.DataFrame:
    """World whose organisations have an industry and a country by letter, and all else in common."""
    n = len(industries)
    return pd.DataFrame(
        {
            "organization_id": [f"org-{place:02}" for place in range(n)],
            "period": PERIOD,
            "value": np.arange(n) / 10,
            "industry": list(industries),
            "employees_band": "under_500",
            "customer_type": "b2b",
            "country": list(countries),
        }
    )


def test_a_group_that_is_all_but_one_of_another_is_hidden(sql: dict[str, str]) -> None:
    world = world_of(industries="aaaaaa" + "bbbbbbbb", countries="xxxxx" + "y" * 9)
    hidden = benchmark(sql, members(world, MINIMUM)).hidden(PERIOD)
    assert hidden == {("country", "x"), ("country", "y")}


def test_a_group_tiled_by_groups_of_another_type_but_for_a_few_is_found(sql: dict[str, str]) -> None:
    world = world_of(industries="a" * 12 + "b" * 14, countries="x" * 5 + "y" * 5 + "zz" + "z" * 14)
    hidden = benchmark(sql, members(world, MINIMUM)).hidden(PERIOD)
    assert ("country", "x") in hidden
    assert len(hidden) > 1


def test_no_small_group_is_worked_out_by_sums_and_differences(
    published: Published, worlds: pd.DataFrame
) -> None:
    by_period = list(worlds.groupby("period"))
    small_alone = [recovered(w, published.hidden(p, only_small=True), MINIMUM) for p, w in by_period]
    assert sum(map(bool, small_alone)) > N_WORLDS / 3, (
        "the attacker must win where only small groups are hidden"
    )
    assert [p for p, w in by_period if recovered(w, published.hidden(p), MINIMUM)] == []


def test_most_large_groups_stay_shown(published: Published) -> None:
    large = published.groups[published.groups["group_size"] >= MINIMUM]
    assert large["suppression_reason"].isna().mean() > 0.6


def test_the_assertion_of_the_project_agrees(sql: dict[str, str], published: Published) -> None:
    assert offenders(sql, published.rows) == 0


@pytest.mark.parametrize(
    "world",
    [
        world_of(industries="aaa" + "b" * 9, countries="x" * 12),
        world_of(industries="aaaaaa" + "b" * 8, countries="x" * 5 + "y" * 9),
    ],
    ids=["left over", "all but one"],
)
def test_the_assertion_of_the_project_finds_what_leaks(sql: dict[str, str], world: pd.DataFrame) -> None:
    rows = members(world, MINIMUM)
    size = rows.groupby(["segment_type", "segment"])["organization_id"].transform("size")
    rows = rows.assign(group_size=size, is_suppressed=size < MINIMUM)
    assert offenders(sql, rows) > 0


def test_two_editions_do_not_tell_of_the_few_between_them(sql: dict[str, str]) -> None:
    """A reader of both takes each group from what it was: what is left is nobody, or as many as a group."""
    random = np.random.default_rng(7)
    before = random_worlds(60, seed=3)
    earlier = benchmark(sql, members(before, MINIMUM))
    shown = earlier.rows[~earlier.rows["is_suppressed"]]
    after = before[random.random(len(before)) > 0.05].reset_index(drop=True)
    later = benchmark(sql, members(after, MINIMUM), before=shown)
    group = ["period", "segment_type", "segment"]
    was = shown.groupby(group)["organization_id"].apply(set)
    now = later.rows[~later.rows["is_suppressed"]].groupby(group)["organization_id"].apply(set)
    changes = [len(now[key] ^ was[key]) for key in was.index.intersection(now.index)]
    assert changes.count(0) > 20
    assert all(change == 0 or change >= MINIMUM for change in changes)
    assert (later.groups["suppression_reason"] == "changed_by_few").sum() > 20
    by_period = list(after.groupby("period"))
    assert [p for p, w in by_period if recovered(w, later.hidden(p), MINIMUM)] == []
