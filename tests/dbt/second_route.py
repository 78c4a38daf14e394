"""What the second routes share: keys, months, and how a figure is held against the mart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

KEY = ["organization_id", "period"]
TOLERANCE = 1e-9
"""Both routes divide doubles of at most 1e9; they differ in the last places only."""


def month(values: pd.Series) -> pd.Series:
    """First day of the month of each time."""
    return values.dt.to_period("M").dt.start_time.astype("datetime64[us]")


def compare(warehouse: Any, name: str, expected: pd.Series) -> None:
    """Hold a column of the wide mart against a series by organisation and month."""
    found = warehouse.frame(f"select organization_id, period, {name} from marts.fct_organization_month")
    found = found.set_index(KEY)[name].astype(float).sort_index()
    second = expected.reindex(found.index).astype(float)
    assert second.notna().sum() > 20
    assert expected.dropna().index.isin(found.index).all()
    np.testing.assert_allclose(found, second, rtol=TOLERANCE)


def counted_tickets(warehouse: Any) -> pd.DataFrame:
    """Tickets that count, with their month."""
    rows = warehouse.rows["tickets"]
    rows = rows[~rows["is_deleted"] & rows["merged_into_key"].isna() & rows["organization_id"].notna()]
    return rows.assign(period=month(rows["created_at"]))
