"""If these fail, a comparison of editions tells a size that the summary withholds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from orchestration.editions.cause import Family
from orchestration.editions.headlines import headlines


def edition(folder: Path, **claim: Any) -> Path:
    told = {
        "outcome": "csat_share", "is_primary": True, "estimate": 0.012, "low": 0.01, "high": 0.014,
        "level": "L0", "grade": "D", "withheld": False, "n_organizations": 12, "n_periods": 9,
    }  # fmt: skip
    facts = {"claims": [told | claim], "index": {"wave": "2024-H1", "mean": 52.0}}
    (folder / "facts.json").write_text(json.dumps(facts))
    (folder / "parquet").mkdir()
    kpis = pd.DataFrame({"kpi_code": ["csat_share"], "entities": ["tickets"], "aggregation": ["ratio"]})
    values = pd.DataFrame(
        {
            "kpi_code": ["csat_share"],
            "period": ["2024-01-01"],
            "value": [0.5],
            "numerator": [1],
            "denominator": [2],
        }
    )
    kpis.to_parquet(folder / "parquet" / "dim_kpi.parquet")
    values.to_parquet(folder / "parquet" / "fct_kpi.parquet")
    return folder


def values_of(folder: Path, family: Family) -> dict[str, Any]:
    return dict(next(one.values for one in headlines(folder) if one.family is family))


@pytest.mark.parametrize("withheld", [True, False])
def test_a_withheld_claim_tells_why_and_of_how_many_but_no_size(tmp_path: Path, withheld: bool) -> None:
    told = values_of(edition(tmp_path, withheld=withheld), Family.CLAIM)
    sizes = {name: told.pop(name) for name in ("estimate", "low", "high")}
    assert sizes == (dict.fromkeys(sizes) if withheld else {"estimate": 0.012, "low": 0.01, "high": 0.014})
    assert told == {"level": "L0", "grade": "D", "withheld": withheld, "n_organizations": 12, "n_periods": 9}


def test_a_ratio_over_all_is_divided_last(tmp_path: Path) -> None:
    told = values_of(edition(tmp_path), Family.KPI)
    assert (told["numerator"], told["denominator"], told["value"]) == (1.0, 2.0, 0.5)
