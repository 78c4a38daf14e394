"""A wrong KPI or index would reach leadership unseen; pandas computes each a second time from the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from money import in_euros

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
    well = {"test": "pass", "unit_test": "pass", "exposure": "no-op"}
    bad = [
        r.node.name
        for r in warehouse.result.result.results
        if r.status != well.get(r.node.resource_type, "success")
    ]
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


def test_other_bases_stand_beside_the_clock(warehouse: Any) -> None:
    rows = _counted_tickets(warehouse)
    business = rows["first_response_minutes"].where(rows["response_basis"] == "business")
    told = {
        "first_resolution_minutes": rows["first_resolution_minutes"],
        "first_response_office_minutes": rows["office_response_minutes"].fillna(business),
        "resolution_office_minutes": rows["office_resolution_minutes"],
    }
    for name, minutes in told.items():
        known = minutes.notna()
        groups = minutes[known].astype(float).groupby([rows.loc[known, k] for k in KEY])
        months = rows.groupby(KEY).size().index
        for told_as in ("median", "p90") if name == "first_response_office_minutes" else ("median",):
            share = {"median": 0.5, "p90": 0.9}[told_as]
            _compare(warehouse, f"{name}_{told_as}", groups.quantile(share))
            n_told = groups.size().reindex(months, fill_value=0)
            _compare(warehouse, f"{name}_{told_as}_denominator", n_told)


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
    assert found["kpi_code"].nunique() > 30
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
    rows = rows.assign(amount=in_euros(warehouse, rows, rows["period"]))
    amounts = rows.dropna(subset=["amount"]).pivot_table(
        index=KEY, columns="status", values="amount", aggfunc="sum", fill_value=0
    )
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
        if is_open and row.Index % 40:
            step = 3 if row.created_at + pd.Timedelta(days=20) < end else 7
            then = pd.DataFrame({"amount": [row.amount + step], "currency": [row.currency]})
            [euros] = in_euros(warehouse, then, pd.Series([end - pd.DateOffset(months=1)]), kind="closing")
            total += 0.0 if np.isnan(euros) else euros * weights[step]
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
    rows = rows[rows["organization_id"].notna()].assign(period=_month(rows["posted_on"]))
    rows = rows.assign(amount=in_euros(warehouse, rows, rows["period"]))
    table = rows.dropna(subset=["amount"]).pivot_table(
        index=KEY, columns="account_class", values="amount", aggfunc="sum", fill_value=0.0
    )
    # Lines of a class of which none has a rate leave it unknown; without any line it is nought.
    n_told = rows.pivot_table(index=KEY, columns="account_class", values="amount", aggfunc="count")
    return table.round(2).where(~(n_told == 0).reindex_like(table).fillna(value=False))


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


def test_growth_at_constant_rates(warehouse: Any) -> None:
    rows = warehouse.rows["ledger_lines"]
    rows = rows[rows["organization_id"].notna() & (rows["account_class"] == "revenue")]
    rows = rows.assign(period=_month(rows["posted_on"]))
    rows = rows[in_euros(warehouse, rows, rows["period"]).notna()]
    then = in_euros(warehouse, rows, rows["period"] - pd.DateOffset(years=1))
    keys = [rows["organization_id"], rows["period"]]
    constant = then.groupby(keys).sum().where(then.notna().groupby(keys).all())
    constant = constant.reindex(_ledger(warehouse).index.union(constant.index), fill_value=0.0)
    base = _ledger(warehouse)["revenue"].unstack("organization_id").asfreq("MS").shift(12).stack()
    base = base.reorder_levels(KEY).reindex(constant.index)
    expected = ((constant - base) / base.where(base > 0)).dropna()
    found = warehouse.frame("select * from marts.fct_organization_month").set_index(KEY)
    growth = found["revenue_growth_constant_currency"]
    np.testing.assert_allclose(growth.reindex(expected.index), expected, rtol=1e-9, atol=1e-9)
    assert growth.notna().sum() == len(expected) > 5
    assert (growth.dropna() - found["revenue_growth"].reindex(expected.index)).abs().max() > 0.01
    is_unknown = growth.isna() & found["revenue_growth"].notna()
    assert set(found.index[is_unknown].get_level_values("period")) == {pd.Timestamp("2023-06-01")}


def test_revenue_by_currency_adds_up_to_revenue(warehouse: Any) -> None:
    found = warehouse.frame("select * from marts.fct_revenue_currency")
    rows = warehouse.rows["ledger_lines"]
    rows = rows[rows["organization_id"].notna() & (rows["account_class"] == "revenue")]
    posted = rows["amount"].astype(float).groupby([*_keys(rows), rows["currency"]]).sum()
    own = found.set_index([*KEY, "currency"])
    np.testing.assert_allclose(own["revenue"].astype(float), posted.reindex(own.index), atol=1e-6)
    assert len(own) == len(posted)
    revenue = warehouse.frame("select * from marts.fct_organization_month").set_index(KEY)["revenue"]
    added = found.groupby(KEY)["reported_revenue"].sum(min_count=1).dropna().astype(float)
    np.testing.assert_allclose(revenue.reindex(added.index), added, rtol=TOLERANCE)
    assert (revenue.drop(added.index).fillna(0) == 0).all()
    gaps = found[found["reported_revenue"].isna()]
    assert set(gaps["period"]) == {pd.Timestamp("2022-06-01")}
    assert set(gaps["currency"]) == {"USD"}


def _keys(rows: pd.DataFrame) -> list[pd.Series]:
    return [rows["organization_id"], _month(rows["posted_on"]).rename("period")]


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


MONEY = {
    "ledger_lines": ("posted_on", "amount"),
    "invoices": ("issued_on", "amount"),
    "marketing_spend": ("spent_on", "amount"),
    "opportunities": ("closed_on", "amount"),
    "hires": ("accepted_on", "cost"),
}


def test_coverage_of_money_by_currency(warehouse: Any) -> None:
    found = warehouse.frame("select * from marts.fct_join_coverage")
    for entity, (day, amount) in MONEY.items():
        rows = warehouse.rows[entity].dropna(subset=[amount])
        euros = in_euros(warehouse, rows, _month(rows[day]), amount=amount)
        amounts = rows[amount].astype(float)
        own = found[found["entity"] == entity]
        assert own["n_rows"].sum() == len(warehouse.rows[entity]), entity
        assert own["n_without_rate"].sum() == euros.isna().sum() > 0, entity
        by_currency = own.groupby("currency")["amount"].sum()
        np.testing.assert_allclose(by_currency[["EUR", "USD"]], amounts.groupby(rows["currency"]).sum())
        assert own.query("currency == 'EUR'")["amount_without_rate"].sum() == 0
        np.testing.assert_allclose(own["amount_without_rate"].sum(), amounts[euros.isna()].sum())
        np.testing.assert_allclose(own["reported_amount"].sum(), euros.sum())
        if entity != "opportunities":
            is_own = rows["organization_id"].notna()
            np.testing.assert_allclose(own["reported_amount_mapped"].sum(), euros[is_own].sum())


def test_coverage_of_rows_without_money(warehouse: Any) -> None:
    found = warehouse.frame("select * from marts.fct_join_coverage where currency = 'XXX'").groupby("entity")
    for entity in ("tickets", "survey_responses", "employment_spells", "practices"):
        rows = warehouse.rows[entity]
        counts = found.get_group(entity)
        assert counts["n_rows"].sum() == len(rows), entity
        assert counts["n_mapped"].sum() == rows["organization_id"].notna().sum(), entity
        assert counts["amount"].isna().all(), entity


def test_what_is_refused_is_told_of_every_figure_it_feeds(warehouse: Any) -> None:
    found = warehouse.frame("select * from marts.fct_quarantine_impact where reason = 'quarantined'")
    refused = warehouse.rows["ledger_periods"].query("fate == 'quarantined'")
    for kpi in load_kpis().kpis:
        own = refused[refused["entity"].isin(kpi.entities)]
        told = found[found["kpi_code"] == kpi.code]
        assert told["n_rows"].sum() == own["n_rows"].sum(), kpi.code
        sums = own.dropna(subset=["amount"]).groupby("currency")["amount"].sum()
        assert told.dropna(subset=["amount"]).set_index("currency")["amount"].to_dict() == sums.to_dict()
    by_month = found[found["kpi_code"] == "csat_share"].set_index("period")["n_rows"]
    assert by_month[pd.Timestamp("2022-01-01")] == 7
    assert by_month[pd.NaT] == 2
    assert found[found["kpi_code"].isna()]["entity"].tolist() == ["crosswalk"]
    assert found[found["kpi_code"] == "integration_index"]["n_rows"].tolist() == [5]


def _held(warehouse: Any, kpi: str) -> pd.DataFrame:
    return warehouse.frame(
        "select * from marts.fct_quarantine_impact "
        f"where kpi_code = '{kpi}' and reason <> 'quarantined' order by impact_key"
    )


def test_unmapped_rows_and_those_without_rate_are_told_with_organisation_and_month(warehouse: Any) -> None:
    keys = ["reason", "organization_id", "period", "currency"]
    for kpi, entity in (("revenue", "ledger_lines"), ("revenue_retention_net", "invoices")):
        day, amount = MONEY[entity]
        rows = warehouse.rows[entity]
        if entity == "invoices":
            rows = rows[~rows["is_deleted"] & rows["status"].isin(["open", "paid"])]
        rows = rows.assign(period=_month(rows[day]), amount=rows[amount].astype(float))
        is_unmapped = rows["organization_id"].isna()
        rows["reason"] = np.where(is_unmapped, "unmapped", "no_average_rate")
        without = in_euros(warehouse, rows, rows["period"]).isna()
        held = rows[is_unmapped | without].groupby(keys, dropna=False)["amount"]
        found = _held(warehouse, kpi).set_index(keys)
        assert found["n_rows"].to_dict() == held.size().to_dict()
        np.testing.assert_allclose(found["amount"].sort_index(), held.sum().sort_index(), rtol=TOLERANCE)
        assert set(found.reset_index()["reason"]) == {"unmapped", "no_average_rate"}
    tickets = warehouse.rows["tickets"]
    lost = tickets[~tickets["is_deleted"] & tickets["merged_into_key"].isna()]["organization_id"].isna()
    assert _held(warehouse, "csat_share")["n_rows"].sum() == lost.sum()


def test_a_missing_rate_keeps_rows_out_of_figures_of_money_only(warehouse: Any) -> None:
    assert set(_held(warehouse, "customer_retention")["reason"]) == {"unmapped"}
    assert set(_held(warehouse, "win_rate")["reason"]) == {"unmapped"}
    pipeline = _held(warehouse, "open_pipeline").query("entity == 'opportunities' and reason != 'unmapped'")
    assert set(zip(pipeline["reason"], pipeline["period"], pipeline["currency"], strict=True)) == {
        ("no_closing_rate", pd.Timestamp("2022-09-01"), "USD")
    }
    ends = warehouse.frame(
        "select organization_id, amount from intermediate.int_opportunity_month_end "
        "where currency = 'USD' and period = date '2022-09-01' and amount is not null and is_known"
    )
    assert pipeline["n_rows"].sum() == len(ends) > 0
    assert set(_held(warehouse, "win_rate_amount").query("reason != 'unmapped'")["period"]) == {
        pd.Timestamp("2022-06-01")
    }


def test_what_is_told_of_an_opportunity_that_never_came_is_told(warehouse: Any) -> None:
    history = warehouse.rows["opportunity_history"]
    gone = history[~history["opportunity_key"].isin(warehouse.rows["opportunities"]["opportunity_key"])]
    assert len(gone) == 6
    for kpi in ("open_pipeline", "weighted_pipeline"):
        found = _held(warehouse, kpi).query("entity == 'opportunity_history'")
        assert set(found["reason"]) == {"without_opportunity"}
        assert found["organization_id"].isna().all()
        assert found["n_rows"].sum() == len(gone)
        assert found["amount"].astype(float).sum() == pytest.approx(gone["amount"].astype(float).sum())
    assert "opportunity_history" not in set(_held(warehouse, "win_rate")["entity"])


def test_surveys_spend_and_hires_that_are_held_back_are_told(warehouse: Any) -> None:
    responses = warehouse.rows["survey_responses"]
    other = responses.query("survey_type == 'nps' or survey_type == 'enps'").query("scale_min != 0")
    other = other[other["organization_id"].notna()]
    for kpi in ("nps", "enps"):
        told = _held(warehouse, kpi).groupby("reason")["n_rows"].sum()
        assert told["other_scale"] == len(other) > 0
        assert told["unmapped"] == responses["organization_id"].isna().sum()
    assert set(_held(warehouse, "engagement")["reason"]) == {"unmapped"}
    for kpi, entity, column in (
        ("marketing_spend", "marketing_spend", "amount"),
        ("cost_per_hire_recorded", "hires", "cost"),
    ):
        rows = warehouse.rows[entity]
        rows = rows[rows["organization_id"].notna() & rows[column].notna()]
        rows = rows[~rows["is_deleted"]] if entity == "hires" else rows.query("spend_source == 'platform'")
        without = in_euros(warehouse, rows, _month(rows[MONEY[entity][0]]), amount=column).isna()
        told = _held(warehouse, kpi).groupby("reason")["n_rows"].sum()
        assert told["no_average_rate"] == without.sum() > 0, kpi


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
