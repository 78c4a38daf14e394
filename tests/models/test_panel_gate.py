"""Keeps a later partial run from estimating on a broken mart: every rule of the gate is shown to bite."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pytest

from models.errors import InputRefusedError
from models.panel_gate import checked_panel
from models.planted import planted_panel

PRIMARY = ("csat_share", "log_revenue")


def panel():
    return planted_panel(2, n_organizations=6, n_months=8, outcomes=PRIMARY)


def put(frame, column, row, value):
    frame[column] = frame[column].astype(object)
    frame.loc[row, column] = value
    return frame


@pytest.mark.parametrize(
    ("corrupt", "message"),
    [
        (lambda f: f.drop(columns="csat_share_lead_3m"), "csat_share_lead_3m"),
        (lambda f: f.drop(columns=["industry", "period"]), "period, industry"),
        (lambda f: put(f, "organization_id", 3, None), "organization_id is empty in 1 rows"),
        (lambda f: put(f, "period", 3, None), "period is empty"),
        (lambda f: put(f, "period", 1, f.loc[0, "period"]), "share organisation and period"),
        (lambda f: put(f, "period", 1, datetime.date(2022, 2, 2)), "first day of a month"),
        (lambda f: put(f, "period", 1, "soon"), "no dates"),
        (lambda f: put(f, "csat_share_lead_3m", 1, np.inf), "csat_share_lead_3m is infinite"),
        (lambda f: put(f, "log_employees", 1, "many"), "log_employees holds values that are no numbers"),
        (lambda f: put(f, "index_per_10", 1, 55.0), "leaves 0..10"),
        (lambda f: put(f, "index_per_10", 1, -0.1), "leaves 0..10"),
        (
            lambda f: put(f, "csat_share_lead_3m", 1, 0.123),
            "not the value 3 months later in 1 rows, such as org_000",
        ),
        (lambda f: put(f, "log_revenue_lead_3m", 1, None), "log_revenue_lead_3m is not the value"),
    ],
)
def test_every_rule_bites(corrupt, message) -> None:
    checked_panel(panel(), PRIMARY, ())
    with pytest.raises(InputRefusedError, match=message):
        checked_panel(corrupt(panel()), PRIMARY, ())


@pytest.mark.parametrize(
    "outcome", ["integration_index", "data_tools_score", "checklist_gap", "channel_adoption_share"]
)
def test_an_outcome_from_the_assessment_is_refused(outcome) -> None:
    with pytest.raises(InputRefusedError, match="comes from the assessment"):
        checked_panel(panel(), PRIMARY, (outcome,))


def test_decimals_nulls_and_timestamps_are_taken() -> None:
    frame = panel()
    frame["csat_share"] = [None if i == 9 else Decimal(repr(v)) for i, v in enumerate(frame["csat_share"])]
    frame.loc[6, "csat_share_lead_3m"] = np.nan
    frame["period"] = frame["period"].astype("datetime64[us]")
    checked = checked_panel(frame.sample(frac=1, random_state=1), PRIMARY, ("win_rate",))
    assert checked["csat_share"].isna().sum() == 1
    assert checked["organization_id"].is_monotonic_increasing


def test_the_input_is_left_as_it_was() -> None:
    frame, before = panel(), panel()
    checked_panel(frame, PRIMARY, ())
    assert frame.equals(before)
