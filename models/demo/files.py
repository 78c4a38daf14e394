"""A demo export as a table with its dialect, and its bytes; no vendor knowledge here."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from models.demo.aliases import Dates, Integers, Strings

Texts = list[str]
Columns = dict[str, Texts | Strings | str]


@dataclass(slots=True)
class DemoFile:
    """One export file on its way to bytes.

    Attributes
    ----------
    path : str
        Relative path, such as ``exports/zendesk/tickets_2024.csv``.
    frame : pandas.DataFrame
        All cells as text, the header as vendors write it.
    extra_headers : list of rows that follow the header (Qualtrics has two).
    footer : list of lines after the data.
    """

    path: str
    frame: pd.DataFrame
    delimiter: str = ","
    encoding: str = "utf-8"
    extra_headers: list[Texts] = field(default_factory=list)
    footer: Texts = field(default_factory=list)


def to_bytes(file: DemoFile) -> bytes:
    """Write one file with its delimiter, header rows, footer and encoding; lines end with a line feed."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=file.delimiter, lineterminator="\n")
    writer.writerow(file.frame.columns)
    writer.writerows(file.extra_headers)
    columns = [file.frame[name].tolist() for name in file.frame.columns]
    writer.writerows(zip(*columns, strict=True))
    for line in file.footer:
        buffer.write(line + "\n")
    return buffer.getvalue().encode(file.encoding)


def text_frame(columns: Columns, n: int) -> pd.DataFrame:
    """Build a table of text; a single text is repeated ``n`` times."""
    return pd.DataFrame(
        {
            name: np.array([values] * n if isinstance(values, str) else values, dtype=object)
            for name, values in columns.items()
        },
        dtype=object,
    )


def times(values: Dates, form: str = "{} {}") -> Strings:
    """Write times to the second, ``YYYY-MM-DD HH:MM:SS``, or by a form of date and time."""
    text = np.datetime_as_string(values.astype("datetime64[s]"))
    if form == "{} {}":
        return np.char.replace(text, "T", " ")
    return np.array([form.format(*t.split("T")) for t in text.tolist()])


def days(values: Dates) -> Strings:
    """Write dates, ``YYYY-MM-DD``; a missing date is empty."""
    text = np.datetime_as_string(values.astype("datetime64[D]"))
    return np.where(np.isnat(values), "", text)


def cents(values: Integers) -> Texts:
    """Write whole cents as an amount with two decimals."""
    return [f"{'-' if v < 0 else ''}{abs(v) // 100}.{abs(v) % 100:02d}" for v in values.tolist()]


def month_of(rng: np.random.Generator, months: Dates) -> Dates:
    """Draw a second within each given month, evenly."""
    start = months.astype("datetime64[s]")
    length = ((months + 1).astype("datetime64[s]") - start).astype(np.int64)
    drawn: Dates = start + (rng.random(len(months)) * length).astype(np.int64)
    return drawn
