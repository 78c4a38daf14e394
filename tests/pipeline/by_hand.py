"""Each KPI worked out in pandas from accepted rows alone, as its formula says in words. No dbt, no flags."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from contracts.kpi_rows import load_kpi_rows

Rows = Mapping[str, pd.DataFrame]
Parts = tuple[float | None, float | None, float]
"""Numerator, denominator and figure; a part that is none is not told."""
MINIMUM_GROUP = 10
SALES_CYCLE_MONTHS = 2
CUSTOMERS = ("active_customers", "new_customers", "customer_retention", "customer_churn",
             "revenue_retention_gross", "revenue_retention_net")  # fmt: skip


def by_lines(told: Mapping[str, Any], frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Accepted rows of the lines that an explanation lists, by entity."""
    found = {}
    for entity, frame in frames.items():
        places = {
            (file["delivery_id"], line)
            for file in told["files"]
            if file["entity"] == entity
            for line in file["lines"]
        }
        own = [place in places for place in zip(frame["delivery_id"], frame["source_line"], strict=True)]
        found[entity] = frame[own]
    return found


def months_of(dates: pd.Series[Any]) -> pd.Series[Any]:
    return pd.to_datetime(dates).dt.to_period("M")


def employed(spells: pd.DataFrame, day: pd.Timestamp) -> int:
    ends = pd.to_datetime(spells["ended_on"])
    is_there = (pd.to_datetime(spells["started_on"]) <= day) & (ends.isna() | (ends >= day))
    return int(spells[is_there]["person_key"].nunique())


def leavers(spells: pd.DataFrame, month: pd.Period, reason: str) -> int:
    """Persons with a last day in the month, for a reason, whom no spell carries on into the next day."""
    gone = 0
    for _, own in spells.groupby("person_key"):
        last = pd.to_datetime(own["ended_on"]).fillna(pd.Timestamp("2999-12-31"))
        starts = pd.to_datetime(own["started_on"])
        for end in last[last.dt.to_period("M") == month].unique():
            is_meant = not reason or (own[last == end]["end_reason"] == reason).any()
            gone += is_meant and not ((starts <= end + pd.Timedelta(days=1)) & (last > end)).any()
    return gone


def of_tickets(code: str, tickets: pd.DataFrame) -> Parts:
    """Numerator, denominator and figure of a KPI from the accepted tickets that are listed."""
    rated = tickets["satisfaction"]
    if code in ("ticket_volume", "backlog"):
        return float(len(tickets)), None, float(len(tickets))
    column = code.removesuffix("_median").removesuffix("_p90")
    column = {
        "first_response_office_minutes": "office_response_minutes",
        "resolution_office_minutes": "office_resolution_minutes",
    }.get(column, column)
    if column.endswith("_minutes"):
        minutes = tickets[column].dropna().astype(float)
        if code.endswith("_median"):
            return None, float(len(minutes)), float(minutes.median())
        if code.endswith("_p90"):
            return None, float(len(minutes)), float(minutes.quantile(0.9))
        return float(minutes.sum()), float(len(minutes)), float(minutes.mean())
    counts = {
        "csat_share": (rated == "good", rated.isin(["good", "bad"])),
        "csat_response_share": (rated.isin(["good", "bad"]), rated.isin(["good", "bad", "offered"])),
        "social_ticket_share": (
            tickets["is_social_channel"].fillna(value=False).astype(bool),
            tickets["is_social_channel"].notna(),
        ),
    }
    numerator, denominator = (float(part.sum()) for part in counts[code])
    return numerator, denominator, numerator / denominator


def of_deals(code: str, deals: pd.DataFrame) -> Parts:
    won, amount = deals["status"] == "won", deals["amount"].astype(float)
    if code == "win_rate":
        return float(won.sum()), float(len(deals)), float(won.mean())
    if code == "win_rate_amount":
        return float(amount[won].sum()), float(amount.sum()), float(amount[won].sum() / amount.sum())
    if code == "sales_cycle_days":
        entered = pd.to_datetime(deals["created_at"]).dt.tz_localize(None).dt.normalize()
        days = (pd.to_datetime(deals["closed_on"]) - entered).dt.days[won]
        return None, float(len(days)), float(days.median())
    worth = amount * deals["probability_share"].astype(float) if code == "weighted_pipeline" else amount
    return float(worth.sum()), None, float(worth.sum())


def of_money(code: str, lines: pd.DataFrame, month: pd.Period) -> Parts:
    def added(account_class: str, at: pd.Period) -> float:
        is_own = (lines["account_class"] == account_class) & (months_of(lines["posted_on"]) == at)
        return float(lines[is_own]["amount"].sum())

    revenue = added("revenue", month)
    if code == "revenue":
        return revenue, None, revenue
    is_growth = code.startswith("revenue_growth")
    divided_by = added("revenue", month - 12) if is_growth else revenue
    less = divided_by if is_growth else added("cost_of_sales", month)
    return revenue - less, divided_by, (revenue - less) / divided_by


