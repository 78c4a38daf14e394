"""Reports of checked files as JSON and as words. Nothing is decided here."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from orchestration.counted import counted
from orchestration.ingest.tell.check_path import FileReport

_DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
# Longest value shown; the JSON report has it whole.
_SHOWN: Final = 80
_COUNTS: Final = ("delivered", "accepted", "quarantined", "duplicate", "superseded", "deleted")


def to_json(reports: Sequence[FileReport]) -> str:
    """JSON text with one object per file under ``files``."""
    return json.dumps({"files": [asdict(report) for report in reports]}, indent=1, ensure_ascii=False)


def to_text(reports: Sequence[FileReport]) -> str:
    """Aligned words for a person, one block per file, and a last line with the sums."""
    blocks = [_block(report) for report in reports]
    taken = [report for report in reports if report.profile and report.status != "unreadable"]
    sums = ", ".join(f"{sum(getattr(report, name) for report in taken):,} {name}" for name in _COUNTS)
    blocks.append(f"{len(taken)} of {counted(len(reports), 'file')} can be taken: {sums}.")
    return "\n\n".join(blocks)


def _block(report: FileReport) -> str:
    rows = [("profile", report.profile or f"unknown; nearest {report.nearest_profile or 'none'}")]
    if report.encoding:
        delimiter = _DELIMITERS.get(report.delimiter or "", report.delimiter or "none")
        rows.append(
            ("read as", f"{report.encoding}, {delimiter}, {counted(report.header_rows, 'header row')}")
        )
    if report.problem:
        rows.append(("problem", report.problem))
    else:
        rows.append(("rows", ", ".join(f"{getattr(report, name):,} {name}" for name in _COUNTS)))
    rows += [("held back", _refused(report, reason, n)) for reason, n in report.reasons.items()]
    rows += [("note", warning) for warning in report.warnings]
    return "\n".join([report.file, *(f"  {name:<10} {words}" for name, words in rows)])


def _refused(report: FileReport, reason: str, n: int) -> str:
    named = report.lines.get(reason, [])
    lines = ", ".join(str(number) for number in named) + (", ..." if n > len(named) else "")
    first = next((one["value"] for one in report.violations if one["rule"] == reason and one["value"]), "")
    found = f" Found: {first[:_SHOWN]}" if first else ""
    return f"{n:,} x {reason}, line {lines}: {report.remedies.get(reason, '')}".rstrip(": ") + found
