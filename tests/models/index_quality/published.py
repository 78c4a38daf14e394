"""Published results and their data, read once for the tests of index quality."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

FIXTURES = Path(__file__).parents[1] / "fixtures"
REVERSED = ["A1", "C4", "C5", "E1", "E2", "O2", "O5"]
SCALES = "ACENO"


def results(study: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FIXTURES / "index_quality_results.json").read_text())[study]
    return found


def bfi() -> pd.DataFrame:
    items = pd.read_csv(FIXTURES / "bfi25.csv")
    items[REVERSED] = 7 - items[REVERSED]
    return items


def bfi_scale(letter: str) -> pd.DataFrame:
    items = bfi()
    return items[[name for name in items if name.startswith(letter)]]


def shrout_fleiss() -> pd.DataFrame:
    return pd.read_csv(FIXTURES / "shrout_fleiss.csv").iloc[:, 1:]
