"""What every table of the small world is drawn from: organisations, months, days."""

from __future__ import annotations

import numpy as np
import pandas as pd

ORGANIZATIONS = ("org-a", "org-b", "org-c")
MONTHS = pd.date_range("2022-01-01", periods=20, freq="MS")
Rows = dict[str, pd.DataFrame]


def days(random: np.random.Generator, n: int) -> pd.Series:
    """Random days within the months."""
    return pd.Series(MONTHS[0] + pd.to_timedelta(random.integers(0, 20 * 30, n), unit="D"))
