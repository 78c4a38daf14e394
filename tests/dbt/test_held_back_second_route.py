"""Rows that count nowhere must be told, all of them and no others; pandas counts them again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from money import in_euros
from second_route import TOLERANCE, month

from contracts.kpis import load_kpis

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
        euros = in_euros(warehouse, rows, month(rows[day]), amount=amount)
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
        rows = rows.assign(period=month(rows[day]), amount=rows[amount].astype(float))
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
        without = in_euros(warehouse, rows, month(rows[MONEY[entity][0]]), amount=column).isna()
        told = _held(warehouse, kpi).groupby("reason")["n_rows"].sum()
        assert told["no_average_rate"] == without.sum() > 0, kpi
