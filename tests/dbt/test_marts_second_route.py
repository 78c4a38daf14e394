"""A wrong KPI or index would reach leadership unseen; pandas computes each a second time from the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from contracts.instrument import load_instrument
from contracts.kpis import load_kpis

ORGANIZATIONS = ("org-a", "org-b", "org-c")
MONTHS = pd.date_range("2022-01-01", periods=20, freq="MS")
KEY = ["organization_id", "period"]
TOLERANCE = 1e-9
"""Both routes divide doubles of at most 1e9; they differ in the last places only."""


def _month(values: pd.Series) -> pd.Series:
    return values.dt.to_period("M").dt.start_time.astype("datetime64[us]")


def _compare(warehouse: Any, name: str, expected: pd.Series) -> None:
    found = warehouse.frame(f"select organization_id, period, {name} from marts.fct_organization_month")
    found = found.set_index(KEY)[name].astype(float).sort_index()
    second = expected.reindex(found.index).astype(float)
    assert second.notna().sum() > 20
    assert expected.dropna().index.isin(found.index).all()
    np.testing.assert_allclose(found, second, rtol=TOLERANCE)


def _counted_tickets(warehouse: Any) -> pd.DataFrame:
    rows = warehouse.rows["tickets"]
    rows = rows[~rows["is_deleted"] & rows["merged_into_key"].isna() & rows["organization_id"].notna()]
    return rows.assign(period=_month(rows["created_at"]))


def test_build_succeeds_with_every_check(warehouse: Any) -> None:
    bad = [r.node.name for r in warehouse.result.result.results if r.status not in ("success", "pass")]
    assert warehouse.result.success
    assert bad == []


def test_csat_share(warehouse: Any) -> None:
    rated = _counted_tickets(warehouse).query("satisfaction in ('good', 'bad')")
    _compare(
        warehouse, "csat_share", (rated["satisfaction"] == "good").groupby([rated[k] for k in KEY]).mean()
    )


def test_first_response_minutes(warehouse: Any) -> None:
    rows = _counted_tickets(warehouse).query("response_basis == 'calendar'")
    minutes = rows["first_response_minutes"].astype(float)
    _compare(warehouse, "first_response_minutes", minutes.groupby([rows[k] for k in KEY]).mean())


def test_ticket_volume(warehouse: Any) -> None:
    _compare(warehouse, "ticket_volume", _counted_tickets(warehouse).groupby(KEY).size())


def _single_tickets(warehouse: Any, name: str) -> Any:
    """Minutes of the single tickets out of the delivered rows, by organisation and month."""
    rows = _counted_tickets(warehouse)
    if name == "resolution_minutes":
        between = (rows["solved_at"] - rows["created_at"]).dt.total_seconds() / 60
        minutes = between.round(2)
    else:
        minutes = rows["first_response_minutes"].astype(float).where(rows["response_basis"] == "calendar")
    known = minutes.notna()
    return minutes[known].groupby([rows.loc[known, k] for k in KEY])


def test_percentiles_come_from_single_tickets(warehouse: Any) -> None:
    for name in ("first_response_minutes", "resolution_minutes"):
        minutes = _single_tickets(warehouse, name)
        _compare(warehouse, name, minutes.mean())
        _compare(warehouse, f"{name}_median", minutes.median())
        _compare(warehouse, f"{name}_p90", minutes.quantile(0.9))
        months = _counted_tickets(warehouse).groupby(KEY).size().index
        _compare(warehouse, f"{name}_p90_denominator", minutes.size().reindex(months, fill_value=0))


def test_shares_of_tickets(warehouse: Any) -> None:
    rows = _counted_tickets(warehouse)
    _compare(warehouse, "social_ticket_share", rows.groupby(KEY)["is_social_channel"].mean())
    asked = rows[rows["satisfaction"] != "not_offered"]
    rated = asked["satisfaction"] != "offered"
    _compare(warehouse, "csat_response_share", rated.groupby([asked[k] for k in KEY]).mean())


def test_backlog_is_who_waits_at_the_month_end(warehouse: Any) -> None:
    rows = _counted_tickets(warehouse)
    found = warehouse.frame("select * from marts.fct_organization_month where backlog is not null")
    for row in found.itertuples():
        after = row.period + pd.DateOffset(months=1)
        own = rows[(rows["organization_id"] == row.organization_id) & (rows["created_at"] < after)]
        assert row.backlog == (own["solved_at"].isna() | (own["solved_at"] >= after)).sum()
    assert len(found) == len(ORGANIZATIONS) * 20


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
    assert set(found["kpi_code"]) == {kpi.code for kpi in load_kpis().kpis}
    assert found["is_below_minimum_sample"].nunique() == 2
    pd.testing.assert_frame_equal(found, expected[list(found.columns)], check_dtype=False)


def _placed_opportunities(warehouse: Any) -> pd.DataFrame:
    rows = warehouse.rows["opportunities"]
    masters = {"A1": "org-a", "A2": "org-a", "A3": "org-a"}
    own = rows["organization_id"].fillna(rows["account_key"].map(masters))
    rows = rows.assign(organization_id=own, period=_month(rows["closed_on"]))
    return rows[~rows["is_deleted"] & own.notna()]


def test_win_rate_by_amount_and_sales_cycle(warehouse: Any) -> None:
    rows = _placed_opportunities(warehouse).query("status in ('won', 'lost')")
    euros = rows[rows["currency"] == "EUR"]
    amounts = euros.pivot_table(index=KEY, columns="status", values="amount", aggfunc="sum", fill_value=0)
    _compare(warehouse, "win_rate_amount", amounts["won"] / amounts.sum(axis=1))
    days = (rows["closed_on"] - rows["created_at"].dt.normalize()).dt.days[rows["status"] == "won"]
    days = days[days >= 0]
    _compare(warehouse, "sales_cycle_days", days.groupby([rows.loc[days.index, k] for k in KEY]).median())


def _pipeline(
    warehouse: Any, organization: str, end: pd.Timestamp, weights: dict[int, float]
) -> float | None:
    """Walk through the opportunities one by one; None as soon as the worth of an open one is not known."""
    rows = _placed_opportunities(warehouse)
    told = rows["created_at"].where(rows["status"] == "open", rows["closed_on"]).max()
    total = 0.0
    for row in rows[rows["organization_id"] == organization].itertuples():
        is_open = row.created_at < end and (row.status == "open" or row.closed_on >= end)
        if is_open and row.Index % 40 == 0 and end <= told:
            return None
        if is_open and row.currency == "EUR":
            step = 3 if row.created_at + pd.Timedelta(days=20) < end else 7
            total += (row.amount + step) * weights[step] if row.Index % 40 else 0.0
    return total


def test_pipeline_is_what_stood_open_then(warehouse: Any) -> None:
    month = warehouse.frame("select * from marts.fct_organization_month").set_index(KEY)
    known = 0
    for code, weights in (("open_pipeline", {3: 1.0, 7: 1.0}), ("weighted_pipeline", {3: 0.5, 7: 0.25})):
        for period in MONTHS[:-1]:
            for organization in ("org-a", "org-b"):
                end = period + pd.DateOffset(months=1)
                expected = _pipeline(warehouse, organization, end, weights)
                found = month.loc[(organization, period), code]
                assert pd.isna(found) if expected is None else abs(found - expected) < 0.01
                known += expected is not None
    assert known > 20


def test_win_rate(warehouse: Any) -> None:
    rows = _placed_opportunities(warehouse).query("status in ('won', 'lost')")
    _compare(warehouse, "win_rate", (rows["status"] == "won").groupby([rows[k] for k in KEY]).mean())


def _ledger(warehouse: Any) -> pd.DataFrame:
    rows = warehouse.rows["ledger_lines"]
    rows = rows[rows["organization_id"].notna() & (rows["currency"] == "EUR")]
    rows = rows.assign(period=_month(rows["posted_on"]), amount=rows["amount"].astype(float))
    table = rows.pivot_table(
        index=KEY, columns="account_class", values="amount", aggfunc="sum", fill_value=0.0
    )
    return table.round(2)


def test_revenue(warehouse: Any) -> None:
    _compare(warehouse, "revenue", _ledger(warehouse)["revenue"])


def test_revenue_growth(warehouse: Any) -> None:
    revenue = _ledger(warehouse)["revenue"].unstack("organization_id").asfreq("MS")
    base = revenue.shift(12)
    growth = ((revenue - base) / base.where(base > 0)).stack().reorder_levels(KEY).dropna()
    assert len(growth) > 5
    found = warehouse.frame("select * from marts.fct_organization_month").set_index(KEY)["revenue_growth"]
    np.testing.assert_allclose(found.reindex(growth.index), growth, rtol=TOLERANCE)
    assert found.notna().sum() == len(growth)


def test_gross_margin(warehouse: Any) -> None:
    ledger = _ledger(warehouse)
    revenue = ledger["revenue"].where(ledger["revenue"] > 0)
    _compare(warehouse, "gross_margin", (ledger["revenue"] - ledger["cost_of_sales"]) / revenue)


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
    _compare(warehouse, "headcount", expected)


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


def test_coverage(warehouse: Any) -> None:
    found = warehouse.frame("select * from marts.fct_join_coverage where entity = 'ledger_lines'")
    rows = warehouse.rows["ledger_lines"]
    amounts = rows["amount"].astype(float)
    foreign = rows["currency"] != "EUR"
    assert found["n_rows"].sum() == len(rows)
    assert found["n_foreign_currency"].sum() == foreign.sum()
    np.testing.assert_allclose(found["amount_foreign_currency"].sum(), amounts[foreign].sum())
    mapped = amounts[~foreign & rows["organization_id"].notna()].sum()
    np.testing.assert_allclose(found["amount_mapped"].sum(), mapped)
