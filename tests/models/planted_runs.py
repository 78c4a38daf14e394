"""Effects and claims of planted panels, for tests that look at them."""

from __future__ import annotations

import pandas as pd

from contracts.kpis import load_kpis
from models.analysis import Analysis
from models.analysis import analyse as whole_battery
from models.planted import planted_answers, planted_panel

ANSWERS = planted_answers(1)
PRIMARY = ("csat_share", "log_revenue")
SECONDARY = load_kpis().outcomes_of("secondary")


def analyse(frame: pd.DataFrame, **options) -> Analysis:
    """Effects and claims alone: most tests here are about them, and the rest takes its time."""
    return whole_battery(frame, parts=(), **options)


def claims_of(result) -> dict:
    return {claim.outcome: claim for claim in result.claims}


def small(**changes) -> pd.DataFrame:
    return planted_panel(**{"n_organizations": 60, "n_months": 18, "outcomes": PRIMARY, **changes})
