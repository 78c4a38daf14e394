"""`maturity-impact crosswalk`: which native keys have no organisation yet, and what is wrong in the file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.verbs.options import DONE, HELD_BACK, JSON, KEY, OF_INSTALLATION

if TYPE_CHECKING:
    from orchestration.ingest.tell.crosswalk import Looked, Unmapped

TO_FILL = "crosswalk_to_fill.csv"
_SHOWN = 20


@click.command()
@click.option("--home", **OF_INSTALLATION)
@click.option("--key", **KEY)
@click.option("--json", "as_json", **JSON)
def crosswalk(home: Path, key: str | None, as_json: bool) -> None:
    """Check the crosswalk and write the lines it lacks, to be filled in by a person."""
    from orchestration.failures import told_plainly
    from orchestration.ingest.gate.gate_again import judge_again
    from orchestration.ingest.tell.crosswalk import look
    from orchestration.ingest.tell.crosswalk_to_fill import write_to_fill
    from orchestration.settings import load_settings

    settings = load_settings(home)
    with told_plainly(home):
        judge_again(home, settings, key)
        looked = look(home, settings.memory_limit)
        write_to_fill(home / TO_FILL, looked.unmapped)
    if as_json:
        content = {**asdict(looked), "to_fill": str(home / TO_FILL)}
        click.echo(json.dumps(content, ensure_ascii=False, indent=1))
    else:
        _tell(home, looked)
    raise click.exceptions.Exit(DONE if looked.is_complete else HELD_BACK)


def _tell(home: Path, looked: Looked) -> None:
    for finding in looked.findings:
        where = f"{finding.source_system} {finding.unit_key_type} {finding.unit_key}"
        click.echo(f"{finding.problem.replace('_', ' ')}: {where}: {finding.said}")
    if not looked.unmapped:
        click.echo("Every key has its organisation.")
        return
    n_rows = sum(key.n_rows for key in looked.unmapped)
    click.echo(f"{len(looked.unmapped):,} keys without an organisation, {n_rows:,} rows hang on them:")
    for key in looked.unmapped[:_SHOWN]:
        click.echo(_line(key))
    if len(looked.unmapped) > _SHOWN:
        click.echo(f"  and {len(looked.unmapped) - _SHOWN} more")
    click.echo(
        f"To fill in: {home / TO_FILL}: write organization_id and valid_from, then add the lines, without "
        f"the columns behind valid_to, to {home / 'reference' / 'crosswalk.csv'}. Nothing is mapped "
        "before you do."
    )


def _line(key: Unmapped) -> str:
    from orchestration.ingest.tell.crosswalk_to_fill import money_words

    name = f"{key.source_system} {key.unit_key_type} {key.unit_key or '(no key: mend it at the source)'}"
    money = f", {money_words(key.amounts)}" if key.amounts else ""
    like = "; ".join(f"{one.organization_id} ({one.score:g}: {one.because})" for one in key.suggestions)
    return f"  {name}: {key.n_rows:,} rows{money}" + (f"; perhaps {like}" if like else "")
