"""A wrong figure of tickets would reach leadership unseen; pandas computes each again from the rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
from drawn import ORGANIZATIONS
from second_route import KEY, compare, counted_tickets


def test_csat_share(warehouse: Any) -> None:
    rated = counted_tickets(warehouse).query("satisfaction in ('good', 'bad')")
    compare(
        warehouse, "csat_share", (rated["satisfaction"] == "good").groupby([rated[k] for k in KEY]).mean()
    )


def test_first_response_minutes(warehouse: Any) -> None:
    rows = counted_tickets(warehouse).query("response_basis == 'calendar'")
    minutes = rows["first_response_minutes"].astype(float)
    compare(warehouse, "first_response_minutes", minutes.groupby([rows[k] for k in KEY]).mean())


def test_ticket_volume(warehouse: Any) -> None:
    compare(warehouse, "ticket_volume", counted_tickets(warehouse).groupby(KEY).size())


def _single_tickets(warehouse: Any, name: str) -> Any:
    """Minutes of the single tickets out of the delivered rows, by organisation and month."""
    rows = counted_tickets(warehouse)
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
        compare(warehouse, name, minutes.mean())
        compare(warehouse, f"{name}_median", minutes.median())
        compare(warehouse, f"{name}_p90", minutes.quantile(0.9))
        months = counted_tickets(warehouse).groupby(KEY).size().index
        compare(warehouse, f"{name}_p90_denominator", minutes.size().reindex(months, fill_value=0))


def test_other_bases_stand_beside_the_clock(warehouse: Any) -> None:
    rows = counted_tickets(warehouse)
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
            compare(warehouse, f"{name}_{told_as}", groups.quantile(share))
            n_told = groups.size().reindex(months, fill_value=0)
            compare(warehouse, f"{name}_{told_as}_denominator", n_told)


def test_shares_of_tickets(warehouse: Any) -> None:
    rows = counted_tickets(warehouse)
    compare(warehouse, "social_ticket_share", rows.groupby(KEY)["is_social_channel"].mean())
    asked = rows[rows["satisfaction"] != "not_offered"]
    rated = asked["satisfaction"] != "offered"
    compare(warehouse, "csat_response_share", rated.groupby([asked[k] for k in KEY]).mean())


def test_backlog_is_who_waits_at_the_month_end(warehouse: Any) -> None:
    rows = counted_tickets(warehouse)
    found = warehouse.frame("select * from marts.fct_organization_month where backlog is not null")
    for row in found.itertuples():
        after = row.period + pd.DateOffset(months=1)
        own = rows[(rows["organization_id"] == row.organization_id) & (rows["created_at"] < after)]
        assert row.backlog == (own["solved_at"].isna() | (own["solved_at"] >= after)).sum()
    assert len(found) == len(ORGANIZATIONS) * 20
