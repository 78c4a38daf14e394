"""If these fail, analysts query result tables that lost a column, a type or their contract."""

from __future__ import annotations

import numpy as np
import pandas as pd

from contracts.gate import split
from contracts.results import RESULTS
from models.analysis import PRIMARY, analyse
from models.planted import OUTCOMES, planted_answers, planted_panel

ANSWERS = planted_answers(1)
EFFECT_COLUMNS = [
    "outcome",
    "is_primary",
    "model",
    "exposure",
    "estimate",
    "standard_error",
    "low",
    "high",
    "p_value",
    "p_adjusted",
    "adjustment",
    "unit",
    "standard_error_kind",
    "degrees_of_freedom",
    "n_observations",
    "n_organizations",
    "n_periods",
    "first_period",
    "last_period",
    "mde",
]
CLAIM_COLUMNS = [
    "outcome",
    "is_primary",
    "level",
    "grade",
    "withheld",
    "estimate",
    "low",
    "high",
    "unit",
    "standard_error_kind",
    "n_organizations",
    "n_periods",
    "first_period",
    "last_period",
    "naive_estimate",
    "mde",
    "reasons",
]
CONTRAST_COLUMNS = [
    "practice_code",
    "n_mature",
    "share_mature",
    "n_less_mature",
    "share_less_mature",
    "risk_ratio",
    "low",
    "high",
    "published_ratio",
    "published_relation",
]


def small(**changes) -> pd.DataFrame:
    return planted_panel(**{"n_organizations": 60, "n_months": 18, "outcomes": PRIMARY, **changes})


def test_tables_have_the_columns_of_the_spec() -> None:
    result = analyse(small(seed=12), answers=ANSWERS)
    assert list(result.effects_frame()) == EFFECT_COLUMNS
    assert list(result.claims_frame()) == CLAIM_COLUMNS
    assert list(result.contrasts_frame()) == CONTRAST_COLUMNS
    assert list(result.index_quality_frame()) == ["measure", "value", "low", "high", "scope"]
    assert list(result.sensitivity_frame()) == EFFECT_COLUMNS
    assert list(result.claim_reasons_frame()) == ["outcome", "position", "code", "passed", "detail"]
    claims = result.claims_frame()
    assert claims["first_period"].dtype == "datetime64[us]"
    assert claims.loc[claims["outcome"] == "win_rate", "estimate"].isna().all()
    assert claims.loc[claims["outcome"] == "win_rate", "reasons"].tolist() == ["outcome_missing"]
    assert set(result.sensitivity_frame()["standard_error_kind"]) == {"HC3", "CR2"}


def test_tables_hold_their_contracts() -> None:
    frame = small(seed=12, outcomes=OUTCOMES[:5])
    frame["win_rate"] = frame["win_rate_lead_3m"] = np.nan
    result = analyse(frame, answers=ANSWERS)
    for name, contract in RESULTS.items():
        table = getattr(result, f"{name}_frame")()
        assert split(table, contract).refused.empty, name
