"""`maturity-impact quarantine`: look at refused rows, hand them out to be corrected, and judge them again."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchestration.counted import counted
from orchestration.verbs.options import DONE, HELD_BACK, JSON, KEY, OF_INSTALLATION

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from orchestration.ingest.gate.corrections import Repeated

_SHOWN = 20


@click.group()
def quarantine() -> None:
    """Rows that were held back: look at them, correct them, judge them again."""


@quarantine.command("list")
@click.option("--home", **OF_INSTALLATION)
@click.option("--json", "as_json", **JSON)
def list_(home: Path, as_json: bool) -> None:
    """Say how many rows of each file are held back, and why."""
    from orchestration.ingest.tell.told_money import held_money

    held = _held(home)
    money = held_money(home)
    files: list[dict[str, Any]] = []
    for file, rows in held.groupby("file", sort=True):
        reasons = Counter(reason for said in rows["reasons"] for reason in said.split(";"))
        files.append(
            {
                "file": str(file),
                "rows": len(rows),
                "reasons": dict(reasons.most_common()),
                "money": money[str(file)].as_json() if str(file) in money else None,
            }
        )
    if as_json:
        click.echo(json.dumps({"rows": len(held), "files": files}, ensure_ascii=False, indent=1))
    else:
        for entry in files:
            worth = f", {money[entry['file']].words}" if entry["file"] in money else ""
            click.echo(f"{entry['file']}: {counted(entry['rows'], 'row')}{worth}")
            for reason, count in entry["reasons"].items():
                click.echo(f"  {count:>7,}  {reason}")
        click.echo(f"Held back: {counted(len(held), 'row')} of {counted(len(files), 'file')}.")
    raise click.exceptions.Exit(HELD_BACK if len(held) else DONE)


@quarantine.command()
@click.option("--home", **OF_INSTALLATION)
@click.option("--file", "file", default=None, metavar="NAME", help="Only this file, as list names it.")
@click.option("--reason", default=None, help="Only this reason, such as created_at:timestamp.")
@click.option("--limit", type=click.IntRange(min=1), default=_SHOWN, show_default=True, help="Rows shown.")
@click.option("--json", "as_json", **JSON)
def show(home: Path, file: str | None, reason: str | None, limit: int, as_json: bool) -> None:
    """Show held back rows: line, column, value unless personal, rule and remedy."""
    from orchestration.ingest.tell.violations import violations

    held = _only(_held(home), file, reason)
    found = list(violations(home, held.head(limit)))
    found = [one for one in found if reason in (None, one.rule)]
    if as_json:
        content = {"rows": len(held), "violations": [asdict(one) for one in found]}
        click.echo(json.dumps(content, ensure_ascii=False, indent=1))
    else:
        for one in found:
            value = f" [{one.value}]" if one.value else ""
            click.echo(f"{one.file} line {one.source_line}: {one.rule}{value}")
            click.echo(f"  {one.description} {one.remedy}".rstrip())
        if len(held) > limit:
            click.echo(f"and {counted(len(held) - limit, 'more row')}; --limit shows more")
    raise click.exceptions.Exit(HELD_BACK if len(held) else DONE)


@quarantine.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.csv")
@click.option("--home", **OF_INSTALLATION)
@click.option("--file", "file", default=None, metavar="NAME", help="Only this file, as list names it.")
@click.option("--reason", default=None, help="Only this reason.")
@click.option("--json", "as_json", **JSON)
def export(path: Path, home: Path, file: str | None, reason: str | None, as_json: bool) -> None:
    """Write held back rows to FILE.csv, to be corrected and given to replay."""
    from orchestration.ingest.gate.corrections import export as written

    n_rows = written(home, path, _only(_held(home), file, reason))
    if as_json:
        click.echo(json.dumps({"file": str(path), "rows": n_rows}))
    else:
        click.echo(
            f"{counted(n_rows, 'row')} in {path}: correct the cells, leave delivery_id and source_line, then "
            f"maturity-impact quarantine replay {path} --home {home}"
        )


@quarantine.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False), required=False, metavar="[FILE.csv]")
@click.option("--home", **OF_INSTALLATION)
@click.option("--key", **KEY)
@click.option("--json", "as_json", **JSON)
def replay(path: Path | None, home: Path, key: str | None, as_json: bool) -> None:
    """Judge held back rows again: as corrected in FILE.csv, or under a mended profile.

    Rows that were accepted come out as before. The edition is renewed by the next run.
    """
    from orchestration.failures import told_plainly
    from orchestration.ingest.gate.corrections import take
    from orchestration.ingest.gate.gate_again import judge_again
    from orchestration.settings import load_settings

    settings = load_settings(home)
    before = _places(_held(home))
    with told_plainly(home):
        taken = take(home, path) if path is not None else None
        judge_again(home, settings, key)
    after = _places(_held(home))
    told: dict[str, Any] = {
        "held_back_before": len(before),
        "no_longer_held_back": len(before - after),
        "held_back": len(after),
        "newly_held_back": len(after - before),
    }
    if taken is not None:
        told |= {
            "corrected": taken.n_corrected,
            "unchanged": taken.n_unchanged,
            "replayed_before": [
                {"delivery_id": one.delivery_id, "line": one.source_line, "received_at": one.received_at}
                for one in taken.repeated
            ],
        }
    if as_json:
        click.echo(json.dumps(told))
    else:
        if taken is not None:
            click.echo(f"{counted(taken.n_corrected, 'row')} corrected, {taken.n_unchanged:,} as they were.")
            _tell_repeated(home, taken.repeated, after)
        newly = f", {told['newly_held_back']:,} of them newly" if after - before else ""
        click.echo(
            f"{told['no_longer_held_back']:,} of {counted(len(before), 'row')} no longer held back; "
            f"held back now: {len(after):,}{newly}. "
            f"maturity-impact run --home {home} brings them to the marts."
        )
    raise click.exceptions.Exit(HELD_BACK if after else DONE)


def _tell_repeated(home: Path, repeated: Sequence[Repeated], held: set[tuple[str, int]]) -> None:
    from orchestration.ingest.land.deliveries import manifest_of

    for one in repeated[:_SHOWN]:
        file = manifest_of(home, one.delivery_id)["file"]
        is_held = (one.delivery_id, one.source_line) in held
        state = "it is still held back" if is_held else "it is no longer held back"
        click.echo(f"{file} line {one.source_line} was replayed so before, {one.received_at}: {state}.")
    if len(repeated) > _SHOWN:
        click.echo(f"and {counted(len(repeated) - _SHOWN, 'more row')} replayed before")


def _held(home: Path) -> pd.DataFrame:
    from orchestration.ingest.gate.quarantine import read
    from orchestration.settings import load_settings

    load_settings(home)
    return read(home / "quarantine")


def _only(held: pd.DataFrame, file: str | None, reason: str | None) -> pd.DataFrame:
    if file is not None:
        held = held[held["file"] == file]
    if reason is not None:
        held = held[[reason in said.split(";") for said in held["reasons"]]]
    return held


def _places(held: pd.DataFrame) -> set[tuple[str, int]]:
    return set(zip(held["delivery_id"].astype(str), held["source_line"].astype(int), strict=True))
