"""What the command line says at the end of a verb, in words or JSON. No work is done here."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.counted import counted
from orchestration.progress import Progress

if TYPE_CHECKING:
    from orchestration.runs import RunReport

NOT_TAKEN = "profile"
"""Name of the check that fails when a file in the drop zone was not taken."""

UNMAPPED = "crosswalk_coverage"
"""Name of the check that fails when rows have no organisation; the verb `crosswalk` tells which."""

_COUNTS = ("delivered", "accepted", "quarantined", "duplicate", "superseded")
_NAMED_AT_MOST = 10


def progress(as_json: bool) -> Progress:
    """Progress on standard output, or silent where JSON is wanted there."""
    return Progress(stream=None if as_json else sys.stdout)


def line(text: str, as_json: bool) -> None:
    """One line of words, left out where JSON is wanted."""
    if not as_json:
        click.echo(text)


def told(home: Path, report: RunReport, stages: Progress, as_json: bool) -> None:
    """Tell what a run did: where things lie, rows in and out, seconds, and what stopped it."""
    from orchestration.ingest.tell.told_money import held_money, restated, restated_words, together
    from orchestration.ingest.tell.told_notes import idle_declarations, notes_of
    from orchestration.settings import load_settings

    ledger = ledger_totals(home)
    held, moved = together(held_money(home)), restated(home)
    edition, notes = current_edition(home), notes_of(home)
    idle = idle_declarations(home, load_settings(home))
    if as_json:
        content = {
            "is_success": report.is_success,
            "run_id": report.run_id,
            "edition": str(edition) if edition else None,
            "ledger": ledger,
            "held_back_money": held.as_json(),
            "restated": moved,
            "notes": [asdict(note) for note in notes],
            "idle_declarations": idle,
            "seconds": round(report.seconds, 2),
            "stages": [{**asdict(stage), "seconds": round(stage.seconds, 2)} for stage in stages.stages],
            "failed_checks": [asdict(check) for check in report.failed_checks],
            "errors": list(report.errors),
        }
        click.echo(json.dumps(content, ensure_ascii=False))
    for sentence in sentences(home, report):
        click.echo(sentence, err=True)
    if as_json:
        return
    if ledger:
        fates = ", ".join(f"{ledger[name]:,} {name}" for name in _COUNTS)
        click.echo(f"Rows: {fates} ({counted(ledger['files'], 'file')}).")
        if ledger["quarantined"]:
            money = f" ({held.words})" if held.words else ""
            rows = f"{counted(ledger['quarantined'], 'row')}{money}"
            click.echo(f"Held back: {rows} in {home / 'quarantine'}, with their reasons.")
        for check in report.failed_checks:
            if check.asset.startswith("accepted/") and check.name != UNMAPPED and not check.is_blocking:
                click.echo(f"Warning: {check.asset} {check.name} ({check.summary}).")
        _first_of(
            [f"Restated by later deliveries: {restated_words(line)}" for line in moved],
            "more period",
            "see accepted/restated.parquet.",
        )
        _first_of([f"Note: {note.words}" for note in notes], "more note", "see accepted/manifest.json.")
        for sentence in idle:
            click.echo(f"Note: {sentence}")
    if report.is_success and edition is not None and "edition/published" in report.materialised:
        click.echo(f"Summary: {edition / 'summary.en.html'}")
        click.echo(f"Marts:   {edition / 'marts.duckdb'} and {edition / 'parquet'}")
    spent = sum(stage.seconds for stage in stages.stages)
    click.echo(f"Time:    {spent:.1f} s in stages, {report.seconds:.1f} s for the whole run.")
    click.echo(f"Dagster: {page_command(home)}")


def _first_of(said: Sequence[str], other: str, where: str) -> None:
    for sentence in said[:_NAMED_AT_MOST]:
        click.echo(sentence)
    if len(said) > _NAMED_AT_MOST:
        click.echo(f"and {counted(len(said) - _NAMED_AT_MOST, other)}, {where}")


def page_command(home: Path) -> str:
    """Command that opens Dagster's page for a home, from any folder."""
    where = home.resolve()
    program = Path(sys.executable).with_name("dagster")
    settings = f"DAGSTER_HOME={where / 'dagster'} MATURITY_HOME={where}"
    return f"{settings} {program} dev -h 127.0.0.1 -p 3000 -m orchestration.definitions"


def sentences(home: Path, report: RunReport) -> list[str]:
    """What went wrong, one sentence each; empty when nothing did."""
    found = list(dict.fromkeys(report.errors))
    if report.blocked_by:
        named = [
            f"{check.asset} {check.name} ({check.summary})" for check in report.blocked_by[:_NAMED_AT_MOST]
        ]
        more = len(report.blocked_by) - len(named)
        also = f" and {more} more" if more > 0 else ""
        found.append(
            f"Nothing was published, because {len(report.blocked_by)} blocking check(s) failed: "
            f"{'; '.join(named)}{also}: look at {home / 'quarantine'} and correct the source, "
            f"or state a tolerance in {home / 'maturity.yaml'}, then run again."
        )
    if any(check.name == NOT_TAKEN for check in report.failed_checks):
        found += [f"Not taken: {file}: {problem}" for file, problem in files_not_taken(home)]
    return found


def files_not_taken(home: Path) -> list[tuple[str, str]]:
    """Files of the drop zone that could not be taken, and why."""
    from orchestration.ingest.land.deliveries import receipts

    return [(delivery.file, delivery.problem) for delivery in receipts(home) if not delivery.is_landed]


def ledger_totals(home: Path) -> dict[str, int]:
    """Rows over all delivered files by fate; empty when nothing was accepted yet."""
    path = home / "accepted" / "ledger.parquet"
    if not path.exists():
        return {}
    import pandas as pd

    ledger = pd.read_parquet(path, columns=list(_COUNTS))
    return {"files": len(ledger), **{name: int(ledger[name].sum()) for name in _COUNTS}}


def current_edition(home: Path) -> Path | None:
    """Folder that `editions/current` points to, or None."""
    link = home / "editions" / "current"
    return link if link.exists() else None
