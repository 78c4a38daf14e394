"""A wrong index or mart would reach leadership unseen; pandas makes each again from the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from second_route import KEY, TOLERANCE, compare

from contracts.instrument import load_instrument
from contracts.kpis import load_kpis


def test_build_succeeds_with_every_check(warehouse: Any) -> None:
    well = {"test": "pass", "unit_test": "pass", "exposure": "no-op"}
    bad = [
        r.node.name
        for r in warehouse.result.result.results
        if r.status != well.get(r.node.resource_type, "success")
    ]
    assert warehouse.result.success
    assert bad == []


def test_full_time_equivalents_are_shares_of_who_is_there(warehouse: Any) -> None:
    found = warehouse.frame("select * from marts.fct_organization_month where headcount is not null")
    rows = warehouse.rows["employment_spells"]
    rows = rows[rows["organization_id"].notna() & (rows["worker_type"] != "contingent")]
    n_unknown = 0
    for row in found.itertuples():
        day = row.period + pd.offsets.MonthEnd(0)
        is_there = (rows["started_on"] <= day) & (rows["ended_on"].isna() | (rows["ended_on"] >= day))
        shares = rows.loc[is_there & (rows["organization_id"] == row.organization_id), "fte_share"]
        n_unknown += shares.isna().any()
        if shares.isna().any():
            assert pd.isna(row.fte)
        else:
            assert abs(row.fte - shares.astype(float).sum()) < 1e-9
        if pd.notna(row.attrition):
            assert abs(row.attrition_annualised - 12 * row.attrition) < 1e-9
    assert 0 < n_unknown < len(found)


def test_the_long_table_tells_what_the_wide_one_does(warehouse: Any) -> None:
    wide = warehouse.frame("select * from marts.fct_organization_month").set_index(KEY)
    parts = []
    for kpi in load_kpis().kpis:
        names = {f"{kpi.code}_numerator": "numerator", f"{kpi.code}_denominator": "denominator"}
        part = wide.reindex(columns=[*names, kpi.code]).rename(columns={**names, kpi.code: "value"})
        part = part.astype(float).dropna(how="all").assign(kpi_code=kpi.code, least=kpi.minimum_sample)
        parts.append(part.reset_index())
    expected = pd.concat(parts).sort_values([*KEY, "kpi_code"], ignore_index=True)
    expected["is_below_minimum_sample"] = expected["denominator"].fillna(0) < expected["least"]
    found = warehouse.frame("select * from marts.fct_kpi")
    assert found["kpi_code"].nunique() > 30
    assert found["is_below_minimum_sample"].nunique() == 2
    pd.testing.assert_frame_equal(found, expected[list(found.columns)], check_dtype=False)


def _present(warehouse: Any, day: pd.Timestamp) -> pd.Series:
    rows = warehouse.rows["employment_spells"]
    rows = rows[(rows["worker_type"] != "contingent") & rows["organization_id"].notna()]
    there = rows[(rows["started_on"] <= day) & (rows["ended_on"].isna() | (rows["ended_on"] >= day))]
    return there.groupby("organization_id")["person_key"].nunique()


def test_headcount(warehouse: Any) -> None:
    found = warehouse.frame("select * from marts.fct_organization_month where headcount is not null")
    periods = sorted(set(found["period"]))
    counts = {p: _present(warehouse, p + pd.offsets.MonthEnd(0)) for p in periods}
    expected = pd.concat(counts, names=["period"]).reorder_levels(KEY)
    compare(warehouse, "headcount", expected)


def test_attrition_denominator_is_the_mean_of_two_month_ends(warehouse: Any) -> None:
    found = warehouse.frame("select * from marts.fct_organization_month where attrition is not null")
    for row in found.itertuples():
        ends = [
            _present(warehouse, day)
            for day in (row.period - pd.Timedelta(days=1), row.period + pd.offsets.MonthEnd(0))
        ]
        assert row.attrition_denominator == sum(counts.get(row.organization_id, 0) for counts in ends) / 2
    assert len(found) > 20


def _index(warehouse: Any) -> pd.DataFrame:
    instrument = load_instrument()
    items = pd.DataFrame(
        [(i.code, i.dimension, i.is_reversed) for i in instrument.items], columns=["item_code", "d", "r"]
    )
    rows = (
        warehouse.rows["assessment_answers"].dropna(subset=["organization_id"]).merge(items, on="item_code")
    )
    rows["score"] = np.where(rows["r"], 100 - 25 * rows["answer_level"], 25 * rows["answer_level"]).astype(
        float
    )
    size = items.groupby("d").size()
    raters = (
        rows.groupby(["organization_id", "wave", "response_key", "d"])["score"]
        .agg(["mean", "size"])
        .reset_index()
    )
    raters = raters[raters["size"] / raters["d"].map(size) >= 2 / 3 - 1e-12]
    dimensions = raters.groupby(["organization_id", "wave", "d"])["mean"].mean().unstack("d")
    kinds = {d.code: d.kind for d in instrument.dimensions}
    by_kind = dimensions.T.groupby(kinds).mean().T
    by_kind["integration_index"] = by_kind.sum(axis=1, skipna=False) / 3
    return by_kind


def test_ready_scores_make_the_index_where_there_are_no_answers(warehouse: Any) -> None:
    found = warehouse.frame("select * from marts.fct_assessment where score_basis = 'ready_scores'")
    rows = warehouse.rows["assessment_scores"].query("organization_id == 'org-c'")
    weighted = (rows["score_0_100"] * rows["n_raters"]).groupby(rows["dimension_code"]).sum() / 6
    kinds = {d.code: d.kind for d in load_instrument().dimensions}
    index = weighted.groupby(kinds).mean().mean()
    assert found[["organization_id", "wave", "n_raters"]].to_numpy().tolist() == [["org-c", "2023-H2", 6]]
    np.testing.assert_allclose(found["integration_index"], index, rtol=TOLERANCE)
    assert found["is_low_reliability"].tolist() == [False]


def test_index(warehouse: Any) -> None:
    found = (
        warehouse.frame("select * from marts.fct_assessment where score_basis = 'answers'")
        .set_index(["organization_id", "wave"])
        .sort_index()
    )
    expected = _index(warehouse).reindex(found.index)
    assert len(found) == 9
    np.testing.assert_allclose(found["integration_index"], expected["integration_index"], rtol=TOLERANCE)
    np.testing.assert_allclose(found["personal_score"], expected["personal"], rtol=TOLERANCE)
    stages = [load_instrument().stage_of(round(value, 6)).number for value in expected["integration_index"]]
    assert found["stage"].tolist() == stages
    assert found.loc["org-b", "is_low_reliability"].all()
    assert not found.loc["org-a", "is_low_reliability"].any()


def test_carried_index_and_leads(warehouse: Any) -> None:
    panel = warehouse.frame("select * from marts.fct_maturity_impact").set_index(KEY).sort_index()
    index = _index(warehouse)["integration_index"]
    for organization, period in [("org-a", "2022-01-01"), ("org-b", "2022-06-01"), ("org-c", "2022-07-01")]:
        wave = f"2022-H{1 if pd.Timestamp(period).month < 7 else 2}"
        row = panel.loc[(organization, pd.Timestamp(period))]
        assert abs(row["integration_index"] - index[(organization, wave)]) < 1e-9
        later = panel.loc[(organization, pd.Timestamp(period) + pd.DateOffset(months=3))]
        np.testing.assert_equal(row["csat_share_lead_3m"], later["csat_share"])
        np.testing.assert_equal(later["revenue_lag_3m"], row["revenue"])


def test_the_history_of_an_organisation_has_no_hole_and_no_overlap(warehouse: Any) -> None:
    found = warehouse.frame("select * from marts.dim_organization_history")
    for organization, first, employees in [("org-b", "2019-01-01", 650), ("org-c", "2018-01-01", 4000)]:
        own = found[found["organization_id"] == organization]
        last = "2020-01-01" if organization == "org-c" else "2021-01-01"
        for day in pd.date_range(first, "2024-01-01", freq="7D"):
            holding = own[(own["valid_from"] <= day) & (own["valid_to"].isna() | (own["valid_to"] > day))]
            expected = employees if day < pd.Timestamp(last) else {"org-b": 700, "org-c": 5000}[organization]
            assert holding["employees"].tolist() == [expected], (organization, day)
    assert found[found["is_prolonged"]]["employees"].tolist() == [4000]
    assert sorted(found[found["is_current"]]["employees"]) == [600, 700, 5000]
    assert found["valid_to"].isna().sum() == 2, "the declared end of the last version stays"


def test_item_distributions(warehouse: Any) -> None:
    key = ["organization_id", "wave", "item_code"]
    rows = warehouse.rows["assessment_answers"].dropna(subset=["organization_id"])
    counts = rows.groupby([*key, "answer_level"]).size().unstack(fill_value=0)
    instrument = load_instrument()
    # A dimension is shown whole or not at all: its score less the items shown would tell the one hidden.
    dimension = counts.index.get_level_values("item_code").map(
        {item.code: item.dimension for item in instrument.items}
    )
    raters = counts.sum(axis=1)
    fewest = raters.groupby([raters.index.get_level_values(name) for name in key[:2]] + [dimension])
    enough = counts[fewest.transform("min") >= instrument.minimum_raters]
    found = warehouse.frame("select * from marts.fct_item_distribution")
    shown = found[~found["is_suppressed"]].pivot(index=key, columns="answer_level", values="n_answers")
    assert 0 < len(enough) < len(counts)
    assert len(found) == 5 * len(counts)
    pd.testing.assert_frame_equal(shown.astype("int64"), enough, check_names=False, check_column_type=False)
    hidden = found[found["is_suppressed"]]
    assert hidden[["n_answers", "share_of_answers"]].isna().all(axis=None)


def test_months_of_every_mart_are_in_the_calendar(warehouse: Any) -> None:
    months = warehouse.frame("select * from marts.dim_period")
    expected = pd.PeriodIndex(months["period"], freq="M")
    assert months["calendar_quarter"].tolist() == [f"{p.year}-Q{p.quarter}" for p in expected]
    assert (months["last_day"] == months["period"] + pd.offsets.MonthEnd(0)).all()
    assert months["fiscal_year"].tolist() == expected.year.tolist()
    assert len(months) % 12 == 0
    known = set(months["period"])
    for mart in ("fct_organization_month", "fct_assessment", "fct_join_coverage", "fct_item_distribution"):
        assert set(warehouse.frame(f"select distinct period from marts.{mart}")["period"]) <= known


def test_instrument_is_that_of_the_questionnaire(warehouse: Any) -> None:
    found = warehouse.frame("select * from marts.dim_instrument order by item_order")
    instrument = load_instrument()
    assert found["item_code"].tolist() == [item.code for item in instrument.items]
    assert found["text_nl"].tolist() == [item.text_nl for item in instrument.items]
    assert set(found["dimension_name_en"]) == {dimension.name_en for dimension in instrument.dimensions}