def of_people(code: str, spells: pd.DataFrame, month: pd.Period) -> Parts:
    ends = [employed(spells, at.end_time.normalize()) for at in (month, month - 1)]
    if code == "headcount":
        return float(ends[0]), None, float(ends[0])
    if code == "fte":
        day = month.end_time.normalize()
        last = pd.to_datetime(spells["ended_on"])
        is_there = (pd.to_datetime(spells["started_on"]) <= day) & (last.isna() | (last >= day))
        assert is_there.all(), "an employment that is over, or has not begun, is not behind the sum"
        total = float(spells["fte_share"].astype(float).sum())
        return total, None, total
    if code == "attrition_annualised":
        return (
            12.0 * leavers(spells, month, ""),
            sum(ends) / 2,
            12 * leavers(spells, month, "") / (sum(ends) / 2),
        )
    assert code.startswith("attrition")
    left = leavers(spells, month, code.removeprefix("attrition").removeprefix("_"))
    return float(left), sum(ends) / 2, left / (sum(ends) / 2)


def of_surveys(code: str, answers: pd.DataFrame) -> Parts:
    kind = {"csat_survey_share": "csat"}.get(code, code)
    assert set(answers["survey_type"]) == {kind}
    score = answers["score"].astype(float)
    if kind in ("nps", "enps"):
        points = 100.0 * float((score >= 9).sum() - (score <= 6).sum())
    else:
        low, high = (answers[name].astype(float) for name in ("scale_min", "scale_max"))
        points = float((score >= low + 0.75 * (high - low)).sum())
    return points, float(len(answers)), points / len(answers)


def sales_until(invoices: pd.DataFrame, month: pd.Period) -> pd.DataFrame:
    assert set(invoices["status"]) <= {"open", "paid"}
    sales = invoices.assign(month=months_of(invoices["issued_on"]), amount=invoices["amount"].astype(float))
    assert (sales["month"] <= month).all(), "an invoice of a later month stands behind no earlier one"
    return sales


def lately(sales: pd.DataFrame, month: pd.Period) -> dict[str, tuple[bool, float]]:
    """Whether each customer had a sale in the twelve months that end here, and euros since the first."""
    told = {}
    for customer, own in sales.groupby("customer_key"):
        first = own.loc[own["amount"] > 0, "month"].min()
        if pd.isna(first) or first > month:
            continue
        recent = own[(own["month"] <= month) & (own["month"] > month - 12) & (own["month"] >= first)]
        amount = float(recent.loc[recent["currency"] == "EUR", "amount"].sum())
        told[str(customer)] = (bool((recent["amount"] > 0).any()), max(round(amount, 2), 0.0))
    return told


def of_customers(code: str, invoices: pd.DataFrame, month: pd.Period) -> Parts:
    sales = sales_until(invoices, month)
    now = lately(sales, month)
    if code == "active_customers":
        n_active = float(sum(is_active for is_active, _ in now.values()))
        return n_active, None, n_active
    if code == "new_customers":
        firsts = sales[sales["amount"] > 0].groupby("customer_key")["month"].min()
        n_new = float((firsts == month).sum())
        return n_new, None, n_new
    base = {name: amount for name, (is_active, amount) in lately(sales, month - 12).items() if is_active}
    part, whole = {
        "customer_retention": (sum(now[name][0] for name in base), len(base)),
        "customer_churn": (sum(not now[name][0] for name in base), len(base)),
        "revenue_retention_net": (sum(now[name][1] for name in base), sum(base.values())),
        "revenue_retention_gross": (
            sum(min(now[name][1], amount) for name, amount in base.items()), sum(base.values()),
        ),
    }[code]  # fmt: skip
    return float(part), float(whole), float(part) / float(whole)


def of_hires(code: str, hires: pd.DataFrame) -> Parts:
    if code == "cost_per_hire_recorded":
        cost = hires["cost"].dropna().astype(float)
        return float(cost.sum()), float(len(cost)), float(cost.mean())
    since = {"time_to_hire_days": "applied_on", "time_to_fill_days": "opened_on"}[code]
    days = (pd.to_datetime(hires["accepted_on"]) - pd.to_datetime(hires[since])).dt.days.dropna()
    days = days[days >= 0]
    return None, float(len(days)), float(days.median())


def of_applications(code: str, rows: pd.DataFrame) -> Parts:
    said = rows["self_identification"]
    answered = said.isin(["under_represented", "not_under_represented"])
    part, whole = {
        "applicant_diversity": ((said == "under_represented").sum(), answered.sum()),
        "applicant_answer_share": (answered.sum(), len(rows)),
    }[code]
    return float(part), float(whole), float(part) / float(whole)


