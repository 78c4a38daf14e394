"""Published panels and numbers for the event-study tests; a wrong copy fails the published values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

FIXTURES = Path(__file__).parents[1] / "fixtures"


def _long(name: str, keys: list[str], value: str) -> pd.DataFrame:
    wide = pd.read_csv(FIXTURES / name)
    return wide.melt(keys, var_name="year", value_name=value).astype({"year": int})


@pytest.fixture(scope="session")
def published() -> dict[str, Any]:
    return json.loads((FIXTURES / "published_event_studies.json").read_text())


@pytest.fixture(scope="session")
def mpdta() -> pd.DataFrame:
    return _long("mpdta.csv", ["county", "first_treat", "lpop"], "lemp")


@pytest.fixture(scope="session")
def medicaid() -> pd.DataFrame:
    return _long("medicaid.csv", ["state", "expansion"], "insured")


def staggered(
    seed: int, *, n_units: int = 60, n_periods: int = 6, effect: float = 0.0, missing: float = 0.0
) -> pd.DataFrame:
    """Units treated first in period 3, 5 or never; a trait, common shocks, and an effect that lasts."""
    rng = np.random.default_rng(seed)
    starts = np.resize([3, 5, 0, 0], n_units)
    unit, period = (axis.ravel() for axis in np.indices((n_units, n_periods)))
    trait = rng.normal(size=n_units) + (starts == 3)
    size = rng.normal(size=n_units)
    treated = (starts[unit] > 0) & (period + 1 >= starts[unit])
    y = trait[unit] + 0.3 * (period % 3) + effect * treated + rng.normal(size=len(unit))
    frame = pd.DataFrame(
        {"unit": unit, "period": period + 1, "start": starts[unit], "size": size[unit], "y": y}
    )
    return frame.loc[rng.random(len(frame)) >= missing].reset_index(drop=True)


@pytest.fixture(scope="session")
def make_staggered() -> Any:
    return staggered
