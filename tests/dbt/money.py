"""Money of the tests' world in euros, worked out with Python's decimals: the second route of every amount."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

CENT = Decimal("0.01")


def month(values: pd.Series) -> pd.Series:
    """First day of the month of each day."""
    return values.dt.to_period("M").dt.start_time.astype("datetime64[us]")


def in_euros(
    warehouse: Any,
    rows: pd.DataFrame,
    periods: pd.Series,
    *,
    amount: str = "amount",
    kind: str = "average",
) -> pd.Series:
    """Amount of each row at the declared rate of its month, half a cent upwards; unknown without a rate."""
    declared = warehouse.rows["fx_rates"]
    declared = declared[declared["rate_kind"] == kind].set_index(["currency", "period"])
    rates = {key: Decimal(str(rate)) for key, rate in declared["rate_to_reporting"].items()}

    def converted(value: Any, currency: str, period: pd.Timestamp) -> float:
        rate = Decimal(1) if currency == "EUR" else rates.get((currency, period))
        if rate is None or pd.isna(value):
            return float("nan")
        return float((Decimal(str(value)) * rate).quantize(CENT, ROUND_HALF_UP))

    cells = zip(rows[amount], rows["currency"], periods, strict=True)
    return pd.Series([converted(*cell) for cell in cells], index=rows.index, dtype="float64")