def of_two_sources(code: str, rows: Rows, month: pd.Period) -> Parts:
    """KPIs that divide what one source tells by what another one does."""

    def posted(account_class: str, at: pd.Period = month) -> float:
        lines = rows["ledger_lines"]
        assert set(months_of(lines["posted_on"])) == {at}, "no other month stands behind the figure"
        return float(lines[lines["account_class"] == account_class]["amount"].astype(float).sum())

    def customers(kind: str = "new_customers") -> float:
        return of_customers(kind, rows["invoices"], month)[2]

    before = month - SALES_CYCLE_MONTHS
    part, whole = {
        "marketing_efficiency": lambda: (posted("revenue"), spent(rows["marketing_spend"])),
        "customer_acquisition_cost": lambda: (posted("sales_and_marketing"), customers()),
        "customer_acquisition_cost_marketing": lambda: (spent(rows["marketing_spend"]), customers()),
        "customer_acquisition_cost_lagged": lambda: (posted("sales_and_marketing", before), customers()),
        "ticket_volume_per_customer": lambda: (float(len(rows["tickets"])), customers("active_customers")),
        "cost_per_hire": lambda: (posted("recruiting"), float(len(rows["hires"]))),
    }[code]()
    return part, whole, part / whole


def spent(costs: pd.DataFrame) -> float:
    assert set(costs["currency"]) == {"EUR"}
    return float(costs["amount"].astype(float).sum())


def of_pipeline(code: str, rows: Rows, month: pd.Period) -> Parts:
    """What the last change up to the month end says of each opportunity, or it itself where none does."""
    deals = rows["opportunities"].set_index("opportunity_key")
    changes = deals.iloc[:0]
    if len(rows["opportunity_history"]):
        changes = rows["opportunity_history"].set_index("opportunity_key")
        assert changes.index.is_unique
        assert (months_of(changes["changed_at"]) <= month).all()
    worth = changes.combine_first(deals)[["amount", "probability_share"]].astype(float).loc[deals.index]
    chance = worth["probability_share"] if code == "weighted_pipeline" else 1.0
    total = float((worth["amount"] * chance).sum())
    return total, None, total


def by_hand(code: str, rows: Rows, period: str) -> Parts:
    """Numerator, denominator and figure of a KPI from accepted rows, as its formula says in words."""
    month = pd.Period(period, "M")
    fed_by = {load_kpi_rows().models[term.model].entity for term in load_kpi_rows().kpis[code].terms}
    if len(fed_by) > 1:
        return of_two_sources(code, rows, month)
    if code in ("open_pipeline", "weighted_pipeline"):
        return of_pipeline(code, rows, month)
    if code == "marketing_spend":
        return spent(rows["marketing_spend"]), None, spent(rows["marketing_spend"])
    if code == "revenue_growth_constant_currency":
        return of_money("revenue_growth", rows["ledger_lines"], month)
    [entity] = fed_by
    if entity in ("tickets", "opportunities", "survey_responses", "hires", "applications"):
        of = {
            "tickets": of_tickets,
            "opportunities": of_deals,
            "survey_responses": of_surveys,
            "hires": of_hires,
            "applications": of_applications,
        }
        return of[entity](code, rows[entity])
    by_month = {"ledger_lines": of_money, "employment_spells": of_people, "invoices": of_customers}
    return by_month[entity](code, rows[entity], month)


def require_that_rows_give_the_cell(
    told: Mapping[str, Any], cell: Mapping[str, Any], code: str, frames: Rows
) -> None:
    """Assert that the lines an explanation lists, added up by hand, and the rows it lists, give the cell."""
    named = f"{code} {cell['organization_id']} {cell['period']}"
    assert told["reasons"] == [], named
    listed = by_lines(told, frames)
    numerator, denominator, figure = by_hand(code, listed, cell["period"].isoformat())
    # Sums of money are kept in cents.
    kept = 0.005 if denominator is None else 1e-9
    assert math.isclose(cell[code], figure, rel_tol=1e-9, abs_tol=kept), named
    for part, value in (("numerator", numerator), ("denominator", denominator)):
        if value is None:
            continue
        assert math.isclose(cell[f"{code}_{part}"], value, abs_tol=0.005), named
        if not load_kpi_rows().kpis[code].only_lines:
            assert math.isclose(sum(one[part] for one in told["rows"]), value, abs_tol=0.005), named
    lines = {entity: sum(f["n_lines"] for f in told["files"] if f["entity"] == entity) for entity in frames}
    accepted = {step["model"]: step["n_rows"] for step in told["steps"] if step["layer"] == "accepted"}
    assert {entity: lines[entity] for entity in accepted} == accepted, named
