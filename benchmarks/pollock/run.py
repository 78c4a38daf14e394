"""Read the Pollock benchmark's polluted CSV files and count those that come out different without a word.

The benchmark itself (HPI-Information-Systems/Pollock) is no part of this repository. FOLDER is its folder
``polluted_files``: ``csv`` holds the polluted files, ``clean`` what each of them means. Every file is read
through the public entry, `orchestration.ingest.text.tabular.read_file`, without any declaration. The clean
files are read too; one without a header or without a byte is refused.
"""

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from orchestration.errors import UnreadableFile
from orchestration.ingest.text.structure import cells
from orchestration.ingest.text.tabular import Table, read_file

Verdict = Literal["exact", "refused", "quarantined", "silent"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the verdicts of a folder; the last line counts the silently different files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="folder that holds csv/ and clean/")
    folder: Path = parser.parse_args(arguments).folder
    polluted = sorted((folder / "csv").glob("*.csv"))
    if not polluted:
        sys.exit(f"{folder / 'csv'} holds no CSV files: give the benchmark's folder polluted_files.")
    clean = sorted((folder / "clean").glob("*.csv"))
    verdicts = {path.name: verdict_on(path, folder / "clean" / path.name) for path in polluted}
    of_clean = {path.name: verdict_on(path, path) for path in clean}
    for name, verdict in verdicts.items():
        if verdict == "silent":
            print(f"silently different: {name}")
    counts = Counter(verdicts.values())
    for verdict in ("exact", "quarantined", "refused", "silent"):
        print(f"{verdict:12} {counts[verdict]:5}")
    for name, verdict in of_clean.items():
        if verdict != "exact":
            print(f"clean file {verdict}: {name}")
    print(f"clean files read exactly {Counter(of_clean.values())['exact']} of {len(of_clean)}")
    print(f"silently different {counts['silent']} of {len(verdicts)}")
    return 0


def verdict_on(polluted: Path, clean: Path) -> Verdict:
    """Verdict on one polluted file."""
    try:
        table = read_file(polluted)
    except UnreadableFile:
        return "refused"
    with clean.open(encoding="utf-8", newline="") as file:
        expected = list(csv.reader(file))
    return compared(table, expected)


def compared(table: Table, expected: Sequence[Sequence[str]]) -> Verdict:
    """Verdict on a table as read, against header and rows as they are meant."""
    header = cells(expected[0]) if expected else []
    n_columns = len(table.names)
    if [_shown(name) for name in table.names] != header[:n_columns] or any(header[n_columns:]):
        return "silent"
    meant = [list(row[:n_columns]) for row in expected[1:]]
    if table.rows == meant and not table.refused:
        return "exact"
    left = iter(meant)
    is_part = all(any(row == other for other in left) for row in table.rows)
    n_missing = len(meant) - len(table.rows)
    return "quarantined" if is_part and n_missing <= len(table.refused) else "silent"


def _shown(name: str) -> str:
    return "" if name.startswith("unnamed_") else name


if __name__ == "__main__":
    sys.exit(main())
