"""Wrong figures of surveys, customers, marketing or hiring would pass unseen; pandas works each out again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from drawn import MONTHS, ORGANIZATIONS
from money import in_euros
from second_route import KEY, TOLERANCE, month

from tests.dbt.conftest import SALES_CYCLE_MONTHS

YEAR = 12
MINIMUM_GROUP = 10


def _months(warehouse: Any) -> pd.DataFrame:
    return warehouse.frame("select * from marts.fct_organization_month").set_index(KEY).sort_index()


def _compare(found: pd.Series, expected: pd.Series, least: int) -> None:
    """Equal where either is known, in at least that many organisation-months."""
    second = expected.reindex(found.index).astype(float)
    assert second.notna().sum() >= least
    assert expected.dropna().index.isin(found.index).all()
    np.testing.assert_allclose(found.astype(float), second, rtol=TOLERANCE, atol=1e-6)


def _answers(warehouse: Any, kind: str) -> Any:
    rows = warehouse.rows["survey_responses"]
    rows = rows[(rows["survey_type"] == kind) & rows["organization_id"].notna()]
    if kind in ("nps", "enps"):
        rows = rows[rows["scale_min"] == 0]
        scores = pd.Series(
            np.select([rows["score"] >= 9, rows["score"] <= 6], [100.0, -100.0], 0.0), rows.index
        )
    else:
        scores = rows["score"].isin([4, 5]).astype(float)
    return scores.groupby([rows["organization_id"], month(rows["answered_at"]).rename("period")])


def test_surveys(warehouse: Any) -> None:
    months = _months(warehouse)
    _compare(months["nps"], _answers(warehouse, "nps").mean(), 5)
    _compare(months["csat_survey_share"], _answers(warehouse, "csat").mean(), 5)
    hidden = 0
    for code in ("enps", "engagement"):
        answers = _answers(warehouse, code)
        _compare(months[f"{code}_denominator"], answers.size(), 5)
        _compare(months[code], answers.mean().where(answers.size() >= MINIMUM_GROUP), 1)
        hidden += (answers.size() < MINIMUM_GROUP).sum()
    assert hidden > 0


def _sales(warehouse: Any) -> pd.DataFrame:
    rows = warehouse.rows["invoices"]
    rows = rows[~rows["is_deleted"] & rows["status"].isin(["open", "paid"]) & rows["organization_id"].notna()]
    rows = rows.assign(amount=rows["amount"].astype(float), period=month(rows["issued_on"]))
    return rows.assign(euros=in_euros(warehouse, rows, rows["period"]))


def _active(sales: pd.DataFrame, organization: str, period: pd.Timestamp) -> set[str]:
    """Customers with a sale in the twelve months that end with this one."""
    first = period - pd.DateOffset(months=YEAR - 1)
    there = sales[(sales["organization_id"] == organization) & sales["period"].between(first, period)]
    return set(there.loc[there["amount"] > 0, "customer_key"])


def test_customers(warehouse: Any) -> None:
    sales, months = _sales(warehouse), _months(warehouse)
    firsts = sales[sales["amount"] > 0].groupby(["organization_id", "customer_key"])["period"].min()
    n_known = 0
    for organization in ORGANIZATIONS:
        begin = sales.loc[sales["organization_id"] == organization, "period"].min()
        for period in MONTHS:
            row = months.loc[(organization, period)]
            assert pd.isna(row["active_customers"]) == (period < begin + pd.DateOffset(months=YEAR - 1))
            assert pd.isna(row["new_customers"]) == (period < begin + pd.DateOffset(months=YEAR))
            if pd.notna(row["active_customers"]):
                assert row["active_customers"] == len(_active(sales, organization, period))
                n_known += 1
            if pd.notna(row["new_customers"]):
                assert row["new_customers"] == (firsts[organization] == period).sum()
    assert n_known > 20


def test_retention_with_monthly_customers(warehouse: Any, run_dbt: Any, tmp_path: Any) -> None:
    import duckdb

    path = tmp_path / "monthly.duckdb"
    select = ["--select", "+fct_organization_month", "--vars", "{customer_carried_months: 2}"]
    command = ["run", *select]
    assert run_dbt(["seed"], warehouse.accepted, path, tmp_path / "target").success
    assert run_dbt(command, warehouse.accepted, path, tmp_path / "target").success
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute(
            "select * from marts.fct_organization_month where customer_retention_denominator is not null"
        ).df()
    sales = _sales(warehouse)
    for row in found.itertuples():
        here = (row.organization_id, row.period)
        before = (row.organization_id, row.period - pd.DateOffset(months=12))
        base, now = _lately(sales, *before), _lately(sales, *here)
        kept = {customer for customer, (is_active, _) in base.items() if is_active}
        assert row.customer_retention_denominator == len(kept)
        assert row.customer_retention_numerator == sum(now[customer][0] for customer in kept)
        assert row.customer_churn_numerator == sum(not now[customer][0] for customer in kept)
        net = sum(now[customer][1] for customer in kept)
        gross = sum(min(now[customer][1], base[customer][1]) for customer in kept)
        assert abs(row.revenue_retention_net_numerator - net) < 0.01
        assert abs(row.revenue_retention_gross_numerator - gross) < 0.01
        assert abs(row.revenue_retention_gross_denominator - sum(base[c][1] for c in kept)) < 0.01
    assert len(found) > 10
    assert (found["customer_churn_numerator"] > 0).any()


def _lately(sales: pd.DataFrame, organization: str, period: pd.Timestamp) -> dict[str, tuple[bool, float]]:
    """Whether each customer was invoiced in the last three months, and for how many euros."""
    told = {}
    for customer, own in sales[sales["organization_id"] == organization].groupby("customer_key"):
        first = max(own.loc[own["amount"] > 0, "period"].min(), period - pd.DateOffset(months=2))
        inside = own[own["period"].between(first, period)]
        amount = inside["euros"].sum()
        told[str(customer)] = (bool((inside["amount"] > 0).any()), max(round(float(amount), 2), 0.0))
    return told


def _ledger(warehouse: Any, account_class: str) -> pd.Series:
    rows = warehouse.rows["ledger_lines"]
    rows = rows[rows["organization_id"].notna() & (rows["account_class"] == account_class)]
    period = month(rows["posted_on"]).rename("period")
    amounts = in_euros(warehouse, rows, period)
    return amounts.groupby([rows["organization_id"], period]).sum(min_count=1).dropna().round(2)


def test_marketing_and_acquisition(warehouse: Any) -> None:
    months = _months(warehouse)
    rows = warehouse.rows["marketing_spend"]
    rows = rows[rows["organization_id"].notna() & (rows["spend_source"] == "platform")]
    period = month(rows["spent_on"]).rename("period")
    amounts = in_euros(warehouse, rows, period)
    spend = amounts.groupby([rows["organization_id"], period]).sum(min_count=1).dropna().round(2)
    _compare(months["marketing_spend"], spend, 20)
    both = pd.concat({"spend": spend, "revenue": months["revenue"]}, axis=1).dropna()
    both = both[both["spend"] > 0]
    _compare(months["marketing_efficiency"], both["revenue"] / both["spend"], 20)
    new = months["new_customers"].where(months["new_customers"] > 0)
    expense = _ledger(warehouse, "sales_and_marketing").reindex(months.index)
    _compare(months["customer_acquisition_cost"], expense / new, 5)
    _compare(months["customer_acquisition_cost_marketing"], spend.reindex(months.index) / new, 5)
    _compare(months["ticket_volume_per_customer"], months["ticket_volume"] / months["active_customers"], 20)


def test_acquisition_is_held_against_the_expense_of_the_declared_cycle(warehouse: Any) -> None:
    months = _months(warehouse)
    new = months["new_customers"].where(months["new_customers"] > 0)
    expense = _ledger(warehouse, "sales_and_marketing")
    cycle = pd.DateOffset(months=SALES_CYCLE_MONTHS)
    earlier = pd.MultiIndex.from_tuples([(who, month - cycle) for who, month in months.index])
    lagged = pd.Series(expense.reindex(earlier).to_numpy(), months.index)
    _compare(months["customer_acquisition_cost_lagged"], lagged / new, 5)
    both = months[["customer_acquisition_cost_lagged", "customer_acquisition_cost"]].dropna()
    assert (both.iloc[:, 0] != both.iloc[:, 1]).any(), "another month is meant"


def test_attrition_by_reason(warehouse: Any) -> None:
    found = warehouse.frame("select * from marts.fct_organization_month where attrition is not null")
    stays = warehouse.frame("select * from intermediate.int_employment_stay where ended_on is not null")
    keys = [stays["organization_id"], month(stays["ended_on"]).rename("period"), stays["end_reason"]]
    leavers = stays.groupby(keys).size()
    rows = warehouse.rows["employment_spells"].dropna(subset=["organization_id", "ended_on"])
    told = rows.set_index(["organization_id", "person_key", "ended_on"])["end_reason"].groupby(
        level=[0, 1, 2]
    )
    reasons = told.agg(set)
    for stay in stays.itertuples():
        assert stay.end_reason in reasons[(stay.organization_id, stay.person_key, stay.ended_on)]
    for row in found.itertuples():
        for reason, count in (
            ("voluntary", row.attrition_voluntary_numerator),
            ("involuntary", row.attrition_involuntary_numerator),
        ):
            assert count == leavers.get((row.organization_id, row.period, reason), 0)
        parts = row.attrition_voluntary + row.attrition_involuntary
        assert parts <= row.attrition + TOLERANCE
    assert found["attrition_voluntary"].gt(0).sum() > 5


def test_hiring(warehouse: Any) -> None:
    months = _months(warehouse)
    rows = warehouse.rows["hires"]
    rows = rows[~rows["is_deleted"] & rows["organization_id"].notna()]
    keys = [rows["organization_id"], month(rows["accepted_on"]).rename("period")]
    to_hire = (rows["accepted_on"] - rows["applied_on"]).dt.days
    to_fill = (rows["accepted_on"] - rows["opened_on"]).dt.days
    _compare(months["time_to_hire_days"], to_hire.groupby(keys).median(), 20)
    _compare(months["time_to_fill_days"], to_fill.where(to_fill >= 0).groupby(keys).median(), 20)
    cost = _ledger(warehouse, "recruiting") / rows.groupby(keys).size()
    _compare(months["cost_per_hire"], cost, 20)
    recorded = in_euros(warehouse, rows, keys[1], amount="cost")
    _compare(months["cost_per_hire_recorded"], recorded.groupby(keys).mean(), 20)
    known = recorded.groupby(keys).count()
    _compare(months["cost_per_hire_recorded_denominator"], known, 20)


def test_applicants(warehouse: Any) -> None:
    months = _months(warehouse)
    rows = warehouse.rows["applications"]
    rows = rows[~rows["is_deleted"] & rows["organization_id"].notna()]
    keys = ["organization_id", "applied_month"]
    said = pd.crosstab([rows[key] for key in keys], rows["self_identification"])
    said.index = said.index.set_names(KEY)
    members, others = said["under_represented"], said["not_under_represented"]
    answered = members + others
    is_told = (members >= MINIMUM_GROUP) & (others >= MINIMUM_GROUP)
    assert (~is_told & (answered >= MINIMUM_GROUP)).any(), "few stand on one side only"
    _compare(months["applicant_diversity_numerator"], members.where(is_told), 5)
    _compare(months["applicant_diversity"], (members / answered).where(is_told), 5)
    _compare(months["applicant_diversity_denominator"], answered.where(answered > 0), 30)
    _compare(months["applicant_answer_share"], answered / said.sum(axis=1), 30)
