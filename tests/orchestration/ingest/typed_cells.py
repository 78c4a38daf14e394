"""Files of typed cells made for tests, and what a part of them reads as. No assertions here."""

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from orchestration.ingest.forms.containers import parts_of
from orchestration.ingest.forms.contents import Content
from orchestration.ingest.forms.formats import open_part


def opened(path: Path, decimal: str = ".") -> list[Content]:
    return [open_part(part, decimal=decimal) for part in parts_of(path, path.name)]


def rows_of(content: Content) -> pd.DataFrame:
    return pd.concat([chunk.rows.to_pandas() for chunk in content.chunks(content.names, ())])


def workbook(path: Path, rows: list[list[Any]]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.active.title = "Data"
    for row in rows:
        book.active.append(row)
    book.save(path)
    return book


ROWS: list[list[Any]] = [
    ["id", "amount", "day", "at", "is_won", "code"],
    [1, 1234.5, dt.date(2024, 1, 2), dt.datetime(2024, 1, 2, 3, 4, 5), True, "007"],
    [2, -0.1, None, dt.datetime(2024, 1, 2), False, "NA"],
]
TEXTS = [
    ["1", "1234.5", "2024-01-02", "2024-01-02 03:04:05", "true", "007"],
    ["2", "-0.1", "", "2024-01-02 00:00:00", "false", "NA"],
]
