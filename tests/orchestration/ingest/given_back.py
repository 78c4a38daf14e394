"""A file of refused rows as a person gives it back, and the verbs that take it."""

from __future__ import annotations

import csv
from pathlib import Path

from click.testing import CliRunner, Result

from orchestration.cli import cli


def told(home: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["quarantine", words[0], "--home", str(home), *words[1:]])


def corrected(path: Path, line: str, **cells: str) -> Path:
    rows = list(csv.DictReader(path.open(newline="")))
    (row,) = (row for row in rows if row["source_line"] == line)
    row.update(cells)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
